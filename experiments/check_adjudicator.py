"""Is the position of ``search/`` the board, whatever is ordered? The same orders go through both, phase by phase.

    python experiments/check_adjudicator.py                      # 100,000 positions, some 20 minutes
    python experiments/check_adjudicator.py --positions 2000

On every map there are games of random orders and of DumbBots, random orders for units scattered anywhere, and boards
crowded with convoys, attacks on them and supports. After each phase everything that a situation tells each of the
powers is compared, every legal order too, but for what is told of earlier phases. Differences are printed with what
makes them again, and the status is 1 if there are any.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "board"), str(ROOT / "tests" / "search")]

from crowded import STYLES, Checked, Style, played  # noqa: E402

from ai_diplomacy.board.terrain import MAPS  # noqa: E402

PHASES = 40
"""No game goes on for longer."""


def count(checked: Checked, counts: Counter[str]) -> None:
    """What was there to get wrong in the phase."""
    done = checked.board.last_turn[-1]
    counts["positions"] += 1
    counts[{"M": "movements", "R": "retreats", "A": "adjustments"}[done.phase.kind]] += 1
    for orders in done.orders.values():
        for order in orders:
            results = done.outcome(order)
            counts["sailed"] += order.via and not {"no convoy", "bounce"} & {*results}
            counts["disrupted"] += "disrupted" in results
            counts["dislodged"] += "dislodged" in results
            counts["cut"] += "cut" in results


def check(name: str, style: Style, wanted: int, counts: Counter[str]) -> None:
    """So many positions of one kind on one map."""
    seed = before = 0
    while before < wanted:
        for checked in played(name, style, seed, min(PHASES, wanted - before)):
            before += 1
            count(checked, counts)
            if checked.differences:
                counts["differences"] += 1
                print(f"{name} {style} seed {seed}, {checked.board.last_turn[-1].phase}: {checked.differences[0]}")
        seed += 1


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--positions", type=int, default=100_000)
    wanted = max(1, parser.parse_args(arguments).positions // len(MAPS) // len(STYLES))
    start, every = time.monotonic(), Counter[str]()
    shown = (
        "positions",
        "movements",
        "retreats",
        "adjustments",
        "sailed",
        "disrupted",
        "dislodged",
        "cut",
        "differences",
    )
    print(f"{'':32}" + " ".join(f"{word:>11}" for word in shown))
    for style in STYLES:
        for name in MAPS:
            counts: Counter[str] = Counter()
            check(name, style, wanted, counts)
            every += counts
            print(f"{style:10}{name:22}" + " ".join(f"{counts[word]:11,}" for word in shown), flush=True)
    print(f"{'all':32}" + " ".join(f"{every[word]:11,}" for word in shown))
    print(f"{time.monotonic() - start:.0f} s")
    return int(every["differences"] > 0)


if __name__ == "__main__":
    sys.exit(main())
