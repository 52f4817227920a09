"""Text -> the orders written in it, as far as the map alone can tell; whether they are legal is decided elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Literal

from .order_lexicon import Lexicon, lexicon
from .order_tokens import Token, kinds_of, tokens_of, with_coasts, without_asides
from .terrain import Terrain
from .units import VERBS, Verb

Trouble = Literal[
    "", "nothing", "too long", "not an order", "unknown place", "no verb", "no object", "left over", "verb first"
]

LONGEST = 4000
"""Characters of one text; nobody writes more as an order."""
MOST_PIECES = 100


@dataclass(frozen=True, slots=True)
class Mention:
    """A unit or a place as it was named."""

    kind: str
    """``A``, ``F`` or nothing."""
    locations: tuple[str, ...]
    """What the name may mean, mostly one location."""
    word: str


@dataclass(frozen=True, slots=True)
class Written:
    """One order as it was written."""

    text: str
    verb: Verb | Literal[""] = ""
    unit: Mention | None = None
    target: Mention | None = None
    """The unit that is supported or convoyed."""
    path: tuple[Mention, ...] = ()
    """Where to, step by step; mostly one step."""
    via: bool = False
    carriers: tuple[Mention, ...] = ()
    """Where the fleets are that carry it, if that was written."""
    verb_first: bool = False
    """``build A PAR``: the verb holds for units that follow without one."""
    trouble: Trouble = ""
    """Why it is no order, whatever the situation."""
    word: str = ""
    """What the trouble is about."""


def read(text: str, ground: Terrain) -> tuple[Written, ...]:
    """The orders in a text, without its remarks; a text without any is one with a trouble."""
    if len(text) > LONGEST:
        return (Written(text, trouble="too long"),)
    if not text.strip():
        return (Written(text, trouble="nothing"),)
    split = [piece for piece in _split(text) if piece]
    if len(split) > MOST_PIECES:
        return (Written(text, trouble="too long"),)
    lex = lexicon(ground.name)
    pieces = _join([_Piece(piece, tokens_of(piece, lex)) for piece in split], lex)
    found = list(accumulate(map(_parse, pieces), _with_verb))
    if not found:
        found = [_parse(_Piece(text, tokens_of(", ".join(split), lex)))]
    return (replace(found[0], text=text),) if len(found) == 1 else tuple(found)


def _with_verb(before: Written, written: Written) -> Written:
    """``Build A PAR, F BRE``: the second has the verb of the first."""
    if written.trouble == "no verb" and before.verb_first:
        return replace(written, verb=before.verb, verb_first=True, trouble="")
    return written


_ENTITIES = {"&gt;": ">", "&rarr;": "→", "&lt;": "<", "&quot;": '"', "&#39;": "'", "&nbsp;": " ", "&amp;": "&"}
_REMARK = re.compile(r"(?:^|(?<=\s))#(?!\s?\d).*|//.*")
_SEPARATOR = re.compile(
    r"\([^()]*\)|(?P<between>[,;|•、，；]|\\n|(?:\band\b|&|\.)(?=\W{1,6}(?:A|F|Army|Fleet)\s))",  # noqa: RUF001
    re.IGNORECASE,
)


def _split(text: str) -> Iterator[str]:
    """The text at its line ends, commas and semicolons, without the remarks behind ``#`` and ``//``."""
    if "&" in text:
        for entity, sign in _ENTITIES.items():
            text = text.replace(entity, sign)
    for line in text.splitlines():
        kept = _REMARK.sub("", line)
        start = 0
        for found in _SEPARATOR.finditer(kept):
            if found["between"] is not None:
                yield kept[start : found.start()].strip()
                start = found.end()
        yield kept[start:].strip()


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    tokens: tuple[Token, ...]


# The grammar: regular expressions over the kinds of tokens, one character each (see order_lexicon).

_LEAD = r"[-=lWo:]*"
_AN_ORDER = re.compile(
    r"[-=lWo:()]*(?:B?:?X"  # waive
    r"|[BDRH]?:?[UW]*U[UW:(]*(?:P|\?.*[-=SCHRDB])"  # A PAR; A XYZ - BUR
    r"|[BDRH]:?[UW]*P"  # build Paris
    r"|P[-=:]*[SCHRDBXV]|P:?[-=]+U?P)"  # PAR S; PAR - BUR
)
_CONTINUED = re.compile(r"[-=]*(?:[-=]U?P|[HDB]g*$|V(?:C|[UW]*P|$)|[SCRK])")
_HEAD = re.compile(rf"{_LEAD}(?P<verb>[BDRHSC]?)[:W]*(?P<unit>[UW:=-]*P):?")
_WAIVE = re.compile(rf"{_LEAD}B?:?X")
_LABEL = re.compile(
    r"[?loWcg:]*:(?=[BDRHX-]?:?[UW]*[PX])|[?loWcg]*(?P<unit>[UW]*P):(?=(?P<again>[UW]*P)[-=]*[-=HSCRDBV])"
)
_STEPS = r"(?P<path>[-=]+P(?:[-=]+P)*)"
_VIA = r"(?P<via>(?:[-=]*[VC])+(?:[UWl]*PC?)*)?"
_EARLY = r"(?P<early>[-=]*V[VC]*(?:[UW]*P(?=[-=]))?)?"
# What a supported fleet does makes no difference: it is supported where it stands.
_CARRIES = r"C[UW]*P[-=]+U?P"
_SUPPORT = rf"[-=]*S[-=S]*(?P<still>H?)[-=]*(?P<target>[UW]*P)(?::?{_EARLY}{_STEPS}{_VIA}|{_CARRIES}|[-=:]*Hg*)?"
_BODIES: tuple[tuple[Verb, re.Pattern[str]], ...] = (
    ("S", re.compile(_SUPPORT)),
    ("C", re.compile(rf"[-=]*C[-=]*(?P<target>[UW]*P):?{_EARLY}{_STEPS}{_VIA}")),
    ("H", re.compile(r"[-=]*H(?:[-=]*[Hg])*(?P<at>[UW]*P)?")),
    ("R", re.compile(r"[-=]*R(?P<path>[-=]*P(?:[-=]+P)*)?")),
    ("D", re.compile(r"[-=]*D")),
    ("B", re.compile(r"[-=]*B")),
    ("WAIVE", re.compile(r"[-=]*X.*")),
    ("-", re.compile(rf"(?:{_EARLY}(?P<carried>C)?{_STEPS}|(?P<place>P)){_VIA}")),
)
# What may follow a complete order without changing it: a remark that a sign or its first word shows to be one.
_END = re.compile(r"W*(?:$|[co]|:(?:$|[?locW]|[-=]+[?co])|-+(?:\?.|[co])|[-=]*=[-=]*(?:\?.|[locSCRDBg]))")
_UNKNOWN_UNIT = re.compile(rf"{_LEAD}[BDRH]?:?[UW]*U[UW]*(\?)")
_UNKNOWN_GOAL = re.compile(r"(?:[-=]+U?|[-=]*[SC][-=H]*[UW]*(?:P[-=]+)?U?|U?(?=.$))(\?)")
_UNKNOWN_STEP = re.compile(r"(?:[-=]+U?|U?(?=.$))(\?)")
_WANTS = re.compile(r"[-=]*([SC])|[-=]+$")


def _join(pieces: Sequence[_Piece], lex: Lexicon) -> list[_Piece]:
    """The pieces that are orders, each with what belongs to it: a comma may stand within an order, too."""
    found: list[_Piece] = []
    for piece in pieces:
        kinds = kinds_of(piece.tokens)
        if _AN_ORDER.match(kinds):
            found.append(piece)
        elif found and kinds:
            before = _parse(found[-1])
            unfinished = before.trouble in ("no verb", "no object") and kinds[0] in "-=HSCVRDBPK"
            if unfinished or _moves_target(before, piece.tokens) or _CONTINUED.match(kinds):
                tokens = with_coasts(found[-1].tokens + piece.tokens, lex)
                found[-1] = _Piece(f"{found[-1].text}, {piece.text}", tokens)
    return found


def _parse(piece: _Piece) -> Written:
    """One piece as an order. Brackets are remarks, unless the order needs what stands in them."""
    plain, asides = without_asides(piece.tokens)
    written = _parse_tokens(piece.text, plain)
    doubtful = next((aside for aside in asides if _moves_target(written, aside)), ())
    if asides and (written.trouble or doubtful):
        whole = _parse_tokens(piece.text, _unwrapped(piece.tokens))
        if not whole.trouble:
            return whole
    return replace(written, trouble="left over", word=_words(doubtful)) if doubtful else written


def _unwrapped(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """All tokens, those in brackets too; ``PAR (BUR)`` does not become ``PAR BUR``, a move."""
    return tuple(
        token
        for at, token in enumerate(tokens)
        if token.kind not in "()" or (token.kind == "(" and kinds_of(tokens[max(0, at - 1) : at + 2]) == "P(P")
    )


def _parse_tokens(text: str, tokens: Sequence[Token]) -> Written:
    kinds = kinds_of(tokens)
    start = _after_label(kinds, tokens)
    if start is None:
        return Written(text, trouble="not an order")
    if _WAIVE.match(kinds, start):
        return Written(text, "WAIVE")
    head = _HEAD.match(kinds, start)
    if not head:
        unknown = _UNKNOWN_UNIT.match(kinds, start)
        if unknown:
            return Written(text, trouble="unknown place", word=tokens[unknown.start(1)].word)
        return Written(text, trouble="not an order")
    if len(_types(tokens, head.span("unit"))) > 1:
        return Written(text, trouble="not an order")
    unit = _mention(tokens, head.span("unit"))
    lead: Verb | Literal[""] = VERBS.get(head["verb"], "")
    if lead in ("S", "C"):
        return Written(text, target=unit, trouble="verb first", word=lead)
    if lead and _END.match(kinds, head.end()):
        return Written(text, lead, unit, verb_first=True)
    for verb, pattern in _BODIES:
        found = pattern.match(kinds, head.end())
        if found and verb == "S" and _support_of_what(found, tokens):
            return Written(text, unit=unit, trouble="no object", word="S")
        if found:
            end = _end(found, verb, unit, tokens)
            return _checked(_fill(Written(text, verb, unit), found, tokens), lead, tokens, kinds, end)
    return _unfinished(Written(text, unit=unit), tokens, kinds, head.end())


def _after_label(kinds: str, tokens: Sequence[Token]) -> int | None:
    """Where the order begins after a label such as ``FRANCE:`` or ``A PAR:``; ``None`` if the two name two units."""
    label = _LABEL.match(kinds)
    if label and label["unit"]:
        named, again = _mention(tokens, label.span("unit")), _mention(tokens, label.span("again"))
        if named.locations != again.locations:
            return None
    return label.end() if label else 0


def _end(found: re.Match[str], verb: Verb, unit: Mention, tokens: Sequence[Token]) -> int:
    """Where the order ends: before the part of it, if any, that contradicts what stands before."""
    parts = found.groupdict()
    if verb == "S" and parts["still"] and parts["path"]:
        return found.start("path")
    if verb == "H" and parts["at"] and _mention(tokens, found.span("at")).locations != unit.locations:
        return found.start("at")
    return found.end()


def _support_of_what(found: re.Match[str], tokens: Sequence[Token]) -> bool:
    """``A PAR S - BUR`` may mean the unit there, or a move to there by another."""
    before = kinds_of(tokens[found.start() : found.start("target")])
    named = found["still"] or found["path"] or _mention(tokens, found.span("target")).kind
    return not named and ("-" in before or "=" in before)


def _fill(written: Written, found: re.Match[str], tokens: Sequence[Token]) -> Written:
    def places(*groups: str) -> tuple[Mention, ...]:
        spans = [found.span(group) for group in groups if parts.get(group)]
        steps = [_mention(tokens, (at, at + 1)) for span in spans for at in range(*span) if tokens[at].kind == "P"]
        # "moves to BUR - attacks BUR" is one step.
        return tuple(step for at, step in enumerate(steps) if not at or step.locations != steps[at - 1].locations)

    parts = found.groupdict()
    return replace(
        written,
        target=_mention(tokens, found.span("target")) if parts.get("target") else None,
        path=places("path", "place"),
        via=any(parts.get(group) for group in ("early", "carried", "via")),
        carriers=places("early", "via"),
    )


def _checked(written: Written, lead: Verb | Literal[""], tokens: Sequence[Token], kinds: str, end: int) -> Written:
    """The order, if nothing that was written contradicts it: a leading verb, or words left over."""
    if lead == "R" and written.verb == "-":
        written = replace(written, verb="R")
    if lead not in ("", written.verb):
        return replace(written, trouble="left over", word=next(t.word for t in tokens if t.kind == lead))
    unknown = _UNKNOWN_STEP.match(kinds, end)
    if unknown and (_holding_support(written) or (written.verb == "R" and not written.path)):
        return replace(written, trouble="unknown place", word=tokens[unknown.start(1)].word)
    unclear = _holding_support(written) and (kinds[end : end + 1] in ("-", "=") or _moves_target(written, tokens[end:]))
    if unclear or not _END.match(kinds, end):
        return replace(written, trouble="left over", word=_words(tokens[end:]))
    return written


def _unfinished(written: Written, tokens: Sequence[Token], kinds: str, end: int) -> Written:
    unknown = _UNKNOWN_GOAL.match(kinds, end)
    if unknown:
        return replace(written, trouble="unknown place", word=tokens[unknown.start(1)].word)
    wants = _WANTS.match(kinds, end)
    if wants:
        return replace(written, trouble="no object", word=wants[1] or "-")
    if end == len(kinds):
        return replace(written, trouble="no verb")
    return replace(written, trouble="left over", word=_words(tokens[end:]))


def _holding_support(written: Written) -> bool:
    return written.verb == "S" and not written.path and not written.trouble


def _moves_target(written: Written, remark: Sequence[Token]) -> bool:
    """Whether a remark behind the support of a unit that holds speaks of its move: then it may not hold after all."""
    if not _holding_support(written) or not written.target:
        return False
    mover, before = written.target.locations, ""
    if [token.kind for token in remark] == ["P"] and remark[0].meaning != mover:
        return True
    for token in remark:
        if token.kind == "P":
            if before and mover == written.target.locations:
                return True
            mover = token.meaning
        before = before if token.kind in "UW" else token.kind if token.kind in "-=" else ""
    return False


def _words(tokens: Sequence[Token]) -> str:
    return " ".join(token.word for token in tokens)


def _mention(tokens: Sequence[Token], span: tuple[int, int]) -> Mention:
    """The place at the end of the span, and the type of unit named before it."""
    place, types = tokens[span[1] - 1], _types(tokens, span)
    return Mention(types.pop() if len(types) == 1 else "", place.meaning, place.word)


def _types(tokens: Sequence[Token], span: tuple[int, int]) -> set[str]:
    """The types of unit named in the span; more than one if something is missing, as in ``F A WAR``."""
    types = [token.meaning[0] for token in tokens[span[0] : span[1]] if token.kind == "U"]
    # "a fleet": the first A is an article.
    return set(types[1:] if types[:1] == ["A"] and len(types) > 1 else types)
