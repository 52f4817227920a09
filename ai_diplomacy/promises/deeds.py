"""Whether a clause says that its writer will do what breaks a promise: "then grab ENG", "Warsaw walks in"."""

from __future__ import annotations

import re

from .clauses import Clause
from .phrases import compiled, phrases
from .stances import NEGATED, WEIGHED, conditional, only_talk, others_do

_DEED = compiled("deed", "does")
_MINE = re.compile(r"\b(?:i|we|i'm|i'll|i'd|my|our|me|mine)\b", re.IGNORECASE)
_IMPERATIVE = re.compile(rf"^\W*(?:{phrases('deed', 'opening')}\W+)*{phrases('deed', 'imperative')}", re.IGNORECASE)
_OWN_FORCE = re.compile(
    r"(?:\b(?:my|our|the|own)\s+(?:[\w<>-]+\s+){0,3}?(?:army|fleet|armies|fleets|units?|troops|forces|ships)|<(?P<unit>[A-Z]{3})>)(?:'s)?"
    r"(?:\s+(?:army|fleet))?(?:\s+(?:in|at|of|from)\s+(?:the\s+)?<[A-Z]{3}>)?"
    r"(?:\s+(?:will|shall|now|then|is|are|going|to|can|must|also|simply|quietly|has|have|needs|need|and|more|most|better|best))*\s*$",
    re.IGNORECASE,
)
_NOUN = re.compile(r"\b(?:my|your|his|her|its|their|with)\s*$", re.IGNORECASE)
"""Before ``help`` and the like, where they are no deed."""
_NOT = re.compile(r"(?:\b(?:not|never|no longer|nor)\b|n't\b)(?:\W+\w+){0,2}\W*$", re.IGNORECASE)
_WAS = re.compile(r"\b(?:was|were|had been)\b", re.IGNORECASE)
_WANTED = re.compile(r"(?:\{[A-Z]+\}|\b(?:he|she|they|it)\b).{0,40}\b(?:me|us) (?:for|to)\b", re.IGNORECASE)
_QUIET = re.compile(r"\b(?:empty|neutral|quiet|demilitari[sz]ed) <", re.IGNORECASE)
"""Of a province that is left alone."""
_STAYS = re.compile(r"\b(?:hold|stay|remain|keep|guard|cover|home|put|not (?:move|leave|go))", re.IGNORECASE)
_THERE = re.compile(
    r"^\W*(?:(?:on|onto|into|in|to|for|at|against|upon|from)\W+)?"
    r"(?:it|them|there|in(?!\W+(?:(?:the|my|a)\W+)?(?:<|(?!with\b)\w+\W*<))|that"
    r"|the (?:prize|place|province|centre|center|territory|zone))(?!\w)"
    r"|^\W*(?:this|now|at once|today|[.!]|$)",
    re.IGNORECASE,
)


def deed(
    clause: Clause,
    goals: frozenset[str],
    own: frozenset[str],
    recent: frozenset[str] = frozenset(),
    *,
    stays: bool,
    denied: bool = False,
) -> bool:
    """Whether the clause says, or implies, that the writer's units go where the orders that broke the promise went.

    ``goals``: the provinces of those orders; ``own``: provinces in which the writer has units; ``stays``: whether the
    breach was that a unit stayed; ``recent``: the provinces that the clauses before it
    name; ``denied``: asks for the contrary, that they will not.
    """
    direct = bool(clause.places & goals) and not clause.inherited
    elsewhere = clause.places - goals - own and not clause.inherited
    if not (direct or (recent & goals and not elsewhere)) or clause.text.rstrip().endswith("?"):
        return False
    text = clause.marked
    if WEIGHED.search(text) or conditional(text):
        return False
    for match in _DEED.finditer(text):
        before = text[: match.start()]
        if _WANTED.search(before) or _QUIET.search(text[match.start() :]):
            continue
        negated = _NOT.search(before) if denied else NEGATED.search(before)
        if others_do(before) or only_talk(before) or bool(negated) != denied or _NOUN.search(before):
            continue
        if not _STAYS.search(text[match.start() :]) if stays else _STAYS.match(match[0]):
            continue
        if not direct and not _THERE.match(text[match.end() :]):
            continue
        force = _OWN_FORCE.search(before)
        mine = force is not None and (force["unit"] is None or force["unit"] in own)
        if mine or _MINE.search(before) or (_IMPERATIVE.match(text) and not _WAS.search(text, match.end())):
            return True
        if re.match(r"\W*(?:is|are|cannot|can't|must|will|shall|decides)\b", match[0]) and before.rstrip().endswith(
            ">"
        ):
            return True
    return False
