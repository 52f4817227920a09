"""A limit as a vendor states it, with an answer or with a refusal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

LimitUnit = Literal["requests", "tokens", "input_tokens", "output_tokens"]

MINUTE = 60.0
"""Seconds that a limit is for, unless the vendor says otherwise."""


@dataclass(frozen=True, slots=True)
class StatedLimit:
    """Of one model and account; ``None`` where the vendor does not say."""

    unit: LimitUnit
    limit: float | None = None
    """Most of them in a window."""
    remaining: float | None = None
    """How many were left after this call, with all counted who use the account."""
    reset: float | None = None
    """Seconds from the sending of the call until all of them are left again."""
    until: float | None = None
    """The same as a moment, seconds since 1970, where the vendor names one."""
    window: float | None = None
    """Seconds that ``limit`` is for."""
    refills: bool = False
    """Whether they come back evenly, as in a token bucket, and not all at the end of a window."""
