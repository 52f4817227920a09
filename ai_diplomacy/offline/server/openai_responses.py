"""OpenAI responses on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import openai_common as common
from .wire import Ask, Said, Wire, WireError, count_of, model_of, refuse_streaming, split_turns, text_of, turns_of


def _read(body: Mapping[str, Any], _: str) -> Ask:
    model = model_of(body)
    refuse_streaming(body)
    asked = body.get("input")
    turns = [("user", asked)] if isinstance(asked, str) else turns_of(asked, "input")
    if body.get("instructions") is not None:
        turns.insert(0, ("system", text_of(body["instructions"], "instructions")))
    system, history, prompt = split_turns(turns, "input")
    return Ask(
        model=model,
        system=system,
        prompt=prompt,
        history=history,
        max_tokens=count_of(body, "max_output_tokens"),
        structured=_structured(_format(body)),
    )


def _format(body: Mapping[str, Any]) -> Any:
    text = body.get("text")
    return text.get("format") if isinstance(text, dict) else None


def _structured(format: Any) -> bool:
    kind = format.get("type") if isinstance(format, dict) else None
    if format is not None and kind not in ("text", "json_object", "json_schema"):
        raise WireError(400, f"Invalid value: {kind!r} for 'text.format.type'.", param="text.format.type")
    if kind == "json_schema":
        common.check_schema(format, "text.format", "invalid_json_schema")
    return kind in ("json_object", "json_schema")


def _reply(ask: Ask, body: Mapping[str, Any], said: Said) -> dict[str, Any]:
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


WIRE = Wire(
    vendor="openai-responses",
    paths=("/v1/responses", "/responses"),
    key=common.key,
    bad_key=common.bad_key,
    read=_read,
    reply=_reply,
    error=common.error,
    headers=common.headers,
)
