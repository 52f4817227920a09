"""How strong bots are: one of them alone against six of another, in every power equally often.

    python experiments/strength_of_bots.py                                    # bot:search against DumbBots, 70 games
    python experiments/strength_of_bots.py --player dumbbot --field search    # and the other way round
    python experiments/strength_of_bots.py --player search:2 --games 3        # three games a power

The games are played on a board by the bots themselves, without the harness, on one core. What is told: the centres of
the one at the end in the mean, with its 95 % interval (parity is what DumbBot has against six of itself, a seventh of
34), how many games it won alone, and how many seconds of a core one decision took in a movement phase.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from statistics import mean, stdev

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ai_diplomacy.board.terrain import terrain
from experiments.known_players import play


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--player", default="search", help="who plays alone")
    parser.add_argument("--field", default="dumbbot", help="who sits in the six other seats")
    parser.add_argument("--games", type=int, default=10, help="games a power")
    parser.add_argument("--last_year", type=int, default=1910)
    flags = parser.parse_args()
    powers = terrain().powers
    thought: dict[str, list[float]] = {flags.player: [], flags.field: []}
    centers: list[int] = []
    won = 0
    for seed in range(flags.games):
        for power in powers:
            names = dict.fromkeys(powers, flags.field) | {power: flags.player}
            board = play(names, seed, flags.last_year, thought=thought)
            centers.append(len(board.centers[power]))
            won += board.winners == (power,)
        spread = 1.96 * stdev(centers) / len(centers) ** 0.5
        seconds = thought[flags.player]
        print(
            f"{flags.player} alone against six {flags.field}, {len(centers)} games to {flags.last_year}: "
            f"{mean(centers):.2f} +- {spread:.2f} centres, {won} won alone; "
            f"{mean(seconds):.3f} s a decision, at most {max(seconds):.3f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
