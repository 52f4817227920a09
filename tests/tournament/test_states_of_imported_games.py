"""A tournament of critical states begins at positions of games that other programs wrote."""

import json
from pathlib import Path

import pytest
from command_runs import run
from importing.foreign_games import events, human_game
from playing import recorded_game
from tournament.tournaments import held

from ai_diplomacy.analysis.analyzing import analyze
from ai_diplomacy.board.phase import Phase
from ai_diplomacy.game.events import MessageDelivered, PhaseStarted
from ai_diplomacy.importing.importing import import_games
from ai_diplomacy.models.events import CallAnswered
from ai_diplomacy.run.events import RunImported
from ai_diplomacy.tournament.reading import SpecError
from ai_diplomacy.tournament.spec import parse_spec

SPEC = """\
schedule = "states"
replicas = 1
processes = 1
seed = 1

[states.spring]
run = "people"
phase = "S1903M"
power = "RUSSIA"
others = "bot:hold"
last_phase = "F1903M"

[states.retreats]
run = "people"
phase = "S1902R"
others = "bot:hold"
last_phase = "F1902M"

[arms.control]

[arms.asked]
model = "offline"
memory = 2
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("imported states")
    document = human_game(recorded_game(3))
    (folder / "people.json").write_text(json.dumps(document))
    import_games([folder / "people.json"], folder)
    # Another one that does not go on by the rules.
    document["phases"][2]["state"]["units"]["FRANCE"] = ["A BUR"]
    (folder / "odd.json").write_text(json.dumps(document))
    import_games([folder / "odd.json"], folder)
    (folder / "spec.toml").write_text(SPEC)
    return folder


@pytest.fixture(scope="module")
def played(folder) -> Path:
    assert held(folder / "spec.toml", folder / "out") == 0
    return folder / "out"


def forks(out: Path) -> list[Path]:
    return sorted(path.parent for path in out.rglob("events.jsonl"))


def test_a_fork_begins_at_the_position_of_the_record_with_its_press(played):
    source = {phase["name"]: phase for phase in human_game(recorded_game(3))["phases"]}
    assert len(forks(played)) == 4
    for fork in forks(played):
        told = events(fork)
        assert any(isinstance(event, RunImported) for event in told)
        begun = {event.phase: event for event in told if isinstance(event, PhaseStarted)}
        forked = next(event.phase for event in told if type(event).__name__ == "RunForked")
        assert [name for name in begun if name <= forked and name in source]
        for power, units in source[forked]["state"]["units"].items():
            standing = sorted(unit for unit in units if not unit.startswith("*"))
            assert sorted(begun[forked].units[power]) == standing
        said = [event for event in told if isinstance(event, MessageDelivered) and event.phase in source]
        before = [name for name in source if list(source).index(name) < list(source).index(forked)]
        assert len([m for m in said if m.phase in before]) == sum(len(source[name]["messages"]) for name in before)
        saved = json.loads((fork / "lmvsgame.json").read_text())
        assert [phase["name"] for phase in saved["phases"]][: len(before)] == before


def test_who_plays_on_reads_what_was_written_to_it_and_nothing_else(played):
    last = next(phase for phase in recorded_game(3)["phases"] if phase["name"] == "F1902M")
    asked = [call for fork in forks(played) for call in events(fork) if isinstance(call, CallAnswered)]
    russian = [call for call in asked if call.key.actor == "RUSSIA" and call.key.phase == "S1903M"]
    assert {call.key.step for call in russian} >= {"initialize", "negotiate", "order"}
    prompts = "\n".join(call.request.prompt for call in russian)
    own = [m["message"] for m in last["messages"] if "RUSSIA" in (m["sender"], m["recipient"])]
    others = [m["message"] for m in last["messages"] if not {"RUSSIA", "GLOBAL"} & {m["sender"], m["recipient"]}]
    assert others
    assert not [text for text in others if len(text) > 20 and json.dumps(text)[1:-1] in prompts]
    assert own
    assert all(json.dumps(text)[1:-1] in prompts for text in own)


def test_such_a_fork_goes_as_it_went_when_it_is_played_again(played, capsys):
    for fork in forks(played):
        assert run("--replay", str(fork)) == 0
    assert "every prompt, message, order and result is the same" in capsys.readouterr().out


@pytest.mark.parametrize("phase", ["F1903M", "F1901M"])
def test_a_fork_of_such_a_fork_goes_on_from_its_own_phases_or_from_recorded_ones(phase, played, tmp_path):
    asked = next(path for path in forks(played) if any(isinstance(event, CallAnswered) for event in events(path)))
    flags = ["--run_dir", str(asked), "--resume_from_phase", phase, "--fork_to", str(tmp_path / "fork")]
    # Who played the recorded phases cannot be asked.
    assert run(*flags, *(["--models", "bot:hold", "--end_at_phase", "F1903M"] if phase == "F1901M" else [])) == 0
    assert run("--replay", str(tmp_path / "fork")) == 0
    told = events(tmp_path / "fork")
    assert [event.phase for event in told if isinstance(event, PhaseStarted)][-1] == "F1903M"
    assert next(event.until for event in told if isinstance(event, RunImported)) == min("S1903M", phase, key=Phase)
    inherited = {call.key.phase for call in told if isinstance(call, CallAnswered) and call.reply.inherited}
    assert inherited == ({"S1903M"} if phase == "F1903M" else set())


def test_its_own_phases_are_analysed_and_billed(played):
    found = analyze(played)
    assert set(found.games) >= {"control", "asked"}
    assert not found.provenance.imported


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (
            'power = "RUSSIA"\nothers = "bot:hold"',
            "",
            r'nobody in an imported run can be asked; write others = "bot:dumbbot"',
        ),
        ('phase = "S1903M"', 'phase = "S1960M"', "S1960M is no phase of people"),
        (
            'run = "people"\nphase = "S1903M"',
            'run = "odd"\nphase = "S1903M"',
            "cannot be gone on with in S1903M: the rules do not lead from F1901M",
        ),
        (
            SPEC[SPEC.index("[states.retreats]") :],
            '[arms.control]\n[arms.letter]\nedit = "add S1903M 1 FRANCE>ITALY: No."',
            "no message of an imported run can be changed",
        ),
    ],
)
def test_what_cannot_be_gone_on_with_is_refused_before_anything_is_played(old, new, complaint, folder):
    assert old in SPEC
    with pytest.raises(SpecError, match=complaint):
        parse_spec(SPEC.replace(old, new), folder / "spec.toml")
