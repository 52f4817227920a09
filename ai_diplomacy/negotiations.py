"""The step ``negotiate``: the messages of one power for one round of press."""

from __future__ import annotations

from .asking import Asker
from .board.orders import read_order
from .board.press import Draft
from .briefing import briefing
from .memory import Memory
from .player import View
from .records.events import DiaryWritten, MessageReturned
from .replies import MessageReply, NegotiateReply


async def negotiate(asker: Asker, memory: Memory, view: View) -> tuple[Draft, ...]:
    """The drafts of this round, their pledges canonical; none without a usable reply."""
    answer = await asker.ask("negotiate", view, briefing("negotiate", view, memory), NegotiateReply)
    if answer.value is None:
        return ()
    kept = memory.note(view.phase, "negotiate", answer.value.diary)
    if kept:
        asker.witness.event(DiaryWritten(asker.power, view.phase, "negotiate", view.round, kept))
    return tuple(_draft(asker, message, view) for message in answer.value.messages)


def _draft(asker: Asker, message: MessageReply, view: View) -> Draft:
    pledges: list[str] = []
    for text in message.pledges:
        line = read_order(text, view.situation)
        if line.order is None:
            asker.witness.event(
                MessageReturned(
                    view.phase,
                    view.round,
                    asker.power,
                    "illegal_pledge",
                    f"pledge left out: {line.reason}",
                    line.text,
                )
            )
        elif line.order not in pledges:
            pledges.append(line.order)
    return Draft(tuple(message.to), message.text, tuple(pledges))
