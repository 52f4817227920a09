"""``lmvsgame.json``: the engine's saved format, with what the agents thought added to each phase."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..board.board import Board
from ..board.press import Mailbox
from ..player import Mind, Player


class SavedGame:
    """Keeps a picture of every mind at each adjudication, for the phases of the saved game."""

    def __init__(self, config: Mapping[str, Any], powers: tuple[str, ...]) -> None:
        self._config = config
        self._powers = powers
        self._minds: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {}
        self._entries: dict[str, int] = dict.fromkeys(powers, 0)

    def adjudicated(self, phase: str, players: Mapping[str, Player]) -> None:
        """Keep the minds as they were when this phase was adjudicated."""
        minds = {power: players[power].mind() for power in self._powers}
        self._minds[phase] = (self._states(players, minds), self._relationships(minds))
        self._entries = {power: len(minds[power].diary) for power in self._powers}

    def document(self, board: Board, mailbox: Mailbox, players: Mapping[str, Player]) -> dict[str, Any]:
        """The whole game so far."""
        saved = board.to_saved_game()
        minds = {power: players[power].mind() for power in self._powers}
        now = (self._states(players, minds), self._relationships(minds))
        press: dict[str, list[dict[str, Any]]] = {}
        for message in mailbox.messages:
            press.setdefault(message.phase, []).append({"sequence": message.sequence, **message.document()})
        for phase in saved["phases"]:
            states, relationships = self._minds.get(phase["name"], now)
            phase["state_agents"] = states
            phase["agent_relationships"] = relationships
            phase["press"] = press.get(phase["name"], [])
        saved["config"] = self._config
        return saved

    def _states(self, players: Mapping[str, Player], minds: Mapping[str, Mind]) -> dict[str, Any]:
        """Power -> its model, goals, directive, and the diary entries since the last adjudication."""
        return {
            power: {
                "model": players[power].model,
                "goals": list(mind.goals),
                "directive": mind.directive,
                "diary": list(mind.diary[self._entries[power] :]),
            }
            for power, mind in minds.items()
        }

    def _relationships(self, minds: Mapping[str, Mind]) -> dict[str, dict[str, str]]:
        return {
            power: {other: mind.relationships.get(other, "Neutral") for other in self._powers if other != power}
            for power, mind in minds.items()
        }
