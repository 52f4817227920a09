"""The step ``order``: orders, the reasons for them, and a vote."""

from __future__ import annotations

from collections.abc import Sequence

from .asking import Asker
from .board.orders import OrderLine, OrderReport, interpret
from .board.situation import Situation, unit_of
from .briefing import briefing
from .memory import MAX_ENTRY, Memory
from .player import OrderDecision, View
from .records.events import DiaryWritten, OrdersExplained
from .replies import OrderReply

MAX_ORDERS = 60
"""Order texts that are looked at; no power has half as many units."""


async def generate_orders(asker: Asker, memory: Memory, view: View) -> OrderDecision:
    """The power's orders as texts. Illegal ones are asked again once, with the reasons; orders of the first reply
    that were legal stand for units that the corrected reply leaves without one."""
    situation = view.situation

    def check(reply: OrderReply) -> Sequence[str]:
        return _problems(interpret(reply.orders[:MAX_ORDERS], situation), situation)

    answer = await asker.ask("order", view, briefing("order", view, memory), OrderReply, check)
    if answer.value is None:
        return OrderDecision(())
    reply: OrderReply = answer.value
    _remember(asker, memory, view, reply)
    texts = tuple(reply.orders[:MAX_ORDERS])
    if answer.first is None:
        # A first reply that held problems and was never corrected is the value itself; it is judged once, on the board.
        return OrderDecision(texts, reply.vote_draw)
    first = interpret(answer.first.orders[:MAX_ORDERS], situation)
    return OrderDecision(_completed(texts, first, situation), reply.vote_draw, first)


def _problems(report: OrderReport, situation: Situation) -> Sequence[str]:
    """What to tell the model. Units without an order are worth a word only beside something else that is wrong."""
    problems = [_complaint(line) for line in report.rejected]
    if not _standing(report) and situation.legal_orders and situation.kind == "M":
        problems.append("No unit has a legal order; each of your units needs one.")
    elif problems and report.defaults:
        problems.append(f"Without another order these stand: {', '.join(report.defaults)}.")
    return problems


def _complaint(line: OrderLine) -> str:
    """The reason, which begins with the order as it was understood, behind the words if those were others."""
    reason = line.reason or ""
    return reason if reason.startswith(line.text) else f"{line.text!r}: {reason}"


def _completed(texts: tuple[str, ...], first: OrderReport, situation: Situation) -> tuple[str, ...]:
    if situation.kind == "A":
        # Builds and disbands belong together as a whole; adding some of the first set could exceed what is due.
        return texts
    ordered = {unit_of(order) for order in _standing(interpret(texts, situation))}
    return (*texts, *(order for order in _standing(first) if unit_of(order) not in ordered))


def _standing(report: OrderReport) -> list[str]:
    return [line.order for line in report.lines if line.order is not None and line.reason is None]


def _remember(asker: Asker, memory: Memory, view: View, reply: OrderReply) -> None:
    phase = view.phase
    asker.witness.event(
        OrdersExplained(asker.power, phase, reply.reasoning.strip()[:MAX_ENTRY], reply.intent.strip()[:MAX_ENTRY])
    )
    kept = memory.note(phase, "order", reply.diary)
    if kept:
        asker.witness.event(DiaryWritten(asker.power, phase, "order", 0, kept))
