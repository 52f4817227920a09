"""Prices: as the lists have them, nothing for what is free, and unknown for what is not in them."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from ai_diplomacy.game import in_process as _  # noqa: F401 - enters the offline model in the catalogue
from ai_diplomacy.models.ids import ModelId
from ai_diplomacy.models.model import Usage
from ai_diplomacy.models.prices import FREE, Price, find_price, price_problems

AT = datetime(2026, 6, 1, 12, tzinfo=UTC).timestamp()
MILLION = 1_000_000


def cost(model: ModelId, usage: Usage) -> Decimal | None:
    price = find_price(model)
    assert price is not None
    return price.cost(usage, AT)


def test_tokens_from_the_cache_have_their_own_price():
    model = ModelId("openai", "gpt-4o-mini")
    assert cost(model, Usage(MILLION, MILLION, 0)) == Decimal("0.75")
    assert cost(model, Usage(MILLION, MILLION, MILLION)) == Decimal("0.675")
    assert cost(model, Usage(MILLION, MILLION)) == Decimal("0.75")


def test_tokens_written_to_the_cache_have_their_own_price_too_or_that_of_any_other():
    claude = ModelId("anthropic", "claude-sonnet-4-5")
    assert cost(claude, Usage(100_000, 0, 20_000, written=50_000)) == Decimal("0.09") + Decimal("0.006") + Decimal(
        "0.1875"
    )
    assert cost(claude, Usage(1000, 0, 0, written=5000)) == Decimal("0.00375")
    assert cost(ModelId("openai", "gpt-4o-mini"), Usage(MILLION, 0, 0, written=MILLION)) == Decimal("0.15")


@pytest.mark.parametrize(
    ("provider", "name"),
    [
        ("openai", "gpt-5"),
        ("openai-responses", "gpt-5-mini"),
        ("anthropic", "claude-sonnet-4-5"),
        ("gemini", "gemini-2.5-flash"),
        ("deepseek", "deepseek-chat"),
        ("mistral", "mistral-large-latest"),
        ("xai", "grok-4"),
        ("openrouter", "anthropic/claude-sonnet-4.5"),
    ],
)
def test_every_vendor_of_ours_is_in_the_lists(provider, name):
    assert cost(ModelId(provider, name), Usage(1000, 1000, 0)) > 0


@pytest.mark.parametrize(
    "model",
    [
        ModelId("openai", "llama3", "http://localhost:11434/v1"),
        ModelId("acme", "gpt-5"),
        ModelId("openai", "text-embedding-3-small"),
        ModelId("gemini", "gemma-3"),
    ],
    ids=str,
)
def test_what_has_no_price_for_text_is_unknown_and_not_free(model):
    assert find_price(model) is None


def test_free_is_what_runs_in_this_process_and_what_its_vendor_gives_away():
    for model in (ModelId("offline", ""), ModelId("bot", "hold"), ModelId("openrouter", "meta-llama/llama-3:free")):
        assert find_price(model) is FREE
    assert FREE.cost(Usage(), AT) == 0
    assert FREE.most(MILLION, MILLION, AT) == 0


def test_unknown_tokens_have_an_unknown_cost():
    price = find_price(ModelId("openai", "gpt-5"))
    assert price.cost(Usage(1000, None), AT) is None
    assert price.cost(Usage(None, 1000), AT) is None


def test_the_most_that_a_call_can_cost_writes_it_all_to_the_cache():
    price = find_price(ModelId("anthropic", "claude-sonnet-4-5"))
    assert price.most(MILLION // 10, 0, AT) == Decimal("0.375")
    assert price.cost(Usage(MILLION // 10, 0, 0), AT) == Decimal("0.3")


def test_prices_may_go_by_the_hour():
    price = find_price(ModelId("deepseek", "deepseek-chat"))
    noon, night = AT, datetime(2026, 6, 1, 20, tzinfo=UTC).timestamp()
    usage = Usage(MILLION, MILLION, 0)
    assert price.cost(usage, night) < price.cost(usage, noon)


def test_the_short_way_to_a_price_agrees_with_the_lists_own():
    from genai_prices import Usage as Priced
    from genai_prices.data_snapshot import get_snapshot

    compared = 0
    for listed in (model for provider in get_snapshot().providers for model in provider.models):
        prices = listed.get_prices(datetime.fromtimestamp(AT, tz=UTC))
        if prices.input_mtok is None or prices.output_mtok is None:
            continue
        for input, output, cached, written in ((300_000, 1000, 2000, 0), (5000, 700, 0, 0), (9000, 700, 2000, 3000)):
            compared += 1
            asked = Priced(
                input_tokens=input, output_tokens=output, cache_read_tokens=cached, cache_write_tokens=written
            )
            whole = prices.calc_price(asked)
            assert Price(listed).cost(Usage(input, output, cached, written=written), AT) == whole["total_price"]
            assert Price(listed).most(input, output, AT) >= Price(listed).cost(Usage(input, output, 0), AT)
    assert compared > 1000


def test_a_cap_on_unknown_prices_is_a_problem_unless_it_is_allowed():
    prices = {"openai:gpt-5": Price(), "acme:x": None, "openai:llama3": None}
    (problem,) = price_problems(prices, max_cost_usd=1.0)
    assert "acme:x, openai:llama3" in problem
    assert "gpt-5" not in problem
    assert "\n" not in problem
    assert price_problems(prices, max_cost_usd=None) == []
    assert price_problems(prices, max_cost_usd=1.0, allow_unknown=True) == []
    assert price_problems({"openai:gpt-5": Price()}, max_cost_usd=1.0) == []


def test_how_hard_a_model_thinks_does_not_change_its_price():
    plain, hard = find_price(ModelId("openai", "o4-mini")), find_price(ModelId("openai", "o4-mini", effort="high"))
    assert plain is not None
    assert plain.most(1000, 1000, AT) == hard.most(1000, 1000, AT)
