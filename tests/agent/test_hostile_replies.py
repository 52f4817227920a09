"""Replies that nobody would want, by the thousand, through the whole chain of journal, reading and agent: nothing
breaks, and every one is counted."""

import asyncio
import itertools
import json
import random
import tracemalloc
from collections import Counter

import pytest

from ai_diplomacy.agent.agent import DiplomacyAgent
from ai_diplomacy.agent.asking import Asker
from ai_diplomacy.agent.prompts import DEFAULT_DIRECTORY, PromptBook
from ai_diplomacy.board.board import Board
from ai_diplomacy.board.phase import Phase
from ai_diplomacy.board.press import Mailbox
from ai_diplomacy.board.terrain import terrain
from ai_diplomacy.game.config import GameConfig
from ai_diplomacy.game.diplomacy import DIPLOMACY
from ai_diplomacy.game.pledges import Pledges
from ai_diplomacy.game.views import view
from ai_diplomacy.models.budget import Budget
from ai_diplomacy.models.events import CallAnswered
from ai_diplomacy.models.journal import Journal
from ai_diplomacy.models.layers import CallServices, layered
from ai_diplomacy.models.model import Reply, Request
from ai_diplomacy.models.prices import FREE
from ai_diplomacy.records.cleaning import cleaned
from ai_diplomacy.records.durable import AppendLog
from ai_diplomacy.run.events import ReplyRead, StepDefaulted
from ai_diplomacy.run.settings_history import SettingsHistory
from ai_diplomacy.run.stages import Stage

STEPS = ("initialize", "provisional", "negotiate", "plan", "order", "reflect", "consolidate")
GOOD = {
    "initialize": {"goals": ["win"], "relationships": {"ITALY": "Enemy"}},
    "provisional": {"orders": ["A PAR - BUR", "A MAR H", "F BRE - MAO"]},
    "negotiate": {
        "diary": "d",
        "messages": [{"to": ["ITALY"], "text": "hello", "meant": True, "pledges": ["A PAR - BUR"]}],
    },
    "plan": {"directive": "west"},
    "order": {"orders": ["A PAR - BUR", "A MAR H", "F BRE - MAO"], "beliefs": {"1": 80}, "intent": "i", "diary": "d"},
    "reflect": {"diary": "d", "goals": ["g"], "relationships": {"ITALY": "Ally"}},
    "consolidate": {"summary": "s"},
}
NASTY = (
    "\x00",
    "\x1b[2J\x1b]0;owned\x07",
    "\u202e\u2066\u200f",
    "../../etc/passwd",
    "C:\\CON\\nul",
    "\ud800",
    "\U0010ffff",
    "</script><img src=x onerror=alert(1)>",
    "'; DROP TABLE orders; --",
    "{{ 7 * 7 }}{% raw %}",
    "```json\n{}\n```",
    "\u2028\u2029\x85\x0b\x0c",
    "9" * 10_000,
    "A" * 50_000,
)
VALUES = (None, True, -1, 1e308, [], {}, [[]], {"a": {"b": []}}, "", 0, ["x"] * 500, *NASTY)


def nasty_reply(step: str, rng: random.Random) -> str:
    """A good reply with something done to it, or something else altogether."""
    document = json.loads(json.dumps(GOOD[step]))
    kind = rng.randrange(9)
    if kind == 0:
        return rng.choice(NASTY)
    if kind == 1:
        return "[" * rng.randrange(1, 100_000) + "]" * rng.randrange(100)
    if kind == 2:
        return '{"orders":' * rng.randrange(1, 5000) + "1" + "}" * rng.randrange(5000)
    if kind == 3:
        name = rng.choice(list(document))
        return json.dumps(document).replace(json.dumps(document[name]), rng.choice(["NaN", "-Infinity", "1" * 10_000]))
    if kind == 4:
        text = json.dumps(document)
        at = rng.randrange(len(text))
        return text[:at] + rng.choice(NASTY)[:200] + text[at + rng.randrange(3) :]
    if kind == 5:
        return "".join(chr(rng.randrange(0xD800)) for _ in range(rng.randrange(300)))
    name = rng.choice(list(document))
    if kind == 6:
        document[name] = rng.choice(VALUES)
    elif kind == 7:
        document[rng.choice(NASTY)[:100]] = rng.choice(VALUES)
    elif isinstance(document[name], list):
        document[name] = [rng.choice(VALUES) for _ in range(rng.randrange(40))]
    return json.dumps(document)


class Nasty:
    name = "nasty"

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.count = 0

    async def generate(self, request: Request) -> Reply:
        self.count += 1
        return Reply(nasty_reply(request.key.step, self.rng))


class Listening:
    def __init__(self) -> None:
        self.events = []

    def event(self, event) -> None:
        self.events.append(event)


class Table:
    """A power that is asked the same step again and again."""

    def __init__(self, tmp_path, model) -> None:
        self.path = tmp_path / "calls.jsonl"
        self.journal, self.listener, self.model = Journal(AppendLog(self.path)), Listening(), model
        desk = CallServices(self.journal, Budget(self.listener.event), self.listener.event)
        self.board = Board("standard", game_id="test")
        self.mailbox = Mailbox(self.board.terrain, max_messages=6, max_characters=1200)
        self.settings = SettingsHistory(GameConfig(models={}, max_year=1902, truth_tags=True), DIPLOMACY.order)
        asker = Asker("FRANCE", layered(model, desk, FREE), PromptBook(DEFAULT_DIRECTORY, terrain()), self.listener)
        self.asker, self.drafts = asker, []

    async def ask(self, step: str, number: int) -> None:
        agent = DiplomacyAgent(self.asker)
        agent.memory.meet(power for power in terrain().powers if power != "FRANCE")
        agent.memory.note(Phase("S1900M"), "reflect", "once upon a time")
        # Each number is a round of its own, so that every call has its own key.
        seen = view(
            self.board,
            self.mailbox,
            Pledges("standard"),
            "FRANCE",
            Stage(step, ("FRANCE",), number, background=step == "consolidate"),
            self.settings,
        )
        came = await getattr(agent, step)(seen)
        if step == "negotiate":
            self.mailbox.deliver(Phase("S1901M"), number, {"FRANCE": came}, self.board.survivors)
            self.mailbox = Mailbox(self.board.terrain, max_messages=6, max_characters=1200)
        if step == "order":
            self.board.submit("FRANCE", came.report)


@pytest.mark.slow
@pytest.mark.parametrize("step", STEPS)
async def test_two_thousand_nasty_replies_to_a_step_break_nothing_and_are_all_counted(tmp_path, step):
    table = Table(tmp_path, Nasty(STEPS.index(step)))
    try:
        for number in itertools.count(1):
            await table.ask(step, number)
            if table.model.count >= 2_000:
                break
    finally:
        await table.journal.close()
    read = [event for event in table.listener.events if isinstance(event, ReplyRead)]
    answered = sum(isinstance(event, CallAnswered) for event in table.listener.events)
    assert len(read) == answered == table.model.count >= 2_000
    assert len(table.path.read_bytes().splitlines()) == table.model.count
    verdicts = Counter(event.verdict for event in read)
    assert set(verdicts) <= {"ok", "repaired", "cut", "illegal", "unusable"}
    assert verdicts["unusable"] > 300
    lost = sum(isinstance(event, StepDefaulted) for event in table.listener.events)
    second = sum(event.attempt == 1 and event.verdict == "unusable" for event in read)
    assert 0 < lost <= second
    for event in table.listener.events:
        # What reaches a terminal is shown, never obeyed.
        assert cleaned(str(event.record(0.0)), "line").isprintable()


@pytest.mark.parametrize("step", STEPS)
def test_ten_megabytes_are_looked_at_in_bounded_memory(tmp_path, step):
    class Huge:
        name = "huge"

        async def generate(self, request: Request) -> Reply:
            filling = '"' + "x" * 10_000_000 + '"'
            text = json.dumps(GOOD[step])
            name = next(iter(GOOD[step]))
            return Reply(text.replace(json.dumps(GOOD[step][name]), filling, 1))

    async def asked() -> Table:
        table = Table(tmp_path, Huge())
        await table.ask(step, 1)
        await table.journal.close()
        return table

    tracemalloc.start()
    try:
        table = asyncio.run(asked())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 200e6
    assert any(isinstance(event, ReplyRead) for event in table.listener.events)
    assert all(len(str(event)) < 100_000 for event in table.listener.events if event.written)
