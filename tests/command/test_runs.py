"""The command on runs that exist: going on, refusing what contradicts them, forks, replays, and damaged folders."""

import json
import shutil
import sys

import pytest
from command_runs import run

from ai_diplomacy.agent.prompts import DEFAULT_DIRECTORY
from ai_diplomacy.command.main import main as commands
from ai_diplomacy.game.diplomacy import DIPLOMACY
from ai_diplomacy.records.sealing import sealed
from ai_diplomacy.run.history import held, read_history


@pytest.fixture
def finished(empty, offline_run):
    """A copy of a finished run."""
    shutil.copytree(offline_run.path, empty / "run")
    return empty / "run"


@pytest.fixture
def unfinished(finished):
    """The run as it was when about half of it was played."""
    for name, share in (("calls.jsonl", 2), ("events.jsonl", 3)):
        lines = (finished / name).read_bytes().splitlines(keepends=True)
        (finished / name).write_bytes(b"".join(lines[: len(lines) // share]))
    for file in finished.glob("*.json"):
        file.unlink()
    return finished


def files(path):
    return {file: file.read_bytes() for file in path.rglob("*") if file.is_file()}


def game_of(path):
    saved = json.loads((path / "lmvsgame.json").read_bytes())
    for phase in saved["phases"]:
        del phase["state"]["timestamp"]
    return saved


def test_a_finished_run_says_so_and_is_left_alone(finished, capsys):
    before = files(finished)
    assert run("--run_dir", "run") == 0
    assert capsys.readouterr().out.startswith("run is finished: the game ended after ")
    assert run("--run_dir", "run", "--max_year", "1902", "--seed", "0") == 0
    assert files(finished) == before


def test_an_unfinished_run_goes_on_with_its_own_settings(unfinished, offline_run, capsys):
    calls = len(read_history(unfinished, DIPLOMACY).calls)
    assert run("--run_dir", "run") == 0
    said = capsys.readouterr()
    assert f"; {calls} calls are answered" in said.out.splitlines()[0]
    assert "going on with run in " in said.out.splitlines()[0]
    # What was played before is not shown once more.
    assert "S1901M" not in said.out
    assert said.err == ""
    assert game_of(unfinished) == game_of(offline_run.path)


@pytest.mark.parametrize(
    ("flags", "named"),
    [
        (["--seed", "1"], "--seed (it has 0)"),
        (["--max_year", "1903"], "--max_year (it has 1902)"),
        (["--models", "bot:hold"], "--models (it has offline)"),
        (["--models", "FRANCE=bot:hold", "--num_negotiation_rounds", "3"], "--num_negotiation_rounds (it has 2); --mo"),
        (["--planning_phase"], "--planning_phase (it has False)"),
        (["--max_tokens", "10"], "--max_tokens (it has 8192)"),
        (["--temperature", "1"], "--temperature (it has none)"),
        (["--map", "ancmed", "--override"], "--map"),
        (["--max_messages", "2", "--override"], "--max_messages (it has 6) cannot change"),
        (["--resume_from_phase", "S1901M"], "would discard what followed; add --fork_to"),
        (["--resume_from_phase", "S1950M"], "S1950M is no phase of 'run', which has S1901M, "),
        (["--fork_to", "new"], "--fork_to: say what to fork"),
        (["--repeat", "2"], "--repeat is for forks"),
        (["--estimate"], "--estimate tells of a game from its start"),
        (["--resume_from_phase", "S1901M", "--fork_to", "new", "--estimate"], "--estimate tells of a game from its"),
    ],
)
def test_what_contradicts_the_run_is_refused_by_name_and_nothing_is_written(unfinished, capsys, flags, named):
    before = files(unfinished)
    assert run("--run_dir", "run", *flags) == 2
    said = capsys.readouterr().err
    assert named in said
    assert said.count("\n") == 1
    assert files(unfinished) == before


def test_a_run_from_before_lines_had_checksums_is_called_old(unfinished, capsys):
    for log in ("events.jsonl", "calls.jsonl"):
        lines = [json.loads(line) for line in (unfinished / log).read_text().splitlines()]
        bare = [{key: value for key, value in line.items() if key not in ("line", "crc32")} for line in lines]
        old = [line | ({"format": 1} if "format" in line else {}) for line in bare]
        (unfinished / log).write_text("".join(f"{json.dumps(line)}\n" for line in old))
    before = files(unfinished)
    for command in (["play", "--run_dir", "run"], ["play", "--replay", "run"], ["export", "run", "-o", "game.html"]):
        with pytest.raises(SystemExit) as stopped:
            sys.exit(commands(command))
        assert stopped.value.code == 2
        said = capsys.readouterr().err
        assert "has format 1, which is older than what this version reads; it reads 2 and 3" in said
        assert said.count("\n") == 1
    assert files(unfinished) == before
    (unfinished / "events.jsonl").write_text("{nothing}\n")
    assert run("--run_dir", "run") == 2
    assert "line 1: the line does not end as it was written" in capsys.readouterr().err


TOO_LONG = ["x" * 300, "/".join(["y" * 200] * 21), "/".join(["y" * 200] * 20)]


@pytest.mark.parametrize("path", TOO_LONG, ids=["a name", "a path", "a path with no room below it"])
@pytest.mark.parametrize(
    "command",
    [
        ["play", "--run_dir"],
        ["play", "--replay"],
        ["view"],
        ["export", "-o", "game.html"],
        ["ask"],
        ["analyze"],
        ["tournament", "nowhere.toml", "--out"],
    ],
    ids=lambda command: command[0],
)
def test_a_path_beyond_the_systems_longest_is_refused_in_a_line(tmp_path, monkeypatch, capsys, command, path):
    monkeypatch.chdir(tmp_path)
    question = ["FRANCE", "Why?"] if command == ["ask"] else []
    with pytest.raises(SystemExit) as stopped:
        sys.exit(commands([*command, path, *question]))
    assert stopped.value.code == 2
    said = capsys.readouterr().err
    assert f"{path[:60]}...: the path is too long" in said
    assert said.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_with_override_the_last_year_changes(unfinished, capsys):
    assert run("--run_dir", "run", "--max_year", "1901", "--override") == 0
    assert read_history(unfinished, DIPLOMACY).phases[-1][1:5] == "1901"
    assert run("--run_dir", "run", "--max_year", "1902", "--override") == 0
    assert read_history(unfinished, DIPLOMACY).phases[-1][1:5] == "1902"
    assert run("--replay", "run") == 0


def test_a_torn_last_line_is_dropped_with_a_warning(unfinished, capsys):
    with (unfinished / "calls.jsonl").open("ab") as file:
        file.write(b'{"format":2,"key":{"pha')
    assert run("--run_dir", "run") == 0
    said = capsys.readouterr()
    assert said.err == "run/calls.jsonl: the last line was torn when the program ended; it is dropped\n"
    (resumed,) = [event for event in events(unfinished) if event["type"] == "run_resumed"]
    assert resumed["torn_lines"] == ["calls.jsonl"]


def events(path):
    return [json.loads(line) for line in (path / "events.jsonl").read_text().splitlines()]


def cut(lines):
    lines[20] = lines[20][:-30] + b"\n"


def doubled(lines):
    lines.insert(20, lines[20])


def joined(lines):
    lines[20] = lines[20][:-1]


def garbled(lines):
    lines[20] = lines[20].replace(b"e", b"o", 1)


@pytest.mark.parametrize("name", ["calls.jsonl", "events.jsonl"])
@pytest.mark.parametrize("damage", [cut, doubled, joined, garbled])
def test_damage_is_named_and_refused_and_nothing_is_written(unfinished, capsys, name, damage):
    lines = (unfinished / name).read_bytes().splitlines(keepends=True)
    damage(lines)
    (unfinished / name).write_bytes(b"".join(lines))
    before = files(unfinished)
    for command in (["--run_dir", "run"], ["--replay", "run"]):
        assert run(*command) == 2
        said = capsys.readouterr().err
        assert f"run/{name}, line 2" in said
        assert "nothing was changed" in said
        assert said.count("\n") == 1
    assert files(unfinished) == before


def test_a_run_of_another_format_is_refused(unfinished, capsys):
    lines = (unfinished / "events.jsonl").read_bytes().splitlines(keepends=True)
    first = json.loads(lines[0]) | {"format": 99}
    del first["line"], first["crc32"]
    (unfinished / "events.jsonl").write_bytes(sealed(first, 1) + b"".join(lines[1:]))
    assert run("--run_dir", "run") == 2
    assert "has format 99, which this version does not know" in capsys.readouterr().err


@pytest.mark.parametrize("generation", [0, 4])
def test_a_run_of_another_generation_is_read_but_played_only_by_its_own_version(unfinished, capsys, generation):
    lines = (unfinished / "events.jsonl").read_bytes().splitlines(keepends=True)
    first = {name: value for name, value in json.loads(lines[0]).items() if name not in ("line", "crc32")}
    other = first | {"generation": generation, "version": "7.8.9"}
    (unfinished / "events.jsonl").write_bytes(sealed(other, 1) + b"".join(lines[1:]))
    before = files(unfinished)
    for flags in (
        ("--run_dir", "run"),
        ("--run_dir", "run", "--resume_from_phase", "S1901M", "--fork_to", "new"),
        ("--replay", "run"),
    ):
        assert run(*flags) == 2
        said = capsys.readouterr().err
        assert f"was played by version 7.8.9 (generation {generation})" in said
        assert said.count("\n") == 1
    assert commands(["ask", "run", "FRANCE", "Why?"]) == 2
    assert "version 7.8.9" in capsys.readouterr().err
    assert commands(["export", "run", "-o", "page.html"]) == 0
    assert commands(["analyze", "run"]) == 0
    page = (unfinished.parent / "page.html", unfinished / "analysis")
    assert {path: data for path, data in files(unfinished).items() if page[1] not in path.parents} == before
    assert not (unfinished.parent / "new").exists()


def test_a_run_that_is_being_played_is_refused(unfinished, capsys):
    before = files(unfinished)
    with held(unfinished, DIPLOMACY):
        assert run("--run_dir", "run") == 2
    assert "is being played by another program" in capsys.readouterr().err
    assert files(unfinished) == before


def test_a_foreign_folder_is_refused(empty, capsys):
    (empty / "other").mkdir()
    (empty / "other" / "diary.txt").write_text("mine")
    assert run("--run_dir", "other") == 2
    assert "'other' is not empty, and holds no run" in capsys.readouterr().err
    assert run("--replay", "other") == 2
    assert "'other' is not the folder of a run" in capsys.readouterr().err
    assert [file.name for file in (empty / "other").iterdir()] == ["diary.txt"]


@pytest.mark.slow
def test_a_fork_by_either_name_and_several_side_by_side(finished, capsys):
    before = files(finished)
    phase = ["--run_dir", "run", "--resume_from_phase", "s1902m"]
    assert run(*phase, "--fork_to", "one") == 0
    assert game_of(finished.parent / "one") == game_of(finished)
    assert run(*phase, "--critical_state_analysis_dir", "other", "--seed", "5", "--models", "FRANCE=bot:hold") == 0
    assert game_of(finished.parent / "other")["config"]["models"]["FRANCE"] == "bot:hold"
    assert game_of(finished.parent / "other")["config"]["models"]["ITALY"] == "offline"
    capsys.readouterr()
    assert run(*phase, "--fork_to", "many", "--repeat", "3") == 0
    assert sorted(line.partition(" ")[0] for line in capsys.readouterr().out.splitlines()) == [
        "many/1",
        "many/2",
        "many/3",
    ]
    assert game_of(finished.parent / "many" / "1")["phases"] == game_of(finished)["phases"]
    assert files(finished) == before
    assert run(*phase, "--fork_to", "one") == 2
    assert "'one' holds a run already; choose a new folder" in capsys.readouterr().err
    (finished.parent / "some" / "2").mkdir(parents=True)
    (finished.parent / "some" / "2" / "diary.txt").write_text("mine")
    assert run(*phase, "--fork_to", "some", "--repeat", "3") == 2
    assert [folder.name for folder in (finished.parent / "some").iterdir()] == ["2"]


@pytest.mark.slow
def test_of_several_forks_that_are_stopped_each_is_named_and_can_be_gone_on_with(finished, capsys):
    phase = ["--run_dir", "run", "--resume_from_phase", "w1902a", "--fork_to", "many", "--repeat", "2"]
    assert run(*phase, "--max_year", "1903", "--max_tokens_total", "20000") == 3
    said = capsys.readouterr().err.splitlines()
    assert [line.partition(":")[0] for line in said] == ["many/1", "many/2", "lm_game.py"]
    assert "--run_dir many/1 (2, ...)" in said[-1]
    assert run("--run_dir", "many/1", "--max_tokens_total", "2000000") == 0


@pytest.mark.slow
def test_a_fork_is_asked_as_the_run_was_asked_last(finished):
    assert run("--run_dir", "run", "--max_year", "1903", "--override", "--max_tokens_total", "9000000") == 0
    assert run("--run_dir", "run", "--resume_from_phase", "s1902m", "--fork_to", "new") == 0
    assert read_history(finished.parent / "new", DIPLOMACY).settings.last.calls.max_tokens_total == 9_000_000
    assert read_history(finished.parent / "new", DIPLOMACY).settings.last.max_year == 1902


def test_a_limit_for_all_seats_is_no_longer_that_of_a_seat(unfinished):
    limits = ["--max_tokens", "500", "--max_tokens_per_model", "FRANCE=100"]
    assert run("--run_dir", "run", "--override", *limits) == 0
    after = read_history(unfinished, DIPLOMACY).settings.last.max_tokens
    assert (after["FRANCE"], after["ITALY"]) == (100, 500)


def test_a_fork_whose_templates_were_edited_goes_on_with_override_several_at_once_too(finished, capsys):
    templates = finished.parent / "mine"
    shutil.copytree(DEFAULT_DIRECTORY, templates)
    assert run("--run_dir", "two", "--prompts_dir", "mine", "--end_at_phase", "F1901M") == 0
    with (templates / "order.j2").open("a") as file:
        file.write("Hurry.\n")
    phase = ["--run_dir", "two", "--resume_from_phase", "F1901M", "--fork_to", "many", "--repeat", "2"]
    assert run(*phase, "--override") == 0


def test_a_run_finds_its_templates_from_another_folder(empty, monkeypatch):
    shutil.copytree(DEFAULT_DIRECTORY, empty / "mine")
    assert run("--run_dir", "run", "--prompts_dir", "mine", "--end_at_phase", "S1901M") == 0
    (empty / "elsewhere").mkdir()
    monkeypatch.chdir(empty / "elsewhere")
    assert run("--replay", "../run") == 0


def test_a_run_without_its_journal_is_refused_and_nothing_is_written(finished, capsys):
    (finished / "calls.jsonl").unlink()
    before = files(finished)
    assert run("--run_dir", "run", "--max_year", "1903", "--override") == 2
    assert "'run/calls.jsonl' is missing" in capsys.readouterr().err
    assert files(finished) == before


def test_a_run_may_lie_behind_a_link(empty):
    (empty / "real").mkdir()
    (empty / "link").symlink_to("real")
    (empty / "dangling").symlink_to("made")
    for name in ("link", "dangling"):
        assert run("--run_dir", name, "--models", "bot:hold", "--end_at_phase", "S1901M") == 0
    assert read_history(empty / "real", DIPLOMACY).finished
    assert read_history(empty / "made", DIPLOMACY).finished


@pytest.mark.parametrize(
    ("flags", "named"),
    [
        (["--models", "bot:hold"], "leave --models out"),
        (["--seed", "0", "--override"], "leave --seed, --override out"),
        (["--run_dir", "other"], "leave --run_dir out"),
        (["--run_dir", "run", "--resume_from_phase", "S1902M", "--fork_to", "other"], "--fork_to out"),
    ],
)
def test_what_a_replay_would_ignore_is_refused_by_name(finished, capsys, flags, named):
    assert run("--replay", "run", *flags) == 2
    said = capsys.readouterr().err
    assert named in said
    assert said.count("\n") == 1
    assert run("--replay", "run", "--display", "none", "--verbose") == 0


def test_a_replay_tells_what_was_checked_and_shows_a_changed_template(finished, capsys, tmp_path):
    assert run("--replay", "run") == 0
    said = capsys.readouterr().out
    assert f"{len(read_history(finished, DIPLOMACY).calls)} calls played again to its end" in said
    before = files(finished)
    lines = (finished / "calls.jsonl").read_bytes().splitlines(keepends=True)
    record = json.loads(lines[30])
    del record["line"], record["crc32"]
    record["request"]["prompt"] = record["request"]["prompt"].replace("Diplomacy", "Chess")
    record["request"]["sha256"] = "0" * 64
    (finished / "calls.jsonl").write_bytes(b"".join([*lines[:30], sealed(record, 31), *lines[31:]]))
    assert run("--replay", "run") == 1
    said = capsys.readouterr().err
    assert "is not the one that line 31 of run/calls.jsonl answers: its " in said
    assert "\n+" in said or "\n-" in said or "system prompt" in said
    assert set(before) == set(files(finished))
