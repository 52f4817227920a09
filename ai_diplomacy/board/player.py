"""What may sit in a seat: the protocol that agents, bots, people and replays meet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, runtime_checkable

from .commitments import Commitment
from .orders import OrderReport
from .phase import Phase
from .press import Draft, Message, Returned
from .situation import PhaseResult, Situation
from .units import Order

Step = Literal["initialize", "provisional", "negotiate", "plan", "order", "reflect", "consolidate"]

Question = Step | Literal["interview", "judge"]
"""What a model may be asked: a step of the game, or a question from outside of it, to a power or on its words."""

Relationship = Literal["Enemy", "Unfriendly", "Neutral", "Friendly", "Ally"]
RELATIONSHIPS: tuple[Relationship, ...] = ("Enemy", "Unfriendly", "Neutral", "Friendly", "Ally")


@dataclass(frozen=True, slots=True)
class PledgeOutcome:
    """What became of a pledge in the turn before, by what was then ordered."""

    sender: str
    recipients: tuple[str, ...]
    """Those towards whom it came out so, as far as the player may know."""
    pledged: Commitment
    verdict: str
    """See docs/honesty.md."""
    ordered: tuple[Order, ...]
    """The orders that broke it."""


@dataclass(frozen=True, slots=True)
class StandingPledge:
    """A pledge of an earlier turn that still holds."""

    sender: str
    recipients: tuple[str, ...]
    """As in ``PledgeOutcome``."""
    pledged: Commitment
    made: Phase


@dataclass(frozen=True, slots=True)
class View:
    """Everything a player may know when it takes a step. Frozen, so steps can run in any order."""

    game: str
    """Name of the game; the same for the same seed."""
    situation: Situation
    last_year: int
    """The game ends after this year's winter at the latest."""
    round: int = 0
    """Round of negotiation, from 1; 0 in other steps. In ``provisional`` the round that has passed; 0 before press."""
    rounds: int = 0
    """Rounds of negotiation in a movement phase."""
    press: tuple[Message, ...] = ()
    """Readable messages: of this phase, and for ``reflect`` of the turn that ended; oldest first."""
    awaiting: tuple[Message, ...] = ()
    """Private messages of the turn before that this player has not answered."""
    unanswered: tuple[str, ...] = ()
    """Powers that left a private message of this player unanswered."""
    returned: tuple[Returned, ...] = ()
    """This player's messages of this phase that could not be delivered as written."""
    pledges: tuple[PledgeOutcome, ...] = ()
    """Readable pledges that the turn before decided."""
    standing: tuple[StandingPledge, ...] = ()
    """Readable pledges of earlier turns that hold in this phase."""
    background: bool = False
    """Whether the step runs beside others of this player, which see nothing of what it writes."""
    awaited: bool = False
    """Whether the others of a step in the background wait for it all the same."""
    joined: tuple[str, ...] = ()
    """Steps that may have run beside others of this player: what they wrote is in force from this step on."""
    earlier: tuple[PhaseResult, ...] = ()
    """Phases of the turns before the last one, oldest first: as many as this player is shown."""
    earlier_press: tuple[Message, ...] = ()
    """Readable messages of turns before this one, and before the one that ended; as many turns as it is shown."""
    ended: Phase | None = None
    """In ``reflect`` and ``consolidate``: the last phase of the turn that ended."""
    truth_tags: bool = False
    """Whether players tell, in private, what is meant of what they write and which of what they read they believe."""

    @property
    def phase(self) -> Phase:
        """The phase that the step belongs to in the records."""
        return self.ended or self.situation.phase

    @property
    def numbered(self) -> Mapping[int, Message]:
        """With ``truth_tags``, the messages that this player got in the phase, by the numbers that prompts show: its
        own count, as the numbers of all press would tell how much others write to each other."""
        if not self.truth_tags or self.ended or self.situation.kind != "M":
            return {}
        return dict(enumerate((message for message in self.press if message.sender != self.situation.power), 1))


@dataclass(frozen=True, slots=True)
class OrderDecision:
    """A player's answer to ``order``."""

    report: OrderReport
    """The orders as they were read in the situation of the view; the board takes them as they are."""
    vote_draw: bool = False
    first: OrderReport | None = None
    """How the orders stood before the player was asked to correct them; ``None`` if it was not."""
    decided: bool = True
    """Whether the player chose at all: without a usable reply the rules order for it."""


@dataclass(frozen=True, slots=True)
class Mind:
    """What is known of a player's thinking, for the record."""

    goals: tuple[str, ...] = ()
    relationships: Mapping[str, Relationship] = field(default_factory=dict)
    """Every other power of the map -> how this player stands to it."""
    diary: tuple[str, ...] = ()
    """All private entries so far, oldest first."""
    directive: str = ""
    """The plan of this phase, if the game has planning steps."""


@runtime_checkable
class Player(Protocol):
    """One seat. A step that a player does not list in ``steps`` is never asked of it."""

    power: str
    model: str
    """Name for the records: a model id without its key, or the bot's."""
    steps: frozenset[Step]

    async def initialize(self, view: View) -> None:
        """Once, before the first phase."""

    async def provisional(self, view: View) -> None:
        """What it would order if press ended now, for the record alone."""

    async def negotiate(self, view: View) -> tuple[Draft, ...]:
        """Messages for one round."""

    async def plan(self, view: View) -> None:
        """A directive for this phase's orders."""

    async def order(self, view: View) -> OrderDecision:
        """Orders for the phase."""

    async def reflect(self, view: View) -> None:
        """After a turn: ``view.situation.recent`` tells what happened."""

    async def consolidate(self, view: View) -> None:
        """In winter: fold the diary of past years into a summary."""

    def mind(self) -> Mind:
        """What it thinks now."""
