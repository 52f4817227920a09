"""How long a movement phase takes the position of ``search/`` and the engine, asked in turn, as a ratio.

    python experiments/benchmark_adjudicator.py

Positions and orders are those of DumbBots' games on one map. The engine is asked as by anybody who wants to know what
orders lead to without playing them: ``set_state``, ``set_orders`` for every power (without reading them, which takes
longer), ``process``. The position has the orders as codes and is asked for the next position (``after_codes``) and for
the bare outcome (``resolve``); a line each tells what making positions, codes and legal orders costs. Everything runs
in one process, and what is counted is its CPU time.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ai_diplomacy.board.board import Board
from ai_diplomacy.board.saved_game import RULES
from ai_diplomacy.board.situation import Situation
from ai_diplomacy.board.tactics import choose_orders
from ai_diplomacy.board.terrain import MAPS, engine
from ai_diplomacy.board.units import Order
from ai_diplomacy.board.valuation import evaluate
from ai_diplomacy.search.geography import Code
from ai_diplomacy.search.legal import convoying, movement_codes
from ai_diplomacy.search.lookahead import after_codes
from ai_diplomacy.search.movement import resolve
from ai_diplomacy.search.position import Position


class Case(NamedTuple):
    """One movement phase."""

    state: dict[str, Any]
    situation: Situation
    orders: dict[str, tuple[Order, ...]]
    position: Position
    codes: list[Code]


def cases(name: str, count: int) -> list[Case]:
    found: list[Case] = []
    seed = 0
    while len(found) < count:
        board, rng = Board(name), random.Random(seed)
        seed += 1
        for _ in range(40):
            if board.completed:
                break
            orders = {}
            for power in board.powers:
                seen = board.situation(power)
                orders[power] = board.submit(power, choose_orders(seen, evaluate(seen), rng)).orders
            if board.phase.kind == "M":
                position = Position.of(seen)
                codes = position.encode(order for own in orders.values() for order in own)
                found.append(Case(board.to_saved_game()["phases"][-1]["state"], seen, orders, position, codes))
            board.adjudicate()
    return found[:count]


def ask_engine(game: Any) -> Callable[[Case], object]:
    def ask(case: Case) -> None:
        game.set_state(case.state)
        for power, orders in case.orders.items():
            game.set_orders(power, [str(order) for order in orders], expand=False)
        game.process()

    return ask


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--map", choices=MAPS, default="standard")
    parser.add_argument("--phases", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=7)
    flags = parser.parse_args(arguments)
    given = cases(flags.map, flags.phases)
    asked: dict[str, Callable[[Case], object]] = {
        "engine: set_state, set_orders, process": ask_engine(engine().Game(map_name=flags.map, rules=list(RULES))),
        "position: after_codes": lambda case: after_codes(case.position, case.codes),
        "position: resolve": lambda case: resolve(case.position, case.codes),
        "Position.of": lambda case: Position.of(case.situation),
        "position.encode": lambda case: case.position.encode(order for own in case.orders.values() for order in own),
        "legal orders of all, as codes": lambda case: [
            movement_codes(case.position, unit, fleets)
            for fleets in [convoying(case.position)]
            for unit in range(len(case.position.units))
        ],
    }
    times: dict[str, list[float]] = {what: [] for what in asked}
    for _ in range(flags.rounds):
        for what, ask in asked.items():
            start = time.process_time()
            for case in given:
                ask(case)
            times[what].append((time.process_time() - start) / len(given) * 1000)
    units = statistics.mean(len(case.position.units) for case in given)
    print(f"{len(given)} movement phases on {flags.map}, {units:.1f} units; median of {flags.rounds} rounds in turn")
    first = next(iter(times.values()))
    for what, spent in times.items():
        ratio = statistics.median(theirs / ours for theirs, ours in zip(first, spent, strict=True))
        print(f"{what:42}{statistics.median(spent):8.3f} ms{ratio:8.1f} times as fast as the engine")


if __name__ == "__main__":
    main()
