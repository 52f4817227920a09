"""How long an examination takes, beside the time that its calls take at that concurrency and nothing else.

python experiments/benchmark_exam.py --latency 1 --max_concurrency 40
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from local_server import PATHS, ROOT, server


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--latency", type=float, default=1.0, help="median seconds of an answer")
    parser.add_argument("--max_concurrency", type=int, default=40)
    flags = parser.parse_args()
    with server(flags.latency) as address, tempfile.TemporaryDirectory() as out:
        model = f"openai:simulated@{address}{PATHS['openai']}#sk-local-0123456789"
        command = [sys.executable, "-m", "ai_diplomacy", "exam", model, "--out", out, "--max_tokens", "4096"]
        began = time.perf_counter()
        subprocess.run(
            [*command, "--max_concurrency", str(flags.max_concurrency)], cwd=ROOT, check=True, stdout=subprocess.DEVNULL
        )
        seconds = time.perf_counter() - began
        timing = json.loads(next(Path(out).glob("*/timing.json")).read_text(encoding="utf-8"))
    calls = timing["sum_of_call_time"] / flags.max_concurrency
    print(f"{timing['calls']} calls: {seconds:.1f} s, the calls {calls:.1f} s, the rest {seconds - calls:.1f} s")


if __name__ == "__main__":
    main()
