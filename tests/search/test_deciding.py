"""What a power orders after looking ahead, in phases of every kind."""

from __future__ import annotations

from dataclasses import replace

from ai_diplomacy.board.board import Board
from ai_diplomacy.board.phase import Phase
from ai_diplomacy.board.units import Unit
from ai_diplomacy.search.deciding import decided
from ai_diplomacy.search.position import Position

START = Position.of(Board().situation("FRANCE"))
GROUND = START.geography


def position(
    phase: str, owners: dict[str, str], *units: tuple[str, str], dislodged: tuple[str, str] | None = None
) -> Position:
    pieces = sorted(GROUND.piece(GROUND.power[power], Unit(unit)) for power, unit in units)
    driven_out = ()
    if dislodged:
        piece = GROUND.piece(GROUND.power[dislodged[0]], Unit(dislodged[1]))
        stood = {GROUND.province[at] for _, _, at in pieces}
        driven_out = ((piece, tuple(at for at in GROUND.steps[piece[1]][piece[2]] if at not in stood)),)
    owned = tuple(GROUND.power[owners[at]] if at in owners else -1 for at in GROUND.terrain.centers)
    return replace(START, phase=Phase(phase), units=tuple(pieces), owners=owned, dislodged=driven_out)


def test_it_retreats_into_the_centre_that_it_takes_so() -> None:
    here = position(
        "F1901R",
        {"PAR": "FRANCE", "MUN": "GERMANY"},
        ("GERMANY", "A BUR"),
        ("GERMANY", "A PAR"),
        dislodged=("FRANCE", "A BUR"),
    )
    for seed in range(5):
        (order,) = decided(here, "FRANCE", 2, seed)
        assert order.goal in ("BEL", "MAR", "MUN")


def test_it_builds_as_many_as_are_due_and_as_the_terrain_lets_it() -> None:
    here = position(
        "W1901A", dict.fromkeys(["PAR", "MAR", "BRE", "SPA"], "FRANCE"), ("FRANCE", "A SPA"), ("FRANCE", "A GAS")
    )
    for seed in range(5):
        orders = decided(here, "FRANCE", 2, seed)
        assert len(orders) == 2
        assert len({order.unit.province for order in orders}) == 2
        assert all(
            order.verb == "B" and order in here.seen_by("FRANCE").legal_orders[order.unit.province] for order in orders
        )


def test_it_disbands_who_holds_nothing() -> None:
    here = position("W1901A", {"PAR": "FRANCE"}, ("FRANCE", "A PAR"), ("FRANCE", "A NAF"), ("GERMANY", "A BUR"))
    assert {decided(here, "FRANCE", 2, seed) for seed in range(5)} == {("A NAF D",)}


def test_who_has_nothing_to_decide_orders_nothing() -> None:
    here = position("S1901M", {"PAR": "FRANCE"}, ("FRANCE", "A PAR"))
    assert decided(here, "ITALY", 2, 1) == ()
    assert decided(replace(here, phase=Phase("W1901A")), "FRANCE", 2, 1) == ()
