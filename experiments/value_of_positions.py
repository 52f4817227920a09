"""What the value of a position is made from, and whether it tells what becomes of positions.

    python experiments/value_of_positions.py              # 150 games of bots and the three recorded games, minutes

Games of DumbBots to 1912 are played, in which each power draws none, a tenth, a fifth or two fifths of its orders by
lot. Printed are, for spring and for fall:

- the weights of ``ai_diplomacy/search/value.py`` as two thirds of these games give them: the regression of the centres
  that a power owns two years later on what the value counts;
- over the last third, and over the games between people that the engine's package holds: how the committed value
  correlates with the centres owned two years later, beside how the centres owned now do; the same for the changes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ai_diplomacy.board.board import Board
from ai_diplomacy.board.chance import chance
from ai_diplomacy.board.phase import Phase
from ai_diplomacy.board.situation import Situation
from ai_diplomacy.board.tactics import choose_orders
from ai_diplomacy.board.units import Order, Unit
from ai_diplomacy.board.valuation import evaluate
from ai_diplomacy.search.geography import KINDS, geography
from ai_diplomacy.search.position import Position
from ai_diplomacy.search.value import Outlook, Weights, values
from experiments.recorded_games import recorded_games

LAST_YEAR = 1912
LATER = 2
"""Years after which the centres are counted."""
NOISES = (0.0, 0.0, 0.1, 0.2, 0.4)
COUNTS = [field.name for field in fields(Weights)]
NOTHING = Weights(**dict.fromkeys(COUNTS, 0))
NO_PULL = tuple((0,) * len(geography("standard").locations) for _ in KINDS)

Game = list[Position]
"""The movement phases of a game."""


def noisy_orders(situation: Situation, noise: float, seed: int) -> list[Order]:
    """DumbBot's orders, of which this share is drawn by lot in movement phases."""
    rng = chance(seed, situation.phase, situation.power)
    orders = list(choose_orders(situation, evaluate(situation), rng))
    if situation.kind != "M":
        return orders
    return [rng.choice(situation.legal_orders[order.unit]) if rng.random() < noise else order for order in orders]


def played(seed: int) -> Game:
    board, rng = Board(), chance("noise", seed)
    noise = {power: rng.choice(NOISES) for power in board.powers}
    game = []
    while not board.completed and board.phase.year <= LAST_YEAR:
        if board.phase.kind == "M":
            game.append(Position.of(board.situation(board.powers[0])))
        for power in board.powers:
            board.submit(power, noisy_orders(board.situation(power), noise[power], seed))
        board.adjudicate()
    return game


def recorded() -> Iterator[Game]:
    """The games between people in the engine's package."""
    ground = geography("standard")
    for _, saved in recorded_games():
        game = []
        for phase in saved["phases"]:
            if not phase["name"].endswith("M"):
                continue
            state = phase["state"]
            owners = {at: ground.power[power] for power, centers in state["centers"].items() for at in centers}
            units = [
                ground.piece(ground.power[power], Unit(unit)) for power, own in state["units"].items() for unit in own
            ]
            name, centers = Phase(phase["name"]), tuple(owners.get(at, -1) for at in ground.terrain.centers)
            game.append(Position(ground, name, tuple(sorted(units)), centers, ground.homes))
        yield game


def examples(games: Sequence[Game], season: str) -> Iterator[tuple[Position, int, int]]:
    """Position, power that is in it, and the centres that it owns so many years later in spring."""
    for game in games:
        springs = {position.phase.year: position for position in game if position.phase.season == "S"}
        for position in game:
            later = springs.get(position.phase.year + LATER)
            if position.phase.season != season or later is None:
                continue
            for power in range(len(position.geography.powers)):
                if power in position.owners or any(piece[0] == power for piece in position.units):
                    yield position, power, later.owners.count(power)


def counts(position: Position, power: int) -> list[int]:
    """How often the value counts each of ``COUNTS``: what it is worth when nothing else is worth anything."""
    alone = (replace(Outlook.now(position), weights=replace(NOTHING, **{name: 1})) for name in COUNTS)
    return [only.worth(power, position.units, NO_PULL) for only in alone]


def fitted(games: Sequence[Game], season: str) -> dict[str, float]:
    found = list(examples(games, season))
    table = np.array([[*counts(position, power), 1] for position, power, _ in found], dtype=float)
    weights = np.linalg.lstsq(table, np.array([later for _, _, later in found], dtype=float), rcond=None)[0]
    return dict(zip([*COUNTS, "alive"], weights.tolist(), strict=True))


def told(label: str, games: Sequence[Game], season: str) -> None:
    found = list(examples(games, season))
    value = np.array([values(position)[position.geography.powers[power]] for position, power, _ in found])
    now = np.array([position.owners.count(power) for position, power, _ in found], dtype=float)
    later = np.array([count for _, _, count in found], dtype=float)
    print(
        f"{label}, {season}: {len(found)} positions of powers\n"
        f"    with the centres {LATER} years later correlate the value {correlation(value, later):.3f} "
        f"and the centres now {correlation(now, later):.3f}\n"
        f"    with their change, the value less the centres now {correlation(value - now, later - now):.3f}",
        flush=True,
    )


def correlation(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.corrcoef(one, other)[0, 1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--games", type=int, default=150)
    flags = parser.parse_args()
    games = [played(seed) for seed in range(flags.games)]
    learnt, rest = games[: flags.games * 2 // 3], games[flags.games * 2 // 3 :]
    people = list(recorded())
    for season in "SF":
        weights = fitted(learnt, season)
        print(f"weights, {season}:", ", ".join(f"{name} {weight:.2f}" for name, weight in weights.items()), flush=True)
        told("games of bots", rest, season)
        told("games of people", people, season)


if __name__ == "__main__":
    main()
