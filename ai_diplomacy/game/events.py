"""Events of the game itself: phases, press, orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..records.events import Event
from ..run.events import PhaseBegun


@dataclass(frozen=True, slots=True)
class PhaseStarted(PhaseBegun):
    units: Mapping[str, Sequence[str]]
    """Power -> units on the board, dislodged ones apart."""
    centers: Mapping[str, Sequence[str]]
    """Power -> centres owned."""


@dataclass(frozen=True, slots=True)
class MessageDelivered(Event):
    phase: str
    round: int
    sequence: int
    sender: str
    recipients: Sequence[str]
    """Powers, or ``["ALL"]``."""
    body: str
    pledges: Sequence[str]


@dataclass(frozen=True, slots=True)
class MessageEdited(Event):
    """Whoever forked the run has changed a message when it was delivered."""

    phase: str
    round: int
    sender: str
    recipients: Sequence[str]
    edit: str
    """In the notation of ``--edit``."""
    before: str | None
    """Its text as it was written; ``None``: it was added."""
    after: str | None
    """Its text as it was delivered; ``None``: it was dropped. Without either of the two there was no such message."""
    problem: str
    """Why it could not be done as it stands; empty when it was."""


@dataclass(frozen=True, slots=True)
class OrdersSubmitted(Event):
    power: str
    phase: str
    model: str
    orders: Sequence[str]
    """What stands, defaults included."""
    defaults: Sequence[str]
    """Those of ``orders`` that the rules filled in."""
    given: int
    """Order texts in the first reply."""
    illegal_first: Sequence[Mapping[str, str]]
    """``{"text", "reason"}`` of each text that did not stand before the player was asked to correct it."""
    illegal: Sequence[Mapping[str, str]]
    """The same after the correction."""
    vote_draw: bool


@dataclass(frozen=True, slots=True)
class PledgeJudged(Event):
    """What became of a pledge towards one reader, by what was ordered."""

    phase: str
    """The movement phase in which it was pledged last."""
    sender: str
    recipients: Sequence[str]
    """The reader, or ``["ALL"]``. (Runs of generations before 3: all readers of the message.)"""
    pledged: str
    ordered: str | None
    """The orders that kept or broke it."""
    kept: bool
    verdict: str = ""
    """See docs/honesty.md; empty in runs of generations before 3, where ``kept`` says all."""
    decided: str = ""
    """The phase whose orders broke it, or in which it came to its end; empty: that in which it was pledged."""


@dataclass(frozen=True, slots=True)
class PhaseAdjudicated(Event):
    phase: str
    orders: Mapping[str, Sequence[str]]
    results: Mapping[str, Sequence[str]]
    """Unit -> what went wrong; units for which all went well are missing."""
    captures: Mapping[str, str]
    """Centre -> its new owner."""
    dislodged: Mapping[str, Sequence[str]]
    """Power -> its units that must retreat next."""
    centers: Mapping[str, Sequence[str]]
    """Power -> centres owned afterwards."""
    units: Mapping[str, Sequence[str]]
