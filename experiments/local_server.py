"""The local protocol server that the benchmarks play against."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PATHS = {"openai": "/v1", "openai-responses": "/v1", "anthropic": "", "gemini": ""}
"""Provider -> what stands behind the server's address in a model id."""

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def server(latency: float, sigma: float = 0.0, seed: int = 0) -> Iterator[str]:
    """The address of one in a process of its own, which ends with the block."""
    command = [sys.executable, "-m", "ai_diplomacy", "serve", "--port", "0"]
    options = ["--latency", str(latency), "--sigma", str(sigma), "--seed", str(seed)]
    process = subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()
