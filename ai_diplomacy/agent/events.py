"""Events of a mind: what it noted, planned, felt and meant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..models.events import CallEvent
from ..records.events import Event


@dataclass(frozen=True, slots=True)
class Initialized(Event):
    power: str
    phase: str
    goals: Sequence[str]
    relationships: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DiaryWritten(Event):
    power: str
    phase: str
    step: str
    round: int
    text: str


@dataclass(frozen=True, slots=True)
class Planned(Event):
    power: str
    phase: str
    directive: str


@dataclass(frozen=True, slots=True)
class OrdersExplained(Event):
    power: str
    phase: str
    reasoning: str
    intent: str
    """What it privately means to do about its pledges, said before the orders were adjudicated."""


@dataclass(frozen=True, slots=True)
class MessageMeant(Event):
    """What a sender said of its own message, told to nobody who plays."""

    sender: str
    phase: str
    round: int
    sequence: int
    """Of the message, as in ``MessageDelivered``."""
    meant: bool


@dataclass(frozen=True, slots=True)
class MessageBelieved(Event):
    """How far a reader trusted a message when it ordered, told to nobody who plays."""

    reader: str
    sender: str
    phase: str
    sequence: int
    percent: int
    """How likely it held it that the sender means the message, from 0 to 100."""


@dataclass(frozen=True, slots=True)
class ProvisionalOrders(Event):
    """What a power would have ordered if press had ended there, told to nobody who plays."""

    power: str
    phase: str
    round: int
    """The round of press that had passed; 0 before the first."""
    orders: Sequence[str]
    """Those that were legal, sorted; units that it gave none have none here."""


@dataclass(frozen=True, slots=True)
class Reflected(Event):
    power: str
    phase: str
    """The last phase of the turn that was reflected on."""
    goals: Sequence[str]
    relationships: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PromptShortened(CallEvent):
    """Parts of a prompt were left out because the model's context window has no room for them."""

    left_out: Mapping[str, int]
    """Part of the situation -> how many of its entries."""
    context_window: int
    """Tokens of prompt and reply together."""


@dataclass(frozen=True, slots=True)
class Consolidated(Event):
    power: str
    phase: str
    summary: str


@dataclass(frozen=True, slots=True)
class MessageReturned(Event):
    """A message that did not go out as written."""

    phase: str
    round: int
    sender: str
    problem: str
    """``unknown_recipient``, ``no_recipient``, ``empty``, ``too_many``, ``too_long`` or ``illegal_pledge``."""
    detail: str
    body: str
