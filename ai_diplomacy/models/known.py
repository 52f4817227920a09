"""Sums of which a part may not be known: then the sum is not known either. ``None`` is unknown, and never 0."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar


class _Addable(Protocol):
    def __add__(self, other: Any, /) -> Any: ...


A = TypeVar("A", bound=_Addable)
R = TypeVar("R")


def known_sum(one: A | None, other: A | None) -> A | None:
    """``None`` when one of the two is not known."""
    if one is None or other is None:
        return None
    total: A = one + other
    return total


def known_sums(one: R, other: R) -> R:
    """The same for every field of two records, which are dataclasses with slots."""
    fields: tuple[str, ...] = type(one).__slots__  # type: ignore[attr-defined]
    return type(one)(*(known_sum(getattr(one, name), getattr(other, name)) for name in fields))
