"""The steps ``reflect`` and ``consolidate``: what a turn changes in a mind, and what of a year stays in it."""

from __future__ import annotations

from .asking import Asker
from .briefing import briefing
from .memory import MAX_ENTRY, Memory, Summary
from .player import View
from .records.events import Consolidated, DiaryWritten, Reflected
from .replies import ConsolidateReply, ReflectReply


async def reflect(asker: Asker, memory: Memory, view: View) -> None:
    """Updates goals, relationships and diary after a turn; without a usable reply they stay as they were."""
    memory.settle()
    phase = view.phase
    answer = await asker.ask("reflect", view, briefing("reflect", view, memory), ReflectReply)
    if answer.value is None:
        return
    memory.aim(answer.value.goals)
    memory.feel(answer.value.relationships)
    kept = memory.note(phase, "reflect", answer.value.diary)
    if kept:
        asker.witness.event(DiaryWritten(asker.power, phase, "reflect", 0, kept))
    asker.witness.event(Reflected(asker.power, phase, memory.goals, dict(memory.relationships)))


async def consolidate(asker: Asker, memory: Memory, view: View) -> None:
    """Folds the diary of the years before this winter's into a summary. It is staged, and in force from the next
    reflection on, so that this step may run beside the others."""
    phase = view.phase
    year = int(phase[1:-1]) - 1
    entries = [entry for entry in memory.unsummarised() if entry.year <= year]
    if not entries:
        return
    document = briefing("consolidate", view, memory)
    document["diary"] = [str(entry) for entry in entries]
    answer = await asker.ask("consolidate", view, document, ConsolidateReply)
    if answer.value is None or not answer.value.summary.strip():
        return
    memory.staged = Summary(year, answer.value.summary.strip()[:MAX_ENTRY])
    asker.witness.event(Consolidated(asker.power, phase, memory.staged.text))
