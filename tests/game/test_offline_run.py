"""The first command of the README and the folder that it leaves."""

import csv
import json

import pytest
from command_runs import play_by_command
from diplomacy.utils.export import from_saved_game_format
from staging import Run, without_timestamps

from ai_diplomacy.board.player import RELATIONSHIPS

POWERS = ("AUSTRIA", "ENGLAND", "FRANCE", "GERMANY", "ITALY", "RUSSIA", "TURKEY")
FILES = {
    "calls.jsonl",
    "events.jsonl",
    "lmvsgame.json",
    "llm_responses.csv",
    "overview.jsonl",
    "timing.json",
    "trace.json",
    "game_manifesto.txt",
    "general_game.log",
    "powers",
    "story.md",
}


@pytest.fixture
def run(offline_run):
    return Run(offline_run.path, None)


def test_every_file_is_there_and_holds_something(run):
    assert {path.name for path in run.path.iterdir()} == FILES
    assert {path.stem for path in (run.path / "powers").iterdir()} == set(POWERS)
    assert all(path.stat().st_size > 0 for path in run.path.rglob("*"))


def test_the_terminal_shows_press_orders_centres_and_the_final_table(offline_run):
    output = offline_run.output
    for words in ("S1901M", "W1902A", "press, round 2", "orders", "centres", "pledges kept", "total_time"):
        assert words in output
    for power in POWERS:
        assert power.title() in output


def test_the_saved_game_opens_in_the_engines_own_tools(run):
    game = from_saved_game_format(run.saved)
    assert game.get_current_phase() == run.saved["phases"][-1]["name"]
    assert len(game.state_history) == len(run.saved["phases"]) - 1
    assert sum(len(messages) for messages in game.message_history.values()) == sum(
        len(message["recipients"]) for phase in run.saved["phases"] for message in phase["press"]
    )


def test_every_phase_is_complete(run):
    *played, current = run.saved["phases"]
    assert [phase["name"] for phase in played][:2] == ["S1901M", "F1901M"]
    assert current["name"] == "S1903M"
    for phase in played:
        assert set(phase["orders"]) == set(POWERS)
        ordered = {" ".join(order.split()[:2]) for orders in phase["orders"].values() for order in orders or ()}
        assert ordered - {"WAIVE"} <= set(phase["results"])
        assert set(phase["state_agents"]) == set(POWERS)
        recipients = {name for message in phase["press"] for name in message["recipients"]}
        assert recipients <= {*POWERS, "ALL"}
    for phase in run.saved["phases"]:
        relationships = phase["agent_relationships"]
        assert set(relationships) == set(POWERS)
        for power, others in relationships.items():
            assert set(others) == set(POWERS) - {power}
            assert set(others.values()) <= set(RELATIONSHIPS)
    movement = [phase for phase in played if phase["name"].endswith("M")]
    for phase in movement:
        units = {unit.lstrip("*") for units in phase["state"]["units"].values() for unit in units}
        ordered = {" ".join(order.split()[:2]) for orders in phase["orders"].values() for order in orders}
        assert ordered == units


def test_the_journal_the_table_and_the_statistics_agree(run):
    with (run.path / "llm_responses.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(run.calls)
    by_key = {
        (c["key"]["power"], c["key"]["phase"], c["key"]["step"], c["key"]["round"], c["key"]["attempt"]): c
        for c in run.calls
    }
    assert len(by_key) == len(run.calls)
    for row in rows:
        key = (row["power"], row["phase"], row["step"], int(row["round"]), int(row["attempt"]))
        assert row["raw_input"] == by_key[key]["request"]["prompt"]
        assert row["raw_response"] == by_key[key]["reply"]["text"]
    assert sum(figures["calls"] for figures in run.figures.values()) == len(rows)
    timing = json.loads((run.path / "timing.json").read_text())
    assert timing["calls"] == len(rows)
    assert timing["critical_path"] <= timing["total_time"]
    assert timing["critical_path"] <= timing["sum_of_call_time"]
    assert sum(row["calls"] for steps in timing["phases"].values() for row in steps.values()) == len(rows)


def test_nothing_is_asked_that_nobody_reads(run):
    steps = [(call["key"]["phase"], call["key"]["step"]) for call in run.calls if call["key"]["attempt"] == 0]
    assert steps.count(("S1901M", "initialize")) == 7
    assert not [step for phase, step in steps if step == "reflect" and phase.startswith("W1902")]
    assert not [step for _, step in steps if step == "consolidate"]
    negotiated = [phase for phase, step in steps if step == "negotiate"]
    assert {phase: negotiated.count(phase) for phase in negotiated} == dict.fromkeys(
        ("S1901M", "F1901M", "S1902M", "F1902M"), 14
    )


@pytest.mark.slow
def test_no_prompt_holds_a_message_that_its_power_may_not_read(run):
    private = [event for event in run.events_of("message_delivered") if event["recipients"] != ["ALL"]]
    assert len(private) > 100
    for message in private:
        readers = {message["sender"], *message["recipients"]}
        # The same words may have gone to others as well, in a message of their own.
        readers |= {
            reader
            for other in run.events_of("message_delivered")
            if message["body"] in other["body"]
            for reader in (other["sender"], *(POWERS if other["recipients"] == ["ALL"] else other["recipients"]))
        }
        for call in run.calls:
            if message["body"] in call["request"]["prompt"].replace('\\"', '"'):
                assert call["key"]["power"] in readers


def test_prompts_of_1901_are_short_and_the_system_prompt_never_changes(run):
    spring = [call for call in run.calls if call["key"]["phase"] == "S1901M" and call["key"]["attempt"] == 0]
    assert {call["key"]["step"] for call in spring} == {"initialize", "negotiate", "order", "reflect"}
    assert max(len(call["request"]["prompt"]) for call in spring) <= 6000
    assert max(len(call["request"]["system"]) for call in run.calls) < 6000
    for power in POWERS:
        assert len({call["request"]["system"] for call in run.calls if call["key"]["power"] == power}) == 1


def test_a_story_is_in_order_and_tells_what_only_its_power_knows(run):
    story = (run.path / "powers" / "FRANCE.md").read_text()
    headings = [line for line in story.splitlines() if line.startswith("## ")]
    assert headings[:2] == ["## Spring 1901", "## Fall 1901"]
    assert headings[-1] == "## The end"
    assert len(headings) == len(set(headings))
    for part in ("### Press, round 1", "### Press, round 2", "### Orders", "### What came of it", "**Goals**"):
        assert part in story
    assert "\n\n\n" not in story
    foreign = [
        event["body"]
        for event in run.events_of("message_delivered")
        if event["recipients"] != ["ALL"] and "FRANCE" not in (event["sender"], *event["recipients"])
    ]
    own = [event["body"] for event in run.events_of("message_delivered") if "FRANCE" in event["recipients"]]
    assert not [body for body in foreign if body in story and body not in own]


@pytest.mark.slow
def test_the_same_seed_gives_the_same_game_whatever_the_hash_seed(offline_run, tmp_path):
    flags = ("--max_year", "1902", "--num_negotiation_rounds", "2")
    expected = without_timestamps(Run(offline_run.path, None).saved)
    for hash_seed in ("1", "4242"):
        again = play_by_command(tmp_path / hash_seed, *flags, PYTHONHASHSEED=hash_seed)
        assert without_timestamps(Run(again.path, None).saved) == expected


@pytest.mark.slow
def test_another_seed_gives_another_game(offline_run, tmp_path):
    other = play_by_command(tmp_path / "other", "--max_year", "1901", "--seed", "1")
    phases = without_timestamps(Run(offline_run.path, None).saved)["phases"]
    others = without_timestamps(Run(other.path, None).saved)["phases"]
    assert phases[0]["press"] != others[0]["press"]
    assert phases[0]["orders"] != others[0]["orders"]


def test_the_chapters_of_a_story_stand_in_the_order_of_the_phases(run):
    seasons = {"Spring": 0, "Fall": 1, "Winter": 2}
    for power in POWERS:
        story = (run.path / "powers" / f"{power}.md").read_text()
        titles = [line.split()[1:3] for line in story.splitlines() if line.startswith("## ") and "The end" not in line]
        when = [(int(year.rstrip(":")), seasons[season]) for season, year in titles]
        assert when == sorted(when), power
