"""The files of an examination: its card, and the worst positions on the map."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..analysis.read_games import player_label
from ..game.events import OrdersSubmitted
from ..models.events import CallAnswered
from ..records.events import Event
from ..run.events import StepDefaulted, StepFaulted
from ..run.protocols import File
from ..run.settings_history import SettingsHistory
from .card import CARD, ExamAnswer, ExamSpent, answer, card, worst
from .config import ExamConfig
from .drawing import drawing
from .markdown import markdown

if TYPE_CHECKING:
    from .game import Examination


class ExamArtefacts:
    """Made from what is told from the start, when all positions are priced."""

    def __init__(self, settings: SettingsHistory[ExamConfig], game: Examination) -> None:
        self._config = settings.last
        self._game = game
        self._submitted: dict[str, OrdersSubmitted] = {}
        self._unusable: set[str] = set()
        self._latencies: list[float] = []

    def event(self, event: Event) -> None:
        match event:
            case OrdersSubmitted():
                self._submitted[event.power] = event
            case StepDefaulted() | StepFaulted():
                self._unusable.add(event.actor)
            case CallAnswered():
                self._latencies.append(event.reply.latency)

    def phase_ended(self) -> None:
        """The only one, after which everything is known."""

    def answers(self) -> list[ExamAnswer]:
        """Of the positions that are priced by now."""
        values = self._game.scoring.values()
        return [
            answer(
                position,
                values[position.name],
                orders=tuple(submitted.orders),
                given=submitted.given,
                illegal=len(submitted.illegal_first),
                unusable=position.name in self._unusable,
            )
            for position in self._config.bank_positions
            if position.name in values and (submitted := self._submitted.get(position.name)) is not None
        ]

    def card(self, spending: Mapping[str, Any]) -> dict[str, Any]:
        """``spending``: the bill of the run."""
        total = spending["total"]
        spent = ExamSpent(
            total["calls"], total["input_tokens"], total["output_tokens"], total["total_usd"], self._latencies
        )
        label = player_label(self._config.asked, self._config.bank_positions[0].power)
        return card(label, self._config.game_settings(), self.answers(), spent)

    def texts(self, spending: Mapping[str, Any]) -> Mapping[str, File]:
        """As in ``run.protocols.Artefacts``: nothing before the end."""
        answers = self.answers()
        if len(answers) < len(self._config.models):
            return {}
        made = self.card(spending)
        positions = {position.name: position for position in self._config.bank_positions}
        drawn = {f"worst_{row.position}.svg": drawing(positions[row.position], row.orders) for row in worst(answers)}
        return {CARD: json.dumps(made, indent=1) + "\n", "card.md": markdown(made, positions), **drawn}
