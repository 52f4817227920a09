"""What a game will take: the ranges hold for real games, and unknown prices stay unknown."""

import json
import re

import pytest
from staging import OFFLINE, play
from staging import seats as seats_of

from ai_diplomacy.game.config import GameConfig
from ai_diplomacy.game.estimate import GameEstimate, Range, Seat, cap_problems, cap_warnings, estimate, window_lines
from ai_diplomacy.models.ids import ModelId
from ai_diplomacy.models.prices import FREE, Price, find_price, known_window

POWERS = ("AUSTRIA", "ENGLAND", "FRANCE", "GERMANY", "ITALY", "RUSSIA", "TURKEY")
AT = 1_780_000_000.0


def game(
    price: Price | None = FREE, *, turns: int = 4, rounds: int = 2, planning: bool = False, asked=None, **others
) -> GameEstimate:
    """``asked``: more of the settings that count."""
    seats = [Seat(power, "model", price, **others) for power in POWERS]
    return estimate(seats, turns=turns, rounds=rounds, planning=planning, **asked or {}, at=AT)


def within(value: float, range: Range) -> bool:
    return range.low <= value <= range.high


def check_ranges(calls: list, expected: GameEstimate) -> None:
    assert within(len(calls), expected.total.calls)
    steps = {line.name: line for line in expected.steps}
    assert set(steps) == {call["key"]["step"] for call in calls}
    for step, line in steps.items():
        here = [call for call in calls if call["key"]["step"] == step]
        assert within(len(here), line.calls)
        assert within(sum(call["reply"]["usage"]["input"] for call in here), line.input_tokens)
        assert within(sum(call["reply"]["usage"]["output"] for call in here), line.output_tokens)


def test_a_real_offline_game_lies_in_the_ranges(offline_run):
    check_ranges([json.loads(line) for line in (offline_run.path / "calls.jsonl").read_text().splitlines()], game())


async def test_so_does_one_in_which_it_is_asked_what_is_meant_believed_and_would_be_ordered(tmp_path):
    asked = {"truth_tags": True, "provisional_orders": True}
    run = await play(tmp_path / "run", GameConfig(models=seats_of(OFFLINE), max_year=1902, **asked))
    check_ranges(run.calls, game(asked=asked))


def test_what_else_is_asked_costs_what_it_was_measured_to_cost():
    """Mean characters of two offline games to 1910, by step, in the first year and in late ones."""
    plain, tags, both = (
        {line.name: line for line in game(turns=20, planning=True, asked=asked).steps}
        for asked in ({}, {"truth_tags": True}, {"truth_tags": True, "provisional_orders": True})
    )
    assert set(both) == set(plain) | {"provisional"}
    assert both["provisional"].calls == both["negotiate"].calls
    for step, more in {"initialize": 317, "negotiate": 354, "order": 470, "reflect": 317}.items():
        assert tags[step].calls == plain[step].calls
        for one, other, characters in ((plain, tags, more), (tags, both, 199)):
            longer = (other[step].input_tokens.low - one[step].input_tokens.low) / plain[step].calls.low
            assert longer * 4.5 == pytest.approx(characters, abs=8)
    said = (tags["order"].output_tokens.low - plain["order"].output_tokens.low) / plain["order"].calls.low
    assert said * 4.5 == pytest.approx(80 * 0.7)
    assert tags["plan"].output_tokens == plain["plan"].output_tokens


def test_ten_years_with_plans_are_as_long_as_they_were_measured():
    expected = game(turns=20, planning=True)
    for calls in (739, 798):
        assert within(calls, expected.total.calls)
    assert {line.name for line in expected.steps} >= {"plan", "consolidate"}


def test_every_setting_counts():
    plain = game().total.calls.low
    assert game(rounds=3).total.calls.low == pytest.approx(plain + 28 * (1 - 0.015), abs=0.5)
    assert game(planning=True).total.calls.low > plain
    assert game(turns=5).total.calls.low > plain
    assert game(turns=1, rounds=0).steps[0].name == "initialize"
    assert {line.name for line in game(turns=1, rounds=0).steps} == {"initialize", "order"}
    assert game(max_tokens=100).total.output_tokens.high == pytest.approx(100 * game().total.calls.high)


def test_the_cost_is_a_range_for_known_prices_and_unknown_for_the_others():
    mini = find_price(ModelId("openai", "gpt-4o-mini"))
    assert 0.01 < game(mini).total.cost_usd.low < game(mini).total.cost_usd.high < 1
    assert game(FREE).total.cost_usd == Range(0, 0)
    mixed = estimate(
        [Seat("FRANCE", "known", mini), Seat("ITALY", "unknown", None)], turns=4, rounds=2, planning=False, at=AT
    )
    assert [line.name for line in mixed.models] == ["known", "unknown"]
    assert mixed.models[0].cost_usd is not None
    assert (mixed.models[1].cost_usd, mixed.total.cost_usd) == (None, None)


def test_the_table_has_a_line_for_every_step_model_and_the_total():
    mini = find_price(ModelId("openai", "gpt-4o-mini"))
    text = game(mini).text()
    assert [line.split()[0] for line in text[1:]] == ["initialize", "negotiate", "order", "reflect", "model", "total"]
    assert all(len(line) <= 120 for line in text)
    assert "$" in text[-1]
    assert text[0].split() == ["calls", "input", "tokens", "output", "tokens", "cost"]
    assert game(None).text()[-1].endswith("unknown")


def test_the_columns_stand_under_each_other_however_long_a_model_id_is():
    seats = [Seat("FRANCE", "openrouter:somebody/a-model-with-quite-a-long-name-instruct", FREE)]
    text = estimate(seats, turns=2, rounds=1, planning=False, at=AT).text()
    assert len({len(line) for line in text}) == 1


def test_a_cap_below_what_is_expected_is_told_with_how_sure_it_is():
    def told(cost: float | None = None, tokens: int | None = None, *, known: bool = True) -> list[str]:
        range = Range(1, 3) if known else None
        return cap_warnings(range, Range(1000, 3000), max_cost_usd=cost, max_tokens_total=tokens)

    assert told() == told(cost=3, tokens=3000) == told(cost=0.1, known=False) == []
    assert told(cost=0.5) == ["--max_cost_usd: $0.5 is less than that: it will stop at the cap"]
    assert told(cost=2, tokens=999) == [
        "--max_cost_usd: $2 may be too little: it may stop at the cap",
        "--max_tokens_total: 999 is less than that: it will stop at the cap",
    ]


def test_a_cap_has_room_for_the_dearest_first_call_or_is_a_problem():
    dear, free = find_price(ModelId("openai", "gpt-4o")), FREE
    seats = [Seat("FRANCE", "cheap", free, 1000), Seat("ITALY", "openai:gpt-4o", dear, 1000)]

    def problems(cost: float | None = None, tokens: int | None = None) -> list[str]:
        return cap_problems(seats, max_cost_usd=cost, max_tokens_total=tokens, at=AT)

    assert problems() == []
    assert problems(cost=0.02, tokens=3900) == []
    (small,), (poor,) = problems(tokens=3899), problems(cost=0.01)
    assert small.startswith("--max_tokens_total: 3,899 is not enough for one call of cheap, 3,900 ")
    assert poor.startswith("--max_cost_usd: $0.01 is not enough for one call of openai:gpt-4o, $0.0173 ")


def test_the_longest_prompt_of_a_real_offline_game_is_no_longer_than_told(offline_run):
    calls = [json.loads(line)["request"] for line in (offline_run.path / "calls.jsonl").read_text().splitlines()]
    longest = max(len(call["system"]) + len(call["prompt"]) for call in calls)
    (line,) = window_lines([Seat("FRANCE", "m", FREE)], turns=4)
    low, high = (int(number.replace(",", "")) for number in re.findall(r"[\d,]{4,}", line))
    assert line == f"longest prompt: {low:,} - {high:,} tokens"
    assert longest / 4.5 < low < high < 1.5 * longest / 3


def test_a_window_that_prompts_outgrow_is_told_with_the_one_that_holds_them():
    def told(window: int | None, turns: int = 20) -> list[str]:
        return window_lines([Seat("FRANCE", "m", FREE, window=window)], turns=turns)[1:]

    assert told(None) == told(8192) == told(5120, turns=2) == []
    holds = "a reply; one of 7,168 holds both (docs/local_models.md)"
    assert told(5120) == [f"m: its context window of 5,120 tokens may be too small for that and {holds}"]
    assert told(3072) == [f"m: its context window of 3,072 tokens is too small for that and {holds}"]


def test_the_window_of_a_vendors_model_is_in_the_price_list_and_that_of_ones_own_server_in_its_id():
    mini = find_price(ModelId("openai", "gpt-4o-mini"))
    assert known_window(ModelId("openai", "gpt-4o-mini"), mini) == 128_000
    assert known_window(ModelId("openai", "gpt-4o-mini", "http://localhost/v1"), mini) is None
    assert known_window(ModelId("openai", "gpt-4o-mini", "http://localhost/v1", window=4096), mini) == 4096
    assert known_window(ModelId("offline", ""), FREE) is None
