"""Why a promise was broken: what its sender wrote to itself, and what was told to the reader. docs/honesty.md has the
table of accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..board.press import Message
from .aims import Aim, went
from .intentions import Statement, said_of
from .promised import Promised
from .retractions import let_off, taken_back
from .turns import PrivateText, Turn


def accounted(row: Promised, turns: Sequence[Turn]) -> Promised:
    """The row of a broken promise with its account; any other row as it is.

    ``turns``: of the game in their order, up to the turn of the breach at least.
    """
    if row.verdict != "broken":
        return row
    turn = _turn_of(row, turns)
    if turn is None:
        return replace(row, account="unexplained")
    span = [other for other in turns if row.phase <= other.phase <= turn.phase]
    meant = _meant(row, turn, span)
    if meant is not None:
        where, said, early = meant
        return replace(row, account="lie" if early else "changed", where=where, quote=said.clause.quote())
    if told := _ended(row, turn, span, row.sender):
        return replace(row, account="taken back", where=told[0], quote=told[1])
    if told := _ended(row, turn, span, row.recipient):
        return replace(row, account="let off", where=told[0], quote=told[1])
    return replace(row, account="mistake" if _by_default(row, turn) else "unexplained")


def aim_of(row: Promised, turn: Turn) -> Aim:
    return Aim(row.sender, row.recipient, row.commitment, row.ordered, turn)


def place_of(text: PrivateText) -> str:
    """``negotiate 1``, ``plan``."""
    return f"{text.step} {text.round}" if text.step == "negotiate" else text.step


def written_early(text: PrivateText, turn: Turn, row: Promised) -> bool:
    """Whether it was written with the message that made the promise, or before."""
    return turn.phase == row.phase and text.step == "negotiate" and text.round <= row.round


def _turn_of(row: Promised, turns: Sequence[Turn]) -> Turn | None:
    return next((turn for turn in turns if row.decided in turn.orders), None)


def _meant(row: Promised, turn: Turn, span: Sequence[Turn]) -> tuple[str, Statement, bool] | None:
    """Where the private words say that it is broken, if the last of them do, what they say, and whether the first of
    them were written as early as the promise. Words about the promise itself tell more than a plan."""
    found = None
    breaks: list[tuple[str, Statement, bool]] = []
    strongest = 0
    for other in span:
        if other is not turn:
            given = [order for orders in other.orders.values() for order in orders.get(row.sender, ())]
            aim = replace(aim_of(row, turn), done=went(given))
        else:
            aim = aim_of(row, turn)
        for text in other.private.get(row.sender, ()):
            said = said_of(aim, text.text)
            if said is None or (said.weight == 1 < strongest):
                continue
            strongest = max(strongest, said.weight)
            found = said
            if said.stance == "break":
                breaks.append((place_of(text), said, written_early(text, other, row)))
    if not breaks or found is None or found.stance == "keep":
        return None
    same = [entry for entry in breaks if entry[2] == breaks[0][2]]
    return next((entry for entry in same if entry[1].of_promise), same[0])


def _ended(row: Promised, turn: Turn, span: Sequence[Turn], author: str) -> tuple[str, str] | None:
    """The last message by which the author ended the promise in free words, and the words; ``None`` if there is none,
    or it was given again after it."""
    aim, found = aim_of(row, turn), None
    for message in (message for other in span for message in other.messages):
        if message.sender != author or not _later(message, row):
            continue
        said = (taken_back if author == row.sender else let_off)(aim, message.body)
        if said is not None:
            found = (f"message {message.sequence}", said[1]) if said[0] == "back" else None
    return found


def _later(message: Message, row: Promised) -> bool:
    """Whether its reader, or its sender, can read it as a later word on the promise. What the other wrote in the same
    round it wrote without knowing it."""
    if message.sender != row.sender:
        after = (message.phase, message.round) > (row.phase, row.round) and message.phase >= row.phase
        return after and message.readable_by(row.sender)
    return message.sequence > row.sequence and (message.public or row.recipient in message.recipients)


def _by_default(row: Promised, turn: Turn) -> bool:
    """Whether the rules filled in what broke it."""
    forgotten = turn.unordered.get(row.sender, frozenset())
    return bool(row.ordered) and all(order.unit in forgotten for order in row.ordered)
