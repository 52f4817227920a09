"""One game as tidy rows: what every measure, table and file of an analysis is made from.

Rows that become tables of ``--parquet`` say of each column what it holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from ..board.phase import Phase
from ..game.events import OrdersSubmitted, PhaseStarted
from ..game.game import Outcome
from ..promises.promised import Promised
from ..promises.turns import Turn
from ..run.defaulted_steps import Defaults
from .beliefs import BeliefRow
from .minds import MindRow
from .persuasion import PersuasionRow

OrderKind = Literal[
    "hold",
    "move",
    "support_own",
    "support_other",
    "convoy_own",
    "convoy_other",
    "retreat",
    "disband",
    "build",
    "waive",
]
"""What an order does; ``own`` and ``other`` tell whose unit is helped."""

CallStatus = Literal["answered", "failed", "late", "lost"]


@dataclass(frozen=True, slots=True)
class PhaseRow:
    """One power at the start of one phase."""

    phase: Annotated[str, "a phase that was begun"]
    power: Annotated[str, "one of the powers"]
    units: Annotated[int, "on the board when it began, dislodged ones apart"]
    centers: Annotated[int, "owned when it began"]


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order that stood in an adjudicated phase."""

    phase: Annotated[str, "season, year and kind of the phase, such as S1901M"]
    power: Annotated[str, "who ordered"]
    order: Annotated[str, "the order that stood, as the engine writes it"]
    kind: Annotated[OrderKind, "what it does; own and other tell whose unit is helped"]
    default: Annotated[bool, "whether the rules filled it in"]
    results: Annotated[tuple[str, ...], "what went wrong; empty when all went well"]


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message that was delivered."""

    phase: Annotated[str, "movement phase in which it was sent"]
    round: Annotated[int, "round of negotiation, from 1"]
    sequence: Annotated[int, "position among all messages of the game"]
    sender: Annotated[str, "power"]
    recipients: Annotated[tuple[str, ...], "powers, or ALL"]
    body: Annotated[str, "the text"]
    pledges: Annotated[tuple[str, ...], "what the sender promised beside its words"]
    able: Annotated[tuple[str, ...], "recipients of a private message that had the chance to answer"]
    answered: Annotated[tuple[str, ...], "those that did"]


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call to a model that came to an end."""

    phase: Annotated[str, "phase that the call was for"]
    power: Annotated[str, "power that asked"]
    step: Annotated[str, "initialize, provisional, negotiate, plan, order, reflect or consolidate"]
    round: Annotated[int, "round of negotiation, in provisional the last that had passed; 0 in other steps"]
    attempt: Annotated[int, "1 for a re-ask"]
    model: Annotated[str, "model id"]
    status: Annotated[
        CallStatus, "answered, failed, late (after the game had gone on) or lost (sent and never answered)"
    ]
    latency: Annotated[float | None, "seconds from sending to the whole reply"] = None
    waited: Annotated[float | None, "seconds of queues, pauses and failed attempts before"] = None
    input_tokens: Annotated[int | None, "null where nobody says"] = 0
    output_tokens: Annotated[int | None, "reasoning included; null where nobody says"] = 0
    cached_tokens: Annotated[int | None, "those of the input from the provider's cache"] = 0
    reasoning_tokens: Annotated[int | None, "those of the output spent on reasoning"] = 0
    cost_usd: Annotated[float | None, "null where the price or the usage is not known"] = 0.0
    served: Annotated[str, "model that the vendor says has answered; empty where it does not say"] = ""
    fingerprint: Annotated[str, "what the vendor calls the state that the model was in; mostly empty"] = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """How far one power's view of another lies from that power's view of it, at the same moment."""

    phase: str
    power: str
    other: str
    difference: int
    """Levels, from Enemy (0) to Ally (4): this power's less the other's."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a game ended."""

    outcome: Outcome
    winners: tuple[str, ...]
    phase: str
    """The last one played."""
    centers: Mapping[str, int]
    """Power -> centres at the end."""
    alive: frozenset[str]
    """Powers with a centre or a unit at the end."""
    gone_in: Mapping[str, int]
    """Power that is not alive -> the year in which it lost its last."""

    @property
    def year(self) -> int:
        return Phase(self.phase).year


@dataclass(frozen=True, slots=True)
class Rows:
    """What a game holds from some phase on."""

    phases: tuple[PhaseRow, ...]
    orders: tuple[OrderRow, ...]
    submissions: tuple[OrdersSubmitted, ...]
    boards: tuple[PhaseStarted, ...]
    """What stood where at the start of the movement phases that were adjudicated."""
    messages: tuple[MessageRow, ...]
    promised: tuple[Promised, ...]
    """Each promise once a reader: those decided in these phases, and those that are pending."""
    turns: tuple[Turn, ...]
    """All of the game, those before a fork too: a promise outlasts its turn."""
    calls: tuple[CallRow, ...]
    gaps: tuple[Gap, ...]
    minds: tuple[MindRow, ...]
    beliefs: tuple[BeliefRow, ...]
    """None where nobody was asked."""
    persuasion: tuple[PersuasionRow, ...]
    """The same."""
    replies: Mapping[str, Mapping[str, int]]
    """Power -> verdict on a reply (see ``run.events.Verdict``) -> count."""
    defaults: Mapping[str, Defaults]
    """Power -> how many of its steps ended without a usable reply."""


@dataclass(frozen=True, slots=True)
class GameRecord(Rows):
    """One run, read from its folder. What a fork took over from the run it began in is that run's, not its own: the
    rows begin with the first phase that was played in this folder."""

    path: Path
    name: str
    """The folder, as seen from the folder that is analysed."""
    cluster: str
    """Equal for runs that share phases: a run and all forks of it. They count as one observation."""
    map: str
    seed: int
    first_year: int
    last_year: int
    """The last year that could be played."""
    rounds: int
    versions: tuple[str, ...]
    config_hash: str
    """Of all settings that decide how the game goes but seats, prompts and seed."""
    players: Mapping[str, str]
    """Power -> who played it. A seat that changed hands counts as a player of its own: ``one, then other``."""
    models: Mapping[str, tuple[str, ...]]
    """Power -> the ids of its models."""
    prompt_hashes: Mapping[tuple[str, str], str]
    """(power, step) -> hash of the system prompt and of the step's prompt without its situation."""
    ending: Ending | None
    """``None``: the game is not finished."""
    forked_at: str = ""
    """The phase from which a fork was played; empty when it is none."""
    imported: str = ""
    """What it was before it was imported; empty for a game that this program played. Of what it was asked, what was
    illegal and what it cost nobody knows."""
    settings: Mapping[str, object] = field(default_factory=dict)
    """Those that ``config_hash`` is made of, by name."""

    @property
    def playing(self) -> Mapping[str, str]:
        """The players of the seats that played. One whose steps were mostly defaults tells nothing of its player."""
        return {power: player for power, player in self.players.items() if not self.defaults[power].mostly}
