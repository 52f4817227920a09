"""Plays one game of Diplomacy between language models: ``ai-diplomacy play`` under its first name."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from ai_diplomacy.command.interrupts import end_at_interrupt


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit status."""
    from ai_diplomacy.command.main import run_command

    return run_command("play", sys.argv[1:] if arguments is None else arguments, "lm_game.py")


if __name__ == "__main__":
    end_at_interrupt()
    sys.exit(main())
