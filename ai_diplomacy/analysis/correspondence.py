"""Letters and their answers: which private letters could be answered, and which were."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise

from ..board.press import Message
from ..game.config import phase_order
from .games import MessageRow


def message_rows(letters: Sequence[Message], survivors: Mapping[str, frozenset[str]]) -> list[MessageRow]:
    """All letters of a game. ``survivors``: movement phase -> powers that could write in it.

    A private letter is answered by a reader who writes privately to its sender in a later round of the phase, or in the
    movement phase after it. Who has no such round before it, or the press, is gone has no chance to.
    """
    phases = sorted(survivors, key=phase_order)
    following = dict(pairwise(phases))
    last_round: defaultdict[str, int] = defaultdict(int)
    wrote: defaultdict[tuple[str, str, str], int] = defaultdict(int)
    """(writer, reader, phase) -> the last round in which the one wrote to the other."""
    for letter in letters:
        last_round[letter.phase] = max(last_round[letter.phase], letter.round)
        for reader in () if letter.public else letter.recipients:
            wrote[letter.sender, reader, letter.phase] = max(wrote[letter.sender, reader, letter.phase], letter.round)
    rows = []
    for letter in letters:
        after = following.get(letter.phase, "")
        readers = () if letter.public else letter.recipients
        able = [
            reader
            for reader in readers
            if letter.round < last_round[letter.phase] or (last_round[after] and reader in survivors[after])
        ]
        answered = [
            reader
            for reader in able
            if wrote[reader, letter.sender, letter.phase] > letter.round or wrote[reader, letter.sender, after]
        ]
        rows.append(
            MessageRow(
                letter.phase,
                letter.round,
                letter.sequence,
                letter.sender,
                letter.recipients,
                letter.body,
                letter.pledges,
                able=tuple(able),
                answered=tuple(answered),
            )
        )
    return rows
