"""The seam between who asks and who answers: a request, a reply, and what can go wrong.

``ModelError``        a call that was not answered
    kind ``fatal``        asking again is useless: a wrong key, a bad request, an unknown model
    kind ``transient``    asking again may help: overload, a broken connection, a time-out
    kind ``rate_limit``   asking again helps after ``retry_after`` seconds
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol

from .known import known_sum, known_sums
from .stated_limits import StatedLimit

StopReason = Literal["end", "length", "refusal", "other"]
MAX_TEXT = 1_000_000
"""Characters of a reply that are kept; no step needs a hundredth of them."""


@dataclass(frozen=True, slots=True, order=True)
class CallKey:
    """What a call is for. Two calls of a run never have the same key."""

    phase: str
    actor: str
    """Who asks: a power."""
    step: str
    round: int = 0
    attempt: int = 0
    """0; 1 when the reply to attempt 0 could not be used."""
    raised: int = 0
    """How often this call was asked again with a larger limit of tokens, because its reply was cut."""

    def about(self, model: str) -> tuple[str, str, str, int, int, str]:
        """What every event about this call begins with, see ``CallEvent``."""
        return self.actor, self.phase, self.step, self.round, self.attempt, model


@dataclass(frozen=True, slots=True)
class Request:
    """One question to a model."""

    key: CallKey
    system: str
    """Stable through a game, so that a provider's prefix cache can serve it."""
    prompt: str
    schema: Mapping[str, Any] | None = None
    """JSON schema of the reply, for providers that take one."""
    looser_schema: Mapping[str, Any] | None = None
    """In its place, where an endpoint does not take one that forbids so much; ``None`` when there is no other."""
    max_tokens: int = 8192
    """Most tokens that the reply may have."""
    temperature: float | None = None
    """``None`` leaves the provider's own default."""
    seed: int | None = None
    """For providers that take one; with ``None`` they draw their own."""
    background: bool = False
    """Whether the game goes on without waiting for the reply, which is due in a later stage."""
    window: int | None = None
    """The context window, in tokens, that its asker has made it fit; ``None``: it knows of none."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call; ``None`` where the provider does not say."""

    input: int | None = None
    """All tokens of the prompt, cached ones included."""
    output: int | None = None
    """All tokens of the reply, reasoning included."""
    cached: int | None = None
    """Those of ``input`` that came from the provider's cache."""
    reasoning: int | None = None
    """Those of ``output`` spent on reasoning."""
    written: int | None = None
    """Those of ``input`` that were written to the provider's cache, which some vendors charge more for."""

    @property
    def total(self) -> int | None:
        """Tokens in and out; ``None`` when one of them is not known."""
        return known_sum(self.input, self.output)

    def __add__(self, other: Usage) -> Usage:
        """The tokens of both; ``None`` where one of them is not known."""
        return known_sums(self, other)


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of a model."""

    text: str
    usage: Usage = field(default_factory=Usage)
    stop: StopReason = "end"
    started: float = 0.0
    """When the call was sent, seconds since 1970."""
    latency: float = 0.0
    """Seconds from sending to the whole reply."""
    waited: float = 0.0
    """Seconds from asking to sending: queue, cool-downs, back-off and attempts that failed. Not part of ``latency``."""
    attempts: int = 1
    """How often it was sent until it was answered."""
    hedged: int = 0
    """How many more were sent for the same answer because it took long."""
    answers: int = 1
    """How many answers ``usage`` and ``cost_usd`` are for: 2 when two came at once."""
    cost_usd: float | None = None
    """What ``usage`` costs; ``None`` when the price or the usage is not known."""
    most_tokens: int = 0
    """What answers of unknown usage may have taken at most. It counts for the caps, and is on no bill."""
    most_usd: float = 0.0
    """What that may have cost at a known price."""
    inherited: bool = False
    """Whether it was answered, and paid for, in the run that this one was forked from."""
    max_tokens: int | None = None
    """Most tokens that it could have; ``None`` when nobody says."""
    dropped: tuple[str, ...] = ()
    """Parameters of the request that the model refuses and was asked without: ``schema``, ``constraint`` (asked with
    the looser schema, or none), ``seed``, ``system`` (its text stands before the prompt instead), ``temperature``."""
    served: str = ""
    """The model that the vendor says has answered; empty where it does not say."""
    fingerprint: str = ""
    """What the vendor calls the state that the model was in, where it says."""
    remarks: tuple[str, ...] = ()
    """What was odd about the answer, see ``remarks.py``."""
    stated: tuple[StatedLimit, ...] = ()
    """Limits that came with it, for the gate alone: nobody above it sees them, and they are in no record."""


def with_bill_of(reply: Reply, other: Reply) -> Reply:
    """A reply that has also cost what another one did."""
    usage, most_tokens, most_usd = reply.usage + other.usage, 0, 0.0
    if usage.total is None:
        most_tokens = sum(one.most_tokens + (one.usage.total or 0) for one in (reply, other))
        most_usd = sum(one.most_usd + (one.cost_usd or 0) for one in (reply, other))
    return replace(
        reply,
        usage=usage,
        answers=reply.answers + other.answers,
        cost_usd=known_sum(reply.cost_usd, other.cost_usd),
        most_tokens=most_tokens,
        most_usd=most_usd,
    )


@dataclass(frozen=True, slots=True)
class Overlong:
    """What a refusal tells that was for the length of a request; ``None`` where it does not say."""

    window: int | None = None
    """Tokens that there is room for, prompt and reply together."""
    prompt: int | None = None
    """Tokens of the prompt."""

    def smaller_window(self, request: Request) -> int | None:
        """The window that it names, if the request was not made to fit it, so that its asker can ask a shorter one."""
        fits = self.window is None or (request.window is not None and request.window <= self.window)
        return None if fits else self.window


class ModelError(Exception):
    """A call that was not answered. Its text holds no key and fits a line."""

    def __init__(
        self,
        message: str,
        *,
        kind: Literal["fatal", "transient", "rate_limit"] = "fatal",
        retry_after: float | None = None,
        billable: bool = True,
        reached: bool = True,
        of_account: bool = False,
        overlong: Overlong | None = None,
        loading: bool = False,
        stated: tuple[StatedLimit, ...] = (),
    ) -> None:
        """``billable``: whether the vendor may have done the work, and bill it, although no answer came. ``reached``:
        whether there was a server at all; one that is not there bills nothing. ``of_account``: whether it refuses the
        account, and not this request: a wrong or revoked key, money that is used up. ``overlong``: given where the
        request is too long for the model. ``loading``: whether the server is there and its model not yet.
        ``stated``: limits that came with the refusal."""
        super().__init__(message)
        self.kind = kind
        self.retry_after = retry_after
        self.billable = billable and reached
        self.reached = reached
        self.of_account = of_account
        self.overlong = overlong
        self.loading = loading
        self.stated = stated


class Model(Protocol):
    """Something that answers requests. Layers (journal, budget, gate) and the provider's model all meet it."""

    @property
    def name(self) -> str:
        """The model id, without its key."""

    async def generate(self, request: Request) -> Reply:
        """One answer. Raises ``ModelError``."""
