"""The worth of places: against DumbBot's description, and against positions worked out by hand."""

from __future__ import annotations

import json
import random
from collections import Counter

import pytest
from playing import play, position

from ai_diplomacy.board.board import Board
from ai_diplomacy.board.situation import Situation
from ai_diplomacy.board.situation_document import document_of, situation_of
from ai_diplomacy.board.terrain import province_of
from ai_diplomacy.board.units import Unit
from ai_diplomacy.board.valuation import Valuation, evaluate

NEAR_FIRST = (1000, 100, 30, 10, 6, 5, 4, 3, 2, 1)
STEP_FIRST = (100, 1000, 30, 10, 6, 5, 4, 3, 2, 1)


def size(situation: Situation, owner: str | None) -> int:
    owned = sum(len(centers) for centers in situation.centers.values())
    count = len(situation.terrain.centers) - owned if owner is None else len(situation.centers[owner])
    return count**2 + 4 * count + 16


def largest_attacker(situation: Situation, province: str) -> int:
    return max(
        (
            size(situation, power)
            for power, units in situation.units.items()
            if power != situation.power and any(situation.terrain.touches(unit, province) for unit in units)
        ),
        default=0,
    )


def described(situation: Situation) -> dict[str, int]:
    """Unit -> worth, step by step as David Norman describes it, without care for speed."""
    ground, winter = situation.terrain, situation.kind == "A"
    spring = situation.season == "S"
    attack, defence = (700, 300) if spring or winter else (600, 400)
    owners = situation.owners()
    pull, threat = dict.fromkeys(ground.provinces, 0), dict.fromkeys(ground.provinces, 0)
    for center in ground.centers:
        if owners.get(center) == situation.power:
            threat[center] = largest_attacker(situation, center)
            pull[center] = defence * threat[center]
        else:
            pull[center] = attack * size(situation, owners.get(center))
    nodes = [f"A {at}" for at in ground.armies] + [f"F {at}" for at in ground.fleets]
    proximity = [{node: pull[province_of(node[2:])] for node in nodes}]
    for _ in range(9):
        last, now = proximity[-1], {}
        for node in nodes:
            best: dict[str, int] = {}
            for place in ground.reach(Unit(node)):
                value = last[f"{node[0]} {place}"]
                best[province_of(place)] = max(value, best.get(province_of(place), value))
            now[node] = (last[node] + sum(best.values())) // 5
        proximity.append(now)
    weights = STEP_FIRST if spring and not winter else NEAR_FIRST
    worth = {node: sum(w * layer[node] for w, layer in zip(weights, proximity, strict=True)) for node in nodes}
    for node in nodes:
        province = province_of(node[2:])
        if winter:
            worth[node] += 1000 * threat[province]
        else:
            near = Counter(
                power
                for power, units in situation.units.items()
                for unit in units
                if province_of(unit[2:]) == province or ground.touches(unit, province)
            )
            own = near.pop(situation.power, 0)
            worth[node] += 1000 * own - 1000 * max(near.values(), default=0)
    return worth


@pytest.mark.parametrize("name", ["standard", "ancmed", "modern", "pure", "standard_france_austria"])
def test_the_measure_is_the_one_described(name: str) -> None:
    kinds = set()
    for seed in range(6 if name == "standard" else 2):
        board, rng = Board(name), random.Random(f"worth {name} {seed}")
        for _ in range(14):
            situation = board.situation(rng.choice([p for p in board.powers if board.situation(p).legal_orders]))
            assert dict(evaluate(situation).unit_worth) == described(situation)
            kinds.add((situation.season, situation.kind, (situation.due > 0) - (situation.due < 0)))
            play(board, rng, 1)
    if name == "standard":
        assert kinds >= {("S", "M", 0), ("F", "M", 0), ("S", "R", 0), ("W", "A", -1), ("W", "A", 1)}


def test_a_map_where_all_touch_all_can_be_worked_out_by_hand() -> None:
    # Seven powers of one centre, so of size 1 + 4 + 16 = 21, each with an army next to all the others.
    worth = evaluate(Board("pure").situation("FRANCE")).worth
    ours, theirs = 300 * 21, 700 * 21
    layers = [(ours + 6 * theirs) // 5]
    while len(layers) < 9:
        layers.append(7 * layers[-1] // 5)
    assert layers[:3] == [18900, 26460, 37044]
    around = sum(weight * layer for weight, layer in zip((1000, 30, 10, 6, 5, 4, 3, 2, 1), layers, strict=True))
    # One unit of ours and one of a rival can be in each province: strength and competition cancel.
    assert worth == {at: 100 * (ours if at == "PAR" else theirs) + around for at in worth}
    assert len(worth) == 7


def best_places(situation: Situation, unit: str) -> list[str]:
    valuation = evaluate(situation)
    places = (unit[2:], *situation.terrain.reach(Unit(unit)))
    return sorted(places, key=lambda at: -valuation.of(f"{unit[0]} {at}"))


def test_the_opening_of_france() -> None:
    situation = Board().situation("FRANCE")
    # From MAO it is a step to both centres of Iberia, from BUR to those of the Low Countries and Munich.
    assert best_places(situation, "F BRE") == ["MAO", "ENG", "PIC", "GAS", "BRE"]
    assert best_places(situation, "A MAR")[:2] == ["SPA", "BUR"]
    assert best_places(situation, "A PAR") == ["BUR", "GAS", "PIC", "PAR", "BRE"]
    valuation = evaluate(situation)
    assert (valuation.strength["BUR"], valuation.competition["BUR"]) == (2, 1)
    assert (valuation.strength["SPA"], valuation.competition["SPA"]) == (1, 0)
    assert (valuation.strength["PAR"], valuation.competition["PAR"]) == (1, 0)
    assert (valuation.strength["PIE"], valuation.competition["PIE"]) == (1, 1)


def test_in_spring_a_place_counts_for_its_neighbours_and_in_fall_for_itself() -> None:
    units = {"FRANCE": ["A GAS"]}
    spring, fall = (position(units, phase=phase).situation("FRANCE") for phase in ("S1901M", "F1901M"))
    ratio = {}
    for name, situation in (("spring", spring), ("fall", fall)):
        valuation = evaluate(situation)
        ratio[name] = valuation.of("A SPA") / valuation.of("A GAS")
    assert ratio["fall"] > 4 * ratio["spring"] > 4


def test_a_centre_of_ours_is_worth_keeping_from_the_largest_that_can_step_there() -> None:
    def worth_of_munich(**others: list[str]) -> float:
        centers = {
            "GERMANY": ["BER", "KIE", "MUN"],
            "FRANCE": ["BRE", "MAR", "PAR", "SPA", "POR", "BEL"],
            "ITALY": ["NAP", "ROM", "VEN"],
            "RUSSIA": ["MOS"],
        }
        board = position({"GERMANY": ["A MUN"]} | others, phase="W1901A", centers=centers)
        return evaluate(board.situation("GERMANY")).worth["MUN"]

    idle = worth_of_munich(RUSSIA=["A MOS"])
    small = worth_of_munich(ITALY=["A TYR"])
    large = worth_of_munich(FRANCE=["A BUR"])
    assert idle < small < large
    assert worth_of_munich(FRANCE=["A BUR"], ITALY=["A TYR"]) == large
    # A fleet beside it and an army two steps away threaten nothing.
    assert worth_of_munich(ITALY=["F TRI"], FRANCE=["A GAS"]) == idle


def test_a_larger_owner_attracts_more() -> None:
    lands = ["GRE", "RUM", "BUL", "CON"]

    def worth_of_serbia(owned: dict[str, list[str]]) -> float:
        board = position({"AUSTRIA": ["A VIE"]}, centers={"AUSTRIA": ["VIE"]} | owned, phase="F1901M")
        return evaluate(board.situation("AUSTRIA")).worth["SER"]

    assert worth_of_serbia({"TURKEY": ["SER", *lands]}) > worth_of_serbia({"TURKEY": ["SER"], "RUSSIA": lands})


def test_the_neutral_centres_together_attract_like_one_owner() -> None:
    board = position({"AUSTRIA": ["A VIE"]}, centers={"AUSTRIA": ["VIE"], "TURKEY": ["SER"]}, phase="F1901M")
    worth = evaluate(board.situation("AUSTRIA")).worth
    assert worth["BUD"] > worth["SER"]


def test_units_are_counted_once_a_province_and_powers_by_themselves() -> None:
    # F CON can go to both coasts of Bulgaria; one of four units near Rumania stands in it.
    units = {"TURKEY": ["F CON", "A ANK"], "RUSSIA": ["A RUM", "F SEV", "A UKR"], "AUSTRIA": ["A BUD"]}
    valuation = evaluate(position(units).situation("TURKEY"))
    assert valuation.strength["BUL"] == 1
    assert valuation.strength["CON"] == 2
    assert valuation.competition["RUM"] == 3
    assert valuation.competition["CON"] == 0


def test_armies_and_fleets_see_different_maps() -> None:
    valuation = evaluate(Board().situation("ENGLAND"))
    assert valuation.of("F LON") > 3 * valuation.of("A LON")
    assert valuation.worth["LON"] == valuation.of("F LON")
    assert valuation.of("F STP/NC") == valuation.worth["STP/NC"] != valuation.worth["STP/SC"]
    assert "F MUN" not in valuation.unit_worth
    assert Valuation(worth={"MUN": 2.0}, strength={}, competition={}).of("A MUN") == 2.0


def test_the_document_that_a_model_reads_gives_the_same_worth() -> None:
    board = play(Board(), random.Random("document"), 9)
    for power in board.powers:
        situation = board.situation(power)
        read = situation_of(json.loads(json.dumps(document_of(situation))))
        assert evaluate(read) == evaluate(situation)
