"""What an agent can do: each step of a game is one question to its model, and what the answer changes in its memory.

``initialize``   first goals and first feelings, before anything is said
``negotiate``    the messages of one power for one round of press
``plan``         a strategic directive for the phase, where the game is played with planning
``order``        orders, the reasons for them, and a vote
``reflect``      what a turn changes in a mind
``consolidate``  what of a year stays in it
``interview``    a question from outside of the game: answered from memory, and forgotten
"""

from __future__ import annotations

from collections.abc import Sequence

from ..agent.events import Consolidated, DiaryWritten, Initialized, MessageReturned, OrdersExplained, Planned, Reflected
from ..board.orders import OrderLine, OrderReport, interpret, judge, read_order, report_of
from ..board.player import OrderDecision, View
from ..board.press import Draft
from ..board.situation import Situation
from ..board.units import Order
from .asking import Asker
from .briefing import briefing
from .memory import MAX_ENTRY, Memory, Summary
from .replies import (
    ConsolidateReply,
    InitializeReply,
    InterviewReply,
    MessageReply,
    NegotiateReply,
    OrderReply,
    PlanReply,
    ReflectReply,
)


async def initialize(asker: Asker, memory: Memory, view: View) -> None:
    """Sets goals and relationships; without a usable reply there are no goals and everyone is Neutral."""
    memory.meet(power for power in sorted(view.situation.units) if power != asker.power)
    answer = await asker.ask("initialize", view, briefing("initialize", view, memory), InitializeReply)
    if answer.value is not None:
        memory.aim(answer.value.goals)
        memory.feel(answer.value.relationships)
    asker.listener.event(Initialized(asker.power, view.phase, memory.goals, dict(memory.relationships)))


async def negotiate(asker: Asker, memory: Memory, view: View) -> tuple[Draft, ...]:
    """The drafts of this round, their pledges canonical; none without a usable reply."""
    answer = await asker.ask("negotiate", view, briefing("negotiate", view, memory), NegotiateReply)
    if answer.value is None:
        return ()
    kept = memory.note(view.phase, "negotiate", answer.value.diary)
    if kept:
        asker.listener.event(DiaryWritten(asker.power, view.phase, "negotiate", view.round, kept))
    return tuple(_draft(asker, message, view) for message in answer.value.messages)


def _draft(asker: Asker, message: MessageReply, view: View) -> Draft:
    pledges: list[Order] = []
    for text in message.pledges:
        line = read_order(text, view.situation)
        if line.order is None:
            asker.listener.event(
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


async def plan(asker: Asker, memory: Memory, view: View) -> None:
    """Sets the directive of the phase; without a usable reply there is none."""
    answer = await asker.ask("plan", view, briefing("plan", view, memory), PlanReply)
    if answer.value is None or not answer.value.directive.strip():
        return
    memory.directive = answer.value.directive.strip()[:MAX_ENTRY]
    memory.directive_phase = view.phase
    asker.listener.event(Planned(asker.power, view.phase, memory.directive))


MAX_ORDERS = 60
"""Order texts that are looked at; no power has half as many units."""


async def generate_orders(asker: Asker, memory: Memory, view: View) -> OrderDecision:
    """The power's orders. Illegal ones are asked again once, with the reasons; legal orders of the first reply stand
    for units that the corrected reply leaves without one."""
    situation = view.situation
    reports: list[OrderReport] = []

    def check(reply: OrderReply) -> Sequence[str]:
        reports.append(interpret(reply.orders[:MAX_ORDERS], situation))
        return _problems(reports[-1], situation)

    answer = await asker.ask("order", view, briefing("order", view, memory), OrderReply, check)
    if answer.value is None:
        return OrderDecision(report_of((), situation))
    reply: OrderReply = answer.value
    _remember(asker, memory, view, reply)
    if answer.first is None:
        # A first reply that held problems and was never corrected is the value itself.
        return OrderDecision(reports[-1], reply.vote_draw)
    first, corrected = reports
    return OrderDecision(_completed(corrected, first, situation), reply.vote_draw, first)


def _problems(report: OrderReport, situation: Situation) -> Sequence[str]:
    """What to tell the model. Units without an order are worth a word only beside something else that is wrong."""
    problems = [_complaint(line) for line in report.rejected]
    if not report.standing and situation.legal_orders and situation.kind == "M":
        problems.append("No unit has a legal order; each of your units needs one.")
    elif problems and report.defaults:
        problems.append(f"Without another order these stand: {', '.join(report.defaults)}.")
    return problems


def _complaint(line: OrderLine) -> str:
    """The reason, which begins with the order as it was understood, behind the words if those were others."""
    reason = line.reason or ""
    return reason if reason.startswith(line.text) else f"{line.text!r}: {reason}"


def _completed(report: OrderReport, first: OrderReport, situation: Situation) -> OrderReport:
    if situation.kind == "A":
        # Builds and disbands belong together as a whole; adding some of the first set could exceed what is due.
        return report
    ordered = {line.order.unit for line in report.standing if line.order}
    kept = (line for line in first.standing if line.order and line.order.unit not in ordered)
    return judge((*report.lines, *kept), situation)


def _remember(asker: Asker, memory: Memory, view: View, reply: OrderReply) -> None:
    phase = view.phase
    asker.listener.event(
        OrdersExplained(asker.power, phase, reply.reasoning.strip()[:MAX_ENTRY], reply.intent.strip()[:MAX_ENTRY])
    )
    kept = memory.note(phase, "order", reply.diary)
    if kept:
        asker.listener.event(DiaryWritten(asker.power, phase, "order", 0, kept))


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
        asker.listener.event(DiaryWritten(asker.power, phase, "reflect", 0, kept))
    asker.listener.event(Reflected(asker.power, phase, memory.goals, dict(memory.relationships)))


async def consolidate(asker: Asker, memory: Memory, view: View) -> None:
    """Folds the diary of the years before this winter's into a summary. It is staged, and in force from the next
    reflection on, so that this step may run beside the others."""
    phase = view.phase
    year = phase.year - 1
    entries = [entry for entry in memory.unsummarised() if entry.year <= year]
    if not entries:
        return
    document = briefing("consolidate", view, memory)
    document["diary"] = [str(entry) for entry in entries]
    answer = await asker.ask("consolidate", view, document, ConsolidateReply)
    if answer.value is None or not answer.value.summary.strip():
        return
    memory.staged = Summary(year, answer.value.summary.strip()[:MAX_ENTRY])
    asker.listener.event(Consolidated(asker.power, phase, memory.staged.text))


LONGEST_QUESTION = 2000


async def interview(asker: Asker, memory: Memory, view: View, question: str) -> str | None:
    """The agent's answer; ``None`` without a usable reply. Neither the agent nor the game is changed."""
    document = briefing("interview", view, memory) | {"question": question[:LONGEST_QUESTION]}
    answer = await asker.ask("interview", view, document, InterviewReply)
    return None if answer.value is None else answer.value.answer.strip()
