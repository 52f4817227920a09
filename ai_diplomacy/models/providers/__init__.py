"""The providers of language models, each behind ``Provider``. Importing this imports no SDK."""

from .accounts import Account, AccountError, account_of, load_keys, seat_problems
from .catalogue import (
    ENTRY_POINTS,
    ProviderSpec,
    UnknownProviderError,
    asks_a_model,
    in_process,
    provider_names,
    provider_spec,
    register_provider,
)
from .pool import Providers, has_blocking_twin, open_in_process, open_provider, preload

__all__ = [
    "ENTRY_POINTS",
    "Account",
    "AccountError",
    "ProviderSpec",
    "Providers",
    "UnknownProviderError",
    "account_of",
    "asks_a_model",
    "has_blocking_twin",
    "in_process",
    "load_keys",
    "open_in_process",
    "open_provider",
    "preload",
    "provider_names",
    "provider_spec",
    "register_provider",
    "seat_problems",
]
