"""Gemini generateContent on the wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .wire import Ask, Said, Wire, WireError, count_of, split_turns, text_of, turns_of

_STATUSES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    413: "INVALID_ARGUMENT",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
    529: "UNAVAILABLE",
}
_RPC = "type.googleapis.com/google.rpc"
_SERVICE = "generativelanguage.googleapis.com"


class GeminiWire(Wire):
    """Gemini generateContent."""

    vendor = "gemini"
    paths = ("/v1beta/models/{call}", "/v1/models/{call}")

    def key(self, headers: Mapping[str, str], query: Mapping[str, str]) -> str:
        return headers.get("x-goog-api-key") or query.get("key", "")

    def bad_key(self, sent: str) -> WireError:
        if not sent:
            return WireError(403, "Method doesn't allow unregistered callers (callers without established identity).")
        return WireError(400, "API key not valid. Please pass a valid API key.", code="API_KEY_INVALID")

    def read(self, body: Mapping[str, Any], call: str) -> Ask:
        model, _, method = call.rpartition(":")
        if method == "streamGenerateContent":
            raise WireError(400, "streaming is not supported by this server; ask for generateContent")
        if method != "generateContent" or not model:
            raise WireError(404, "this server knows models/MODEL:generateContent only")
        config = _part(body, "generationConfig", "generation_config")
        instruction = _part(body, "systemInstruction", "system_instruction")
        _, prompt, history = split_turns(turns_of(body.get("contents"), "contents", "parts"), "contents")
        return Ask(
            model,
            text_of(instruction["parts"], "systemInstruction.parts") if instruction.get("parts") else "",
            prompt,
            history,
            max_tokens=count_of(config, "maxOutputTokens", "max_output_tokens"),
            structured=_structured(config),
        )

    def reply(self, ask: Ask, _: Mapping[str, Any], said: Said) -> dict[str, Any]:
        usage: dict[str, Any] = {
            "promptTokenCount": said.input,
            "candidatesTokenCount": said.output,
            "totalTokenCount": said.input + said.output,
            "promptTokensDetails": [{"modality": "TEXT", "tokenCount": said.input}],
        }
        if said.cached:
            usage["cachedContentTokenCount"] = said.cached
            usage["cacheTokensDetails"] = [{"modality": "TEXT", "tokenCount": said.cached}]
        return {
            "candidates": [
                {
                    "content": {"parts": [{"text": said.text}], "role": "model"},
                    "finishReason": "STOP" if said.complete else "MAX_TOKENS",
                    "index": 0,
                }
            ],
            "usageMetadata": usage,
            "modelVersion": ask.model,
            "responseId": f"{said.serial:022x}",
        }

    def error(self, problem: WireError, _: str) -> dict[str, Any]:
        found: dict[str, Any] = {
            "code": problem.status,
            "message": problem.message,
            "status": _STATUSES.get(problem.status, "UNKNOWN"),
        }
        details: list[dict[str, Any]] = []
        if problem.code:
            domain = {"domain": "googleapis.com", "metadata": {"service": _SERVICE}}
            details.append({"@type": f"{_RPC}.ErrorInfo", "reason": problem.code, **domain})
        if problem.status == 429:
            unit, limit = problem.quota or ("requests", None)
            name = f"Generate{unit.title()}PerMinute"
            quota = {"quotaMetric": f"{_SERVICE}/generate_content_{unit}", "quotaId": name}
            if limit is not None:
                quota["quotaValue"] = str(limit)
            details.append({"@type": f"{_RPC}.QuotaFailure", "violations": [quota]})
        if problem.retry_after is not None:
            details.append({"@type": f"{_RPC}.RetryInfo", "retryDelay": f"{problem.retry_after:g}s"})
        return {"error": {**found, "details": details} if details else found}

    def headers(self, _: str, seconds: float) -> dict[str, str]:
        return {"server-timing": f"gfet4t7; dur={round(seconds * 1000)}"}

    def models(self, names: Sequence[str]) -> dict[str, Any]:
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


def _part(body: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    """An object of the body, under its name in camel or in snake case; empty when it is not there."""
    found: Any = next((body[name] for name in names if body.get(name) is not None), {})
    if not isinstance(found, dict):
        raise WireError(400, f"{names[0]}: not an object")
    return found


def _structured(config: Mapping[str, Any]) -> Mapping[str, Any] | None:
    json = config.get("responseMimeType") == "application/json"
    given = [config[name] for name in ("responseJsonSchema", "responseSchema") if config.get(name) is not None]
    if given and not json:
        raise WireError(400, "A response schema is only supported for the response MIME type application/json.")
    schema = given[0] if given else {}
    return schema if json and isinstance(schema, dict) else None
