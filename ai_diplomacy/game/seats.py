"""From model ids to players: who sits in each seat of a game, in each of its phases."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from ..agent.agent import DiplomacyAgent
from ..agent.asking import Asker
from ..agent.context_window import ContextWindow
from ..agent.memory import Memory
from ..agent.prompts import PromptBook, prompt_book
from ..agent.schemas import ReplySchemas
from ..board.player import Player
from ..board.terrain import Terrain
from ..models.ids import ModelId
from ..models.providers import asks_a_model
from ..records.events import Listener
from ..run.protocols import Answering
from ..run.settings_history import SettingsHistory
from .config import GameConfig


def prompt_books(config: GameConfig) -> dict[str, PromptBook]:
    """Power -> its templates, for the seats that ask a model. Raises ``PromptError``."""
    asked = {"truth_tags": config.truth_tags, "provisional_orders": config.provisional_orders}
    book = cache(lambda folder: prompt_book(folder, config.terrain, **asked))
    return {power: book(config.prompts.get(power)) for power, model in config.models.items() if asks_a_model(model)}


def reply_schemas(config: GameConfig, power: str) -> ReplySchemas:
    """What a power's replies are held to."""
    return ReplySchemas(
        config.constraint(power),
        max_messages=config.max_messages,
        max_message_characters=config.max_message_characters,
    )


def seated(
    power: str,
    model_id: ModelId,
    config: GameConfig,
    books: Mapping[str, PromptBook],
    answering: Answering,
    listener: Listener,
    memory: Memory,
    window: ContextWindow,
    *,
    actor: str = "",
) -> Player:
    """Who plays a power by these settings: a bot, or a mind that asks a model. ``books``: as ``prompt_books`` gives
    them; ``actor``: its name in the records, where that is not the power's."""
    if not asks_a_model(model_id):
        from ..bots import make_bot

        return make_bot(model_id.name, power, config.seed)
    asker = Asker(
        power=power,
        model=answering(model_id),
        prompts=books[power],
        listener=listener,
        max_tokens=config.max_tokens.get(power, config.default_max_tokens),
        window=window,
        temperature=config.temperature,
        schemas=reply_schemas(config, power),
        actor=actor,
    )
    return DiplomacyAgent(asker, memory)


def acquainted(power: str, ground: Terrain) -> Memory:
    """The memory of who knows that the other powers are there, and nothing else of them."""
    memory = Memory()
    memory.meet(other for other in ground.powers if other != power)
    return memory


class Seats:
    """The players of a run. Who is replaced when the settings change leaves his memory to whoever comes."""

    def __init__(self, settings: SettingsHistory[GameConfig], answering: Answering, listener: Listener) -> None:
        """Raises ``PromptError``."""
        self.settings = settings
        self._answering = answering
        self._listener = listener
        self._memories: dict[str, Memory] = {}
        self._windows: dict[tuple[str, ModelId, int | None], ContextWindow] = {}
        """What is learned of a model holds on when a run is resumed with other settings, or with the same."""
        self._players = [(config, self._seated(config)) for config in settings.all]

    def at(self, phase: str) -> Mapping[str, Player]:
        """Power -> its player in a phase."""
        config = self.settings.at(phase)
        return next(players for held, players in self._players if held is config)

    def _seated(self, config: GameConfig) -> dict[str, Player]:
        books = prompt_books(config)
        return {
            power: self._player(power, model_id, config, books) for power, model_id in sorted(config.models.items())
        }

    def _player(self, power: str, model_id: ModelId, config: GameConfig, books: Mapping[str, PromptBook]) -> Player:
        memory = self._memory(power, config.terrain)
        window = self._window(power, model_id, model_id.window or config.context_window)
        return seated(power, model_id, config, books, self._answering, self._listener, memory, window)

    def _window(self, power: str, model_id: ModelId, given: int | None) -> ContextWindow:
        return self._windows.setdefault((power, model_id, given), ContextWindow(given))

    def _memory(self, power: str, ground: Terrain) -> Memory:
        if power not in self._memories:
            # Whoever takes a seat in the middle of a game is not initialized.
            self._memories[power] = acquainted(power, ground)
        return self._memories[power]
