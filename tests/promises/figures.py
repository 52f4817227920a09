"""Prints how far rules and labels agree: ``python tests/promises/figures.py [development|held_out]``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from labelled import cases, figures


def main() -> None:
    for part in sys.argv[1:] or ["development", "held_out"]:
        sys.stdout.write(f"{part}: {len(cases(part))} cases\n")
        for name, (hits, total) in figures(part).items():
            share = f"{hits / total:.0%}" if total else "-"
            sys.stdout.write(f"  {name:<32} {hits:>4} of {total:<4} {share:>5}\n")


if __name__ == "__main__":
    main()
