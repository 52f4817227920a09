"""How the vendors that speak OpenAI's chat protocol differ from one another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from .accounts import Account
from .catalogue import BUILT_IN

TokenLimit = Literal["max_tokens", "max_completion_tokens"]


@dataclass(frozen=True, slots=True)
class Dialect:
    """What one endpoint calls things."""

    token_limit: TokenLimit = "max_tokens"
    seed: str = "seed"
    structure: Literal["json_schema", "json_object"] = "json_schema"
    """``json_object``: it can be made to write JSON, but not to a schema."""
    marks_cache: bool = False
    """Whether it hands Anthropic's cache marks on to Anthropic's models."""


_DIALECTS: Mapping[str, Dialect] = {
    "openrouter": Dialect(marks_cache=True),
    "deepseek": Dialect(structure="json_object"),
    "mistral": Dialect(seed="random_seed"),
    "xai": Dialect("max_completion_tokens"),
}


def dialect_of(account: Account) -> Dialect:
    """OpenAI itself wants ``max_completion_tokens``; servers that follow it know ``max_tokens``, and some of them
    would leave the other unread without a word."""
    if account.provider == "openai" and account.base_url == BUILT_IN["openai"].base_url:
        return Dialect("max_completion_tokens")
    return _DIALECTS.get(account.provider, Dialect())
