"""Candidates of a power, and the best of them against what the others may order."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from ai_diplomacy.board.board import Board
from ai_diplomacy.board.phase import Phase
from ai_diplomacy.board.terrain import MAPS
from ai_diplomacy.board.units import Order, Unit
from ai_diplomacy.search.best_reply import Trials, best_reply, joined
from ai_diplomacy.search.candidates import Force
from ai_diplomacy.search.position import Position


def board_after(*orders: list[str]) -> Board:
    """The standard game, in each phase of which somebody ordered this."""
    board = Board()
    for phase in orders:
        for power in board.powers:
            own = {str(unit)[2:5] for unit in board.situation(power).own_units}
            board.submit(power, [order for order in phase if order[2:5] in own])
        board.adjudicate()
    return board


def force(board: Board, power: str) -> Force:
    position = Position.of(board.situation(power))
    return Force(position, position.geography.power[power])


@pytest.mark.parametrize("map_name", MAPS)
def test_candidates_and_all_changes_of_them_are_legal(map_name: str) -> None:
    board = Board(map_name)
    for phase in range(5):
        for power in board.powers:
            situation = board.situation(power)
            if situation.kind != "M":
                board.submit(power, ())
                continue
            own = force(board, power)
            plans = [*own.draws(3, phase), *own.by_lot(2, phase)]
            changed = [change for plan in plans for unit in range(own.size) for change in own.changes(plan, unit)]
            for plan in [*plans, *changed]:
                orders = own.orders(plan)
                assert [order.unit for order in orders] == list(situation.own_units)
                assert all(order in situation.legal_orders[order.unit] for order in orders)
                assert own.plan(orders) == plan
            board.submit(power, own.orders(plans[0]))
        board.adjudicate()


def test_helpers_follow_a_unit_that_changes_its_mind() -> None:
    board = board_after(["A PAR - BUR", "A MAR H", "A MUN H"])
    own = force(board, "FRANCE")
    plan = own.plan([Order("A BUR H"), Order("A MAR S A BUR")])
    bur = own.homes.index(own.position.geography.number["BUR"])
    changes = {own.orders(change) for change in own.changes(plan, bur)}
    assert Order("A MAR H") in next(orders for orders in changes if Order("A BUR - MUN") in orders)
    assert Order("A MAR S A BUR - GAS") in next(orders for orders in changes if Order("A BUR - GAS") in orders)


def test_it_finds_the_supported_attack_that_no_single_order_is() -> None:
    start = Position.of(Board().situation("FRANCE"))
    ground, france, germany = start.geography, start.geography.power["FRANCE"], start.geography.power["GERMANY"]
    units = [
        ground.piece(france, Unit("A BUR")),
        ground.piece(france, Unit("A RUH")),
        ground.piece(germany, Unit("A MUN")),
    ]
    own = Force(replace(start, phase=Phase("F1901M"), units=tuple(sorted(units))), france)
    trials = Trials(own, [joined(own.position, {})])
    orders = own.orders(best_reply(trials, [own.plan([])]))
    assert {order.verb for order in orders} == {"-", "S"}
    assert {order.goal for order in orders} == {"MUN"}


def test_an_army_goes_over_water_where_that_is_best() -> None:
    board = board_after(["F EDI - NTH", "A LVP - YOR", "F LON - ENG"])
    own = force(board, "ENGLAND")
    trials = Trials(own, [joined(own.position, {})])
    orders = own.orders(best_reply(trials, [own.plan([])]))
    assert any(order.verb == "C" for order in orders)
    assert any(order.via for order in orders)


def test_a_plan_that_is_better_on_the_first_half_alone_does_not_win() -> None:
    own = force(Board(), "FRANCE")
    german = force(Board(), "GERMANY")
    quiet = joined(own.position, {})
    burgundy = joined(own.position, {german.power: german.plan([Order("A MUN - BUR")])})
    move, hold = own.plan([Order("A PAR - BUR")]), own.plan([])
    assert Trials(own, [quiet, quiet]).beats(move, hold)
    assert not Trials(own, [quiet, quiet]).beats(hold, move)
    both = Trials(own, [quiet, burgundy])
    assert both.beats(move, hold) == (both.total(move) > both.total(hold))


def test_no_plan_is_adjudicated_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    own = force(Board(), "FRANCE")
    trials = Trials(own, [joined(own.position, {})] * 4)
    plan = own.draws(1, 1)[0]
    first = trials.worths(plan)
    monkeypatch.setattr("ai_diplomacy.search.best_reply.moved", None)
    assert trials.worths(plan) == first


def test_the_joint_plan_stands_beside_the_units() -> None:
    position = Position.of(Board().situation("FRANCE"))
    forces = [Force(position, power) for power in range(7)]
    plans = {own.power: own.by_lot(1, 5)[0] for own in forces}
    assert joined(position, plans) == list(itertools.chain.from_iterable(plans[power] for power in range(7)))
    del plans[2]
    assert joined(position, plans)[forces[2].first : forces[2].first + 3] == [(0, -1, -1)] * 3
