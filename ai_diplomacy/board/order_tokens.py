"""One piece of text -> tokens: what each of its words means on the map."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, islice
from typing import NamedTuple

from .order_lexicon import COAST_CODES, COASTS, SILENT, VERBS, WHERE, Lexicon
from .terrain import province_of


class Token(NamedTuple):
    kind: str
    """One character, see ``order_lexicon``; ``:``, ``(`` and ``)`` for themselves."""
    word: str
    meaning: tuple[str, ...] = ()
    """Of a place: the locations it may be; of a unit: its type; of a coast: its code."""
    power: str = ""
    """The power that the word names, which may be a place as well."""


class _Word(NamedTuple):
    text: str
    kind: str
    """``word``, ``dash``, ``move``, ``sign`` or ``odd``."""
    tight: bool
    """Without a space on either side."""


MOST_WORDS = 200
MOST_TOKENS = 60
"""What follows in a piece is cut and marked as unknown; no order is as long, a remark behind one may be."""
MOST_CHARACTERS = 4000

_SIGNS = str.maketrans("[]{}_", "()() ")
_AROUND = " \t?+=!.,;*\"'`"
_TAG = re.compile(r"</?[A-Z][^<>]{0,20}>")
_WORD = re.compile(
    r"(?P<word>[^\W_]+(?:'[^\W_]+)*)|(?P<move>[-=\u2014]{1,4}>+|>+|-(?!-))|(?P<dash>\u2014+|-{2,})"
    r"|(?P<sign>[:()/&])|(?P<odd>[<~?+=^@%$])"
)


def tokens_of(text: str, lex: Lexicon) -> tuple[Token, ...]:
    """The tokens of one piece; punctuation, quotes, silent words and numbers are left out."""
    words = list(islice(_words(text), MOST_WORDS + 1))
    found: list[Token] = []
    at = 0
    while at < len(words):
        token, used = _coast(words, at, found, lex) or _place(words, at, lex) or (_word(words, at, found, lex), 1)
        at += used
        if token and len(token.kind) == 1:
            found.append(token)
        elif token:
            found += [token._replace(kind=kind) for kind in token.kind]
    if len(found) > MOST_TOKENS or len(words) > MOST_WORDS:
        found[MOST_TOKENS:] = [Token("?", "...")]
    return with_coasts([_power_or_place(found, at) for at in range(len(found))], lex)


def kinds_of(tokens: Iterable[Token]) -> str:
    return "".join([token.kind for token in tokens])


def with_coasts(tokens: Sequence[Token], lex: Lexicon) -> tuple[Token, ...]:
    """Join each coast to the place before it (``STP (SC)``, ``STP-SC``) or after it (``south coast of Spain``)."""
    found: list[Token] = []
    waiting: Token | None = None
    for at, token in enumerate(tokens):
        back = 2 if found and found[-1].kind in ("-", "=", "(") else 1
        before = found[-back] if len(found) >= back else None
        follows = tokens[at + 1 : at + 2] and tokens[at + 1].kind == "P"
        if token.kind == "K" and before and before.kind == "P" and not (back == 2 and follows):
            bracket = found[-1:] if found[-1].kind == "(" else []
            found[-back:] = [_on_coast(before, token, lex), *bracket]
        elif token.kind == ")" and found and found[-1].kind == "(":
            found.pop()
        elif token.kind == "P" and waiting and found[-1] is waiting:
            found[-1] = _on_coast(token, waiting, lex)
        else:
            waiting = token if token.kind == "K" else None
            found.append(token)
    return tuple(found)


_GOES_ON = re.compile(r"[-=]+U?P|[-=]*[HgVC]+(?:[-=]*[UW]*P)*")


_A_UNIT = re.compile(r"W?U?P")


def without_asides(tokens: Sequence[Token]) -> tuple[tuple[Token, ...], tuple[tuple[Token, ...], ...]]:
    """The tokens outside brackets, and those in each bracket that is a remark, not a part: ``(VIA)``, ``(- BUR)``, the
    unit that the order begins with."""
    plain: list[Token] = []
    asides: list[tuple[Token, ...]] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        at += 1
        if token.kind == "(":
            depths = accumulate({"(": 1, ")": -1}.get(inner.kind, 0) for inner in tokens[at:])
            end = next((at + away for away, depth in enumerate(depths) if depth < 0), len(tokens))
            inside = tuple(t for t in tokens[at:end] if t.kind not in "()")
            if not plain and end == len(tokens):
                continue
            of_order = _GOES_ON if plain else _A_UNIT
            if of_order.fullmatch(kinds_of(inside)) and (plain or kinds_of(tokens[end + 1 : end + 2]) not in "UPW"):
                plain += inside
            else:
                asides.append(inside)
            at = end + 1
        elif token.kind != ")":
            plain.append(token)
    return tuple(plain), tuple(asides)


def _words(text: str) -> Iterator[_Word]:
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.replace("\u00b4", "'"))
        if len(text) > MOST_CHARACTERS:  # some characters stand for eighteen; the sign marks the cut as not understood
            text = text[:MOST_CHARACTERS] + " ~"
        text = "".join(map(_plain, text))
    text = text.translate(_SIGNS).upper().strip(_AROUND)
    if "<" in text:
        text = _TAG.sub(" ", text)
    for match in _WORD.finditer(text):
        start, end = match.span()
        word = match[0]
        if len(word) > 2 and word.endswith("'S"):
            word = word[:-2]
        tight = not text[max(0, start - 1) : start].isspace() and not text[end : end + 1].isspace()
        yield _Word(word, str(match.lastgroup), tight)


@lru_cache(maxsize=4096)
def _plain(character: str) -> str:
    """The ASCII sign that does the same in an order; accents are left out."""
    if character.isascii() or character == "\u2014":
        return character
    category, name = unicodedata.category(character), unicodedata.name(character, "")
    if category in ("Mn", "Cf"):
        return " " if name == "ZERO WIDTH SPACE" else ""
    if "QUOTATION" in name or "APOSTROPHE" in name:
        return "'"
    if category == "Pd" or name == "MINUS SIGN":
        return "-" if "HYPHEN" in name or "MINUS" in name else "\u2014"
    if "ARROW" in name or "POINTING" in name:
        return ">" if "RIGHT" in name and "LEFT" not in name else "<"
    return {"Ps": "(", "Pe": ")"}.get(category, character)


def _coast(words: Sequence[_Word], at: int, found: Sequence[Token], lex: Lexicon) -> tuple[Token, int] | None:
    """``SC``, ``south coast``, ``/SC``, ``(S)`` or, after a place that has such a coast, ``south``."""
    text = words[at].text
    following = words[at + 1].text if at + 1 < len(words) else ""
    if text in COAST_CODES:
        return Token("K", text, (COAST_CODES[text],)), 1
    if text in COASTS and following in ("COAST", "CST"):
        return Token("K", text, (COASTS[text],)), 2
    if not found or found[-1].kind != "P":
        return None
    if text == "/" and following in COAST_CODES:
        return Token("K", following, (COAST_CODES[following],)), 2
    code = COASTS.get(following if text in ("/", "(") else text)
    if not code or not any(
        lex.coasts.get((province_of(place), code), "").endswith(code) for place in found[-1].meaning
    ):
        return None
    if text == "/":
        return Token("K", following, (code,)), 2
    if text == "(":
        closed = at + 2 < len(words) and words[at + 2].text == ")"
        return (Token("K", following, (code,)), 3) if closed else None
    longer = _place(words, at, lex)
    return (Token("K", text, (code,)), 1) if len(text) > 1 and not (longer and longer[1] > 1) else None


def _place(words: Sequence[_Word], at: int, lex: Lexicon) -> tuple[Token, int] | None:
    """The longest name of a place that begins here; its words may be hyphenated."""
    first = words[at].text
    for rest, locations in lex.places.get(first, ()):
        end = at + 1
        for wanted in rest:
            while end < len(words) and (words[end].text in SILENT or (words[end].text == "-" and words[end].tight)):
                end += 1
            if end == len(words) or words[end].text != wanted:
                break
            end += 1
        else:
            if rest or first not in VERBS:
                name = " ".join(word.text for word in words[at:end])
                return Token("P", name, locations, "" if rest else lex.powers.get(first, "")), end - at
    return None


def _word(words: Sequence[_Word], at: int, found: Sequence[Token], lex: Lexicon) -> Token | None:
    """A single word or sign; nothing if the order means the same without it."""
    text, kind, _ = words[at]
    if kind in ("dash", "move"):
        return Token("=" if kind == "dash" else "-", "-")
    if kind == "odd" or text == "/":
        return Token("?", text)
    if text in VERBS:
        return Token(VERBS[text], text, (text[0],) if VERBS[text] == "U" else ())
    if kind == "sign":
        return Token(text, text)
    if text in SILENT or text.isdigit():
        return None
    if text in WHERE:
        leads_on = at + 1 < len(words) and VERBS.get(words[at + 1].text, "?") in "So"  # in support of, in order to
        return Token("?", text) if found and found[-1].kind in "PK" and not leads_on else None
    if text in lex.prefixes:
        return Token("P", text, lex.prefixes[text], lex.powers.get(text, ""))
    if text in lex.powers:
        return Token("W", text, power=lex.powers[text])
    return Token("?", text)


def _power_or_place(tokens: Sequence[Token], at: int) -> Token:
    """``ENG`` is the power before a unit (``S ENG F NTH``) or as a label, else the sea; so is ``Rome`` on its map."""
    token = tokens[at]
    if token.kind != "P" or not token.power or at + 1 == len(tokens):
        return token
    following, before = tokens[at + 1].kind, tokens[at - 1].kind if at else ""
    names_power = (following == "U" and before not in ("U", "-", "=")) or (following == ":" and not at)
    return Token("W", token.word, power=token.power) if names_power else token


def _on_coast(place: Token, coast: Token, lex: Lexicon) -> Token:
    """The place on that coast. Where it has no such coast, the coast is left out."""
    code = coast.meaning[0]
    named = tuple(filter(None, (lex.coasts.get((province_of(location), code)) for location in place.meaning)))
    return place._replace(meaning=named or place.meaning, word=f"{place.word}/{code}")
