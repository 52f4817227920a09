"""Twenty thousand good replies that were cut, wrapped, repeated and garbled: nothing is read that they do not hold, and
whatever of them is lost is told."""

import json
import random
from collections import Counter

import pytest

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
from ai_diplomacy.board.board import Board
from ai_diplomacy.board.orders import interpret
from ai_diplomacy.board.press import Draft, Mailbox
from ai_diplomacy.models.json_in_text import speech
from ai_diplomacy.models.loose_json import read_object

REPLIES = 20_000
BOARD = Board()
FRANCE = BOARD.situation("FRANCE")
ORDERS = [order for orders in FRANCE.legal_orders.values() for order in orders]
OTHERS = [power for power in BOARD.powers if power != "FRANCE"]
SENTENCES = (
    "Never will I attack you, unless you attack me first.",
    'You said "peace", and then you took Spain: why?',
    "Let us meet in Burgundy [or Picardy]; {I mean it}.",
    "It's 50/50, I'd say.\nBelgium is yours, the \u201cChannel\u201d stays empty.",
    "A PAR - BUR, then A BUR - MUN.",
    "Ja, natürlich! \U0001f54a",
    "C:\\maps\\1901",
    "Hold </think> on",
)


def some(rng, most=2):
    return " ".join(rng.choice(SENTENCES) for _ in range(rng.randint(1, most)))


def message(rng):
    to = rng.choice((["ALL"], rng.sample(OTHERS, 1), rng.sample(OTHERS, 2)))
    return {"to": to, "text": some(rng), "pledges": rng.sample(ORDERS, rng.randint(0, 2))}


def feelings(rng):
    return {power: rng.choice(("Enemy", "Neutral", "Ally")) for power in rng.sample(OTHERS, rng.randint(0, 4))}


def orders(rng):
    return [rng.choice(legal) for legal in FRANCE.legal_orders.values()]


GOOD = {
    InitializeReply: lambda rng: {"goals": [some(rng, 1) for _ in range(3)], "relationships": feelings(rng)},
    NegotiateReply: lambda rng: {"diary": some(rng), "messages": [message(rng) for _ in range(rng.randint(0, 3))]},
    PlanReply: lambda rng: {"directive": some(rng)},
    OrderReply: lambda rng: {
        "reasoning": some(rng),
        "intent": some(rng),
        "orders": orders(rng),
        "vote_draw": rng.random() < 0.3,
        "diary": some(rng),
    },
    ReflectReply: lambda rng: {"diary": some(rng), "goals": [some(rng, 1)], "relationships": feelings(rng)},
    ConsolidateReply: lambda rng: {"summary": some(rng, 3)},
    InterviewReply: lambda rng: {"answer": some(rng, 3)},
}


def marks(text):
    """Where the structure of a JSON text stands: what is outside of strings, and the quotes around them."""
    found, within, at = [], False, 0
    while at < len(text):
        if text[at] == '"':
            within = not within
        if not within or text[at] == '"':
            found.append(at)
        at += 2 if within and text[at] == "\\" else 1
    return [at for at in found if not text[at].isspace()]


def a_mark_lost(text, rng):
    at = rng.choice(marks(text))
    return text[:at] + text[at + 1 :]


def a_mark_twice(text, rng):
    at = rng.choice(marks(text))
    return text[:at] + text[at] + text[at:]


def another_mark(text, rng):
    at = rng.choice(marks(text))
    return text[:at] + rng.choice("{}[]:,\"';") + text[at + 1 :]


def a_mark_outside(text, rng):
    """Behind a mark that is no quote, something more."""
    at = rng.choice([at for at in marks(text) if text[at] in "{}[]:,"])
    return (
        text[: at + 1]
        + rng.choice(("{", "}", "[", "]", ":", ",", '"', "...", "null", "// so\n", "/* so */"))
        + text[at + 1 :]
    )


def commas_lost(text, rng):
    return "".join(
        sign for at, sign in enumerate(text) if sign != "," or at not in set(marks(text)) or rng.random() < 0.5
    )


def other_quotes(text, rng):
    return repr(json.loads(text))


def bare_quotes(text, rng):
    return text.replace('\\"', '"')


def bare_lines(text, rng):
    return text.replace("\\n", "\n")


def commas_at_the_ends(text, rng):
    ends = {at for at in marks(text) if text[at] in "]}"}
    return "".join(f",{sign}" if at in ends else sign for at, sign in enumerate(text))


def no_end(text, rng):
    return text.rstrip("}]")


GARBLED = (
    a_mark_lost,
    a_mark_twice,
    another_mark,
    a_mark_outside,
    commas_lost,
    other_quotes,
    bare_quotes,
    bare_lines,
    commas_at_the_ends,
    no_end,
)


def in_a_fence(text, rng):
    return f"Here is what I say:\n\n```json\n{text}\n```\nGood luck to us all."


def among_words(text, rng):
    return f"As {{France}} I say: {text} That is all, {{for now}}."


def in_a_list(text, rng):
    return f"[{text}]"


def behind_a_thought(text, rng):
    opening, closing = rng.choice(
        (("<think>", "</think>"), ("[THINK]", "[/THINK]"), ("", "</think>"), ("", "assistantfinal"))
    )
    return f"{opening}They want {DRAFT}, or the form {{...}}; no.{closing}\n{text}"


def before_a_thought(text, rng):
    return f"{text}\n<think>Or rather {DRAFT}?</think>"


def twice(text, rng):
    return f"{text}\n{text}"


def begun_twice(text, rng):
    return text[: rng.randrange(len(text))] + text


def behind_a_mark_of_order(text, rng):
    return f"\ufeff{text}"


DRAFT = json.dumps(
    {
        "orders": ["A PAR H"],
        "messages": [{"to": ["RUSSIA"], "text": "A draft."}],
        "diary": "A draft.",
        "goals": ["A draft."],
        "relationships": {"RUSSIA": "Friendly"},
        "directive": "A draft.",
        "summary": "A draft.",
        "answer": "A draft.",
    }
)
WRAPPED = (
    in_a_fence,
    among_words,
    in_a_list,
    behind_a_thought,
    before_a_thought,
    twice,
    begun_twice,
    behind_a_mark_of_order,
)


def cut(text, rng):
    return text[: rng.randrange(1, len(text))]


def spoiled(good, rng):
    """A good reply with one to three things done to it, how it ended, and what was done."""
    text = json.dumps(good, ensure_ascii=rng.random() < 0.5, indent=rng.choice((None, 1)))
    garbled = rng.choice(GARBLED) if rng.random() < 0.5 else None
    ways = [way for way in (garbled, rng.choice((None, *WRAPPED))) if way]
    # What ends with a draft that nothing calls a thought is whole to anybody.
    if not ways or rng.random() < 0.4:
        ways.insert(-1 if behind_a_thought in ways else len(ways), cut)
    for way in ways:
        text = way(text, rng)
        # So is what ends with a quote, whichever quote it is.
        text = text.rstrip('" \n') or "{" if garbled and way is cut else text
    return text, rng.choice(("length", "end")) if cut in ways else "end", " ".join(way.__name__ for way in ways)


def strange(read, good):
    """What was read that the good reply does not hold."""
    for name, value in read.model_dump().items():
        held = good[name]
        if name == "messages":
            known = {(to, one["text"]) for one in held for to in one["to"]}
            pledged = {pledge for one in held for pledge in one["pledges"]}
            yield from ((to, one["text"]) for one in value for to in one["to"] if (to, one["text"]) not in known)
            yield from (pledge for one in value for pledge in one["pledges"] if pledge not in pledged)
        elif isinstance(value, list):
            yield from (entry for entry in value if entry not in held)
        elif isinstance(value, dict):
            yield from (entry for entry in value.items() if entry not in held.items())
        elif value and value != held:
            yield value


@pytest.mark.slow
def test_nothing_is_read_that_a_good_reply_does_not_hold_and_whatever_is_lost_is_told():
    rng, read = random.Random(14), Counter()
    for number in range(REPLIES):
        shape = list(GOOD)[number % len(GOOD)]
        good = GOOD[shape](rng)
        whole = read_reply(json.dumps(good), shape)
        assert (whole.value.model_dump(), whole.repaired, whole.problem) == (shape(**good).model_dump(), False, None)
        text, stop, how = spoiled(good, rng)
        reading = read_reply(text, shape, stop, 150)
        if reading.value is None:
            assert reading.problem, (how, text)
            read["unusable"] += 1
            continue
        assert [*strange(reading.value, good)] == [], (how, text)
        same = reading.value == whole.value
        told = reading.repaired or reading.cut or reading.problem
        assert same or told, (how, text)
        read["whole" if same else "in part"] += 1
    assert min(read.values()) > REPLIES / 20, read


@pytest.mark.slow
def test_what_goes_out_of_a_spoiled_reply_is_what_was_ordered_and_written():
    """The same behind the reader of orders and the mailbox."""
    rng = random.Random(7)
    for _ in range(1500):
        good = GOOD[OrderReply](rng)
        reply = read_reply(spoiled(good, rng)[0], OrderReply).value
        if reply is not None:
            given = {line.order for line in interpret(reply.orders, FRANCE).standing}
            assert given <= {*good["orders"]}
        good = GOOD[NegotiateReply](rng)
        reply = read_reply(spoiled(good, rng)[0], NegotiateReply).value
        if reply is None:
            continue
        drafts = [Draft(tuple(one.to), one.text) for one in reply.messages]
        sent = Mailbox(BOARD.terrain, max_characters=10_000).deliver(BOARD.phase, 1, {"FRANCE": drafts}, BOARD.powers)
        for delivered in sent.messages:
            meant = [set(one["to"]) for one in good["messages"] if one["text"] == delivered.body]
            assert any({*delivered.recipients} <= to for to in meant)


JSON_TEXTS = (
    '{"a": "b\\u00e9\\ud83d\\ude00\\n\\"c\\"", "d": [1, -2.5e3, true, null, {}], "e": {"f": []}}',
    '{"a":{"b":{"c":[[["d"]]]}},"x":"[]{}:,\\\\"}',
    '{ "a" : "" , "" : "b" }',
)


@pytest.mark.parametrize("text", JSON_TEXTS)
def test_strict_json_is_read_as_json(text):
    found = read_object(text, 0)
    assert (found.value, found.end, found.state, found.sloppy) == (json.loads(text), len(text), "whole", False)
    assert speech(f"Said: {text}!", cut=False).objects[0].value == json.loads(text)
