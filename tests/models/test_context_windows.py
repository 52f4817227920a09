"""Context windows: replies get the room that prompts leave, and what cannot fit stops the run before it is sent."""

from dataclasses import replace

import pytest
from scripted import Script, of_type, request, unheard
from virtual_time import virtual_time

from ai_diplomacy.models.budget import Budget
from ai_diplomacy.models.circuit_breaker import ModelRefused
from ai_diplomacy.models.connections import Connections
from ai_diplomacy.models.context_windows import LEAST_REPLY
from ai_diplomacy.models.events import MaxTokensRefused, ModelRemarked
from ai_diplomacy.models.gate import Gate
from ai_diplomacy.models.layers import CallServices, layered
from ai_diplomacy.models.model import ModelError, Overlong, Reply, Request, Usage
from ai_diplomacy.models.prices import FREE

GIVEN = "scripted:model"


class SmallServer:
    """Counts four bytes a token; refuses what does not fit its window, or cuts the prompt without a word."""

    name = GIVEN

    def __init__(self, window: int, *, says: str = "all", cuts: bool = False) -> None:
        self.window, self.says, self.cuts = window, says, cuts
        self.sent: list[Request] = []
        self.refused = 0

    async def generate(self, request: Request) -> Reply:
        self.sent.append(request)
        tokens = len(request.system + request.prompt) // 4
        if self.cuts:
            tokens = min(tokens, self.window)
        elif tokens + request.max_tokens > self.window:
            self.refused += 1
            told = Overlong(self.window, tokens) if self.says == "all" else Overlong()
            raise ModelError("400 too long", overlong=told if self.says != "window" else Overlong(self.window))
        return Reply("answer", Usage(tokens, 100), max_tokens=request.max_tokens)


class Table:
    """A run that asks one model."""

    def __init__(self, model, window: int | None = None) -> None:
        self.events: list[object] = []
        self.services = CallServices(None, Budget(unheard), self.events.append)
        self.services.windows.learn(GIVEN, window)
        self.model = layered(model, self.services, FREE, Gate("account", Connections(10)))

    async def ask(self, size: int, **changes) -> Reply:
        """With a prompt of so many bytes, the system's included."""
        return await self.model.generate(replace(request(prompt="x" * (size - len("system"))), **changes))


@pytest.mark.parametrize("says", ["all", "window", "nothing"])
def test_a_reply_gets_the_room_that_its_prompt_leaves_in_a_window_learned_from_a_refusal(says):
    @virtual_time
    async def check():
        server = SmallServer(8192, says=says)
        table = Table(server)
        first = await table.ask(8000)
        assert LEAST_REPLY <= first.max_tokens < 8192
        refused = server.refused
        again = [await table.ask(size) for size in (9000, 12000, 16000)]
        if says != "nothing":
            assert server.refused == refused, "what is known is not tried again"
            assert [2000 < reply.max_tokens < 8192 for reply in again] == [True] * 3
        assert of_type(table.events, ModelRemarked) == [ModelRemarked(GIVEN, "less_room")]

    check()


@virtual_time
async def test_whoever_tries_first_the_same_prompts_fit():
    longest = 4 * (2048 - LEAST_REPLY)
    for learned in (False, True):
        for size in (longest - 64, longest, longest + 4):
            table = Table(SmallServer(2048))
            if learned:
                await table.ask(1000)
            if size <= longest:
                assert LEAST_REPLY <= (await table.ask(size)).max_tokens <= LEAST_REPLY + 16
            else:
                with pytest.raises(ModelRefused, match="context window"):
                    await table.ask(size, window=2048)


@virtual_time
async def test_a_window_that_is_given_is_never_asked_for_more():
    server = SmallServer(4096)
    table = Table(server, 4096)
    for size in (4000, 8000, 12000, 13000):
        await table.ask(size)
    assert server.refused == 0


@virtual_time
async def test_what_a_strict_schema_lists_takes_no_room():
    server = SmallServer(16384)
    table = Table(server, 16384)
    lists = {"type": "string", "enum": ["A PAR S A MAR - BUR"] * 4000}
    for size in (4000, 12000, 16000):
        assert (await table.ask(size, schema=lists, looser_schema={"type": "string"})).max_tokens == 8192
    assert of_type(table.events, ModelRemarked) == []


@virtual_time
async def test_a_window_with_room_for_all_changes_nothing():
    server = SmallServer(100_000)
    table = Table(server, 100_000)
    assert (await table.ask(8000)).max_tokens == 8192
    assert of_type(table.events, ModelRemarked) == []


@pytest.mark.parametrize("size", [40_000, 32_000])
def test_a_prompt_that_cannot_fit_is_not_sent_and_stops_the_run_with_the_size_that_is_needed(size):
    @virtual_time
    async def check():
        server = SmallServer(8192, cuts=True)
        table = Table(server, 8192)
        await table.ask(8000)
        with pytest.raises(ModelRefused) as stopped:
            await table.ask(size, window=8192)
        assert len(server.sent) == 1
        assert not stopped.value.at_once
        needed = {40_000: "12,288", 32_000: "10,240"}[size]
        assert str(stopped.value) == (
            f"scripted:model cannot be asked: the prompt (FRANCE, order in S1901M) of about {size // 4:,} tokens does "
            f"not fit its context window of 8,192; it needs one of about {needed} tokens: start its server with that "
            "(docs/local_models.md), or seat a model that has it"
        )

    check()


@pytest.mark.parametrize(("says", "tries"), [("all", 1), ("window", 1), ("nothing", 2)])
def test_a_refusal_for_length_stops_the_run_though_shorter_prompts_are_answered(says, tries):
    @virtual_time
    async def check():
        server = SmallServer(2048, says=says)
        table = Table(server)
        await table.ask(3000, max_tokens=600)
        asked = len(server.sent)
        with pytest.raises(ModelRefused, match=r"tokens .*context window.*400 too long"):
            await table.ask(10_000, max_tokens=600, window=2048)
        assert len(server.sent) - asked <= tries

    check()


@pytest.mark.parametrize("says", ["all", "window"])
@pytest.mark.parametrize("fits", [None, 4096])
def test_a_refusal_that_names_a_smaller_window_than_the_prompt_fits_is_its_askers_to_answer(says, fits):
    @virtual_time
    async def check():
        table = Table(SmallServer(2048, says=says))
        for size in (10_000, 12_000):
            with pytest.raises(ModelError, match=r"tokens .*context window") as refused:
                await table.ask(size, max_tokens=600, window=fits)
            assert refused.value.overlong.window == 2048
        assert (await table.ask(3000, max_tokens=600, window=2048)).text

    check()


@virtual_time
async def test_a_longer_reply_that_the_window_has_no_room_for_is_not_asked_for():
    cut = Reply("", Usage(2000, 6000), stop="length")
    script = Script(replace(cut, max_tokens=6000))
    table = Table(script, 8192)
    table.services.windows.counted(GIVEN, 8000, 2000)
    table.services.budget.densest[GIVEN] = 0.25
    reply = await table.ask(8000)
    assert (reply.text, len(script.requests)) == ("", 1)
    (refused,) = of_type(table.events, MaxTokensRefused)
    assert refused.reason == "its context window has no room for a longer reply"


@virtual_time
async def test_a_count_of_a_prompt_that_was_cut_teaches_nothing():
    table = Table(SmallServer(4096, cuts=True), 4096)
    await table.ask(12_000)
    least = table.services.windows.least(GIVEN, 12_000)
    table.services.windows.counted(GIVEN, 20_000, 4096)
    assert table.services.windows.least(GIVEN, 12_000) == least == 3000
