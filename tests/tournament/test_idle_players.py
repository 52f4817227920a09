"""A tournament with a player of whose replies none can be used: its games stop, are told of, and the others go on."""

import asyncio
import json

import pytest
from chat_server import chat_server
from tournament.tournaments import held, small

from ai_diplomacy.game.diplomacy import DIPLOMACY
from ai_diplomacy.run.glance import glance
from ai_diplomacy.run.history import read_history
from ai_diplomacy.run.replay import replay

pytestmark = pytest.mark.slow

MUTE = """
[players.mute]
model = "{model}"
"""


@pytest.mark.parametrize("processes", [1, 2])
def test_games_of_a_seat_that_does_not_play_stop_and_the_tournament_goes_on(tmp_path, capfd, processes):
    out = tmp_path / "out"
    with chat_server(lambda _: "I cannot help with that.") as model:
        spec = small(tmp_path, games=6, processes=processes, more=MUTE.format(model=model))
        text = spec.read_text().replace('baselines = ["bot:hold"]', 'baselines = ["bot:hold"]\nfield = "off"')
        spec.write_text(text.replace('"round_robin"', '"one_vs_six"').replace("games = 6", "games = 14"))
        assert held(spec, out) == 3
        said = capfd.readouterr()
        assert said.out.count("stopped: ") == 7
        assert "does not play: all 3 steps of the first phase were unusable" in said.out
        assert said.err.count("\n") == 1
        assert "in 7 of 14 games a seat does not play; everything is kept. Go on with: " in said.err
        assert "max_unusable_steps = 0" in said.err
        finished = [path for path in sorted((out / "games").glob("*/")) if glance(path).finished]
        assert len(finished) == 7
        for path in sorted(set((out / "games").glob("*/")) - set(finished)):
            assert not asyncio.run(replay(read_history(path, DIPLOMACY), DIPLOMACY)).ended
        assert (out / "analysis" / "report.html").is_file()
        spec.write_text(spec.read_text() + "[calls]\nmax_unusable_steps = 0\n")
        assert held(spec, out) == 0
        assert all(glance(path).finished for path in (out / "games").glob("*/"))
        tables = json.loads((out / "analysis" / "analysis.json").read_text())
        assert {row[0] for row in tables["ratings"]["rows"] if row[3] is not None} == {"off", "bot:hold"}
