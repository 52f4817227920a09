"""The list of models, as each vendor shows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_EPOCH = "2025-01-01T00:00:00Z"
_EPOCH_SECONDS = 1735689600


def openai(names: Sequence[str]) -> dict[str, Any]:
    models = [{"id": name, "object": "model", "created": _EPOCH_SECONDS, "owned_by": "offline"} for name in names]
    return {"object": "list", "data": models}


def anthropic(names: Sequence[str]) -> dict[str, Any]:
    models = [
        {"type": "model", "id": name, "display_name": name, "created_at": _EPOCH, "lifecycle": "active"}
        for name in names
    ]
    return {"data": models, "has_more": False, "first_id": names[0], "last_id": names[-1]}


def gemini(names: Sequence[str]) -> dict[str, Any]:
    models = [
        {
            "name": f"models/{name}",
            "version": "1",
            "displayName": name,
            "inputTokenLimit": 1_000_000,
            "outputTokenLimit": 65_536,
            "supportedGenerationMethods": ["generateContent"],
        }
        for name in names
    ]
    return {"models": models}
