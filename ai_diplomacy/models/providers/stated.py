"""The limits that stand in an answer's headers, or in the body of a refusal.

OpenAI        ``x-ratelimit-{limit,remaining,reset}-{requests,tokens}``, the reset as ``6m0s`` or ``20ms``: when a
              bucket is full again. https://platform.openai.com/docs/guides/rate-limits#rate-limits-in-headers
Azure, xAI    the same
Groq          the same; its requests are those of a day. https://console.groq.com/docs/rate-limits
Anthropic     ``anthropic-ratelimit-{requests,tokens,input-tokens,output-tokens}-{limit,remaining,reset}``, the reset as
              a moment: when a bucket is full. https://docs.claude.com/en/api/rate-limits
Mistral       ``x-ratelimit-{limit,remaining}-{req,tokens}-minute``, ``ratelimitbysize-{limit,remaining,reset}``
OpenRouter    ``x-ratelimit-{limit,remaining,reset}`` for requests, the reset as a moment in milliseconds; those of a
              refusal stand in its body. https://openrouter.ai/docs/api-reference/limits
Together      the same with seconds
IETF          ``RateLimit-{Limit,Remaining,Reset}`` with seconds; in later drafts ``RateLimit: "default";r=50;t=30`` and
              ``RateLimit-Policy: "default";q=100;w=60``. draft-ietf-httpapi-ratelimit-headers
Google        the quota that was passed, in a refusal alone. https://ai.google.dev/gemini-api/docs/rate-limits
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Literal

from ..stated_limits import MINUTE, LimitUnit, StatedLimit
from .bodies import part, parts
from .waiting import asked_wait, clock_of, duration_of, moment_of, number_of

Field = Literal["limit", "remaining", "reset"]
_Kind = tuple[LimitUnit, float | None, bool]
"""Of what, in how many seconds, and whether the vendor is known to fill buckets."""

_DAY = 86400.0
_LONGEST = 1.5 * MINUTE
"""Limits of hours and days are no matter of pace: a game goes on as long as they last."""
_SLACK, _NEARLY = 0.5, 0.1
"""Seconds, and part of them, by which a stated end may differ from the one that a bucket would have."""
_EPOCH, _EPOCH_MILLISECONDS = 1e9, 1e12
"""A number above these is a moment, in seconds or in milliseconds, and no span."""
_ON_TIME = 5.0
"""Seconds by which a server's clock may differ from ours without notice: its ``Date`` tells whole ones alone."""

_LONGEST_NAME = 50
_PREFIXES = ("ratelimit-", "ratelimitbysize-")
_FIELDS: Mapping[str, Field] = {"limit": "limit", "remaining": "remaining", "reset": "reset"}
_UNITS: Mapping[str, LimitUnit] = {
    "requests": "requests",
    "req": "requests",
    "tokens": "tokens",
    "input-tokens": "input_tokens",
    "output-tokens": "output_tokens",
}
_WINDOWS = {"second": 1.0, "minute": MINUTE, "hour": 3600.0, "day": _DAY, "month": 30 * _DAY}
_POLICY = re.compile(r";\s*w=(\d{1,9})")
_PLAIN = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:$|[,;])")


def stated_limits(headers: Mapping[str, str], body: Any = None) -> tuple[StatedLimit, ...]:
    """The limits of minutes and seconds; ``body`` is that of a refusal."""
    told: dict[_Kind, dict[Field, str]] = {}
    by_policy, date = False, ""
    quoted = part(part(part(body, "error"), "metadata"), "headers") if body is not None else {}
    for name, value in (*headers.items(), *quoted.items()):
        if len(name) > _LONGEST_NAME:
            continue
        if (kind := _kind(name)) is not None:
            told.setdefault(kind[0], {})[kind[1]] = str(value)
        elif (lowered := name.lower()) == "date":
            date = value
        elif lowered == "ratelimit":
            by_policy = True
    limits = [limit for kind, fields in told.items() if (limit := _limit(*kind, fields, date)) is not None]
    if by_policy:
        limits += _of_policies({name.lower(): value for name, value in headers.items()})
    return (*limits, *_of_quotas(body)) if body is not None else tuple(limits)


@lru_cache(maxsize=512)
def _kind(name: str) -> tuple[_Kind, Field] | None:
    """What a header tells, by its name; ``None``: nothing of a limit."""
    name = name.lower()
    anthropic = name.startswith("anthropic-")
    name = name.removeprefix("anthropic-").removeprefix("x-")
    prefix = next((prefix for prefix in _PREFIXES if name.startswith(prefix)), None)
    if prefix is None:
        return None
    words = name.removeprefix(prefix).split("-")
    window = _WINDOWS.get(words[-1]) if len(words) > 1 else None
    if window is not None:
        words.pop()
    fields = [_FIELDS[word] for word in words if word in _FIELDS]
    named = "-".join(word for word in words if word not in _FIELDS)
    unit = _UNITS.get(named) if named else ("tokens" if prefix == "ratelimitbysize-" else "requests")
    if len(fields) != 1 or unit is None:
        return None
    of_minutes = anthropic or bool(named) or prefix == "ratelimitbysize-"
    return (unit, window or (MINUTE if of_minutes else None), anthropic), fields[0]


def _limit(
    unit: LimitUnit, window: float | None, bucket: bool, fields: Mapping[Field, str], date: str
) -> StatedLimit | None:
    """One limit by its headers; ``None`` for one that is of no use here."""
    first = fields.get("limit", "")
    limit, remaining = _number(first), _number(fields.get("remaining", ""))
    reset, until = _end(fields.get("reset", ""), date)
    if (policy := _POLICY.search(first)) is not None:
        window = float(policy[1])
    elif not bucket and window == MINUTE and reset is not None and limit and remaining is not None:
        full_in = (limit - remaining) / limit
        if _is_about(reset, full_in * _DAY) and not _is_about(reset, full_in * MINUTE):
            return None
        bucket = _is_about(reset, full_in * MINUTE)
    ends = until - time.time() if until is not None else reset
    if (ends or 0.0) > _LONGEST or (window or 0.0) > _LONGEST or (limit, remaining, ends) == (None, None, None):
        return None
    return StatedLimit(unit, limit, remaining, reset, until, window, bucket)


def _is_about(told: float, expected: float) -> bool:
    return abs(told - expected) <= max(_SLACK, _NEARLY * expected)


def _number(text: str) -> float | None:
    """The first number of ``100, 100;w=60``; a limit below nothing is none."""
    plain = _PLAIN.match(text)
    return None if plain is None else number_of(plain[1])


def _end(text: str, date: str) -> tuple[float | None, float | None]:
    """When all is left again: in so many seconds, or at that moment by our clock."""
    number = number_of(text)
    if number is None:
        if (span := duration_of(text)) is not None:
            return span, None
        until = moment_of(text) if text else None
    elif number < _EPOCH:
        return max(0.0, number), None
    else:
        until = number / 1000 if number >= _EPOCH_MILLISECONDS else number
    if until is None:
        return None, None
    ahead = time.time() - clock_of(date)
    return None, until + (ahead if abs(ahead) > _ON_TIME else 0.0)


def _of_policies(headers: Mapping[str, str]) -> Iterator[StatedLimit]:
    """Limits as the IETF's drafts write them from the eighth on."""
    policies = _items(headers.get("ratelimit-policy", ""))
    for name, state in _items(headers.get("ratelimit", "")).items():
        policy = policies.get(name, {})
        reset, window = state.get("t"), policy.get("w")
        if max(reset or 0.0, window or 0.0) <= _LONGEST and state.keys() & {"r", "t"}:
            yield StatedLimit("requests", policy.get("q"), state.get("r"), reset, None, window)


def _items(text: str) -> dict[str, dict[str, float]]:
    """``"default";r=50;t=30, "burst";r=5`` by name. What is no number is left out."""
    found: dict[str, dict[str, float]] = {}
    for item in text.split(","):
        name, *parameters = item.split(";")
        pairs = (parameter.partition("=") for parameter in parameters)
        numbers = ((key.strip(), number_of(value)) for key, _, value in pairs)
        found[name.strip(' "')] = {key: number for key, number in numbers if number is not None and number >= 0}
    return found


def _of_quotas(body: Any) -> Iterator[StatedLimit]:
    """Google's: the quota of requests that a refusal is for."""
    details = parts(part(body, "error"), "details")
    for quota in (quota for detail in details for quota in parts(detail, "violations")):
        limit, name = number_of(str(quota.get("quotaValue", ""))), str(quota.get("quotaId", ""))
        if limit and limit > 0 and "PerMinute" in name and "Requests" in name:
            yield StatedLimit("requests", limit, 0.0, asked_wait({}, body), None, MINUTE)
