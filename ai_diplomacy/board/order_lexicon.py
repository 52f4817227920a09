"""What a word of an order means on one map: a place, a power, a coast, a verb."""

from __future__ import annotations

import difflib
import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import TypeVar

from .terrain import Terrain, province_of, terrain

_WORDS = tomllib.loads((files(__package__) / "order_words.toml").read_text(encoding="utf-8"))

VERBS: Mapping[str, str] = {word: kind for kind, words in _WORDS["kinds"].items() for word in words.split()}
"""Word -> the kind of its token, one character (``order_words.toml`` lists them); two kinds for two tokens."""
SILENT = frozenset(_WORDS["silent"].split())
WHERE = frozenset(_WORDS["where"].split())
PUBLIC = frozenset(_WORDS["recipients"]["public"].split())
"""Words that address everyone."""
POLITE = frozenset(_WORDS["recipients"]["polite"].split())
"""Words that may stand beside whom a message is addressed to."""
EXCEPT = frozenset(_WORDS["recipients"]["except"].split())
"""Words before whom a message is kept from."""
COASTS: Mapping[str, str] = {word: code for code, words in _WORDS["coasts"].items() for word in words.split()}
"""``NORTH`` -> ``NC``; a coast when ``COAST`` follows it."""
COAST_CODES: Mapping[str, str] = {
    **{spelling: code for code in _WORDS["coasts"] for spelling in (code, f"{code}S", f"{code}OAST")},
    **{f"{word}COAST": code for word, code in COASTS.items()},
}

_GENERIC = frozenset(_WORDS["generic"].split())
_MOST_MEANINGS = 4

Words = tuple[str, ...]
Locations = tuple[str, ...]
Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The names of one map."""

    places: Mapping[str, tuple[tuple[Words, Locations], ...]]
    """First word -> (the words after it, locations that are meant), longest first. An ambiguous word means several."""
    prefixes: Mapping[str, Locations]
    """The first four letters or more of a name -> locations whose name begins so."""
    powers: Mapping[str, str]
    """Name, adjective or three-letter code -> power."""
    coasts: Mapping[tuple[str, str], str]
    """(province, ``NC``) -> the location."""


@cache
def lexicon(map_name: str) -> Lexicon:
    """The lexicon of one of ``MAPS``, computed once a process."""
    ground = terrain(map_name)
    names = {at: words_of(name) for at, name in ground.names.items() if "/" not in at}
    spelled = _meanings((spelling, at) for at, words in names.items() for spelling in _spellings(words))
    for alias, at in ground.aliases.items():
        if "/" not in alias and "(" not in alias:
            spelled[words_of(alias)] = _meant_by(alias, at, ground)
    spelled |= {words: (at,) for at, words in names.items()}
    spelled |= {(at,): (at,) for at in names}
    places: dict[str, tuple[tuple[Words, Locations], ...]] = {}
    for first, *rest in sorted(spelled, key=lambda words: (-len(words), words)):
        places[first] = (*places.get(first, ()), (tuple(rest), spelled[first, *rest]))
    beginnings = ((first[:end], at) for at, (first, *_) in names.items() for end in range(4, len(first) + 1))
    return Lexicon(places, _meanings(beginnings), _powers(ground), _coasts(ground))


def words_of(name: str) -> Words:
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


def _meanings(pairs: Iterable[tuple[Key, str]]) -> dict[Key, Locations]:
    """Spelling -> the locations that it may mean, sorted; not where they are too many."""
    found: dict[Key, set[str]] = {}
    for spelling, location in pairs:
        found.setdefault(spelling, set()).add(location)
    return {spelling: tuple(sorted(meant)) for spelling, meant in found.items() if len(meant) <= _MOST_MEANINGS}


def _spellings(words: Words) -> Iterator[Words]:
    """How a full name is written that the map itself does not list so."""
    forms = [words]
    for at, word in enumerate(words):
        others = _WORDS["short"].get(word, "").split()
        forms += [(*form[:at], other, *form[at + 1 :]) for form in list(forms) for other in others]
    for form in forms:
        bare = tuple(word for word in form if word not in _GENERIC)
        yield from (form, ("".join(form),))
        # A bare "NORTH" or "N" may be a coast or a support; longer remains name the sea.
        if bare and (len(bare) > 1 or bare[0] not in COASTS):
            yield from (bare, ("".join(bare),))
    if words[0] in ("ST", "SAINT") and len(words) > 1:
        yield words[1:]
    if len(words) == 1 and words[0].endswith("S"):
        yield (words[0][:-1],)


def _meant_by(alias: str, location: str, ground: Terrain) -> Locations:
    """The alias's own location, and every other one whose name begins with it (``LIV``: Livonia, Liverpool)."""
    home = province_of(location)
    names = {at: " ".join(words_of(ground.names[at])) for at in {home, *ground.provinces}}
    if alias in (names.pop(home), ground.names[home].upper()):
        return (location,)
    return (location, *sorted(at for at, name in names.items() if name.startswith(alias)))


def _powers(ground: Terrain) -> dict[str, str]:
    sharing = Counter(power[:3] for power in ground.powers)
    names = {power[:3]: power for power in ground.powers if sharing[power[:3]] == 1}
    for power in ground.powers:
        others = dict.fromkeys(_WORDS["powers"].get(power, "").split(), power)
        names = others | names | dict.fromkeys((power, ground.adjectives[power].upper()), power)
    return names


def _coasts(ground: Terrain) -> dict[tuple[str, str], str]:
    """The named coasts, and those that the map's aliases call otherwise (``BUL /NC`` is Bulgaria's east coast)."""
    found = {}
    for alias, at in ground.aliases.items():
        side = re.search(r"/([NSEW]C)\b", alias)
        if side and "/" in at:
            found[province_of(at), side[1]] = at
    return found | {(province_of(at), at.partition("/")[2]): at for named in ground.coasts.values() for at in named}
