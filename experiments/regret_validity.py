"""Whether regret ranks players of known strength rightly, and from how few games and positions.

``games`` plays every known player alone against six DumbBots, through all powers, and prices its movement orders;
``bank`` has every known player order in all positions of the examination, many times; ``stability`` prices the same
orders by searches of other budgets, seeds, opponents and values; ``report`` prints what all of them say. What is done
is kept in ``--out``, line by line, and not done twice.

``telling_apart`` says when two players are told apart. Orders of two players in one position are drawn apart, as those
of two models are; where it says *same draws*, noise is all that parts them.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
from known_players import PLAYERS, chosen, play
from telling_apart import HOW, MOST_GAMES, TIMES, fewest_games, fewest_positions, influence, share, standard_error

from ai_diplomacy.board.board import Board
from ai_diplomacy.board.terrain import terrain
from ai_diplomacy.board.units import Order
from ai_diplomacy.exam.bank import BankPosition, bank
from ai_diplomacy.exam.scoring import value_of
from ai_diplomacy.search import pricing, value
from ai_diplomacy.search.pricing import price

GAMES = 105
"""Of each player: fifteen of each power."""
YEARS = (1905, 1910)
"""Last years of games: what a model could be paid for, and twice as long."""
CONTRASTS = (("dumbbot", "dumbbot 10 % random"), ("dumbbot", "dumbbot 30 % random"), ("search", "dumbbot"))

REPRICED = 112
"""Positions of the bank that other searches price."""
OF_THE_BANK = 16
"""Samples with which the bank was priced."""

Row = dict[str, Any]
Pricing = Callable[[BankPosition, Sequence[Order]], tuple[float, float]]
"""-> regret and stake."""


class Kept:
    """Rows in a file, each of which is made once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.rows: dict[str, Row] = {}
        if path.exists():
            self.rows = {row["key"]: row for row in map(json.loads, path.read_text(encoding="utf-8").splitlines())}

    def make(self, key: str, made: Callable[[], Row]) -> None:
        if key not in self.rows:
            row = self.rows[key] = {"key": key} | made()
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")


def games(kept: Kept, players: Sequence[str], last_year: int) -> None:
    """These players' games against six DumbBots."""
    powers = terrain().powers
    for number in range(GAMES):
        for player in players:
            kept.make(f"{player} {number}", partial(_game, player, powers[number % len(powers)], number, last_year))
        print(f"game {number + 1} of {GAMES}", flush=True)


def _game(player: str, power: str, number: int, last_year: int) -> Row:
    turns: list[list[float]] = []

    def priced(board, ordered) -> None:
        situation = board.situation(power)
        if situation.own_units:
            forward = price(situation, ordered[power])
            hindsight = price(situation, ordered[power], others=ordered)
            pairs = [(one.best - one.value, one.stake) for one in (forward, hindsight)]
            pairs.append((forward.usual - forward.value, forward.stake))
            turns.append([round(figure, 4) for pair in pairs for figure in pair])

    seats = dict.fromkeys(terrain().powers, "dumbbot") | {power: player}
    board = play(seats, number, last_year, priced)
    return {"player": player, "power": power, "game": number, "centers": len(board.centers[power]), "turns": turns}


def asked(kept: Kept) -> None:
    """Every player's orders in the positions of the bank."""
    for position in bank().positions:
        for player in PLAYERS:
            kept.make(f"{player} {position.name}", partial(_asked, player, position))
    print(f"{len(kept.rows)} answers", flush=True)


def _asked(player: str, position: BankPosition) -> Row:
    once = player == "hold" or player.startswith("search")
    orders = [chosen(player, position.situation, seed) for seed in range(1 if once else TIMES)]
    return {
        "player": player,
        "position": position.name,
        "orders": [list(map(str, one)) for one in orders],
        "regrets": [round(position.best - value_of(position, one), 4) for one in orders],
        "stake": position.stake,
    }


def stability(kept: Kept, answers: Kept) -> None:
    """The first orders of every player priced by other searches, opponents and values."""
    for name, (changed, priced) in VARIANTS.items():
        with changed():
            for position in bank().positions[:REPRICED]:
                kept.make(f"{name} {position.name}", partial(_repriced, position, priced, answers))
        print(f"{name}: done", flush=True)


def _repriced(position: BankPosition, priced: Pricing, answers: Kept) -> Row:
    first = {player: answers.rows[f"{player} {position.name}"]["orders"][0] for player in PLAYERS}
    prices = {player: priced(position, [Order(order) for order in orders]) for player, orders in first.items()}
    return {
        "position": position.name,
        "regrets": {player: round(regret, 4) for player, (regret, _) in prices.items()},
        "stake": prices[PLAYERS[0]][1],
    }


def _searched(**how: Any) -> Pricing:
    """Priced by a search of its own."""

    def priced(position: BankPosition, orders: Sequence[Order]) -> tuple[float, float]:
        found = price(position.situation, orders, **{"samples": OF_THE_BANK, "seed": 0} | how)
        return found.best - found.value, found.stake

    return priced


@cache
def _against(position: BankPosition, player: str) -> BankPosition:
    """The position with other opponents."""
    seen = Board.from_saved_game(position.board)
    others = [power for power in seen.survivors if power != position.power]
    samples = [
        {power: list(map(str, chosen(player, seen.situation(power), seed))) for power in others}
        for seed in range(2 if player.startswith("search") else OF_THE_BANK)
    ]
    return replace(position, others=samples)


def _opposed(player: str) -> Pricing:
    """The bank's best reply and the orders, both against opponents that order otherwise."""

    def priced(position: BankPosition, orders: Sequence[Order]) -> tuple[float, float]:
        other = _against(position, player)
        best = value_of(other, [Order(order) for order in position.orders])
        return best - value_of(other, orders), position.stake

    return priced


@contextmanager
def _valued(spring: value.Weights, fall: value.Weights, pull: int) -> Iterator[None]:
    """While another value is in force."""
    names = ("SPRING", "FALL", "_PULL")
    before = [getattr(value, name) for name in names]
    for changed in ((spring, fall, pull), before):
        for name, one in zip(names, changed, strict=True):
            setattr(value, name, one)
        pricing._found.cache_clear()
        if changed is not before:
            yield


_HELD = dict.fromkeys(("safe", "held", "weak", "taken", "entered"), value.CENTRE)
CENTRES = replace(value.FALL, **dict.fromkeys(value.Weights.__slots__, 0) | _HELD)
"""Counts the centres that are owned and stood in, and nothing else."""
LEVEL_WEIGHTS = {
    season: replace(weights, free=0, strong=0, even=0) for season, weights in (("S", value.SPRING), ("F", value.FALL))
}
"""Nothing for what may come."""

Changed = Callable[[], AbstractContextManager[None]]
VARIANTS: Mapping[str, tuple[Changed, Pricing]] = {
    "twice the budget": (nullcontext, _searched(samples=2 * OF_THE_BANK)),
    "another seed": (nullcontext, _searched(seed=1)),
    "opponents 30 % random": (nullcontext, _opposed("dumbbot 30 % random")),
    "value: centres alone": (partial(_valued, replace(CENTRES), replace(CENTRES), 0), _searched()),
    "value: no prospects": (partial(_valued, LEVEL_WEIGHTS["S"], LEVEL_WEIGHTS["F"], value._PULL), _searched()),
    "value: the forecast alone": (partial(_valued, value.SPRING, value.FALL, 0), _searched()),
    "opponents that search": (nullcontext, _opposed("search:2")),
}


# What they say


def report(played: Mapping[int, Kept], answers: Kept, repriced: Kept) -> None:
    """Everything as Markdown. ``played``: last year -> games."""
    by_position = _by_player(answers)
    for year, kept in played.items():
        if kept.rows:
            _games_to(year, _by_player(kept), by_position)
    print()
    _head("contrast", "positions", "positions, same draws")
    for one, other in CONTRASTS:
        rows = [{row["position"]: row for row in by_position[player]} for player in (one, other)]
        cells = [fewest_positions(*rows, same_draws=same) or "more than there are" for same in (False, True)]
        print(f"| {one} / {other} | {cells[0]} | {cells[1]} |")
    _stable(repriced, by_position)


def _games_to(year: int, by_game: Mapping[str, Sequence[Row]], by_position: Mapping[str, Sequence[Row]]) -> None:
    players = [player for player in PLAYERS if player in by_game]
    print(f"\nGames to {year}\n")
    _head("player", "centres", "regret forward", "in centres", "in hindsight", "regret in the bank")
    for player in players:
        rows = by_game[player]
        centers = [row["centers"] for row in rows]
        forward, hindsight = _share(rows, 0), _share(rows, 2)
        absolute = [fmean(turn[0] for turn in row["turns"]) for row in rows if row["turns"]]
        in_bank = [(fmean(row["regrets"]), row["stake"]) for row in by_position[player]]
        print(
            f"| {player} | {fmean(centers):.2f} \u00b1 {standard_error(centers):.2f} | {_shown(forward)} "
            f"| {fmean(absolute):.3f} | {_shown(hindsight)} | {_shown(in_bank)} |"
        )
    print()
    by = [
        f"{what}{how}"
        for what in ("regret", "beyond DumbBot's", "hindsight", "centres")
        for how in ("", ", seats controlled", ", paired")
    ]
    _head("games an arm", *by)
    for one, other in CONTRASTS:
        if {one, other} <= {*players}:
            print(f"| {one} / {other} | {' | '.join(_needed(by_game[one], by_game[other]))} |")
    within = [
        _correlation([(row["centers"], share([_turn_sums(row, 0)])) for row in rows])
        for player in players
        if len(rows := [row for row in by_game[player] if row["turns"]]) > 2
    ]
    means = [
        (fmean(row["centers"] for row in by_game[player]), share(_share(by_game[player], 0))) for player in players
    ]
    print(
        f"\ncorrelation of centres and regret: between players {_correlation(means):.2f}, within one ",
        end="",
    )
    print(f"{min(within):.2f} to {max(within):.2f}")


def _head(*names: str) -> None:
    print(f"| {' | '.join(names)} |\n{'|---' * len(names)}|")


def _stable(repriced: Kept, by_position: Mapping[str, Sequence[Row]]) -> None:
    base = {(player, row["position"]): row["regrets"][0] for player, rows in by_position.items() for row in rows}
    print()
    _head("prices", *PLAYERS, "correlation of position scores")
    for name in VARIANTS:
        rows = [row for key, row in repriced.rows.items() if key.startswith(f"{name} P")]
        if not rows:
            continue
        shares = [share([(row["regrets"][player], row["stake"]) for row in rows]) for player in PLAYERS]
        pairs = [(row["regrets"][player], base[player, row["position"]]) for row in rows for player in PLAYERS]
        cells = " | ".join(f"{100 * one:.1f} %" for one in shares)
        print(f"| {name} | {cells} | {_correlation(pairs):.2f} |")


def _correlation(pairs: Sequence[tuple[float, float]]) -> float:
    return float(np.corrcoef(*zip(*pairs, strict=True))[0, 1])


def _by_player(kept: Kept) -> dict[str, list[Row]]:
    found = defaultdict(list)
    for row in kept.rows.values():
        found[row["player"]].append(row)
    return found


def _turn_sums(row: Row, at: int) -> tuple[float, float]:
    """Regret and stake of a game: forward (0), in hindsight (2), or forward beyond what DumbBot has there (4)."""
    return sum(turn[at] for turn in row["turns"]), sum(turn[at + 1] for turn in row["turns"])


def _share(rows: Sequence[Row], at: int) -> list[tuple[float, float]]:
    return [_turn_sums(row, at) for row in rows]


def _shown(pairs: Sequence[tuple[float, float]]) -> str:
    return f"{100 * share(pairs):.1f} % \u00b1 {100 * standard_error(influence(pairs)):.1f}"


def _needed(first: Sequence[Row], second: Sequence[Row]) -> Iterator[str]:
    rows = [{row["game"]: row for row in arm if row["turns"]} for arm in (first, second)]
    shared = sorted(rows[0].keys() & rows[1].keys())
    seats = [rows[0][number]["power"] for number in shared]
    forward, hindsight, beyond = ([[_turn_sums(arm[at], of) for at in shared] for arm in rows] for of in (0, 2, 4))
    centers = [[(-arm[number]["centers"], 1.0) for number in shared] for arm in rows]
    for values in (forward, beyond, hindsight, centers):
        for how in HOW:
            yield str(fewest_games(values, seats, how) or f"more than {MOST_GAMES}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures whether regret ranks players of known strength rightly.")
    parser.add_argument("part", choices=("games", "bank", "stability", "report"))
    parser.add_argument("--players", nargs="+", default=PLAYERS, metavar="NAME", help="of the games (default: all)")
    parser.add_argument("--last_year", type=int, default=YEARS[0], choices=YEARS, help="of the games")
    parser.add_argument("--out", type=Path, default=Path("results/regret_validity"))
    flags = parser.parse_args()
    flags.out.mkdir(parents=True, exist_ok=True)
    played = {year: Kept(flags.out / f"games_{year}.jsonl") for year in YEARS}
    answers, repriced = (Kept(flags.out / f"{name}.jsonl") for name in ("bank", "stability"))
    began = time.perf_counter()
    match flags.part:
        case "games":
            games(played[flags.last_year], flags.players, flags.last_year)
        case "bank":
            asked(answers)
        case "stability":
            stability(repriced, answers)
        case _:
            report(played, answers, repriced)
    print(f"\n{flags.part}: {time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
