"""How stories say things: powers and places by name, phases by season, links to chapters, and text of players."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache, partial

from ..board.phase import Phase
from ..board.terrain import Terrain
from ..board.units import Unit
from ..records.cleaning import cleaned

_SEASONS = {"S": "Spring", "F": "Fall", "W": "Winter"}
_KINDS = {"M": "", "R": ": retreats", "A": ": builds and disbands"}
_OUTCOMES = {
    "bounce": "bounced",
    "cut": "support cut",
    "void": "without effect",
    "disrupted": "convoy disrupted",
    "disband": "disbanded",
}
"""Results as a reader would say them, where that differs from the engine's word."""
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh")
_NOTATION = re.compile(r"`([A-Z0-9][A-Za-z0-9 /:-]*|[a-z]+(?: [A-Za-z0-9/:-]+)+)`")
"""An order or a promise between backticks: nothing in it can be taken for Markdown."""
_GAPS = re.compile(r"\n{3,}")

code = partial(cleaned, kind="story_code")


def prose(text: str) -> str:
    """What a player wrote, as plain text in Markdown; orders that it set between backticks stay so."""
    parts = _NOTATION.split(text)
    # Cleaning takes spaces off both ends: with those that surround an order it would stick to its neighbours.
    told = [f"`{part}`" if odd % 2 else _spaced(part) for odd, part in enumerate(parts)]
    return "".join(told).strip()


def _spaced(part: str) -> str:
    before = " " if part[:1].isspace() else ""
    after = " " if part[-1:].isspace() else ""
    return f"{before}{cleaned(part, 'story')}{after}"


def collapsed(lines: Iterable[str]) -> str:
    """A part of a story: no more than one empty line at a time, and none at its end, where the next part brings one."""
    return _GAPS.sub("\n\n", "\n".join(lines)).strip("\n") + "\n"


@lru_cache(4096)
def title(text: str) -> str:
    """``F1901R`` -> ``Fall 1901: retreats``."""
    phase = Phase(text)
    return f"{_SEASONS[phase.season]} {phase.year}{_KINDS[phase.kind]}"


@lru_cache(4096)
def season(text: str) -> str:
    """``F1901R`` -> ``Fall 1901``."""
    phase = Phase(text)
    return f"{_SEASONS[phase.season]} {phase.year}"


@lru_cache(4096)
def link(label: str, heading: str) -> str:
    """A link to a heading of the same file, by the anchor that renderers of Markdown give it."""
    return f"[{label}](#{heading.lower().replace(':', '').replace(' ', '-')})"


def listed(powers: Iterable[str]) -> str:
    """Powers by name, in a sentence: ``Austria, France and Italy``."""
    return joined([power if power == "me" else power.title() for power in powers])


def joined(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def standing(centers: Mapping[str, Sequence[str]]) -> str:
    """Powers with their centres, the strongest first."""
    ranking = sorted(centers, key=lambda power: (-len(centers[power]), power))
    return ", ".join(f"{power.title()} {len(centers[power])}" for power in ranking)


def told(outcome: Iterable[str]) -> str:
    return ", ".join(_OUTCOMES.get(word, word) for word in outcome)


def orders(texts: Iterable[str]) -> str:
    return ", ".join(f"`{text}`" for text in texts)


def counted(count: int, one: str, many: str = "") -> str:
    """``3 centres``."""
    return f"{count} {one if count == 1 else many or f'{one}s'}"


def ordinal(place: int) -> str:
    return _ORDINALS[place - 1] if place <= len(_ORDINALS) else f"{place}th"


def unit_name(ground: Terrain, text: str, where: str) -> str:
    """``A PAR`` -> ``army in Paris``; ``where``: ``in`` or ``out of``."""
    unit = Unit(text)
    return f"{'army' if unit.kind == 'A' else 'fleet'} {where} {whereabouts(ground, unit)}"


def whereabouts(ground: Terrain, unit: Unit) -> str:
    """``the Black Sea``, ``Paris``."""
    article = "the " if ground.kinds[unit.province] == "sea" else ""
    return f"{article}{ground.names[unit.location]}"
