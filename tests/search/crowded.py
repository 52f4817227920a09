"""Boards on which convoys, supports and attacks run into one another, and the comparison of a position with a board."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple, get_args

from playing import position, random_orders, scattered

from ai_diplomacy.board.board import Board
from ai_diplomacy.board.civil_disorder import CivilDisorder
from ai_diplomacy.board.tactics import choose_orders
from ai_diplomacy.board.terrain import province_of, terrain
from ai_diplomacy.board.units import Order
from ai_diplomacy.board.valuation import evaluate
from ai_diplomacy.search.lookahead import after
from ai_diplomacy.search.position import Position

SEEN = (
    "map", "phase", "power", "units", "centers", "homes", "dislodged", "adjustments", "legal_orders", "disband_order"
)  # fmt: skip
"""What a situation holds but for ``recent``."""


def around_a_sea(name: str, rng: random.Random) -> Board:
    """A movement phase in which a few powers have units in most provinces around one place."""
    ground = terrain(name)
    places = [rng.choice([at for at in ground.provinces if ground.kinds[at] == "sea"] or ground.provinces)]
    size = rng.randint(4, 26)
    for place in places:
        around = {province_of(at) for at in ground.borders[place]} & set(ground.kinds)
        nearby = sorted(around - set(places))
        rng.shuffle(nearby)
        places += nearby[: max(0, size - len(places))]
    powers = rng.sample(ground.powers, min(len(ground.powers), rng.randint(1, 4)))
    units: dict[str, list[str]] = {power: [] for power in powers}
    navy = rng.random()
    for place in places:
        fleets = [f"F {at}" for at in (place, *ground.coasts.get(place, ())) if at in ground.fleets]
        armies = [f"A {place}"] if place in ground.armies else []
        if rng.random() < 0.9:
            kind = fleets if fleets and (not armies or rng.random() < navy) else armies
            units[rng.choice(powers)].append(rng.choice(kind))
    season = rng.choice("SF")
    owned = {power: rng.sample(ground.centers, rng.randint(0, 3)) for power in powers[:1]}
    return position(units, centers=owned, phase=f"{season}{ground.start[1:-1]}M", map_name=name)


class Tangle:
    """Orders for all powers of a movement phase: armies sail, others attack the fleets or help."""

    def __init__(self, board: Board, rng: random.Random) -> None:
        self.rng = rng
        self.legal = {
            unit: (power, orders)
            for power in board.powers
            for unit, orders in board.situation(power).legal_orders.items()
        }
        self.orders: dict[str, Order] = {}
        self.hot: dict[str, str] = {}
        """Provinces worth attacking, and whose units would not."""

    def draw(self) -> dict[str, list[Order]]:
        units = self.rng.sample(sorted(self.legal), len(self.legal))
        sailing = self.rng.random()
        for unit in units:
            voyages = [order for order in self.legal[unit][1] if order.via]
            if voyages and self.rng.random() < sailing and unit not in self.orders:
                self._sail(self.rng.choice(voyages))
        for unit in units:
            if unit not in self.orders:
                self._campaign(unit)
        drawn: dict[str, list[Order]] = {}
        for unit, order in self.orders.items():
            drawn.setdefault(self.legal[unit][0], []).append(order)
        return drawn

    def _sail(self, voyage: Order) -> None:
        by_land = Order(voyage.removesuffix(" VIA"))
        walks = by_land in self.legal[voyage.unit][1] and self.rng.random() < 0.4
        self.orders[voyage.unit] = by_land if walks else voyage
        self.hot[voyage.goal] = self.legal[voyage.unit][0]
        self._support(self.orders[voyage.unit], 0.2)
        for unit, (power, legal) in self.legal.items():
            convoy = [order for order in legal if order.verb == "C" and order.mover == voyage.unit]
            convoy = [order for order in convoy if order.goal == voyage.goal]
            if convoy and unit not in self.orders and self.rng.random() < 0.93:
                self.orders[unit] = convoy[0]
                self._support(convoy[0], 0.1)
                self.hot[convoy[0].unit.province] = power

    def _campaign(self, unit: str) -> None:
        """The unit attacks what is worth it, if it can, or does anything; others support it."""
        power, legal = self.legal[unit]
        walks = [order for order in legal if order.verb == "-" and not order.via] or legal
        attacks = [order for order in walks if self.hot.get(order.goal, power) != power]
        chosen = self.rng.choice(attacks if attacks and self.rng.random() < 0.8 else self.rng.choice([walks, legal]))
        self.orders[unit] = chosen
        if chosen.verb == "S":
            self.hot[chosen.unit.province] = power
        self._support(chosen, 0.6)

    def _support(self, helped: Order, zeal: float) -> None:
        for unit, (power, legal) in self.legal.items():
            wanted = [order for order in legal if order.verb == "S" and order.helped == helped.unit]
            wanted = [order for order in wanted if order.goal == (helped.target or "")]
            if wanted and unit not in self.orders and self.rng.random() < zeal:
                self.orders[unit] = wanted[0]
                if self.rng.random() < 0.3:
                    self.hot[wanted[0].unit.province] = power


def differences(found: Position, board: Board) -> list[str]:
    """Where the position is not as the board, for each power that looks."""
    told = []
    for power in board.powers:
        ours, theirs = found.seen_by(power), board.situation(power)
        told += [
            f"{power} sees {name} {getattr(ours, name)}, not {getattr(theirs, name)}"
            for name in SEEN
            if getattr(ours, name) != getattr(theirs, name)
        ]
        if Position.of(theirs, found.civil_disorder) != found:
            told.append(f"what {power} sees makes another position")
    return told


def adjudicated(board: Board, orders: Mapping[str, Sequence[Order]], rule: CivilDisorder = "home") -> list[str]:
    """Where position and board differ when both have adjudicated these legal orders; the board goes on."""
    ours = after(Position.of(board.situation(board.powers[0]), rule), orders)
    for power in board.powers:
        assert not board.submit(power, orders.get(power, ())).rejected
    board.adjudicate()
    return differences(ours, board)


Style = Literal["random", "dumbbot", "scattered", "crowded"]
STYLES = get_args(Style)
"""Games with random orders and of DumbBots; random orders from units anywhere; tangled ones around a sea."""


def played(name: str, style: Style, seed: int, phases: int, rule: CivilDisorder = "home") -> Iterator[Checked]:
    """Phases of a game, each adjudicated by both."""
    rng = random.Random(f"{name} {style} {seed}")
    board = Board(name, civil_disorder=rule)
    if style == "scattered":
        crowd = max(2, len(board.terrain.provinces) // len(board.powers))
        board = scattered(name, rng, rng.choice("MMA"), units=rng.randint(2, crowd), centers=rng.randint(0, 8))
    elif style == "crowded":
        board = around_a_sea(name, rng)
    for _ in range(phases):
        if board.completed:
            break
        yield Checked(board, adjudicated(board, orders_of(board, style, rng), rule))


class Checked(NamedTuple):
    """A board after a phase, and where the position after it is another."""

    board: Board
    differences: list[str]


def orders_of(board: Board, style: Style, rng: random.Random) -> dict[str, list[Order]]:
    """Orders for all powers."""
    if style == "crowded" and board.phase.kind == "M":
        return Tangle(board, rng).draw()
    views = {power: board.situation(power) for power in board.powers}
    if style == "dumbbot":
        return {power: list(choose_orders(seen, evaluate(seen), rng)) for power, seen in views.items()}
    return {power: [Order(order) for order in random_orders(seen, rng)] for power, seen in views.items()}
