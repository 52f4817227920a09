"""What a power knew and thought at a moment of a run that is over, or that stands still."""

from __future__ import annotations

from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass

from ..agent.agent import DiplomacyAgent
from ..agent.memory import Memory
from ..board.player import Player, View
from ..models.journal import NotRecorded
from ..models.stopping import Stopped
from ..records.errors import ConfigError
from ..records.events import Event
from ..run.history import RunHistory
from ..run.replay import play_again
from ..run.stages import Stage
from .config import GameConfig
from .diplomacy import DIPLOMACY
from .game import DiplomacyGame
from .views import view


@dataclass(frozen=True, slots=True)
class AgentSnapshot:
    """One power right after a phase was adjudicated."""

    phase: str
    memory: Memory
    view: View


async def agent_snapshot(history: RunHistory[GameConfig], power: str, phase: str | None = None) -> AgentSnapshot:
    """Plays a run again, from its journal, up to the adjudication of a phase (``None``: of the last one).

    Raises ``ConfigError`` when the run did not come to that phase, or when a bot, which remembers nothing, played the
    power then; ``ReplayDiffersError`` when the journal does not fit the run.
    """
    last: tuple[Player, AgentSnapshot] | None = None

    def phase_ended(game: DiplomacyGame) -> None:
        nonlocal last
        if phase in (None, game.last_phase):
            player = game.players_of(game.last_phase)[power]
            # A copy: the journal may hold what the power did in the phase after the last one.
            memory = deepcopy(player.memory) if isinstance(player, DiplomacyAgent) else Memory()
            seen = view(game.board, game.mailbox, game.pledges, power, Stage("interview", (power,)), history.settings)
            last = player, AgentSnapshot(game.last_phase, memory, seen)
        if game.last_phase == phase:
            raise _Reached

    with suppress(NotRecorded, _Reached):
        await play_again(history, DIPLOMACY, _Unheard(), phase_ended)
    if last is None:
        raise ConfigError(f"{phase or 'the first phase'} has not been adjudicated in {str(history.path)!r}")
    player, snapshot = last
    if not isinstance(player, DiplomacyAgent):
        raise ConfigError(f"{power} was played by {player.model}, which cannot be asked")
    return snapshot


class _Reached(Stopped):
    """The phase that was wanted has been adjudicated."""


class _Unheard:
    """A listener that keeps nothing."""

    def event(self, event: Event) -> None: ...
