"""Events of calls, gates and budgets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from ..records.events import Event
from .model import CallKey, Overlong, Reply, Request


@dataclass(frozen=True, slots=True)
class CallEvent(Event):
    """Base of the events that are about one call."""

    abstract: ClassVar[bool] = True
    on_disk: ClassVar[Mapping[str, str]] = {"actor": "power"}

    actor: str
    phase: str
    step: str
    round: int
    attempt: int
    """0, or 1 for the re-ask."""
    model: str


@dataclass(frozen=True, slots=True)
class CallSent(CallEvent):
    """A call is on its way to its model."""

    replayed: ClassVar[bool] = False
    written: ClassVar[bool] = False
    passing: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEnded(Event):
    """Base of what can become of a call that the game depends on. It is on the disk before anybody hears of it."""

    abstract: ClassVar[bool] = True
    written: ClassVar[bool] = False

    key: CallKey
    model: str
    request: Request | None = None
    """What was asked; ``None`` where only what became of it is kept."""
    digest: str = ""
    """SHA-256 of all that the model was shown, told by readers alone."""
    line: int = 0
    """Where ``calls.jsonl`` tells of it, told by readers alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAnswered(CallEnded):
    """A reply has come in time. Of a call that was asked again with a larger limit, a running game tells once, with the
    sum of its replies; the log has a line for each."""

    reply: Reply


FailureKind = Literal["fatal", "transient", "rate_limit", "late", "fault"]
"""As in ``ModelError``; ``late``: not answered before the phase's deadline; ``fault``: the program itself failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFailed(CallEnded):
    """The call was given up, and the game went on without it."""

    kind: FailureKind
    message: str
    overlong: Overlong | None = None
    """Given where the request was too long for the model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLate(CallEnded):
    """The reply to a call that had failed as ``late``. It changes nothing any more but the bill."""

    reply: Reply


@dataclass(frozen=True, slots=True)
class CallRetried(CallEvent):
    """A call was not answered and will be asked again."""

    replayed: ClassVar[bool] = False
    kind: Literal["transient", "rate_limit"]
    reason: str
    tries: int
    """How often it has been sent so far."""
    wait: float
    """Seconds until it is asked again; a queue may add to them."""


@dataclass(frozen=True, slots=True)
class MaxTokensRaised(CallEvent):
    """A reply was cut at its limit of tokens, so the call is asked again with a larger one."""

    before: int
    """Most tokens that the reply could have."""
    after: int


@dataclass(frozen=True, slots=True)
class MaxTokensRefused(CallEvent):
    """The call with the larger limit was not answered, so the reply that is cut stands."""

    max_tokens: int
    """Tokens that were asked for."""
    reason: str


@dataclass(frozen=True, slots=True)
class ParameterDropped(Event):
    """A model refuses something that its requests ask for, so it is asked without it. Told once a parameter."""

    replayed: ClassVar[bool] = False
    model: str
    parameter: str
    """``constraint``, ``schema``, ``seed``, ``system`` or ``temperature``."""


@dataclass(frozen=True, slots=True)
class ModelRemarked(Event):
    """A model's answers are odd in a way that its user should know. Told once a remark."""

    replayed: ClassVar[bool] = False
    model: str
    remark: str
    """See ``remarks.py``."""


@dataclass(frozen=True, slots=True)
class CallHedged(CallEvent):
    """A call has taken long, so it is sent a second time; the first answer wins and the other call is cancelled."""

    replayed: ClassVar[bool] = False
    after: float
    """Seconds after which the second one is sent: the recent 90th percentile of this model and step."""


@dataclass(frozen=True, slots=True)
class HedgeDecided(CallEvent):
    """What came of a call that was sent twice."""

    replayed: ClassVar[bool] = False
    winner: Literal["first", "second"] | None
    """``None``: both failed."""


@dataclass(frozen=True, slots=True)
class CallLost(CallEvent):
    """A call was sent and its answer was never received. The provider may bill it; what it says here is an estimate,
    on the safe side, and counts against the caps."""

    replayed: ClassVar[bool] = False
    reason: Literal["fault", "timeout", "hedged", "cancelled"]
    input_tokens: int
    output_tokens: int
    cost_usd: float | None
    """``None`` when the price is not known."""


LimiterReason = Literal["clean_round", "refused", "given_up", "stated"]
"""``given_up``: a slower pace was refused just as a faster one had been, so it is not the pace that is refused;
``stated``: the vendor says so."""
Limited = Literal["concurrency", "rate", "tokens", "input_tokens", "output_tokens"]
"""``rate``: calls a second; the limits on tokens are those that a vendor states."""


@dataclass(frozen=True, slots=True)
class LimiterChanged(Event):
    """The gate of an account lets more, or less, through than before."""

    replayed: ClassVar[bool] = False
    account: str
    """Names the account without its key."""
    what: Limited
    before: float | None
    """Calls at once, or calls or tokens a second; ``None``: not limited."""
    after: float | None
    reason: LimiterReason
    model: str = ""
    """For which of the account's models; empty: for all of them."""


@dataclass(frozen=True, slots=True)
class CoolDownStarted(Event):
    """The provider refused a call for its rate limit: nobody asks this account for a while."""

    replayed: ClassVar[bool] = False
    account: str
    seconds: float
    retry_after: float | None
    """What the provider asked for; ``None`` if it named no time."""


@dataclass(frozen=True, slots=True)
class BudgetWarned(Event):
    """Most of a cap is spent. Told once a cap."""

    replayed: ClassVar[bool] = False
    what: Literal["cost_usd", "tokens"]
    spent: float
    cap: float


@dataclass(frozen=True, slots=True)
class BudgetReached(Event):
    """A call did not fit under a cap any more, so no further call is made."""

    replayed: ClassVar[bool] = False
    what: Literal["cost_usd", "tokens"]
    spent: float
    cap: float
    needed: float
    """The most that the refused call could have spent."""
