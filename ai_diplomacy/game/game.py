"""One game of Diplomacy from its first phase to its last: what comes next, each power's turn, crossing a barrier."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Literal

from ..agent.events import MessageMeant, MessageReturned
from ..board.board import Board
from ..board.orders import OrderReport
from ..board.phase import Phase
from ..board.player import OrderDecision, Player, Step, View
from ..board.press import Draft, Mailbox
from ..board.situation import PhaseResult
from ..board.survival import sure_survivors
from ..records.events import Event, Listener
from ..run.events import RunFinished
from ..run.protocols import PendingStep
from ..run.stages import Segment, Stage
from . import program
from .events import MessageDelivered, OrdersSubmitted, PhaseAdjudicated, PhaseStarted
from .message_edits import RoundEdits
from .pledges import Pledges, pledge_judged
from .recorded import go_through
from .seats import Seats
from .views import view

Outcome = Literal["solo", "draw", "last_power", "limit"]


class DiplomacyGame:
    """A board, its press and seven players (or as many as the map has), led through the phase program."""

    def __init__(self, seats: Seats, listener: Listener) -> None:
        config = seats.settings.first
        self.board = Board(config.map, game_id=f"{config.map}-{config.seed}", civil_disorder=config.civil_disorder)
        self.mailbox = Mailbox(
            self.board.terrain, max_messages=config.max_messages, max_characters=config.max_message_characters
        )
        self.pledges = Pledges(config.map)
        self.last_phase = ""
        """The last phase that was adjudicated."""
        self._seats = seats
        self._settings = seats.settings
        self._listener = listener
        self._drafts: dict[str, tuple[Draft, ...]] = {}
        self._decisions: dict[str, OrderDecision] = {}
        self._carried = program.opening(self.board.powers, beside=self._beside(), takers=self._takers)
        self._to_look_back: frozenset[str] = frozenset()
        """Powers that have not begun to look back on the turn that ended."""
        self._segments: list[Segment] = []

    def recall(self, recorded: Sequence[Event]) -> None:
        """Goes to where these phases end, in which nobody is asked. For a game that has not begun. Raises
        ``ConfigError`` where the rules lead elsewhere."""
        self.last_phase = go_through(recorded, self.board, self.mailbox)
        self._carried = program.opening(self.board.survivors, beside=self._beside(), takers=self._takers)

    def segment(self) -> Segment | None:
        """As in ``run.protocols.Game``."""
        if not self._segments and self._ended() is None:
            self._listener.event(PhaseStarted(self.board.phase, self.board.units, self.board.centers))
            self._segments = list(self._phase_segments())
        return self._segments[0] if self._segments else None

    def step(self, actor: str, stage: Stage) -> PendingStep:
        """As in ``run.protocols.Game``."""
        seen = view(self.board, self.mailbox, self.pledges, actor, stage, self._settings)
        player = self._seats.at(seen.phase)[actor]
        return PendingStep(seen.phase, player.model, partial(self._take, player, stage.step, seen))

    async def cross(self, segment: Segment) -> None:
        """As in ``run.protocols.Game``."""
        del self._segments[0]
        if segment.barrier == "deliver":
            self._deliver(self.board.phase, segment)
            return
        self.last_phase = self.board.phase
        self._adjudicate(self.last_phase)
        ended = self._ended() is not None
        if ended or self.board.phase.kind == "M":
            for row in self.pledges.turn_ended(game_ended=ended):
                self._listener.event(pledge_judged(row))
        self._carried = self._looking_back() if self._ended() is None else ()

    def finished(self, total_time: float) -> RunFinished:
        """As in ``run.protocols.Game``."""
        outcome, winners = self._ended() or ("limit", ())
        return RunFinished(outcome, winners, self.last_phase, self.board.centers, total_time)

    def players_of(self, phase: str) -> Mapping[str, Player]:
        """Power -> who plays it in a phase."""
        return self._seats.at(phase)

    @property
    def players(self) -> Mapping[str, Player]:
        """Those of the phase on the board."""
        return self._seats.at(self.board.phase)

    # The program

    def _phase_segments(self) -> tuple[Segment, ...]:
        phase = self.board.phase
        if phase.kind != "M":
            return (program.decision(self.board.choosers(), carried=self._carried, takers=self._takers),)
        config = self._settings.at(phase)
        return program.movement(
            self.board.survivors,
            rounds=config.rounds,
            planning=config.planning,
            provisional=config.provisional_orders,
            carried=self._carried,
            beside=self._beside(),
            # A summary of years gone by has the whole of the next spring.
            joins=("initialize", "reflect", *(("consolidate",) if phase.season == "F" else ())),
            takers=self._takers,
        )

    def _looking_back(self) -> tuple[Stage, ...]:
        """Begins when the orders of a turn are resolved, beside the retreats and the winter. Who may not be there any
        more when the next turn begins waits for them: nobody would read what is paid for."""
        board = self.board
        if Phase(self.last_phase).kind == "M":
            self._to_look_back = frozenset(board.survivors)
        coming = board.phase.next_movement
        if not self._settings.at(coming).is_within_limits(coming):
            return ()
        sure = [power for power in sure_survivors(board.situation(board.powers[0])) if power in self._to_look_back]
        self._to_look_back -= frozenset(sure)
        return program.looking_back(
            sure, beside=self._beside(), consolidate=self._summary_will_be_read(coming), takers=self._takers
        )

    def _beside(self) -> bool:
        """Whether a power need not have thought of what was before its first step of this phase."""
        config = self._settings.at(self.board.phase)
        return self.board.phase.kind != "M" or (config.reflect == "beside" and config.rounds > 0)

    def _summary_will_be_read(self, coming: Phase) -> bool:
        """After a fall from the second year on, if the game goes on past the next spring (then it is in force)."""
        if coming.season != "S" or coming.year < self.board.terrain.first_year + 2:
            return False
        return self._settings.at(coming).is_within_limits(Phase(f"F{coming.year:04}M"))

    def _takers(self, step: Step, powers: Iterable[str]) -> tuple[str, ...]:
        players = self.players
        return tuple(sorted(power for power in powers if step in players[power].steps))

    # One step of one power

    async def _take(self, player: Player, step: str, seen: View) -> None:
        match step:
            case "initialize":
                await player.initialize(seen)
            case "provisional":
                await player.provisional(seen)
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

    def _deliver(self, phase: Phase, segment: Segment) -> None:
        drafts, self._drafts = self._drafts, {}
        round = segment.stages[-1].round
        edits = RoundEdits(self._settings.at(phase), self.board, round)
        delivery = self.mailbox.deliver(phase, round, drafts, self.board.survivors, edits)
        self.board.add_messages(delivery.messages)
        for event in edits.events():
            self._listener.event(event)
        for m in delivery.messages:
            self._listener.event(
                MessageDelivered(phase, m.round, m.sequence, m.sender, m.recipients, m.body, m.pledges)
            )
            if (meant := delivery.meant.get(m.sequence)) is not None:
                self._listener.event(MessageMeant(m.sender, phase, m.round, m.sequence, meant))
        for r in delivery.returned:
            self._listener.event(MessageReturned(phase, r.round, r.sender, r.problem, r.detail, r.body))

    def _adjudicate(self, phase: Phase) -> PhaseResult:
        decisions, self._decisions = self._decisions, {}
        survivors, players = self.board.survivors, self.players
        for power in self.board.powers:
            decision = decisions.get(power)
            report = self.board.submit(power, decision.report if decision else ())
            if report.orders or report.lines:
                self._listener.event(orders_submitted(power, players[power].model, report, decision))
        votes = {power for power, decision in decisions.items() if decision.vote_draw}
        drawn = phase.kind == "M" and votes >= set(survivors)
        if phase.kind == "M":
            said = [message for message in self.mailbox.messages if message.phase == phase]
            undecided = frozenset(power for power in survivors if not _decided(decisions.get(power)))
            self.pledges.moved(self.board, said, undecided, drawn=drawn)
        result = self.board.draw(survivors) if drawn else self.board.adjudicate()
        self.pledges.resolved(result)
        self._listener.event(
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

    # The end

    def _ended(self) -> tuple[Outcome, tuple[str, ...]] | None:
        """How the game ended, and who won, if it did; nobody wins where it ends at its limit."""
        board = self.board
        if board.completed:
            return "solo" if len(board.winners) == 1 else "draw", board.winners
        if len(board.survivors) == 1 and self.last_phase:
            return "last_power", board.survivors
        if self.last_phase and not self._settings.at(board.phase).is_within_limits(board.phase):
            return "limit", ()
        return None


def _decided(decision: OrderDecision | None) -> bool:
    return decision is not None and decision.decided


def orders_submitted(name: str, model: str, report: OrderReport, decision: OrderDecision | None) -> OrdersSubmitted:
    """What is told of the orders that stand. ``name``: whose they are; ``decision``: from which they were made."""
    first = (decision.first if decision else None) or report
    return OrdersSubmitted(
        power=name,
        phase=report.phase,
        model=model,
        orders=report.orders,
        defaults=report.defaults,
        given=len(first.lines),
        illegal_first=_illegal(first),
        illegal=_illegal(report),
        vote_draw=bool(decision and decision.vote_draw),
    )


def _illegal(report: OrderReport) -> tuple[dict[str, str], ...]:
    return tuple({"text": line.text, "reason": line.reason or ""} for line in report.rejected)
