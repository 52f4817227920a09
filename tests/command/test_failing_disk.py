"""A disk that fails at any moment of a game: one clear line, nothing lost, and the run goes on afterwards."""

import errno
import json
import os
from pathlib import Path

import pytest

import lm_game
from ai_diplomacy.run.history import is_run

pytestmark = pytest.mark.slow

GAME = ("--run_dir", "run", "--end_at_phase", "S1901M", "--num_negotiation_rounds", "1", "--models", "FRANCE=offline")
BOTS = ",".join(f"{power}=bot:dumbbot" for power in ("AUSTRIA", "ENGLAND", "ITALY", "RUSSIA", "TURKEY"))
FLAGS = (*GAME[:-1], f"{BOTS},FRANCE=offline,GERMANY=offline")


class Disk:
    """Counts what is written, and fails once it is told to: from then on everything, as a full disk does."""

    def __init__(self, monkeypatch) -> None:
        self.count = 0
        self.fails_at = -1
        self.code = errno.ENOSPC
        monkeypatch.setattr(os, "fsync", self.guarded(os.fsync))
        monkeypatch.setattr(os, "replace", self.guarded(os.replace))
        monkeypatch.setattr(os, "rename", self.guarded(os.rename))
        really_open, really_made = Path.open, os.open

        def made(path, flags, *how, **more):
            if flags & os.O_CREAT:
                self.touched()
            return really_made(path, flags, *how, **more)

        monkeypatch.setattr(os, "open", made)

        def opened(path, mode="r", *how, **more):
            if "r" not in mode:
                self.touched()
            return really_open(path, mode, *how, **more)

        monkeypatch.setattr(Path, "open", opened)

    def guarded(self, really):
        def act(*given, **more):
            self.touched()
            return really(*given, **more)

        return act

    def touched(self) -> None:
        self.count += 1
        if 0 <= self.fails_at < self.count:
            raise OSError(self.code, os.strerror(self.code))


def play() -> int:
    return lm_game.main(FLAGS)


def game_of(path):
    saved = json.loads((path / "lmvsgame.json").read_bytes())
    for phase in saved["phases"]:
        del phase["state"]["timestamp"]
    return saved


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EACCES])
def test_a_disk_that_fails_at_any_write_ends_the_game_in_one_line_and_it_goes_on_afterwards(
    tmp_path, monkeypatch, capsys, code
):
    monkeypatch.chdir(tmp_path)
    with monkeypatch.context() as patched:
        disk = Disk(patched)
        assert play() == 0
        points, whole = disk.count, game_of(tmp_path / "run")
    assert points > 40
    # Every write point for a full disk, some of them for the others.
    for point in range(0, points, 1 if code == errno.ENOSPC else 8):
        folder = tmp_path / str(point)
        folder.mkdir()
        monkeypatch.chdir(folder)
        with monkeypatch.context() as patched:
            disk = Disk(patched)
            disk.fails_at, disk.code = point, code
            capsys.readouterr()
            status, said = play(), capsys.readouterr().err
        if disk.count <= point:
            # One sync serves as many as wait for it, so no two games write equally often.
            assert status == 0
            continue
        assert said.count("\n") == 1, (point, said)
        assert os.strerror(code) in said
        assert status == (3 if is_run(folder / "run") else 2), (point, said)
        assert play() == 0, point
        assert game_of(folder / "run") == whole
