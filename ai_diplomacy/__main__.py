"""The program: ``ai-diplomacy`` where it is installed, ``python -m ai_diplomacy`` everywhere."""

from __future__ import annotations

import sys
from typing import NoReturn

from .command.interrupts import end_at_interrupt


def program(prog: str = "ai-diplomacy") -> NoReturn:
    """Runs the command that the command line names. ``prog``: how the program was called."""
    end_at_interrupt()
    from .command.main import main

    sys.exit(main(prog=prog))


if __name__ == "__main__":
    program("python -m ai_diplomacy")
