"""``python -m ai_diplomacy serve``: starts, says where, answers, and ends when it is told to."""

import json
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from serving import KEY, Raw, position, raw, text_in

from ai_diplomacy.command.main import main
from ai_diplomacy.offline.strategist import answer

ROOT = Path(__file__).parents[3]
COMMAND = [sys.executable, "-m", "ai_diplomacy"]
PATIENCE = 60


class Serving:
    """The command, running."""

    def __init__(self, *flags: str) -> None:
        self.process = subprocess.Popen(
            [*COMMAND, "serve", "--port", "0", *flags],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip()

    def post(self, request: Raw):
        sent = urllib.request.Request(
            self.url + request.path,
            json.dumps(request.body).encode(),
            {"Content-Type": "application/json", **request.headers},
        )
        with urllib.request.urlopen(sent, timeout=PATIENCE) as response:
            return json.load(response)

    def refusal(self, request: Raw) -> urllib.error.HTTPError:
        with pytest.raises(urllib.error.HTTPError) as refused:
            self.post(request)
        refused.value.close()
        return refused.value

    def stats(self):
        with urllib.request.urlopen(f"{self.url}/stats", timeout=PATIENCE) as response:
            return json.load(response)

    def end(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str, str]:
        """(exit status, the rest of stdout, stderr)"""
        self.process.send_signal(number)
        output, errors = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, output, errors


@pytest.fixture
def serve():
    """Starts the command with flags."""
    running = []

    def start(*flags: str) -> Serving:
        running.append(Serving(*flags))
        return running[-1]

    yield start
    for serving in running:
        serving.process.kill()
        serving.process.communicate()


def test_it_serves_as_its_flags_say_until_it_is_interrupted(serve):
    serving = serve(
        *("--log", "--rpm", "600", "--burst", "2", "--key", KEY, "--latency", "0.01", "--sigma", "0.1", "--seed", "5"),
        *("--faults", "429:1", "--faulty-attempts", "1", "--retry-after", "7"),
    )
    assert serving.url.startswith("http://127.0.0.1:")
    wrong = serving.refusal(raw("openai", position(), key="sk-wrong"))
    faulty = serving.refusal(raw("openai", position()))
    assert (wrong.code, faulty.code, faulty.headers["Retry-After"]) == (401, 429, "7")
    assert faulty.headers["x-ratelimit-limit-requests"] == "600"
    assert text_in("openai", serving.post(raw("openai", position()))) == answer(position())
    assert serving.stats()["answered"] == {"openai": 1}
    status, output, errors = serving.end(signal.SIGINT)
    assert (status, output) == (0, "")
    assert [line.split()[3] for line in errors.splitlines()] == ["401", "429", "200"]
    assert KEY not in errors


def test_it_thinks_on_processes(serve):
    serving = serve("--workers", "1")
    assert text_in("gemini", serving.post(raw("gemini", position()))) == answer(position())
    assert serving.end() == (0, "", "")


def test_its_processes_end_with_it(serve):
    serving = serve("--workers", "1")
    serving.process.kill()
    # Returns only when nobody holds the other end of the pipe.
    assert serving.process.communicate(timeout=PATIENCE)[0] == ""


def test_it_ends_although_a_request_hangs(serve):
    serving = serve("--faults", "hang:1")
    client = subprocess.Popen(
        [
            sys.executable,
            "-c",
            _HANGING_CLIENT,
            serving.url + raw("openai", "").path,
            json.dumps(raw("openai", "").body),
        ],
        stderr=subprocess.DEVNULL,
    )
    while not serving.stats()["in_flight"]:
        assert client.poll() is None
    assert serving.end() == (0, "", "")
    assert client.wait(PATIENCE) != 0


_HANGING_CLIENT = """
import sys, urllib.request
urllib.request.urlopen(urllib.request.Request(sys.argv[1], sys.argv[2].encode()), timeout=600)
"""


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["sevre"], "invalid choice: 'sevre'"),
        (["serve", "--fautls", "429:1"], "unrecognized arguments: --fautls"),
        (["serve", "--port", "http"], "argument --port: 'http' is not a whole number"),
        (["serve", "--port", "99999"], "port 99999 is not between 0 and 65535"),
        (["serve", "--latency", "-1"], "argument --latency: '-1' is not a number of at least 0"),
        (["serve", "--latency", "inf"], "argument --latency: 'inf' is not a number"),
        (["serve", "--faults", "418:1"], "argument --faults: '418' is not a fault"),
        (["serve", "--burst", "3"], "a burst needs a limit of requests a minute"),
        (["serve", "--host", "192.0.2.1"], "cannot listen at 192.0.2.1:8123"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_line(arguments, problem, capsys):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    said = capsys.readouterr()
    assert (ended.value.code, said.out) == (2, "")
    assert len(said.err.splitlines()) == 1
    assert problem in said.err


def test_the_exit_status_is_the_process_s():
    done = subprocess.run([*COMMAND, "serve", "--faults", "x"], capture_output=True, text=True, cwd=ROOT, check=False)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)


@pytest.mark.parametrize("arguments", [["--help"], ["serve", "--help"]])
def test_help_loads_no_web_server_and_no_sdk(arguments):
    script = (
        "import sys\n"
        "from ai_diplomacy.command.main import main\n"
        "try:\n"
        f"    main({arguments!r})\n"
        "finally:\n"
        "    heavy = {'aiohttp', 'openai', 'anthropic', 'google', 'diplomacy', 'pydantic'} & set(sys.modules)\n"
        "    print('heavy:', sorted(heavy))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0
    assert done.stdout.endswith("heavy: []\n")
    assert "serve" in done.stdout
