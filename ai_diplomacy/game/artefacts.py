"""The files of a game of Diplomacy: the saved game, the stories, the directives, the overview."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..models.events import CallEnded, CallEvent
from ..records.events import Event
from ..run.events import ReplyRead, StepFinished
from ..run.protocols import File
from ..run.settings_history import SettingsHistory
from .config import GameConfig
from .counts import ErrorCounts
from .game import DiplomacyGame
from .lmvsgame import SavedGame
from .manifesto import Manifesto
from .story import Stories
from .word_and_deed import WordAndDeed

_NOT_TOLD = (CallEnded, CallEvent, StepFinished)
"""Stories tell what came of the calls, not the calls: of a reply only how it was read."""


class GameArtefacts:
    """Made from what is told from the start of the game, and from the board as it stands."""

    def __init__(self, settings: SettingsHistory[GameConfig], game: DiplomacyGame) -> None:
        self.counts = ErrorCounts(settings)
        self._config = settings.last
        self._game = game
        self._stories = Stories(settings, self.counts.defaults)
        self._deeds = WordAndDeed(self._config.map, self.counts.promised, self._stories.promised)
        self._manifesto = Manifesto()
        self._saved = SavedGame(self._config.document(), game)

    def event(self, event: Event) -> None:
        self.counts.event(event)
        self._deeds.event(event)
        if isinstance(event, ReplyRead) or not isinstance(event, _NOT_TOLD):
            self._stories.event(event)
            self._manifesto.event(event)

    def phase_ended(self) -> None:
        """Keep what the players thought in this phase."""
        self._saved.phase_ended()

    def texts(self, spending: Mapping[str, Any]) -> Mapping[str, File]:
        """As in ``run.protocols.Artefacts``."""
        overview = [
            self.counts.document() | {"spending": spending},
            self._config.model_names(),
            self._config.document(),
        ]
        return {
            **self._stories.texts(),
            "game_manifesto.txt": self._manifesto.text(),
            "lmvsgame.json": f"{self._saved.text()}\n",
            "overview.jsonl": lambda: "".join(f"{json.dumps(line)}\n" for line in overview),
        }
