"""A recorded game told as the events of a run: its orders adjudicated again, so that what is not the same is said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from ..board.board import Board
from ..board.history import phase_result
from ..board.orders import OrderReport
from ..board.press import ALL
from ..board.situation import PhaseResult
from ..board.units import Order
from ..game.events import MessageDelivered, OrdersSubmitted, PhaseAdjudicated, PhaseStarted
from ..game.game import Outcome
from ..records.events import Event
from ..run.events import RunFinished
from .minds import Minds
from .recorded_game import COMPLETED, RecordedGame, RecordedPhase
from .source_files import UnreadableError

_VICTORY = "Victory by: "


def events_of(game: RecordedGame, models: Mapping[str, str], minds: Minds) -> list[Event]:
    """The events of a run after its first two. What is odd joins ``game.problems``. Raises ``UnreadableError`` for a
    game in which nothing was played."""
    return list(_Telling(game, models, minds).events())


class _Telling:
    def __init__(self, game: RecordedGame, models: Mapping[str, str], minds: Minds) -> None:
        self._game = game
        self._models = models
        self._minds = minds
        self._board: Board | None = Board(game.ground.name)
        """Where the engine stands; ``None`` where it cannot stand as the record does."""
        self._sent = 0
        self._readjudicated = 0

    def events(self) -> Iterator[Event]:
        phases = self._game.phases
        played = ""
        for now, after in pairwise(phases):
            yield from self._begun(now, first=not played)
            yield from self._played(now, after)
            yield from self._minds.afterwards(now)
            played = now.phase
        if not played:
            raise UnreadableError("nothing was played in it")
        last = phases[-1]
        if last.phase != COMPLETED:
            yield from self._begun(last, first=False)
            yield from self._submitted(last, self._reports(last))
        outcome, winners = self._ended(last)
        yield RunFinished(outcome, winners, played, last.centers, 0.0)

    # A phase

    def _begun(self, now: RecordedPhase, *, first: bool) -> Iterator[Event]:
        self._stand(now, first=first)
        yield PhaseStarted(now.phase, now.units, now.centers)
        for message in now.messages:
            self._sent += 1
            recipients = (ALL,) if message.recipient == ALL else (message.recipient,)
            yield MessageDelivered(now.phase, message.round, self._sent, message.sender, recipients, message.body, ())
        yield from self._minds.meanwhile(now)

    def _stand(self, now: RecordedPhase, *, first: bool) -> None:
        """Brings the board to where the record stands."""
        if self._board is not None and (differs := _differing(self._board, now)) is None:
            return
        if not first and self._board is not None:
            self._told(now, f"by the engine {differs}; the record's position stands")
        start = Board(self._game.ground.name).to_saved_game()
        entry = start["phases"][0]
        entry["name"] = now.phase
        entry["state"] |= now.state()
        try:
            self._board = Board.from_saved_game(start)
        except ValueError as error:
            if self._board is not None:
                self._told(now, f"the engine cannot stand there ({error}): orders are taken as they are")
            self._board = None

    def _played(self, now: RecordedPhase, after: RecordedPhase) -> Iterator[Event]:
        reports = self._reports(now)
        yield from self._submitted(now, reports)
        result = self._resolved(now, after, reports)
        yield PhaseAdjudicated(
            now.phase,
            orders=result.orders,
            results=result.results,
            captures=result.captures,
            dislodged={power: tuple(units) for power, units in after.dislodged.items()},
            centers=after.centers,
            units=after.units,
        )

    def _reports(self, now: RecordedPhase) -> dict[str, OrderReport]:
        """Who gave orders, and what the rules say of them; without a board, nobody can say."""
        board, reports = self._board, dict[str, OrderReport]()
        for power, texts in now.orders.items() if board is not None else ():
            assert board is not None
            reports[power] = report = board.submit(power, texts)
            for line in report.rejected:
                self._told(now, f"{power}'s order {line.text[:60]!r} does not stand ({line.reason})")
        return reports

    def _submitted(self, now: RecordedPhase, reports: Mapping[str, OrderReport]) -> Iterator[Event]:
        for power, texts in now.orders.items():
            report = reports.get(power)
            orders = report.orders if report else tuple(self._as_written(now, texts))
            if not orders and not texts:
                continue
            rejected = report.rejected if report else ()
            illegal = [{"text": line.text, "reason": line.reason or ""} for line in rejected]
            defaults = report.defaults if report else ()
            model = self._models[power]
            yield OrdersSubmitted(
                power, now.phase, model, orders, defaults, len(texts), illegal, illegal, vote_draw=False
            )

    def _as_written(self, now: RecordedPhase, texts: Iterable[str]) -> Iterator[Order]:
        for text in texts:
            try:
                yield Order(text)
            except ValueError:
                self._told(now, f"{text[:60]!r} is no order: it is left out")

    def _resolved(self, now: RecordedPhase, after: RecordedPhase, reports: Mapping[str, OrderReport]) -> PhaseResult:
        board = self._board
        ours: PhaseResult | None = None
        if board is not None:
            drawn = after.phase == COMPLETED and len(self._winners(after)) > 1
            ours = board.draw(self._winners(after)) if drawn else board.adjudicate()
        if now.results is None and ours is not None:
            self._readjudicated += 1
            return ours
        orders = {power: report.orders for power, report in reports.items()} or {
            power: tuple(self._as_written(now, texts)) for power, texts in now.orders.items()
        }
        theirs = phase_result(now.phase, orders, now.results or {}, now.state(), after.state())
        if ours is not None and theirs.results != ours.results:
            self._told(now, f"the engine finds other results: {_other_results(theirs, ours)}; the record's stand")
        return theirs

    # The end

    def _winners(self, last: RecordedPhase) -> tuple[str, ...]:
        """By the note in which the engine names them."""
        if last.phase != COMPLETED or not last.note.startswith(_VICTORY):
            return ()
        shorts = last.note.removeprefix(_VICTORY).split(", ")
        return tuple(power for power in self._game.ground.powers if power[:3] in shorts)

    def _ended(self, last: RecordedPhase) -> tuple[Outcome, tuple[str, ...]]:
        winners = self._winners(last)
        alone = tuple(power for power, owned in last.centers.items() if len(owned) >= self._game.ground.victory)
        if winners or alone:
            return "draw" if len(winners) > 1 else "solo", winners or alone
        alive = tuple(p for p in last.units if last.units[p] or last.centers[p] or last.dislodged.get(p))
        return ("last_power", alive) if len(alive) == 1 else ("limit", ())

    def _told(self, now: RecordedPhase, problem: str) -> None:
        self._game.problems.append(f"{now.phase}: {problem}")


def _differing(board: Board, now: RecordedPhase) -> str | None:
    """In what the record differs from the board, if it does."""
    if board.phase != now.phase:
        return f"{board.phase} comes next"
    dislodged = {power: tuple(units) for power, units in board.dislodged.items()}
    told = {power: tuple(units) for power, units in now.dislodged.items()}
    for power in board.powers:
        if set(board.units[power]) != set(now.units[power]) or dislodged.get(power) != told.get(power):
            odd = set(board.units[power]).symmetric_difference(now.units[power])
            return f"{power} stands otherwise ({', '.join(sorted(odd)[:6]) or 'in retreats'})"
        if set(board.centers[power]) != set(now.centers[power]):
            others = set(board.centers[power]).symmetric_difference(now.centers[power])
            return f"{power} owns other centres ({', '.join(sorted(others)[:6])})"
    return None


def _other_results(theirs: PhaseResult, ours: PhaseResult) -> str:
    def told(result: PhaseResult, unit: str) -> str:
        return "/".join(result.results.get(unit, ())) or "none"

    units = sorted(theirs.results.keys() | ours.results.keys())
    other = [unit for unit in units if told(theirs, unit) != told(ours, unit)]
    return ", ".join(f"{unit} {told(theirs, unit)} and not {told(ours, unit)}" for unit in other[:4])
