"""Games on servers of one's own, over real sockets, played by the command: small windows, slow starts."""

import asyncio
import re
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientSession, web
from command_runs import ROOT, run
from staging import Run

from ai_diplomacy.offline.server.local import LocalServer
from ai_diplomacy.offline.server.options import ServerOptions

pytestmark = pytest.mark.slow

WIDE = {"PATH": "/usr/bin:/bin", "COLUMNS": "1000"}
Refuses = Callable[[dict], tuple[int, dict] | None]
SHORT = ("--max_year", "1901", "--end_at_phase", "S1901M", "--num_negotiation_rounds", "1", "--max_tokens", "1000")


def fault(status: int, text: str, **more) -> tuple[int, dict]:
    return status, {"error": {"code": status, "message": text, **more}}


class OwnServer:
    """The local server behind a door that refuses some requests first."""

    def __init__(self, refuses: Refuses) -> None:
        self.refuses = refuses
        self.bodies: list[dict] = []
        self.hangs = False
        self.address = self.behind = ""

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.bodies.append(body)
        if self.hangs:
            await asyncio.Event().wait()
        if refusal := self.refuses(body):
            return web.json_response(refusal[1], status=refusal[0])
        async with ClientSession() as session, session.post(self.behind + request.path, json=body) as answered:
            return web.json_response(await answered.json(), status=answered.status)

    async def play(self, folder, *flags: str, model: str = "own", query: str = "") -> subprocess.CompletedProcess:
        models = ("--models", f"openai:{model}@{self.address}{query}")
        command = [sys.executable, str(ROOT / "lm_game.py"), "--run_dir", str(folder), *models, *flags]
        return await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, env=WIDE, check=False)


@asynccontextmanager
async def own_server(refuses: Refuses) -> AsyncIterator[OwnServer]:
    server = OwnServer(refuses)
    app = web.Application()
    app.router.add_post("/{path:.*}", server.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    async with LocalServer(ServerOptions()) as behind:
        server.behind = behind.url
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        server.address = f"http://{host}:{port}/v1"
        try:
            yield server
        finally:
            await runner.cleanup()


def tokens_of(body: dict) -> int:
    return sum(len(message["content"]) for message in body["messages"]) // 4


@pytest.mark.parametrize(
    ("told", "window"), [(True, 2000), (False, 2100)], ids=["llama.cpp refuses", "the id tells the window"]
)
async def test_prompts_that_outgrow_a_window_stop_the_game_which_goes_on_with_a_larger_one(tmp_path, told, window):
    longest = 0

    def refuses(body):
        nonlocal longest
        longest = max(longest, tokens_of(body))
        if not told or tokens_of(body) + body["max_tokens"] <= window:
            return None
        text = "the request exceeds the available context size, try increasing it"
        return fault(400, text, type="exceed_context_size_error", n_ctx=window, n_prompt_tokens=tokens_of(body))

    async with own_server(refuses) as server:
        stopped = await server.play(tmp_path / "run", *SHORT, query="" if told else f"?window={window}")
        assert (stopped.returncode, stopped.stderr.count("\n")) == (3, 1)
        assert f"does not fit its context window of {window:,}; it needs one of about 3,072 " in stopped.stderr
        assert "docs/local_models.md" in stopped.stderr
        assert "Go on with: " in stopped.stderr
        assert "context window too small for its prompts and --max_tokens together" in stopped.stdout
        assert told or longest < window, "nothing is sent that does not fit"
        window = 100_000
        larger = ("--override",) if not told else ()
        went_on = await server.play(tmp_path / "run", *larger, query="" if told else f"?window={window}")
        assert (went_on.returncode, went_on.stderr) == (0, "")
    assert await asyncio.to_thread(run, "--replay", str(tmp_path / "run")) == 0


@pytest.mark.parametrize("stop", ["W1901A", "S1902M"])
@pytest.mark.parametrize("execution", ["async", "sequential"])
async def test_prompts_are_shortened_to_a_window_that_a_refusal_tells_until_the_year_ends(tmp_path, execution, stop):
    window, closed, accepted = 2400, True, dict[str, int]()

    def refuses(body):
        size, phase = tokens_of(body), re.search(r'"phase":"([SFW]\d{4}.)', body["messages"][-1]["content"])[1]
        year = phase[1:5]
        if phase == stop and closed:
            return fault(401, "this key is no longer valid")
        if size + body["max_tokens"] > window:
            text = "the request exceeds the available context size, try increasing it"
            return fault(400, text, type="exceed_context_size_error", n_ctx=window, n_prompt_tokens=size)
        accepted[year] = max(size, accepted.get(year, 0))
        return None

    flags = ("--num_negotiation_rounds", "1", "--max_tokens", "1000", "--execution", execution, "--max_year", "1902")
    async with own_server(refuses) as server:
        played = await server.play(tmp_path / "run", *flags)
        assert played.returncode == 3
        assert "prompts are cut to 2,400 tokens" in played.stdout
        assert accepted["1901"] <= window - 512
        refused = Counter(
            (call["key"]["power"], call["key"]["phase"][1:5])
            for call in Run(tmp_path / "run", None).calls
            if "overlong" in call.get("failure", ())
        )
        assert set(refused.values()) == {1}, "a power learns it once a year"
        window, closed = 100_000, False
        went_on = await server.play(tmp_path / "run", *flags)
        assert (went_on.returncode, went_on.stderr) == (0, "")
        # A power that was refused in the spring keeps to the old window for the rest of the year.
        assert stop == "S1902M" or accepted["1902"] > 2400
    assert await asyncio.to_thread(run, "--replay", str(tmp_path / "run")) == 0


async def test_prompts_are_shortened_to_the_window_that_the_id_tells(tmp_path):
    window = 2400
    async with own_server(lambda body: None) as server:
        played = await server.play(tmp_path / "run", *SHORT, query=f"?window={window}")
    assert (played.returncode, played.stderr) == (0, "")
    assert max(tokens_of(body) + body["max_tokens"] for body in server.bodies) <= window
    assert '"prompt_shortened"' in (tmp_path / "run" / "events.jsonl").read_text()


async def test_a_server_that_is_loading_its_model_is_waited_for_with_a_line(tmp_path):
    refusals = Counter(left=9)

    def refuses(body):
        refusals["left"] -= 1
        return fault(503, "Loading model", type="unavailable_error") if refusals["left"] >= 0 else None

    async with own_server(refuses) as server:
        played = await server.play(tmp_path / "run", *SHORT)
    assert (played.returncode, played.stderr) == (0, "")
    assert "Loading model (it is waited for)" in played.stdout


async def test_a_model_without_a_system_role_plays_a_whole_game(tmp_path):
    def refuses(body):
        system = any(message["role"] == "system" for message in body["messages"])
        return fault(400, "System role not supported") if system else None

    async with own_server(refuses) as server:
        played = await server.play(tmp_path / "run", *SHORT)
    assert (played.returncode, played.stderr) == (0, "")
    assert played.stdout.count("takes no system, and is asked with it before the prompt") == 1


async def test_an_effort_that_the_server_refuses_is_one_line_and_no_game(tmp_path):
    async with own_server(lambda body: fault(400, "reasoning_effort is not supported")) as server:
        played = await server.play(tmp_path / "run", *SHORT, model="gpt-4o:high")
    assert (played.returncode, played.stderr.count("\n")) == (2, 1)
    assert "reasoning_effort is not supported (asked for the effort 'high')" in played.stderr
    assert {body["reasoning_effort"] for body in server.bodies} == {"high"}
    assert not (tmp_path / "run").exists()


async def test_a_server_slower_than_the_deadline_is_told_by_the_name_of_the_flag(tmp_path):
    async with own_server(lambda body: None) as server:
        server.hangs = True
        played = await server.play(tmp_path / "run", *SHORT, "--call_deadline", "0.3")
        assert len(server.bodies) <= 14
    assert played.returncode == 3
    assert "no answer within --call_deadline 0.3" in played.stdout
    assert "cannot be asked: no answer within --call_deadline 0.3" in played.stderr
