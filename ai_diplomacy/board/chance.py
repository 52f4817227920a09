"""Randomness that depends on a key alone, so that the same question always gets the same answer."""

from __future__ import annotations

import hashlib
import random


def chance(*key: object) -> random.Random:
    """A random source for a key such as (seed, phase, power, step); no time or task order touches it."""
    digest = hashlib.sha256("\x1f".join(str(part) for part in key).encode("utf-8", "replace")).digest()
    return random.Random(int.from_bytes(digest[:16], "big"))
