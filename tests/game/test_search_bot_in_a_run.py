"""Games of the bot that looks ahead, whose orders come from other processes: played, replayed and gone on with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_runs import play_by_command, run

FLAGS = ("--models", "FRANCE=bot:search:1,TURKEY=bot:search:2", "--max_year", "1902", "--seed", "3")
ROUNDS = ("--num_negotiation_rounds", "0")


def orders(folder: Path) -> list[object]:
    saved = json.loads((folder / "lmvsgame.json").read_text(encoding="utf-8"))
    return [(phase["name"], phase["orders"]) for phase in saved["phases"]]


@pytest.mark.slow
@pytest.mark.parametrize("others", ["bot:dumbbot", "offline"])
def test_it_is_replayed_and_gone_on_with_as_it_was(
    tmp_path: Path, others: str, capsys: pytest.CaptureFixture[str]
) -> None:
    models = ",".join(f"{power}={others}" for power in ("AUSTRIA", "ENGLAND", "GERMANY", "ITALY", "RUSSIA"))
    flags = ("--models", f"{FLAGS[1]},{models}", *FLAGS[2:], *ROUNDS)
    first = play_by_command(tmp_path / "first", *flags).path
    again = play_by_command(tmp_path / "again", *flags).path
    assert orders(first) == orders(again)
    assert run("--replay", str(first)) == 0
    fork = tmp_path / "fork"
    assert run("--run_dir", str(again), "--resume_from_phase", "S1902M", "--fork_to", str(fork)) == 0
    assert orders(first) == orders(fork)
