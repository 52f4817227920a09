"""What a model thought stands in its text as servers leave it there, and is no part of what it says."""

import pytest

from ai_diplomacy.agent.replies import ConsolidateReply, NegotiateReply, OrderReply, read_reply
from ai_diplomacy.models.json_in_text import speech

ANSWER = '{"orders": ["A PAR - BUR"]}'
DRAFT = '{"orders": ["A PAR H"]}'
THOUGHTS = {
    "a block": f"<think>Perhaps {DRAFT}?</think>\n{ANSWER}",
    "another name": f"<thinking>Perhaps {DRAFT}?</thinking>{ANSWER}",
    "reasoning": f"<reasoning>{DRAFT}</reasoning>\n```json\n{ANSWER}\n```",
    "Seed": f"<seed:think>{DRAFT}</seed:think>{ANSWER}",
    "Mistral": f"[THINK]{DRAFT}[/THINK]{ANSWER}",
    "Kimi": f"◁think▷{DRAFT}◁/think▷{ANSWER}",
    "marks of thought": f"<|begin_of_thought|>{DRAFT}<|end_of_thought|>{ANSWER}",
    "channels": "<|channel|>analysis<|message|>Perhaps " + DRAFT + "<|end|><|start|>assistant<|channel|>final "
    f"<|constrain|>json<|message|>{ANSWER}<|return|>",
    "channels whose marks are lost": f"analysisPerhaps {DRAFT}assistantfinal{ANSWER}",
    "a template that begins the thought": f"Perhaps {DRAFT}, but so {{ it is.</think>{ANSWER}",
    "a draft that is not finished": f'Perhaps {{"orders": ["A PAR H", ... </think>{ANSWER}',
    "a thought that follows": f"{ANSWER}\n<think>Or rather {DRAFT}?</think>",
    "an empty one": f"<think>\n\n</think>\n\n{ANSWER}",
    "several": f"<think>{DRAFT}</think>Well.<think>{DRAFT}</think>{ANSWER}",
    "one that never ends": f"<think>I must answer. {ANSWER}",
    "a tag at the very end": f"I must answer. {ANSWER}\n</think>\n",
}


@pytest.mark.parametrize("text", THOUGHTS.values(), ids=THOUGHTS)
def test_what_was_said_is_read_and_not_what_was_thought(text):
    reading = read_reply(text, OrderReply)
    assert reading.value.orders == ["A PAR - BUR"]
    assert reading.problem is None


@pytest.mark.parametrize(
    "text",
    [
        '```json\n{"diary": "d", "messages": [{"to": ["ITALY"], "text": "I </think> so <think>"}]}\n```',
        'My answer: {"diary": "d", "messages": [{"to": ["ITALY"], "text": "I </think> so <think>"}]}',
        '{"diary": "d", "messages": [{"to": ["ITALY"], "text": "I </think> so <think>"}],}',
        '<think>Yes.</think>{"messages": [{"to": ["ITALY"], "text": "I </think> so <think>"}]}',
    ],
)
def test_a_tag_within_a_string_is_text(text):
    (message,) = read_reply(text, NegotiateReply).value.messages
    assert message.text == "I </think> so <think>"


@pytest.mark.parametrize(
    "text",
    [
        f"<think>Perhaps {DRAFT}, but then",
        f"[THINK]{DRAFT} or",
        f"<|channel|>analysis<|message|>Perhaps {DRAFT}",
        f"Perhaps {DRAFT}</think>Well,",
    ],
)
def test_of_a_thought_that_is_cut_no_draft_is_an_answer(text):
    assert read_reply(text, OrderReply, "length", 150).value is None


def test_a_draft_in_a_thought_is_no_answer_where_none_follows():
    assert read_reply(f"<think>{DRAFT}</think>I cannot help with that.", OrderReply).value is None
    assert read_reply(f"{DRAFT}</think>I cannot help with that.", OrderReply).value is None


def test_a_correction_quotes_what_was_said():
    text = "<think>" + "hm " * 1000 + '</think>{"summery": "s"}'
    assert text[speech(text, cut=False).start :] == '{"summery": "s"}'
    assert read_reply(text, ConsolidateReply).problem == "The reply has none of the fields summary."
