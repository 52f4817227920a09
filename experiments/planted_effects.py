"""Are planted effects found in critical states, and none where there is none? Forks of the offline model tell.

    python experiments/planted_effects.py FOLDER             # plays 240 forks there first, in two minutes
    python experiments/planted_effects.py FOLDER --draws 500

Two effects are planted: a letter in which England withdraws what it agreed on, and another temperament in its seat for
the last movement phase. The forks are a pool, in which the effect is known. From it experiments are drawn, replicas
with replacement, of as many as the design promises to suffice in 80 % of all cases; and others in which both arms are
drawn from the control arm.
"""

from __future__ import annotations

import argparse
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ai_diplomacy.analysis.analyzing import analyze
from ai_diplomacy.analysis.duels import Duel, duel
from ai_diplomacy.analysis.measures import NAMED
from ai_diplomacy.analysis.tallies import Sums

ROOT = Path(__file__).resolve().parent.parent
REPLICAS = 60
RUN = ["--max_year", "1902", "--seed", "3", "--display", "none"]
LETTER = "S1902M 2 ENGLAND>RUSSIA: I cannot agree, Russia: my fleet in the North Sea goes to Norway. [F NTH - NWY]"
PLANTED = {
    "letter": ("S1902M", '["ENGLAND", "RUSSIA"]', f'edit = "{LETTER}"'),
    "temperament": ("F1902M", '"ENGLAND"', 'model = "offline:random"'),
}
"""Effect -> phase, powers, and how the treated arm differs."""
SPEC = """\
schedule = "states"
replicas = {replicas}
seed = 1
concurrency = 4
processes = 2
[states.only]
run = "run"
phase = "{phase}"
power = {powers}
[arms.control]
[arms.treated]
{treated}
"""


def command(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "ai_diplomacy", *arguments], cwd=ROOT, check=True)


def played(folder: Path) -> dict[str, dict[str, Sums]]:
    """Effect -> arm -> its sums; what was played before is kept."""
    if not (folder / "run").exists():
        command("play", "--run_dir", str(folder / "run"), *RUN)
    found = {}
    for name, (phase, powers, treated) in PLANTED.items():
        path = folder / f"{name}.toml"
        path.write_text(SPEC.format(replicas=REPLICAS, phase=phase, powers=powers, treated=treated))
        command("tournament", str(path), "--out", str(folder / name))
        states = analyze(folder / name).states
        assert states is not None
        found[name] = dict(states.treated)
    return found


def drawn(sums: Sums, replicas: npt.NDArray[np.int64], player: str) -> Sums:
    """These replicas, each time a unit of its own, so that two arms are paired by when they were drawn."""
    units = sorted({seat.unit for seat in sums.seats})
    rows = {unit: [at for at, seat in enumerate(sums.seats) if seat.unit == unit] for unit in units}
    chosen = [(number, row) for number, replica in enumerate(replicas) for row in rows[units[replica]]]
    later = 0 if player == "treated" else len(replicas)
    seats = tuple(sums.seats[row]._replace(unit=f"{number:04}", game=number + later) for number, row in chosen)
    at = [row for _, row in chosen]
    return Sums(player, seats, sums.over[at], sums.under[at], sums.measures)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--draws", type=int, default=100)
    flags = parser.parse_args()
    flags.folder.mkdir(parents=True, exist_ok=True)
    folder = flags.folder.absolute()
    rng = np.random.default_rng(0)
    for name, arms in played(folder).items():
        control, treated = arms["control"], arms["treated"]
        at = control.measures.index(NAMED["centers"])

        def told(one: Sums, other: Sums, column: int = at) -> Duel:
            found = duel(one, other, column, permutations=999)
            assert found is not None
            return found

        whole = told(treated, control)
        assert whole.for_one is not None
        promised = math.ceil(whole.for_one.games / whole.difference**2)
        found = false = 0
        for _ in range(flags.draws):
            one = rng.integers(control.units, size=promised)
            found += told(drawn(treated, one, "treated"), drawn(control, one, "control")).p < 0.05
            other = (one + rng.integers(1, control.units, size=promised)) % control.units
            false += told(drawn(control, one, "treated"), drawn(control, other, "control")).p < 0.05
        print(
            f"{name}: {whole.difference:+.2f} centres in a pool of {control.units} replicas; {promised} are "
            f"promised to show it in 80 %: of {flags.draws} found in {found}, and without an effect in {false}"
        )


if __name__ == "__main__":
    main()
