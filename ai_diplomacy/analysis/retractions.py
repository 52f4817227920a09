"""Whether a later message takes a promise back, or gives it again. English, and by rules, as ``intentions`` is."""

from __future__ import annotations

import re
from typing import Literal

from ..board.units import Order
from .clauses import Clause, clauses

_NOUN = r"(?:promises?|pledges?|word|agreements?|commitments?|deals?|pacts?|bargains?|offers?|support|convoy|help)"
_THING = (
    r"(?:it\b|this\b|everything\b|what\W+i\b|[AF]\W[A-Z]{3}\b"
    rf"|(?:my|the|our|any|every|all|both|that)\W+(?:\w+\W+){{0,3}}?{_NOUN}\b)"
)
_BACK = re.compile(
    rf"""\b(?:
    (?:withdraw|retract|revoke|cancel|rescind|recall|drop|scrap|take\ back|call\ off)\W+{_THING}
    | (?:withdrawing|retracting|revoking|cancell?ing|rescinding|dropping|taking\ back|calling\ off)\W+{_THING}
    | (?:take|call|taking|calling)\W+{_THING}(?:\W+\w+){{0,3}}?\W+(?:back|off)
    | (?:forget|disregard|ignore)\W+(?:about\W+)?{_THING}
    | (?:consider|regard|treat)\b[^.;]{{0,50}}\b(?:void|off|withdrawn|cancell?ed|null|dead)
    | {_NOUN}\b[^.;]{{0,30}}\b(?:is|are)\ (?:now\ |hereby\ )?
      (?:off|void|withdrawn|cancell?ed|dead|no\ longer\ (?:valid|on|standing))
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)
_UNABLE = re.compile(
    r"""\b(?:i|we|it|my\ \w+)\W+(?:\w+\W+){0,3}?
    (?:cannot|can't|can\ not|can\ no\ longer|won't|will\ not|will\ no\ longer|shall\ not
      |(?:am|is)\ (?:un|not\ |no\ longer\ )able\ to
      |no\ longer|must\ not|(?:am|is)\ not\ going\ to|(?:will\ not|won't)\ be\ able\ to|(?:need\ to|must)\ use)
    \W+(?:\w+\W+){0,2}?
    (?:keep|honou?r|do|hold|give|supports?|supporting|convoy|convoying|move|moving|make|deliver|stand|fulfil|send
      |spare|help|go|leave|carry|order|intend|plan|elsewhere|after\ all
      |be\ (?:given|there|moving|going|holding|supporting|convoying))\b
    |\b(?:changed\ my\ mind|change\ of\ plans?|(?:do\ not|don't)\W+(?:count|rely)\ on)\b
    |\b(?:elsewhere|otherwise)\ after\ all\b""",
    re.IGNORECASE | re.VERBOSE,
)
"""Not a withdrawal by itself: only of what the clause names."""
_OWN_WORD = re.compile(
    r"\b(?:my|our|the|what\W+i)\W+(?:\w+\W+){0,2}?(?:promises?|pledges?|word|commitments?|promised|pledged|offered|said|wrote)\b",
    re.IGNORECASE,
)
_TO_ANOTHER = re.compile(rf"\b{_NOUN}\W+(?:(?:to|with|for)\W+)(?!you\b)[A-Z]\w+", re.IGNORECASE)
_DENIED = re.compile(
    r"(?:\b(?:not|never|without|nor|why (?:should|would) i|no (?:reason|intention|need)(?: to| of)?"
    r"|if|unless|you|they)\b|n't\b)"
    r"(?:\W+\w+){0,2}\W*$",
    re.IGNORECASE,
)
_AGAIN = re.compile(
    rf"\b(?:{_NOUN}|it|everything)\b[^.;]{{0,30}}\b(?:stands?|is good|holds? good)\b"
    rf"|\b(?:reinstate|renew|confirm|repeat)\W+{_THING}",
    re.IGNORECASE,
)


def taken_back(body: str, sender: str, recipient: str, order: Order, map_name: str) -> Literal["back", "again"] | None:
    """What a message that ``recipient`` can read says of the earlier promise of ``order`` to it: that it is withdrawn,
    that it stands, or nothing."""
    said: tuple[int, Literal["back", "again"]] | None = None
    for clause in clauses(body, sender, map_name):
        relevance = _relevance(clause, recipient, order)
        if not relevance or (said and relevance < said[0]):
            continue
        if _withdraws(clause, order):
            said = relevance, "back"
        elif _AGAIN.search(clause.text):
            said = relevance, "again"
    return said[1] if said else None


def _relevance(clause: Clause, recipient: str, order: Order) -> int:
    """By what is ordered: other powers are named in a message as parties to the war. But a message about a promise to
    somebody else, or about a support or a convoy, is not about this one, or not about another kind of order."""
    if clause.powers - {recipient} and _TO_ANOTHER.search(clause.text):
        return 0
    relevance = clause.matter(order)
    if relevance < 3:
        for noun, verb in (("support", "S"), ("convoy", "C")):
            if re.search(rf"\b{noun}", clause.text, re.IGNORECASE) and order.verb != verb:
                return 0
    return relevance


def _withdraws(clause: Clause, order: Order) -> bool:
    if clause.text.rstrip().endswith("?"):
        return False
    if any(not _DENIED.search(clause.text[: match.start()]) for match in _BACK.finditer(clause.text)):
        return True
    named = clause.concerns(order) or bool(_OWN_WORD.search(clause.text))
    return named and bool(_UNABLE.search(clause.text))
