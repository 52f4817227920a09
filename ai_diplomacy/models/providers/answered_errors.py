"""Errors that come with status 200: of gateways that answer before they ask the model, and of servers that know no
better. Each is what it would be under the status that it stands for."""

from __future__ import annotations

import re
from collections.abc import Mapping

from .accounts import Account
from .bodies import Body, part, parts, text_of
from .faults import is_moderated, message_of, status_fault

_STATUS = re.compile("[45][0-9]{2}")
_STATUSES: Mapping[str, int] = {
    "aborted": 409,
    "api_error": 500,
    "authentication_error": 401,
    "billing_error": 402,
    "billing_hard_limit_reached": 429,
    "billing_not_active": 429,
    "context_length_exceeded": 400,
    "deadline_exceeded": 504,
    "failed_precondition": 400,
    "insufficient_quota": 429,
    "internal": 500,
    "invalid_api_key": 401,
    "invalid_argument": 400,
    "invalid_request_error": 400,
    "model_not_found": 404,
    "not_found": 404,
    "not_found_error": 404,
    "overloaded_error": 529,
    "permission_denied": 403,
    "permission_error": 403,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "request_too_large": 413,
    "resource_exhausted": 429,
    "timeout_error": 504,
    "unauthenticated": 401,
    "unavailable": 503,
    "unimplemented": 501,
}
"""What vendors call an error, in small letters, where they tell no number."""
_NO_SUCH_PLACE = re.compile(
    r"(unexpected|unknown|unsupported|invalid|no such) (endpoint|path|url|route)|\bnot found\b|no (route|endpoint)"
    r"|method not allowed|cannot post",
    re.IGNORECASE,
)
"""It is not asked at the address that it answers at."""
_TOLD_IN = ("error", "message", "detail", "msg")
"""Where a server may say in a text what is wrong."""


def is_refused(account: Account, body: Body, field: str, *, has_answered: bool) -> bool:
    """Whether a body says that a filter refused the question, where it should hold an answer in its ``field``. Raises
    ``ModelError`` for any other error. ``has_answered``: whether the account ever has, so that its address is right."""
    first = next(iter(parts(body, field)), {})
    if error := part(first, "error") or part(body, "error"):
        said: Body = {"error": error}
    elif isinstance(body.get(field), list) or not any(text_of(body, name) for name in _TOLD_IN):
        return False
    else:
        error = said = body
    status = _status_of(error)
    if is_moderated(status or 400, said) or error.get("code") == "invalid_prompt":
        return True
    if status is None:
        status = 404 if not has_answered and _NO_SUCH_PLACE.search(message_of(said)) else 500
    raise status_fault(account, status, {}, said)


def _status_of(error: Body) -> int | None:
    """The status that an error would have come with: its code as a number or a word, or its type."""
    for name in ("code", "type", "status"):
        said = error.get(name)
        if isinstance(said, str):
            said = int(said) if _STATUS.fullmatch(said) else _STATUSES.get(said.lower())
        if isinstance(said, int) and 400 <= said < 600:
            return said
    return None
