"""Phases of an imported game gone through on the board again, so that a game can go on where they end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..board.board import Board
from ..board.press import Mailbox
from ..records.errors import ConfigError
from ..records.events import Event
from .events import MessageDelivered, PhaseAdjudicated, PhaseStarted
from .turns_told import message_of


def go_through(recorded: Iterable[Event], board: Board, mailbox: Mailbox) -> str:
    """Brings a new board and a new mailbox to where the recorded phases end, and returns the last of them; empty for
    none. Raises ``ConfigError`` where the rules lead elsewhere."""
    last = ""
    for event in recorded:
        match event:
            case PhaseStarted():
                if board.phase != event.phase or not _agree(board, event):
                    raise ConfigError(f"the rules do not lead to {event.phase} as it was recorded")
            case MessageDelivered():
                messages = [message_of(event)]
                mailbox.add(messages)
                board.add_messages(messages)
            case PhaseAdjudicated():
                for power, orders in event.orders.items():
                    board.submit(power, orders)
                board.adjudicate()
                last = event.phase
                if not _agree(board, event) or not _same(board.dislodged, event.dislodged):
                    raise ConfigError(f"the rules do not lead from {last} to what was recorded behind it")
    return last


def _agree(board: Board, event: PhaseStarted | PhaseAdjudicated) -> bool:
    return _same(board.units, event.units) and _same(board.centers, event.centers)


def _same(here: Mapping[str, Iterable[str]], there: Mapping[str, Iterable[str]]) -> bool:
    return all(set(here.get(power, ())) == set(there.get(power, ())) for power in here.keys() | there.keys())
