"""Writing a letter: a phrase chosen, its slots filled, addressed, signed, and short enough."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence

from ..board.press import ALL
from ..board.situation import unit_of
from ..board.terrain import Terrain, province_of
from .outlook import Outlook
from .phrases import FIRST, TONED
from .rejoinders import ANSWERS
from .temperament import seat

LONGEST = 170
"""Characters of a message."""
LONGEST_AT_FIRST = 130
"""The same in the first phase, where everybody writes to everybody and prompts are to stay short."""
_SENTENCE = re.compile(r"(^|[.!?] )([a-z])")
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def letter(
    outlook: Outlook,
    purpose: str,
    to: Sequence[str],
    slots: Mapping[str, str],
    rng: random.Random,
    opening: str = "",
) -> str:
    """A text for this purpose, at most ``LONGEST`` characters. It always names its reader and its writer, so no two
    powers ever write the same."""
    pool = [*(FIRST.get(purpose) or ANSWERS[purpose]), *TONED.get((purpose, outlook.nature.tone), ())]
    rng.shuffle(pool)
    signed = rng.random() < 0.1
    filled = common_slots(outlook, to[0] if len(to) == 1 and to[0] != ALL else "") | dict(slots)
    texts = [
        _finish(f"{start}{phrase.format_map(filled)}", outlook, to, filled, signed)
        for phrase in pool
        for start in ([f"{opening} ", ""] if opening else [""])
    ]
    fitting = [text for text in texts if len(text) <= LONGEST]
    brief = [text for text in fitting if len(text) <= LONGEST_AT_FIRST]
    if outlook.reading.opening and brief:
        return brief[0]
    return fitting[0] if fitting else cut(min(texts, key=len), LONGEST)


def common_slots(outlook: Outlook, reader: str) -> dict[str, str]:
    """The slots that hold for any letter to this reader (``""`` for several)."""
    reading = outlook.reading
    ground = reading.situation.terrain
    spring = reading.situation.season == "S"
    yours = ground.adjectives.get(reader, "")
    slots = {
        "me": name(reading.me),
        "our": ground.adjectives[reading.me],
        "seat": seat(reading.me, ground),
        "season": "spring" if spring else "fall",
        "last_season": "fall" if spring else "spring",
    }
    if reader:
        slots |= {"you": name(reader), "your": yours, "a_your": with_article(yours), "there": seat(reader, ground)}
    return slots


def _finish(text: str, outlook: Outlook, to: Sequence[str], slots: Mapping[str, str], signed: bool) -> str:
    if "you" in slots:
        addressed = slots["you"] in text or slots["there"] in text
    else:
        addressed = ALL in to or all(name(power) in text for power in to)
    if not addressed:
        text = f"{listed([name(power) for power in to])}: {text}"
    marks = (slots["me"], slots["seat"], slots["our"])
    if signed or not any(mark in text for mark in marks):
        text += f" \N{EM DASH} {slots['seat'] if signed or outlook.nature.tone != 'blunt' else slots['me']}"
    return sentences(text)


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


def unit_words(ground: Terrain, unit: str) -> str:
    """``army in Paris``."""
    return f"{'army' if unit[0] == 'A' else 'fleet'} in {place(ground, unit[2:])}"


def doing(ground: Terrain, order: str) -> str:
    """What the unit does: ``goes to Gascony``, ``stays where it is``."""
    words = order.split(" ")
    verb = words[2] if len(words) > 2 else "H"
    if verb == "-":
        return f"goes to {place(ground, words[3])}"
    if verb == "S" and " - " in order:
        return f"supports the move to {place(ground, order.rpartition(' ')[2])}"
    if verb == "C":
        return f"convoys the {unit_words(ground, unit_of(order.partition(' C ')[2]))}"
    if verb == "S":
        return f"supports the {unit_words(ground, unit_of(order.partition(' S ')[2]))}"
    return "stays where it is"


def listed(words: Sequence[str]) -> str:
    """``a, b and c``."""
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1]))) if words else ""


def number(count: int) -> str:
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)
