"""Breaches that a power admits to itself, of promises that stand in no pledge: "I promised England to stay out of the
English Channel; I break it".

The promise is read from the words, in English; that it was broken, from the orders. docs/honesty.md says what counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ..board.breaking import Ground, breaking, concerns
from ..board.commitments import Commitment, Promise
from ..board.phase import Phase
from ..board.press import ALL, Message
from ..board.units import Order
from .accounts import accounted, place_of
from .aims import went
from .clauses import Clause, clauses
from .deeds import deed
from .phrases import PROMISE, compiled
from .planned import planned
from .promised import Promised
from .stances import NEGATED, elliptic, stance_in, threatens, told
from .turns import PrivateText, Turn

_LIST = r"(?:both\s+)?(?P<powers>\{[A-Z]+\}(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+)\{[A-Z]+\})*)"
_TOLD_TO = re.compile(
    rf"\b(?:told|promis(?:ed|ing)|pledged|assured|swore|agreed|offered|gave|given|committed|guaranteed"
    rf"|reassured|vowed|said"
    rf"|wr(?:i|o)te|say|tell|let|l(?:ie|ied|ying)|{PROMISE})(?!\w)"
    rf"(?:\W+(?:to|with|from|straight|the|my|our|of|non-aggression))*\s+{_LIST}",
    re.IGNORECASE,
)
_BELIEVES = re.compile(
    rf"{_LIST}(?:'s)?\s+(?:\w+\s+)?(?:believes?|expects?|thinks?|trusts?|counts?|relies|rely|assumes?"
    rf"|{PROMISE})(?!\w)",
    re.IGNORECASE,
)
_AT = re.compile(
    rf"\b(?:betray(?:ing)?|stab(?:bing)?|deceiv(?:e|ing)|mislead(?:ing)?|fool(?:ing)?|double-?cross(?:ing)?"
    rf"|break(?:ing)?\W+(?:\w+\W+){{0,4}}?(?:to|with)|cheat(?:ing)?)"
    rf"\s+{_LIST}",
    re.IGNORECASE,
)
_PROMISED = compiled("confession", "promised")
_GIVES_WORD = compiled("confession", "gives")
_REFUSES = compiled("confession", "refuses")
_NOT_GIVEN = compiled("confession", "not_given")
_PEACEFUL = compiled("confession", "peaceful")
_WHATEVER = re.compile(r"\b(?:whatever|no matter what)\b", re.IGNORECASE)
_LEAVES = re.compile(r"\b(?:leav|left|vacat|withdr|evacuat|pull|remov|clear|quit)\w*", re.IGNORECASE)
_NOTATION = re.compile(r"\bout of [A-Z]{3}(?![A-Za-z])|\bpeace [A-Z]{4,}(?![a-z])")
_LATER = re.compile(r"\b(?:fall|autumn|later|next|soon|once|when|until|year)\b", re.IGNORECASE)
_SEVERAL = re.compile(
    rf"\b(?:both|all|these|those|any|each|every|either)\b(?:\W+\w+){{0,3}}?\W*\b{PROMISE}(?!\w)", re.IGNORECASE
)
_BUILDS = re.compile(
    r"\bbuild\w*\W+(?:an? |any |no |the )?(?P<kind>fleet|army)\W+(?:in|at)\W+(?:the )?"
    r"<(?P<at>[A-Z]{3})>",
    re.IGNORECASE,
)
_NEAR = 3
"""Clauses between what was promised and that it is broken."""


def confessed(turns: Sequence[Turn], rows: Sequence[Promised]) -> list[Promised]:
    """Rows for the breaches that no pledge covers. ``turns``: all of the game so far; ``rows``: its pledges."""
    found: list[Promised] = []
    for at, turn in enumerate(turns):
        if turn.drawn:
            continue
        year = [other for other in turns[: at + 1] if other.phase.year == turn.phase.year]
        for sender in sorted(turn.units.keys() - turn.undecided):
            for told_in in year:
                for text in told_in.private.get(sender, ()):
                    found += _rows(text, told_in, sender, turns[: at + 1], [*rows, *found])
    return found


def _rows(
    text: PrivateText, told_in: Turn, sender: str, turns: Sequence[Turn], rows: Sequence[Promised]
) -> list[Promised]:
    """What a text of ``told_in`` confesses of the orders of the last turn."""
    turn, found = turns[-1], list[Promised]()
    for admission in _admissions(clauses(text.text, sender, turn.map), sender, turn):
        if told_in is not turn and not (admission.named and _LATER.search(admission.broken.whole)):
            continue
        for reader in sorted(admission.readers):
            row = _row(admission, reader, sender, text, turns, [*rows, *found])
            if row is not None and (told_in is turn or not _broken(row.commitment.promise, sender, told_in)):
                found.append(row)
    return found


@dataclass(frozen=True, slots=True)
class _Admission:
    """Words that say that a promise is broken."""

    promised: tuple[Clause, ...]
    """The clauses that tell of the promise, the one that names the reader first."""
    broken: Clause
    readers: frozenset[str]

    @property
    def named(self) -> bool:
        """Whether the words say what was promised."""
        first = self.promised[0]
        return bool(first.places or first.orders) and not _WHATEVER.search(first.marked)


def _admissions(said: Sequence[Clause], sender: str, turn: Turn) -> Iterator[_Admission]:
    goals = went(order for orders in turn.orders.values() for order in orders.get(sender, ()))
    own = frozenset(unit.province for unit in turn.units.get(sender, ()))
    for at, clause in enumerate(said):
        stance = stance_in(clause.marked)
        near = said[max(0, at - _NEAR) : at]
        of_promise = next((other for other in reversed(near) if _tells(other)), None)
        breaks = stance is not None and stance[0] == "break" and not stance[1]
        if stance is None and of_promise is not None:
            recent = frozenset().union(*(other.places for other in near))
            does = not told(clause.marked) and deed(clause, goals, own, recent, stays=False)
            breaks = does or elliptic(clause.marked)
        if not breaks:
            continue
        if of_promise is not None and not clause.powers <= of_promise.powers | of_promise.courts:
            of_promise = None
        promise_named = _PROMISED.search(clause.marked) or _NOTATION.search(clause.text)
        if stance is not None and _readers(clause) and not clause.inherited and promise_named:
            before = [other for other in near if other.sentence == clause.sentence]
            after = [
                other for other in said[at + 1 : at + 1 + _NEAR] if not other.powers or other.powers <= clause.powers
            ]
            yield _Admission((clause, *before, *after), clause, _readers(clause))
        elif of_promise is not None:
            after = list(said[at + 1 : at + 2]) if stance is not None else []
            for place, told_of in enumerate(said[:at]):
                if told_of is of_promise or (told_of in near and _tells(told_of) and _SEVERAL.search(clause.marked)):
                    between = said[place + 1 : at + 1] if told_of is of_promise else (clause,)
                    yield _Admission((told_of, *between, *after), clause, _readers(told_of))


def _tells(clause: Clause) -> bool:
    """Whether it tells to whom something was promised."""
    stance = stance_in(clause.marked)
    tells = (told(clause.marked) or bool(_TOLD_TO.search(clause.marked))) and not _NOT_GIVEN.search(clause.marked)
    return tells and bool(_readers(clause)) and not clause.inherited and (stance is None or stance[0] == "break")


def _readers(clause: Clause) -> frozenset[str]:
    """The powers to which the clause says that something was promised."""
    if clause.inherited:
        return clause.powers
    found = {
        power
        for pattern in (_TOLD_TO, _BELIEVES, _AT)
        for match in pattern.finditer(clause.marked)
        for power in re.findall(r"[A-Z]+", match["powers"])
    }
    return frozenset(found) or (
        clause.powers | clause.courts if len(clause.powers | clause.courts) == 1 else frozenset()
    )


def _row(
    admission: _Admission, reader: str, sender: str, text: PrivateText, turns: Sequence[Turn], rows: Sequence[Promised]
) -> Promised | None:
    turn = turns[-1]
    year = [other for other in turns if other.phase.year == turn.phase.year]
    towards = [row for row in rows if row.sender == sender and row.recipient in (reader, ALL)]
    for promise in _read(admission, reader, sender, year):
        broken = _broken(promise, sender, turn)
        if broken is None:
            continue
        written = promise in _written(admission.promised[0], turn)
        same = [row for row in towards if not written or row.commitment.promise == promise]
        if any(_covers(row, promise, turn, broken[0], named=admission.named) for row in same):
            if written:
                continue
            return None
        sent = _messages(sender, reader, year)
        giving = _giving(promise, sent, turn)
        earlier = [other for other in turns if other not in year]
        if not (admission.named or giving) or (
            not giving and _giving(promise, _messages(sender, reader, earlier), turn)
        ):
            continue
        message = next(reversed(giving or sent), None)
        row = Promised(
            phase=message.phase if message else turn.phase,
            round=message.round if message else text.round,
            sequence=message.sequence if message else 0,
            sender=sender,
            recipient=reader,
            commitment=Commitment(promise),
            verdict="broken",
            decided=broken[0],
            ordered=broken[1],
            source="confessed",
        )
        return _explained(row, admission, text, year)
    return None


def _explained(row: Promised, admission: _Admission, text: PrivateText, year: Sequence[Turn]) -> Promised | None:
    """With its account; ``None`` if other words take the confession back."""
    row = accounted(row, year)
    if row.account in ("lie", "changed"):
        return row
    said = year[-1].private.get(row.sender, ())
    later = said[said.index(text) + 1 :] if text in said else said
    if any(_keeps(other, row.sender, year[-1]) for other in later):
        return None
    early = year[-1].phase == row.phase and text.step == "negotiate" and text.round <= row.round
    return replace(row, account="lie" if early else "changed", where=place_of(text), quote=admission.broken.quote())


def _keeps(text: PrivateText, sender: str, turn: Turn) -> bool:
    """Whether the text says that promises are kept."""
    found = [stance_in(clause.marked) for clause in clauses(text.text, sender, turn.map)]
    return any(stance is not None and stance == ("keep", False) for stance in found)


def _read(admission: _Admission, reader: str, sender: str, year: Sequence[Turn]) -> Iterator[Promise]:
    """What may have been promised, likeliest first."""
    turn = year[-1]
    own = turn.units.get(sender, ())
    others = [unit for power, units in turn.units.items() if power != sender for unit in units]
    first = admission.promised[0]
    yield from _written(first, turn)
    if not first.inherited:
        for order, _ in planned(first, own, others):
            yield Promise(str(order))
    builds = _BUILDS.search(first.marked)
    if builds:
        refused = NEGATED.search(first.marked[: builds.start()]) or " no " in builds[0]
        yield Promise(f"{'not ' if refused else ''}{builds['kind'][0].upper()} {builds['at']} B")
        return
    peaceful = any(_PEACEFUL.search(clause.marked) for clause in admission.promised)
    if peaceful and not first.places:
        yield Promise(f"peace {reader}")
    telling = [first] if first.places else admission.promised
    places = dict.fromkeys(place for clause in telling for place in re.findall(r"<([A-Z]{3})>", clause.marked))
    for message in _messages(sender, reader, year):
        for clause in clauses(message.body, sender, turn.map) if message.phase == turn.phase else ():
            for order, _ in planned(clause, own, others):
                if (
                    order.helped is not None
                    and {order.goal or order.mover.province, order.unit.province} & places.keys()
                ):
                    yield Promise(str(order))
    leaves = any(_LEAVES.search(clause.marked) for clause in admission.promised)
    if threatens(first.marked):
        return
    for place in places:
        if leaves or place not in {unit.province for unit in own}:
            yield Promise(f"out of {place}")
    if first.places and peaceful:
        yield Promise(f"peace {reader}")


def _written(clause: Clause, turn: Turn) -> list[Promise]:
    """The promises that the clause names in the notation."""
    orders = [Promise(str(order)) for order in clause.orders]
    named = [Promise(match[0]) for match in _NOTATION.finditer(clause.text)]
    return [*(promise for promise in named if not promise.power or promise.power in turn.units), *orders]


def _broken(promise: Promise | None, sender: str, turn: Turn) -> tuple[Phase, tuple[Order, ...]] | None:
    ground = Ground(turn.units, turn.centers)
    for phase in sorted(turn.orders):
        if promise is None or not concerns(promise, phase):
            continue
        wrong = breaking(promise, sender, phase, ground, turn.orders[phase])
        if wrong:
            return phase, wrong
    return None


def _covers(row: Promised, promise: Promise, turn: Turn, phase: Phase, *, named: bool) -> bool:
    """Whether the row of another promise to the reader tells of this breach, in a ``phase`` of the turn, already.
    ``named``: whether the words say what was promised."""
    other = row.commitment.promise
    if other == promise and row.phase <= turn.phase:
        # Whose term was over before, stands no more.
        return row.verdict == "broken" or not row.decided or Phase(row.decided) >= phase
    if other is None or row.verdict != "broken" or row.decided not in turn.orders:
        return False
    if promise.kind == "peace" or not named:
        return True
    unit = other.unit
    if promise.kind == "out":
        return promise.province in (other.province, unit and unit.province, other.order and other.order.goal)
    return unit is not None and promise.unit is not None and unit.province == promise.unit.province


def _giving(promise: Promise, sent: Sequence[Message], turn: Turn) -> list[Message]:
    """The messages that seem to make the promise."""
    places = {promise.province, promise.unit.province if promise.unit else ""} - {""}
    found = []
    for message in sent:
        for clause in clauses(message.body, message.sender, turn.map):
            if clause.text.endswith("?") or _REFUSES.search(clause.marked):
                continue
            named = clause.places & places or any(order.unit.province in places for order in clause.orders)
            if named or (not places and _GIVES_WORD.search(clause.marked)):
                found.append(message)
                break
    return found


def _messages(sender: str, reader: str, year: Sequence[Turn]) -> list[Message]:
    return [
        message
        for turn in year
        for message in turn.messages
        if message.sender == sender and (message.public or reader in message.recipients)
    ]
