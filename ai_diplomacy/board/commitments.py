"""A commitment as a value: what a power promises with a message, its term and its condition, in one notation.

``A PAR - BUR``, ``not A MUN - TYR``, ``out of ENG``, ``peace FRANCE``, ``A MUN stays``; behind it ``until F1902``,
``while kept``, ``if ITALY: A VEN H`` or ``unless ITALY: A VEN - TRI``. ``withdraw`` and ``release`` before a promise,
or before ``all``, end one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from .phase import Phase
from .units import Order, Unit

PromiseKind = Literal["order", "not", "out", "peace", "stays"]


_PLACE = r"[A-Z]{3}"
_PROMISE = re.compile(
    rf"(?P<no>not )?(?P<order>[AF] {_PLACE}(?:/[NSEW]C)? (?:[HDB]|[-RSC] .+))"
    rf"|out of (?P<province>{_PLACE})|peace (?P<power>[A-Z]+)|(?P<unit>[AF] {_PLACE}(?:/[NSEW]C)?) stays"
)
_COMMITMENT = re.compile(
    r"(?:(?P<ending>withdraw|release) )?(?P<promise>.+?)(?: until (?P<until>[SFW]\d{1,5}))?(?P<mutual> while kept)?"
    r"(?: (?P<sign>if|unless) (?P<other>[A-Z]+): (?P<asked>.+))?"
)


@dataclass(frozen=True, slots=True)
class Condition:
    """What somebody else must do, or not do, for a commitment to hold."""

    power: str
    asked: Promise
    met: bool
    """``if``: it must keep to what is asked; ``unless``: it must not."""


class Promise(str):
    """One thing that is promised: a ``str`` for the reasons that ``Phase`` is one."""

    __slots__ = ("kind", "order", "power", "province", "unit")

    kind: PromiseKind
    order: Order | None
    """What is to be ordered, or in ``not`` is not to be."""
    province: str
    """Of ``out of``; else empty."""
    power: str
    """Of ``peace``; else empty."""
    unit: Unit | None
    """Whom it binds, where it binds one unit."""

    def __new__(cls, text: str) -> Promise:
        """Raises ``ValueError`` for text that is no promise in the notation."""
        return text if isinstance(text, cls) else _promise(text)

    def __reduce__(self) -> tuple[type[Promise], tuple[str]]:
        return Promise, (str(self),)

    @property
    def winter(self) -> bool:
        """Whether it is about the adjustments of a year."""
        return self.order is not None and self.order.verb in ("B", "D")


class Commitment(str):
    """A promise with its term and its condition, or the end of one."""

    __slots__ = ("condition", "ends", "mutual", "promise", "until")

    promise: Promise | None
    """``None`` for ``withdraw all`` and ``release all``."""
    until: str
    """``F1902``: the last season in which it holds; empty where none is written."""
    mutual: bool
    """``while kept``: it ends when its reader does not keep to the same."""
    condition: Condition | None
    ends: Literal["withdraw", "release"] | None
    """``withdraw`` or ``release``: it ends what was promised before, and promises nothing."""

    def __new__(cls, text: str) -> Commitment:
        """Raises ``ValueError`` for text that is no commitment in the notation."""
        return text if isinstance(text, cls) else _commitment(text)

    def __reduce__(self) -> tuple[type[Commitment], tuple[str]]:
        return Commitment, (str(self),)

    @property
    def order(self) -> Order | None:
        """The order that it promises for the phase; ``None`` if it promises something else."""
        return self.promise.order if self.promise is not None and self.promise.kind == "order" else None

    @property
    def unit(self) -> Unit | None:
        """Whom it binds, where it binds one unit."""
        return self.promise.unit if self.promise is not None else None

    def last(self, made: Phase) -> Phase | None:
        """The last phase in which it holds when it is made in a movement phase; ``None``: without end."""
        if self.until:
            kind = "A" if self.until[0] == "W" else "R"
            return max(Phase(self.until + kind), self._first_term(made))
        return None if self.mutual else self._first_term(made)

    def _first_term(self, made: Phase) -> Phase:
        winter = self.promise is not None and self.promise.winter
        return Phase(f"W{made.year:04}A") if winter else Phase(f"{made[:-1]}R")


@lru_cache(1 << 14)
def _promise(text: str) -> Promise:
    found = _PROMISE.fullmatch(text)
    if found is None:
        raise ValueError(f"{text[:60]!r} is no promise such as A PAR - BUR, out of ENG, peace FRANCE or A MUN stays")
    promise = str.__new__(Promise, text)
    promise.province, promise.power = found["province"] or "", found["power"] or ""
    promise.order = Order(found["order"]) if found["order"] else None
    if promise.order is not None:
        promise.kind, promise.unit = ("not" if found["no"] else "order"), promise.order.unit
    elif found["unit"]:
        promise.kind, promise.unit = "stays", Unit(found["unit"])
    else:
        promise.kind, promise.unit = ("out" if promise.province else "peace"), None
    return promise


@lru_cache(1 << 14)
def _commitment(text: str) -> Commitment:
    found = _COMMITMENT.fullmatch(text)
    if found is None:
        raise ValueError(f"{text[:60]!r} is no commitment such as out of ENG until F1902")
    commitment = str.__new__(Commitment, text)
    ending, promise = found["ending"], found["promise"]
    commitment.ends = "withdraw" if ending == "withdraw" else "release" if ending == "release" else None
    commitment.promise = None if ending and promise == "all" else Promise(promise)
    commitment.until, commitment.mutual = found["until"] or "", bool(found["mutual"])
    asked = found["asked"]
    commitment.condition = Condition(found["other"], Promise(asked), found["sign"] == "if") if asked else None
    return commitment
