"""Counts of tokens that cannot be those of a call are unknown; a prompt that its server cut is noticed."""

from __future__ import annotations

import pytest
from scripted import request

from ai_diplomacy.models.model import CallKey, Request, Usage
from ai_diplomacy.models.provider import ProviderAnswer
from ai_diplomacy.models.usage_checks import checked_usage

PROMPT = '{"orders": ["A PAR - BUR"], "press": "We hold."} ' * 400
"""Of 19,600 characters, which are 4,800 tokens to most."""
ANSWER = '{"orders": ["A PAR - BUR", "F BRE - MAO"]}'


def checked(usage: Usage, prompt: str = PROMPT, text: str = ANSWER, stop="end"):
    return checked_usage(request(prompt=prompt), ProviderAnswer(text, usage, stop))


@pytest.mark.parametrize("tokens", [2_500, 3_900, 4_800, 9_800, 19_600, 60_000])
def test_an_honest_count_is_believed(tokens):
    usage = Usage(tokens, 14, cached=1_000, reasoning=3)
    assert checked(usage) == (usage, ())


@pytest.mark.parametrize("tokens", [0, 1, 7, 300])
def test_next_to_no_tokens_for_thousands_of_characters_are_unknown(tokens):
    assert checked(Usage(tokens, 14, cached=0)) == (Usage(None, 14), ("no_usage",))


@pytest.mark.parametrize("tokens", [200_000, 10**8, 10**4000])
def test_more_tokens_than_a_prompt_can_have_are_unknown(tokens):
    assert checked(Usage(tokens, 14)) == (Usage(None, 14), ("no_usage",))


@pytest.mark.parametrize("tokens", [0, 10**6])
def test_a_reply_of_no_tokens_or_a_million_is_unknown(tokens):
    text = ANSWER if tokens else ANSWER * 10
    assert checked(Usage(4_800, tokens, reasoning=0), text=text) == (Usage(4_800, None), ("no_usage",))


def test_an_empty_reply_may_have_none():
    assert checked(Usage(4_800, 0), text="") == (Usage(4_800, 0), ())


def test_what_is_not_counted_is_said():
    assert checked(Usage()) == (Usage(), ("no_usage",))
    assert checked(Usage(4_800)) == (Usage(4_800), ("no_usage",))


def test_a_refusal_may_cost_nothing():
    assert checked(Usage(0, 0, 0), text="", stop="refusal") == (Usage(0, 0, 0), ())


@pytest.mark.parametrize("tokens", [2_051, 1_024, 512])
def test_a_prompt_of_which_half_is_counted_was_cut(tokens):
    usage = Usage(tokens, 14)
    assert checked(usage) == (usage, ("prompt_cut",))


@pytest.mark.parametrize(
    ("prompt", "tokens"),
    [
        ("Weiß greift München an, und Österreich hält Wien. " * 400, 4_400),
        ("Франция идёт в Бургундию. " * 700, 4_500),
        ("法国军队前往勃艮第。" * 500, 3_200),
        ("ฝรั่งเศสไปเบอร์กันดี " * 700, 5_000),
        ("\n".join([" " * 40 + '"A PAR"'] * 800), 2_600),
        ("What now?", 1),
    ],
    ids=["German", "Russian", "Chinese", "Thai", "indented", "short"],
)
def test_no_script_and_no_indentation_is_taken_for_a_cut(prompt, tokens):
    usage = Usage(tokens, 14)
    assert checked(usage, prompt) == (usage, ())


def test_what_a_server_has_in_its_cache_counts_wherever_it_is_counted():
    usage = Usage(1_200, 14, cached=3_600)
    assert checked(usage) == (usage, ())


@pytest.mark.parametrize("again", [{"attempt": 1}, {"raised": 1}])
def test_of_a_prompt_that_is_asked_again_a_server_may_count_what_is_new(again):
    asked = Request(CallKey("S1901M", "FRANCE", "order", **again), "system", PROMPT)
    usage = Usage(700, 14)
    assert checked_usage(asked, ProviderAnswer(ANSWER, usage)) == (usage, ())
