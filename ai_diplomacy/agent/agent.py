"""One power's mind: each step of a game is one question to its model, and what the answer changes in its memory.

``initialize``   first goals and first feelings, before anything is said
``provisional``  the orders that it would give if press ended now, for whoever studies the game
``negotiate``    the messages of one power for one round of press
``plan``         a strategic directive for the phase, where the game is played with planning
``order``        orders, the reasons for them, and a vote
``reflect``      what a turn changes in a mind
``consolidate``  what of a year stays in it
``interview``    a question from outside of the game: answered from memory, and forgotten
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from functools import wraps
from typing import Any, TypeVar, cast, get_args

from ..board.commitment_text import read_commitment
from ..board.commitments import Commitment
from ..board.orders import OrderLine, OrderReport, interpret, judge, report_of
from ..board.player import Mind, OrderDecision, Question, Step, View
from ..board.press import Draft
from ..board.recipients import addressed
from ..board.situation import Situation
from ..board.units import sorted_orders
from ..records.events import Event
from .asking import Answer, Asker
from .briefing import briefing
from .events import (
    Consolidated,
    DiaryWritten,
    Initialized,
    MessageBelieved,
    MessageReturned,
    OrdersExplained,
    Planned,
    ProvisionalOrders,
    Reflected,
)
from .memory import MAX_ENTRY, Memory, Summary
from .replies import (
    Believing,
    BelievingOrderReply,
    ConsolidateReply,
    InitializeReply,
    InterviewReply,
    MessageReply,
    NegotiateReply,
    OrderReply,
    PlanReply,
    ProvisionalReply,
    ReflectReply,
    StepReply,
    TaggedMessageReply,
    TaggedNegotiateReply,
)

T = TypeVar("T")

MAX_ORDERS = 60
"""Order texts that are looked at; no power has half as many units."""
MAX_MESSAGES = 40
"""Messages of one reply that are looked at."""
MAX_NAMES = 60
"""Recipients and pledges of one message that are looked at."""
LONGEST_QUESTION = 2000
LONGEST_ANSWER = 20_000


def _whole(step: Callable[[DiplomacyAgent, View], Coroutine[Any, Any, T]]) -> Callable[..., Coroutine[Any, Any, T]]:
    """A step that is taken as a whole or not at all."""

    @wraps(step)
    async def taken(agent: DiplomacyAgent, view: View) -> T:
        with agent.memory.whole(cast("Step", step.__name__), beside=view.background):
            return await step(agent, view)

    return taken


class DiplomacyAgent:
    """A ``Player`` that asks a language model. A step changes nothing but this agent."""

    steps: frozenset[Step] = frozenset(get_args(Step))

    def __init__(self, asker: Asker, memory: Memory | None = None) -> None:
        self.power = asker.power
        self.actor = asker.name
        self.model = asker.model.name
        self.memory = memory or Memory()
        self._asker = asker
        self._phase = ""

    def mind(self) -> Mind:
        return self.memory.mind(self._phase)

    @_whole
    async def initialize(self, view: View) -> None:
        """Sets goals and relationships; without a usable reply there are no goals and everyone is Neutral. What it
        writes is staged, as this step may run beside others, and in force from the first that joins it."""
        self.memory.meet(power for power in sorted(view.situation.units) if power != self.power)
        reply = (await self._ask("initialize", view, InitializeReply)).value
        written = self._stage("initialize", reply)
        self._tell(Initialized(self.actor, view.phase, written.goals, dict(written.relationships)))

    @_whole
    async def provisional(self, view: View) -> None:
        """Told to the record alone, and not remembered. Illegal orders are not asked again: they are left out."""
        reply = (await self._ask("provisional", view, ProvisionalReply)).value
        if reply is not None:
            report = interpret(reply.orders[:MAX_ORDERS], view.situation)
            orders = sorted_orders(line.order for line in report.standing if line.order)
            self._tell(ProvisionalOrders(self.actor, view.phase, view.round, orders))

    @_whole
    async def negotiate(self, view: View) -> tuple[Draft, ...]:
        """The drafts of this round, their pledges canonical; none without a usable reply."""
        reply = (await self._ask("negotiate", view, TaggedNegotiateReply if view.truth_tags else NegotiateReply)).value
        if reply is None:
            return ()
        self._note("negotiate", view, reply.diary)
        if (more := len(reply.messages) - MAX_MESSAGES) > 0:
            self._return(view, "too_many", f"not sent: {more} messages after the first {MAX_MESSAGES}", "")
        return tuple(self._draft(message, view) for message in reply.messages[:MAX_MESSAGES])

    def _draft(self, message: MessageReply, view: View) -> Draft:
        pledges: dict[Commitment, None] = {}
        readers = addressed(message.to[:MAX_NAMES], view.situation.terrain).known if message.pledges else ()
        for text in message.pledges[:MAX_NAMES]:
            line = read_commitment(text, view.situation, readers)
            if line.reason is not None:
                self._return(view, "illegal_pledge", f"pledge left out: {line.reason}", line.text)
            pledges |= dict.fromkeys(line.commitments)
        if (more := len(message.pledges) - MAX_NAMES) > 0:
            self._return(view, "illegal_pledge", f"pledges left out: {more} after the first {MAX_NAMES}", "")
        names = (*message.to[:MAX_NAMES], *([f"{more} more"] if (more := len(message.to) - MAX_NAMES) > 0 else []))
        meant = message.meant if isinstance(message, TaggedMessageReply) else None
        return Draft(names, message.text, tuple(pledges), meant)

    def _return(self, view: View, problem: str, detail: str, body: str) -> None:
        self._tell(MessageReturned(view.phase, view.round, self.actor, problem, detail, body))

    @_whole
    async def plan(self, view: View) -> None:
        """Sets the directive of the phase; without a usable reply there is none."""
        reply = (await self._ask("plan", view, PlanReply)).value
        if reply is not None and reply.directive.strip():
            self.memory.directive = reply.directive.strip()[:MAX_ENTRY]
            self.memory.directive_phase = view.phase
            self._tell(Planned(self.actor, view.phase, self.memory.directive))

    @_whole
    async def order(self, view: View) -> OrderDecision:
        """The power's orders. Illegal ones are asked again once, with the reasons; legal orders of the first reply
        stand for units that the corrected reply leaves without one."""
        situation = view.situation
        reports: list[OrderReport] = []

        def check(reply: OrderReply) -> Sequence[str]:
            reports.append(interpret(reply.orders[:MAX_ORDERS], situation))
            more = len(reply.orders) - MAX_ORDERS
            unread = [f"{more} orders after the first {MAX_ORDERS} were not looked at."] if more > 0 else []
            return [*_problems(reports[-1], situation), *unread]

        answer = await self._ask("order", view, BelievingOrderReply if view.numbered else OrderReply, check)
        if answer.value is None:
            return OrderDecision(report_of((), situation), decided=False)
        reply: OrderReply = answer.value
        self._tell_beliefs(answer, view)
        reasoning, intent = reply.reasoning.strip()[:MAX_ENTRY], reply.intent.strip()[:MAX_ENTRY]
        self._tell(OrdersExplained(self.actor, view.phase, reasoning, intent))
        self._note("order", view, reply.diary)
        if answer.first is None:
            # A first reply that held problems and was never corrected is the value itself.
            return OrderDecision(reports[-1], reply.vote_draw)
        first, corrected = reports
        return OrderDecision(_completed(corrected, first, situation), reply.vote_draw, first)

    def _tell_beliefs(self, answer: Answer, view: View) -> None:
        said: dict[int, int] = {}
        for reply in (answer.first, answer.value):
            said |= reply.beliefs if isinstance(reply, Believing) else {}
        for number, message in view.numbered.items():
            if number in said:
                place = message.sender, view.phase, message.sequence
                self._tell(MessageBelieved(self.actor, *place, said[number]))

    @_whole
    async def reflect(self, view: View) -> None:
        """Updates goals, relationships and diary after a turn; without a usable reply they stay as they were. Staged
        too."""
        reply = (await self._ask("reflect", view, ReflectReply)).value
        if reply is None:
            return
        written = self._stage("reflect", reply)
        self._note("reflect", view, reply.diary, written)
        self._tell(Reflected(self.actor, view.phase, written.goals, dict(written.relationships)))

    @_whole
    async def consolidate(self, view: View) -> None:
        """Folds the diary of the years before this one into a summary, which is staged."""
        year = view.phase.year - 1
        entries = [str(entry) for entry in self.memory.unsummarised() if entry.year <= year]
        if not entries:
            return
        reply = (await self._ask("consolidate", view, ConsolidateReply, diary=entries)).value
        if reply is not None and reply.summary.strip():
            summary = Summary(year, reply.summary.strip()[:MAX_ENTRY])
            self.memory.staged["consolidate"] = Memory(past=summary)
            self._tell(Consolidated(self.actor, view.phase, summary.text))

    async def interview(self, view: View, question: str) -> str | None:
        """The answer to a question from outside; ``None`` without a usable reply. Neither the agent nor the game is
        changed."""
        reply = (await self._ask("interview", view, InterviewReply, question=question[:LONGEST_QUESTION])).value
        return None if reply is None else reply.answer.strip()[:LONGEST_ANSWER]

    async def _ask(
        self,
        step: Question,
        view: View,
        shape: type[StepReply],
        check: Callable[[Any], Sequence[str]] = lambda _: (),
        **parts: Any,
    ) -> Answer:
        """``parts``: of the document, besides or in place of those that every prompt of the step has."""
        self._phase = view.situation.phase
        self.memory.settle(view.joined)
        return await self._asker.ask(step, view, briefing(step, view, self.memory) | parts, shape, check)

    def _stage(self, step: Step, reply: InitializeReply | ReflectReply | None) -> Memory:
        """What the memory is to become."""
        written = Memory(goals=self.memory.goals, relationships=dict(self.memory.relationships))
        if reply is not None:
            written.aim(reply.goals)
            written.feel(reply.relationships)
        self.memory.staged[step] = written
        return written

    def _note(self, step: Step, view: View, text: str, memory: Memory | None = None) -> None:
        kept = (memory or self.memory).note(view.phase, step, text)
        if kept:
            self._tell(DiaryWritten(self.actor, view.phase, step, view.round, kept))

    def _tell(self, event: Event) -> None:
        self._asker.listener.event(event)


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
