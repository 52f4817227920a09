"""Regret matching over candidates."""

from __future__ import annotations

import collections
import random
from collections.abc import Mapping

import pytest

from ai_diplomacy.board.board import Board
from ai_diplomacy.board.units import Order
from ai_diplomacy.search import regret_matching
from ai_diplomacy.search.best_reply import Trials, best_reply, joined
from ai_diplomacy.search.candidates import Force
from ai_diplomacy.search.position import Position
from ai_diplomacy.search.regret_matching import average_strategies, drawn_from

POSITION = Position.of(Board().situation("FRANCE"))
FORCES = [Force(POSITION, power) for power in range(7)]


class PayTable:
    """Two powers with two choices each, paid by a table."""

    def __init__(self, pay: Mapping[tuple[int, int], tuple[int, int]]) -> None:
        self.pay = pay

    def __call__(self, *_: object) -> PayTable:
        return self

    def of(self, power: int, choices: Mapping[int, int]) -> int:
        return self.pay[choices[0], choices[1]][power]


def strategies(
    monkeypatch: pytest.MonkeyPatch, pay: Mapping[tuple[int, int], tuple[int, int]]
) -> dict[int, tuple[float, ...]]:
    monkeypatch.setattr(regret_matching, "_Worths", PayTable(pay))
    return average_strategies(FORCES, {0: [(), ()], 1: [(), ()]}, 4000, random.Random(1))


def test_what_is_better_whatever_the_other_does_is_played(monkeypatch: pytest.MonkeyPatch) -> None:
    found = strategies(monkeypatch, {(0, 0): (3, 3), (0, 1): (0, 5), (1, 0): (5, 0), (1, 1): (1, 1)})
    assert found[0][1] > 0.99
    assert found[1][1] > 0.99


def test_who_would_be_read_mixes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Matching pennies with unequal stakes: both show heads in a quarter of the cases."""
    found = strategies(monkeypatch, {(0, 0): (2, -2), (0, 1): (-1, 1), (1, 0): (-1, 1), (1, 1): (0, 0)})
    for strategy in found.values():
        assert strategy[0] == pytest.approx(1 / 4, abs=0.04)
        assert sum(strategy) == pytest.approx(1)


def test_on_the_board_it_drops_what_a_single_candidate_beats() -> None:
    candidates = {own.power: own.draws(2, 1) for own in FORCES}
    france = FORCES[POSITION.geography.power["FRANCE"]]
    waiting = france.plan([])
    trials = Trials(
        france, [joined(POSITION, {power: plans[at] for power, plans in candidates.items()}) for at in (0, 1)]
    )
    candidates[france.power] = [waiting, best_reply(trials, [waiting])]
    found = average_strategies(FORCES, candidates, 64, random.Random(2))
    assert found[france.power][1] > 0.95
    assert found == average_strategies(FORCES, candidates, 64, random.Random(2))


def test_a_power_without_candidates_holds() -> None:
    france = Force(POSITION, POSITION.geography.power["FRANCE"])
    candidates = {france.power: [france.plan([Order("A PAR - BUR")]), france.plan([])]}
    assert set(average_strategies(FORCES, candidates, 4, random.Random(1))) == {france.power}


def test_draws_follow_the_strategy() -> None:
    rng = random.Random(3)
    drawn = collections.Counter(drawn_from((0.25, 0.0, 0.75), rng) for _ in range(4000))
    assert drawn[1] == 0
    assert drawn[0] / 4000 == pytest.approx(0.25, abs=0.03)
