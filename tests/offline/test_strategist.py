"""The offline model as a whole: the right format in every position, the same answer to the same prompt, and never an
error whatever the prompt holds."""

import copy
import json
import os
import random
import re
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from offline_prompts import SHAPES, ask, clean, document, opening, positions, prompt, sent

from ai_diplomacy.agent.replies import read_reply
from ai_diplomacy.board.commitment_text import read_commitment
from ai_diplomacy.board.orders import interpret
from ai_diplomacy.board.player import RELATIONSHIPS
from ai_diplomacy.offline.strategist import AT_A_LOSS, answer

MAPS = ("standard", "ancmed", "modern", "pure", "standard_france_austria")
STYLES = ("strategist", "random")


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("step", SHAPES)
def test_every_step_is_answered_in_the_shape_that_it_asks_for(step, style):
    for power in opening().units:
        reply = ask(opening(power), step, style=style)
        assert isinstance(reply, SHAPES[step])


every_map = pytest.mark.parametrize(
    "map_name", [pytest.param(name, marks=pytest.mark.slow) if name == "modern" else name for name in MAPS]
)


@pytest.mark.parametrize("style", STYLES)
@every_map
def test_orders_of_all_kinds_of_phases_are_legal_once_corrected(map_name, style):
    intents = set()
    for situation in positions(map_name, 24, seed=3):
        intents.add(situation.kind)
        report = interpret(clean(situation, "order", style=style).orders, situation)
        assert not report.rejected
        due = abs(situation.due) if situation.kind == "A" else len(situation.legal_orders)
        assert len(report.orders) == due
        if style == "strategist":
            assert not [order for order in report.defaults if order != "WAIVE"]
    assert intents >= ({"M"} if map_name == "pure" else {"M", "A"})


@every_map
def test_messages_of_later_years_fit_and_their_pledges_are_legal(map_name):
    for situation in positions(map_name, 14, seed=5):
        if situation.kind == "M":
            reply = clean(situation, "negotiate")
            assert len(reply.messages) <= (3 if situation.phase == situation.terrain.start else 4)
            assert len(reply.diary) <= 220
            for message in reply.messages:
                assert 20 <= len(message.text) <= 170
                assert set(message.to) <= set(situation.survivors) - {situation.power} | {"ALL"}
                assert all_can_be_pledged(message, situation)


def all_can_be_pledged(message, situation):
    return all(read_commitment(pledge, situation, message.to).commitments == (pledge,) for pledge in message.pledges)


def test_texts_stay_short():
    for situation in positions("standard", 14, seed=6):
        order = clean(situation, "order")
        assert len(order.reasoning) <= 300
        assert len(order.intent) <= 300
        assert len(order.diary) <= 220
        reflect = clean(situation, "reflect", legal_orders={})
        assert len(reflect.diary) <= 220
        assert 2 <= len(reflect.goals) <= 4
        assert max(map(len, reflect.goals)) <= 80
        assert 0 < len(clean(situation, "consolidate", legal_orders={}).summary) <= 500


def test_the_first_opinion_covers_every_other_power_and_names_neutral_centres():
    for power, others in ((p, set(opening().units) - {p}) for p in opening().units):
        reply = clean(opening(power), "initialize")
        assert set(reply.relationships) == others
        assert set(reply.relationships.values()) <= set(RELATIONSHIPS)
        assert 2 <= len(reply.goals) <= 4
        assert re.match(r"Take .+ by the end of 1901", reply.goals[0])


def test_powers_are_not_of_one_temper():
    first = {power: clean(opening(power), "negotiate").messages for power in opening().units}
    assert len({tuple(message.text for message in written) for written in first.values()}) == 7


def test_the_game_is_the_source_of_variety():
    replies = {answer(prompt({**document(opening(), "negotiate"), "game": str(n)})) for n in range(10)}
    assert len(replies) == 10


@pytest.mark.slow
def test_the_same_prompt_has_the_same_answer_under_any_hash_seed():
    prompts = [
        prompt(document(situation, step, press=[sent("GERMANY", situation.power, "Shall we be allies?")]))
        for situation in list(positions("standard", 8, seed=1))[::5]
        for step in SHAPES
    ]
    expected = [answer(text) for text in prompts]
    assert [answer(text) for text in prompts] == expected
    program = (
        "import json, sys; from ai_diplomacy.offline.strategist import answer; "
        "print(json.dumps([answer(text) for text in json.load(sys.stdin)]))"
    )
    for seed in ("0", "1", "4242"):
        done = subprocess.run(
            [sys.executable, "-c", program],
            input=json.dumps(prompts),
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        assert json.loads(done.stdout) == expected


def test_legal_orders_are_worked_out_when_a_prompt_of_a_movement_phase_lists_none():
    for situation in positions("standard", 5, seed=2):
        if situation.kind == "M":
            content = document(situation, "negotiate", correction={"problems": ["?"]})
            del content["legal_orders"]
            reply = read_reply(answer(prompt(content)), SHAPES["negotiate"]).value
            assert reply is not None
            for message in reply.messages:
                assert all_can_be_pledged(message, situation)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no fence at all",
        "```json\n",
        "```json\n{\n```",
        "```json\n[]\n```",
        "```json\n{}\n```",
        "```json\n" + "[" * 100_000,
        '```json\n{"step": "order", "map": "atlantis"}\n```',
    ],
)
@pytest.mark.parametrize("style", STYLES)
def test_a_prompt_without_a_position_is_answered_with_a_shrug(text, style):
    assert answer(text, style=style) == AT_A_LOSS


def test_an_unknown_step_is_answered_with_a_shrug():
    assert answer(prompt(document(opening(), "dance"))) == AT_A_LOSS


def test_an_unknown_style_is_refused():
    with pytest.raises(ValueError, match="gambler"):
        answer("", style="gambler")


@given(st.text())
def test_no_text_raises(text):
    assert answer(text)


_JUNK = (None, 1, "x", "", [], {}, ["x"], [1], {"a": 1}, {"FRANCE": 1}, [{"from": "FRANCE"}], True)


@settings(max_examples=300, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from(_JUNK), st.sampled_from(STYLES))
def test_no_damaged_document_raises(luck, junk, style):
    situation = luck.choice(_SEEN)
    content = document(
        situation,
        luck.choice(sorted(SHAPES)),
        press=[sent("GERMANY", situation.power, "Peace?", "A MUN H")],
        goals=["Win"],
        relationships={"GERMANY": "Ally"},
        pledges=[{"from": "GERMANY", "to": ["FRANCE"], "pledged": "A MUN H", "ordered": "A MUN H", "kept": True}],
    )
    assert answer(prompt(_damaged(content, luck, junk)), style=style)


def _damaged(content, luck: random.Random, junk):
    damaged = copy.deepcopy(content)
    here = damaged
    while True:
        key = luck.choice(list(here)) if isinstance(here, dict) else luck.randrange(len(here))
        if isinstance(here[key], dict | list) and here[key] and luck.random() < 0.7:
            here = here[key]
        else:
            here[key] = junk
            return damaged


_SEEN = positions("standard", 8, seed=9)
