"""What holds a model's reply before it is read, and how figures say so: whoever can only write legal orders is another
player."""

from __future__ import annotations

from typing import Literal, get_args

Constraint = Literal["none", "shape", "orders"]
"""``none``: no schema is sent. ``shape``: one of the reply's fields. ``orders``: one that lists what is legal, too."""
CONSTRAINTS: tuple[Constraint, ...] = get_args(Constraint)
USUAL: Constraint = "shape"

MARKS = {"none": " (no schema)", "shape": "", "orders": " (orders constrained)"}
"""What stands behind a name whose replies are held so."""


def unmarked(name: str) -> str:
    """A name without its mark."""
    for mark in MARKS.values():
        name = name.removesuffix(mark)
    return name
