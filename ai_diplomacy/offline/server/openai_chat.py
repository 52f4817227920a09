"""OpenAI chat completions on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import openai_common as common
from .wire import Ask, Said, Wire, WireError, count_of, model_of, refuse_streaming, split_turns, turns_of


def _read(body: Mapping[str, Any], _: str) -> Ask:
    model = model_of(body)
    refuse_streaming(body)
    system, history, prompt = split_turns(turns_of(body.get("messages"), "messages"), "messages")
    return Ask(
        model=model,
        system=system,
        prompt=prompt,
        history=history,
        max_tokens=count_of(body, "max_completion_tokens", "max_tokens"),
        structured=_structured(body.get("response_format")),
    )


def _structured(format: Any) -> bool:
    kind = format.get("type") if isinstance(format, dict) else None
    if format is not None and kind not in ("text", "json_object", "json_schema"):
        raise WireError(400, f"Invalid value: {kind!r} for 'response_format.type'.", param="response_format.type")
    if kind == "json_schema":
        described = format.get("json_schema")
        common.check_schema(described if isinstance(described, dict) else {}, "response_format.json_schema")
    return kind in ("json_object", "json_schema")


def _reply(ask: Ask, _: Mapping[str, Any], said: Said) -> dict[str, Any]:
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


WIRE = Wire(
    vendor="openai",
    paths=("/v1/chat/completions", "/chat/completions"),
    key=common.key,
    bad_key=common.bad_key,
    read=_read,
    reply=_reply,
    error=common.error,
    headers=common.headers,
)
