"""The game on the board: one game of Diplomacy on the engine, whose known faults are closed here and below."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from .civil_disorder import CivilDisorder, disband_order
from .history import last_turn, phase_result
from .orders import OrderReport, interpret
from .phase import Phase
from .press import ALL, Message
from .rules import adjustments, legal_orders, prune_retreats
from .saved_game import RULES, filled, map_of, restore, saved
from .situation import PhaseResult, Situation
from .terrain import Terrain, engine, terrain
from .units import Order, Unit


class Board:
    """One game of Diplomacy. Powers submit orders, ``adjudicate`` moves on to the next phase that needs a decision."""

    def __init__(
        self, map_name: str = "standard", *, game_id: str = "game", civil_disorder: CivilDisorder = "home"
    ) -> None:
        """A game at its first phase. Raises ``ValueError`` for a map that is not one of ``MAPS``."""
        self._civil_disorder: CivilDisorder = civil_disorder
        self.terrain: Terrain = terrain(map_name)
        self._game: Any = engine().Game(game_id=game_id, map_name=map_name, rules=list(RULES))
        self._turns: list[list[PhaseResult]] = []
        """The phases adjudicated, from each movement phase on to what followed it; of a loaded game the last turn."""
        self._legal: Mapping[str, Mapping[str, tuple[Order, ...]]] | None = None
        self._public: Situation | None = None
        self._situations: dict[str, Situation] = {}

    @property
    def phase(self) -> Phase:
        """``COMPLETED`` once the game was won or drawn."""
        return Phase(self._game.get_current_phase())

    @property
    def completed(self) -> bool:
        return self.phase == "COMPLETED"

    @property
    def winners(self) -> tuple[str, ...]:
        """Who won, or drew, the completed game; sorted."""
        return tuple(sorted(self._game.outcome[1:])) if self.completed else ()

    @property
    def powers(self) -> tuple[str, ...]:
        return self.terrain.powers

    @property
    def survivors(self) -> tuple[str, ...]:
        """Powers that still have a unit (dislodged ones too) or a centre, sorted."""
        return tuple(name for name in self.powers if not self._game.powers[name].is_eliminated())

    @property
    def centers(self) -> Mapping[str, tuple[str, ...]]:
        """Power -> the centres it owns, sorted."""
        return dict(self._view().centers)

    @property
    def units(self) -> Mapping[str, tuple[Unit, ...]]:
        """Power -> its units that are not dislodged, sorted."""
        return dict(self._view().units)

    @property
    def dislodged(self) -> Mapping[str, Mapping[Unit, tuple[str, ...]]]:
        """Power -> dislodged unit -> locations it may retreat to, sorted; powers without any are missing."""
        return {name: dict(units) for name, units in self._view().dislodged.items()}

    @property
    def last_turn(self) -> tuple[PhaseResult, ...]:
        """The phases adjudicated since the last movement phase, that one included, oldest first."""
        return self.turns_before(0, 1)

    def turns_before(self, last: int, turns: int) -> tuple[PhaseResult, ...]:
        """The phases of so many turns, oldest first, without the ``last`` ones."""
        end = len(self._turns) - last
        return tuple(result for turn in self._turns[max(0, end - turns) : max(0, end)] for result in turn)

    def situation(self, power: str) -> Situation:
        """What the power sees now. Raises ``KeyError`` for a power that is not on this map."""
        view = self._view()
        if power not in self._situations:
            # One object a phase: it remembers what is made of it for each of the steps.
            self._situations[power] = replace(
                view,
                power=power,
                legal_orders=self._legal_orders()[power],
                disband_order=disband_order(self._game, power, self._civil_disorder)
                if view.adjustments.get(power, 0) < 0
                else (),
            )
        return self._situations[power]

    def choosers(self) -> tuple[str, ...]:
        """Powers that have something to decide in this phase, sorted.

        In a movement phase every survivor has (its orders, its vote); later on, who has more than one way to go.
        """
        if self.completed:
            return ()
        if self.phase.kind == "M":
            return self.survivors
        if self.phase.kind == "R":
            legal = self._legal_orders()
            return tuple(power for power in self.powers if any(len(orders) > 1 for orders in legal[power].values()))
        due, units = self._view().adjustments, self.units
        return tuple(power for power in sorted(due) if due[power] > 0 or -due[power] < len(units[power]))

    def submit(self, power: str, orders: OrderReport | Iterable[str]) -> OrderReport:
        """Take these as all of the power's orders, in place of what it submitted before in this phase.

        A report is taken as it is; texts are read. Never raises on text: what is not legal is reported, and every unit
        left without an order gets an explicit default. Raises ``KeyError`` for an unknown power, ``ValueError`` for a
        report of another power or phase and ``RuntimeError`` once the game is over.
        """
        self._must_go_on()
        situation = self.situation(power)
        report = orders if isinstance(orders, OrderReport) else interpret(orders, situation)
        if (report.power, report.phase) != (power, situation.phase):
            raise ValueError(f"orders of {report.power} in {report.phase} are none of {power} in {situation.phase}")
        self._game.clear_orders(power)
        # One call with all orders: separate ones let a fleet and an army be built in the same province.
        self._game.set_orders(power, list(map(str, report.orders)), expand=False)
        if self._game.error:
            # The engine would go on without the order and tell nobody.
            raise RuntimeError(f"the engine refused orders of {power}: {', '.join(map(str, self._game.error))}")
        return report

    def add_messages(self, messages: Iterable[Message]) -> None:
        """Put delivered press of this phase into the saved game, one entry a recipient (the format knows no groups).

        Raises ``ValueError`` for a message of another phase.
        """
        from diplomacy.engine.message import Message as EngineMessage

        for message in messages:
            if message.phase != self.phase:
                raise ValueError(f"a message of {message.phase} cannot be added in {self.phase}")
            for recipient in message.recipients:
                # The format wants a strictly increasing time; the place in the game serves, without a clock.
                stamp = max(self._last_stamp() + 1, message.sequence * 100)
                self._game.add_message(
                    EngineMessage(
                        phase=message.phase,
                        sender=message.sender,
                        recipient="GLOBAL" if recipient == ALL else recipient,
                        message=message.body,
                        time_sent=stamp,
                    )
                )

    def adjudicate(self) -> PhaseResult:
        """Resolve the phase with what was submitted (defaults for who submitted nothing) and go on to the next.

        Raises ``RuntimeError`` once the game is over.
        """
        self._must_go_on()
        for power in self.powers:
            if not self._game.powers[power].order_is_set:
                self.submit(power, ())
        return self._turn_page(self._game.process())

    def draw(self, powers: Iterable[str]) -> PhaseResult:
        """End the game as a draw among these powers, without adjudicating the phase.

        Raises ``ValueError`` unless they are survivors, at least one, and ``RuntimeError`` once the game is over.
        """
        self._must_go_on()
        winners = sorted(set(powers))
        if not winners or not set(winners) <= set(self.survivors):
            raise ValueError(
                f"a draw is among survivors ({', '.join(self.survivors)}), not {', '.join(winners) or 'none'}"
            )
        done, _ = self._game.draw(winners)
        return self._turn_page(done)

    def to_saved_game(self, since: int = 0) -> dict[str, Any]:
        """The game in the engine's saved format: one entry a played phase and one for the current phase, without the
        first ``since`` of them. An entry of a played phase never changes again.

        The phases' dictionaries are the caller's to add to; the states in them are shared with the board.
        """
        return saved(self._game, since)

    @classmethod
    def from_saved_game(cls, saved: Mapping[str, Any], *, civil_disorder: CivilDisorder = "home") -> Board:
        """The board as it was saved, orders of the current phase included. What it is given is left unchanged.

        Raises ``ValueError`` when it is not a whole saved game on one of ``MAPS``.
        """
        board = cls(map_of(saved), civil_disorder=civil_disorder)
        saved = filled(saved, board.terrain)
        board._game = restore(saved, board.terrain)
        board._turns = [last_turn(saved["phases"])]
        for power, orders in saved["phases"][-1]["orders"].items():
            if orders is None or board.completed:
                continue
            for line in board.submit(power, orders).rejected:
                raise ValueError(f"the saved game has an order {line.text!r} of {power}: {line.reason}")
        return board

    def _must_go_on(self) -> None:
        if self.completed:
            raise RuntimeError("the game is over")

    def _turn_page(self, done: Any) -> PhaseResult:
        """Take note of the phase that the engine has just done with."""
        self._legal = self._public = None
        if self.completed:
            # Left as it was, the engine would write builds still due into the end of the saved game.
            self._game.phase_type = None
        if self.phase.kind == "R":
            prune_retreats(self._game)
        result = phase_result(done.name, done.orders, done.results, done.state, self._game.get_state())
        if result.phase.kind == "M" or not self._turns:
            self._turns.append([])
        self._turns[-1].append(result)
        return result

    def _view(self) -> Situation:
        """The part of this phase's situations that is common to all powers."""
        if self._public is None:
            self._situations.clear()
            powers = {name: self._game.powers[name] for name in self.powers}
            centers = {name: tuple(sorted(power.centers)) for name, power in powers.items()}
            homes = {name: tuple(sorted(power.homes)) for name, power in powers.items()}
            dislodged = {
                name: MappingProxyType({Unit(unit): tuple(sorted(at)) for unit, at in sorted(power.retreats.items())})
                for name, power in powers.items()
                if power.retreats
            }
            self._public = Situation(
                map=self.terrain.name,
                phase=self.phase,
                power="",
                units=MappingProxyType({name: tuple(sorted(map(Unit, power.units))) for name, power in powers.items()}),
                centers=MappingProxyType(centers),
                homes=MappingProxyType(centers if self.terrain.build_anywhere else homes),
                dislodged=MappingProxyType(dislodged),
                adjustments=MappingProxyType(adjustments(self._game, self.terrain) if self.phase.kind == "A" else {}),
                legal_orders={},
                disband_order=(),
                recent=self.last_turn,
            )
        return self._public

    def _legal_orders(self) -> Mapping[str, Mapping[str, tuple[Order, ...]]]:
        if self._legal is None:
            listed = legal_orders(self._game, self.terrain)
            self._legal = {name: MappingProxyType(legal) for name, legal in listed.items()}
        return self._legal

    def _last_stamp(self) -> int:
        threads = [*self._game.message_history.values(), self._game.messages]
        return next((int(messages.last_key()) for messages in reversed(threads) if messages), 0)
