"""The requests that the tests of the providers send, and what comes of those that fail."""

from __future__ import annotations

import asyncio
from typing import Any

from ai_diplomacy.models.ids import ModelId
from ai_diplomacy.models.model import CallKey, ModelError, Request
from ai_diplomacy.models.provider import Provider
from ai_diplomacy.models.provider_model import ProviderModel

KEY = "sk-scripted-0123456789abcdefghij"
"""A key that a vendor might give out; no piece of it may be seen anywhere but at the vendor."""

LIST_OF_ORDERS: dict[str, Any] = {
    "title": "OrderReply",
    "type": "object",
    "properties": {
        "orders": {"type": "array", "items": {"type": "string"}, "title": "Orders"},
        "vote_draw": {"type": "boolean", "default": False, "title": "Vote Draw"},
    },
    "required": ["orders"],
}
MAP_OF_WORDS: dict[str, Any] = {
    "title": "ReflectReply",
    "type": "object",
    "properties": {
        "relationships": {
            "type": "object",
            "additionalProperties": {"type": "string", "enum": ["Enemy", "Ally"]},
            "default": {},
        }
    },
}


def question(**changes: Any) -> Request:
    return Request(CallKey("S1901M", "FRANCE", "order"), "You are FRANCE.", "What now?", **changes)


async def fault(provider: Provider, model: ModelId, **changes: Any) -> ModelError:
    """What a game is told of a call. The call must fail."""
    asked = ProviderModel(provider, model)
    (error,) = await asyncio.gather(asked.generate(question(**changes)), return_exceptions=True)
    assert isinstance(error, ModelError), f"came to {error!r}"
    return error
