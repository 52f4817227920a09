"""A tournament on a real local Ray cluster of two actors, one of which is killed in the middle."""

import os
import re
import signal

import pytest
from tournament.tournaments import begin, children, ended, games, held, small, until_finished, untimed

pytest.importorskip("ray", reason="Ray is an extra: pip install '.[cluster]'")
pytestmark = pytest.mark.slow


@pytest.mark.parametrize("more", ["", "[budget]\nmax_tokens = 9_000_000\n"], ids=["free", "capped"])
def test_a_killed_actor_is_replaced_and_the_games_are_those_of_one_process(tmp_path, more):
    assert held(small(tmp_path), tmp_path / "here") == 0
    out = tmp_path / "there"
    process = begin(small(tmp_path, processes=2, more=more), out, "--cluster", "auto")
    until_finished(process, 1)
    actors = [pid for pid, command in children(process.pid).items() if command.startswith("ray::RemoteRunner")]
    assert len(actors) == 2
    os.kill(actors[0], signal.SIGKILL)
    said = ended(process)
    assert "all 6 games are played" in said
    assert re.search(r"^actor \d is lost \(killed, .*\): games? [\d, ]+ go(es)? on elsewhere$", said, re.MULTILINE)
    assert games(out) == games(tmp_path / "here")
    assert untimed(out) == untimed(tmp_path / "here")
