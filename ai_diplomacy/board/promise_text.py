"""Words -> what they promise, without a term or a condition: an order, or to leave something undone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from .commitments import Promise
from .order_lexicon import lexicon
from .order_match import Field, meant
from .order_text import Written, read
from .order_tokens import Token, kinds_of, tokens_of
from .orders import read_order
from .recipients import ALL, addressed
from .situation import Situation
from .terrain import province_of
from .units import Unit

_NOT = r"(?:(?:will|shall|do|does|must|may|can|is|are)(?: not|n't)|won't|shan't|can't|cannot|not to|not|never|no)"
_LEAD = re.compile(
    r"(?:(?:i|we|my|our)\b )?"
    r"(?:(?:hereby|promise(?: you)?|pledge|agree|commit|vow|swear|will|shall)\b:?(?: to\b)?(?: |$))*(?=.)",
    re.IGNORECASE,
)
_FORCES = r"(?:(?:all )?(?:of )?(?:my |our )?(?:units?|forces|troops|pieces)(?: of mine)? )?"
_EMPTY = r"(?:empty|unoccupied|vacant|clear|demilitari[sz]ed)"
_PEACE = (
    r"(?:pce|aly|nap|truce|cease-?fire|armistice|alliance|ally|allied|allies"
    r"|(?:peace|non-?\s?aggression)(?: (?:pact|agreement|treaty))?)"
)
_WHERE_IT_IS = r"(?: (?:put|still|there|in place|where (?:it is|they are)|(?:in|at) (?P<at>.+)))?"


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


_OUT = tuple(
    map(
        _pattern,
        (
            rf"{_FORCES}(?:will )?(?:(?:stay|keep|remain|be)(?:s|ing)? )?{_FORCES}out of:? (?P<what>.+)",
            rf"{_FORCES}(?:stay|keep|remain)(?:s|ing)? (?:away from|off|clear of) (?P<what>.+)",
            r"(?:avoid|vacat|demilitari[sz])(?:e|ing)? (?P<what>.+)",
            r"(?:dmz|demilitari[sz]ed zone):?(?: (?:in|of|for|at))? (?P<what>.+)",
            r"(?P<what>.+?):?(?: (?:is|as|an?|be|to|shall|will|our))* (?:dmz|demilitari[sz]ed(?: zone)?)",
            rf"(?:leav|keep)(?:e|es|s|ing)? (?P<what>.+) {_EMPTY}",
            r"leav(?:e|es|ing) (?P<what>.+) alone",
            rf"(?P<what>.+) (?:stays?|remains?|is|(?:is |to )?be|(?:is )?left|(?:is )?kept) {_EMPTY}",
            rf"{_FORCES}{_NOT} (?:enter|occupy|invade|(?:move|go|step|sail|march|advance|push) (?:in)?to|into|in)"
            r" (?P<what>.+)",
            r"(?:not|never|no) (?:entering|occupying|invading|(?:moving|going) (?:in)?to) (?P<what>.+)",
            r"no (?:units?|forces|troops|pieces)(?: of mine)? (?:in|into|enters?|in to) (?P<what>.+)",
            r"no (?:entry|moves?) (?:in|into|to) (?P<what>.+)",
        ),
    )
)
_AT_PEACE = tuple(
    map(
        _pattern,
        (
            r"(?:(?:an?|the|our|full|keeps?|makes?|have|be|is|are|in|at) )*"
            rf"{_PEACE}(?: (?:with|to|towards?|for))?:? ?(?P<what>.*)",
            rf"{_NOT} (?:attack(?:s|ing)?|aggression|hostilit(?:y|ies)|war|fight(?:ing)?|stab(?:bing)?"
            r"|(?:move|act|go|hostile (?:moves?|acts?|actions?)) against)"
            r"(?: (?:on|against|to|towards?|with))? ?(?P<what>.*)",
        ),
    )
)
_STAYS = tuple(
    map(
        _pattern,
        (
            rf"(?P<what>.+?) (?:(?:will|shall|to) )?(?:stays?|remains?|is staying){_WHERE_IT_IS}",
            r"(?P<what>.+?) (?:(?:will|shall) )?(?:holds?|keeps?) (?:its|their|the) (?:place|position|ground|line)s?",
            rf"(?P<what>.+?) {_NOT} (?:moves?|budges?|leaves?|(?:(?:moves?|budges?) from|leaves?) (?P<at>.+))",
            rf"(?:leave|keep)s? (?P<what>.+?){_WHERE_IT_IS[:-1]}",
            r"(?:hold|keep)(?:s|ing)? (?:the|this|our|my) line:?(?: (?:with|of|in|at|from))? (?P<what>.+)",
            rf"{_NOT} (?:mov(?:e|ing)|moves? (?:of|by)) (?P<what>.+)",
        ),
    )
)
_REFUSED = _pattern(rf"(?:(?:order|issue|give) )?{_NOT}(?: (?:order|issue|give)(?: the order)?)? (?P<order>.+)")
_UNIT_REFUSES = _pattern(rf"(?P<unit>(?:my )?(?:an? |the )?(?:a|f|army|fleet)\b.+?) {_NOT} (?P<rest>.+)")
_STILL = _pattern(r"(?:stay|remain|keep|hold (?:its|their|the))s?\b.*")
_IN_WINTER = _pattern(r" (?:(?:in|this|in the|in this|next) )winter$")
_YOU = frozenset(("", "YOU", "YOURS", "YOUR UNITS", "READER", "READERS", "EACH OTHER", "ONE ANOTHER"))
_ME = frozenset(("ME", "US", "MINE", "MY UNITS"))
_AND = frozenset(("AND", "ALSO", "&"))


class UnreadPromiseError(ValueError):
    """Why words are no promise, for their writer."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who promises, and to whom."""

    situation: Situation
    """As the promising power sees it, with its legal orders."""
    readers: tuple[str, ...]
    """Living powers: who is meant by ``you``."""
    me: str
    """Who is meant by ``me``: the writer of the message, also where it asks others."""

    @property
    def power(self) -> str:
        return self.situation.power

    def unnamed(self, text: str) -> str:
        """The text without the name of the power, where it speaks of itself: ``Germany will not``, ``German units``."""
        people = self.situation.terrain.adjectives[self.power]
        text = re.sub(rf"^(?:the )?(?:{self.power}|{people})s?\b:? (?=.)", "", text, flags=re.IGNORECASE)
        return re.sub(rf"\b{people} (?=units?\b|forces\b|troops\b)", "", text, flags=re.IGNORECASE)

    @property
    def example(self) -> str:
        """What this power could write, of every kind."""
        legal = [order for orders in self.situation.legal_orders.values() for order in orders]
        order = next((order for order in legal if order.verb == "-"), legal[0] if legal else None)
        other = next((power for power in self.situation.survivors if power != self.power), self.power)
        if order is None:
            return f"peace {other}, or out of {self.situation.terrain.provinces[0]}"
        place = order.goal or order.unit.province
        return f"{order}, not {order}, out of {place}, peace {other} or {order.unit} stays"


def promises(text: str, speaker: Speaker) -> tuple[Promise, ...]:
    """All that the words promise, each once. Raises ``UnreadPromiseError`` if they promise nothing, or not for sure."""
    with suppress(ValueError):
        literal = Promise(text)
        if literal.order and literal.order in speaker.situation.legal_orders.get(literal.order.unit, ()):
            return (literal,)
    lead = _LEAD.match(named := speaker.unnamed(text))
    bare = named[lead.end() :] if lead else named
    first: UnreadPromiseError | None = None
    for reading in (_by(_OUT, _out), _by(_AT_PEACE, _peace), _by(_STAYS, _stays), _refused, _ordered):
        try:
            if found := reading(bare, speaker):
                return tuple(dict.fromkeys(found))
        except UnreadPromiseError as why:
            first = first or why
    raise first or UnreadPromiseError(f"not understood; write {speaker.example}")


Reading = Callable[[str, Speaker], list[Promise]]
"""Of words as one kind of promise: nothing if they are none of the kind. Raises ``UnreadPromiseError`` if they are one
that cannot be made."""


def _by(patterns: tuple[re.Pattern[str], ...], make: Callable[[str, re.Match[str], Speaker], list[Promise]]) -> Reading:
    def reading(text: str, speaker: Speaker) -> list[Promise]:
        why: UnreadPromiseError | None = None
        for match in filter(None, (pattern.fullmatch(text) for pattern in patterns)):
            try:
                if found := make(match["what"].strip(), match, speaker):
                    return found
            except UnreadPromiseError as error:
                why = why or error
        if why:
            raise why
        return []

    return reading


def _out(what: str, _: re.Match[str], speaker: Speaker) -> list[Promise]:
    return [Promise(f"out of {place}") for place in _places(what, speaker)]


def _peace(what: str, match: re.Match[str], speaker: Speaker) -> list[Promise]:
    places = "attack" in match[0].lower() and not _names_powers(what, speaker) and _places(what, speaker)
    if places:
        return [Promise(f"out of {place}") for place in places]
    return [Promise(f"peace {power}") for power in _powers(what, speaker)]


def _stays(what: str, match: re.Match[str], speaker: Speaker) -> list[Promise]:
    units = _units(what, speaker)
    at = match.groupdict().get("at")
    if at and [unit.province for unit in units] != _places(at, speaker):
        raise UnreadPromiseError(f"{', '.join(units)} {'does' if len(units) == 1 else 'do'} not stand in {at[:40]}")
    return [Promise(f"{unit} stays") for unit in units]


def _refused(text: str, speaker: Speaker) -> list[Promise]:
    if found := _REFUSED.fullmatch(text):
        refused = found["order"]
        if any(pattern.fullmatch(refused) for pattern in _STAYS):
            raise UnreadPromiseError("to stay can be promised, and not to stay cannot")
    elif (found := _UNIT_REFUSES.fullmatch(text)) and not _STILL.fullmatch(found["rest"]):
        refused = f"{found['unit']} {found['rest']}"
    else:
        return []
    return [Promise(f"not {order}") for order in _ordered(refused, speaker)]


def _ordered(text: str, speaker: Speaker) -> list[Promise]:
    situation = speaker.situation
    ground = situation.terrain
    if (bare := _IN_WINTER.sub("", text)) != text and read(bare, ground)[0].verb in ("B", "D"):
        text = bare
    written = read(text, ground)
    tokens = tokens_of(text, lexicon(ground.name))
    if len(written) > 1:
        raise UnreadPromiseError(f"{len(written)} orders in one text; write each by itself")
    if written[0].trouble in ("not an order", "nothing", "no verb"):
        return []
    if any(token.kind in "?c" for token in tokens) or any(sign.isdigit() or sign in "#?" for sign in text):
        raise UnreadPromiseError(f"more than an order that is understood; write {speaker.example}")
    if situation.kind == "M" and written[0].verb in ("B", "D", "R", "WAIVE") and not written[0].trouble:
        return [_winter(written[0], speaker)]
    line = read_order(text, situation)
    if line.order is not None:
        return [Promise(line.order)]
    fits = meant(written[0], Field.of(situation))
    if len({(fit.unit, fit.verb, fit.goal) for fit in fits}) == 1 and fits[0].verb == "-":
        # On any coast.
        return [Promise(f"{fits[0].unit} - {fits[0].goal}")]
    raise UnreadPromiseError(line.reason or "not understood")


def _winter(written: Written, speaker: Speaker) -> Promise:
    """A build or a disband of the winter that comes."""
    situation, ground = speaker.situation, speaker.situation.terrain
    if written.verb == "R":
        raise UnreadPromiseError("a retreat cannot be pledged, as nobody knows what will be dislodged")
    if written.verb == "WAIVE" or written.unit is None:
        raise UnreadPromiseError("say which unit is built or disbanded, or is not")
    if written.verb == "D":
        return Promise(f"{_standing(written.unit.locations, speaker)} D")
    if len({province_of(at) for at in written.unit.locations}) > 1:
        raise UnreadPromiseError(f"{written.unit.word} may be {' or '.join(written.unit.locations)}; write which one")
    at = written.unit.locations[0]
    province = province_of(at)
    kinds = [kind for kind in "AF" if ground.kinds.get(province) in ("coast", {"A": "land"}.get(kind))]
    sites = situation.centers[speaker.power] if ground.build_anywhere else situation.homes[speaker.power]
    if province not in sites:
        raise UnreadPromiseError(f"{speaker.power} builds in {', '.join(sites) or 'no province'}, not in {province}")
    if (written.unit.kind or kinds[0]) not in kinds or not (written.unit.kind or len(kinds) == 1):
        raise UnreadPromiseError(f"write {' or '.join(f'{kind} {province} B' for kind in kinds)}")
    return Promise(f"{written.unit.kind or kinds[0]} {at if written.unit.kind == 'F' else province} B")


def _places(text: str, speaker: Speaker) -> list[str]:
    """Provinces that a unit can enter; none where the words are something else."""
    ground = speaker.situation.terrain
    found = []
    for words in re.split(r",| and | & ", text):
        if (literal := words.strip().upper()) in ground.kinds:
            found.append(literal)
            continue
        tokens = _plain_tokens(words, speaker)
        if not tokens or set(kinds_of(tokens)) != {"P"}:
            return []
        for token in tokens:
            provinces = sorted({province_of(at) for at in token.meaning})
            if len(provinces) > 1:
                raise UnreadPromiseError(f"{token.word} may be {' or '.join(provinces)}; write which one")
            if provinces[0] not in ground.kinds:
                raise UnreadPromiseError(f"no unit can enter {ground.names.get(provinces[0], provinces[0])}")
            found += provinces
    return found


def _units(text: str, speaker: Speaker) -> list[Unit]:
    """Units of the promising power; none where the words are something else."""
    tokens = _plain_tokens(text, speaker)
    if not re.fullmatch(r"(?:U?P)+", kinds_of(tokens)):
        return []
    return [_standing(token.meaning, speaker) for token in tokens if token.kind == "P"]


def _standing(locations: tuple[str, ...], speaker: Speaker) -> Unit:
    own = speaker.situation.own_units
    found = [unit for unit in own if unit.province in set(map(province_of, locations))]
    if len(found) != 1:
        where = " or ".join(dict.fromkeys(map(province_of, locations)))
        raise UnreadPromiseError(f"{speaker.power} has no unit in {where}; its units are {', '.join(own) or 'none'}")
    return found[0]


def _plain_tokens(text: str, speaker: Speaker) -> list[Token]:
    """Nothing of a text that holds signs or numbers, which a list of names does not."""
    if re.search(r"[\d?#]", text):
        return []
    tokens = tokens_of(text, lexicon(speaker.situation.map))
    return [token for token in tokens if token.word not in _AND and token.kind not in "()"]


def _names_powers(text: str, speaker: Speaker) -> bool:
    """Whether the text names powers, be it with words that places have, too: ``ENG``, but not ``English Channel``."""
    if _plain(text) in _YOU or _plain(text) in _ME:
        return True
    parts = [part for part in re.split(r",| and | & ", text) if part.strip()]
    named = all(addressed([part], speaker.situation.terrain).known for part in parts)
    short = all(len([word for word in part.split() if word.lower() != "the"]) == 1 for part in parts)
    return named and (short or not _places(text, speaker))


def _powers(text: str, speaker: Speaker) -> Iterator[str]:
    """Living powers but the promising one. Raises ``UnreadPromiseError`` where anything else is named."""
    situation = speaker.situation
    others = [power for power in situation.survivors if power != speaker.power]
    if _plain(text) in _ME and speaker.me != speaker.power:
        yield speaker.me
        return
    if _plain(text) in _YOU:
        if not speaker.readers:
            raise UnreadPromiseError(f"say with whom: peace {others[0] if others else ALL}")
        yield from speaker.readers
        return
    meant = addressed([text], situation.terrain)
    if meant.unknown or not meant.known or not _names_powers(text, speaker):
        raise UnreadPromiseError(f"{text[:40]!r} is no power; write one of {', '.join(others)}")
    named = sorted(others if ALL in meant.known else meant.known)
    if named == [speaker.power]:
        raise UnreadPromiseError(f"{speaker.power} itself promises this; name the other power")
    if gone := [power for power in named if power not in situation.survivors]:
        raise UnreadPromiseError(f"{', '.join(gone)} is out of the game")
    yield from (power for power in named if power != speaker.power)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.upper()))
