"""Forks of critical states: arms compared replica by replica, at the end of the phase, of the year and of the game."""

import csv
import json
import random
import re
from itertools import product
from pathlib import Path

import pytest
from analysis.making import POWERS, config, one_year, write_run
from command_runs import run
from staging import Run
from tournament.tournaments import held

from ai_diplomacy.analysis.analyzing import analyze
from ai_diplomacy.analysis.states import Scope
from ai_diplomacy.board.phase import Phase
from ai_diplomacy.run.events import RunForked

_MOVE = re.compile(r"[AF] [A-Z/]+ - [A-Z/]+( VIA)?")
ARMS = ("control", "letter")
OVER = Scope("", "", "game")


def tournament(folder: Path, effects: dict[str, float], replicas: int = 14, *, draw: int = 1) -> Path:
    """Finished forks of states, an effect a state, in centres of FRANCE; ITALY has the seed's luck alone."""
    chance = random.Random(draw)
    states = {name: {"run": "X", "phase": "F1901M", "powers": ["FRANCE"]} for name in effects}
    games = []
    for seed in range(replicas):
        luck = chance.randint(3, 9)
        for state, effect in effects.items():
            for arm in ARMS:
                games.append({"seed": seed, "state": state, "arm": arm})
                more = effect * (arm == "letter") + chance.choice((0, 1))
                settings = config("offline", seed=seed)
                told = [{"after": "S1901M", "config": settings.document()}]
                write_run(
                    folder / "games" / f"{len(games):04}",
                    settings,
                    one_year({"FRANCE": round(luck + more), "ITALY": 12 - luck}),
                    forked=RunForked(f"/somewhere/{state}", "F1901M", told),
                )
    agreed = {"settings": {"states": states, "arms": {arm: {} for arm in ARMS}, "analysis": None}, "games": games}
    (folder / "tournament.json").write_text(json.dumps(agreed))
    return folder


def centers(folder: Path):
    """(scope) -> what the letter does to the centres."""
    states = analyze(folder).states
    return {effect.scope: effect.found for effect in states.effects if effect.found.measure.name == "centers"}


def test_an_effect_is_found_in_its_state_and_over_all_though_luck_is_larger(tmp_path):
    found = centers(tournament(tmp_path, {"one": 1, "two": 0}))
    assert found[Scope("one", "", "game")].difference == pytest.approx(1, abs=0.4)
    assert found[Scope("one", "", "game")].p < 0.005
    assert found[Scope("one", "", "game")].exchange == "pairs"
    assert found[Scope("two", "", "game")].p > 0.05
    assert found[OVER].difference == pytest.approx(0.5, abs=0.4)
    assert found[OVER].p < 0.05
    assert found[Scope("", "ITALY", "game")].difference == 0
    assert not [scope for scope in found if scope.seat == "FRANCE"]


def test_without_an_effect_nothing_is_found(tmp_path):
    for draw in range(4):
        folder = tournament(tmp_path / str(draw), {"one": 0}, draw=draw + 2)
        assert not analyze(folder).states.standing()
        assert set(centers(folder)) >= {Scope("one", "", "game"), Scope("one", "ITALY", "game")}


def test_from_seven_states_on_the_states_are_the_observations(tmp_path):
    found = centers(tournament(tmp_path, {f"s{number}": 1 for number in range(7)}, replicas=2))
    assert found[OVER].games == (7, 7)
    assert found[Scope("s0", "", "game")].games == (2, 2)


def test_a_question_asked_beforehand_is_answered_by_the_arms(tmp_path):
    from ai_diplomacy.analysis.question import read_question

    folder = tournament(tmp_path, {"one": 1, "two": 1})
    agreed = json.loads((folder / "tournament.json").read_text())
    asked = {"contrast": ["letter", "control"], "looks": [56]}
    agreed["settings"]["analysis"] = read_question(asked, ARMS, 4).document()
    (folder / "tournament.json").write_text(json.dumps(agreed))
    answer = analyze(folder).answer
    assert answer.planned
    assert answer.found
    assert "centres, letter less control, 56 games: 1.18 [0.85, 1.48], p < 0.001" in answer.sentence


@pytest.mark.slow
def test_figures_are_of_the_end_of_the_phase_of_the_year_and_of_the_game(tmp_path):
    flags = ("--max_year", "1903", "--models", "bot:dumbbot", "--display", "none")
    assert run("--run_dir", str(tmp_path / "X"), *flags) == 0
    (tmp_path / "spec.toml").write_text(
        'schedule = "states"\nreplicas = 2\n[states.fall]\nrun = "X"\nphase = "F1901M"\npower = "FRANCE"\n'
        '[arms.control]\n[arms.random]\nmodel = "bot:random"\n'
    )
    assert held(tmp_path / "spec.toml", tmp_path / "out") == 0
    rows = list(csv.DictReader((tmp_path / "out" / "analysis" / "state_means.csv").read_text().splitlines()))
    agreed = json.loads((tmp_path / "out" / "tournament.json").read_text())["games"]
    for arm, power in product(("control", "random"), POWERS):
        told = {
            row["horizon"]: float(row["mean"])
            for row in rows
            if (row["seat"], row["arm"], row["measure"]) == (power if power != "FRANCE" else "", arm, "centers")
        }
        forks = [Run(tmp_path / "out" / "games" / f"{n:04}", None) for n, g in enumerate(agreed, 1) if g["arm"] == arm]
        assert told == {
            "phase": _owned(forks, power, "F1901M"),
            "year": _owned(forks, power, "W1901A"),
            "game": _owned(forks, power, "W1903A"),
        }
        moves = [
            float(row["mean"])
            for row in rows
            if (row["seat"], row["arm"], row["measure"], row["horizon"])
            == (power if power != "FRANCE" else "", arm, "share_move", "phase")
        ]
        given = [
            order
            for fork in forks
            for event in fork.events_of("phase_adjudicated")
            if event["phase"] == "F1901M"
            for order in event["orders"][power]
        ]
        assert moves == [pytest.approx(sum(_MOVE.fullmatch(order) is not None for order in given) / len(given))]
    effects = list(csv.DictReader((tmp_path / "out" / "analysis" / "states.csv").read_text().splitlines()))
    assert {row["seat"] for row in effects} == {"", "AUSTRIA", "ENGLAND", "GERMANY", "ITALY", "RUSSIA", "TURKEY"}
    assert "Critical states" in (tmp_path / "out" / "analysis" / "report.html").read_text()


def _owned(forks: list[Run], power: str, last: str) -> float:
    """Mean centres after a phase."""
    ends = []
    for fork in forks:
        played = [event for event in fork.events_of("phase_adjudicated") if Phase(event["phase"]) <= last]
        ends.append(len(played[-1]["centers"].get(power, ())))
    return sum(ends) / len(ends)
