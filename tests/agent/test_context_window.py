"""A prompt that is too long for its model's window loses parts in a stated order, and never what must be there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_diplomacy.agent.context_window import CAUTIOUS_RATIO, LEFT_OUT, ContextWindow, shortened
from ai_diplomacy.models.model import CallKey, Reply, Request, Usage
from ai_diplomacy.records.sealing import compact_json

KEY = CallKey("S1901M", "FRANCE", "order")
WHOLE = {
    "phase": "S1901M",
    "powers": {"FRANCE": "A PAR; owns PAR"},
    "nearby": {"BEL": "neutral centre"},
    "threats": {"PAR": "A BUR GERMANY"},
    "legal_orders": {"A PAR": "H | - BUR"},
    "last_turn": {"S1901M": {"FRANCE": "A PAR H"}},
    "earlier_turns": {"F1900M": {"FRANCE": "A PAR H"}},
    "pledges": {"FRANCE to ITALY": "A PAR H kept"},
    "standing": {"FRANCE to ITALY": "out of PIE until F1902"},
    "past": "to 1900: nothing",
    "goals": ["win"],
    "relationships": {"Ally": "ITALY"},
    "earlier_press": {"F1900M": {"1": [{"ITALY to FRANCE": "Hello"}]}},
    "press": {"1": [{"ITALY to FRANCE": "first"}], "2": [{"ITALY to FRANCE": "second"}, {"FRANCE to ITALY": "third"}]},
    "awaiting": [{"ITALY to FRANCE": "Well?"}],
    "unanswered": ["ENGLAND"],
    "diary": [f"S1901M: entry {number}" for number in range(9)],
    "returned": ["nobody is called ENGALND"],
    "step": "order",
}


def length(document):
    return len(compact_json(document))


def test_parts_go_in_the_stated_order_and_the_board_never_does():
    seen: list[str] = []
    for excess in range(1, length(WHOLE)):
        _, gone = shortened(WHOLE, excess)
        seen += [part for part in gone if part not in seen]
    assert seen == list(dict.fromkeys(part for part, _ in LEFT_OUT))
    kept, gone = shortened(WHOLE, 10**6)
    assert set(kept) == {"phase", "powers", "legal_orders", "step"}
    assert gone["diary"] == 9
    assert gone["press"] == 3


def test_press_goes_message_by_message_the_oldest_first():
    without_the_rest = {"press": WHOLE["press"], "step": "order"}
    kept, gone = shortened(without_the_rest, 1)
    assert kept["press"] == {"2": WHOLE["press"]["2"]}
    assert gone == {"press": 1}


@given(st.integers(1, 900))
def test_what_is_left_out_makes_up_for_the_excess_if_anything_can(excess):
    kept, _ = shortened(WHOLE, excess)
    least, _ = shortened(WHOLE, 10**6)
    assert length(WHOLE) - length(kept) >= min(excess, length(WHOLE) - length(least))


def asked(characters, tokens):
    return Request(KEY, "s" * 100, "p" * (characters - 100)), Reply("", Usage(input=tokens))


def test_three_characters_are_a_token_until_usage_has_told():
    window = ContextWindow(4096)
    assert window.characters(4096, 600, background=False) == 3496 * CAUTIOUS_RATIO
    window.learn(*asked(4000, 1000), background=False)
    assert window.characters(4096, 600, background=False) == 3496 * 4
    window.learn(*asked(4000, 1600), background=False)
    window.learn(*asked(4000, 1000), background=False)
    assert window.characters(4096, 600, background=False) == 3496 * 2.5


@pytest.mark.parametrize(
    ("told", "background"),
    [
        *((asked(4000, tokens), False) for tokens in (None, 0, 100)),
        (asked(200, 50), False),
        (asked(4000, 1000), True),
    ],
    ids=["not told", "nothing", "a prompt that was cut", "too short to tell", "beside other calls"],
)
def test_what_tells_nothing_teaches_nothing(told, background):
    window = ContextWindow(4096)
    window.learn(*told, background=background)
    assert window.characters(4096, 0, background=False) == 4096 * CAUTIOUS_RATIO


def test_beside_other_calls_the_prompt_does_not_depend_on_which_was_faster():
    window = ContextWindow(4096)
    window.learn(*asked(4000, 1000), background=False)
    assert window.characters(4096, 0, background=True) == 4096 * CAUTIOUS_RATIO


def test_a_reply_is_kept_half_of_the_window_at_most():
    window = ContextWindow(8192)
    assert window.characters(8192, 2048, background=False) == 6144 * CAUTIOUS_RATIO
    assert window.characters(8192, 8192, background=False) == 4096 * CAUTIOUS_RATIO


@pytest.mark.parametrize("given", [None, 8192])
def test_what_a_refusal_tells_holds_to_the_end_of_its_year(given):
    window = ContextWindow(given)
    assert window.tokens(1901) == given
    window.refused(4096, 1901, background=False)
    assert (window.tokens(1901), window.tokens(1902)) == (4096, given)


def test_what_a_refusal_beside_other_calls_tells_is_for_that_call_alone():
    window = ContextWindow()
    window.refused(4096, 1901, background=True)
    assert window.tokens(1901) is None
