"""The seam to a vendor: one call through its own SDK, and what its errors mean."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from .ids import ModelId
from .model import ModelError, Request, StopReason, Usage
from .remarks import Remark
from .stated_limits import StatedLimit


@dataclass(frozen=True, slots=True)
class ProviderAnswer:
    """What a vendor answered."""

    text: str
    usage: Usage = field(default_factory=Usage)
    stop: StopReason = "end"
    dropped: tuple[str, ...] = ()
    """Parameters of the request that this model does not take and was asked without, as in ``Reply``."""
    served: str = ""
    """The model that the vendor says has answered."""
    fingerprint: str = ""
    """What it calls the state that the model was in."""
    remarks: tuple[Remark, ...] = ()
    """What is odd about the answer."""
    stated: tuple[StatedLimit, ...] = ()
    """Limits that came with it."""


class Provider(Protocol):
    """One account at one vendor (provider, base URL, key): calls it, and knows its errors.

    A provider does these things and no others: retries, limits, deadlines, the journal and the budget stand once,
    as layers over any provider. The one exception: a parameter that an endpoint does not support (a schema, a seed, a
    temperature, the name of the token limit) is remembered and the question asked again at once without it.
    """

    async def call(self, model: ModelId, request: Request) -> ProviderAnswer:
        """One call, asked once. Raises whatever the SDK raises, or ``ModelError`` for a reply that makes no sense."""

    def classify(self, error: Exception) -> ModelError:
        """What an error of ``call`` means, a ``ModelError`` included, whose text may still be a vendor's: fatal,
        transient, or a rate limit with the time to wait. The text of the result holds no key and fits a line. Raise it
        ``from None``: the error it came from may hold the key."""

    async def close(self) -> None:
        """Closes its connections. A later call opens them again."""


class BlockingProvider(Provider, Protocol):
    """A provider that has a twin for threads, through the vendor's own blocking SDK client."""

    def call_blocking(self, model: ModelId, request: Request, *, deadline: float) -> ProviderAnswer:
        """As ``call``, on the calling thread. ``deadline``: seconds that it may take, however slowly the server goes
        on, as nobody else can stop a thread. Connections are closed by ``close``."""
