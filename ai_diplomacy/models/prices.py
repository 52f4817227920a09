"""What tokens cost: the price lists of genai-prices, free models, and the models whose price nobody knows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from .ids import ModelId
from .model import Usage
from .providers.catalogue import in_process

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, ModelPrice, TieredPrices

_LISTED_AS = {"openai-responses": "openai", "gemini": "google", "xai": "x-ai"}
"""Provider -> its name in genai-prices, where that is another one."""


MILLION = 1_000_000


class Price:
    """What one model costs. Amounts are US dollars; moments are seconds since 1970, as some prices go by the hour."""

    def __init__(self, listed: ModelInfo | None = None) -> None:
        """``listed``: the model's entry in the price list; without one it is free."""
        self._listed = listed

    @property
    def window(self) -> int | None:
        """Tokens that the model has room for, by the price list; ``None`` where it does not say."""
        return None if self._listed is None else self._listed.context_window

    def cost(self, usage: Usage, at: float) -> Decimal | None:
        """The price of a call; ``None`` when its tokens are not known."""
        if self._listed is None:
            return Decimal(0)
        if usage.input is None or usage.output is None:
            return None
        prices = self._at(at)
        cached = min(usage.cached or 0, usage.input)
        written = min(usage.written or 0, usage.input - cached)
        fresh = usage.input - cached - written
        return _total(
            prices,
            usage.input,
            {"input": fresh, "output": usage.output, "cache_read": cached, "cache_write": written},
        )

    def most(self, input: int, output: int, at: float) -> Decimal:
        """The highest price of a call with so many tokens: none from the cache, or all written to it, which costs more
        with some vendors."""
        if self._listed is None:
            return Decimal(0)
        prices = self._at(at)
        plain = _total(prices, input, {"input": input, "output": output})
        return max(plain, _total(prices, input, {"cache_write": input, "output": output}))

    def _at(self, moment: float) -> ModelPrice:
        assert self._listed is not None
        return self._listed.get_prices(datetime.fromtimestamp(moment, tz=UTC))


def _total(prices: ModelPrice, all_input: int, tokens: Mapping[str, int]) -> Decimal:
    """As ``ModelPrice.calc_price`` computes it, which takes a hundred times as long."""
    per_call = _rate(prices.requests_kcount, all_input) / 1000
    return per_call + sum(
        _rate(_unit_price(prices, unit), all_input) * count / MILLION for unit, count in tokens.items() if count
    )


def _unit_price(prices: ModelPrice, unit: str) -> Decimal | TieredPrices | None:
    """A token of the prompt that has no price for being read from a cache, or written to it, costs what others do."""
    price: Decimal | TieredPrices | None = getattr(prices, f"{unit}_mtok")
    return prices.input_mtok if price is None and unit in ("cache_read", "cache_write") else price


def _rate(price: Decimal | TieredPrices | None, all_input: int) -> Decimal:
    """A price that depends on the length of the prompt applies to every token of the call."""
    if price is None or isinstance(price, Decimal):
        return price or Decimal(0)
    return next((tier.price for tier in reversed(price.tiers) if all_input > tier.start), price.base)


FREE = Price()


def find_price(model: ModelId) -> Price | None:
    """The price of a model, ``None`` if it is not known.

    A vendor's model that is asked through another base URL counts as the vendor's. Imports the price lists, which takes
    up to a second: not for the event loop.
    """
    if in_process(model) or (model.provider == "openrouter" and model.name.endswith(":free")):
        return FREE
    from genai_prices.data_snapshot import get_snapshot

    try:
        _, listed = get_snapshot().find_provider_model(
            model.name, None, _LISTED_AS.get(model.provider, model.provider), None
        )
    except LookupError:
        return None
    prices = listed.get_prices(datetime.now(tz=UTC))
    # The list has entries without a price for text, whose tokens would otherwise cost nothing.
    if prices.input_mtok is None or prices.output_mtok is None:
        return None
    return Price(listed)


def known_window(model: ModelId, price: Price | None) -> int | None:
    """The context window that the id of a model gives, or that the lists have for the vendor's own."""
    if model.window is not None or model.base_url is not None or price is None:
        return model.window
    return price.window


def price_problems(
    prices: Mapping[str, Price | None], *, max_cost_usd: float | None, allow_unknown: bool = False
) -> list[str]:
    """Why a cap on the cost cannot be kept, in one line, or none if it can. ``prices``: model id -> price."""
    unknown = sorted(model for model, price in prices.items() if price is None)
    if max_cost_usd is None or allow_unknown or not unknown:
        return []
    return [
        f"--max_cost_usd: the price of {', '.join(unknown)} is not known, so its cost cannot be limited; "
        "cap it with --max_tokens_total instead"
    ]
