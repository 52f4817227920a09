"""Critical states: positions of runs that were played, forked in arms that differ, each as often, with common seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ..board.chance import chance
from ..game.config import GameConfig
from ..game.diplomacy import DIPLOMACY
from ..game.message_edits import said_before
from ..run.create import fork_run
from ..run.history import read_history
from .schedule import MOST_SEED, Match

KIND: Literal["states"] = "states"


@dataclass(frozen=True, slots=True)
class State:
    """A position: a run at the start of one of its phases."""

    name: str
    run: Path
    written: str
    """The run as the specification names it."""
    phase: str
    powers: tuple[str, ...]
    """Whose seats the arms are about."""
    ends: Mapping[str, Any]
    """When its forks end, as fields of a ``GameConfig``."""
    edited: bool
    """Whether a message is changed in an arm, so that all arms share what was said before it."""


@dataclass(frozen=True, slots=True)
class StatesDesign:
    """Every state in every arm."""

    states: Mapping[str, State]
    arms: Mapping[str, Mapping[str, Any]]
    """Name -> what is given of it, as plain JSON data without keys. The others are compared with the first."""
    settings: Mapping[tuple[str, str], GameConfig]
    """(state, arm) -> how its forks are played, but for who sits in them and the seed."""
    seats: Mapping[tuple[str, str], Mapping[str, str]]
    """(state, arm) -> power -> name of its player in the specification."""

    @property
    def block(self) -> int:
        """Games of one replica."""
        return len(self.settings)

    def matches(self, replicas: int, seed: int) -> list[Match]:
        """A replica has one seed in all states and arms. More replicas begin with the same games."""
        return [
            Match(
                number + self.block * replica,
                chance(seed, "replica", replica).randint(0, MOST_SEED),
                self.seats[place],
                *place,
            )
            for replica in range(replicas)
            for number, place in enumerate(self.settings, 1)
        ]

    def names(self, state: str, arm: str) -> dict[str, str]:
        """Power -> under which name it is analysed, for the seats that the arm is about."""
        return dict.fromkeys(self.states[state].powers, arm)

    def fork(self, match: Match, path: Path, config: GameConfig) -> None:
        """Makes the folder of a game. Raises ``ConfigError``."""
        state = self.states[match.state]
        history = read_history(state.run, DIPLOMACY)
        fork_run(history, state.phase, path, config, said_before(config) if state.edited else None)

    def balance_lines(self, matches: Sequence[Match]) -> list[str]:
        """What these games balance."""
        replicas = len({match.seed for match in matches})
        played = {state: [arm for at, arm in self.settings if at == state] for state in self.states}
        return [
            *(f"{state}: {', '.join(arms)}, {replicas} times each" for state, arms in played.items()),
            "every replica has the same seed everywhere",
            *(
                f"{state.name}: every arm shares what was said before the first message that is changed"
                for state in self.states.values()
                if state.edited
            ),
        ]

    def document(self) -> dict[str, Any]:
        """What decides how its forks go, as plain JSON data without keys."""
        return {
            "states": {
                state.name: {
                    "run": state.written,
                    "phase": state.phase,
                    "powers": list(state.powers),
                    **state.ends,
                }
                for state in self.states.values()
            },
            "arms": {name: dict(given) for name, given in self.arms.items()},
        }
