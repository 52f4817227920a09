"""One game as tidy rows: what every measure, table and file of an analysis is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..game.game import Outcome
from .pledges import Pledge

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


@dataclass(frozen=True, slots=True)
class PhaseRow:
    """One power at the start of one phase."""

    phase: str
    power: str
    units: int
    """On the board, dislodged ones apart."""
    centers: int


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order that stood in an adjudicated phase."""

    phase: str
    power: str
    order: str
    kind: OrderKind
    default: bool
    """Whether the rules filled it in."""
    results: tuple[str, ...]
    """What went wrong, in the engine's words; empty when all went well."""


@dataclass(frozen=True, slots=True)
class Submission:
    """What a power handed in for one phase."""

    phase: str
    power: str
    given: int
    """Order texts of the first reply."""
    illegal_first: int
    """Those of them that did not stand."""
    standing: int
    """Orders of the player's own that stood in the end."""
    illegal: int
    """Texts that did not stand in the end."""


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message that was delivered."""

    phase: str
    round: int
    sequence: int
    sender: str
    recipients: tuple[str, ...]
    """Powers, or ``("ALL",)``."""
    body: str
    pledges: tuple[str, ...]
    able: tuple[str, ...]
    """Of a private message: those of its recipients who had the chance to answer it."""
    answered: tuple[str, ...]
    """Those of them who did."""


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call to a model that came to an end."""

    phase: str
    power: str
    step: str
    round: int
    attempt: int
    model: str
    status: Literal["answered", "failed", "late", "lost"]
    """``late``: answered after the game had gone on; ``lost``: sent, perhaps billed, and never answered."""
    latency: float | None
    """Seconds from sending to the whole reply."""
    waited: float | None
    """Seconds of queues, pauses and failed attempts before that."""
    input_tokens: int | None
    output_tokens: int | None
    cached_tokens: int | None
    reasoning_tokens: int | None
    cost_usd: float | None
    """``None``: not known."""


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
        return int(self.phase[1:-1])


@dataclass(frozen=True, slots=True)
class GameRecord:
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
    phases: tuple[PhaseRow, ...]
    orders: tuple[OrderRow, ...]
    submissions: tuple[Submission, ...]
    messages: tuple[MessageRow, ...]
    pledges: tuple[Pledge, ...]
    calls: tuple[CallRow, ...]
    gaps: tuple[Gap, ...]
    replies: Mapping[str, Mapping[str, int]]
    """Power -> verdict on a reply (see ``records.events.Verdict``), or ``defaulted`` (steps without any) -> count."""
