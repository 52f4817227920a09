"""One provider object per account, made when first asked for and closed together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any, cast

from ..ids import ModelId
from ..model import Model
from ..provider import Provider
from .accounts import Account, account_of
from .catalogue import provider_spec


def open_provider(model: ModelId, environ: Mapping[str, str]) -> Provider:
    """The provider that a model is asked through. Its SDK is imported by the first call.

    Raises ``AccountError`` (no key, no address) or ``UnknownProviderError``.
    """
    return _make(account_of(model, environ))


def open_in_process(model: ModelId) -> Model:
    """The model of an id that ``in_process`` is true of."""
    opened: Model = _factory(model.provider)(model)
    return opened


def _make(account: Account) -> Provider:
    provider: Provider = _factory(account.provider)(account)
    return provider


def _factory(provider: str) -> Callable[..., Any]:
    module, _, name = provider_spec(provider).factory.partition(":")
    return cast("Callable[..., Any]", getattr(import_module(module), name))


def has_blocking_twin(provider: str) -> bool:
    """Whether a provider can be asked on threads, see ``BlockingProvider``. All of ours can; a third party's can when
    its factory is a class with a ``call_blocking``. Imports the provider, not its SDK. Raises
    ``UnknownProviderError``."""
    return provider_spec(provider).in_process or callable(getattr(_factory(provider), "call_blocking", None))


def preload(models: Iterable[ModelId]) -> None:
    """Imports the SDKs of these models: one to three seconds, best spent before the event loop runs. The first call
    would do it in a thread, which still holds the loop up by a tenth of a second now and then."""
    for module in sorted({name for model in models for name in provider_spec(model.provider).slow_imports}):
        import_module(module)


class Providers:
    """The providers of one event loop, shared by all its games."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._open: dict[Account, Provider] = {}

    def account(self, model: ModelId) -> Account:
        """What shares connections and limits with this model. Raises as ``open_provider`` does."""
        return account_of(model, self._environ)

    def open(self, model: ModelId) -> Provider:
        """As ``open_provider``, but the same object for the same account."""
        account = self.account(model)
        if account not in self._open:
            self._open[account] = _make(account)
        return self._open[account]

    async def close(self) -> None:
        """Closes all connections; those of the others too when one cannot be closed, whose error is then raised."""
        closing = [provider.close() for provider in self._open.values()]
        self._open.clear()
        for result in await asyncio.gather(*closing, return_exceptions=True):
            if isinstance(result, BaseException):
                raise result
