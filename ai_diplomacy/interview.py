"""A question to an agent from outside of the game: answered from its memory, and forgotten."""

from __future__ import annotations

from .asking import Asker
from .briefing import briefing
from .memory import Memory
from .player import View
from .replies import InterviewReply

LONGEST_QUESTION = 2000


async def interview(asker: Asker, memory: Memory, view: View, question: str) -> str | None:
    """The agent's answer; ``None`` without a usable reply. Neither the agent nor the game is changed."""
    document = briefing("interview", view, memory) | {"question": question[:LONGEST_QUESTION]}
    answer = await asker.ask("interview", view, document, InterviewReply)
    return None if answer.value is None else answer.value.answer.strip()
