"""The worth of a position to each power: against positions worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ai_diplomacy.board.board import Board
from ai_diplomacy.board.phase import Phase
from ai_diplomacy.board.terrain import MAPS
from ai_diplomacy.board.units import Unit
from ai_diplomacy.board.valuation import evaluate
from ai_diplomacy.search.geography import ARMY, KINDS, geography
from ai_diplomacy.search.position import Position
from ai_diplomacy.search.value import CENTRE, FALL, SPRING, Outlook, pull, values

GROUND = geography("standard")
FAR_AWAY = ("TURKEY", "F BLA")
"""Another power, so that there is a rival."""


def position(phase: str, units: list[tuple[str, str]], owners: dict[str, str]) -> Position:
    pieces = sorted(GROUND.piece(GROUND.power[power], Unit(unit)) for power, unit in units)
    owned = tuple(GROUND.power[owners[at]] if at in owners else -1 for at in GROUND.terrain.centers)
    return Position(GROUND, Phase(phase), tuple(pieces), owned, GROUND.homes)


NO_PULL = tuple((0,) * len(GROUND.locations) for _ in KINDS)


def worth(found: Position, power: str = "FRANCE") -> int:
    """In thousandths, without what units are worth for where they stand."""
    return Outlook.now(found).worth(GROUND.power[power], found.units, NO_PULL)


def test_a_centre_that_nobody_else_reaches_is_safe() -> None:
    assert worth(position("S1901M", [("FRANCE", "A BUR"), FAR_AWAY], {"PAR": "FRANCE"})) == (
        SPRING.safe + 3 * SPRING.free + SPRING.unit  # BEL, MAR and MUN
    )


@pytest.mark.parametrize(
    ("germans", "weight"),
    [(["A BUR"], SPRING.held), (["A BUR", "A PIC"], SPRING.weak)],
)
def test_a_centre_that_others_reach_counts_by_how_many_do(germans: list[str], weight: int) -> None:
    found = position("S1901M", [("FRANCE", "A PAR"), *(("GERMANY", unit) for unit in germans)], {"PAR": "FRANCE"})
    strength = SPRING.free if germans == ["A BUR"] else SPRING.even  # Brest, which the army in Picardy reaches too
    assert worth(found) == weight + strength + SPRING.unit


def test_units_of_two_rivals_are_not_added_up() -> None:
    units = [("FRANCE", "A PAR"), ("GERMANY", "A BUR"), ("ENGLAND", "A PIC")]
    assert worth(position("S1901M", units, {"PAR": "FRANCE"})) == SPRING.held + SPRING.even + SPRING.unit


def test_in_fall_a_centre_counts_by_who_stands_in_it() -> None:
    german, owners = ("GERMANY", "A RUH"), {"MUN": "GERMANY"}
    alone = position("F1901M", [("FRANCE", "A MUN"), german], owners)
    with_help = position("F1901M", [("FRANCE", "A MUN"), ("FRANCE", "A TYR"), german], owners)
    # Beside Munich: Berlin for the French alone, Kiel for both, Holland and Belgium for the German alone.
    assert worth(alone) == FALL.entered + FALL.free + FALL.even + FALL.unit
    assert worth(alone, "GERMANY") == FALL.lost + 2 * FALL.free + FALL.even + FALL.unit
    assert worth(with_help) == FALL.taken + 4 * FALL.free + FALL.even + 2 * FALL.unit  # Vienna, Trieste and Venice too


def test_after_the_moves_of_fall_centres_go_to_who_stands_in_them_and_units_are_built() -> None:
    found = position("F1901M", [("FRANCE", "A SPA"), FAR_AWAY], {"PAR": "FRANCE"})
    outlook = Outlook.behind(found)
    built = replace(found, phase=Phase("S1902M"), owners=tuple(
        GROUND.power["FRANCE"] if at in ("PAR", "SPA") else -1 for at in GROUND.terrain.centers
    ))  # fmt: skip
    assert outlook.worth(GROUND.power["FRANCE"], found.units, NO_PULL) == worth(built) + SPRING.unit


def test_a_dislodged_unit_is_worth_half_of_one() -> None:
    found = position("S1901M", [("FRANCE", "A SPA"), FAR_AWAY], {"PAR": "FRANCE"})
    outlook = Outlook.behind(found)
    france = GROUND.power["FRANCE"]
    assert (
        outlook.worth(france, found.units, NO_PULL, 1) - outlook.worth(france, found.units, NO_PULL) == FALL.unit // 2
    )


def test_the_best_place_of_dumbbot_pulls_most_and_others_in_proportion() -> None:
    situation = Board().situation("FRANCE")
    valuation = evaluate(situation)
    pulls = pull(GROUND, valuation)
    paris = pulls[ARMY][GROUND.number["PAR"]] / max(map(max, pulls))
    assert paris == pytest.approx(valuation.of("A PAR") / max(valuation.unit_worth.values()), abs=0.001)
    assert max(map(max, pulls)) == CENTRE


@pytest.mark.parametrize("map_name", MAPS)
def test_at_the_start_of_every_map_everybody_is_worth_something(map_name: str) -> None:
    board = Board(map_name)
    found = values(Position.of(board.situation(board.powers[0])))
    assert set(found) == set(board.powers)
    assert all(found[power] > 0 for power in board.survivors)


def test_who_is_out_is_worth_nothing() -> None:
    assert values(position("S1905M", [("FRANCE", "A PAR")], {"PAR": "FRANCE"}))["ITALY"] == 0
