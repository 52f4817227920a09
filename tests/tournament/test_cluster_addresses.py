"""A cluster that cannot be joined is told of in a line, at once; signals work meanwhile; no folder is left."""

import contextlib
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from tournament.tournaments import begin, ended, held, small

from ai_diplomacy.tournament.cluster_address import prepare_tokens

pytest.importorskip("ray", reason="Ray is an extra: pip install '.[cluster]'")


@pytest.mark.parametrize("form", ["127.0.0.1:{}", "ray://127.0.0.1:{}", "localhost:{}"])
def test_nobody_listens_and_the_corrected_specification_plays(tmp_path, capsys, form):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = form.format(free.getsockname()[1])
    assert held(small(tmp_path), tmp_path / "out", "--cluster", address) == 2
    said = capsys.readouterr().err
    assert f"--cluster: nobody answers at {address}" in said
    assert said.count("\n") == 1
    assert not (tmp_path / "out").exists()
    other = small(tmp_path, games=2)
    other.write_text(other.read_text().replace("rounds = 1", "rounds = 0"))
    assert held(other, tmp_path / "out") == 0


@pytest.mark.parametrize("address", ["nonsense", "http://127.0.0.1:1", "127.0.0.1", "127.0.0.1:x", ":1"])
def test_what_is_no_address_is_told_of(tmp_path, capsys, address):
    assert held(small(tmp_path), tmp_path / "out", "--cluster", address) == 2
    assert "is no address; write auto, HOST:PORT or ray://HOST:PORT" in capsys.readouterr().err


@pytest.mark.slow
def test_a_server_that_says_nothing_is_left_at_a_signal(tmp_path):
    # Ray calls this machine by another name than the one that it is given.
    with contextlib.ExitStack() as opened:
        silent = opened.enter_context(socket.create_server(("", 0)))
        silent.settimeout(60)
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        process = begin(small(tmp_path), tmp_path / "out", "--cluster", address)
        # Twice: this program looks first, and Ray in the program that tries.
        for _ in range(2):
            opened.enter_context(silent.accept()[0])
        process.terminate()
        assert "stopped; nothing was played yet" in ended(process, status=3)
    assert not (tmp_path / "out").exists()


@contextlib.contextmanager
def ray_head(home: Path):
    """A cluster that asks for a token, as a head of Ray does by default."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # Ray's sockets lie below this folder, whose name must be short.
    temporary = f"/tmp/ray-{port}"
    command = ["start", "--head", f"--port={port}", "--num-cpus=2", "--include-dashboard=false", "--block"]
    command += [f"--temp-dir={temporary}", "--disable-usage-stats"]
    environment = os.environ | {"HOME": str(home), "RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": "t" * 32}
    # Its actors need the package.
    environment["PYTHONPATH"] = str(Path(__file__).parents[2])
    head = subprocess.Popen(
        [sys.executable, "-c", "from ray.scripts.scripts import main; main()", *command],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        assert head.stdout is not None
        assert any("Ray runtime started" in line for line in head.stdout)
        yield f"127.0.0.1:{port}"
    finally:
        head.terminate()
        head.communicate()


@pytest.mark.slow
def test_a_token_that_is_missing_is_named_and_with_it_the_games_are_played(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"):
        monkeypatch.delenv(name, raising=False)
    with ray_head(tmp_path) as address:
        assert held(small(tmp_path), tmp_path / "out", "--cluster", address) == 2
        said = capsys.readouterr().err
        assert f"{address} cannot be joined: it asks for a token that this program does not have" in said
        assert said.count("\n") == 1
        assert not (tmp_path / "out").exists()
        monkeypatch.setenv("RAY_AUTH_TOKEN", "t" * 32)
        ended(begin(small(tmp_path, games=2), tmp_path / "out", "--cluster", address))


def test_a_token_is_shown_where_there_is_one_and_nobody_said_otherwise(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"):
        monkeypatch.delenv(name, raising=False)
    prepare_tokens()
    assert "RAY_AUTH_MODE" not in os.environ
    (tmp_path / ".ray").mkdir()
    (tmp_path / ".ray" / "auth_token").write_text("token")
    prepare_tokens()
    assert os.environ["RAY_AUTH_MODE"] == "token"
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
    prepare_tokens()
    assert os.environ["RAY_AUTH_MODE"] == "disabled"
