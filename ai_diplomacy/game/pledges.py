"""The pledges of a game that is being played: turn by turn what became of them, and who may know it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ..board.board import Board
from ..board.player import PledgeOutcome, StandingPledge
from ..board.press import ALL, Message
from ..board.situation import PhaseResult
from ..board.units import Order, Unit
from ..promises.promised import Promised
from ..promises.turns import Turn
from ..promises.verdicts import PromiseLedger
from .events import PledgeJudged


class Pledges:
    """Holds what was promised against what is ordered."""

    def __init__(self, map_name: str) -> None:
        self._map = map_name
        self._ledger = PromiseLedger()
        self._turn: Turn | None = None
        """The turn that goes on, from when its orders are resolved."""
        self._decided: tuple[Promised, ...] = ()
        """By the turn before, or so far by the one that goes on."""

    def moved(self, board: Board, messages: Sequence[Message], undecided: frozenset[str], *, drawn: bool) -> None:
        """Before the orders of a movement phase are resolved."""
        units: Mapping[str, Sequence[Unit]] = {power: tuple(map(Unit, held)) for power, held in board.units.items()}
        self._turn = Turn(self._map, board.phase, messages, units, board.centers, {}, undecided=undecided, drawn=drawn)

    def resolved(self, result: PhaseResult) -> None:
        """After the orders of any phase are resolved."""
        if self._turn is None:
            # A game that goes on from an imported one may begin in the middle of a turn.
            return
        self._turn = replace(self._turn, orders={**self._turn.orders, result.phase: result.orders})
        self._decided = self._ledger.so_far(self._turn)

    def turn_ended(self, *, game_ended: bool) -> tuple[Promised, ...]:
        """What the turn decided, when all of its phases are over."""
        if self._turn is None:
            return ()
        self._decided = self._ledger.close(self._turn)
        if game_ended:
            self._decided += self._ledger.finished(max(self._turn.orders))
        self._turn = None
        return self._decided

    def outcomes(self, power: str) -> tuple[PledgeOutcome, ...]:
        """What the power may know of what the turn before decided."""
        return tuple(
            PledgeOutcome(
                row.sender, readers, row.commitment, row.verdict, row.ordered if row.verdict == "broken" else ()
            )
            for row, readers in _by_matter(self._decided, power)
        )

    def standing(self, power: str) -> tuple[StandingPledge, ...]:
        """What the power may know of what was promised in earlier turns and holds."""
        rows = _by_matter(self._ledger.standing(), power)
        return tuple(StandingPledge(row.sender, readers, row.commitment, row.phase) for row, readers in rows)


def _breach(row: Promised) -> tuple[Order, ...]:
    return row.ordered if row.verdict == "broken" else ()


def _by_matter(rows: Iterable[Promised], power: str) -> list[tuple[Promised, tuple[str, ...]]]:
    """The rows that the power may read, those that differ by their reader alone as one with all of these."""
    found: dict[tuple[object, ...], list[Promised]] = {}
    for row in rows:
        if row.recipient == ALL or power in (row.sender, row.recipient):
            found.setdefault((row.sender, row.commitment, row.verdict, row.ordered, row.phase), []).append(row)
    return [(alike[0], tuple(row.recipient for row in alike)) for alike in found.values()]


def pledge_judged(row: Promised) -> PledgeJudged:
    """What is told of a pledge that is decided."""
    return PledgeJudged(
        phase=row.phase,
        sender=row.sender,
        recipients=(row.recipient,),
        pledged=row.commitment,
        ordered=", ".join(row.ordered) or None,
        kept=row.verdict == "kept",
        verdict=row.verdict,
        decided=row.decided,
    )
