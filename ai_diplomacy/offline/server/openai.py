"""OpenAI on the wire: chat completions and responses, which share keys, errors, headers and the rules of schemas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .structured import open_object, optional_property
from .wire import Ask, Said, Wire, WireError, count_of, model_of, split_turns, text_of, turns_of

_TYPES = {
    429: "requests",
    500: "server_error",
    503: "service_unavailable_error",
    504: "server_error",
    529: "service_unavailable_error",
}
_CODES = {429: "rate_limit_exceeded", 503: "server_is_overloaded", 529: "server_is_overloaded"}


class _OpenAIWire(Wire):
    """What both of the vendor's protocols share."""

    def bad_key(self, sent: str) -> WireError:
        if not sent:
            return WireError(401, "You didn't provide an API key in an Authorization header (Bearer auth).")
        return WireError(401, "Incorrect API key provided.", code="invalid_api_key")

    def error(self, problem: WireError, _: str) -> dict[str, Any]:
        return {
            "error": {
                "message": problem.message,
                "type": _TYPES.get(problem.status, "invalid_request_error"),
                "param": problem.param,
                "code": problem.code or _CODES.get(problem.status),
            }
        }

    def headers(self, request_id: str, seconds: float) -> dict[str, str]:
        return {
            "x-request-id": request_id,
            "openai-processing-ms": str(round(seconds * 1000)),
            "openai-version": "2020-10-01",
        }

    def models(self, names: Sequence[str]) -> dict[str, Any]:
        models = [{"id": name, "object": "model", "created": 1735689600, "owned_by": "offline"} for name in names]
        return {"object": "list", "data": models}


class ChatWire(_OpenAIWire):
    """Chat completions."""

    vendor = "openai"
    paths = ("/v1/chat/completions", "/chat/completions")

    def read(self, body: Mapping[str, Any], _: str) -> Ask:
        return Ask(
            model_of(body),
            *split_turns(turns_of(body.get("messages"), "messages"), "messages"),
            max_tokens=count_of(body, "max_completion_tokens", "max_tokens"),
            structured=_structured(body.get("response_format"), "response_format", "json_schema"),
        )

    def reply(self, ask: Ask, _: Mapping[str, Any], said: Said) -> dict[str, Any]:
        return {
            "id": f"chatcmpl-{said.serial:024x}",
            "object": "chat.completion",
            "created": said.created,
            "model": ask.model,
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": said.text, "refusal": None, "annotations": []},
                    "logprobs": None,
                    "finish_reason": "stop" if said.complete else "length",
                }
            ],
            "usage": {
                "prompt_tokens": said.input,
                "completion_tokens": said.output,
                "total_tokens": said.input + said.output,
                "prompt_tokens_details": {"cached_tokens": said.cached, "audio_tokens": 0},
                "completion_tokens_details": {
                    "reasoning_tokens": 0,
                    "audio_tokens": 0,
                    "accepted_prediction_tokens": 0,
                    "rejected_prediction_tokens": 0,
                },
            },
            "service_tier": "default",
            "system_fingerprint": "fp_offline",
        }


class ResponsesWire(_OpenAIWire):
    """Responses."""

    vendor = "openai-responses"
    paths = ("/v1/responses", "/responses")

    def read(self, body: Mapping[str, Any], _: str) -> Ask:
        model = model_of(body)
        asked = body.get("input")
        turns = [("user", asked)] if isinstance(asked, str) else turns_of(asked, "input")
        if body.get("instructions") is not None:
            turns.insert(0, ("system", text_of(body["instructions"], "instructions")))
        return Ask(
            model,
            *split_turns(turns, "input"),
            max_tokens=count_of(body, "max_output_tokens"),
            structured=_structured(_format(body), "text.format", code="invalid_json_schema"),
        )

    def reply(self, ask: Ask, body: Mapping[str, Any], said: Said) -> dict[str, Any]:
        status = "completed" if said.complete else "incomplete"
        return {
            "id": f"resp_{said.serial:048x}",
            "object": "response",
            "created_at": said.created,
            "status": status,
            "background": False,
            "error": None,
            "incomplete_details": None if said.complete else {"reason": "max_output_tokens"},
            "instructions": body.get("instructions"),
            "max_output_tokens": ask.max_tokens,
            "model": ask.model,
            "output": [
                {
                    "id": f"msg_{said.serial:048x}",
                    "type": "message",
                    "status": status,
                    "role": "assistant",
                    "content": [{"type": "output_text", "annotations": [], "logprobs": [], "text": said.text}],
                }
            ],
            "parallel_tool_calls": True,
            "previous_response_id": None,
            "reasoning": {"effort": None, "summary": None},
            "service_tier": "default",
            "store": False,
            "temperature": body.get("temperature", 1.0),
            "text": {"format": _format(body) or {"type": "text"}},
            "tool_choice": "auto",
            "tools": [],
            "top_p": body.get("top_p", 1.0),
            "truncation": "disabled",
            "usage": {
                "input_tokens": said.input,
                "input_tokens_details": {"cached_tokens": said.cached, "cache_write_tokens": said.written},
                "output_tokens": said.output,
                "output_tokens_details": {"reasoning_tokens": 0},
                "total_tokens": said.input + said.output,
            },
            "user": None,
            "metadata": {},
        }


def _structured(
    format: Any, where: str, holder: str | None = None, code: str | None = None
) -> Mapping[str, Any] | None:
    """As in ``Ask``; the format's schema stands in the field ``holder``, if any. Raises ``WireError``."""
    kind = format.get("type") if isinstance(format, dict) else None
    if format is not None and kind not in ("text", "json_object", "json_schema"):
        raise WireError(400, f"Invalid value: {kind!r} for '{where}.type'.", param=f"{where}.type")
    if kind == "json_schema":
        described = format.get(holder) if holder else format
        where = f"{where}.{holder}" if holder else where
        return _checked_schema(described if isinstance(described, dict) else {}, where, code)
    return {} if kind == "json_object" else None


def _checked_schema(format: Mapping[str, Any], where: str, code: str | None) -> Mapping[str, Any]:
    """The schema of a format. Refuses, as the vendor does, one that is strict and leaves something open. Raises
    ``WireError``."""
    name, schema = format.get("name"), format.get("schema")
    if not isinstance(name, str) or not name or not isinstance(schema, dict):
        raise WireError(400, f"Missing required parameter: '{where}.{'schema' if name else 'name'}'.", param=where)
    if not format.get("strict"):
        return schema
    if (place := open_object(schema)) is not None:
        fault = "'additionalProperties' is required to be supplied and to be false."
    elif (missing := optional_property(schema)) is not None:
        place = missing[0]
        fault = (
            "'required' is required to be supplied and to be an array including every key in properties. "
            f"Missing '{missing[1]}'."
        )
    else:
        return schema
    message = f"Invalid schema for response_format '{name}': In context={place}, {fault}"
    raise WireError(400, message, param=where, code=code)


def _format(body: Mapping[str, Any]) -> Any:
    text = body.get("text")
    return text.get("format") if isinstance(text, dict) else None
