"""Wording: the templates of everything that is written, and how places, units and lists are named."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files

from ..board.terrain import Terrain, province_of
from ..board.units import Order, Unit

TEMPLATES = files(__package__) / "templates"
_SENTENCE = re.compile(r"(^|[.!?] )([a-z])")
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


_CHOICE = re.compile(r"\[([^\]]*\|[^\]]*)\]")


@cache
def templates() -> Mapping[str, Mapping[str, Sequence[str]]]:
    """Section of a file in ``templates/`` -> its entries in the file's order: purpose -> wordings."""
    return {
        section: {purpose: [one for wording in pool for one in _spelt_out(wording)] for purpose, pool in found.items()}
        for file in ("proposals", "answers", "private", "replies")
        for section, found in tomllib.loads((TEMPLATES / f"{file}.toml").read_text(encoding="utf-8")).items()
    }


def _spelt_out(wording: str) -> Iterator[str]:
    """All that a wording with choices (``[now|this year]``) can become."""
    found = _CHOICE.search(wording)
    if found is None:
        yield wording
        return
    for choice in found[1].split("|"):
        yield from _spelt_out(f"{wording[: found.start()]}{choice}{wording[found.end() :]}")


def sentences(text: str) -> str:
    """The text with a capital at the start of each sentence."""
    return _SENTENCE.sub(lambda found: found[1] + found[2].upper(), text)


def cut(text: str, longest: int) -> str:
    """The text up to the last whole sentence or word that fits."""
    if len(text) <= longest:
        return text
    head = text[: longest - 1]
    stop = max(head.rfind(mark) for mark in (". ", "! ", "? "))
    return (
        head[: stop + 1] if stop > longest // 2 else head.rpartition(" ")[0].rstrip(",;:") + "\N{HORIZONTAL ELLIPSIS}"
    )


def with_article(word: str) -> str:
    """``an Austrian``; ``a Ukrainian``."""
    return f"{'an' if word[:1] in 'AEIO' else 'a'} {word}"


def name(power: str) -> str:
    return power.title()


def place(ground: Terrain, location: str) -> str:
    """``Burgundy``; ``the English Channel``."""
    province = province_of(location)
    words = ground.names.get(province, province).removeprefix("Province of ")
    return f"the {words}" if ground.kinds.get(province) == "sea" else words


def places(ground: Terrain, locations: Sequence[str]) -> str:
    return listed([place(ground, location) for location in locations])


def unit_words(ground: Terrain, unit: Unit) -> str:
    """``army in Paris``."""
    return f"{'army' if unit.kind == 'A' else 'fleet'} in {place(ground, unit.location)}"


def doing(ground: Terrain, order: Order) -> str:
    """What the unit does: ``goes to Gascony``, ``stays where it is``."""
    if order.verb == "-":
        return f"goes to {place(ground, order.location)}"
    if order.supported and order.location:
        return f"supports the move to {place(ground, order.location)}"
    if order.helped:
        return f"{'supports' if order.supported else 'convoys'} the {unit_words(ground, order.helped)}"
    return "stays where it is"


def listed(words: Sequence[str]) -> str:
    """``a, b and c``."""
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1]))) if words else ""


def centres(count: int) -> str:
    """``1 centre``, ``2 centres``."""
    return f"{count} centre{'s' * (count != 1)}"


def number(count: int) -> str:
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)


def entry(lines: Iterable[str], longest: int) -> str:
    """As many of the sentences as fit."""
    text = ""
    for line in lines:
        if len(text) + len(line) + 1 <= longest:
            text = f"{text} {line}".strip()
    return sentences(text)
