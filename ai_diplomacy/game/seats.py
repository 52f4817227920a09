"""From model ids to players: who sits in each seat of a game, in each of its phases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from ..agent.agent import DiplomacyAgent
from ..agent.asking import Asker, Witness
from ..agent.memory import Memory
from ..agent.prompts import DEFAULT_DIRECTORY, PromptBook, prompt_book
from ..board.player import Player
from ..board.terrain import Terrain
from ..models.ids import ModelId
from ..models.model import Model
from ..run.settings_history import SettingsHistory
from .config import GameConfig

Answering = Callable[[ModelId], Model]
"""The model of an id, with all its layers."""


def prompt_books(config: GameConfig) -> dict[str, PromptBook]:
    """Power -> its templates, for the seats that ask a model. Raises ``PromptError``."""
    book = cache(lambda folder: prompt_book(folder, config.terrain))
    return {
        power: book(config.prompts.get(power, DEFAULT_DIRECTORY))
        for power, model in config.models.items()
        if model.provider != "bot"
    }


class Seats:
    """The players of a run. Who is replaced when the settings change leaves his memory to whoever comes."""

    def __init__(self, timeline: SettingsHistory, answering: Answering, witness: Witness) -> None:
        """Raises ``PromptError``."""
        self.timeline = timeline
        self._answering = answering
        self._witness = witness
        self._memories: dict[str, Memory] = {}
        self._players = [
            (config, self._seated(config)) for config in (timeline.first, *(config for _, config in timeline.changes))
        ]

    def at(self, phase: str) -> Mapping[str, Player]:
        """Power -> its player in a phase."""
        config = self.timeline.at(phase)
        return next(players for settings, players in self._players if settings is config)

    def _seated(self, config: GameConfig) -> dict[str, Player]:
        books = prompt_books(config)
        return {
            power: self._player(power, model_id, config, books) for power, model_id in sorted(config.models.items())
        }

    def _player(self, power: str, model_id: ModelId, config: GameConfig, books: Mapping[str, PromptBook]) -> Player:
        if model_id.provider == "bot":
            from ..bots import make_bot

            return make_bot(model_id.name, power, config.seed)
        asker = Asker(
            power=power,
            model=self._answering(model_id),
            prompts=books[power],
            witness=self._witness,
            max_tokens=config.max_tokens.get(power, config.default_max_tokens),
            temperature=config.temperature,
        )
        return DiplomacyAgent(asker, self._memory(power, config.terrain))

    def _memory(self, power: str, ground: Terrain) -> Memory:
        if power not in self._memories:
            self._memories[power] = Memory()
            # Whoever takes a seat in the middle of a game is not initialized.
            self._memories[power].meet(other for other in ground.powers if other != power)
        return self._memories[power]
