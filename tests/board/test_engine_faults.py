"""The engine's known faults do not show on the board: each test fails when its remedy is taken out."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playing import adjudicate, play, position, random_orders, scattered

from ai_diplomacy.board.board import Board
from ai_diplomacy.board.situation import PhaseResult
from ai_diplomacy.board.terrain import MAPS, province_of, terrain
from ai_diplomacy.board.units import Unit

ATTACK_BY_SEA = {
    "ENGLAND": ["A LON - BEL VIA", "F NTH C A LON - BEL", "F HOL S A LON - BEL"],
    "GERMANY": ["A BEL H", "A MUN - BUR"],
    "FRANCE": ["A PAR - BUR", "A PIC H"],
}


def engine_game(board: Board) -> Any:
    """The engine by itself in the board's position, without the history."""
    from diplomacy.utils.export import from_saved_game_format

    saved = board.to_saved_game()
    phases = [{**saved["phases"][-1], "orders": {}}]
    game = from_saved_game_format({**saved, "phases": phases})
    game.add_rule("IGNORE_ERRORS")
    return game


def board_before_the_attack(*more_german: str) -> Board:
    return position(
        {
            "ENGLAND": ["A LON", "F NTH", "F HOL"],
            "GERMANY": ["A BEL", "A MUN", *more_german],
            "FRANCE": ["A PAR", "A PIC"],
        }
    )


def test_after_an_attack_by_sea_no_retreat_to_what_is_occupied_or_fought_over() -> None:
    board = board_before_the_attack()
    game = engine_game(board)
    for power, orders in ATTACK_BY_SEA.items():
        game.set_orders(power, orders)
    game.process()
    assert sorted(game.powers["GERMANY"].retreats["A BEL"]) == ["BUR", "HOL", "PIC", "RUH"]  # the fault

    adjudicate(board, ATTACK_BY_SEA)
    assert board.dislodged == {"GERMANY": {"A BEL": ("RUH",)}}
    assert board.situation("GERMANY").legal_orders == {"A BEL": ("A BEL D", "A BEL R RUH")}
    assert board.submit("GERMANY", ["A BEL R BUR"]).orders == ("A BEL D",)


def test_after_an_attack_by_sea_the_attackers_own_province_is_open() -> None:
    board = position({"ENGLAND": ["A HOL", "F NTH", "F ENG"], "GERMANY": ["A BEL"]})
    orders = ["A HOL - BEL VIA", "F NTH C A HOL - BEL", "F ENG S A HOL - BEL"]
    adjudicate(board, {"ENGLAND": orders})
    assert board.dislodged["GERMANY"]["A BEL"] == ("BUR", "HOL", "PIC", "RUH")


def test_after_an_attack_by_land_the_attackers_own_province_is_closed() -> None:
    board = position({"ENGLAND": ["A HOL", "F ENG"], "GERMANY": ["A BEL"]})
    adjudicate(board, {"ENGLAND": ["A HOL - BEL", "F ENG S A HOL - BEL"]})
    assert board.dislodged["GERMANY"]["A BEL"] == ("BUR", "PIC", "RUH")


def test_a_unit_left_without_retreat_by_the_remedy_is_disbanded() -> None:
    board = board_before_the_attack("A RUH")
    adjudicate(board, ATTACK_BY_SEA)
    assert board.situation("GERMANY").legal_orders == {"A BEL": ("A BEL D",)}
    assert board.choosers() == ()
    result = board.adjudicate()
    assert (result.phase, result.orders["GERMANY"]) == ("S1901R", ("A BEL D",))
    assert board.units["GERMANY"] == ("A MUN", "A RUH")
    assert board.phase == "F1901M"


@pytest.mark.slow
@pytest.mark.parametrize(("name", "positions"), [("standard", 100), ("ancmed", 80)])
def test_retreats_are_those_of_the_rules(name: str, positions: int) -> None:
    rng, dislodged = random.Random(f"retreats {name}"), 0
    for _ in range(positions):
        board = scattered(name, rng, "M", units=25, powers=2)
        before = board.units
        dislodged += check_retreats(play(board, rng, 1), before)
    assert dislodged >= 20


def test_retreats_from_attacks_by_sea_are_those_of_the_rules() -> None:
    rng, dislodged = random.Random("by sea"), 0
    for _ in range(80):
        board, orders = attack_by_sea(rng)
        before = board.units
        for power in board.powers:
            board.submit(power, orders.get(power) or random_orders(board.situation(power), rng))
        board.adjudicate()
        dislodged += check_retreats(board, before)
    assert dislodged >= 40


def attack_by_sea(rng: random.Random) -> tuple[Board, dict[str, list[str]]]:
    """An attack on A or F of Germany by an English army over one sea, supported, among many random Italian units."""
    ground = terrain()
    while True:
        sea = rng.choice([at for at, kind in ground.kinds.items() if kind == "sea"])
        coasts = sorted({province_of(at) for at in ground.fleets[sea]} & set(ground.armies))
        if len(coasts) < 2:
            continue
        origin, target = rng.sample(coasts, 2)
        near = [at for at in ground.armies[target] if at != origin]
        if near:
            break
    support = rng.choice(near)
    taken = {sea, origin, target, support}
    others = rng.sample([f"A {at}" for at in ground.armies if at not in taken], 18)
    move = f"A {origin} - {target}"
    board = position(
        {"ENGLAND": [f"A {origin}", f"F {sea}", f"A {support}"], "GERMANY": [f"A {target}"], "ITALY": others},
    )
    return board, {
        "ENGLAND": [f"{move} VIA", f"F {sea} C {move}", f"A {support} S {move}"],
        "GERMANY": [f"A {target} H"],
    }


def check_retreats(board: Board, before: Mapping[str, tuple[str, ...]]) -> int:
    """Hold the retreats against the rules, worked out from the orders and their results; how many were dislodged."""
    turn, ground = board.last_turn[-1], board.terrain
    moves = {o.unit: target(o) for orders in turn.orders.values() for o in orders if o.verb == "-"}
    occupied = {province_of(unit[2:]) for units in board.units.values() for unit in units}
    dislodged = [unit for units in before.values() for unit in units if "dislodged" in turn.results.get(unit, ())]
    attackers = {
        unit: next(other for other, aim in moves.items() if aim == province_of(unit[2:]) and other not in turn.results)
        for unit in dislodged
    }
    for unit, attacker in attackers.items():
        fought_over = {
            aim
            for other, aim in moves.items()
            if other != unit
            and "bounce" in turn.results.get(other, ())
            # Beaten head to head, a unit has no say about the province that its attacker came from.
            and not (other in attackers and aim == province_of(attackers[other][2:]))
        }
        closed = occupied | fought_over | (set() if by_sea(attacker, turn) else {province_of(attacker[2:])})
        allowed = tuple(place for place in ground.reach(Unit(unit)) if province_of(place) not in closed)
        found = [places for units in board.dislodged.values() for left, places in units.items() if left == unit]
        assert (found or [()]) == [allowed], (unit, attacker)
    return len(dislodged)


def target(move: str) -> str:
    return province_of(move.removesuffix(" VIA").rpartition(" - ")[2])


def by_sea(army: str, turn: PhaseResult) -> bool:
    (move,) = (o for orders in turn.orders.values() for o in orders if o.unit == army)
    convoys = [o for orders in turn.orders.values() for o in orders if o.endswith(f" C {move.removesuffix(' VIA')}")]
    return any("void" not in turn.outcome(convoy) and "dislodged" not in turn.outcome(convoy) for convoy in convoys)


def winter(units: list[str], centers: list[str], power: str = "RUSSIA") -> Board:
    return position({power: units}, centers={power: centers}, phase="W1901A")


def test_builds_sent_one_after_the_other_replace_each_other() -> None:
    board = winter([], ["STP", "MOS"])
    board.submit("RUSSIA", ["F STP/NC B"])
    board.submit("RUSSIA", ["A STP B"])
    board.adjudicate()
    assert board.units["RUSSIA"] == ("A STP",)


def test_the_engine_itself_builds_both() -> None:
    game = engine_game(winter([], ["STP", "MOS"]))
    game.set_orders("RUSSIA", ["F STP/NC B"])
    game.set_orders("RUSSIA", ["A STP B"])
    game.process()
    assert sorted(game.powers["RUSSIA"].units) == ["A STP", "F STP/NC"]


def test_two_builds_in_one_province_are_one() -> None:
    board = winter([], ["STP", "MOS"])
    report = board.submit("RUSSIA", ["F STP/NC B", "A STP B", "F STP/SC B"])
    assert sorted(report.orders) == ["F STP/NC B", "WAIVE"]
    assert len(report.rejected) == 2
    board.adjudicate()
    assert board.units["RUSSIA"] == ("F STP/NC",)


def test_builds_are_capped() -> None:
    board = winter(["A UKR", "A GAL", "A RUM"], ["STP", "MOS", "WAR", "SEV"])
    report = board.submit("RUSSIA", ["A STP B", "A MOS B", "A WAR B"])
    assert report.orders == ("A STP B",)
    board.adjudicate()
    assert board.units["RUSSIA"] == ("A GAL", "A RUM", "A STP", "A UKR")


def test_disbands_are_capped() -> None:
    board = winter(["A UKR", "A GAL", "A RUM"], ["MOS", "WAR"])
    report = board.submit("RUSSIA", ["A UKR D", "A GAL D", "A UKR D"])
    assert report.orders == ("A UKR D",)
    board.adjudicate()
    assert board.units["RUSSIA"] == ("A GAL", "A RUM")


@pytest.mark.parametrize(
    "text",
    [
        '"A PAR - BUR"',
        "A PAR - BUR (attack)",
        "WAIVE",
        "",
        "A",
        "-",
        "- - -",
        "A PAR S",
        "A PAR R",
        "\x00",
        "\ud800",
        "/",
        "A /",
    ],
)
@pytest.mark.parametrize("kind", "MRA")
def test_text_that_breaks_the_engines_parser_does_not_break_the_board(text: str, kind: str) -> None:
    board = board_of_kind(kind)
    report = board.submit("FRANCE", [text, text.lower(), text * 3])
    assert len(report.lines) == 3
    board.adjudicate()


def board_of_kind(kind: str) -> Board:
    if kind == "A":
        return position({"FRANCE": ["A PAR", "F BRE"]}, centers={"FRANCE": ["PAR", "BRE", "MAR"]}, phase="W1901A")
    board = position({"FRANCE": ["A BUR"], "GERMANY": ["A MUN", "A RUH"]})
    return adjudicate(board, {"GERMANY": ["A MUN - BUR", "A RUH S A MUN - BUR"]}) if kind == "R" else board


scraps = st.sampled_from(
    ["A", "F", "PAR", "STP/NC", "BUR", "- ", "S", "C", "VIA", "H", "D", "B", "R", "WAIVE", "(", '"', "/", "é", "\ud800"]
)
texts = st.one_of(
    st.text(max_size=40), st.lists(scraps, max_size=8).map(" ".join), st.lists(scraps, max_size=8).map("".join)
)


@pytest.mark.parametrize("kind", "MRA")
def test_no_text_breaks_the_board(kind: str) -> None:
    board = board_of_kind(kind)
    power = "FRANCE"
    needed = len(board.situation(power).legal_orders) if kind != "A" else board.situation(power).due

    @settings(derandomize=True, deadline=None, max_examples=150)
    @given(st.lists(texts, max_size=5))
    def submit(orders: list[str]) -> None:
        report = board.submit(power, orders)
        assert len(report.lines) == len(orders)
        assert len(report.orders) == needed

    submit()
    board.adjudicate()


def situations(name: str, seeds: int, phases: int) -> Iterator[Board]:
    for seed in range(seeds):
        board, rng = Board(name), random.Random(f"legal {name} {seed}")
        for _ in range(phases):
            if board.completed:
                break
            yield board
            play(board, rng, 1)


@pytest.mark.parametrize("name", MAPS)
def test_the_engine_takes_every_legal_order_as_it_is_written(name: str) -> None:
    for board in situations(name, 2 if name == "standard" else 1, 16 if name == "standard" else 6):
        game = engine_game(board)
        for power in board.powers:
            for unit, orders in board.situation(power).legal_orders.items():
                assert orders, unit
                assert list(orders) == sorted(set(orders))
                for order in orders:
                    game.clear_orders(power)
                    game.set_orders(power, [order], expand=False)
                    assert game.get_orders(power) == [order]
        assert game.error == []


def test_a_support_that_the_engine_lists_and_then_refuses_is_not_offered() -> None:
    # From Tarraconensis to Sicily an army may sail by the port of the Baleares, but not back.
    board = position({"EGYPT": ["A SIC", "F BAL", "F BER", "F PUN"], "ROME": ["A GAU"]}, map_name="ancmed")
    game, order = engine_game(board), "A GAU S A SIC - TAR"
    assert order in game.get_all_possible_orders()["GAU"]
    game.set_orders("ROME", [order], expand=False)
    assert game.get_orders("ROME") == []
    assert order not in board.situation("ROME").legal_orders["A GAU"]


@pytest.mark.parametrize("name", ["standard", "standard_age_of_empires", "modern"])
def test_submitting_again_replaces_everything(name: str) -> None:
    rng = random.Random(f"again {name}")
    for board in situations(name, 1, 20):
        for power in board.powers:
            situation = board.situation(power)
            board.submit(power, random_orders(situation, rng))
            second = board.submit(power, random_orders(situation, rng)[:1])
            stored = board.to_saved_game()["phases"][-1]["orders"][power]
            assert sorted(stored) == sorted(order for order in second.orders if order != "WAIVE")
            if situation.kind != "A":
                assert len(stored) == len(situation.legal_orders)


@pytest.mark.parametrize("name", ["standard", "standard_age_of_empires", "ancmed"])
def test_the_disband_order_is_the_engines(name: str) -> None:
    rng = random.Random(f"disband {name}")
    for _ in range(35):
        board = scattered(name, rng, "A", centers=4)
        orders = {power: board.situation(power).disband_order for power in board.powers}
        due = board.situation(board.powers[0]).adjustments
        game = engine_game(board)
        game.process()  # nobody has ordered anything: the engine's own civil disorder
        for power in board.powers:
            gone = set(board.units[power]) - set(game.powers[power].units)
            assert gone == set(orders[power][: max(0, -due.get(power, 0))])
            assert sorted(orders[power]) == (sorted(board.units[power]) if due.get(power, 0) < 0 else [])
        board.adjudicate()
        assert {power: set(units) for power, units in board.units.items()} == {
            power: set(game.powers[power].units) for power in board.powers
        }


@pytest.mark.parametrize(
    ("units", "orders", "after"),
    [
        # 6.B.3, 6.D.29: a coast that the fleet cannot reach is taken for the one that it can.
        ({"FRANCE": ["F GAS"]}, ["F GAS - SPA/SC"], ("F SPA/NC",)),
        # 6.B.9: the support of a move does not ask for the coast.
        (
            {"FRANCE": ["F GAS", "F MAR"], "ITALY": ["A SPA"]},
            ["F GAS - SPA/NC", "F MAR S F GAS - SPA/SC"],
            ("F MAR", "F SPA/NC"),
        ),
        # 6.G.8: by land where no fleet convoys.
        ({"FRANCE": ["A HOL"]}, ["A HOL - BEL VIA"], ("A BEL",)),
    ],
)
def test_the_choices_are_those_of_the_page_on_rules(units, orders, after) -> None:
    assert adjudicate(position(units), {"FRANCE": orders}).units["FRANCE"] == after
