"""Orders from a valuation: always legal, never against one another, and what a player of the board would expect."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from playing import play, position, scattered

from ai_diplomacy.board.board import Board
from ai_diplomacy.board.situation import Situation
from ai_diplomacy.board.tactics import choose_orders
from ai_diplomacy.board.terrain import province_of, terrain
from ai_diplomacy.board.units import Order
from ai_diplomacy.board.valuation import Valuation, evaluate

ROOT = Path(__file__).parents[2]
MAPS_TO_TRY = ["standard", "ancmed", "modern", "pure", "standard_france_austria"]


def chosen(situation: Situation, seed: object = 0, fixed: Sequence[str] = ()) -> tuple[str, ...]:
    return choose_orders(situation, evaluate(situation), random.Random(str(seed)), fixed=[*map(Order, fixed)])


def outcomes(board: Board, power: str, seeds: int = 30, fixed: Sequence[str] = ()) -> list[dict[str, str]]:
    """Unit -> order, for each of some seeds."""
    situation = board.situation(power)
    return [{Order(order).unit: order for order in chosen(situation, seed, fixed)} for seed in range(seeds)]


def valued(
    situation: Situation, units: Mapping[str, float], competition: Mapping[str, int] = MappingProxyType({})
) -> Valuation:
    """A valuation in which all is worth 1 but these units."""
    ground = situation.terrain
    worth = dict.fromkeys((*ground.armies, *ground.fleets), 1.0)
    none = dict.fromkeys(ground.provinces, 0)
    return Valuation(worth=worth, strength=none, competition=none | competition, unit_worth=units)


def goal_of(order: str) -> str:
    """Province to which the order moves or retreats its unit; empty if it does not."""
    unit = Order(order).unit
    for verb in (f"{unit} - ", f"{unit} R "):
        if order.startswith(verb):
            return province_of(order.removeprefix(verb).removesuffix(" VIA"))
    return ""


def helped_goal(order: str) -> tuple[str, str]:
    """Unit and province of the move that the order makes, supports or convoys."""
    read = Order(order)
    return read.mover, "" if read.verb == "R" else read.goal


def check_complete(situation: Situation, orders: Sequence[str]) -> None:
    """One legal order for whatever needs one, as many builds or disbands as are due."""
    if situation.kind == "A":
        places = [province_of(Order(order).unit[2:]) for order in orders]
        assert len(orders) == abs(situation.due)
        assert len(set(places)) == len(places)
        if situation.due > 0:
            assert all(order in situation.legal_orders[at] for order, at in zip(orders, places, strict=True))
        else:
            assert all(order in situation.legal_orders[Order(order).unit] for order in orders)
    else:
        assert sorted(Order(order).unit for order in orders) == sorted(situation.legal_orders)
        assert all(order in situation.legal_orders[Order(order).unit] for order in orders)


def check_no_clash(situation: Situation, orders: Sequence[str], fixed: Sequence[str] = ()) -> None:
    """No planned move meets another own unit: on its goal, on its way, or staying there."""
    standing = {province_of(unit[2:]): unit for unit in situation.own_units}
    given = {Order(order).unit: order for order in orders}
    wanted = {helped_goal(order) for order in fixed}
    for order in orders:
        goal, unit = goal_of(order), Order(order).unit
        if not goal or order in fixed:
            continue
        assert [goal_of(other) for other in orders].count(goal) == 1, (order, orders)
        # What a fixed order asks for may be barred by a unit that has nowhere to go.
        if goal in standing and (unit, goal) not in wanted:
            left_for = goal_of(given[standing[goal]])
            assert left_for, (order, orders)
            assert left_for != province_of(unit[2:]), (order, orders)
    for order in orders:
        supported, goal = helped_goal(order)
        if " S " in order and order not in fixed and supported in given:
            assert goal_of(given[supported]) == goal, f"{order} has no use beside {given[supported]}"


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.sampled_from(MAPS_TO_TRY), st.integers(0, 10**6), st.integers(0, 18))
def test_every_unit_gets_one_legal_order_that_stands_in_no_other_ones_way(name: str, seed: int, phases: int) -> None:
    board = play(Board(name), random.Random(seed), phases)
    for power in board.powers:
        situation = board.situation(power)
        orders = chosen(situation, seed)
        check_complete(situation, orders)
        check_no_clash(situation, orders)
        assert chosen(situation, seed) == orders


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(MAPS_TO_TRY), st.integers(0, 10**6), st.sampled_from("MA"))
def test_units_scattered_anywhere_get_their_orders(name: str, seed: int, kind: str) -> None:
    ground = terrain(name)
    crowd = min(12, len(ground.provinces) // len(ground.powers))
    board = scattered(name, random.Random(seed), kind, units=crowd, centers=8)
    for power in board.powers:
        situation = board.situation(power)
        orders = chosen(situation, seed)
        check_complete(situation, orders)
        check_no_clash(situation, orders)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.sampled_from(MAPS_TO_TRY), st.integers(0, 10**6), st.integers(0, 18))
@example("ancmed", 54, 1)  # Two fixed orders for one place, where a unit stands that would go to meet the second.
def test_fixed_orders_are_kept_and_nothing_is_planned_against_them(name: str, seed: int, phases: int) -> None:
    rng = random.Random(seed)
    board = play(Board(name), rng, phases)
    for power in board.powers:
        situation = board.situation(power)
        places = sorted(situation.legal_orders)
        count = min(len(places), abs(situation.due)) if situation.kind == "A" else len(places)
        fixed = [rng.choice(situation.legal_orders[at]) for at in rng.sample(places, rng.randint(0, count))]
        orders = chosen(situation, seed, fixed)
        assert set(fixed) <= set(orders)
        check_complete(situation, orders)
        check_no_clash(situation, orders, fixed)
        given = {Order(order).unit: order for order in orders}
        coming = [(unit, goal) for unit, goal in map(helped_goal, fixed) if goal]
        coming = [(unit, goal) for unit, goal in coming if unit not in given or goal_of(given[unit]) == goal]
        for order in set(orders) - set(fixed):
            assert all(goal_of(order) != goal or Order(order).unit == unit for unit, goal in coming)


@pytest.mark.slow
def test_the_orders_do_not_depend_on_the_hash_seed() -> None:
    code = (
        "import random\n"
        "from ai_diplomacy.board.board import Board\n"
        "from ai_diplomacy.board.tactics import choose_orders\n"
        "from ai_diplomacy.board.valuation import evaluate\n"
        "board = Board()\n"
        "for turn in range(14):\n"
        "    for power in board.powers:\n"
        "        situation = board.situation(power)\n"
        "        orders = choose_orders(situation, evaluate(situation), random.Random(turn))\n"
        "        print(board.phase, power, orders)\n"
        "        board.submit(power, orders)\n"
        "    board.adjudicate()\n"
    )
    printed = set()
    for seed in ("0", "1", "777"):
        environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
        printed.add(done.stdout)
    assert len(printed) == 1
    assert "F1903M" in printed.pop()


# What it does


def test_france_opens_towards_the_centres() -> None:
    board = Board()
    opened = outcomes(board, "FRANCE", 200)
    assert all(orders["F BRE"] == "F BRE - MAO" for orders in opened)
    assert all(orders["A MAR"] == "A MAR - SPA" for orders in opened)
    to_burgundy = sum(orders["A PAR"] == "A PAR - BUR" for orders in opened)
    assert 150 < to_burgundy < 200, "the next best, almost a fifth behind, should be taken now and then"


def before_munich(units: list[str]) -> Board:
    """Munich, where an army stands, is all that France does not own."""
    ground = Board().terrain
    centers = {"FRANCE": [center for center in ground.centers if center != "MUN"], "GERMANY": ["MUN"]}
    return position({"FRANCE": units, "GERMANY": ["A MUN"]}, centers=centers, phase="F1907M")


def test_an_attack_is_supported() -> None:
    for orders in outcomes(before_munich(["A BUR", "A RUH", "A TYR"]), "FRANCE"):
        attack = [order for order in orders.values() if goal_of(order) == "MUN"]
        assert len(attack) == 1
        assert sum(order.endswith(f" S {attack[0]}") for order in orders.values()) == 2


def test_a_unit_to_which_nobody_else_can_come_is_not_supported() -> None:
    board = position({"FRANCE": ["A GAS", "A MAR"]}, phase="F1901M")
    for orders in outcomes(board, "FRANCE"):
        assert not any(" S " in order for order in orders.values())
        assert any(goal_of(order) == "SPA" for order in orders.values())


def test_a_unit_that_would_hold_supports_one_that_may_be_attacked() -> None:
    situation = position({"FRANCE": ["A MUN", "A BUR"]}).situation("FRANCE")
    for rivals, order in ((1, "A BUR H"), (2, "A BUR S A MUN")):
        valuation = valued(situation, {"A MUN": 5, "A BUR": 5}, competition={"MUN": rivals})
        assert order in choose_orders(situation, valuation, random.Random(1))


def test_own_units_do_not_change_places() -> None:
    situation = position({"FRANCE": ["A GAS", "F BRE"]}).situation("FRANCE")
    valuation = valued(situation, {"A BRE": 9, "A GAS": 5, "F GAS": 9, "F BRE": 5})
    ordered = {choose_orders(situation, valuation, random.Random(seed)) for seed in range(30)}
    assert ordered == {("F BRE H", "A GAS H")}


def test_it_does_not_attack_alone_where_no_help_can_come() -> None:
    for orders in outcomes(before_munich(["A BUR", "A PAR"]), "FRANCE"):
        assert goal_of(orders["A BUR"]) != "MUN"


def test_who_may_be_kept_from_leaving_is_helped_and_not_followed() -> None:
    attacks = 0
    for orders in outcomes(before_munich(["A BUR", "A RUH", "A PIC"]), "FRANCE", 60):
        if goal_of(orders["A BUR"]) == "MUN":
            attacks += 1
            assert orders["A RUH"] == "A RUH S A BUR - MUN"
            assert goal_of(orders["A PIC"]) != "BUR"
    assert attacks


def test_an_army_to_which_land_offers_nothing_is_convoyed() -> None:
    centers = {"ENGLAND": ["EDI", "LVP", "LON", "NWY"], "GERMANY": ["KIE", "HOL", "DEN"]}
    board = position({"ENGLAND": ["A YOR", "F NTH", "F LVP"]}, centers=centers, phase="F1905M")
    for orders in outcomes(board, "ENGLAND"):
        assert orders["A YOR"] == "A YOR - BEL VIA"
        assert orders["F NTH"] == "F NTH C A YOR - BEL"


def test_an_army_is_not_convoyed_when_it_can_walk_or_the_landing_is_held() -> None:
    walking = position({"FRANCE": ["A PIC", "F ENG"]}, phase="F1901M")
    held = position({"ENGLAND": ["A YOR", "F NTH"], "GERMANY": ["A BEL", "A HOL", "A DEN", "A NWY"]}, phase="F1901M")
    for board, power in ((walking, "FRANCE"), (held, "ENGLAND")):
        assert not any("VIA" in " ".join(orders.values()) for orders in outcomes(board, power))


def test_an_army_is_not_convoyed_over_two_seas() -> None:
    centers = {"ENGLAND": [center for center in Board().terrain.centers if center not in ("SWE", "BER")]}
    board = position({"ENGLAND": ["A YOR", "F NTH", "F SKA"]}, centers=centers, phase="F1905M")
    situation = board.situation("ENGLAND")
    assert "A YOR - SWE VIA" in situation.legal_orders["A YOR"]
    # Nothing but the landing is worth anything, so the fleets would give nothing up.
    valuation = valued(situation, {"A SWE": 100})
    for seed in range(10):
        assert not any("VIA" in order for order in choose_orders(situation, valuation, random.Random(seed)))


def driven_out_of_burgundy() -> Board:
    board = position({"FRANCE": ["A BUR"], "GERMANY": ["A MUN", "A RUH"]}, phase="F1901M")
    board.submit("GERMANY", ["A MUN - BUR", "A RUH S A MUN - BUR"])
    board.adjudicate()
    return board


def test_retreats_go_to_the_best_place() -> None:
    board = driven_out_of_burgundy()
    assert board.phase == "F1901R"
    situation = board.situation("FRANCE")
    worth = evaluate(situation).unit_worth
    best = max(situation.dislodged["FRANCE"]["A BUR"], key=lambda at: worth[f"A {at}"])
    gone = [orders["A BUR"] for orders in outcomes(board, "FRANCE", 60)]
    assert gone.count(f"A BUR R {best}") > len(gone) / 2
    assert not any(order.endswith(" D") for order in gone)


def test_units_do_not_retreat_to_one_province() -> None:
    units = {"FRANCE": ["A GAS", "A BUR"], "GERMANY": ["A MUN", "A BEL", "A SPA", "F BRE"]}
    centers = {"GERMANY": ["PAR", "MUN", "BER", "KIE", "BEL", "SPA"], "FRANCE": ["MAR", "BRE"]}
    board = position(units, centers=centers, phase="F1901M")
    board.submit("GERMANY", ["A SPA - GAS", "F BRE S A SPA - GAS", "A MUN - BUR", "A BEL S A MUN - BUR"])
    board.adjudicate()
    worth = evaluate(board.situation("FRANCE")).unit_worth
    for places in board.situation("FRANCE").dislodged["FRANCE"].values():
        assert max(places, key=lambda at: worth[f"A {at}"]) == "PAR"
    for orders in outcomes(board, "FRANCE"):
        assert "PAR" in {goal_of(order) for order in orders.values()}
        assert goal_of(orders["A GAS"]) != goal_of(orders["A BUR"])


def builds(power: str, count: int) -> Board:
    """The power has its homes free and so many centres more than units."""
    ground = Board().terrain
    extra = [center for center in ground.centers if center not in ground.homes[power]]
    owned = [*ground.homes[power], *extra][: max(count, 1)]
    return position({}, centers={power: owned}, phase="W1901A")


def test_it_builds_all_it_may_each_in_another_home() -> None:
    for power, due in (("FRANCE", 2), ("RUSSIA", 4), ("ENGLAND", 3)):
        board = builds(power, due)
        for orders in outcomes(board, power):
            assert len(orders) == due
            assert "WAIVE" not in orders.values()


def test_england_builds_fleets_because_its_armies_see_only_an_island() -> None:
    built = [order for orders in outcomes(builds("ENGLAND", 3), "ENGLAND") for order in orders.values()]
    assert all(order.startswith("F ") for order in built)


def test_it_waives_only_what_is_fixed_to_be_waived() -> None:
    board = builds("FRANCE", 3)
    orders = chosen(board.situation("FRANCE"), fixed=["WAIVE", "F BRE B"])
    assert orders[0] == "F BRE B"
    assert orders[2] == "WAIVE"
    assert province_of(orders[1][2:-2]) in ("MAR", "PAR")


def test_it_disbands_where_least_is_to_be_won() -> None:
    units = {"RUSSIA": ["A STP", "A SER", "A GRE"]}
    board = position(units, centers={"RUSSIA": ["STP", "MOS"], "TURKEY": ["GRE", "SER", "BUL"]}, phase="W1903A")
    gone = [next(iter(orders.values())) for orders in outcomes(board, "RUSSIA", 60)]
    assert gone.count("A STP D") > len(gone) / 2


# What is fixed beforehand


def test_a_fixed_move_is_not_met_by_own_units() -> None:
    board = position({"FRANCE": ["A PAR", "A BUR", "A GAS"]}, phase="F1901M")
    for orders in outcomes(board, "FRANCE", fixed=["A BUR - PAR"]):
        assert orders["A BUR"] == "A BUR - PAR"
        assert goal_of(orders["A PAR"]) not in ("", "BUR")
        assert goal_of(orders["A GAS"]) != "PAR"


def test_a_unit_does_what_a_fixed_order_helps_it_with() -> None:
    board = position({"FRANCE": ["A PAR", "A MAR"], "GERMANY": ["A MUN"]})
    for orders in outcomes(board, "FRANCE", fixed=["A MAR S A PAR - BUR"]):
        assert orders["A PAR"] == "A PAR - BUR"
    for orders in outcomes(position({"FRANCE": ["A PAR", "A BUR"]}), "FRANCE", fixed=["A PAR S A BUR"]):
        assert goal_of(orders["A BUR"]) == ""
    taken = position({"FRANCE": ["A PAR", "A MAR", "A BUR"]})
    for orders in outcomes(taken, "FRANCE", fixed=["A BUR H", "A MAR S A PAR - BUR"]):
        assert goal_of(orders["A PAR"]) != "BUR"
    sea = position({"ENGLAND": ["A LON", "F NTH"]})
    for orders in outcomes(sea, "ENGLAND", fixed=["F NTH C A LON - NWY"]):
        assert orders["A LON"] == "A LON - NWY VIA"
    coast = position({"FRANCE": ["A GAS", "F MAO"]})
    for orders in outcomes(coast, "FRANCE", fixed=["A GAS S F MAO - SPA"]):
        assert orders["F MAO"] in ("F MAO - SPA/NC", "F MAO - SPA/SC")


def test_no_own_unit_goes_where_a_fixed_order_helps_another_power() -> None:
    units: Mapping[str, list[str]] = {"FRANCE": ["A BUR", "A GAS", "A PAR"], "ITALY": ["A PIE"]}
    board = position(units, phase="F1901M")
    for orders in outcomes(board, "FRANCE", fixed=["A GAS S A PIE - MAR"]):
        assert goal_of(orders["A BUR"]) != "MAR"
    standing = position({"FRANCE": ["A MAR", "A GAS"], "ITALY": ["A PIE"]}, phase="F1901M")
    for orders in outcomes(standing, "FRANCE", fixed=["A GAS S A PIE - MAR"]):
        assert goal_of(orders["A MAR"]) not in ("", "PIE")


@pytest.mark.parametrize(
    ("fixed", "problem"),
    [
        (["A PAR - MUN"], "'A PAR - MUN' is not legal for FRANCE in S1901M"),
        (["a par - bur"], "is no order"),
        (["A MUN H"], "is not legal"),
        (["WAIVE"], "is not legal"),
        (["A PAR H", "A PAR - BUR"], "two fixed orders for A PAR"),
    ],
)
def test_fixed_orders_that_cannot_stand_are_refused(fixed: list[str], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        chosen(Board().situation("FRANCE"), fixed=fixed)


def test_no_more_builds_are_fixed_than_due() -> None:
    with pytest.raises(ValueError, match="3 fixed orders in W1901A, but only 2 due"):
        chosen(builds("FRANCE", 2).situation("FRANCE"), fixed=["WAIVE", "WAIVE", "F BRE B"])
    with pytest.raises(ValueError, match="two fixed orders for BRE"):
        chosen(builds("FRANCE", 3).situation("FRANCE"), fixed=["A BRE B", "F BRE B"])


def test_nothing_is_ordered_where_nothing_is_to_be_decided() -> None:
    board = position({"FRANCE": ["A PAR"]}, centers={"FRANCE": ["PAR"]}, phase="W1901A")
    assert chosen(board.situation("FRANCE")) == ()
    assert chosen(board.situation("TURKEY")) == ()
