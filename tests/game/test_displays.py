"""What the terminal shows of a game: the same text under every display, and under the live one what goes on now."""

import asyncio
import errno
import io
import os
import pty
import re
import subprocess
import sys
import time

import pytest
from command_runs import ROOT
from rich.text import Text
from staging import OFFLINE, Run, seats

from ai_diplomacy.agent.events import DiaryWritten, MessageReturned, PromptShortened
from ai_diplomacy.game.config import GameConfig
from ai_diplomacy.game.display import Display, GameConsole
from ai_diplomacy.game.displays import chosen_display
from ai_diplomacy.game.events import MessageDelivered, PhaseStarted
from ai_diplomacy.game.live_display import LiveDisplay
from ai_diplomacy.game.live_state import LiveState
from ai_diplomacy.game.model_factory import ModelFactory
from ai_diplomacy.game.play import play_game
from ai_diplomacy.models.events import BudgetWarned, CallRetried, CallSent, CoolDownStarted, LimiterChanged
from ai_diplomacy.run.events import ReplyRead, StepDefaulted, StepFinished

GAME = GameConfig(models=seats(OFFLINE), max_year=1901, rounds=1, end_at_phase="F1901M")
SEQUENCE = re.compile(r"\x1b\[(\??[0-9;]*)([A-Za-z])")


def screen(written: str) -> list[str]:
    """The lines of an endless terminal after all that was written to it."""
    lines, row, column = [""], 0, 0
    at = 0
    while at < len(written):
        if match := SEQUENCE.match(written, at):
            at = match.end()
            match match[2], match[1]:
                case "A", count:
                    row = max(0, row - int(count or 1))
                case "K", "2":
                    lines[row] = ""
                case "m" | "h" | "l", _:
                    pass
                case other:
                    raise AssertionError(other)
            continue
        letter, at = written[at], at + 1
        if letter == "\n":
            row, column = row + 1, 0
            lines += [""] * (row + 1 - len(lines))
        elif letter == "\r":
            column = 0
        else:
            assert letter.isprintable(), letter
            lines[row] = lines[row][:column].ljust(column) + letter + lines[row][column + 1 :]
            column += 1
    return [line.rstrip() for line in lines]


def console(file=None, *, width=100, height=40, **more) -> GameConsole:
    return GameConsole(
        file=file or io.StringIO(), force_terminal=True, width=width, height=height, highlight=False, **more
    )


async def played(path, display: Display):
    async with display:
        return await play_game(
            GAME, path, display, started=time.perf_counter(), open_model=ModelFactory({}, GAME.calls, {}).open
        )


async def test_the_live_display_leaves_the_text_of_the_plain_one(tmp_path):
    models = {power: str(model) for power, model in GAME.models.items()}
    plain, live = io.StringIO(), io.StringIO()
    await played(tmp_path / "plain", Display(console(plain), GAME.terrain, models))
    await played(tmp_path / "live", LiveDisplay(console(live), GAME))
    assert "▶" in live.getvalue() or "ready" in live.getvalue()
    shown = [line for line in screen(live.getvalue()) if line]
    assert shown == [line for line in screen(plain.getvalue()) if line]
    assert len(shown) > 40


async def test_what_is_told_of_now_is_what_was_counted(tmp_path):
    display = LiveDisplay(console(), GAME)
    done = await played(tmp_path / "run", display)
    shown, counted = display._state.counts, done.artefacts.counts
    spent = shown.ledger.total()
    assert spent.calls == len(Run(tmp_path / "run", None).calls)
    assert counted.total("orders_given") > counted.total("messages_sent") > 0
    for figure in ("messages_sent", "orders_given", "illegal_orders_first", "illegal_orders", "default_orders"):
        assert shown.total(figure) == counted.total(figure)
    assert spent.input_tokens == counted.total("input_tokens")
    assert spent.total_usd == 0.0
    assert display._state.turns() == (2, 2)


def begun(now) -> LiveState:
    powers = dict.fromkeys(GAME.terrain.powers, ("A PAR",))
    now.event(PhaseStarted("S1901M", powers, dict.fromkeys(powers, ("PAR",))))
    return now


def test_what_a_power_does():
    now = begun(LiveState(GAME))
    call = ("FRANCE", "S1901M", "negotiate", 1, 0, "m")
    assert now.doing["FRANCE"].what == "queued"
    now.event(CallSent(*call))
    now.event(CallSent(*call))
    assert (now.doing["FRANCE"].what, now.doing["FRANCE"].step, now.doing["FRANCE"].round) == ("asking", "negotiate", 1)
    now.event(CallRetried(*call, "rate_limit", "429", tries=1, wait=12.0))
    assert now.doing["FRANCE"].what == "again"
    now.event(CallSent(*call))
    assert now.doing["FRANCE"].what == "asking"
    now.event(ReplyRead(*call, "ok", ()))
    assert now.doing["FRANCE"].what == "queued"
    now.event(StepFinished("FRANCE", "S1901M", "negotiate", 1, 0.0, 1.0))
    assert now.doing["FRANCE"].what == "ready"
    assert now.ready() == (1, 7)
    assert now.stage() == "press 1 of 1"
    now.event(MessageDelivered("S1901M", 1, 1, "FRANCE", ("ITALY",), "hello", ()))
    assert now.doing["FRANCE"].what == "queued"
    assert now.expected(time.monotonic()) is None


@pytest.mark.parametrize("height", [5, 17, 18, 60])
@pytest.mark.parametrize("width", [10, 24, 55, 56, 200])
def test_the_panel_fits(width, height):
    display = LiveDisplay(console(width=width, height=height), GAME)
    begun(display._state)
    at = time.monotonic()
    display._state.event(CoolDownStarted("vendor " * 30, 20.0, None))
    display._state.event(CallRetried("ITALY", "S1901M", "order", 0, 0, "m", "transient", "x" * 300, tries=1, wait=1e5))
    display._state.event(CallSent("FRANCE", "S1901M", "order", 0, 0, "m"))
    lines = display._console.render_lines(display.panel(at + 8000), display._console.options, pad=False)
    assert all(sum(segment.cell_length for segment in line) <= width for line in lines)
    assert len(lines) == (4 if height < 18 else 11) - 1
    assert all(isinstance(line, Text) for line in display.panel(at).renderables)


def retried(wait: float) -> CallRetried:
    return CallRetried("ITALY", "S1901M", "order", 0, 0, "m", "transient", "503", tries=1, wait=wait)


def stated(what: str, a_second: float) -> LimiterChanged:
    return LimiterChanged("vendor", what, None, a_second, "stated", "m")


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (BudgetWarned("tokens", 49_400, 50_000), "49,400 of 50,000 tokens are spent"),
        (BudgetWarned("cost_usd", 0.361, 0.45), "$0.36 of $0.45 is spent"),
        (BudgetWarned("cost_usd", 0.0041, 0.005), "$0.0041 of $0.0050 is spent"),
        (retried(0.2), "asking m again at once: 503"),
        (retried(2.2), "asking m again in 2 s: 503"),
        (stated("rate", 1.0), "m may have 60 calls a minute, its vendor says"),
        (stated("input_tokens", 500.0), "m may have 30,000 input tokens a minute, its vendor says"),
    ],
)
def test_asides_are_sentences(event, line):
    file = io.StringIO()
    models = dict.fromkeys(GAME.models, "m")
    Display(GameConsole(file=file, width=100), GAME.terrain, models).event(event)
    assert file.getvalue().strip() == line


def test_a_limit_that_no_game_feels_is_not_talked_about():
    file = io.StringIO()
    display = Display(GameConsole(file=file, width=100), GAME.terrain, dict.fromkeys(GAME.models, "m"))
    for event in (stated("rate", 100.0), stated("tokens", 33_000.0), LimiterChanged("vendor", "rate", 1, 2, "stated")):
        display.event(event)
    assert file.getvalue() == ""


def test_that_prompts_are_shortened_is_told_once_a_power():
    file = io.StringIO()
    display = Display(GameConsole(file=file, width=120), GAME.terrain, dict.fromkeys(GAME.models, "m"))
    for power in ("ITALY", "ITALY", "FRANCE"):
        display.event(PromptShortened(power, "S1902M", "order", 0, 0, "m", {"past": 1, "diary": 3}, 2900))
    told = "prompts are cut to 2,900 tokens, the first by: past, diary"
    assert [line.split(maxsplit=1) for line in file.getvalue().splitlines()] == [["Italy", told], ["France", told]]


HOSTILE = "\x1b]0;title\x07\x1b[2J\x1b[31mred\x9b5n\x00\x08\r\u202eback\u2066\u061c\u200b\u200d\ufeff\U000e0041"


@pytest.mark.parametrize("kind", [Display, LiveDisplay])
async def test_no_control_character_of_a_model_reaches_the_terminal(kind):
    file = io.StringIO()
    config = GAME
    models = {power: str(model) for power, model in config.models.items()}
    made = LiveDisplay(console(file), config, verbose=True) if kind is LiveDisplay else None
    display = made or Display(console(file), config.terrain, models, verbose=True)
    async with display:
        for event in (
            PhaseStarted("S1901M", dict.fromkeys(models, ()), dict.fromkeys(models, ("PAR",))),
            MessageDelivered("S1901M", 1, 1, "FRANCE", ("ITALY",), HOSTILE, ()),
            MessageReturned("S1901M", 1, "FRANCE", "unknown_recipient", HOSTILE, HOSTILE),
            StepDefaulted("FRANCE", "S1901M", "order", 0, HOSTILE, HOSTILE),
            DiaryWritten("FRANCE", "S1901M", "order", 0, HOSTILE),
            CallRetried("FRANCE", "S1901M", "order", 0, 0, HOSTILE, "transient", HOSTILE, tries=1, wait=9.0),
            CoolDownStarted(HOSTILE, 20.0, None),
        ):
            display.event(event)
            if made:
                made._draw()
    written = SEQUENCE.sub("", file.getvalue())
    assert "red" in written
    assert all(letter.isprintable() or letter in "\r\n" for letter in written)
    for sequence in ("\x1b[2J", "\x9b", "\x1b]"):
        assert sequence not in file.getvalue()


class Gone(io.StringIO):
    """A terminal that was closed after so many writes."""

    def __init__(self, error: OSError, left: int) -> None:
        super().__init__()
        self.error, self.left = error, left

    def write(self, text):
        self.left -= 1
        if self.left < 0:
            raise self.error
        return super().write(text)


@pytest.mark.parametrize("left", [0, 1, 5])
@pytest.mark.parametrize("error", [BrokenPipeError(errno.EPIPE, "gone"), OSError(errno.EIO, "gone")])
async def test_a_game_outlives_its_terminal(tmp_path, error, left):
    display = LiveDisplay(console(Gone(error, left)), GAME)
    done = await played(tmp_path / "run", display)
    assert done.finished.outcome == "limit"


async def test_a_cancelled_game_leaves_no_panel_behind():
    file = io.StringIO()
    display = LiveDisplay(console(file), GAME)

    async def broken_off():
        async with display:
            begun(display._state)
            display._draw()
            asyncio.current_task().cancel()
            await asyncio.sleep(0)

    with pytest.raises(asyncio.CancelledError):
        await asyncio.create_task(broken_off())
    assert not any(screen(file.getvalue()))
    assert file.getvalue().rfind("\x1b[?25h") > file.getvalue().rfind("\x1b[?25l")


def test_who_gets_which_display(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    assert type(chosen_display("rich", GAME)) is LiveDisplay
    assert type(chosen_display("plain", GAME)) is Display
    assert type(chosen_display(None, GAME)) is Display  # Not a terminal.
    silent = chosen_display("none", GAME)
    assert silent._console.quiet


def under_a_terminal(*flags: str, **environment: str) -> str:
    """All that the command writes to a terminal."""
    ours, theirs = pty.openpty()
    command = [sys.executable, str(ROOT / "lm_game.py"), "--end_at_phase", "S1901M", *flags]
    env = {"PATH": "/usr/bin:/bin", "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "30", **environment}
    game = subprocess.Popen(command, stdout=theirs, stderr=theirs, stdin=theirs, env=env, cwd=ROOT)
    os.close(theirs)
    written = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:
            break
        if not part:
            break
        written += part
    os.close(ours)
    assert game.wait() == 0
    return written.decode()


@pytest.mark.slow
def test_a_terminal_without_colours(tmp_path):
    written = under_a_terminal("--run_dir", str(tmp_path / "run"), NO_COLOR="1")
    assert "Spring 1901" in written
    colours = [code for codes, kind in SEQUENCE.findall(written) if kind == "m" for code in codes.split(";")]
    assert not {code for code in colours if code[:1] in ("3", "4", "9") and len(code) == 2}
    assert any("run folder" in line for line in screen(written))


@pytest.mark.slow
def test_silence(tmp_path):
    assert under_a_terminal("--run_dir", str(tmp_path / "run"), "--display", "none") == ""
