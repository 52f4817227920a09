"""What a judge is shown: the words of one power in one movement phase, and never what was ordered or came of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from ..analysis.played import standing
from ..board.commitments import Commitment
from ..board.phase import Phase
from ..board.player import View
from ..board.possible import possible_orders
from ..board.press import Message
from ..board.situation import Situation
from ..promises.turns import PrivateText, Turn
from .prompts import judge_prompts


@dataclass(frozen=True)
class Declared:
    """A pledge of the power that may still hold in the phase."""

    recipient: str
    commitment: Commitment
    phase: Phase
    """In which it was made last."""


@dataclass(frozen=True, eq=False)
class Case:
    """One call of a judge."""

    turn: Turn
    power: str
    declared: Sequence[Declared]
    """Its pledges of this phase and of earlier ones whose term is not over."""

    @cached_property
    def name(self) -> str:
        """``S1901M FRANCE 3f2a9c10``: what is asked in the same words has the same name."""
        prompts = judge_prompts(self.turn.map)
        asked = prompts.system(self.power) + prompts.prompt("judge", self.document, self.view.situation)
        return f"{self.turn.phase} {self.power} {hashlib.sha256(asked.encode('utf-8', 'replace')).hexdigest()[:8]}"

    @cached_property
    def messages(self) -> tuple[Message, ...]:
        """Those of the phase that it wrote or could read."""
        return tuple(message for message in self.turn.messages if message.readable_by(self.power))

    @property
    def notes(self) -> Sequence[PrivateText]:
        return [note for note in self.turn.private.get(self.power, ()) if note.text.strip()]

    @cached_property
    def view(self) -> View:
        """Where the call has its place."""
        return View("judge", seen_by(self.power, self.turn), self.turn.phase.year)

    @cached_property
    def document(self) -> dict[str, Any]:
        """As plain JSON data."""
        turn = self.turn
        earlier = [one for one in self.declared if one.phase < turn.phase]
        return {
            "map": turn.map,
            "phase": turn.phase,
            "power": self.power,
            "units": {power: list(units) for power, units in sorted(turn.units.items()) if units},
            "centers": {power: list(owned) for power, owned in sorted(turn.centers.items()) if owned},
            "earlier_pledges": [{"to": one.recipient, "pledge": one.commitment, "made": one.phase} for one in earlier],
            "messages": [
                {
                    "number": message.sequence,
                    "from": message.sender,
                    "to": list(message.recipients),
                    "round": message.round,
                    "text": message.body,
                    "pledges": list(message.pledges),
                }
                for message in self.messages
            ],
            "notes": [{"where": where(note), "text": note.text} for note in self.notes],
        }


def seen_by(power: str, turn: Turn) -> Situation:
    """How the turn begins, with what the map lets the power order."""
    public = standing(turn.map, turn.phase, turn.units, turn.centers)
    return replace(public, power=power, legal_orders=possible_orders(public, power))


def where(note: PrivateText) -> str:
    """``negotiate 1``, ``plan``, ``order`` or ``intent``."""
    return f"{note.step} {note.round}" if note.round else note.step


def cases(turns: Iterable[Turn], first: str = "") -> list[Case]:
    """Those of a game: for each movement phase that was played the powers that wrote in it, or had pledges and notes.
    ``first``: of a fork the phase that it begins with."""
    found: list[Case] = []
    declared: dict[tuple[str, str, str], Declared] = {}
    for turn in turns:
        for message in turn.messages:
            for one in _declared(message):
                declared[message.sender, one.recipient, str(one.commitment.promise)] = one
        if turn.phase not in turn.orders or (first and turn.phase < first):
            continue
        for power in sorted(turn.units):
            held = [one for (sender, _, _), one in declared.items() if sender == power and _holds(one, turn.phase)]
            case = Case(turn, power, held)
            if any(message.sender == power for message in case.messages) or (held and case.notes):
                found.append(case)
    return found


def _declared(message: Message) -> Iterator[Declared]:
    for pledge in message.pledges:
        commitment = Commitment(pledge)
        if commitment.ends is None:
            for reader in message.recipients:
                yield Declared(reader, commitment, message.phase)


def _holds(declared: Declared, phase: Phase) -> bool:
    last = declared.commitment.last(declared.phase)
    return last is None or last >= phase
