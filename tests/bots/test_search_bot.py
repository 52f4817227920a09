"""The bot that looks ahead: its budget, where it thinks, and that it plays better than DumbBot."""

from __future__ import annotations

import asyncio
import os
import signal
from concurrent.futures.process import BrokenProcessPool

import pytest

from ai_diplomacy.board.board import Board
from ai_diplomacy.board.chance import chance
from ai_diplomacy.board.player import View
from ai_diplomacy.board.terrain import terrain
from ai_diplomacy.board.units import sorted_orders
from ai_diplomacy.bots import NAMES, make_bot
from ai_diplomacy.search import beside as processes
from ai_diplomacy.search.beside import beside
from ai_diplomacy.search.deciding import SAMPLES, decided
from ai_diplomacy.search.position import Position


@pytest.mark.parametrize("name", ["search", "search:1", "search:4", "search:99"])
def test_a_budget_is_a_count_of_samples(name: str) -> None:
    bot = make_bot(name, "FRANCE", 1)
    assert name in NAMES
    assert bot.model == f"bot:{name}"
    assert bot.samples == int(name[7:] or SAMPLES)


@pytest.mark.parametrize(
    "name",
    ["search:", "search:0", "search:-1", "search:1.5", "search:100", "search:04", "search:٣", "search:4:4", "hold:4"],
)
def test_a_budget_that_is_none_is_refused(name: str) -> None:
    assert name not in NAMES
    with pytest.raises(ValueError, match=r"the bots are hold, random, dumbbot, search, search:SAMPLES \(1 to 99\)"):
        make_bot(name, "FRANCE", 1)


def played(board: Board, until: str) -> Board:
    """All seats taken by searches of the smallest budget; every order must be legal, and none may be missing."""
    while board.phase < until and not board.completed:
        for power in board.powers:
            situation = board.situation(power)
            report = board.submit(power, make_bot("search:1", power, 3).choose(situation, chance(0)))
            assert not report.rejected
            assert not report.defaults
        board.adjudicate()
    return board


@pytest.mark.parametrize(
    "map_name", ["standard", "ancmed", "pure", "standard_france_austria", "standard_age_of_empires"]
)
def test_it_plays_every_kind_of_phase_on_every_kind_of_map(map_name: str) -> None:
    board = Board(map_name)
    played(board, f"S{board.terrain.first_year + 2:04}M")


@pytest.fixture(scope="module")
def second_year() -> Board:
    return played(Board(), "S1902M")


@pytest.mark.slow
async def test_in_another_process_it_orders_the_same(second_year: Board) -> None:
    for power in second_year.powers[:3]:
        situation = second_year.situation(power)
        found = (await make_bot("search:2", power, 5).order(View("test", situation, 1910))).report
        assert not found.defaults
        assert not found.rejected
        assert found.orders == sorted_orders(decided(Position.of(situation), power, 2, 5))


@pytest.mark.slow
def test_orders_depend_on_seed_and_budget(second_year: Board) -> None:
    def all_orders(samples: int, seed: int) -> tuple[tuple[str, ...], ...]:
        powers = second_year.powers
        return tuple(decided(Position.of(second_year.situation(power)), power, samples, seed) for power in powers)

    assert all_orders(1, 1) == all_orders(1, 1)
    assert len({all_orders(1, seed) for seed in range(4)}) > 1
    assert len({all_orders(samples, 1) for samples in range(1, 4)}) > 1


def where() -> int:
    return os.getpid()


def slowly(seconds: float) -> int:
    signal.sigtimedwait([], seconds)
    return os.getpid()


def fall() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def test_it_thinks_in_other_processes() -> None:
    assert await beside(where) != os.getpid()


@pytest.mark.slow
async def test_a_search_whose_process_is_killed_is_begun_anew() -> None:
    thinking = asyncio.create_task(beside(slowly, 1.0))
    await beside(where)
    pool = processes._PROCESSES._pool
    assert pool is not None
    killed = set(pool._processes)
    for process in killed:
        os.kill(process, signal.SIGKILL)
    assert await thinking not in killed


@pytest.mark.slow
async def test_one_that_kills_its_process_each_time_is_given_up_and_others_go_on() -> None:
    with pytest.raises(BrokenProcessPool):
        await beside(fall)
    assert await beside(where) != os.getpid()


@pytest.mark.slow
def test_alone_against_six_dumbbots_it_has_twice_a_fair_share() -> None:
    powers, owned = terrain().powers, 0
    for power in powers:
        board = Board()
        bots = {other: make_bot("search:2" if other == power else "dumbbot", other, 3) for other in powers}
        while not board.completed and board.phase.year <= 1908:
            for other, bot in bots.items():
                situation = board.situation(other)
                board.submit(other, bot.choose(situation, chance(3, situation.phase, other)))
            board.adjudicate()
        owned += len(board.centers[power])
    assert owned / len(powers) > 2 * len(terrain().centers) / len(powers)
