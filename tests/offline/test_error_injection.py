"""The offline model errs as often as it should, in the first reply only, and never in a way that hides its meaning."""

import json
from collections import Counter

import pytest
from offline_prompts import SHAPES, document, opening, positions, prompt

from ai_diplomacy.agent.replies import read_reply
from ai_diplomacy.board.orders import interpret
from ai_diplomacy.board.units import Order
from ai_diplomacy.offline.error_injection import restyled, with_illegal_order, written
from ai_diplomacy.offline.prompt_reader import read
from ai_diplomacy.offline.strategist import answer


def reading(situation, step="order", **more):
    found = read(prompt(document(situation, step, **more)))
    assert found is not None
    return found


def test_between_half_and_five_percent_of_first_orders_are_illegal():
    given = illegal = 0
    for seed in range(4):
        for situation in positions("standard", 10, seed=seed):
            first = reading(situation, game=str(seed))
            orders = [legal[0] for legal in first.situation.legal_orders.values()]
            if situation.kind == "A":
                orders = orders[: abs(situation.due)]
            report = interpret(with_illegal_order(first, orders), situation)
            given += len(report.lines)
            illegal += len(report.rejected)
    assert 0.005 < illegal / given < 0.05


def test_errors_of_every_kind_of_order_are_made_and_explained():
    reasons = Counter()
    for game in range(300):
        situation = opening(("ENGLAND", "RUSSIA", "TURKEY")[game % 3])
        orders = [Order(f"{unit} H") for unit in situation.own_units]
        report = interpret(with_illegal_order(reading(situation, game=str(game)), orders), situation)
        for line in report.rejected:
            assert line.reason
            reasons["support" if " S " in line.text else "unit" if "stands" in line.reason else "move"] += 1
    assert set(reasons) == {"support", "unit", "move"}


def test_another_hand_means_the_same():
    changed = 0
    for game in range(60):
        for situation in positions("standard", 3, seed=game % 4)[::4]:
            orders = [legal[-1] for legal in situation.legal_orders.values()]
            if situation.kind == "A":
                orders = orders[: abs(situation.due)]
            styled = restyled(reading(situation, game=str(game)), orders)
            changed += styled != orders
            assert [line.order for line in interpret(styled, situation).lines] == orders
    assert changed


@pytest.mark.slow
def test_one_or_two_replies_in_a_hundred_are_not_clean():
    odd = Counter()
    reply = {"diary": "Quiet.", "messages": [{"to": ["ALL"], "text": "Peace!", "pledges": []}]}
    for game in range(1500):
        text = written(reading(opening(), "negotiate", game=str(game)), reply)
        found = read_reply(text, SHAPES["negotiate"])
        odd["repaired" if found.repaired else "lost" if found.value is None else "clean"] += 1
    assert 0.005 < (odd["repaired"] + odd["lost"]) / odd.total() < 0.03
    assert odd["repaired"]
    assert odd["lost"]


@pytest.mark.slow
def test_a_reply_to_a_re_ask_is_clean():
    correction = {"your_reply": "{", "problems": ["The reply held no JSON object."]}
    for game in range(200):
        for step in SHAPES:
            content = document(opening("RUSSIA"), step, game=str(game), correction=correction)
            found = read_reply(answer(prompt(content)), SHAPES[step])
            assert found.value is not None
            assert not found.repaired
            if step == "order":
                assert not interpret(found.value.orders, opening("RUSSIA")).rejected


def test_a_re_ask_gets_the_orders_that_were_meant():
    seen = 0
    for game in range(40):
        content = document(opening("RUSSIA"), "order", game=str(game))
        first = read_reply(answer(prompt(content)), SHAPES["order"]).value
        second = read_reply(answer(prompt({**content, "correction": {"problems": ["?"]}})), SHAPES["order"]).value
        if first is None:
            continue
        report = interpret(first.orders, opening("RUSSIA"))
        assert {line.order for line in report.lines if line.order} <= set(second.orders)
        seen += bool(report.rejected)
    assert seen


def test_json_comes_fenced_and_bare_and_after_a_sentence():
    starts = {answer(prompt(document(opening(), "plan", game=str(game))))[:1] for game in range(60)}
    assert {"`", "{"} < starts
    assert any(start.isalpha() for start in starts)


def test_a_document_survives_the_trip():
    text = written(reading(opening(), "plan", correction={"problems": ["?"]}), {"directive": 'a "b" \u2028 {c}'})
    found = read_reply(text, SHAPES["plan"]).value
    assert json.dumps(found.model_dump()) == json.dumps({"directive": 'a "b" \u2028 {c}'})
