"""What each vendor's protocol looks like, written down by hand from its documentation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Protocol:
    """One vendor's side of the wire."""

    provider: str
    path: str
    answer: Callable[[str], Json]
    """A whole answer with this text."""
    error: Callable[[int, str], Json]
    """The body of an error with this status and message."""
    refused_schema: str
    """What it says about a schema that it does not take."""

    def __str__(self) -> str:
        return self.provider


def chat(text: str | None, finish: str = "stop", usage: Json | None = None, **message: Any) -> Json:
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [
            {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text, **message}}
        ],
        "usage": usage or {"prompt_tokens": 10, "completion_tokens": 4, "total_tokens": 14},
    }


def response(text: str | None, status: str = "completed", reason: str | None = None, usage: Json | None = None) -> Json:
    said = [{"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}]}]
    return {
        "id": "resp_1",
        "object": "response",
        "status": status,
        "incomplete_details": {"reason": reason} if reason else None,
        "output": [{"type": "reasoning", "id": "rs_1", "summary": []}, *(said if text is not None else [])],
        "usage": usage or {"input_tokens": 10, "output_tokens": 4, "total_tokens": 14},
    }


def message(text: str | None, stop: str = "end_turn", usage: Json | None = None) -> Json:
    blocks = [{"type": "thinking", "thinking": "hm", "signature": "s"}]
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": blocks + ([{"type": "text", "text": text}] if text is not None else []),
        "stop_reason": stop,
        "usage": usage or {"input_tokens": 10, "output_tokens": 4},
    }


def candidate(text: str | None, finish: str = "STOP", usage: Json | None = None) -> Json:
    said = [{"text": "let me think", "thought": True}, {"text": text}] if text is not None else []
    return {
        "candidates": [{"content": {"role": "model", "parts": said}, "finishReason": finish, "index": 0}],
        "usageMetadata": usage or {"promptTokenCount": 10, "candidatesTokenCount": 4, "totalTokenCount": 14},
    }


def _openai_error(status: int, text: str) -> Json:
    return {"error": {"message": text, "type": "invalid_request_error", "param": None, "code": None}}


def _anthropic_error(status: int, text: str) -> Json:
    kinds = {401: "authentication_error", 404: "not_found_error", 429: "rate_limit_error", 529: "overloaded_error"}
    return {"type": "error", "error": {"type": kinds.get(status, "invalid_request_error"), "message": text}}


def _google_error(status: int, text: str) -> Json:
    return {"error": {"code": status, "message": text, "status": "INVALID_ARGUMENT", "details": []}}


PROTOCOLS = (
    Protocol(
        "openai",
        "/v1/chat/completions",
        chat,
        _openai_error,
        "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.",
    ),
    Protocol(
        "openai-responses",
        "/v1/responses",
        response,
        _openai_error,
        "Invalid parameter: 'text.format' of type 'json_schema' is not supported with this model.",
    ),
    Protocol(
        "anthropic",
        "/v1/messages",
        message,
        _anthropic_error,
        "output_config.format: Extra inputs are not permitted",
    ),
    Protocol(
        "gemini",
        "/v1beta/models/m:generateContent",
        candidate,
        _google_error,
        "JSON mode is not enabled for models/m",
    ),
)
