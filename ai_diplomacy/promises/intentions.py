"""What the private words of a power say of one of its promises: that it keeps it, that it breaks it, or nothing.

First by orders that it plans, in notation in any language; then by words, in English. Of what one text says, the most
specific counts, and of these the last.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ..board.breaking import same_order
from ..board.press import ALL
from .aims import Aim
from .clauses import Clause, clauses
from .deeds import deed
from .phrases import compiled, within
from .planned import GOES, TO, planned
from .stances import (
    NEGATED,
    WEIGHED,
    Stance,
    agrees,
    conditional,
    denies_threat,
    elliptic,
    only_talk,
    others_do,
    proposes,
    stance_in,
    threatens,
    told,
    turns_down,
)

_CONDITION = within("notation", "condition")
_DENIAL = within("notation", "denial")
_DOUBT = within("notation", "doubt")
_FIRST_PERSON = re.compile(
    r"(?<!\w)(?:i|we|my|our|i'm|i'll|we'll)(?!\w)"
    r"|<[A-Z]{3}>(?:'s)? (?:army |fleet )?(?:will |then )?(?!is|was|has)\w+s\b",
    re.IGNORECASE,
)
_CONTRAST = compiled("stance", "contrast")
_DOING = re.compile(
    r"^\W*(?:(?:instead|actually|really|rather|nevertheless|anyway|now|in (?:truth|fact|reality)|on reflection)\W+)*"
    r"(?:(?:i|we)(?:'m|'ll|'d)?\W+(?!cannot|keep|hope|mean\b|do not|don't|won't)"
    r"|(?:my|the) (?:army|fleet|units?)|<[A-Z]{3}>\W+\w+s\b)",
    re.IGNORECASE,
)
_APPRAISED = re.compile(
    r"(?:\[\d+\]|<[A-Z]{3}> (?:to|into) (?:the )?<[A-Z]{3}>)\W+(?:gains?|costs?|looks?|seems?|risks?|tempts"
    r"|appeals|has its)\b",
    re.IGNORECASE,
)
"""An order of which only its worth is told."""
_FAR = 30
"""Clauses of a sentence before and behind one that are asked whether they doubt it."""
_ASIDE = re.compile(r"\([^()]*\)")
_NEAR = 300
"""Characters before an order by which it may be doubted."""
_SEASON = re.compile(r"\b(spring|fall(?! for\b)|autumn|winter)\b", re.IGNORECASE)
_SEASONS = {"S": ("spring",), "F": ("fall", "autumn"), "W": ("winter",)}
_YEAR = re.compile(r"\b(19\d\d)\b")
_NEXT = re.compile(r"\bnext (?:turn|phase|season|year|spring|fall|autumn)\b", re.IGNORECASE)
_WOULD = re.compile(r"\b(?:would|could|should|if|might)\b", re.IGNORECASE)
_VICTIM = re.compile(
    r"\b(?:let|mak(?:e|ing)|letting|have|lead|leading|deceiv\w+|mislead\w*|misled|betray\w*|stab\w*|fool\w*"
    r"|cheat\w*|trick\w*"
    r"|double-?cross\w*|l(?:ie|ying|ied) to|break(?:ing)? with"
    r"|(?:deception|lie|lies|ruse|trap|bluff|story|stab|betrayal|trick)\W+(?:told )?(?:for|of|to|against|at"
    r"|on))\W+(?:\w+\W+)?\{([A-Z]+)\}",
    re.IGNORECASE,
)
_UNDECIDED = compiled("stance", "undecided")
_CHOSEN = re.compile(
    r"^\W*(?:(?:then|so|and|now|yes|ok|okay|well|final(?:ly)?|decision)\W+)*(?:(?:in|on|for|to|into"
    r"|back)\W+)*(?:the )?<[A-Z]{3}>"
    r"(?:'s)?\W+(?:(?:then|so|and|instead|now)\W+)?(?:it is|it shall be|after all|instead|wins|at once|anyway"
    r"|regardless)\b"
    r"|\b(?:i|we)(?:'ve| have|'m| am)?\W+(?:\w+\W+)?(?:decided|settled|settling|opted|opting|going|chosen"
    r"|choosing|chose)"
    r"\W+(?:(?:on|for|with)\W+)?(?:the )?<[A-Z]{3}>"
    r"|<[A-Z]{3}>\W+(?:is|will be)\W+(?:\w+\W+)?(?:needed|wanted|required|used|useful|useless|employed"
    r"|more useful|better off)"
    r"\W+(?:\w+\W+)?(?:in|at|for)\W+(?:the )?<[A-Z]{3}>",
    re.IGNORECASE,
)
_REALLY = re.compile(
    r"\b(?:in (?:truth|reality|fact|practice)|(?:real|actual|true|secret|private) (?:plan|target|goal|aim"
    r"|intention|line|move|orders?)"
    r"|on the board|in the orders|doing|ordering|secretly|instead|changed my mind|change of (?:heart|plans?)"
    r"|after all"
    r"|actually|underneath)\b",
    re.IGNORECASE,
)
_ALL_NO = re.compile(
    r"\b(?:no|not|never|nor|without|hardly|rather than|out of|asks?|asked|wants?|empty|leaves?|left|free"
    r"|players?)\b|n't\b",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"^\W*(?:(?:in (?:truth|fact|reality|practice)|instead|actually|really|then|and|now)\W+)*(?:it|(?:the"
    r"|my) (?:fleet|army))(?:'ll)?\W+"
    rf"(?:(?:will|shall|actually|really|instead|now|is|going|to)\W+)*{GOES}{TO}<([A-Z]{{3}})>",
    re.IGNORECASE,
)
_WILL_NOT = (
    r"(?: army| fleet)?\W+(?:(?:will|shall|does|is) not|won't|shan't|isn't"
    r"|doesn't)\W+(?:going to\W+)?(?:be )?"
)
_VERBS = {
    "H": r"(?:hold|stay|remain|stand)",
    "S": r"(?:support|help)",
    "C": r"(?:convoy|carry|help)",
    "-": r"(?:go|mov|sail|march|head|com)",
}
_THEIRS = re.compile(
    r"^\W*(?:\{[A-Z]+\}|they|he|she|it)\W+(?:\w+\W+){0,2}?(?:me|us|i|we|to)\W|^\W*(?:they|he|she)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Statement:
    """What a clause says of the promise."""

    stance: Stance
    weight: int
    """How closely it is about it, from 1."""
    clause: Clause
    of_promise: bool = False
    """Whether it speaks of the promise itself, not only of a deed that breaks it."""


def said_of(aim: Aim, text: str) -> Statement | None:
    """What one private text says of the promise in the end; in words about the promise itself, if there are any."""
    last: Statement | None = None
    stated = list(_stances(aim, clauses(text, aim.sender, aim.turn.map)))
    for said in stated:
        if last is None or said.weight >= last.weight:
            last = said
    of_promise = (said for said in stated if last and said.of_promise and said.stance == last.stance)
    named = next(of_promise, None)
    return replace(last, clause=named.clause, of_promise=True) if last and named else last


def relevance(clause: Clause, aim: Aim, *, any_power: bool = False) -> int:
    """How closely a clause is about the promise: 0 not at all, 1 as one of many, 2 by its reader or its provinces, 3 by
    its unit, 4 by its very order. ``any_power``: whoever else it names."""
    promise = aim.commitment.promise
    about = {aim.recipient, promise.power if promise else ""} - {""}
    named = clause.powers | (clause.courts & about)
    if named and not named & about and aim.recipient != ALL and not any_power:
        return int(clause.of_all)
    units = {order.unit.province for order in clause.orders}
    if clause.orders:
        if any(aim.kept_by(order) for order in clause.orders):
            return 4
        if promise is not None and promise.unit is not None:
            return 3 if promise.unit.province in units else int(clause.of_all)
    moved = {order.mover.province for order in aim.wrong if order != "WAIVE"}
    if clause.places & (aim.provinces | aim.goals | moved):
        return 3 if named & about else 2
    if named & about:
        return 2 if not clause.places else 1
    return 1 if not (clause.places or clause.orders) or clause.of_all else 0


def _stances(aim: Aim, said: Sequence[Clause]) -> Iterator[Statement]:
    before: Clause | None = None
    weighed: tuple[Stance, Clause] | None = None
    powers = frozenset().union(*(clause.powers for clause in said))
    for at, clause in enumerate(said):
        if _at_another_time(clause, aim) or (before is not None and _answers(clause, before)):
            before = clause
            continue
        about = relevance(clause, aim)
        plans = list(clear_plans(aim, clause, before))
        yield from plans
        found = stance_in(clause.marked)
        if found is not None and found[0] == "break" and _of_somebody_else(clause, before, aim, powers):
            found = None
        if found is not None and found[1]:
            weighed = found[0], clause
        elif found is not None and about:
            yield Statement(found[0], about, clause, of_promise=True)
        elif turns_down(clause.marked):
            if weighed is not None and (at := max(relevance(weighed[1], aim), about if clause.inherited else 0)):
                yield Statement("break" if weighed[0] == "keep" else "keep", at, weighed[1])
            elif weighed is None and about:
                yield Statement("keep", about, clause)
        elif not plans and not told(clause.marked) and _does(said, at, aim):
            yield Statement("break", 5, clause)
        elif not (plans or told(clause.marked)) and clause.places & aim.goals and announces(aim, clause, denied=True):
            yield Statement("keep", 5, clause)
        elif before is not None and (stance := _in_short(clause, before, aim)):
            yield Statement(stance, relevance(before, aim), before)
        elif _fails(clause, aim):
            yield Statement("break", 5, clause)
        elif _otherwise(said, at, aim) or _chooses(said, at, aim):
            yield Statement("break", 2, clause)
        elif WEIGHED.search(clause.marked) and _weighs(clause, aim):
            weighed = "break", clause
        before = clause


def _at_another_time(clause: Clause, aim: Aim) -> bool:
    """Whether its sentence is, as far as it goes, about another season or year than that of the breach."""
    said = clause.whole[: clause.whole.find(clause.text) + len(clause.text)]
    seasons = {match.lower() for match in _SEASON.findall(said)}
    years = {int(match) for match in _YEAR.findall(said)}
    now = {_SEASONS[phase.season] for phase in aim.turn.orders}
    other_season = seasons and not any(season in names for season in seasons for names in now)
    other_year = years and aim.turn.phase.year not in years
    return bool(other_season or other_year or (_NEXT.search(said) and not aim.done))


def _answers(clause: Clause, before: Clause) -> bool:
    """Whether it answers what might be asked, or tells what somebody else proposed: "What would break it? F BRE -
    ENG"."""
    asked = before.sentence == clause.sentence - 1 and before.text.endswith("?") and _WOULD.search(before.whole)
    colon = before.sentence == clause.sentence and f"{before.text}:" in clause.whole
    return bool(asked or (colon and proposes(before.marked)))


def _of_somebody_else(clause: Clause, before: Clause | None, aim: Aim, powers: frozenset[str]) -> bool:
    """Whether a breach is another power's to suffer: it is named as the one, or the text names others and the clause
    nobody. ``powers``: those of the whole text."""
    promise = aim.commitment.promise
    about = {aim.recipient, promise.power if promise else ""}
    if aim.recipient == ALL:
        return False
    victims = {match[1] for match in _VICTIM.finditer(clause.marked)}
    general = clause.bare and not (clause.of_promises or clause.courts)
    untold = bool(powers - about) or not _FIRST_PERSON.search(clause.whole)
    several = clause.inherited and len(clause.powers) > 1 and before is not None and not told(before.marked)
    return bool(victims and not victims & about) or (general and untold) or (several and not clause.of_promises)


def announces(aim: Aim, clause: Clause, recent: frozenset[str] = frozenset(), *, denied: bool = False) -> bool:
    """Whether the clause tells the deed that broke the promise as its writer's own, or, ``denied``, that it will not be
    done. ``recent``: the provinces that the clauses before it name."""
    own = frozenset(unit.province for unit in aim.own)
    stays = any(order.verb == "H" for order in aim.wrong)
    return deed(clause, aim.goals, own, recent, stays=stays, denied=denied)


def _does(said: Sequence[Clause], at: int, aim: Aim) -> bool:
    """Whether the clause tells the deed that broke the promise as its writer's own, and as decided."""
    clause = said[at]
    near = said[max(0, at - _FAR) : at + _FAR]
    sentence = [other for other in near if other.sentence == clause.sentence]
    before = said[max(0, at - 3) : at]
    if any(conditional(other.marked) for other in said[max(0, at - _FAR) : at] if other.sentence == clause.sentence):
        return False
    if not _FIRST_PERSON.search(clause.marked) and any(WEIGHED.search(other.marked) for other in sentence):
        return False
    theirs = before and before[-1].sentence == clause.sentence and _THEIRS.match(before[-1].marked)
    if theirs and not _FIRST_PERSON.search(clause.marked):
        return False
    recent = frozenset().union(*(other.places for other in before))
    return announces(aim, clause, recent)


def _fails(clause: Clause, aim: Aim) -> bool:
    """Whether it says that the promised unit will not do what was promised: "Trieste will not hold"."""
    promise, order = aim.commitment.promise, aim.commitment.order
    if promise is None or promise.unit is None or promise.kind not in ("order", "stays"):
        return False
    verb = order.verb if order is not None else "H"
    text = clause.marked
    found = re.search(rf"<{promise.unit.province}>{_WILL_NOT}{_VERBS.get(verb, '$')}", text, re.IGNORECASE)
    hedged = WEIGHED.search(text) or conditional(text) or told(text) or clause.text.endswith("?")
    there = verb != "-" or order is None or order.goal in clause.places
    return found is not None and there and not hedged and not others_do(text[: found.start()])


def _in_short(clause: Clause, before: Clause, aim: Aim) -> Stance | None:
    """What "I won't" or "I will" says of what the clause before it tells that somebody was told, or expects."""
    if not (told(before.marked) and relevance(before, aim)):
        return None
    promise = aim.commitment.promise
    if elliptic(clause.marked):
        return "keep" if promise is not None and promise.kind != "order" and threatens(before.marked) else "break"
    return "break" if agrees(clause.marked) and denies_threat(before.marked) else None


def _otherwise(said: Sequence[Clause], at: int, aim: Aim) -> bool:
    """Whether the writer does something else than what it told the reader just before: "I told Italy that Venice would
    hold, but I go to Trieste"."""
    clause = said[at]
    telling = [other for other in said[max(0, at - 2) : at] if told(other.marked) and relevance(other, aim)]
    contrast = clause.link in ("but", "yet", "however", "while", "whereas") or _CONTRAST.search(clause.marked)
    undecided = _UNDECIDED.search(clause.marked) or WEIGHED.search(clause.marked) or conditional(clause.marked)
    return bool(telling and contrast and _DOING.match(clause.marked) and not undecided)


def _chooses(said: Sequence[Clause], at: int, aim: Aim) -> bool:
    """Whether it tells, as something decided, where the unit went that broke the promise: "Galicia it is", "in truth
    Burgundy", "it goes to the Adriatic" behind a word about the unit."""
    clause = said[at]
    text = clause.marked
    if clause.inherited or clause.text.endswith("?") or not clause.places & aim.goals:
        return False
    sentence = [other for other in said[max(0, at - _FAR) : at + 1] if other.sentence == clause.sentence]
    if any(WEIGHED.search(other.marked) or conditional(other.marked) for other in sentence) or told(text):
        return False
    moved = {order.mover.province for order in aim.wrong if order != "WAIVE"}
    goes_on = _GOES_ON.match(text)
    if goes_on and goes_on[1] in aim.goals:
        named = [other for other in said[max(0, at - 2) : at] if other.places and clause.sentence - other.sentence <= 1]
        return bool(named and named[-1].places & moved and not named[-1].inherited)
    found = _CHOSEN.search(text)
    if found and found[0].rpartition("<")[2][:3] in aim.goals:
        return not NEGATED.search(text[: found.end()]) and not others_do(text[: found.start()])
    if not clause.places & (aim.goals - aim.provinces) or clause.powers:
        return False
    if _ALL_NO.search(text) or others_do(text[: text.find("<")]):
        return False
    goal = f"<(?:{'|'.join(sorted(aim.goals - aim.provinces))})>"
    own = rf"(?:<(?:{'|'.join(sorted(moved)) or '-'})>|\bmy (?:army|fleet)\b)"
    there = re.search(
        rf"{own}[^<>]{{0,30}}\b(?:in|to|into|at|for)\s+(?:the )?{goal}|{goal}\s+(?:with|from)\s+(?:the )?{own}",
        text,
        re.IGNORECASE,
    )
    return bool(there or any(_REALLY.search(other.marked) for other in sentence))


def _weighs(clause: Clause, aim: Aim) -> bool:
    """Whether it speaks of the deed, as something that may be done."""
    return bool(clause.places & aim.goals)


def clear_plans(aim: Aim, clause: Clause, before: Clause | None = None) -> Iterator[Statement]:
    """What the orders in a clause mean for the promise, unless they are only weighed, denied or told to somebody."""
    if clause.inherited:
        return
    if WEIGHED.search(clause.marked) or turns_down(clause.marked) or _DOUBT.search(clause.whole):
        return
    if clause.text.rstrip().endswith("?"):
        return
    breakers = {order.unit for order in aim.wrong}
    earlier = before.marked[-_NEAR:] if before is not None and before.sentence == clause.sentence else ""
    for order, at in planned(clause, aim.own, aim.others):
        start = clause.marked[max(0, at - _NEAR) : at]
        context = _ASIDE.sub(" ", f"{earlier} {start}")
        if _APPRAISED.match(clause.marked, at):
            continue
        denied = NEGATED.search(start) or _DENIAL.search(start) or others_do(start) or only_talk(start)
        if denied or _CONDITION.search(context) or conditional(context):
            continue
        given = any(same_order(order, wrong) for wrong in aim.wrong)
        if aim.broken_by(order) and (given or not told(clause.marked)):
            yield Statement("break", 6 if given else 4, clause)
        elif stance_in(clause.marked) is None and not told(clause.marked) and aim.returns(order, breakers):
            yield Statement("keep", 4, clause)
