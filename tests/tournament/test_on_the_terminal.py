"""A tournament on the terminal: where it lies, what is under way, who stands where and when it is done."""

import asyncio
import io
import json

import pytest
from analysis.making import call
from tournament.tournaments import held, small

from ai_diplomacy.game.display import GameConsole
from ai_diplomacy.game.estimate import Range
from ai_diplomacy.game.estimated_time import clock, steps_in_a_row, time_line
from ai_diplomacy.models.budget import NOTHING
from ai_diplomacy.records.sealing import sealed
from ai_diplomacy.tournament.folder import TournamentFolder
from ai_diplomacy.tournament.panel import TournamentPanel
from ai_diplomacy.tournament.progress import Progress
from ai_diplomacy.tournament.spec import read_spec
from ai_diplomacy.tournament.standing import LiveStanding


@pytest.fixture(scope="module")
def tournament(tmp_path_factory):
    """Two games: (specification, folder)."""
    folder = tmp_path_factory.mktemp("two")
    path = small(folder, games=2)
    assert held(path, folder / "out") == 0
    return read_spec(path), TournamentFolder(folder / "out")


def progress_of(folder, spec, said):
    standing = LiveStanding(folder)
    return Progress(said.append, spec.games, 0, lambda: NOTHING, priced=True, standing=standing), standing


class Told(io.StringIO):
    """What a terminal gets."""

    def __init__(self, awaited):
        super().__init__()
        self.awaited, self.said = awaited, asyncio.Event()

    def write(self, text):
        if self.awaited in text:
            self.said.set()
        return super().write(text)


def begin(path, *calls):
    """The folder of a game that is being played."""
    path.mkdir(parents=True)
    (path / "events.jsonl").write_bytes(sealed({"type": "phase_started", "phase": "F1902M"}, 1))
    (path / "calls.jsonl").write_bytes(b"".join(sealed(call, number) for number, call in enumerate(calls, 1)))


@pytest.mark.slow
def test_the_first_lines_tell_folder_and_how_to_look_on_and_the_time(tmp_path, capsys):
    assert held(small(tmp_path, games=2), tmp_path / "out") == 0
    first = capsys.readouterr().out.splitlines()
    assert first[0] == f"folder: {tmp_path / 'out'}"
    assert first[1] == f"look on with: python -m ai_diplomacy view {tmp_path / 'out'}"
    lines = [line for line in first if line.startswith("game ")]
    assert len(lines) == 2
    assert all("; so far " in line and line.endswith("centres a seat") for line in lines)
    assert first.index(next(line for line in first if line.startswith("time: "))) < first.index(lines[0])


@pytest.mark.slow
def test_the_standing_is_that_of_the_finished_games(tournament):
    spec, folder = tournament
    _, standing = progress_of(folder, spec, [])
    for match in spec.matches():
        standing.count(match)
    games = json.loads((folder.path / "analysis" / "analysis.json").read_text())["games"]
    rows = [dict(zip(games["columns"], row, strict=True)) for row in games["rows"]]
    for one in standing.players():
        seats = [row["centers"] for row in rows if row["player"] == one.player]
        assert (one.seats, one.centers) == (len(seats), pytest.approx(sum(seats) / len(seats)))
    assert [one.centers for one in standing.players()] == sorted(
        (one.centers for one in standing.players()), reverse=True
    )


def test_a_game_under_way_tells_its_phase_and_what_it_has_cost(tmp_path):
    spec = read_spec(small(tmp_path, games=2))
    first, second = spec.matches()
    folder = TournamentFolder(tmp_path / "out")
    progress, standing = progress_of(folder, spec, [])
    progress.begun(first)
    progress.begun(second)
    begin(folder.game(first), call(cost=0.25), call(cost=0.5), call(cost=1.0, inherited=True))
    assert [(game.phase, game.cost_usd, game.calls) for game in standing.under_way()] == [
        ("F1902M", 0.75, 2),
        ("", 0.0, 0),
    ]
    with (folder.game(first) / "calls.jsonl").open("ab") as file:
        file.write(sealed(call(cost=None), 4) + b'{"half a line')
    assert (standing.under_way()[0].cost_usd, standing.under_way()[0].calls) == (None, 3)
    progress.lost("worker 1", [first, second])
    assert standing.under_way() == []


async def test_on_a_terminal_a_panel_shows_it_all_under_the_lines(tmp_path):
    spec = read_spec(small(tmp_path, games=2))
    folder = TournamentFolder(tmp_path / "out")
    progress, standing = progress_of(folder, spec, [])
    written = Told("F1902M")
    panel = TournamentPanel(progress, standing, GameConsole(file=written, force_terminal=True, width=100, height=40))
    progress.begun(spec.matches()[0])
    begin(folder.game(spec.matches()[0]), call(cost=0.25))
    async with panel.shown():
        await written.said.wait()
        panel.say("game 7: limit")
    shown = written.getvalue()
    assert "$0.2500" in shown
    assert "0 of 2 games, 1 under way" in shown
    assert "game 7: limit" in shown


@pytest.mark.slow
def test_a_dry_run_begins_with_the_challenger_and_tells_time(tmp_path, capsys):
    spec = tmp_path / "spec.toml"
    spec.write_text('schedule = "one_vs_six"\ngames = 21\n[players.challenger]\nmodel = "offline"\n')
    assert held(spec, tmp_path / "out", "--dry-run") == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].split()[:3] == ["game", "seed", "challenger"]
    table = said[said.index("") + 1 :]
    assert [line.split()[0] for line in table[:2]] == ["player", "challenger"]
    assert any(line.startswith("time: ") and "measured" in line for line in table)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [((20, 45), "20 to 45 s"), ((240, 1860), "4 to 31 min"), ((60, 7200), "60 s to 2.0 h"), ((5, 5), "5 s")],
)
def test_times_are_told_in_what_people_count_in(seconds, told):
    assert clock(Range(*seconds)) == told


def test_more_rounds_and_more_games_take_longer_and_more_at_once_less():
    short, long = (steps_in_a_row(4, rounds, planning=False) for rounds in (1, 3))
    assert short.low < long.low
    assert short.high < long.high
    assert "assumed" in time_line(short, asked=True)
    assert "10 games, 5 at once" in time_line(short, asked=True, games=10, at_once=5)
