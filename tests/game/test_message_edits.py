"""A fork in which a message is changed: what was said before it stays, what comes after it is free."""

import json
from pathlib import Path

import pytest
from command_runs import run
from staging import Run

from ai_diplomacy.board.phase import Phase

SAID_1, SAID_2 = ("S1902M", 1), ("S1902M", 2)


@pytest.fixture(scope="module")
def game(tmp_path_factory) -> Run:
    path = tmp_path_factory.mktemp("runs") / "run"
    assert run("--run_dir", str(path), "--max_year", "1902", "--display", "none") == 0
    return Run(path, None)


def forked(game: Run, path: Path, *edits: str, flags: tuple[str, ...] = ()) -> Run:
    given = [flag for edit in edits for flag in ("--edit", edit)]
    assert run("--run_dir", str(game.path), "--fork_to", str(path), "--display", "none", *given, *flags) == 0
    return Run(path, None)


def letter(game: Run, place: tuple[str, int]) -> tuple[str, str]:
    """A private one of that phase and round: how an edit names it, and its text."""
    for event in game.events_of("message_delivered"):
        if (event["phase"], event["round"]) == place and event["recipients"] != ["ALL"] and not event["pledges"]:
            return f"{place[0]} {place[1]} {event['sender']}>{','.join(event['recipients'])}", event["body"]
    raise AssertionError("nobody wrote")


def prompts(game: Run) -> dict[tuple[str, str, str, int], str]:
    """Phase, power, step and round -> digest of the first prompt."""
    keys = ("phase", "power", "step", "round")
    calls = [call for call in game.calls if call["key"]["attempt"] == 0]
    return {tuple(call["key"][name] for name in keys): call["request"]["sha256"] for call in calls}


def happened(game: Run) -> list[object]:
    kinds = ("message_delivered", "orders_submitted", "phase_adjudicated", "run_finished")
    passing = ("time", "line", "crc32", "total_time")
    return [
        {name: value for name, value in event.items() if name not in passing}
        for event in game.events
        if event["type"] in kinds
    ]


@pytest.mark.slow
@pytest.mark.parametrize("place", [SAID_1, SAID_2])
def test_an_edit_that_changes_nothing_leaves_the_same_game(game, tmp_path, place):
    named, body = letter(game, place)
    fork = forked(game, tmp_path / "fork", f"{named}: {body}")
    assert happened(fork) == happened(game)
    assert prompts(fork) == prompts(game)
    (event,) = fork.events_of("message_edited")
    assert (event["before"], event["after"], event["problem"]) == (body, body, "")


@pytest.mark.slow
@pytest.mark.parametrize("asked_for", [(), ("--reflect", "beside"), ("--truth_tags", "--provisional_orders")])
def test_a_changed_message_touches_nothing_before_it_and_nobody_who_may_not_read_it(tmp_path, asked_for):
    flags = ("--max_year", "1902", "--display", "none", *asked_for)
    assert run("--run_dir", str(tmp_path / "run"), *flags) == 0
    game = Run(tmp_path / "run", None)
    for place, then in ((SAID_1, ("S1902M", "negotiate", 2)), (SAID_2, ("S1902M", "order", 0))):
        named, _ = letter(game, place)
        fork = forked(game, tmp_path / str(place[1]), f"{named}: You will not see me again.")
        told, now = prompts(game), prompts(fork)
        changed = {key for key in told if told[key] != now.get(key)}
        sender, _, readers = named.split()[2].partition(">")
        at_once = {power for phase, power, step, round in changed if (phase, step, round) == then}
        assert at_once == {sender, *readers.split(",")}
        later = {"order", "reflect", "negotiate", "provisional"} if place == SAID_1 else {"order", "reflect"}
        assert {step for phase, _, step, _ in changed if Phase(phase) <= "S1902M"} <= later
        asked = [call["key"] for call in fork.calls if not call["reply"]["inherited"]]
        assert min(Phase(key["phase"]) for key in asked) == "S1902M"
        rounds = {key["round"] for key in asked if (key["phase"], key["step"]) == ("S1902M", "negotiate")}
        rounds |= {key["round"] + 1 for key in asked if (key["phase"], key["step"]) == ("S1902M", "provisional")}
        assert rounds == ({2} if place == SAID_1 else set()), "what was said before is not asked again"
        assert ("S1902M", sender, "negotiate", place[1]) not in changed
        assert run("--replay", str(fork.path)) == 0


@pytest.mark.slow
def test_added_dropped_and_pledged_messages_are_delivered_and_told(game, tmp_path, capsys):
    named, body = letter(game, SAID_1)
    sender = named.split()[2].partition(">")[0]
    unit = next(event for event in game.events_of("phase_started") if event["phase"] == "S1902M")["units"]["TURKEY"][0]
    fork = forked(
        game, tmp_path / "fork", f"drop {named}", f"add S1902M 1 TURKEY>ALL: Beware! [{unit} H, A YOR - LON]",
        "S1902M 2 TURKEY>AUSTRIA,ENGLAND,FRANCE,GERMANY: none", flags=("--display", "plain"),
    )  # fmt: skip
    told = capsys.readouterr().out
    dropped, added, missing = fork.events_of("message_edited")
    assert (dropped["before"], dropped["after"]) == (body, None)
    assert (added["after"], added["problem"]) == ("Beware!", "not possible, so not pledged: A YOR - LON")
    assert (missing["before"], missing["after"], missing["problem"]) == (None, None, "there was no such message")
    press = [event for event in fork.events_of("message_delivered") if (event["phase"], event["round"]) == SAID_1]
    assert [event["sequence"] for event in press] == list(
        range(press[0]["sequence"], press[0]["sequence"] + len(press))
    )
    assert not [event for event in press if event["body"] == body]
    (warned,) = [event for event in press if event["body"] == "Beware!"]
    assert (warned["sender"], warned["recipients"], warned["pledges"]) == ("TURKEY", ["ALL"], [f"{unit} H"])
    assert "edited: add S1902M 1 TURKEY>ALL" in " ".join(told.split())
    assert "Not delivered in this fork, I had written to" in (fork.path / "powers" / f"{sender}.md").read_text()
    assert "was added in this fork" in (fork.path / "powers" / "TURKEY.md").read_text()


@pytest.mark.slow
def test_several_forks_with_an_edit_differ_by_what_comes_after_it_alone(game, tmp_path):
    named, _ = letter(game, SAID_1)
    forked(game, tmp_path / "many", f"{named}: No.", flags=("--repeat", "2"))
    one, two = (Run(tmp_path / "many" / name, None) for name in ("1", "2"))
    differ = [key for key, digest in prompts(one).items() if prompts(two).get(key) != digest]
    assert differ
    assert min(Phase(key[0]) for key in differ) == "S1902M"
    assert not [key for key in differ if (key[0], key[2], key[3]) == ("S1902M", "negotiate", 1)]


@pytest.mark.slow
def test_forks_without_an_edit_share_what_was_said_as_well(game, tmp_path):
    forked(game, tmp_path / "many", "keep S1902M 1", flags=("--repeat", "2"))
    one, two = (Run(tmp_path / "many" / name, None) for name in ("1", "2"))
    assert happened(one) == happened(game)
    assert not one.events_of("message_edited")
    differ = {key[:1] + key[2:] for key, digest in prompts(two).items() if prompts(game).get(key) != digest}
    assert ("S1902M", "negotiate", 2) in differ
    assert ("S1902M", "negotiate", 1) not in differ


@pytest.mark.slow
@pytest.mark.parametrize(
    ("flags", "problem"),
    [
        (["--edit", "drop S1902M 1 AUSTRIA>ENGLAND,FRANCE,ITALY"], "has no messages AUSTRIA>ENGLAND,FRANCE,ITALY; it "),
        (["--edit", "drop S1902M 3 AUSTRIA>ITALY"], "S1902M has 2 rounds of press"),
        (["--edit", "add S1903M 1 AUSTRIA>ITALY: x"], "S1903M is no phase of"),
        (["--edit", "add S1902M 1 AUSTRIA>ITALY: x", "--resume_from_phase", "F1901M"], "begin it with S1902M"),
        (["--edit", "add S1902M 1 AUSTRIA>ITALY: x", "--models", "FRANCE=bot:hold"], "said with models as before"),
        (["--edit", "add S1902M 1 AUSTRIA>ITALY: x", "--max_year", "1903"], "prompts name the last year"),
        (["--edit", f"add S1902M 1 AUSTRIA>ITALY: {'x' * 1201}"], "may have 1200 characters, and this one has 1201"),
        (["--edit", "hello"], "'hello' is no edit"),
    ],
    ids=["no such message", "no such round", "not played", "another phase", "another model", "longer", "long", "words"],
)  # fmt: skip
def test_an_edit_that_cannot_be_is_refused_in_a_line(game, tmp_path, capsys, flags, problem):
    assert run("--run_dir", str(game.path), "--fork_to", str(tmp_path / "fork"), *flags) == 2
    said = capsys.readouterr().err
    assert problem in said
    assert said.count("\n") == 1
    assert not (tmp_path / "fork").exists()


def test_an_edit_is_for_forks_alone(tmp_path, capsys):
    assert run("--run_dir", str(tmp_path / "run"), "--edit", "drop S1901M 1 AUSTRIA>ITALY") == 2
    assert "--edit is for forks: --run_dir DIR --fork_to NEW --edit ..." in capsys.readouterr().err


def test_edits_are_kept_in_the_settings_of_the_fork(game, tmp_path):
    fork = forked(game, tmp_path / "fork", "add s1902m 2 turkey > France: Hello")
    (started,) = fork.events_of("run_forked")
    assert started["settings"][-1]["config"]["edits"] == ["add S1902M 2 TURKEY>FRANCE: Hello"]
    assert json.loads((fork.path / "lmvsgame.json").read_text())["phases"]
