"""Does asking change play? The same seeds without, and with truth tags, provisional orders and both; then compared.

    python experiments/asking.py                                             # offline: must change nothing
    python experiments/asking.py --models openai:NAME --games 14 --last_year 1903

The games of each arm lie in a folder of their own (in --out), where what was begun is gone on with. For each arm it
tells how many games are the same as without, and how many order sets, up to the first phase of each game in which any
power ordered otherwise; then what ``analyze`` finds in the two folders. A language model that is asked the same twice
does not answer the same twice: the arm ``again``, which asks nothing more, tells how far games differ by themselves.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ARMS = {
    "without": (),
    "again": (),
    "truth_tags": ("--truth_tags",),
    "provisional_orders": ("--provisional_orders",),
    "both": ("--truth_tags", "--provisional_orders"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", default="offline", help="who plays, as of the game's own flag")
    parser.add_argument("--games", type=int, default=4, help="of each arm")
    parser.add_argument("--last_year", type=int, default=1902)
    parser.add_argument("--out", type=Path, default=ROOT / "results" / "asking")
    flags = parser.parse_args()
    for arm, asked in ARMS.items():
        for seed in range(flags.games):
            game = ("--models", flags.models, "--max_year", str(flags.last_year), "--seed", str(seed))
            path = flags.out / arm / f"{seed:04}"
            if not _finished(path):
                _run("play", "--run_dir", str(path), "--display", "none", *game, *asked)
    without = [_orders(flags.out / "without" / f"{seed:04}") for seed in range(flags.games)]
    for arm in list(ARMS)[1:]:
        others = [_orders(flags.out / arm / f"{seed:04}") for seed in range(flags.games)]
        print(f"\n{arm}: {agreement(without, others)}\n", flush=True)
        _run("analyze", str(flags.out / "without"), str(flags.out / arm), "--out", str(flags.out / f"without_{arm}"))


Orders = dict[str, dict[str, list[str]]]
"""Phase -> power -> what it ordered."""


def agreement(without: list[Orders], others: list[Orders]) -> str:
    """How far games of the same seeds are the same."""
    equal = same = played = agreed = 0
    for one, other in zip(without, others, strict=True):
        equal += one == other
        played += len(one)
        for phase in one:
            sets = one[phase]
            same += sum(other.get(phase, {}).get(power) == orders for power, orders in sets.items())
            agreed += len(sets)
            if other.get(phase) != sets:
                break
    return (
        f"{equal} of {len(without)} games are the same to their end ({played} phases); {same} of {agreed} order sets "
        "are, up to the first phase of each game that differs"
    )


def _orders(path: Path) -> Orders:
    return {phase["name"]: phase["orders"] for phase in json.loads((path / "lmvsgame.json").read_bytes())["phases"]}


def _finished(path: Path) -> bool:
    events = path / "events.jsonl"
    return events.is_file() and b'"type":"run_finished"' in events.read_bytes().splitlines()[-1].replace(b" ", b"")


def _run(*command: str) -> None:
    subprocess.run([sys.executable, "-m", "ai_diplomacy", *command], check=True, cwd=ROOT)


if __name__ == "__main__":
    main()
