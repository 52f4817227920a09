"""Every phase of the engine's 160 DATC cases is adjudicated by the position as by the board."""

from __future__ import annotations

from typing import Any

import pytest
from crowded import adjudicated

from ai_diplomacy.board.board import Board
from ai_diplomacy.board.saved_game import saved
from ai_diplomacy.board.terrain import engine
from ai_diplomacy.board.units import Order

engine()
from diplomacy.tests import test_datc  # noqa: E402

CASES = sorted(name for name in dir(test_datc.TestDATC) if name.startswith("test_"))


class Watched(test_datc.TestDATC):
    """The engine's own test class; each phase that it processes goes through the board and the position too."""

    __test__ = False

    def __init__(self) -> None:
        self.phases: list[str] = []
        self.refused: list[str] = []
        self.wrong: list[str] = []

    def process(self, game: Any) -> None:
        phase = game.get_current_phase()
        self.phases.append(phase)
        given = game.get_orders()
        document = saved(game, len(game.state_history))
        document["phases"][-1]["orders"] = dict.fromkeys(given)
        board = Board.from_saved_game(document)
        orders = {}
        for power, texts in given.items():
            report = board.submit(power, texts)
            self.refused += [line.text for line in report.rejected]
            orders[power] = [Order(order) for order in report.orders]
        self.wrong += [f"{phase}: {told}" for told in adjudicated(board, orders)]
        super().process(game)
        if not self.refused:
            assert {power: sorted(units) for power, units in board.units.items()} == {
                power: sorted(unit for unit in units if unit[0] != "*") for power, units in game.get_units().items()
            }


@pytest.mark.parametrize("name", CASES)
def test_the_position_adjudicates_the_case_as_the_board(name: str) -> None:
    watched = Watched()
    getattr(watched, name)()
    assert watched.phases
    assert watched.wrong == []


def test_there_are_160_cases() -> None:
    assert len(CASES) == 160
