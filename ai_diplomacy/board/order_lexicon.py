"""What a word of an order means on one map: a place, a power, a coast, a verb."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType

from .terrain import Terrain, province_of, terrain

# Each kind of token is one character, so that the grammar (order_text) is regular expressions over them. Besides
# these: P place, W power, K coast, = a long dash, ? an unknown word.
_VERBS = {
    "U": "A F ARMY ARMIES FLEET FLEETS FLT",
    "-": "TO INTO TOWARD TOWARDS M MTO MOVE MOVES MOVING MOVEMENT ATTACK ATTACKS ATTACKING ADVANCE ADVANCES ADVANCING "
    "GO GOES GOING ENTER ENTERS ENTERING MARCH MARCHES SAIL SAILS INVADE INVADES INVADING RIGHTARROW RARR",
    "H": "H HLD HOLD HOLDS HOLDING STAND STANDS STANDING STAY STAYS STAYING REMAIN REMAINS",
    "g": "GROUND POSITION PLACE PUT FAST STILL",
    "S": "S SUP SUPP SUPPORT SUPPORTS SUPPORTING",
    "C": "C CVY CTO CONVOY CONVOYS CONVOYING TRANSPORT TRANSPORTS TRANSPORTING",
    "V": "VIA BY THROUGH CONVOYED",
    "R": "R RTO RETREAT RETREATS RETREATING",
    "D": "D DSB DISBAND DISBANDS DISBANDING DISBANDED REM REMOVE REMOVES REMOVING REMOVED DESTROY DESTROYS DESTROYED",
    "B": "B BLD BUILD BUILDS BUILDING BUILT",
    "X": "WAIVE WAIVES WAIVED WAIVING WVE",
    # May come before an order; before it or behind it; begin a remark behind it.
    "l": "I WE LET ISSUE AND THEN ALSO FINALLY NEXT LASTLY FIRST SECOND THIRD HAVE &",
    "o": "ORDER ORDERS ORDERED",
    "c": "BECAUSE SO SINCE AS WITH FOR WHILE THUS THEREBY THIS SUPPORTED NOTE COMMENT",
}
VERBS: Mapping[str, str] = {word: kind for kind, words in _VERBS.items() for word in words.split()}

_SILENT = "THE AN MY OUR YOUR THEIR HIS ITS OF UNIT UNITS PLEASE WILL SHALL SHOULD IS LOCATED STATIONED"
SILENT = frozenset(_SILENT.split())
"""Words that an order means the same without."""

WHERE = frozenset({"IN", "AT", "ON", "FROM"})
"""Silent too, unless they follow a place: ``army in Paris``, but not ``supports Munich from Paris``."""

COASTS: Mapping[str, str] = {
    word: side + "C"
    for side, words in {
        "N": "N NORTH NORTHERN",
        "S": "S SOUTH SOUTHERN",
        "E": "E EAST EASTERN",
        "W": "W WEST WESTERN",
    }.items()
    for word in words.split()
}
"""``NORTH`` -> ``NC``; a coast when ``COAST`` follows it."""

COAST_CODES: Mapping[str, str] = {f"{side}C{plural}": f"{side}C" for side in "NSEW" for plural in ("", "S", "OAST")} | {
    f"{word}COAST": code for word, code in COASTS.items()
}

_GENERIC = frozenset({"SEA", "OCEAN", "GULF", "BAY", "BIGHT"})
_SHORT = {
    "SAINT": ("ST",),
    "ST": ("SAINT",),
    "MEDITERRANEAN": ("MED",),
    "ATLANTIC": ("ATL",),
    "NORTH": ("N",),
    "EAST": ("E",),
    "EASTERN": ("E", "EAST"),
    "WEST": ("W",),
    "WESTERN": ("W", "WEST"),
}
_MOST_MEANINGS = 4


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The names of one map."""

    places: Mapping[str, tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]]
    """First word -> (the words after it, locations that are meant), longest first. An ambiguous word means several."""
    prefixes: Mapping[str, tuple[str, ...]]
    """The first four letters or more of a name -> locations whose name begins so."""
    powers: Mapping[str, str]
    """Name, adjective or three-letter code -> power."""
    coasts: Mapping[tuple[str, str], str]
    """(province, ``NC``) -> the location."""


@cache
def lexicon(map_name: str) -> Lexicon:
    """The lexicon of one of ``MAPS``, computed once a process."""
    ground = terrain(map_name)
    spelled: dict[tuple[str, ...], tuple[str, ...]] = {}
    for words, location in _generated(ground):
        spelled[words] = tuple(sorted({*spelled.get(words, ()), location}))
    spelled = {words: meant for words, meant in spelled.items() if len(meant) <= _MOST_MEANINGS}
    for alias, location in ground.aliases.items():
        if "/" not in alias and "(" not in alias:
            spelled[words_of(alias)] = _meanings(alias, location, ground)
    for location, name in ground.names.items():
        if "/" not in location:
            spelled[words_of(name)] = (location,)
    for location in ground.names:
        if "/" not in location:
            spelled[(location,)] = (location,)
    places: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
    for words in sorted(spelled, key=lambda words: (-len(words), words)):
        places.setdefault(words[0], []).append((words[1:], spelled[words]))
    return Lexicon(
        places=MappingProxyType({first: tuple(entries) for first, entries in places.items()}),
        prefixes=MappingProxyType(_prefixes(ground)),
        powers=MappingProxyType(_powers(ground)),
        coasts=MappingProxyType(_coasts(ground)),
    )


def words_of(name: str) -> tuple[str, ...]:
    """``Gulf of Lyon`` -> ``GULF``, ``LYON``; in capitals, without accents and silent words."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c)).upper()
    return tuple(word for word in re.findall(r"[^\W_]+", plain) if word not in SILENT)


@lru_cache(maxsize=1024)
def close_to(word: str, map_name: str) -> tuple[str, ...]:
    """Provinces with a name like this one, at most two, most alike first."""
    ground = terrain(map_name)
    names: dict[str, str] = {}
    for province in ground.provinces:
        names.setdefault(" ".join(words_of(ground.names[province])), province)
        names.setdefault(province, province)
    alike = difflib.get_close_matches(word.upper()[:24], names, n=4, cutoff=0.67)
    return tuple(dict.fromkeys(names[name] for name in alike))[:2]


def _generated(ground: Terrain) -> Iterator[tuple[tuple[str, ...], str]]:
    """Spellings of the full names that the map itself does not list."""
    for location, name in ground.names.items():
        if "/" in location:
            continue
        words = words_of(name)
        for variant in _variants(words):
            yield variant, location
            if len(variant) > 1:
                yield ("".join(variant),), location
        if words[0] in ("ST", "SAINT") and len(words) > 1:
            yield words[1:], location
        if len(words) == 1 and words[0].endswith("S"):
            yield (words[0][:-1],), location


def _variants(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    forms = [words]
    for at, word in enumerate(words):
        forms += [(*form[:at], short, *form[at + 1 :]) for form in list(forms) for short in _SHORT.get(word, ())]
    for form in forms:
        yield form
        bare = tuple(word for word in form if word not in _GENERIC)
        # A bare "NORTH" or "N" may be a coast or a support; longer remains name the sea.
        if bare and bare != form and (len(bare) > 1 or bare[0] not in COASTS):
            yield bare


def _meanings(alias: str, location: str, ground: Terrain) -> tuple[str, ...]:
    """The alias's own location, and every other one whose name begins with it (``LIV``: Livonia, Liverpool)."""
    begun = {
        province
        for province in ground.provinces
        if " ".join(words_of(ground.names[province])).startswith(alias) and province != province_of(location)
    }
    exact = {" ".join(words_of(ground.names[province_of(location)])), ground.names[province_of(location)].upper()}
    return (location,) if alias in exact else (location, *sorted(begun))


def _prefixes(ground: Terrain) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for location in ground.names:
        if "/" in location:
            continue
        first = words_of(ground.names[location])[0]
        for length in range(4, len(first) + 1):
            found.setdefault(first[:length], set()).add(location)
    return {prefix: tuple(sorted(meant)) for prefix, meant in found.items() if len(meant) <= _MOST_MEANINGS}


def _powers(ground: Terrain) -> dict[str, str]:
    shorts: dict[str, list[str]] = {}
    for power in ground.powers:
        shorts.setdefault(power[:3], []).append(power)
    names = {short: powers[0] for short, powers in shorts.items() if len(powers) == 1}
    for power in ground.powers:
        names[power] = names[ground.adjectives[power].upper()] = power
    return names


def _coasts(ground: Terrain) -> dict[tuple[str, str], str]:
    """The named coasts, and those that the map's aliases call otherwise (``BUL /NC`` is Bulgaria's east coast)."""
    found = {}
    for alias, location in _coast_aliases(ground.aliases.items()):
        found[province_of(location), alias] = location
    for named in ground.coasts.values():
        for location in named:
            found[province_of(location), location.partition("/")[2]] = location
    return found


def _coast_aliases(aliases: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for alias, location in aliases:
        side = re.search(r"/([NSEW]C)\b", alias)
        if side and "/" in location:
            yield side[1], location
