"""A flag with a value for each power: the same for all, one for each, or some by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from ..records.errors import ConfigError

T = TypeVar("T")


class UnreadableValuesError(ConfigError):
    """Values of some powers that cannot be read: all of them, so that nobody mends them one by one."""

    def __init__(self, message: str, read: Mapping[str, Any]) -> None:
        super().__init__(message)
        self.read = read
        """Power -> value, of the others."""


def per_power(
    flag: str, text: str, powers: Sequence[str], read: Callable[[str], T], *, base: Mapping[str, T] | None = None
) -> dict[str, T]:
    """One value for all powers, one for each in alphabetical order, or ``POWER=value`` for some, the others keeping
    theirs of ``base``.

    Raises ``ConfigError`` that names the flag; ``UnreadableValuesError`` when only some of them can be read.
    """
    items = [item.strip() for item in text.split(",")]
    chosen: dict[str, T] = {}
    if any(_named(item) for item in items):
        chosen |= base or {}
        given: dict[str, str] = {}
        for item in items:
            power = _power_of(flag, item, powers)
            if power in given:
                raise ConfigError(f"{flag}: {power} is given twice")
            given[power] = item.partition("=")[2].strip()
    elif len(items) == 1:
        given = dict.fromkeys(powers, items[0])
    elif len(items) == len(powers):
        given = dict(zip(powers, items, strict=True))
    else:
        raise ConfigError(
            f"{flag}: {len(items)} values for {len(powers)} powers; give one, {len(powers)} "
            f"(for {', '.join(powers)}), or POWER=value"
        )
    if not all(given.values()):
        raise ConfigError(f"{flag}: an entry of {text.partition('#')[0]!r} is empty")
    problems: dict[str, None] = {}
    for power, item in given.items():
        try:
            chosen[power] = read(item)
        except ValueError as error:
            problems[str(error)] = None
            chosen.pop(power, None)
    if problems:
        raise UnreadableValuesError(f"{flag}: {'; '.join(problems)}", chosen)
    return chosen


def _named(item: str) -> bool:
    name, equals, _ = item.partition("=")
    return bool(equals) and name.strip().isalpha()


def _power_of(flag: str, item: str, powers: Sequence[str]) -> str:
    name, equals, _ = item.partition("=")
    power = name.strip().upper()
    if not equals:
        raise ConfigError(f"{flag}: give every entry as POWER=value, or none")
    if power not in powers:
        raise ConfigError(f"{flag}: unknown power {name.strip()!r}; the powers are {', '.join(powers)}")
    return power
