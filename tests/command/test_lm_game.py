"""The command: its flags, its refusals in one line, its exit status, and that nothing is written when it refuses."""

import csv
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from command_runs import run

import lm_game
from ai_diplomacy.agent.prompts import DEFAULT_DIRECTORY

ROOT = Path(lm_game.__file__).parent


@pytest.mark.parametrize(
    ("flags", "problem"),
    [
        (["--max_year", "1900"], "--max_year: 1900 is before 1901"),
        (["--max_year", "soon"], "--max_year: invalid int value: 'soon'"),
        (["--models", ",".join(["offline"] * 6)], "--models: 6 values for 7 powers"),
        (["--models", "SPAIN=offline"], "--models: unknown power 'SPAIN'"),
        (["--models", "gpt-9"], "--models: unknown provider in model id 'gpt-9'"),
        (["--models", "gpt-9#sk-secret"], "--models: unknown provider in model id 'gpt-9'"),
        (["--models", "gpt-4o"], "--models: unknown provider in model id 'gpt-4o'; did you mean openai:gpt-4o?"),
        (["--models", "gpt-4o:high#sk-secret"], "; did you mean openai:gpt-4o:high?"),
        (["--models", "FRANCE=opnai:o4-mini"], "; did you mean openai:o4-mini?"),
        (
            ["--models", "offline:random:high"],
            "offline answers in this process: it takes no address",
        ),
        (
            ["--models", "bot:dumbbot:4096"],
            "it takes no address and no key, and no effort",
        ),
        (["--models", "openai:o4-mini:9000"], "openai takes no effort '9000', but none, minimal, low, medium, high"),
        (["--models", "anthropic:claude-x:9000#sk-secret"], "TURKEY: 9000 tokens of thinking leave no room in a reply"),
        (["--models", "bot:genius"], "--models: unknown model 'bot:genius'"),
        (["--num_negotiation_rounds", "-1"], "--num_negotiation_rounds: '-1' is not a number from 0 to 100"),
        (["--num_negotiation_rounds", "two"], "--num_negotiation_rounds: 'two' is not a number"),
        (["--end_at_phase", "F1901X"], "--end_at_phase: 'F1901X' is not a phase"),
        (["--max_year", "1902", "--end_at_phase", "S1903M"], "--end_at_phase: S1903M is not between"),
        (["--map", "atlantis"], "--map: unknown map 'atlantis'"),
        (["--map", "world"], "--map: unknown map 'world'"),
        (["--temperature", "hot"], "--temperature: 'hot' is not a number from 0 to 2"),
        (["--temperature", "nan"], "--temperature: 'nan' is not a number from 0 to 2"),
        (["--max_tokens", "0"], "--max_tokens: '0' is not a number above 0"),
        (["--max_tokens_per_model", "1,2"], "--max_tokens_per_model: 2 values for 7 powers"),
        (["--prompts_dir", "nowhere"], "/nowhere' is not a folder"),
        (["--seed", "x"], "--seed: invalid int value: 'x'"),
        (["--no_such_flag"], "unrecognized arguments: --no_such_flag"),
        (["--models", ""], "--models: an entry of '' is empty"),
        (["--models", "spain=offline"], "--models: unknown power 'spain'"),
        (["--models", "offline#secret"], "it takes no address and no key"),
        (["--model", "openai:x#secret"], "unrecognized arguments: --model openai:x#..."),
        (["--max_tokens_per_model", "openai:x#secret"], "--max_tokens_per_model: "),
        (["--max", "1901"], "unrecognized arguments: --max 1901"),
        (["--override"], "--override: say of which run: --run_dir DIR"),
        (["--override", "--run_dir", "none", "--models", "bot:hold"], "--override: 'none' holds no run to go on with"),
    ],
)
def test_a_bad_flag_is_one_line_exit_2_and_nothing_written(empty, capsys, flags, problem):
    assert run(*flags) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert said.err.startswith("lm_game.py: ")
    assert problem in said.err
    assert "secret" not in said.err
    assert list(empty.iterdir()) == []


@pytest.mark.parametrize("template", ["order.j2", "system.j2", "correction.j2", "personas/default.j2"])
def test_a_folder_of_prompts_with_a_template_missing_is_refused(empty, capsys, template):
    shutil.copytree(DEFAULT_DIRECTORY, empty / "prompts")
    (empty / "prompts" / template).unlink()
    flags = ["--map", "modern"] if "default" in template else []
    assert run("--prompts_dir", "prompts", "--run_dir", "run", *flags) == 2
    assert f"the template '{empty}/prompts/{template}' is missing" in capsys.readouterr().err
    assert not (empty / "run").exists()


@pytest.mark.parametrize(
    ("text", "problem"),
    [("{{ situation", "does not parse"), ("{{ no_such_thing }}", "'no_such_thing' is undefined")],
)
def test_a_broken_template_is_refused_before_the_game(empty, capsys, text, problem):
    shutil.copytree(DEFAULT_DIRECTORY, empty / "prompts")
    (empty / "prompts" / "plan.j2").write_text(text)
    assert run("--prompts_dir", "FRANCE=prompts", "--run_dir", "run") == 2
    said = capsys.readouterr().err
    assert problem in said
    assert "plan.j2" in said
    assert not (empty / "run").exists()


def test_a_folder_that_holds_something_is_never_written_into(empty, capsys):
    (empty / "run").mkdir()
    (empty / "run" / "lmvsgame.json").write_text("precious")
    assert run("--max_year", "1901", "--run_dir", "run") == 2
    assert "is not empty" in capsys.readouterr().err
    assert [path.name for path in (empty / "run").iterdir()] == ["lmvsgame.json"]
    assert (empty / "run" / "lmvsgame.json").read_text() == "precious"


def test_a_place_that_cannot_be_written_is_said_in_one_line(empty, capsys):
    (empty / "file").write_text("")
    assert run("--max_year", "1901", "--run_dir", "file/run") == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_without_a_folder_the_run_goes_to_a_new_one_in_results(empty, capsys):
    for _ in range(2):
        assert run("--end_at_phase", "S1901M", "--num_negotiation_rounds", "0", "--models", "bot:hold") == 0
    assert len(list((empty / "results").iterdir())) == 2
    assert "results/" in capsys.readouterr().out


def test_planning_verbose_and_the_other_settings_reach_the_game(empty, capsys):
    flags = ["--planning_phase", "--verbose", "--temperature", "0.5", "--max_tokens", "1000"]
    flags += ["--max_tokens_per_model", "FRANCE=77,ITALY=88", "--seed", "3", "--end_at_phase", "S1901M"]
    assert run(*flags, "--run_dir", "run") == 0
    manifesto = (empty / "run" / "game_manifesto.txt").read_text()
    assert "S1901M" in manifesto
    assert "FRANCE" in manifesto
    assert "diary: " in capsys.readouterr().out
    config = (empty / "run" / "overview.jsonl").read_text().splitlines()[2]
    assert '"temperature": 0.5' in config
    assert '"FRANCE": 77' in config
    assert '"TURKEY": 1000' in config


def imported(*flags: str) -> set[str]:
    """Top-level modules that a run of the command imports, without any key in the environment."""
    seen = subprocess.run(
        [sys.executable, "-X", "importtime", str(ROOT / "lm_game.py"), *flags],
        capture_output=True,
        text=True,
        check=True,
        env={key: value for key, value in os.environ.items() if not key.endswith("_API_KEY")},
    )
    return {line.rpartition("|")[2].strip() for line in seen.stderr.splitlines() if line.startswith("import time:")}


SDKS = {"openai", "anthropic", "google.genai", "aiohttp", "genai_prices"}


def test_help_imports_next_to_nothing():
    assert not imported("--help") & {"diplomacy", "pydantic", "jinja2", "rich", *SDKS}


def test_an_offline_game_imports_no_sdk_and_needs_no_key(empty):
    assert not imported("--end_at_phase", "S1901M", "--run_dir", "run") & SDKS


def test_an_estimate_asks_nothing_needs_no_key_and_writes_nothing(empty, capsys, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    caps = ("--max_cost_usd", "0.01", "--max_tokens_total", "1000")
    assert run("--max_year", "1902", "--models", "FRANCE=openai:gpt-4o", "--estimate", *caps) == 0
    table = capsys.readouterr().out
    assert "--max_cost_usd: $0.01 is less than that" in table
    assert "--max_tokens_total: 1,000 is less than that" in table
    assert "openai:gpt-4o" in table
    assert "$" in table
    assert list(empty.iterdir()) == []


def test_a_missing_key_is_told_before_the_game(empty, capsys, monkeypatch):
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    assert run("--models", "ITALY=anthropic:some-model") == 2
    assert "ANTHROPIC_API_KEY" in capsys.readouterr().err
    assert list(empty.iterdir()) == []


def test_everything_that_is_wrong_with_the_seats_is_told_at_once(empty, capsys, monkeypatch):
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    assert run("--models", "FRANCE=openai:x,ITALY=anthropic:x,GERMANY=foo:z,TURKEY=bar:z#secret,RUSSIA=bot:what") == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    for problem in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "'foo:z'", "'bar:z'", "'bot:what'"):
        assert problem in said
    assert "secret" not in said
    assert list(empty.iterdir()) == []


@pytest.fixture
def server_with_key():
    """The address of a local server that accepts the key ``sk-from-file`` alone."""
    command = [sys.executable, "-m", "ai_diplomacy", "serve", "--port", "0", "--key", "sk-from-file"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert server.stdout is not None
    yield server.stdout.readline().strip()
    server.terminate()
    server.communicate()


@pytest.mark.slow
def test_keys_are_read_from_the_env_file(empty, capsys, monkeypatch, server_with_key):
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    game = ["--models", f"anthropic:some-model@{server_with_key}", "--end_at_phase", "S1901M", "--run_dir", "run"]
    assert run(*game) == 2
    refused = capsys.readouterr().err
    assert "it asks for a key: set ANTHROPIC_API_KEY, or end the model id with a '#' and the key" in refused
    (empty / ".env").write_text("ANTHROPIC_API_KEY=sk-from-file\n")
    monkeypatch.setattr(os, "environ", os.environ.copy())
    assert run(*game) == 0
    assert "sk-from-file" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("flags", "problem"),
    [
        (["--max_tokens_total", "900"], "--max_tokens_total: 900 is not enough for one call of offline, 11,092"),
        (["--models", "openai:gpt-4o#k", "--max_cost_usd", "0.01"], "--max_cost_usd: $0.01 is not enough for one call"),
    ],
)
def test_a_cap_below_a_single_call_is_refused_before_the_game_with_the_way_out(empty, capsys, flags, problem):
    assert run(*flags) == 2
    said = capsys.readouterr().err
    assert problem in said
    assert "raise the cap, or lower --max_tokens" in said
    assert list(empty.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize("command", ["| head -2", "> /dev/full", "| cat", ">&-", "<&- >&- 2>&-"])
def test_trouble_with_the_terminal_ends_no_game(empty, command):
    line = shlex.join([sys.executable, str(ROOT / "lm_game.py"), "--max_year", "1901", "--run_dir", "run"])
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {line} {command}"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert done.stderr == ""
    assert done.returncode == 0
    assert "run_finished" in (empty / "run" / "events.jsonl").read_text()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_the_game_with_everything_saved(empty, number):
    game = subprocess.Popen(
        [sys.executable, str(ROOT / "lm_game.py"), "--max_year", "1950", "--run_dir", "run"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert game.stdout is not None
    for line in game.stdout:
        if "F1901M" in line:
            break
    game.send_signal(number)
    _, said = game.communicate()
    assert game.returncode == 3
    assert said == "lm_game.py: stopped; all that was answered is kept. Go on with: python lm_game.py --run_dir run\n"
    calls = (empty / "run" / "calls.jsonl").read_text().count("\n")
    with (empty / "run" / "llm_responses.csv").open(newline="") as file:
        rows = sum(1 for _ in csv.reader(file)) - 1
    assert calls - 7 <= rows <= calls
    assert json.loads((empty / "run" / "lmvsgame.json").read_text())["phases"]


@pytest.mark.slow
def test_games_that_start_in_the_same_second_have_a_folder_each(empty):
    game = [sys.executable, str(ROOT / "lm_game.py"), "--models", "bot:hold", "--end_at_phase", "S1901M"]
    games = [subprocess.Popen(game, stdout=subprocess.DEVNULL) for _ in range(3)]
    assert [game.wait() for game in games] == [0, 0, 0]
    assert len(list(Path("results").iterdir())) == 3


def test_calls_left_to_a_model_that_was_replaced_twice_are_asked_of_it_with_its_key(
    empty, capsys, monkeypatch, server_with_key
):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)

    def ids(name):
        return f"openai:{name}@{server_with_key}/v1#sk-from-file"

    game = ["--run_dir", "run", "--end_at_phase", "F1901M", "--num_negotiation_rounds", "1"]
    assert run(*game, "--models", ids("one"), "--max_tokens_total", "60000") == 3
    # The phase in which the run stands is left to the first model, whose key no record holds.
    override = ["--run_dir", "run", "--override", "--models"]
    monkeypatch.setenv("OPENAI_API_KEY", "sk-from-file")
    assert run(*override, ids("two"), "--max_tokens_total", "75000") == 3
    assert run("--run_dir", "run", "--max_tokens_total", "1000000") == 0, capsys.readouterr()
    events = [json.loads(line) for line in Path("run/events.jsonl").read_text().splitlines()]
    assert not [event for event in events if event["type"] == "step_defaulted"]
    assert {event["model"].split("@")[0] for event in events if event["type"] == "reply_read"} == {"openai:one"}
