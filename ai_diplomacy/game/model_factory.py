"""The models of one run: whom to ask through which account, at what price, behind which gate."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import Executor
from functools import cache
from typing import TYPE_CHECKING, cast

from ..models.call_settings import CallSettings
from ..models.gate import PROCESS, account_name
from ..models.ids import ModelId
from ..models.layers import OpenedModel
from ..models.model import Model
from ..models.prices import Price, find_price, known_window, price_problems
from ..models.provider import BlockingProvider
from ..models.provider_model import BlockingProviderModel, ProviderModel
from ..models.providers import (
    Providers,
    asks_a_model,
    has_blocking_twin,
    in_process,
    open_in_process,
    preload,
    seat_problems,
)
from ..records.errors import ConfigError
from .config import GameConfig

if TYPE_CHECKING:
    from .estimate import Seat


class ModelFactory:
    """Opens models by their ids, and closes their connections."""

    def __init__(
        self,
        environ: Mapping[str, str],
        settings: CallSettings,
        prices: Mapping[str, Price | None],
        *,
        blocking: Executor | None = None,
    ) -> None:
        """``prices``: model id -> price, see ``find_prices``. ``blocking``: whose threads ask the models, through the
        vendors' blocking clients (see ``check_blocking``); ``None``: they are asked on the event loop."""
        self._blocking = blocking
        self._providers = Providers(environ)
        self._settings = settings
        self._prices = prices

    def open(self, model_id: ModelId) -> OpenedModel:
        """The model of an id that ``check_seats`` found no fault with."""
        if in_process(model_id):
            return OpenedModel(open_in_process(model_id))
        account = self._providers.account(model_id)
        gate = PROCESS.gate(
            account_name(account.provider, account.base_url, account.key),
            max_concurrency=self._settings.max_concurrency,
        )
        return OpenedModel(self._model(model_id), self._prices[str(model_id)], gate)

    def _model(self, model_id: ModelId) -> Model:
        provider, deadline = self._providers.open(model_id), self._settings.deadline
        if self._blocking is None:
            return ProviderModel(provider, model_id, deadline)
        return BlockingProviderModel(cast("BlockingProvider", provider), model_id, self._blocking, deadline)

    async def close(self) -> None:
        await self._providers.close()


def check_seats(config: GameConfig, environ: Mapping[str, str]) -> None:
    """Raises ``ConfigError`` that tells every seat whose model could not be asked."""
    limits = {power: config.max_tokens.get(power, config.default_max_tokens) for power in config.models}
    problems = seat_problems(config.models, environ, limits)
    if problems:
        raise ConfigError(f"--models: {'; '.join(problems)}")


def check_blocking(config: GameConfig) -> None:
    """Raises ``ConfigError`` that tells every provider whose models could not be asked on threads."""
    providers = {model.provider for model in config.models.values()}
    without = sorted(provider for provider in providers if not has_blocking_twin(provider))
    if without:
        raise ConfigError(f"--models: {', '.join(without)} cannot be asked on threads: no blocking client")


def find_prices(config: GameConfig) -> dict[str, Price | None]:
    """Model id -> price, ``None`` where it is not known. May import the price lists, which takes up to a second.

    Raises ``ConfigError`` when a cap on the cost could not be kept.
    """
    prices = {str(model): find_price(model) for model in config.models.values()}
    if problems := price_problems(prices, max_cost_usd=config.calls.max_cost_usd):
        raise ConfigError("; ".join(problems))
    return prices


def check_caps(config: GameConfig, prices: Mapping[str, Price | None]) -> None:
    """Raises ``ConfigError`` when a cap leaves no room for a single call, so that no game could begin."""
    from .estimate import cap_problems

    problems = cap_problems(
        asked_seats(config, prices),
        max_cost_usd=config.calls.max_cost_usd,
        max_tokens_total=config.calls.max_tokens_total,
        at=time.time(),
    )
    if problems:
        raise ConfigError("; ".join(problems))


def warm_up(models: Iterable[ModelId]) -> None:
    """Do what is slow before the event loop has more to do: import what these models' vendors need, one to three
    seconds each, and have the garbage collector look through that for the last time."""
    preload(models)
    _collect_rarely()


@cache
def _collect_rarely() -> None:
    """Have the garbage collector leave alone what is imported by now, which an SDK makes a hundred thousand objects,
    and look for garbage less often: games make little that it must find, and with Python's own settings it takes a
    sixth of the time of fifty games, in pauses of up to 0.2 s."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 5, 2)


def estimated(config: GameConfig, prices: Mapping[str, Price | None]) -> list[str]:
    """What the game will take, as lines to print. Asks nothing."""
    from .estimate import cap_warnings, estimate, window_lines
    from .estimated_time import steps_in_a_row, time_line

    phases = (
        f"{season}{year:04}M" for year in range(config.terrain.first_year, config.last_year + 1) for season in "SF"
    )
    turns = sum(config.is_within_limits(phase) for phase in phases)
    seats = asked_seats(config, prices)
    asked = {"truth_tags": config.truth_tags, "provisional_orders": config.provisional_orders}
    expected = estimate(seats, turns=turns, rounds=config.rounds, planning=config.planning, **asked, at=time.time())
    total, calls = expected.total, config.calls
    warnings = cap_warnings(
        total.cost_usd,
        total.input_tokens + total.output_tokens,
        max_cost_usd=calls.max_cost_usd,
        max_tokens_total=calls.max_tokens_total,
    )
    steps = steps_in_a_row(turns, config.rounds, planning=config.planning, reflects=config.reflect == "before")
    length = time_line(steps, asked=not all(map(in_process, config.models.values())))
    return [*expected.text(), length, *window_lines(seats, turns=turns, **asked), *warnings]


def asked_seats(config: GameConfig, prices: Mapping[str, Price | None]) -> list[Seat]:
    """The seats that ask a model."""
    from .estimate import Seat

    return [
        Seat(
            power,
            str(model),
            price := prices[str(model)],
            config.max_tokens.get(power, config.default_max_tokens),
            known_window(model, price),
        )
        for power, model in sorted(config.models.items())
        if asks_a_model(model)
    ]
