"""Anthropic messages on the wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .structured import open_object
from .wire import Ask, Said, Wire, WireError, count_of, model_of, split_turns, text_of, turns_of

_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}


class AnthropicWire(Wire):
    """Anthropic messages."""

    vendor = "anthropic"
    paths = ("/v1/messages", "/messages")

    def key(self, headers: Mapping[str, str], query: Mapping[str, str]) -> str:
        return headers.get("x-api-key") or super().key(headers, query)

    def bad_key(self, sent: str) -> WireError:
        return WireError(401, "invalid x-api-key" if sent else "x-api-key header is required")

    def read(self, body: Mapping[str, Any], _: str) -> Ask:
        model = model_of(body)
        limit = count_of(body, "max_tokens")
        if limit is None:
            raise WireError(400, "max_tokens: Field required")
        turns = turns_of(body.get("messages"), "messages")
        if any(role not in ("user", "assistant") for role, _ in turns):
            raise WireError(400, "messages: roles are 'user' and 'assistant'; the system prompt is a field of its own")
        system = body.get("system") or ""
        _, prompt, history = split_turns(turns, "messages")
        structured, cacheable = _structured(body), _cacheable(body, system)
        return Ask(model, text_of(system, "system"), prompt, history, limit, structured, cacheable)

    def reply(self, ask: Ask, _: Mapping[str, Any], said: Said) -> dict[str, Any]:
        return {
            "id": f"msg_{said.serial:024x}",
            "type": "message",
            "role": "assistant",
            "model": ask.model,
            "content": [{"type": "text", "text": said.text}],
            "stop_reason": "end_turn" if said.complete else "max_tokens",
            "stop_sequence": None,
            "stop_details": None,
            "usage": {
                # What was read from the cache or written to it is counted apart by this vendor.
                "input_tokens": said.input - said.cached - said.written,
                "cache_creation_input_tokens": said.written,
                "cache_read_input_tokens": said.cached,
                "cache_creation": {"ephemeral_5m_input_tokens": said.written, "ephemeral_1h_input_tokens": 0},
                "output_tokens": said.output,
                "output_tokens_details": {"thinking_tokens": 0},
                "service_tier": "standard",
            },
        }

    def error(self, problem: WireError, request_id: str) -> dict[str, Any]:
        kind = _TYPES.get(problem.status, "api_error")
        return {"type": "error", "error": {"type": kind, "message": problem.message}, "request_id": request_id}

    def headers(self, request_id: str, _: float) -> dict[str, str]:
        return {"request-id": request_id, "anthropic-organization-id": "offline"}

    def models(self, names: Sequence[str]) -> dict[str, Any]:
        models = [
            {
                "type": "model",
                "id": name,
                "display_name": name,
                "created_at": "2025-01-01T00:00:00Z",
                "lifecycle": "active",
            }
            for name in names
        ]
        return {"data": models, "has_more": False, "first_id": names[0], "last_id": names[-1]}


def _structured(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    config = body.get("output_config")
    format = config.get("format") if isinstance(config, dict) else None
    if format is None:
        return None
    schema = format.get("schema") if isinstance(format, dict) else None
    if not isinstance(schema, dict) or format.get("type") != "json_schema":
        raise WireError(400, "output_config.format: a 'json_schema' with its 'schema' is required")
    if open_object(schema) is not None:
        fault = "For 'object' type, 'additionalProperties' must be explicitly set to false"
        raise WireError(400, f"output_config.format.schema: {fault}")
    return schema


def _cacheable(body: Mapping[str, Any], system: Any) -> bool:
    """This vendor caches what is marked."""
    blocks = system if isinstance(system, list) else []
    return bool(body.get("cache_control")) or any(block.get("cache_control") for block in blocks)
