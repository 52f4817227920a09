"""``lmvsgame.json``: the engine's saved format, with what the agents thought added to each phase."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

from ..board.player import Mind, Player
from ..board.situation import PhaseResult
from ..board.units import Verb
from .game import DiplomacyGame


class SavedGame:
    """Keeps a picture of every mind at each adjudication, for the phases of the saved game."""

    def __init__(self, config: Mapping[str, Any], game: DiplomacyGame) -> None:
        self._config = config
        self._game = game
        self._powers = powers = game.board.powers
        self._minds: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {}
        self._entries: dict[str, int] = dict.fromkeys(powers, 0)
        self._played: list[str] = []
        """The entries of the phases that were played, which never change again, as JSON."""

    def phase_ended(self) -> None:
        """Keep the minds as they were when the last phase was adjudicated."""
        phase = self._game.last_phase
        players = self._game.players_of(phase)
        minds = {power: players[power].mind() for power in self._powers}
        self._minds[phase] = (self._states(players, minds), self._relationships(minds))
        self._entries = {power: len(minds[power].diary) for power in self._powers}

    def text(self) -> str:
        """The whole game so far, as one line of JSON."""
        players = self._game.players
        saved = self._game.board.to_saved_game(since=len(self._played))
        minds = {power: players[power].mind() for power in self._powers}
        now = (self._states(players, minds), self._relationships(minds))
        current = self._game.board.phase
        # Of imported phases nobody here has a mind.
        none: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
        resolved = {result.phase: result for result in self._game.board.turns_before(0, sys.maxsize)}
        entries = [
            self._entry(
                phase,
                self._minds.pop(phase["name"], now if phase["name"] == current else none),
                resolved.get(phase["name"]),
            )
            for phase in saved.pop("phases")
        ]
        # The last one is that of the current phase.
        self._played += entries[:-1]
        phases = ", ".join((*self._played, entries[-1]))
        return f'{_json(saved)[:-1]}, "phases": [{phases}], "config": {_json(self._config)}}}'

    def _entry(
        self, phase: dict[str, Any], minds: tuple[dict[str, Any], dict[str, Any]], result: PhaseResult | None
    ) -> str:
        states, relationships = minds
        agents = {power: state | {"relationships": relationships[power]} for power, state in states.items()}
        press = [
            {"sequence": message.sequence} | message.document()
            for message in self._game.mailbox.messages
            if message.phase == phase["name"]
        ]
        return _json(
            phase
            | {
                # The ancestor's tools look for the name of the phase there, too.
                "state": phase["state"] | {"phase": phase["name"]},
                "state_agents": agents,
                "agent_relationships": relationships,
                "order_results": _order_results(result) if result else {},
                "press": press,
            }
        )

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


_KINDS: Mapping[Verb, str] = {
    "-": "move",
    "S": "support",
    "H": "hold",
    "C": "convoy",
    "B": "build",
    "D": "disband",
    "R": "retreat",
    "WAIVE": "waive",
}
_WORST = ("void", "no convoy", "disrupted", "bounce", "cut", "dislodged", "disband")
"""Results of an order, the one first that says most of why it failed."""


def _order_results(result: PhaseResult) -> dict[str, dict[str, list[dict[str, str]]]]:
    """Power -> kind of order -> each with what came of it in one word, as the ancestor's tools read it."""
    found: dict[str, dict[str, list[dict[str, str]]]] = {}
    for power, orders in result.orders.items():
        kinds = found.setdefault(power, {})
        for order in orders:
            came = min(result.outcome(order), key=_WORST.index, default="success")
            kinds.setdefault(_KINDS[order.verb], []).append({"order": order, "result": came})
    return found


def _json(value: Any) -> str:
    # Escaped beyond ASCII, because a power's words may hold what UTF-8 cannot.
    return json.dumps(value)
