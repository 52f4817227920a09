"""What a power knew and thought at a moment of a run that is over, or that stands still."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass

from ..agent.agent import DiplomacyAgent
from ..agent.asking import Exchange
from ..agent.memory import Memory
from ..board.player import Player, View
from ..board.situation import PhaseResult
from ..models.call_log import PromptDiffersError
from ..models.journal import NotRecorded
from ..models.stopping import Stopped
from ..records.errors import ConfigError
from ..records.events import Event
from ..run.history import RunHistory
from ..run.policies import policy
from ..run.replay import differing_prompt, recorded_answers
from .game import Game
from .program import Segment
from .seats import Seats
from .views import view


@dataclass(frozen=True, slots=True)
class AgentSnapshot:
    """One power right after a phase was adjudicated."""

    phase: str
    memory: Memory
    view: View


async def agent_snapshot(past: RunHistory, power: str, phase: str | None = None) -> AgentSnapshot:
    """Plays a run again, from its journal, up to the adjudication of a phase (``None``: of the last one).

    Raises ``ConfigError`` when the run did not come to that phase, or when a bot, which remembers nothing, played the
    power then; ``ReplayDiffersError`` when the journal does not fit the run.
    """
    last: tuple[str, Player, Memory, View] | None = None

    async def after_phase(result: PhaseResult) -> None:
        nonlocal last
        if phase in (None, result.phase):
            player = game.players_of(result.phase)[power]
            # A copy: the journal may hold what the power did in the phase after the last one.
            memory = deepcopy(player.memory) if isinstance(player, DiplomacyAgent) else Memory()
            last = result.phase, player, memory, view(game.board, game.mailbox, power, "interview", 0, past.timeline)
        if result.phase == phase:
            raise _Reached

    unheard = _Unheard()
    game = Game(Seats(past.timeline, recorded_answers(past, unheard), unheard), unheard)
    try:
        async with policy("sequential") as steps:
            await game.play(steps, after_segment=_nothing, after_phase=after_phase)
    except (NotRecorded, _Reached):
        pass
    except PromptDiffersError as differs:
        raise differing_prompt(differs, past) from None
    if last is None:
        raise ConfigError(f"{phase or 'the first phase'} has not been adjudicated in {str(past.path)!r}")
    adjudicated, player, memory, seen = last
    if not isinstance(player, DiplomacyAgent):
        raise ConfigError(f"{power} was played by {player.model}, which cannot be asked")
    return AgentSnapshot(adjudicated, memory, seen)


class _Reached(Stopped):
    """The phase that was wanted has been adjudicated."""


class _Unheard:
    """A witness that keeps nothing."""

    def event(self, event: Event) -> None: ...

    def exchange(self, exchange: Exchange) -> None: ...


async def _nothing(_: Segment) -> None: ...
