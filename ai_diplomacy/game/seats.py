"""From model ids to players: who sits in each seat of a game."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from ..agent import DiplomacyAgent
from ..asking import Asker, Witness
from ..models.ids import ModelId
from ..models.layers import Desk, layered
from ..player import Player
from ..prompts import DEFAULT_DIRECTORY, PromptBook
from .config import GameConfig
from .vendors import Opener


def prompt_books(config: GameConfig) -> dict[str, PromptBook]:
    """Power -> its templates, for the seats that ask a model. Raises ``PromptError``."""

    book = cache(lambda folder: PromptBook(folder, config.terrain))
    return {
        power: book(config.prompts.get(power, DEFAULT_DIRECTORY))
        for power, model in config.models.items()
        if model.provider != "bot"
    }


def seat_players(
    config: GameConfig,
    books: Mapping[str, PromptBook],
    desk: Desk,
    witness: Witness,
    opener: Opener,
) -> dict[str, Player]:
    """Power -> player."""

    def player(power: str, model_id: ModelId) -> Player:
        if model_id.provider == "bot":
            from ..bots import make_bot

            return make_bot(model_id.name, power, config.seed)
        opened = opener(model_id)
        asker = Asker(
            power=power,
            model=layered(opened.model, desk, opened.price, opened.gate),
            prompts=books[power],
            witness=witness,
            max_tokens=config.max_tokens.get(power, config.default_max_tokens),
            temperature=config.temperature,
        )
        return DiplomacyAgent(asker)

    return {power: player(power, model_id) for power, model_id in sorted(config.models.items())}
