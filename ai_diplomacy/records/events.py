"""Everything that happens in a run besides the calls themselves, as typed events: the schema of ``events.jsonl``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal

Verdict = Literal["ok", "repaired", "illegal", "unusable", "failed"]
"""How a reply was read. ``repaired``: it needed mending; ``illegal``: read, but with orders that do not stand;
``unusable``: no reply of the right shape; ``failed``: the call was not answered."""


@dataclass(frozen=True, slots=True)
class Event:
    """Base of all events. On disk: ``{"type": "phase_started", "time": <seconds since 1970>, <fields>}``."""

    def record(self, time: float) -> dict[str, Any]:
        """The event as one JSON object."""
        return {
            "type": event_type(type(self)),
            "time": round(time, 6),
            **{field.name: getattr(self, field.name) for field in fields(self)},
        }


def event_type(cls: type[Event]) -> str:
    """``PhaseStarted`` -> ``phase_started``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()


@dataclass(frozen=True, slots=True)
class CallEvent(Event):
    """Base of the events that are about one call."""

    power: str
    phase: str
    step: str
    round: int
    attempt: int
    """0, or 1 for the re-ask."""
    model: str


@dataclass(frozen=True, slots=True)
class RunStarted(Event):
    """The first event of every run."""

    format: int
    """Version of the run folder's format."""
    version: str
    """Version of AI Diplomacy."""
    config: Mapping[str, Any]
    """All settings, without keys."""
    models: Mapping[str, str]
    """Power -> model id without its key."""


@dataclass(frozen=True, slots=True)
class PhaseStarted(Event):
    phase: str
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
class MessageReturned(Event):
    """A message that did not go out as written."""

    phase: str
    round: int
    sender: str
    problem: str
    """``unknown_recipient``, ``no_recipient``, ``empty``, ``too_many``, ``too_long`` or ``illegal_pledge``."""
    detail: str
    body: str


@dataclass(frozen=True, slots=True)
class ReplyRead(CallEvent):
    """A model's reply was read, well or badly; or the call failed."""

    verdict: Verdict
    problems: Sequence[str]


@dataclass(frozen=True, slots=True)
class StepDefaulted(Event):
    """A step ended without a usable reply, so the power did nothing in it (or kept its earlier orders)."""

    power: str
    phase: str
    step: str
    round: int
    model: str
    reason: str


@dataclass(frozen=True, slots=True)
class StepFinished(Event):
    """A player took a step."""

    power: str
    phase: str
    step: str
    round: int
    started: float
    """Seconds since the run's first step."""
    seconds: float


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
class Reflected(Event):
    power: str
    phase: str
    """The last phase of the turn that was reflected on."""
    goals: Sequence[str]
    relationships: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Consolidated(Event):
    power: str
    phase: str
    summary: str


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
    """A pledge held against what was then ordered."""

    phase: str
    sender: str
    recipients: Sequence[str]
    pledged: str
    ordered: str | None
    kept: bool


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


@dataclass(frozen=True, slots=True)
class RunFinished(Event):
    outcome: Literal["solo", "draw", "last_power", "limit"]
    """``limit``: the last phase to be played was played."""
    winners: Sequence[str]
    phase: str
    """The last phase played."""
    centers: Mapping[str, Sequence[str]]
    total_time: float
    """Seconds from the first call to the last file written but this one."""


@dataclass(frozen=True, slots=True)
class CallRetried(CallEvent):
    """A call was not answered and will be asked again."""

    kind: Literal["transient", "rate_limit"]
    reason: str
    tries: int
    """How often it has been sent so far."""
    wait: float
    """Seconds until it is asked again; a queue may add to them."""


@dataclass(frozen=True, slots=True)
class AllowanceRaised(CallEvent):
    """A reply spent its whole allowance on reasoning, so the call is asked again with a larger one."""

    before: int
    """Most tokens that the reply could have."""
    after: int


@dataclass(frozen=True, slots=True)
class AllowanceRefused(CallEvent):
    """The call with the larger allowance was not answered, so the empty reply stands."""

    allowance: int
    """Tokens that were asked for."""
    reason: str


@dataclass(frozen=True, slots=True)
class WishWithheld(Event):
    """A model refuses something that its requests ask for, so it is asked without it. Told once a wish."""

    model: str
    wish: str
    """``schema``, ``temperature`` or ``seed``."""


@dataclass(frozen=True, slots=True)
class CallHedged(CallEvent):
    """A call has taken long, so it is sent a second time; the first answer wins and the other call is cancelled."""

    after: float
    """Seconds after which the second one is sent: the recent 90th percentile of this model and step."""


@dataclass(frozen=True, slots=True)
class HedgeDecided(CallEvent):
    """What came of a call that was sent twice."""

    winner: Literal["first", "second"] | None
    """``None``: both failed."""


@dataclass(frozen=True, slots=True)
class CallLost(CallEvent):
    """A call was sent and its answer was never received. The provider may bill it; what it says here is an estimate,
    on the safe side, and counts against the caps."""

    reason: Literal["fault", "timeout", "hedged", "cancelled"]
    input_tokens: int
    output_tokens: int
    cost_usd: float | None
    """``None`` when the price is not known."""


@dataclass(frozen=True, slots=True)
class LimiterChanged(Event):
    """The gate of an account lets more, or less, through than before."""

    account: str
    """Names the account without its key."""
    what: Literal["concurrency", "rate"]
    before: float | None
    """Calls at once, or calls a second; ``None``: not limited."""
    after: float
    reason: Literal["clean_round", "refused"]


@dataclass(frozen=True, slots=True)
class CoolDownStarted(Event):
    """The provider refused a call for its rate limit: nobody asks this account for a while."""

    account: str
    seconds: float
    retry_after: float | None
    """What the provider asked for; ``None`` if it named no time."""


@dataclass(frozen=True, slots=True)
class BudgetWarned(Event):
    """Most of a cap is spent. Told once a cap."""

    what: Literal["cost_usd", "tokens"]
    spent: float
    cap: float


@dataclass(frozen=True, slots=True)
class BudgetReached(Event):
    """A call did not fit under a cap any more, so no further call is made."""

    what: Literal["cost_usd", "tokens"]
    spent: float
    cap: float
    needed: float
    """The most that the refused call could have spent."""
