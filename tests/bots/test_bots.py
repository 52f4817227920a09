"""What every bot is: a player that gives orders, the same ones for the same seed, and nothing else."""

from __future__ import annotations

import collections
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from ai_diplomacy.board.board import Board
from ai_diplomacy.board.player import Mind, Player, View
from ai_diplomacy.board.situation import Situation
from ai_diplomacy.board.terrain import province_of, terrain
from ai_diplomacy.board.units import Order
from ai_diplomacy.bots import BOTS, make_bot
from ai_diplomacy.bots.random_bot import RandomBot

ROOT = Path(__file__).parents[2]
NAMES = ["hold", "random", "dumbbot", "search"]
QUICK = ["hold", "random", "dumbbot"]


def view(board: Board, power: str) -> View:
    return View(game="test", situation=board.situation(power), last_year=1910)


async def played(board: Board, name: str, seed: int, phases: int) -> list[Situation]:
    """All seats taken by one bot: what they saw. Every order must be legal, and none missing."""
    players = {power: make_bot(name, power, seed) for power in board.powers}
    seen = []
    for _ in range(phases):
        if board.completed:
            break
        for power, player in players.items():
            seen.append(board.situation(power))
            decision = await player.order(view(board, power))
            report = board.submit(power, [line.text for line in decision.report.lines])
            assert not report.rejected
            assert not report.defaults
            assert not decision.vote_draw
        board.adjudicate()
    return seen


def test_the_bots_are_known_by_name() -> None:
    assert list(BOTS) == NAMES
    for name in NAMES:
        bot = make_bot(name, "FRANCE", 7)
        assert isinstance(bot, Player)
        assert (bot.power, bot.model, bot.steps) == ("FRANCE", f"bot:{name}", frozenset({"order"}))


def test_an_unknown_bot_is_refused_with_the_names_of_the_known() -> None:
    with pytest.raises(
        ValueError, match="unknown bot 'deepblue'; the bots are hold, random, dumbbot, search, search:SAMPLES"
    ):
        make_bot("deepblue", "FRANCE", 7)


@pytest.mark.parametrize("name", NAMES)
async def test_the_other_steps_change_nothing_but_whom_it_knows(name: str) -> None:
    board = Board("ancmed")
    bot = make_bot(name, "ROME", 7)
    assert bot.mind() == Mind()
    seen = view(board, "ROME")
    assert await bot.negotiate(seen) == ()
    for step in (bot.initialize, bot.plan, bot.reflect, bot.consolidate):
        await step(seen)
    assert bot.mind() == Mind(relationships=dict.fromkeys(("CARTHAGE", "EGYPT", "GREECE", "PERSIA"), "Neutral"))


@pytest.mark.parametrize("name", NAMES)
async def test_one_look_is_enough_to_know_the_others(name: str) -> None:
    bot = make_bot(name, "ROME", 7)
    await bot.order(view(Board("ancmed"), "ROME"))
    assert set(bot.mind().relationships) == {"CARTHAGE", "EGYPT", "GREECE", "PERSIA"}


@pytest.mark.parametrize("name", QUICK)
@pytest.mark.parametrize("map_name", ["standard", "ancmed", "modern", "pure", "standard_france_austria"])
async def test_all_orders_are_legal_and_none_is_missing(name: str, map_name: str) -> None:
    board = Board(map_name)
    seen = await played(board, name, 3, 24)
    assert board.completed or len(seen) == 24 * len(board.powers)


@pytest.mark.parametrize("name", ["random", "dumbbot"])
async def test_the_seed_decides(name: str) -> None:
    async def orders(seed: int, power: str = "FRANCE") -> tuple[str, ...]:
        return (await make_bot(name, power, seed).order(view(Board(), power))).report.orders

    assert await orders(1) == await orders(1)
    assert len({await orders(seed) for seed in range(40)}) > 1


async def test_each_power_has_its_own_luck() -> None:
    # On this map all powers have the same choice: six other provinces.
    drawn = set()
    for power in terrain("pure").powers:
        (order,) = (await make_bot("random", power, 1).order(view(Board("pure"), power))).report.orders
        drawn.add(order[5:])
    assert len(drawn) > 2


@pytest.mark.slow
def test_games_do_not_depend_on_the_hash_seed() -> None:
    code = (
        "import asyncio\n"
        "from ai_diplomacy.board.board import Board\n"
        "from ai_diplomacy.bots import make_bot\n"
        "from ai_diplomacy.board.player import View\n"
        "async def main():\n"
        "    board = Board()\n"
        "    names = ['dumbbot', 'random', 'hold', 'search:1', 'random', 'dumbbot', 'dumbbot']\n"
        "    players = [make_bot(name, power, 5) for name, power in zip(names, board.powers)]\n"
        "    for _ in range(16):\n"
        "        for player in players:\n"
        "            seen = View(game='test', situation=board.situation(player.power), last_year=1910)\n"
        "            orders = (await player.order(seen)).report.orders\n"
        "            print(board.phase, player.power, orders)\n"
        "            board.submit(player.power, orders)\n"
        "        board.adjudicate()\n"
        "asyncio.run(main())\n"
    )
    printed = set()
    for seed in ("0", "1", "777"):
        environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
        printed.add(done.stdout)
    assert len(printed) == 1
    assert "F1903M" in printed.pop()


# hold


async def test_hold_holds() -> None:
    board = Board()
    start = board.units
    await played(board, "hold", 1, 8)
    assert board.units == start
    assert board.phase == "S1905M"


async def test_hold_disbands_whom_the_rules_would_and_does_not_build() -> None:
    board = Board()
    board.submit("GERMANY", ["A MUN - BUR"])
    board.adjudicate()
    board.submit("GERMANY", ["A BUR - PAR"])
    board.submit("FRANCE", ["A PAR - PIC"])
    board.adjudicate()
    assert board.phase == "W1901A"
    loser, winner = board.situation("FRANCE"), board.situation("GERMANY")
    assert (loser.due, winner.due) == (-1, 1)
    assert (await make_bot("hold", "FRANCE", 1).order(view(board, "FRANCE"))).report.orders == (
        f"{loser.disband_order[0]} D",
    )
    assert (await make_bot("hold", "GERMANY", 1).order(view(board, "GERMANY"))).report.orders == ("WAIVE",)
    assert (await make_bot("hold", "ITALY", 1).order(view(board, "ITALY"))).report.orders == ()


async def test_hold_disbands_what_is_driven_out() -> None:
    board = Board()
    board.submit("FRANCE", ["A PAR - BUR"])
    board.submit("GERMANY", ["A MUN - RUH", "A BER - MUN"])
    board.adjudicate()
    board.submit("GERMANY", ["A RUH - BUR", "A MUN S A RUH - BUR"])
    board.adjudicate()
    assert board.phase == "F1901R"
    assert (await make_bot("hold", "FRANCE", 1).order(view(board, "FRANCE"))).report.orders == ("A BUR D",)


# random


def test_random_gives_every_legal_order_the_same_chance() -> None:
    situation = Board().situation("TURKEY")
    rng = random.Random(2)
    drawn = collections.Counter(order for _ in range(3000) for order in RandomBot("TURKEY", 1).choose(situation, rng))
    for legal in situation.legal_orders.values():
        expected = 3000 / len(legal)
        assert all(0.75 * expected < drawn[order] < 1.25 * expected for order in legal)


async def test_random_builds_and_disbands_just_what_is_due() -> None:
    board = Board()
    seen = await played(board, "random", 4, 60)
    built = disbanded = 0
    for situation in seen:
        if situation.kind != "A" or not situation.due:
            continue
        orders = (await make_bot("random", situation.power, 9).order(View("test", situation, 1910))).report.orders
        assert len(orders) == abs(situation.due)
        assert len({province_of(Order(order).unit[2:]) for order in orders}) == len(orders)
        assert "WAIVE" not in orders
        built += situation.due > 0
        disbanded += situation.due < 0
    assert built > 3
    assert disbanded > 3
