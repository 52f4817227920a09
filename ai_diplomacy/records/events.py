"""Everything that happens in a run besides the calls themselves, as typed events: the schema of ``events.jsonl``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Literal

Verdict = Literal["ok", "repaired", "illegal", "unusable", "failed"]
"""How a reply was read. ``repaired``: it needed mending; ``illegal``: read, but with orders that do not stand;
``unusable``: no reply of the right shape; ``failed``: the call was not answered."""


@dataclass(frozen=True, slots=True)
class Event:
    """Base of all events. On disk: ``{"type": "phase_started", "time": <seconds since 1970>, <fields>}``."""

    recurs: ClassVar[bool] = True
    """Whether a run that goes on from its journal comes by the same event again, which is then not told twice. The
    others tell what happened to a program, such as a fault of the network, and stay as they were told."""

    def record(self, time: float) -> dict[str, Any]:
        """The event as one JSON object."""
        kind, names = _shape(type(self))
        return {"type": kind, "time": round(time, 6), **{name: getattr(self, name) for name in names}}

    def identity(self) -> tuple[Any, ...]:
        """Equal for two tellings of the same event."""
        kind, names = _shape(type(self))
        return (kind, *(_comparable(getattr(self, name)) for name in names))


def event_type(cls: type[Event]) -> str:
    """``PhaseStarted`` -> ``phase_started``."""
    return _shape(cls)[0]


def event_from(record: Mapping[str, Any]) -> Event:
    """The event that a line of ``events.jsonl`` holds. Raises ``ValueError`` for a type, or fields, that it has not."""
    cls = _TYPES.get(record.get("type", ""))
    if cls is None:
        raise ValueError(f"unknown type of event: {record.get('type')!r}")
    names = set(_shape(cls)[1])
    given = {name: value for name, value in record.items() if name not in ("type", "time")}
    if given.keys() != names:
        raise ValueError(f"{record['type']}: the fields {sorted(given.keys() ^ names)} are missing or unknown")
    return cls(**given)


def _shape(cls: type[Event]) -> tuple[str, tuple[str, ...]]:
    """The name of a type of events, and its fields."""
    if cls not in _SHAPES:
        name = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
        _SHAPES[cls] = name, tuple(field.name for field in fields(cls))
    return _SHAPES[cls]


_SHAPES: dict[type[Event], tuple[str, tuple[str, ...]]] = {}


def _comparable(value: Any) -> Any:
    """Lists and tuples, which are one in JSON, as tuples; dictionaries without their order."""
    if isinstance(value, Mapping):
        return frozenset((name, _comparable(item)) for name, item in value.items())
    if isinstance(value, Iterable) and not isinstance(value, str):
        return tuple(_comparable(item) for item in value)
    return value


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

    recurs: ClassVar[bool] = False

    format: int
    """Version of the run folder's format."""
    version: str
    """Version of AI Diplomacy."""
    config: Mapping[str, Any]
    """All settings, without keys."""
    models: Mapping[str, str]
    """Power -> model id without its key."""


@dataclass(frozen=True, slots=True)
class RunForked(Event):
    """The second event of a run that begins in the middle of another one. Its phases before ``phase`` are those of the
    other run, answered from a copy of its journal."""

    recurs: ClassVar[bool] = False
    source: str
    """Folder of the other run."""
    phase: str
    """The first phase played anew."""
    settings: Sequence[Mapping[str, Any]]
    """``{"after", "config"}`` of each change of the settings since the start of the game: they hold for the phases that
    follow ``after`` (empty: for all). The last one is the fork's own."""


@dataclass(frozen=True, slots=True)
class RunResumed(Event):
    """A program goes on with a run that another one began."""

    recurs: ClassVar[bool] = False
    version: str
    after: str
    """The phase in which the run stood; ``config`` holds for the phases that follow it."""
    config: Mapping[str, Any]
    torn_lines: Sequence[str]
    """Files whose last line was torn, so that it was dropped."""


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
    """Seconds since the first step that this program took part in."""
    seconds: float

    def identity(self) -> tuple[Any, ...]:
        return ("step_finished", self.power, self.phase, self.step, self.round)


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
    recurs: ClassVar[bool] = False
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

    recurs: ClassVar[bool] = False
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

    recurs: ClassVar[bool] = False
    model: str
    wish: str
    """``schema``, ``temperature`` or ``seed``."""


@dataclass(frozen=True, slots=True)
class CallHedged(CallEvent):
    """A call has taken long, so it is sent a second time; the first answer wins and the other call is cancelled."""

    recurs: ClassVar[bool] = False
    after: float
    """Seconds after which the second one is sent: the recent 90th percentile of this model and step."""


@dataclass(frozen=True, slots=True)
class HedgeDecided(CallEvent):
    """What came of a call that was sent twice."""

    recurs: ClassVar[bool] = False
    winner: Literal["first", "second"] | None
    """``None``: both failed."""


@dataclass(frozen=True, slots=True)
class CallLost(CallEvent):
    """A call was sent and its answer was never received. The provider may bill it; what it says here is an estimate,
    on the safe side, and counts against the caps."""

    recurs: ClassVar[bool] = False
    reason: Literal["fault", "timeout", "hedged", "cancelled"]
    input_tokens: int
    output_tokens: int
    cost_usd: float | None
    """``None`` when the price is not known."""


LimiterReason = Literal["clean_round", "refused", "given_up"]
"""``given_up``: a slower pace was refused just as a faster one had been, so it is not the pace that is refused."""


@dataclass(frozen=True, slots=True)
class LimiterChanged(Event):
    """The gate of an account lets more, or less, through than before."""

    recurs: ClassVar[bool] = False
    account: str
    """Names the account without its key."""
    what: Literal["concurrency", "rate"]
    before: float | None
    """Calls at once, or calls a second; ``None``: not limited."""
    after: float | None
    reason: LimiterReason


@dataclass(frozen=True, slots=True)
class CoolDownStarted(Event):
    """The provider refused a call for its rate limit: nobody asks this account for a while."""

    recurs: ClassVar[bool] = False
    account: str
    seconds: float
    retry_after: float | None
    """What the provider asked for; ``None`` if it named no time."""


@dataclass(frozen=True, slots=True)
class BudgetWarned(Event):
    """Most of a cap is spent. Told once a cap."""

    recurs: ClassVar[bool] = False
    what: Literal["cost_usd", "tokens"]
    spent: float
    cap: float


@dataclass(frozen=True, slots=True)
class BudgetReached(Event):
    """A call did not fit under a cap any more, so no further call is made."""

    recurs: ClassVar[bool] = False
    what: Literal["cost_usd", "tokens"]
    spent: float
    cap: float
    needed: float
    """The most that the refused call could have spent."""


_TYPES: Mapping[str, type[Event]] = {
    event_type(cls): cls
    for cls in list(globals().values())
    if isinstance(cls, type) and issubclass(cls, Event) and cls not in (Event, CallEvent)
}
