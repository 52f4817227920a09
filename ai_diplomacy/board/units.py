"""A unit and an order for it as values: each is its own notation, and its parts are read here and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal, get_args

from .terrain import province_of

Verb = Literal["-", "S", "C", "H", "R", "D", "B", "WAIVE"]
"""``A PAR - BUR`` and so on: move, support, convoy, hold, retreat, disband, build, and a build that is not used."""

VERBS: dict[str, Verb] = {verb: verb for verb in get_args(Verb)}
_PLACE = r"[A-Z]{3}(?:/[NSEW]C)?"
_UNIT = re.compile(rf"([AF]) ({_PLACE})")
_ORDER = re.compile(
    rf"([AF] {_PLACE}) (?:([HDB])|(-) ({_PLACE})( VIA)?|(R) ({_PLACE})"
    rf"|(S) ([AF] {_PLACE})(?: - ({_PLACE}))?|(C) ([AF] {_PLACE}) - ({_PLACE}))"
)


class Unit(str):
    """``A PAR``, ``F STP/SC``: a ``str`` for the reasons that ``Phase`` is one. Sorts as its text."""

    __slots__ = ("kind", "location", "province")

    kind: str
    """``A`` (army) or ``F`` (fleet)."""
    location: str
    """Where it stands, with the coast."""
    province: str

    def __new__(cls, text: str) -> Unit:
        """Raises ``ValueError`` for text that is no unit."""
        return text if isinstance(text, cls) else _unit(text)


class Order(str):
    """``A PAR - BUR``, ``F NTH C A LON - NWY``, ``WAIVE``: a ``str`` for the reasons that ``Phase`` is one."""

    __slots__ = ("helped", "location", "unit", "verb", "via")

    unit: Unit
    """Whom it is for; empty for ``WAIVE``."""
    verb: Verb
    helped: Unit | None
    """Who is supported or convoyed."""
    location: str
    """Where ``mover`` is to go, with the coast if one is written; empty for who stays."""
    via: bool
    """Whether it moves by convoy."""

    def __new__(cls, text: str) -> Order:
        """Raises ``ValueError`` for text that is no order in the engine's notation."""
        return text if isinstance(text, cls) else _order(text)

    def __reduce__(self) -> tuple[type[Order], tuple[str]]:
        return Order, (str(self),)

    @property
    def mover(self) -> Unit:
        """The unit that it moves, or helps to move."""
        return self.helped or self.unit

    @property
    def supported(self) -> Unit | None:
        return self.helped if self.verb == "S" else None

    @property
    def goal(self) -> str:
        """The province to which ``mover`` is to go; empty for who stays."""
        return province_of(self.location)

    @property
    def target(self) -> str | None:
        """The province that it moves its own unit to, if it is a move."""
        return province_of(self.location) if self.verb == "-" else None


def order_for(unit: str, orders: Iterable[Order]) -> Order | None:
    """The one of these orders that is for the unit."""
    return next((order for order in orders if order.unit == unit), None)


def sorted_orders(orders: Iterable[Order]) -> tuple[Order, ...]:
    """The orders by the province of their unit; waived builds last."""
    return tuple(sorted(orders, key=lambda order: (order == "WAIVE", order.unit.location, order)))


@lru_cache(4096)
def _unit(text: str) -> Unit:
    found = _UNIT.fullmatch(text)
    if found is None:
        raise ValueError(f"{text[:40]!r} is no unit such as A PAR or F STP/SC")
    return _unit_of(text, *found.groups())


def _unit_of(text: str, kind: str, location: str) -> Unit:
    unit = str.__new__(Unit, text)
    unit.kind, unit.location, unit.province = kind, location, province_of(location)
    return unit


_NOBODY = _unit_of("", "", "")


@lru_cache(1 << 15)
def _order(text: str) -> Order:
    order = str.__new__(Order, text)
    if text == "WAIVE":
        order.unit, order.verb, order.helped, order.location, order.via = _NOBODY, "WAIVE", None, "", False
        return order
    found = _ORDER.fullmatch(text)
    if found is None:
        raise ValueError(f"{text[:40]!r} is no order such as A PAR - BUR")
    unit, verb, *words = (part for part in found.groups() if part)
    order.unit, order.verb, order.via = Unit(unit), VERBS[verb], words[-1:] == [" VIA"]
    order.helped = Unit(words.pop(0)) if verb in ("S", "C") else None
    order.location = words[0] if words else ""
    return order
