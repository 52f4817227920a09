"""How long games of people take from their files to a report: import, and analysis, each as the command does it.

    python experiments/benchmark_importing.py --games 40 --phases 36

The games are the first phases of the three that the engine's package holds, with their press, again and again.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from experiments.recorded_games import recorded_games


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--games", type=int, default=40, metavar="N")
    parser.add_argument("--phases", type=int, default=36, metavar="N", help="of each, the last one not played")
    flags = parser.parse_args()
    documents = [document for _, document in recorded_games()]
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "games.jsonl"
        with source.open("w") as file:
            for number, document in enumerate(islice(cycle(documents), flags.games)):
                game = {"id": str(number), "map": "standard", "phases": document["phases"][: flags.phases]}
                file.write(f"{json.dumps(game)}\n")
        seconds = {
            command: _seconds(command, *(argument.format(folder=folder) for argument in arguments))
            for command, arguments in (
                ("import", (str(source), "--out", "{folder}/runs")),
                ("analyze", ("{folder}/runs",)),
            )
        }
    print(json.dumps({"games": flags.games, "phases": flags.phases, **seconds}))


def _seconds(*arguments: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "ai_diplomacy", *arguments], check=True, capture_output=True)
    return round(time.perf_counter() - began, 1)


if __name__ == "__main__":
    main()
