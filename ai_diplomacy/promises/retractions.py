"""Whether a later message ends a promise in free words, or gives it again: its sender takes it back, or its reader lets
it off. English, and by rules; an order in notation that breaks it is told in any language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from ..board.press import ALL
from .aims import Aim
from .clauses import Clause, clauses
from .intentions import announces, clear_plans, relevance
from .phrases import PROMISE, compiled, phrases
from .stances import conditional, elliptic, stance_in, told

Turned = Literal["back", "again"]

_BACK = compiled("ending", "back")
_UNABLE = compiled("ending", "unable")
"""Not a withdrawal by itself: only of what the clause names."""
_GOING = re.compile(r"\b(?:go|move|moving|going|enter|attack|send|support|be)\w*$", re.IGNORECASE)
"""Who will not go somewhere takes back no promise to stay away."""
_LET_OFF = compiled("ending", "let_off")
_IDLE = re.compile(r"^\W*(?:\w+\W+){0,2}?" + phrases("ending", "idle"), re.IGNORECASE)
_OWN_WORD = re.compile(
    rf"\b(?:my|our|the|your|what\W+(?:i|you))\W+(?:[\w<>{{}}']+\W+){{0,2}}?(?:{PROMISE}|promised|pledged|offered|said|wrote|support|convoy)(?!\w)",
    re.IGNORECASE,
)
_TO_ANOTHER = re.compile(rf"(?<!\w)(?:{PROMISE}|support|convoy|help)\W+(?:(?:to|with|for)\W+)(?=\{{)", re.IGNORECASE)
_DENIED = re.compile(
    r"(?:\b(?:not|never|without|nor|why (?:should|would) i|no (?:reason|intention|need)(?: to| of)?"
    r"|if|unless|you|they|please|would|could|might|may|until|moment|when|to not|refuse to)\b|n't\b)"
    r"(?:\W+[\w<>]+){0,2}\W*$|\{[A-Z]+\}(?: will| would| may)?\W*$",
    re.IGNORECASE,
)
_REFUSED = re.compile(
    r"(?:\b(?:not|never|cannot|if|unless|would|could|might|until|when)\b|n't\b)(?:\W+\w+){0,2}\W*$", re.IGNORECASE
)
_AGAIN = compiled("ending", "again")
_OFF = re.compile(
    r"\b(?:off|void|dead|over|cancell?ed|withdrawn|no longer|not|forget|out of date|obsolete|moot)\b|n't\b",
    re.IGNORECASE,
)
_INSISTS = compiled("ending", "insists")
_REPORTED = compiled("ending", "reported")
_HYPOTHETICAL = compiled("ending", "hypothetical")
_NOT_YET = re.compile(r"\b(?:once|when|as soon as|(?<!look )after(?! all)|until|till)\b", re.IGNORECASE)
"""A reader that lets the sender off some day does not yet."""
_ABOUT_PLAN = re.compile(r"\b(?:plans?|idea|move|attack|talk|proposal|question)\b", re.IGNORECASE)
_IMPERSONATED = compiled("ending", "impersonated")
_SUPPORTING = re.compile(r"\b(?:support|help)", re.IGNORECASE)
_CONVOYING = re.compile(r"\bconvoy", re.IGNORECASE)


def taken_back(aim: Aim, body: str) -> tuple[Turned, str] | None:
    """What a message of the promise's sender says of it: that it is withdrawn or that it stands, and the words."""
    return _turned(aim, clauses(body, aim.sender, aim.turn.map), by_sender=True)


def let_off(aim: Aim, body: str) -> tuple[Turned, str] | None:
    """What a message of the promise's reader says of it: that it need not be kept, and the words."""
    author = "" if aim.recipient == ALL else aim.recipient
    return _turned(aim, clauses(body, author, aim.turn.map), by_sender=False)


def _turned(aim: Aim, said: Sequence[Clause], *, by_sender: bool) -> tuple[Turned, str] | None:
    found: tuple[int, Turned, str] | None = None
    before: Clause | None = None
    for clause in said:
        telling, before = before, clause
        if by_sender and telling and elliptic(clause.marked) and told(telling.marked) and relevance(telling, aim):
            found = relevance(telling, aim), "back", clause.quote()
        about = _relevance(clause, aim, by_sender=by_sender)
        if not about or (found and about < found[0]):
            continue
        whole = " ".join(other.marked for other in said if other.sentence == clause.sentence)
        kept = by_sender and not _OFF.search(clause.marked) and _plans_to_keep(aim, clause)
        if not kept and _ends(clause, aim, by_sender=by_sender):
            later = _HYPOTHETICAL.search(whole) or (not by_sender and _NOT_YET.search(whole))
            if not (conditional(whole) or later or _IMPERSONATED.search(whole)):
                found = about, "back", clause.quote()
        elif kept or (_gives(clause, aim) if by_sender else _INSISTS.search(clause.marked)):
            found = about, "again", clause.quote()
    return (found[1], found[2]) if found else None


def _plans_to_keep(aim: Aim, clause: Clause) -> bool:
    return any(said.stance == "keep" for said in clear_plans(aim, clause))


def _gives(clause: Clause, aim: Aim) -> bool:
    """Whether the sender promises it again. Who hopes to keep the peace does not."""
    named = bool(clause.places & aim.provinces) and not clause.inherited
    return bool(_AGAIN.search(clause.marked)) or (named and stance_in(clause.marked) == ("keep", False))


def _relevance(clause: Clause, aim: Aim, *, by_sender: bool) -> int:
    """By what is promised: other powers are named in a message as parties to the war. But a message about a promise to
    somebody else, or about a support or a convoy, is not about this one, or not about another kind of order."""
    about = {aim.recipient if by_sender else aim.sender}
    if clause.powers - about and _TO_ANOTHER.search(clause.marked):
        return 0
    near = relevance(clause, aim, any_power=True)
    order = aim.commitment.order
    if near < 3:
        for noun, verb in ((_SUPPORTING, "S"), (_CONVOYING, "C")):
            if noun.search(clause.text) and (order is None or order.verb != verb):
                return 0
    return near


def _ends(clause: Clause, aim: Aim, *, by_sender: bool) -> bool:
    if clause.text.rstrip().endswith("?"):
        return False
    text = clause.marked
    if not by_sender:
        return any(
            not _REFUSED.search(text[: match.start()]) and not _IDLE.match(text[match.end() :])
            for match in _LET_OFF.finditer(text)
        ) and bool(clause.places or clause.orders or _OWN_WORD.search(text) or clause.bare)
    elsewhere = bool(clause.places) and not clause.inherited and not clause.places & (aim.provinces or clause.places)
    if _REPORTED.search(text) or (elsewhere and _ABOUT_PLAN.search(text)):
        return False
    if any(not _DENIED.search(text[: match.start()]) for match in _BACK.finditer(text)):
        return True
    named = bool(clause.places & aim.provinces or clause.orders) or bool(_OWN_WORD.search(text))
    if named and any(aim.commitment.order or not _GOING.search(match[0]) for match in _UNABLE.finditer(text)):
        return True
    if told(text):
        return False
    return any(said.stance == "break" for said in clear_plans(aim, clause)) or announces(aim, clause)
