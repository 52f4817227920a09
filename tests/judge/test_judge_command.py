"""``analyze --judge``: asked under a cap, kept beside the games, read again without asking."""

import csv
import json
import subprocess
import sys
import threading

import pytest
from chat_server import chat_server
from command_runs import ROOT
from readings import ANSWER, analyze, game, right_of, words

from ai_diplomacy.agent.events import DiaryWritten
from ai_diplomacy.bundle.making import make_bundle
from ai_diplomacy.game.events import MessageDelivered

RULES = ("--judge", "rules")


def table(path, name):
    with (path / "analysis" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def command(path, *flags):
    """In a process of its own."""
    program = [sys.executable, "-m", "ai_diplomacy", "analyze", str(path), "--max_concurrency", "1", *flags]
    return subprocess.Popen(program, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def answered(path):
    """The cases whose answer is kept, by run."""
    return sorted(
        (journal.parts[-4], json.loads(line)["key"]["power"])
        for journal in path.glob("*/judge/*/calls.jsonl")
        for line in journal.read_text().splitlines()
    )


def test_two_judges_that_go_by_rules_agree_with_themselves(tmp_path, capsys):
    """On what was taken back, of which there is one in each game, and one promise that was just broken."""
    more = MessageDelivered("S1901M", 1, 6, "ENGLAND", ["FRANCE"], "Edinburgh goes to the North Sea.", ["F EDI - NTH"])
    for number in range(3):
        game(tmp_path / f"run{number}", [*words(), more], seed=number)
    ended = analyze(capsys, str(tmp_path), *RULES, *RULES)
    assert (ended.status, ended.errors) == (0, "")
    assert "Agreement of judges" in ended.output
    rows = {(row["what"], row["first"], row["second"]): row for row in table(tmp_path, "agreement")}
    pair = rows["taken back", "rules", "rules (2)"]
    assert (float(pair["kappa"]), pair["both_yes"], pair["neither"], pair["games"]) == (1.0, "3", "3", "3")
    assert {row["first_alone"] for row in rows.values() if row["second"] == "rules (2)"} == {"0"}
    told = table(tmp_path, "judges")
    assert [(row["judge"], row["asked"], row["unanswered"], row["refused"]) for row in told] == [
        ("rules", "9", "0", "0"),
        ("rules (2)", "9", "0", "0"),
    ]


def test_the_judge_without_a_key_reads_plain_promises_and_what_was_meant_by_them(tmp_path, capsys):
    said = [
        MessageDelivered("S1901M", 1, 1, "FRANCE", ["ENGLAND"], "Peace! I stay out of the English Channel.", []),
        MessageDelivered(
            "S1901M", 1, 2, "FRANCE", ["ENGLAND"], "Stay out of Burgundy. Are my armies out of Burgundy?", []
        ),
        DiaryWritten("FRANCE", "S1901M", "negotiate", 1, "I lied to England: F BRE - ENG."),
    ]
    game(tmp_path / "run", said)
    assert analyze(capsys, str(tmp_path), *RULES).status == 0
    (row,) = table(tmp_path, "judgements")
    assert (row["source"], row["commitment"], row["verdict"]) == ("judge", "out of ENG", "broken")
    assert (row["account"], row["said"]) == ("lie", "I stay out of the English Channel.")


def test_judgements_are_read_again_without_asking(tmp_path, capsys):
    game(tmp_path / "run")
    asked = []

    def says(prompt):
        asked.append(prompt)
        return right_of(prompt)

    with chat_server(says) as model:
        ended = analyze(capsys, str(tmp_path), "--judge", model)
        assert (ended.status, ended.errors, len(asked)) == (0, "", 3)
        first = table(tmp_path, "judgements")
        again = analyze(capsys, str(tmp_path), "--judge", model)
        assert (again.status, len(asked)) == (0, 3)
    without = analyze(capsys, str(tmp_path))
    assert without.status == 0
    assert table(tmp_path, "judgements") == first
    assert "sk-local" not in ended.output + json.dumps(first)
    (prose,) = (row for row in first if row["source"] == "judge")
    assert (prose["sender"], prose["recipient"], prose["commitment"]) == ("FRANCE", "ENGLAND", "out of ENG")
    assert (prose["verdict"], prose["account"], prose["ordered"]) == ("broken", "lie", "F BRE - ENG")
    assert prose["said"] == "out of the English Channel"
    report = (tmp_path / "analysis" / "report.html").read_text()
    assert "Word and deed by judges" in report


def test_a_judge_that_invents_a_quote_is_refused_and_told_of(tmp_path, capsys):
    game(tmp_path / "run")
    invented = json.dumps(ANSWER | {"commitments": [ANSWER["commitments"][0] | {"quote": "I swear it by my crown"}]})
    with chat_server(lambda prompt: invented if '"power":"FRANCE"' in prompt else right_of(prompt)) as model:
        ended = analyze(capsys, str(tmp_path), "--judge", model)
    assert ended.status == 0
    assert [row for row in table(tmp_path, "judgements") if row["source"] == "judge"] == []
    (told,) = table(tmp_path, "judges")
    assert (told["promises_in_prose"], told["refused"]) == ("0", "1")


def test_what_a_judge_read_of_a_run_is_no_game(tmp_path, capsys):
    game(tmp_path / "run")
    analyze(capsys, str(tmp_path), *RULES)
    ended = analyze(capsys, str(tmp_path))
    assert "unreadable" not in ended.output
    assert [row["games"] for row in table(tmp_path, "judges")] == ["1"]
    direct = analyze(capsys, str(tmp_path / "run" / "judge" / "rules"))
    assert "it is what a judge has read, and no game" in " ".join(direct.output.split())


def test_an_estimate_asks_nobody_and_writes_nothing(tmp_path, capsys):
    game(tmp_path / "run")
    ended = analyze(capsys, str(tmp_path), "--judge", "openai:gpt-5-mini", "--estimate")
    assert (ended.status, ended.errors) == (0, "")
    assert "3 of 3 phases of one power each are to be read" in ended.output
    assert "openai:gpt-5-mini" in ended.output
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert not (tmp_path / "run" / "judge").exists()


@pytest.mark.parametrize(
    ("flags", "why"),
    [
        (("--judge", "nobody:nothing"), "unknown provider"),
        (("--judge", "openai:some"), "no key for openai"),
        (("--judge", "offline"), "plays, and judges nothing"),
        (("--judge", "bot:dumbbot"), "plays, and judges nothing"),
        (("--estimate",), "are for --judge MODEL"),
        (("--max_cost_usd", "1"), "are for --judge MODEL"),
        (("--judge", "rules", "--labels", "nowhere.csv"), "cannot read 'nowhere.csv'"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_line_and_nothing_is_written(tmp_path, capsys, monkeypatch, flags, why):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    game(tmp_path / "run")
    ended = analyze(capsys, str(tmp_path), *flags)
    assert ended.status == 2
    assert why in ended.errors
    assert ended.errors.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert not (tmp_path / "run" / "judge").exists()


@pytest.mark.slow
def test_a_server_that_is_not_there_leaves_nothing_behind(tmp_path, capsys):
    game(tmp_path / "run")
    ended = analyze(capsys, str(tmp_path), "--judge", "openai:it@http://127.0.0.1:9/v1#sk-local-0123456789")
    assert ended.status == 2
    assert "sk-local" not in ended.errors
    assert list(tmp_path.glob("run/judge/*")) == []


@pytest.mark.slow
def test_a_cap_stops_judges_that_a_higher_one_goes_on_with(tmp_path):
    for number in range(4):
        game(tmp_path / f"run{number}", seed=number)
    asked = []

    def says(prompt):
        asked.append(prompt)
        return right_of(prompt)

    limits = ("--max_tokens", "100", "--max_tokens_total")
    with chat_server(says) as model:
        stopped = command(tmp_path, "--judge", model, *limits, "9000")
        output, errors = stopped.communicate()
        assert stopped.returncode == 3
        assert "the cap of 9,000 tokens is reached" in errors
        assert "Go on with: " in errors
        assert "sk-local" not in errors
        assert "it will stop at the cap" in output
        kept = answered(tmp_path)
        assert 0 < len(kept) < 12
        went_on = command(tmp_path, "--judge", model, *limits, "1000000")
        _, errors = went_on.communicate()
        assert (went_on.returncode, errors) == (0, "")
    assert len(asked) == 12
    assert len(answered(tmp_path)) == 12
    assert kept == [case for case in answered(tmp_path) if case in kept]


@pytest.mark.slow
def test_a_killed_program_loses_no_answer_and_asks_nothing_twice(tmp_path):
    for number in range(3):
        game(tmp_path / f"run{number}", seed=number)
    asked: list[str] = []
    enough, stopped = threading.Event(), threading.Event()

    def says(prompt):
        asked.append(prompt)
        if len(asked) == 5:
            enough.set()
            # The program is killed while it waits for this one.
            stopped.wait(30)
        return right_of(prompt)

    with chat_server(says) as model:
        killed = command(tmp_path, "--judge", model)
        assert enough.wait(60)
        killed.kill()
        killed.communicate()
        stopped.set()
        assert len(answered(tmp_path)) == 4
        went_on = command(tmp_path, "--judge", model)
        _, errors = went_on.communicate()
        assert (went_on.returncode, errors) == (0, "")
    assert len(asked) == 5 + 9 - 4
    assert len(set(answered(tmp_path))) == len(answered(tmp_path)) == 9
    assert {row["account"] for row in table(tmp_path, "judgements") if row["source"] == "judge"} == {"lie"}


@pytest.mark.slow
def test_judgements_are_given_away_with_their_games_and_the_judge_s_address_is_not(tmp_path, capsys):
    pytest.importorskip("pyarrow", reason="pyarrow is an extra: pip install '.[parquet]'")
    for number in range(2):
        game(tmp_path / "games" / f"run{number}", seed=number)
    with chat_server(right_of) as model:
        assert analyze(capsys, str(tmp_path / "games"), "--judge", model).status == 0
    address = model.split("//")[1].split("/")[0]
    (unsaved,) = (tmp_path / "games" / "run1" / "judge").iterdir()
    (unsaved / "judgements.json").unlink()
    bundle = tmp_path / "bundle"
    make_bundle(tmp_path / "games", bundle, "Two games", ["Ada"])
    assert len(list((bundle / "runs" / "run0" / "judge").iterdir())) == 1
    assert not (bundle / "runs" / "run1" / "judge").exists()
    for path in bundle.rglob("*"):
        assert address not in str(path)
        assert path.is_dir() or address.encode() not in path.read_bytes()
    assert '"commitment": "out of ENG"' in next(bundle.rglob("judgements.json")).read_text()
