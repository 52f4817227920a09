"""Tournaments of critical states: what their specifications say, what is refused, and that all arms share what was."""

import json
import re
import shutil
from pathlib import Path

import pytest
from command_runs import run
from staging import Run
from tournament.tournaments import begin, ended, finished_logs, games, held, killed, until_finished, untimed

from ai_diplomacy.agent.prompts import DEFAULT_DIRECTORY
from ai_diplomacy.board.phase import Phase
from ai_diplomacy.command.main import main
from ai_diplomacy.tournament.reading import SpecError
from ai_diplomacy.tournament.spec import parse_spec, read_spec

STATES = """\
schedule = "states"
replicas = 3
seed = 1

[states.open]
run = "X"
phase = "S1902M"
power = "FRANCE"

[states.later]
run = "X"
phase = "F1902M"
power = ["ITALY", "TURKEY"]

[arms.control]

[arms.other]
model = "bot:random"
"""
LETTER = '[arms.letter]\nedit = "add S1902M 2 FRANCE>ITALY: No."\n'


@pytest.fixture(scope="module")
def beside(tmp_path_factory) -> Path:
    """A folder with a run of two years, of bots that neither move nor write."""
    folder = tmp_path_factory.mktemp("states")
    flags = ("--max_year", "1902", "--models", "bot:hold", "--display", "none")
    assert run("--run_dir", str(folder / "X"), *flags) == 0
    return folder


def spec(text: str, beside: Path):
    return parse_spec(text, beside / "spec.toml")


def test_a_replica_has_one_seed_in_every_arm_and_state(beside):
    found = spec(STATES, beside).matches()
    assert [(match.state, match.arm) for match in found[:4]] == [
        ("open", "control"), ("open", "other"), ("later", "control"), ("later", "other"),
    ]  # fmt: skip
    assert [match.seed for match in found] == [seed for seed in dict.fromkeys(m.seed for m in found) for _ in range(4)]
    assert len({match.seed for match in found}) == 3
    assert spec(STATES.replace("= 3", "= 5"), beside).matches()[:12] == found


def test_an_arm_sits_in_the_seats_that_its_state_is_about(beside):
    found = spec(STATES, beside)
    for match in found.matches():
        config, treated = found.config(match), {"open": {"FRANCE"}, "later": {"ITALY", "TURKEY"}}[match.state]
        changed = {power for power, model in config.models.items() if str(model) == "bot:random"}
        assert changed == (treated if match.arm == "other" else set())
        assert (config.seed, config.max_year) == (match.seed, 1902)
        assert found.names(match.document()) == dict.fromkeys(treated, match.arm)


def test_where_a_message_is_changed_every_arm_keeps_what_was_said_before(beside):
    text = STATES.replace('model = "bot:random"', 'edit = ["S1902M 2 ITALY>ALL: x", "add S1902M 1 ITALY>ALL: x"]')
    text = text.replace("S1902M 2 ITALY>ALL", "add S1902M 2 ITALY>ALL") + LETTER
    with pytest.raises(SpecError, match="line 10: later has 1 arms: no message of F1902M is changed"):
        spec(text, beside)
    found = spec(re.sub(r"\[states.later\][^[]*(\[\"[^[]*)?(?=\[arms)", "", text), beside)
    edits = {match.arm: found.config(match).edits for match in found.matches()}
    assert edits == {
        "control": ("keep S1902M 1",),
        "other": ("keep S1902M 1", "add S1902M 2 ITALY>ALL: x", "add S1902M 1 ITALY>ALL: x"),
        "letter": ("keep S1902M 1", "add S1902M 2 FRANCE>ITALY: No."),
    }


def test_an_arm_whose_messages_are_of_other_phases_is_not_played_there(beside):
    other = 'edit = "add S1902M 1 FRANCE>ITALY: Yes."'
    found = spec(STATES.replace('model = "bot:random"', other) + LETTER.replace("S1902M", "F1902M"), beside)
    assert {(match.state, match.arm) for match in found.matches()} == {
        ("open", "control"), ("open", "other"), ("later", "control"), ("later", "letter"),
    }  # fmt: skip


def test_a_grid_crosses_all_settings_with_all_arms(beside):
    text = STATES.replace("bot:random", "offline") + "[grid]\nmemory = [1, 3]\nplanning = [false, true]\n"
    found = spec(text, beside)
    arms = {match.arm: found.config(match) for match in found.matches() if match.state == "open"}
    assert list(arms) == [
        f"{arm} memory={memory} planning={planning}"
        for arm in ("control", "other") for memory in (1, 3) for planning in ("false", "true")
    ]  # fmt: skip
    assert (arms["other memory=3 planning=true"].memory, arms["other memory=3 planning=true"].planning) == (
        {"FRANCE": 3},
        True,
    )
    alone = spec(re.sub(r"\[arms.*\n(model.*\n)?", "", text), beside)
    assert alone.matches()[1].arm == "memory=1 planning=true"


def test_forks_end_with_their_runs_or_where_they_are_told_to(beside):
    text = STATES.replace('"S1902M"', '"S1902M"\nlast_phase = "W1905A"')
    found = spec(text.replace("seed = 1", 'last_phase = "F1902M"'), beside)
    assert {match.state: (c.max_year, c.end_at_phase) for match in found.matches() for c in [found.config(match)]} == {
        "open": (1905, "W1905A"),
        "later": (1902, "F1902M"),
    }


def test_a_question_may_be_asked_of_two_arms(beside):
    asked = '[analysis]\ncontrast = ["other", "control"]\nlooks = [8]\n'
    assert spec(STATES + asked, beside).question.contrast == ("other", "control")
    with pytest.raises(SpecError, match=r"each a multiple of 4$"):
        spec(STATES + asked.replace("8", "6"), beside)


BAD = {
    "no run": ('run = "X"', 'run = "Y"', 6, "is not the folder of a run"),
    "no phase": ('phase = "S1902M"', "", 5, 'open has no phase; write phase = "S1902M"'),
    "a phase that was not played": ('"S1902M"', '"S1903M"', 7, "S1903M is no phase of X, which has S1901M, F1901M"),
    "no power": ('"FRANCE"', '"SPAIN"', 8, "'SPAIN' is no power; write one of AUSTRIA"),
    "too early an end": (
        "seed = 1",
        'last_phase = "F1901M"',
        3,
        "open: the game would end before S1902M",
    ),
    "no end": ("seed = 1", 'last_phase = "never"', 3, "last_phase: 'never' is not a phase"),
    "an unknown key of a state": ('phase = "S1902M"', 'when = "S1902M"', 7, r"unknown key 'when' in \[states.open\]"),
    "an unknown key of an arm": ('model = "bot:random"', "temper = 1", 18, r"unknown key 'temper' in \[arms.other\]"),
    "one arm": ("[arms.control]", "", 17, "1 arms, and at least two are compared; write"),
    "an edit that is none": ('model = "bot:random"', 'edit = "S1902M"', 18, "'S1902M' is no edit; write, for example"),
    "a message that was not written": (
        'model = "bot:random"',
        'edit = ["drop S1902M 1 FRANCE>ITALY", "add F1902M 1 FRANCE>ITALY: x"]',
        17,
        "other in open: --edit: round 1 of S1902M has no messages FRANCE>ITALY; it has none",
    ),
    "another setting beside an edit": (
        'model = "bot:random"',
        'edit = ["add S1902M 1 FRANCE>ITALY: x", "add F1902M 1 FRANCE>ITALY: x"]\nmodel = "bot:random"',
        17,
        "what was said before the message stays, so it was said with models as before",
    ),
    "a grid of one value": (
        "[arms.control]",
        "[grid]\nmemory = 1\n[arms.control]",
        None,
        "write a list of different values",
    ),
    "an arm and a grid": (
        "[arms.control]",
        '[grid]\nmodel = ["offline"]\n[arms.control]',
        20,
        r"model is in \[grid\] too",
    ),
    "rounds of a tournament": ("seed = 1", "rounds = 1", 3, "unknown key 'rounds'; the keys are schedule, replicas"),
    "no replica": ("replicas = 3", "replicas = 0", 2, "replicas = 0; write a whole number from 1"),
}


@pytest.mark.parametrize(("old", "new", "line", "problem"), BAD.values(), ids=BAD)
def test_a_bad_one_names_its_line_and_what_to_write(beside, old, new, line, problem):
    assert old in STATES
    with pytest.raises(SpecError, match=problem) as refused:
        spec(STATES.replace(old, new, 1), beside)
    assert line is None or f"line {line}:" in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.fixture(scope="module")
def negotiated(tmp_path_factory) -> Path:
    """A folder with a run of two years with press, and two replicas of a tournament of it."""
    folder = tmp_path_factory.mktemp("negotiated")
    flags = ("--max_year", "1902", "--num_negotiation_rounds", "1", "--display", "none")
    assert run("--run_dir", str(folder / "X"), *flags) == 0
    assert held(written(folder), folder / "out") == 0
    return folder


def written(folder: Path, **changed: str) -> Path:
    lines = {"replicas": "2", "concurrency": "2", **changed}
    text = "\n".join(f"{key} = {value}" for key, value in lines.items())
    path = folder / "spec.toml"
    states = STATES.replace("replicas = 3\n", f"{text}\n").replace('power = "FRANCE"', 'power = "AUSTRIA"')
    states = re.sub(r"\[states.later\][^[]*\[[^[]*(?=\[arms)", "", states).replace('model = "bot:random"\n', "")
    path.write_text(states + 'edit = "add S1902M 1 AUSTRIA>ITALY: We come for Venice."\n')
    return path


@pytest.mark.slow
def test_all_arms_of_a_replica_share_all_that_was_before_the_message(negotiated):
    agreed = json.loads((negotiated / "out" / "tournament.json").read_text())["games"]
    names = json.loads((negotiated / "out" / "games" / "players.json").read_text())
    assert [game["arm"] for game in agreed] == ["control", "other"] * 2
    assert [set(names[f"{number:04}"].items()) for number in (1, 2)] == [
        {("AUSTRIA", "control")},
        {("AUSTRIA", "other")},
    ]
    source = Run(negotiated / "X", None)

    def told(game: Run) -> list:
        return [(e["sender"], e["body"]) for e in game.events_of("message_delivered") if Phase(e["phase"]) <= "S1902M"]

    before = told(source)
    for number, game in enumerate(agreed, 1):
        fork = Run(negotiated / "out" / "games" / f"{number:04}", None)
        edited = ("AUSTRIA", "We come for Venice.")
        assert [m for m in told(fork) if m != edited] == before
        assert (edited in told(fork)) == (game["arm"] == "other")
        asked = {call["key"]["phase"] for call in fork.calls if not call["reply"]["inherited"]}
        assert min(asked, key=Phase) == "S1902M"
        first = [call for call in fork.calls if (call["key"]["phase"], call["key"]["step"]) == ("S1902M", "negotiate")]
        assert len(first) == 7
        assert all(call["reply"]["inherited"] for call in first)


@pytest.mark.slow
def test_the_forks_are_the_same_however_they_are_spread(negotiated, tmp_path):
    assert held(written(negotiated, processes="2"), tmp_path / "out") == 0
    assert games(tmp_path / "out") == games(negotiated / "out")
    assert untimed(tmp_path / "out") == untimed(negotiated / "out")


@pytest.mark.slow
def test_killed_in_the_middle_nothing_of_the_forks_is_lost(negotiated, tmp_path):
    path = written(negotiated, concurrency="4")
    process = begin(path, tmp_path / "out")
    until_finished(process, 1)
    killed(process)
    before = finished_logs(tmp_path / "out")
    assert 1 <= len(before) <= 4
    assert "going on with" in ended(begin(path, tmp_path / "out"))
    assert {name: log for name, log in finished_logs(tmp_path / "out").items() if name in before} == before
    assert games(tmp_path / "out") == games(negotiated / "out")
    assert untimed(tmp_path / "out") == untimed(negotiated / "out")


@pytest.mark.slow
def test_other_states_and_arms_are_not_played_into_the_folder(negotiated, capsys):
    path = written(negotiated)
    path.write_text(path.read_text().replace("Venice", "Rome").replace('power = "AUSTRIA"', 'power = "FRANCE"'))
    capsys.readouterr()
    assert held(path, negotiated / "out") == 2
    said = capsys.readouterr().err
    assert "states.open.powers (line" in said
    assert "arms.other.edit (line" in said
    assert len(read_spec(written(negotiated, replicas="4")).matches()) == 8


@pytest.mark.slow
def test_the_templates_of_an_arm_are_kept_and_the_folder_may_move_in_the_middle(negotiated, tmp_path, capsys):
    mine = negotiated / "mine"
    shutil.copytree(DEFAULT_DIRECTORY, mine)
    path = written(negotiated, replicas="1")
    path.write_text(re.sub("edit = .*", 'prompts = "mine"', path.read_text()))
    with (mine / "order.j2").open("a") as file:
        file.write("Be bold.\n")
    assert held(path, tmp_path / "out") == 0
    fork = tmp_path / "out" / "games" / "0002"
    whole = games(tmp_path / "out")
    # As after a kill in the middle: half of the calls, and of what was told.
    for name in ("calls.jsonl", "events.jsonl"):
        lines = (fork / name).read_bytes().splitlines(keepends=True)
        (fork / name).write_bytes(b"".join(lines[: len(lines) * 3 // 4]))
    with (mine / "order.j2").open("a") as file:
        file.write("Be cautious.\n")
    (tmp_path / "out").rename(tmp_path / "moved")
    capsys.readouterr()
    assert held(path, tmp_path / "moved") == 0
    assert "was edited since the tournament was begun (order.j2); other goes on with" in capsys.readouterr().out
    again = games(tmp_path / "moved")
    # Records name the folder of the templates, which moved.
    for game in (*again.values(), *whole.values()):
        del game["config"]
    assert again == whole
    shutil.rmtree(mine)


@pytest.mark.slow
def test_a_bundle_of_forks_holds_what_the_arms_do(negotiated, tmp_path):
    assert main(["bundle", str(negotiated / "out"), "--out", str(tmp_path / "bundle")]) == 0
    assert main(["bundle", "--verify", str(tmp_path / "bundle")]) == 0
    kept = json.loads((tmp_path / "bundle" / "analysis" / "analysis.json").read_text())["states"]
    assert {row[kept["columns"].index("arm")] for row in kept["rows"]} == {"other"}
