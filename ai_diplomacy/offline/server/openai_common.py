"""What OpenAI's two protocols share: the key, errors, headers and the rules of strict schemas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .structured import open_object, optional_property
from .wire import Receipt, WireError, bearer

_TYPES = {
    429: "requests",
    500: "server_error",
    503: "service_unavailable_error",
    504: "server_error",
    529: "service_unavailable_error",
}
_CODES = {429: "rate_limit_exceeded", 503: "server_is_overloaded", 529: "server_is_overloaded"}


def key(headers: Mapping[str, str], _: Mapping[str, str]) -> str:
    return bearer(headers)


def bad_key(sent: str) -> WireError:
    if not sent:
        return WireError(401, "You didn't provide an API key in an Authorization header (Bearer auth).")
    return WireError(401, "Incorrect API key provided.", code="invalid_api_key")


def error(problem: WireError, _: str) -> dict[str, Any]:
    return {
        "error": {
            "message": problem.message,
            "type": _TYPES.get(problem.status, "invalid_request_error"),
            "param": problem.param,
            "code": problem.code or _CODES.get(problem.status),
        }
    }


def headers(receipt: Receipt) -> dict[str, str]:
    found = {
        "x-request-id": receipt.request_id,
        "openai-processing-ms": str(round(receipt.seconds * 1000)),
        "openai-version": "2020-10-01",
    }
    if receipt.retry_after is not None:
        found["retry-after-ms"] = str(round(receipt.retry_after * 1000))
    if receipt.quota is not None:
        found |= {
            "x-ratelimit-limit-requests": str(receipt.quota.limit),
            "x-ratelimit-remaining-requests": str(receipt.quota.remaining),
            "x-ratelimit-reset-requests": _duration(receipt.quota.reset),
        }
    return found


def _duration(seconds: float) -> str:
    """``120ms``, ``8.64s``, ``6m0s``."""
    if seconds < 1:
        return f"{round(seconds * 1000)}ms"
    if seconds < 60:
        return f"{seconds:.3g}s"
    return f"{int(seconds // 60)}m{int(seconds % 60)}s"


def check_schema(format: Mapping[str, Any], where: str, code: str | None = None) -> None:
    """Refuses, as the vendor does, a schema that is strict and leaves something open. Raises ``WireError``."""
    name, schema = format.get("name"), format.get("schema")
    if not isinstance(name, str) or not name or not isinstance(schema, dict):
        raise WireError(400, f"Missing required parameter: '{where}.{'schema' if name else 'name'}'.", param=where)
    if not format.get("strict"):
        return
    if (place := open_object(schema)) is not None:
        fault = "'additionalProperties' is required to be supplied and to be false."
    elif (missing := optional_property(schema)) is not None:
        place = missing[0]
        fault = (
            "'required' is required to be supplied and to be an array including every key in properties. "
            f"Missing '{missing[1]}'."
        )
    else:
        return
    message = f"Invalid schema for response_format '{name}': In context={place}, {fault}"
    raise WireError(400, message, param=where, code=code)
