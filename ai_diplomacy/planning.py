"""The step ``plan``: a strategic directive for the phase, where the game is played with planning."""

from __future__ import annotations

from .asking import Asker
from .briefing import briefing
from .memory import MAX_ENTRY, Memory
from .player import View
from .records.events import Planned
from .replies import PlanReply


async def plan(asker: Asker, memory: Memory, view: View) -> None:
    """Sets the directive of the phase; without a usable reply there is none."""
    answer = await asker.ask("plan", view, briefing("plan", view, memory), PlanReply)
    if answer.value is None or not answer.value.directive.strip():
        return
    memory.directive = answer.value.directive.strip()[:MAX_ENTRY]
    memory.directive_phase = view.phase
    asker.witness.event(Planned(asker.power, view.phase, memory.directive))
