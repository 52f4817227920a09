"""What becomes of promises while a game is played: told when a turn is over, with the reasons of private words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..board.phase import Phase
from ..promises.accounts import accounted
from ..promises.confessions import confessed
from ..promises.promised import Promised
from ..promises.turns import Turn
from ..promises.verdicts import PromiseLedger, judged
from ..records.events import Event
from ..run.events import RunFinished
from .events import PhaseStarted
from .turns_told import TurnsTold

_WHY = {
    "lie": "a lie when it was said",
    "changed": "it had changed its mind",
    "taken back": "it had taken it back in words",
    "let off": "it had been let off in words",
    "mistake": "by mistake: its order was illegal or forgotten",
    "unexplained": "it says nothing of why",
}


class WordAndDeed:
    """Hears the events of a run in their order, and tells its listeners of every promise that is decided."""

    def __init__(self, map_name: str, *listeners: Callable[[Promised], None]) -> None:
        self._listeners = listeners
        self._told = TurnsTold(map_name)
        self._ledger = PromiseLedger()
        self._turns: list[Turn] = []
        self._phase = ""
        """The movement phase of the turn that goes on."""

    def event(self, event: Event) -> None:
        """A turn is over when the next one begins, or the game ends."""
        if isinstance(event, PhaseStarted) and Phase(event.phase).kind == "M":
            if self._phase:
                self._close(ended=False)
            self._phase = event.phase
        self._told.event(event)
        if isinstance(event, RunFinished) and self._phase:
            self._close(ended=True)
            self._phase = ""

    def _close(self, *, ended: bool) -> None:
        turn = self._told.turn(self._phase)
        self._turns.append(turn)
        rows = self._ledger.close(turn)
        if ended:
            rows += self._ledger.finished(max(turn.orders, default=turn.phase))
        told = [accounted(row, self._turns) for row in rows]
        # A promise that is confessed was made in the same year.
        told += [row for row in confessed(self._turns[-2:], self._ledger.decided) if row.decided in turn.orders]
        for row in told:
            for listener in self._listeners:
                listener(row)


def promised_in(turns: Sequence[Turn], *, finished: bool) -> list[Promised]:
    """Every promise of a game that is looked back on, once for each reader: the pledges in the order in which they were
    made, then those that were confessed when they were broken. ``turns``: as ``promises.verdicts.judged`` has them."""
    rows = [accounted(row, turns) for row in judged(turns, finished=finished)]
    return [*rows, *confessed(turns, rows)]


def why(row: Promised) -> str:
    """Why a promise was broken, in words, with the private words that say so."""
    quoted = f" ({row.where}: “{row.quote}”)" if row.quote else ""
    return f"{_WHY.get(row.account, '')}{quoted}"
