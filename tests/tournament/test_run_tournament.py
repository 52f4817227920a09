"""Tournaments held: the same games however they are spread, gone on with after any death, never over their budget."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tournament.tournaments import (
    begin,
    children,
    ended,
    finished_logs,
    games,
    gone,
    held,
    killed,
    small,
    until_finished,
    untimed,
)

from ai_diplomacy.game.diplomacy import DIPLOMACY
from ai_diplomacy.run.history import read_history
from ai_diplomacy.tournament.folder import TournamentFolder
from ai_diplomacy.tournament.spec import read_spec

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Six games, played one after another in one process, without a break."""
    folder = tmp_path_factory.mktemp("whole")
    assert held(small(folder, concurrency=1), folder / "out") == 0
    return folder / "out"


def test_the_report_says_where_everybody_sat(whole):
    tables = untimed(whole)
    rows = tables["seats"]["rows"]
    assert {row[2] for row in rows} == {3}
    assert {row[0] for row in rows} == {"off", "bot:hold"}
    assert tables["measures"]["provenance"][0]["games"] == 6
    assert (whole / "analysis" / "report.html").is_file()


@pytest.mark.parametrize(("concurrency", "processes"), [(6, 1), (2, 2)])
def test_the_games_are_the_same_however_they_are_spread(whole, tmp_path, concurrency, processes):
    assert held(small(tmp_path, concurrency=concurrency, processes=processes), tmp_path / "out") == 0
    assert games(tmp_path / "out") == games(whole)
    assert untimed(tmp_path / "out") == untimed(whole)


def test_a_tournament_that_is_done_is_told_again_and_not_played_again(whole, tmp_path, capsys):
    before = finished_logs(whole)
    assert held(small(tmp_path), whole) == 0
    assert "6 of 6 games" in capsys.readouterr().out
    assert finished_logs(whole) == before


def test_more_games_are_added_to_those_that_are_there(whole, tmp_path):
    out = tmp_path / "out"
    assert held(small(tmp_path, games=2), out) == 0
    before = finished_logs(out)
    assert len(before) == 2
    assert held(small(tmp_path, games=6), out) == 0
    assert {name: log for name, log in finished_logs(out).items() if name in before} == before
    assert games(out) == games(whole)
    assert untimed(out) == untimed(whole)


def test_killed_in_the_middle_nothing_finished_is_played_again_and_the_report_is_the_same(whole, tmp_path):
    out = tmp_path / "out"
    spec = small(tmp_path, concurrency=3)
    process = begin(spec, out)
    until_finished(process, 2)
    killed(process)
    before = finished_logs(out)
    answered = {path.parent.name: path.read_bytes() for path in out.glob("games/*/calls.jsonl")}
    assert 2 <= len(before) < 6
    assert held(spec, out) == 0
    after = finished_logs(out)
    assert {name: after[name] for name in before} == before
    for name, journal in answered.items():
        whole_lines = journal[: journal.rfind(b"\n") + 1]
        assert (out / "games" / name / "calls.jsonl").read_bytes().startswith(whole_lines)
        assert len(calls_of(out / "games" / name)) == len(calls_of(whole / "games" / name))
    assert games(out) == games(whole)
    assert untimed(out) == untimed(whole)


def test_a_killed_worker_is_replaced_and_its_games_go_on(whole, tmp_path):
    out = tmp_path / "out"
    process = begin(small(tmp_path, processes=2), out)
    until_finished(process, 1)
    workers = [pid for pid, command in children(process.pid).items() if "tournament.worker_process" in command]
    assert len(workers) == 2
    os.kill(workers[0], signal.SIGKILL)
    said = ended(process)
    assert re.search(r"^process \d is lost \(killed, .*\): games? [\d, ]+ go(es)? on elsewhere$", said, re.MULTILINE)
    assert games(out) == games(whole)
    assert untimed(out) == untimed(whole)


def test_a_specification_that_fills_every_pipe_is_played_by_two_processes(tmp_path):
    more = "".join(f'[players.{letter * 200_000}]\nmodel = "bot:hold"\n' for letter in "xy")
    assert held(small(tmp_path, games=4, processes=2, more=more), tmp_path / "out") == 0
    assert len(games(tmp_path / "out")) == 4


@pytest.mark.parametrize("more", ["", "[budget]\nmax_tokens = 9_000_000\n"], ids=["free", "capped"])
def test_workers_end_with_whoever_started_them(tmp_path, more):
    out = tmp_path / "out"
    process = begin(small(tmp_path, processes=2, more=more), out)
    until_finished(process, 1)
    workers = [pid for pid, command in children(process.pid).items() if "tournament.worker_process" in command]
    killed(process)
    assert all(gone(pid) for pid in workers)


@pytest.mark.parametrize("processes", [1, 2])
def test_told_to_end_it_saves_and_says_how_to_go_on(whole, tmp_path, processes):
    out = tmp_path / "out"
    spec = small(tmp_path, processes=processes)
    process = begin(spec, out)
    until_finished(process, 1)
    process.send_signal(signal.SIGTERM)
    said = ended(process, status=3)
    assert f"Go on with: python -m ai_diplomacy tournament {spec} --out {out}" in said
    assert said.count("\n") == 1
    assert held(spec, out) == 0
    assert games(out) == games(whole)


def calls_of(run):
    return read_history(run, DIPLOMACY).calls


def spent(out):
    """Tokens by the journals of all games."""
    return sum(
        call.reply.usage.input + call.reply.usage.output
        for path in out.glob("games/*/calls.jsonl")
        for call in calls_of(path.parent)
    )


@pytest.mark.parametrize("processes", [1, 2])
def test_the_budget_is_one_for_all_games_and_counts_what_is_in_flight(whole, tmp_path, capsys, processes):
    out, cap = tmp_path / "out", 150_000
    every = spent(whole)
    assert every > 1.5 * cap
    more = "[budget]\nmax_tokens = {}\n"
    assert held(small(tmp_path, concurrency=3, processes=processes, more=more.format(cap)), out) == 3
    said = capsys.readouterr()
    assert "the cap of 150,000 tokens is reached" in said.err
    assert f"Give a higher max_tokens in [budget] of {tmp_path}/spec.toml, and go on with: python -m " in said.err
    assert said.out.count("the cap of 150,000 tokens is reached") == 1
    assert 0.5 * cap < spent(out) <= cap
    # What was spent before counts: the same cap leaves no room.
    assert held(small(tmp_path, concurrency=3, processes=processes, more=more.format(cap)), out) == 3
    assert spent(out) <= cap
    assert held(small(tmp_path, concurrency=3, processes=processes, more=more.format(10 * every)), out) == 0
    assert games(out) == games(whole)
    assert spent(out) == every


def test_a_dry_run_prints_and_writes_nothing(tmp_path, capsys):
    spec = small(tmp_path, more="[budget]\nmax_tokens = 10_000\n")
    assert held(spec, tmp_path / "out", "--dry-run") == 0
    said = capsys.readouterr().out
    assert "\nmax_tokens: 10,000 is less than that" in said
    assert said.splitlines()[0].split()[-2:] == ["off", "bot:hold"]
    assert "$0.00" in said
    assert [path.name for path in tmp_path.iterdir()] == ["spec.toml"]


def test_the_columns_of_a_dry_run_stand_under_each_other_whatever_a_player_is_called(tmp_path, capsys):
    name = "a-player-whose-name-is-longer-than-its-column"
    spec = small(tmp_path, more=f'[players.{name}]\nmodel = "offline"\n')
    assert held(spec, tmp_path / "out", "--dry-run") == 0
    table = capsys.readouterr().out.split("\n\n")[1].splitlines()
    assert any(line.startswith(name) for line in table)
    (last,) = (at for at, line in enumerate(table) if line.startswith("total"))
    assert len({len(line) for line in table[: last + 1]}) == 1


def test_another_tournament_is_not_played_into_its_folder(whole, tmp_path, capsys):
    spec = small(tmp_path)
    spec.write_text(spec.read_text().replace("1901", "1902"))
    before = finished_logs(whole)
    assert held(spec, whole) == 2
    said = capsys.readouterr().err
    assert "was begun with other settings: last_year (line 3) was 1901 and is 1902; choose another --out" in said
    assert finished_logs(whole) == before


def test_what_a_player_is_held_to_is_part_of_the_tournament(whole, tmp_path, capsys):
    spec = small(tmp_path)
    spec.write_text(spec.read_text().replace('model = "offline"', 'model = "offline"\nconstrain = "orders"', 1))
    assert held(spec, whole) == 2
    assert 'was "shape" and is "orders"; choose another --out' in capsys.readouterr().err


def test_no_key_reaches_the_folder(tmp_path):
    key = "sk-a-key-that-is-secret"
    spec = read_spec(small(tmp_path, more=f'[players.vendor]\nmodel = "openai:some@http://127.0.0.1:9#{key}"\n'))
    folder = TournamentFolder(tmp_path / "out")
    folder.agree(spec, spec.matches())
    texts = [path.read_text() for path in (tmp_path / "out").rglob("*.json")]
    assert len(texts) == 2
    assert not any(key in text for text in texts)
    agreed = json.loads((tmp_path / "out" / "tournament.json").read_text())
    assert agreed["settings"]["players"]["vendor"]["model"] == "openai:some@http://127.0.0.1:9"


def test_a_second_program_is_refused_at_once(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("ai_diplomacy.tournament.folder.PATIENCE", 3600.0)
    with TournamentFolder(tmp_path / "out").held():
        assert held(small(tmp_path), tmp_path / "out") == 2
    assert "is being played by another program" in capsys.readouterr().err


def test_workers_of_a_program_that_was_killed_are_waited_for(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("ai_diplomacy.tournament.folder.PATIENCE", 0.2)
    spec, folder = read_spec(small(tmp_path)), TournamentFolder(tmp_path / "out")
    with folder.held() as handle:
        folder.agree(spec, spec.matches())
        worker = os.dup(handle)
    try:
        assert held(small(tmp_path), tmp_path / "out") == 2
    finally:
        os.close(worker)
    assert "is still being played by workers of a program that was killed" in capsys.readouterr().err
    assert held(small(tmp_path), tmp_path / "out") == 0


@pytest.fixture
def refusing():
    """The id of a model that cannot be asked: its server wants a key."""
    command = [sys.executable, "-m", "ai_diplomacy", "serve", "--port", "0", "--key", "another"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])
    assert server.stdout is not None
    yield f"openai:x@{server.stdout.readline().strip()}/v1"
    server.terminate()
    server.communicate()


def against_bots(folder, model, *, games, baselines):
    (folder / "spec.toml").write_text(
        f'schedule = "one_vs_six"\nfield = "bot:hold"\ngames = {games}\nlast_year = 1901\nrounds = 0\nconcurrency = 2\n'
        f'baselines = {baselines}\n[players.one]\nmodel = "{model}"\n'
    )
    return folder / "spec.toml"


def test_when_nobody_could_be_asked_no_folder_is_left(tmp_path, capsys, refusing):
    spec = against_bots(tmp_path, refusing, games=7, baselines=["bot:hold"])
    assert held(spec, tmp_path / "new" / "out") == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "x@http" in said
    assert "cannot be asked" in said
    assert list(tmp_path.iterdir()) == [spec]
    (tmp_path / "out").mkdir()
    assert held(spec, tmp_path / "out") == 2
    assert list((tmp_path / "out").iterdir()) == []


def test_the_id_of_a_player_that_has_not_played_yet_is_corrected(tmp_path, capsys, refusing):
    out = tmp_path / "out"

    def tournament(model):
        return held(against_bots(tmp_path, model, games=14, baselines=["bot:hold", "bot:random"]), out)

    assert tournament(refusing) == 3
    before = finished_logs(out)
    assert before
    assert tournament("bot:dumbbot") == 0
    assert {name: log for name, log in finished_logs(out).items() if name in before} == before
    agreed = json.loads((out / "tournament.json").read_text())
    assert agreed["settings"]["players"]["one"]["model"] == "bot:dumbbot"
    assert len(agreed["games"]) == 14
    capsys.readouterr()
    assert tournament("bot:hold") == 2
    said = capsys.readouterr().err
    assert ': players.one.model (line 9) was "bot:dumbbot" and is "bot:hold"; choose another --out' in said
