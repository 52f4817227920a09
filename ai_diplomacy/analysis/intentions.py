"""Whether a power says, in its private words before it orders, that it will break a promise.

English, and by rules: a clause that is about the promise says that it is kept or broken, by words for breaking and
keeping that are not somebody else's deed, not a condition, and turned round by a negation. Of the clauses that say so
the most specific count, and of these the last.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Literal

from ..board.units import Order
from .clauses import Clause, clauses, power_names

Stance = Literal["keep", "break"]

_NOUN = r"(?:promises?|pledges?|word|agreements?|commitments?|deals?|pacts?|bargains?|assurances?|offers?|truce|vows?)"
_OBJECT = (
    r"(?:(?:it|them)\b(?!\W+(?:quiet|calm|busy|happy|guessing|secret|hidden|at\b|away|out|in\b|from|off))"
    rf"|that|this|these|those|both|all|every|each|either|to|faith|what|[AF] [A-Z]{{3}}"
    rf"|(?:my|the|our|any|such|his|its|their)\W+(?:\w+\W+){{0,2}}{_NOUN}|any of|one)\b"
)
_BREAK = re.compile(
    rf"""\b(?:
    break(?:ing)? | betray(?:ing)? | (?:back)?stab(?:bing)? | double-?cross(?:ing)? | reneg(?:e|ing) | deceiv(?:e|ing)
    | mislead(?:ing)? | dup(?:e|ing) | violat(?:e|ing) | disregard(?:ing)? | cheat(?:ing)? | dishonou?r(?:ing)?
    | (?:ignor(?:e|ing)|drop(?:ping)?|abandon(?:ing)?|forget)\ (?:{_OBJECT})
    | let(?:ting)?\ (?:(?:it|that|them)\ )?(?:drop|fall) | go(?:ing)?\ back\ on
    | l(?:ie|ied|ying)\ to | bluff(?:ing|ed)?
    | (?:is|was|are|were)\ (?:(?:a|an|only|just|pure|nothing|mere)\ )*(?:but\ a\ )?
      (?:lies?|bluff|ruse|feint|trick|empty|false|sham|smokescreen|decoy)
    | (?:never|not\ (?:once\ )?)\ ?(?:meant|intended) | in\ bad\ faith
    | whatever\ i\ (?:write|wrote|say|said|tell|told|promise|promised|pledge|pledged)
    | (?:will|is\ to|shall)\ be\ broken | (?:should|must)\ not\ believe
    | (?:despite|contrary\ to|against)\ my\ {_NOUN}
    | it\ should\ not | fool(?:ing)? | otherwise\ than\ i\ (?:promised|pledged|said|told)
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)
_KEEP = re.compile(
    rf"""\b(?:
    keep(?:ing)?\ {_OBJECT} | (?:be|is|are)\ kept | honou?r(?:ing)? | fulfil(?:l|ling)? | respect(?:ing)?
    | (?:stand(?:ing)?|abid(?:e|ing))\ by | stick(?:ing)?\ (?:to|with) | hold(?:ing)?\ (?:to|up)\b
    | (?:be|stay|remain)\ true\ to
    | mak(?:e|ing)\ good | deliver(?:ing)?\ on | as\ (?:i\ )?(?:promised|pledged|agreed|told)
    | follow(?:ing)?\ through | (?:in\ good\ faith|faithful(?:ly)?) | live\ up\ to
    | carry(?:ing)?\ (?:\w+\ )?out | mean\ it
    | (?:do|doing)\ (?:exactly\ )?what\ i\ (?:promised|pledged|said)
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_NEGATED = re.compile(
    r"""(?:\b(?:not|never|no\ longer|without|rather\ than|instead\ of|cannot|nor|hardly|neither|nobody|avoid
    |nothing\ to\ gain
    |no\ (?:\w+\ )?(?:reason|intention|need|plan|plans|wish|desire|point|use|sense)(?:\ (?:to|of|in))?|far\ from
    |(?:refuse|unwilling|decline|foolish|unwise|mistake|madness|folly|wrong|too\ (?:early|soon|costly|risky))\ to)\b
    |n't\b)
    (?:\W+\w+){0,4}\W*$""",
    re.IGNORECASE | re.VERBOSE,
)
_HELPERS = (
    r"(?:(?:'ll|'d|'s|'re)?\W+(?:will|would|may|might|could|can|is|are|does|do|did|has|have|likely|going|about|to|soon|not"
    r"|probably|surely|must|should|already|then|never|also|certainly|plans?|wants?|means?))*\W*$"
)
_PRONOUN = re.compile(
    rf"\b(?:they|he|she|it|who|you|everybody|everyone|somebody|someone|neighbou?rs?|others){_HELPERS}", re.I
)
_AT_ME = re.compile(rf"^\W*(?:me|us)\b|^\W*(?:its|his|her|their|your)\W+{_NOUN}\b", re.IGNORECASE)
_CONDITION = re.compile(r"\b(?:if|unless|in case|should (?:they|he|she|it)|once|when|until)\b", re.IGNORECASE)
_TOLD = re.compile(
    r"\b(?:i|we)\W+(?:have |had |'ve |only |also |just )*"
    r"(?:told|promised|pledged|assured|said|swore|agreed|offered|let\b.+\bbelieve)\b"
    r"|\b(?:may|can|will|does|do) (?:believe|expect|trust|count|think|rely)\b|\bbelieves\b|\bexpects\b",
    re.IGNORECASE,
)
_DOING = re.compile(
    r"^\W*(?:(?:instead|actually|really|in (?:truth|fact|reality))\W+)*"
    r"(?:(?:i|we)(?:'m|'ll|'d)?\W+(?!cannot|keep|hope|mean\b)"
    r"|my (?:army|fleet|units?)|the (?:army|fleet)|[AF] [A-Z]{3}\b)",
    re.IGNORECASE,
)
_UNDECIDED = re.compile(r"\b(?:hope|wonder|fear|doubt|expect|need|want its|trust|think|believe)\b", re.IGNORECASE)


def means_to_break(said: str, sender: str, recipient: str, order: Order, map_name: str) -> bool:
    """Whether these private words, oldest first, say that the promise of ``order`` to ``recipient`` (a power or
    ``ALL``) will be broken."""
    found: tuple[int, Stance] | None = None
    for clause, stance in _stances(clauses(said, sender, map_name), map_name):
        relevance = clause.relevance(order, recipient)
        if relevance and (found is None or relevance >= found[0]):
            found = relevance, stance
    return found is not None and found[1] == "break"


def _stances(said: Iterable[Clause], map_name: str) -> Iterator[tuple[Clause, Stance]]:
    """The clauses that say something of a promise, and what."""
    before: Clause | None = None
    for clause in said:
        stance = _stance(clause.text, map_name)
        if stance is None and before is not None and before.sentence == clause.sentence and _otherwise(before, clause):
            # I told Italy that Venice would hold, but I go to Trieste.
            stance, clause = "break", before
        if stance is not None:
            yield clause, stance
        before = clause


def _stance(text: str, map_name: str) -> Stance | None:
    found = [
        *((match, "break") for match in _BREAK.finditer(text)),
        *((match, "keep") for match in _KEEP.finditer(text)),
    ]
    for match, word in sorted(found, key=lambda item: item[0].start()):
        before, after = text[: match.start()], text[match.end() :]
        if _CONDITION.search(before) or _AT_ME.match(after) or _by_another(before, map_name):
            continue
        denied = bool(_NEGATED.search(before))
        return "break" if (word == "break") != denied else "keep"
    return None


def _by_another(before: str, map_name: str) -> bool:
    return bool(_PRONOUN.search(before) or _subject(map_name).search(before))


@cache
def _subject(map_name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!to )(?<!from )(?<!with )(?<!for )\b{power_names(map_name)}{_HELPERS}", re.IGNORECASE)


def _otherwise(before: Clause, clause: Clause) -> bool:
    told, does = _TOLD.search(before.text), _DOING.search(clause.text)
    return bool(told and does and not _UNDECIDED.search(clause.text))
