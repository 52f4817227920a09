"""What holds a model's reply before it is read, and how figures say what is not usual about a player: whoever can only
write legal orders, or is shown more, is another one."""

from __future__ import annotations

import re
from typing import Literal, get_args

Constraint = Literal["none", "shape", "orders"]
"""``none``: no schema is sent. ``shape``: one of the reply's fields. ``orders``: one that lists what is legal, too."""
CONSTRAINTS: tuple[Constraint, ...] = get_args(Constraint)
USUAL: Constraint = "shape"

MARKS = {"none": " (no schema)", "shape": "", "orders": " (orders constrained)"}
"""What stands behind a name whose replies are held so."""
USUAL_MEMORY = 1
"""Turns that a player is shown in full."""

_MARK = re.compile(r"( \(memory \d+\))?( \((no schema|orders constrained)\))?$")


def marked(name: str, constraint: Constraint, memory: int) -> str:
    """A name with what is not usual about the player behind it."""
    return f"{name}{f' (memory {memory})' if memory != USUAL_MEMORY else ''}{MARKS[constraint]}"


def unmarked(name: str) -> str:
    """A name without its marks."""
    return _MARK.sub("", name, count=1)
