"""One game from its first phase to its last: run each segment, cross its barrier, tell the recorder."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Literal

from ..agent.asking import Witness
from ..agent.events import MessageReturned
from ..agent.prompts import PromptError
from ..board.board import Board
from ..board.orders import OrderReport
from ..board.player import OrderDecision, Player, Step, View
from ..board.press import Draft, Mailbox
from ..board.situation import PhaseResult
from ..game.events import MessageDelivered, OrdersSubmitted, PhaseAdjudicated, PhaseStarted, PledgeJudged
from ..models.call_log import PromptDiffersError
from ..models.phase_deadlines import PhaseDeadlines
from ..models.stopping import Stopped
from ..records.durable import DiskError
from ..run.events import StepDefaulted, StepFinished
from ..run.policies import Policy
from . import program
from .program import Segment, Stage
from .seats import Seats
from .views import pledge_outcomes, view

logger = logging.getLogger(__name__)

Outcome = Literal["solo", "draw", "last_power", "limit"]

_END = (DiskError, PromptError, PromptDiffersError, Stopped)
"""What ends the game: playing on would lose what is paid for, or play a power that nobody plays."""


@dataclass(frozen=True, slots=True)
class GameResult:
    """How a game ended."""

    outcome: Outcome
    winners: tuple[str, ...]
    """Sorted; nobody when the game ended at its limit."""
    last_phase: str
    """The last phase played."""
    centers: Mapping[str, tuple[str, ...]]


class Game:
    """A board, its press and seven players (or as many as the map has), led through the phase program."""

    def __init__(self, seats: Seats, witness: Witness, deadlines: PhaseDeadlines | None = None) -> None:
        """``deadlines``: keeps ``phase_deadline`` of the settings, where there is one."""
        config = seats.timeline.first
        self.board = Board(config.map, game_id=f"{config.map}-{config.seed}")
        self.mailbox = Mailbox(
            self.board.terrain, max_messages=config.max_messages, max_characters=config.max_message_characters
        )
        self._seats = seats
        self._settings = seats.timeline
        self._witness = witness
        self._deadlines = deadlines
        self._drafts: dict[str, tuple[Draft, ...]] = {}
        self._decisions: dict[str, OrderDecision] = {}
        self._clock = time.perf_counter()

    async def play(
        self,
        policy: Policy,
        *,
        after_segment: Callable[[Segment], Awaitable[None]],
        after_phase: Callable[[PhaseResult], Awaitable[None]],
    ) -> GameResult:
        """Play to the end. ``after_segment`` is awaited before a segment's barrier is crossed, ``after_phase`` when
        a phase was adjudicated."""
        carried = program.opening(self.board.powers, self._takers)
        while True:
            phase = self.board.phase
            self._witness.event(PhaseStarted(phase, self.board.units, self.board.centers))
            segments = self._segments(carried)
            ends = self._phase_ends()
            for number, segment in enumerate(segments):
                with self._stretch(ends, len(segments) - number):
                    await policy.run(segment, self._act)
                await after_segment(segment)
                if segment.barrier == "deliver":
                    self._deliver(phase, segment)
            result = self._adjudicate(phase)
            await after_phase(result)
            ended = self._ended(phase)
            if ended is not None:
                return ended
            carried = self._turn_end() if self.board.phase[-1] == "M" else ()

    def players_of(self, phase: str) -> Mapping[str, Player]:
        """Power -> who plays it in a phase."""
        return self._seats.at(phase)

    @property
    def players(self) -> Mapping[str, Player]:
        """Those of the phase on the board."""
        return self._seats.at(self.board.phase)

    # The program

    def _segments(self, carried: tuple[Stage, ...]) -> tuple[Segment, ...]:
        if self.board.phase[-1] != "M":
            return (program.decision(self.board.choosers(), self._takers),)
        config = self._settings.at(self.board.phase)
        return program.movement(
            self.board.survivors,
            rounds=config.rounds,
            planning=config.planning,
            carried=carried,
            takers=self._takers,
        )

    def _turn_end(self) -> tuple[Stage, ...]:
        return program.turn_end(self.board.survivors, consolidate=self._summary_will_be_read(), takers=self._takers)

    def _summary_will_be_read(self) -> bool:
        """In winter from the second year on, if the game goes on past the next turn (it puts the summary in force)."""
        phase = self.board.phase
        if phase[0] != "S" or int(phase[1:-1]) < self.board.terrain.first_year + 2:
            return False
        return self._settings.at(phase).is_within_limits(f"F{phase[1:]}")

    def _takers(self, step: Step, powers: Iterable[str]) -> tuple[str, ...]:
        players = self.players
        return tuple(sorted(power for power in powers if step in players[power].steps))

    def _phase_ends(self) -> float | None:
        """When this phase should be over, on the event loop's clock."""
        seconds = self._settings.last.calls.phase_deadline
        return None if seconds is None else asyncio.get_running_loop().time() + seconds

    def _stretch(self, ends: float | None, left: int) -> AbstractContextManager[None]:
        """One of the stretches that are left of the phase: each may take an equal share of the time, so that a power
        that says nothing in the first does not cost the others their orders in the last."""
        if self._deadlines is None or ends is None:
            return nullcontext()
        return self._deadlines.stretch((ends - asyncio.get_running_loop().time()) / left)

    # One step of one power

    async def _act(self, power: str, stage: Stage) -> None:
        started = time.perf_counter()
        seen = view(self.board, self.mailbox, power, stage.step, stage.round, self._settings)
        player = self._seats.at(seen.phase)[power]
        try:
            await self._take(player, stage.step, seen)
        except _END:
            raise
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            # Nobody cancelled the game: it leaked out of something that the player uses.
            self._step_failed(player, stage, seen, error)
        except Exception as error:  # noqa: BLE001 - a player's turn is guarded here, whatever the player is
            self._step_failed(player, stage, seen, error)
        finished = time.perf_counter()
        self._witness.event(
            StepFinished(
                power,
                seen.phase,
                stage.step,
                stage.round,
                started=round(started - self._clock, 6),
                seconds=round(finished - started, 6),
            )
        )

    def _step_failed(self, player: Player, stage: Stage, seen: View, error: BaseException) -> None:
        """It costs the power this step, and nobody else anything."""
        logger.error("%s failed at %s in %s", player.power, stage.step, seen.phase, exc_info=error)
        reason = f"{type(error).__name__}: {error}"
        self._witness.event(StepDefaulted(player.power, seen.phase, stage.step, stage.round, player.model, reason))

    async def _take(self, player: Player, step: Step, seen: View) -> None:
        match step:
            case "initialize":
                await player.initialize(seen)
            case "negotiate":
                self._drafts[player.power] = await player.negotiate(seen)
            case "plan":
                await player.plan(seen)
            case "order":
                self._decisions[player.power] = await player.order(seen)
            case "reflect":
                await player.reflect(seen)
            case "consolidate":
                await player.consolidate(seen)

    # Barriers

    def _deliver(self, phase: str, segment: Segment) -> None:
        drafts, self._drafts = self._drafts, {}
        round = segment.stages[-1].round
        delivery = self.mailbox.deliver(phase, round, drafts, self.board.survivors)
        self.board.add_messages(delivery.messages)
        for m in delivery.messages:
            self._witness.event(MessageDelivered(phase, m.round, m.sequence, m.sender, m.recipients, m.body, m.pledges))
        for r in delivery.returned:
            self._witness.event(MessageReturned(phase, r.round, r.sender, r.problem, r.detail, r.body))

    def _adjudicate(self, phase: str) -> PhaseResult:
        decisions, self._decisions = self._decisions, {}
        survivors, players = self.board.survivors, self.players
        for power in self.board.powers:
            decision = decisions.get(power)
            report = self.board.submit(power, decision.orders if decision else ())
            if report.orders or report.lines:
                self._tell_orders(players[power], report, decision)
        votes = {power for power, decision in decisions.items() if decision.vote_draw}
        drawn = phase[-1] == "M" and votes >= set(survivors)
        result = self.board.draw(survivors) if drawn else self.board.adjudicate()
        if phase[-1] == "M":
            self._judge_pledges(result)
        self._witness.event(
            PhaseAdjudicated(
                phase,
                orders=result.orders,
                results=result.results,
                captures=result.captures,
                dislodged={power: tuple(units) for power, units in self.board.dislodged.items()},
                centers=self.board.centers,
                units=self.board.units,
            )
        )
        return result

    def _tell_orders(self, player: Player, report: OrderReport, decision: OrderDecision | None) -> None:
        first = (decision.first if decision else None) or report
        self._witness.event(
            OrdersSubmitted(
                power=player.power,
                phase=report.phase,
                model=player.model,
                orders=report.orders,
                defaults=report.defaults,
                given=len(first.lines),
                illegal_first=_illegal(first),
                illegal=_illegal(report),
                vote_draw=bool(decision and decision.vote_draw),
            )
        )

    def _judge_pledges(self, result: PhaseResult) -> None:
        messages = [message for message in self.mailbox.messages if message.phase == result.phase]
        for pledge in pledge_outcomes(messages, [result]):
            self._witness.event(
                PledgeJudged(
                    result.phase, pledge.sender, pledge.recipients, pledge.pledged, pledge.ordered, pledge.kept
                )
            )

    # The end

    def _ended(self, phase: str) -> GameResult | None:
        """How the game ended, if this phase was its last."""
        board = self.board
        if board.completed:
            outcome: Outcome = "solo" if len(board.winners) == 1 else "draw"
            return GameResult(outcome, board.winners, phase, board.centers)
        if len(board.survivors) == 1:
            return GameResult("last_power", board.survivors, phase, board.centers)
        if not self._settings.at(board.phase).is_within_limits(board.phase):
            return GameResult("limit", (), phase, board.centers)
        return None


def _illegal(report: OrderReport) -> tuple[dict[str, str], ...]:
    return tuple({"text": line.text, "reason": line.reason or ""} for line in report.rejected)
