"""The step ``initialize``: first goals and first feelings, before anything is said."""

from __future__ import annotations

from .asking import Asker
from .briefing import briefing
from .memory import Memory
from .player import View
from .records.events import Initialized
from .replies import InitializeReply


async def initialize(asker: Asker, memory: Memory, view: View) -> None:
    """Sets goals and relationships; without a usable reply there are no goals and everyone is Neutral."""
    memory.meet(power for power in sorted(view.situation.units) if power != asker.power)
    answer = await asker.ask("initialize", view, briefing("initialize", view, memory), InitializeReply)
    if answer.value is not None:
        memory.aim(answer.value.goals)
        memory.feel(answer.value.relationships)
    asker.witness.event(Initialized(asker.power, view.phase, memory.goals, dict(memory.relationships)))
