"""How long a vendor asks to be left alone."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Iterator, Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any

_DURATION = re.compile(r"(\d+(?:\.\d+)?)s")


def asked_wait(headers: Mapping[str, str], body: Any = None) -> float | None:
    """Seconds to wait: ``retry-after-ms``, ``Retry-After`` (seconds or a date), else Google's ``RetryInfo`` in the
    body. ``None`` when nobody says."""
    milliseconds = _seconds(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    said = headers.get("retry-after")
    if (wait := _seconds(said)) is not None:
        return wait
    if said and (wait := _until(said, headers.get("date"))) is not None:
        return wait
    return next(_retry_infos(body), None)


def _seconds(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return max(0.0, value) if math.isfinite(value) else None


def _until(moment: str, now: str | None) -> float | None:
    """Seconds to an HTTP date, by the server's own clock where it tells the time."""
    end = _moment(moment)
    if end is None:
        return None
    start = _moment(now or "")
    return max(0.0, end - (time.time() if start is None else start))


def _moment(date: str) -> float | None:
    """Seconds since 1970. A date without a zone is in UTC, as all dates in HTTP are."""
    try:
        moment = parsedate_to_datetime(date)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def _retry_infos(body: Any) -> Iterator[float]:
    error = body.get("error") if isinstance(body, Mapping) else None
    details = error.get("details") if isinstance(error, Mapping) else None
    for detail in details if isinstance(details, list) else ():
        match = _DURATION.fullmatch(str(detail.get("retryDelay", ""))) if isinstance(detail, Mapping) else None
        if match and (wait := _seconds(match[1])) is not None:
            yield wait
