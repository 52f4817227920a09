"""The vendors of language models, each behind ``Provider``. Importing this imports no SDK."""

from .accounts import Account, AccountError, account_of, seat_problems
from .catalogue import ENTRY_POINTS, ProviderSpec, UnknownProviderError, provider_names, provider_spec
from .pool import Providers, has_blocking_twin, open_provider, preload

__all__ = [
    "ENTRY_POINTS",
    "Account",
    "AccountError",
    "ProviderSpec",
    "Providers",
    "UnknownProviderError",
    "account_of",
    "has_blocking_twin",
    "open_provider",
    "preload",
    "provider_names",
    "provider_spec",
    "seat_problems",
]
