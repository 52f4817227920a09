"""Replies that are cut: whole elements are kept, half ones never, and whoever should hear of it does."""

import csv
import io
from concurrent.futures import ThreadPoolExecutor

import pytest
from staging import HOLD, SCRIPTED, ScriptedModel, by_step, play, seats, situation_of

from ai_diplomacy.agent.replies import (
    ConsolidateReply,
    InitializeReply,
    InterviewReply,
    NegotiateReply,
    OrderReply,
    PlanReply,
    ReflectReply,
    read_reply,
)
from ai_diplomacy.board.terrain import terrain
from ai_diplomacy.game.config import GameConfig
from ai_diplomacy.game.diplomacy import DIPLOMACY
from ai_diplomacy.game.display import Display, GameConsole
from ai_diplomacy.models.ids import ModelId
from ai_diplomacy.models.model import Reply, Usage
from ai_diplomacy.offline.server.local import LocalServer
from ai_diplomacy.offline.server.options import ServerOptions
from ai_diplomacy.run.events import ReplyRead
from ai_diplomacy.run.history import read_history
from ai_diplomacy.run.replay import replay

CUT = "The reply was cut at 150 tokens (--max_tokens)"
UNFINISHED = "The reply breaks off unfinished"


def read(text, shape, stop="length"):
    return read_reply(text, shape, stop, 150)


def messages(text, stop="length"):
    return [(message.to, message.text) for message in read(text, NegotiateReply, stop).value.messages]


@pytest.mark.parametrize(("stop", "how"), [("length", CUT), ("end", UNFINISHED), ("other", UNFINISHED)])
def test_of_a_list_of_orders_the_whole_ones_stand(stop, how):
    reading = read('{"orders": ["A BUD - SER", "', OrderReply, stop)
    assert reading.value.orders == ["A BUD - SER"]
    assert reading.cut
    assert reading.problem == f"{how}; what is not whole is left out, from orders[1] on."


def test_half_a_support_is_no_other_order():
    assert read('{"orders": ["F KIE - HOL","A MUN S A BUR', OrderReply).value.orders == ["F KIE - HOL"]


@pytest.mark.parametrize("text", ['{"orders": ["A MUN S A BUR', '{"reasoning": "I shall', '{"orders": [', "{"])
def test_where_the_only_needed_value_is_cut_the_reply_is_of_no_use_for_the_true_reason(text):
    reading = read(text, OrderReply)
    assert reading.value is None
    assert reading.problem.startswith(CUT)


def test_half_a_letter_does_not_go_out():
    one = '{"to":"ENGLAND","text":"Never will I attack you unless'
    reading = read(f'{{"messages":[{one}', NegotiateReply)
    assert reading.value is None
    assert reading.problem == f"{CUT} before one of its fields was whole."
    assert messages(f'{{"messages":[{{"to":["ITALY"],"text":"Yes."}},{one}') == [(["ITALY"], "Yes.")]


def test_a_letter_whose_pledges_are_cut_does_not_go_out_either():
    first = '{"to":["ITALY"],"text":"Yes.","pledges":["A PAR - BUR"]}'
    half = '{"to":["ITALY"],"text":"I go to Burgundy.","pledges":["A PAR - BUR","A MAR'
    assert messages(f'{{"messages":[{first},{half}') == [(["ITALY"], "Yes.")]


def test_of_a_list_of_messages_that_is_cut_the_whole_ones_are_kept_with_the_true_reason():
    text = '{"diary":"d","messages":[{"to":["FRANCE"],"text":"hi","pledges":[]},{"to":["ITA'
    assert messages(text) == [(["FRANCE"], "hi")]
    reading = read(text, NegotiateReply)
    assert reading.value.diary == "d"
    assert reading.problem == f"{CUT}; what is not whole is left out, from messages[1].to[0] on."


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        (ConsolidateReply, '{"summary":"In 1901 I took Spain. In 1902 I'),
        (ConsolidateReply, '{"summary":["In 1901 I took Spain.", "In 1902 I'),
        (ConsolidateReply, '{"summary":"In 1901 I said "'),
        (PlanReply, '```json\n{"directive": "Go west, unless'),
        (InterviewReply, '{"answer": "I never meant'),
    ],
)
def test_half_a_text_replaces_nothing(shape, text):
    for stop in ("length", "end"):
        assert read(text, shape, stop).value is None


@pytest.mark.parametrize("stop", ["length", "end"])
def test_half_a_goal_and_half_a_relationship_are_none(stop):
    feelings = '{"goals": ["win", "hold Paris"], "relationships": {"ITALY": "Ally", "ENGLAND": "Enem'
    value = read(feelings, InitializeReply, stop).value
    assert (value.goals, value.relationships) == (["win", "hold Paris"], {"ITALY": "Ally"})
    value = read('{"diary": "Quiet.", "goals": ["win", "take Spain and no', ReflectReply, stop).value
    assert (value.diary, value.goals, value.relationships) == ("Quiet.", ["win"], {})
    assert read('{"goals": ["win"], "diary": ["Quiet.", "But Italy', ReflectReply, stop).value.diary == ""


@pytest.mark.parametrize(
    "text",
    [
        '{"orders": ["A BUD - SER"]} And so I hope',
        'So:\n```json\n{"orders": ["A BUD - SER"]}\n```\nThe reason is',
        '{"orders": ["A BUD - SER"]}\n{"orders": ["A BUD - SER"]}\n{"orders": ["A B',
    ],
)
def test_what_is_cut_behind_a_whole_answer_costs_nothing(text):
    reading = read(text, OrderReply)
    assert reading.value.orders == ["A BUD - SER"]
    assert (reading.cut, reading.problem) == (False, None)


def test_a_draft_does_not_stand_in_for_the_answer_that_is_cut():
    for half in ('{"orders": ["A BU', '{"orders": ["A BUD - SER', '{"reasoning": "I', "{"):
        reading = read(f'First idea: {{"orders": ["A BUD H"]}}. Better: {half}', OrderReply)
        assert reading.value is None
        assert reading.problem.startswith(CUT)


def test_closing_brackets_that_are_left_out_at_the_end_are_mended_but_not_where_the_limit_was_met():
    text = '{"orders": ["A BUD - SER", "A VIE - GAL"'
    said = read(text, OrderReply, "end")
    assert (len(said.value.orders), said.repaired, said.cut, said.problem) == (2, True, False, None)
    assert read(text, OrderReply).cut


@pytest.mark.parametrize("text", ["", " \n", "I shall now think about", "<think>Perhaps"])
def test_a_reply_without_an_answer_says_that_it_was_cut(text):
    assert read(text, OrderReply).problem == f"{CUT} before it came to an answer."


def test_what_is_broken_off_as_a_refusal_is_called_so():
    reading = read_reply('{"orders": ["A BUD - SER", "A VI', OrderReply, "refusal")
    assert reading.problem.startswith("The reply was broken off as a refusal; ")


# In a game

WHOLE_ORDERS = '{"orders": ["A PAR - BUR", "A MAR - SPA", "F BRE - MAO"]}'
HALF_ORDERS = '{"orders": ["A PAR - BUR", "A MAR - SP'
MOST = f"{CUT.replace('150', '600')}; what is not whole is left out, from orders[1] on."


class Limited(ScriptedModel):
    """Cuts its orders until it may use so many tokens."""

    enough = 10_000

    async def generate(self, request):
        self.requests.append(request)
        if request.key.step != "order" or request.max_tokens >= self.enough:
            return Reply(by_step(order=WHOLE_ORDERS)(request), Usage(10, 5), max_tokens=request.max_tokens)
        return Reply(HALF_ORDERS, Usage(10, request.max_tokens), "length", max_tokens=request.max_tokens)

    def asked(self):
        """(attempt, limit) of each call for orders."""
        return [(call.key.attempt, call.max_tokens) for call in self.requests if call.key.step == "order"]


def config(**settings):
    models = seats(HOLD, FRANCE=SCRIPTED)
    return GameConfig(models=models, max_year=1901, rounds=0, end_at_phase="S1901M", default_max_tokens=150, **settings)


async def test_a_reply_that_is_cut_is_asked_for_again_with_more_room(tmp_path):
    model = Limited(by_step())
    model.enough = 300
    run = await play(tmp_path / "run", config(), model)
    assert model.asked() == [(0, 150), (0, 300)]
    assert set(run.orders()["S1901M"]["FRANCE"]) == {"A PAR - BUR", "A MAR - SPA", "F BRE - MAO"}
    assert (run.figures["FRANCE"]["cut_replies"], run.figures["FRANCE"]["reasked"]) == (0, 0)


async def test_one_that_must_stand_is_counted_as_cut_and_model_story_and_table_hear_why(tmp_path):
    model = Limited(by_step())
    run = await play(tmp_path / "run", config(), model)
    assert model.asked() == [(0, 150), (0, 300), (0, 600), (1, 600)]
    correction = situation_of(model.requests[-1])["correction"]
    assert correction == {"your_reply": HALF_ORDERS, "problems": [MOST]}
    assert run.orders()["S1901M"]["FRANCE"] == ["F BRE H", "A MAR H", "A PAR - BUR"]
    figures = run.figures["FRANCE"]
    assert (figures["cut_replies"], figures["repaired_replies"], figures["unusable_replies"]) == (2, 0, 0)
    assert [read["verdict"] for read in run.events_of("reply_read") if read["step"] == "order"] == ["cut", "cut"]
    story = (run.path / "powers" / "FRANCE.md").read_text()
    assert "*My reply to `order` was not complete:* The reply was cut at 600 tokens (--max" in story
    rows = [
        row
        for row in csv.DictReader(io.StringIO((run.path / "llm_responses.csv").read_text()))
        if row["step"] == "order"
    ]
    assert [(row["success"], row["error"]) for row in rows] == [("true", MOST)] * 2


async def test_it_plays_again_from_its_record(tmp_path):
    run = await play(tmp_path / "run", config(), Limited(by_step()))
    assert (await replay(read_history(run.path, DIPLOMACY), DIPLOMACY)).ended


def test_the_terminal_names_the_limit_and_the_flag_once_in_a_while():
    file = io.StringIO()
    display = Display(GameConsole(file=file, width=160), terrain(), {})
    for _ in range(5):
        display.event(ReplyRead("FRANCE", "S1901M", "order", 0, 0, "m", "cut", (MOST,)))
    assert " ".join(file.getvalue().split()) == f"France order: {MOST}"


@pytest.mark.slow
@pytest.mark.parametrize("blocking", [False, True])
@pytest.mark.parametrize("provider", ["openai", "openai-responses", "anthropic", "gemini"])
async def test_over_every_protocol_whoever_answers_too_long_is_cut_and_no_half_order_is_played(
    tmp_path, provider, blocking
):
    async with LocalServer(ServerOptions()) as server:
        path = "/v1" if provider.startswith("openai") else ""
        models = seats(HOLD, FRANCE=ModelId(provider, "local", server.url + path))
        small = GameConfig(models=models, max_year=1901, rounds=1, default_max_tokens=16, end_at_phase="S1901M")
        with ThreadPoolExecutor(2) as threads:
            run = await play(tmp_path / "run", small, blocking=threads if blocking else None)
    read = [(event["verdict"], *event["problems"]) for event in run.events_of("reply_read")]
    told = [problem for verdict, *problems in read if verdict != "ok" for problem in problems]
    assert told
    assert all(problem.startswith("The reply was cut at 64 tokens (--max_tokens)") for problem in told)
    assert {call["reply"]["stop"] for call in run.calls if call["reply"]["max_tokens"] == 16} == {"length"}
    (sent,) = [event for event in run.events_of("orders_submitted") if event["power"] == "FRANCE"]
    assert sent["illegal"] == []
