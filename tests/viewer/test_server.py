"""The page's server over real sockets: it answers this machine, about its runs, and nobody else about anything else."""

import asyncio
import gc
import json
import shutil
import socket
import subprocess
import sys
import weakref
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import ClientSession, web
from browsing import ROOT, viewing
from yarl import URL

from ai_diplomacy.viewer.deeds import Deeds
from ai_diplomacy.viewer.library import Library
from ai_diplomacy.viewer.server import app_runner
from ai_diplomacy.viewer.watching import WatchedRun
from ai_diplomacy.web.guards import POLICY

SECRET = "nobody reads this"


@pytest.fixture
def runs(offline_run, tmp_path) -> Path:
    """A folder of runs with a file beside them, and links to it in the run."""
    folder = tmp_path / "results"
    shutil.copytree(offline_run.path, folder / "one")
    shutil.copytree(offline_run.path, folder / "forks" / "1")
    (tmp_path / "secret.txt").write_text(SECRET)
    (folder / "one" / "link.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "one" / "linked").symlink_to(tmp_path)
    (folder / "elsewhere").symlink_to(offline_run.path)
    return folder


@asynccontextmanager
async def served(folder: Path):
    runner = app_runner(Library(folder))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    try:
        async with ClientSession(f"http://{host}:{port}") as session:
            yield session
    finally:
        await runner.cleanup()


async def status(session: ClientSession, path: str, **headers: str) -> int:
    async with session.get(URL(path, encoded=True), headers=headers, allow_redirects=False) as response:
        assert response.headers["Content-Security-Policy"] == POLICY
        assert "unsafe" not in POLICY
        assert SECRET not in await response.text()
        return response.status


async def test_the_list_names_the_runs_and_follows_no_links(runs):
    async with served(runs) as session:
        text = await (await session.get("/")).text()
        assert [run in text for run in ("/run/one/", "/run/forks%2F1/", "elsewhere")] == [True, True, False]
        assert await status(session, "/run/one/") == 200
        assert await status(session, "/run/forks%2F1/document") == 200
        assert await status(session, "/run/elsewhere/") == 404
        missing = await (await session.get("/run/gone/")).text()
        assert "There is no run at this address" in missing
        assert '<a href="/">' in missing


async def test_one_run_is_shown_at_once(offline_run):
    async with served(offline_run.path) as session:
        assert await status(session, "/") == 302
        document = await (await session.get("/run/run/document")).json()
        assert document["phases"][0]["phase"] == "S1901M"
        assert (await (await session.get("/run/run/map")).json())["map"] == "standard"
        call = await (await session.get("/run/run/calls/1")).json()
        assert call == json.loads(json.dumps(call))
        assert call["prompt"]
        assert await status(session, "/run/run/calls/99999") == 404
        story = await session.get("/run/run/files/powers/FRANCE.md")
        assert story.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert (await story.text()).startswith("# France")


@pytest.mark.parametrize(
    "path",
    [
        "../../secret.txt",
        "%2e%2e/%2e%2e/secret.txt",
        "..%2f..%2fsecret.txt",
        "powers/../../../secret.txt",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "link.txt",
        "linked/secret.txt",
        "powers",
        "powers%2f",
        "..\\..\\secret.txt",
        "events.jsonl%00.md",
    ],
)
async def test_paths_outside_the_run_are_refused(runs, path):
    async with served(runs) as session:
        assert await status(session, f"/run/one/files/{path}") == 404
        assert await status(session, f"/page/{path}") == 404
        assert await status(session, f"/run/..%2f{path}/") == 404


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "0.0.0.0", "192.0.2.7", ""]
)
async def test_other_names_of_the_host_are_refused(runs, host):
    async with served(runs) as session:
        for path in ("/", "/run/one/document", "/run/one/changes", "/run/one/files/events.jsonl", "/nothing"):
            assert await status(session, path, Host=host) == 421


@pytest.mark.parametrize("host", ["localhost", "localhost:8321", "127.0.0.1:1", "[::1]:8321"])
async def test_its_own_names_are_welcome(runs, host):
    async with served(runs) as session:
        assert await status(session, "/", Host=host) == 200


async def test_word_and_deed_is_found_out_once_and_again_when_the_run_has_grown(runs, monkeypatch):
    asked = []

    class Counted(Deeds):
        def document(self):
            asked.append(1)
            return super().document()

    monkeypatch.setattr("ai_diplomacy.viewer.watching.Deeds", Counted)
    log = runs / "one" / "events.jsonl"
    whole = log.read_bytes()
    log.write_bytes(whole[: whole.index(b'"phase_started","time"', len(whole) // 2)].rpartition(b"\n")[0] + b"\n")
    async with served(runs) as session:

        async def deeds() -> dict:
            await (await session.get("/run/one/document")).read()
            return await (await session.get("/run/one/deeds")).json()

        before = await deeds()
        assert before["promises"]
        assert await deeds() == before
        assert len(asked) == 1
        log.write_bytes(whole)
        after = await deeds()
        assert len(asked) == 2
        assert len(after["promises"]) > len(before["promises"])
        assert {row["verdict"] for row in after["promises"]} >= {"kept", "broken"}
        priced = [row for row in after["promises"] if row["cost"] is not None]
        assert priced
        assert all(row["verdict"] == "broken" for row in priced)


async def test_a_damaged_run_is_told_of(runs):
    log = runs / "one" / "events.jsonl"
    log.write_bytes(log.read_bytes()[100:])
    async with served(runs) as session:
        response = await session.get("/run/one/document")
        assert response.status == 409
        assert "line 1" in await response.text()
        assert await status(session, "/run/one/deeds") == 409
        assert await status(session, "/run/forks%2F1/document") == 200


async def events(response, count: int) -> list[dict]:
    """The next changes of a stream."""
    found: list[dict] = []
    async for line in response.content:
        if line.startswith(b"data: "):
            found.append(json.loads(line[6:]))
            if len(found) == count:
                break
    return found


@pytest.mark.parametrize("since", ["9" * 5000, "9" * 19, "-1", "x", "1.5"])
async def test_a_version_that_is_none_is_refused(runs, since):
    async with served(runs) as session:
        assert await status(session, f"/run/one/changes?since={since}") == 400
        assert await status(session, "/run/one/changes", **{"Last-Event-ID": since[:5000]}) == 400


async def test_readers_who_leave_a_finished_run_leave_nothing_behind(runs):
    def waiting() -> int:
        return len(asyncio.all_tasks())

    async with served(runs) as session:
        version = (await (await session.get("/run/one/document")).json())["version"]
        host, port = session._base_url.host, session._base_url.port
        before = waiting()
        for _ in range(20):
            streams = [await asyncio.open_connection(host, port) for _ in range(100)]
            for _, writer in streams:
                writer.write(f"GET /run/one/changes?since={version} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            for reader, _ in streams:
                assert (await reader.readline()).split()[1] == b"200"
            assert waiting() >= before + 100
            for _, writer in streams:
                writer.close()
            await until(lambda: waiting() <= before)


async def until(condition) -> None:
    """Lets others go on until it holds."""
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)


async def test_only_the_runs_looked_at_last_are_kept_open(runs, monkeypatch):
    opened = []

    class Counted(WatchedRun):
        def __init__(self, path):
            super().__init__(path)
            opened.append(weakref.ref(self))

    monkeypatch.setattr("ai_diplomacy.viewer.server.WatchedRun", Counted)
    for number in range(40):
        shutil.copytree(runs / "one", runs / f"run{number}", ignore=shutil.ignore_patterns("link*"))
    async with served(runs) as session:
        for number in range(40):
            assert await status(session, f"/run/run{number}/document") == 200
        gc.collect()
        assert len(opened) == 40
        assert sum(run() is not None for run in opened) == 16
        assert await status(session, "/run/run39/document") == 200
        assert len(opened) == 40


async def test_several_readers_see_a_run_grow(runs):
    run = runs / "one"
    whole = (run / "events.jsonl").read_bytes()
    cut = whole.index(b'"phase_started"', whole.index(b'"phase_started"') + 1)
    (run / "events.jsonl").write_bytes(whole[:cut])
    async with served(runs) as session:
        before = await (await session.get("/run/one/document")).json()
        since = before["version"]
        assert before["phases"][-1]["phase"] == "S1901M"
        readers = [await session.get(f"/run/one/changes?since={since}") for _ in range(3)]
        assert {reader.headers["Content-Type"] for reader in readers} == {"text/event-stream"}
        with (run / "events.jsonl").open("ab") as log:
            log.write(whole[cut:])
        changes = await asyncio.wait_for(asyncio.gather(*(events(reader, 1) for reader in readers)), 20)
        assert [change["version"] for (change,) in changes] == [changes[0][0]["version"]] * 3
        assert changes[0][0]["phases"][-1]["phase"] == "W1902A"
        # Who comes back is told what it missed, and no more.
        again = await session.get("/run/one/changes?since=0", headers={"Last-Event-ID": str(since)})
        (missed,) = await asyncio.wait_for(events(again, 1), 20)
        assert missed == changes[0][0]
        for reader in (*readers, again):
            reader.close()


def test_it_listens_on_the_loopback_alone(offline_run):
    with viewing(offline_run.path) as address:
        port = URL(address).port
        assert URL(address).host == "127.0.0.1"
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            # No packet is sent: this only asks which address of this machine others would see.
            try:
                probe.connect(("192.0.2.1", 9))
            except OSError:
                return
            outside = probe.getsockname()[0]
        if not outside.startswith("127."):
            with pytest.raises(OSError, match="refused"):
                socket.create_connection((outside, port), timeout=5)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["view", "nowhere"], "'nowhere' is not a folder"),
        (["export", "nowhere", "-o", "game.html"], "'nowhere' is not the folder of a run"),
        (["view", "results", "--port", "70000"], "'70000' is not a port"),
    ],
)
def test_bad_usage_is_told_in_a_line(command, said):
    done = subprocess.run(
        [sys.executable, "-m", "ai_diplomacy", *command], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
