"""How long a vendor asks to be left alone, in whatever words it says so."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any

from ..stated_limits import MINUTE, StatedLimit
from .bodies import part, parts

_SECONDS = {"ms": 0.001, "mi": 60.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_PIECE = r"\d{1,12}(?:\.\d{1,12})?\s*(?:ms|milliseconds?|s|sec(?:ond)?s?|m|min(?:ute)?s?|h|hours?|d|days?)(?![a-z])\s*"
_PIECES = re.compile(r"([\d.]+)\s*([a-z]+)")
_DURATION = re.compile(rf"(?:{_PIECE})+", re.IGNORECASE)
_IN_WORDS = re.compile(rf"\b(?:again|retry|retrying)\s+(?:in|after)\s+((?:{_PIECE})+)", re.IGNORECASE)
"""``Please try again in 6m0s`` (OpenAI), ``retry after 20 seconds`` (Azure), ``Please retry in 34.07s`` (Gemini)."""


def asked_wait(headers: Mapping[str, str], body: Any = None, said: str = "") -> float | None:
    """Seconds to wait: ``retry-after-ms``, ``Retry-After`` (seconds or a date), else Google's ``RetryInfo`` in the
    body, else what is ``said`` in words. ``None`` when nobody says."""
    milliseconds = number_of(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return max(0.0, milliseconds / 1000)
    told = headers.get("retry-after")
    if (wait := number_of(told)) is not None:
        return max(0.0, wait)
    if told and (end := moment_of(told)) is not None:
        return max(0.0, end - clock_of(headers.get("date")))
    wait = next(_retry_infos(body), None)
    if wait is None and (words := _IN_WORDS.search(said)):
        wait = duration_of(words[1])
    return wait


def wait_for(limits: Iterable[StatedLimit]) -> float | None:
    """Seconds until the limits that are used up have room again, as they are stated with a refusal."""
    waits = []
    for stated in limits:
        ends = stated.reset if stated.until is None else max(0.0, stated.until - time.time())
        if stated.refills and stated.unit == "requests" and stated.limit:
            ends = (stated.window or MINUTE) / stated.limit
        if ends is not None and (stated.remaining is None or stated.remaining < 1):
            waits.append(ends)
    return max(waits, default=None)


def number_of(text: str | None) -> float | None:
    """A number, if it is one that is finite."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def duration_of(text: str) -> float | None:
    """Seconds in ``6m0s``, ``2m59.56s``, ``20ms``, ``20 seconds``."""
    if not _DURATION.fullmatch(text.strip()):
        return None
    pieces = _PIECES.findall(text.lower())
    return sum(float(count) * (_SECONDS.get(unit[:2]) or _SECONDS[unit[0]]) for count, unit in pieces)


@lru_cache(maxsize=64)
def moment_of(text: str) -> float | None:
    """Seconds since 1970: an HTTP date, or a moment as RFC 3339 writes it. Without a zone it is in UTC, as all dates in
    HTTP are."""
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(text)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
        except (ValueError, OverflowError):
            continue
    return None


def clock_of(date: str | None) -> float:
    """The server's own clock by the ``Date`` of its answer, else ours."""
    moment = moment_of(date) if date else None
    return time.time() if moment is None else moment


def _retry_infos(body: Any) -> Iterator[float]:
    for detail in parts(part(body, "error"), "details"):
        if (wait := duration_of(str(detail.get("retryDelay", "")))) is not None:
            yield wait
