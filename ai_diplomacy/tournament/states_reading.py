"""``schedule = "states"`` read and checked: every fork that it asks for can be made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path
from typing import Any

from ..board.board import Board
from ..board.edits import read_edit
from ..board.phase import Phase
from ..board.press import Mailbox
from ..game.changed_settings import check_changes
from ..game.config import GameConfig, checked_edits, checked_end_phase
from ..game.diplomacy import DIPLOMACY
from ..game.message_edits import check_edits
from ..game.recorded import go_through
from ..models.call_settings import CallSettings
from ..records.errors import ConfigError
from ..run.create import check_playable, recorded_before
from ..run.history import RunHistory, read_history
from .reading import OF_GAME, OF_PLAYER, Entrant, KeyReader, seated
from .states import State, StatesDesign

_STATE = ("run", "phase", "power", "last_phase", "others")
_OF_GAME = {
    name: OF_GAME[name]
    for name in (
        *("rounds", "planning", "truth_tags", "provisional_orders"),
        *("reflect", "temperature", "context_window"),
    )
}
_CROSSED = ("model", "prompts", "constrain", *OF_PLAYER, *_OF_GAME)
"""What an arm may set, and a grid may cross."""
_WRITE_ARM = 'write [arms.control], and another one, [arms.NAME], with model = "...", edit = "...", or another setting'


@dataclass(frozen=True, slots=True)
class Arm:
    """What is done in it otherwise than in the run that is forked."""

    name: str
    where: tuple[str, ...]
    """In the specification."""
    given: Mapping[str, Any]
    """As it is written, without keys."""
    seat: Mapping[str, Any]
    """Fields of an ``Entrant``."""
    game: Mapping[str, Any]
    """Fields of a ``GameConfig``."""
    edits: Mapping[str, Sequence[str]]
    """State -> messages that are changed there; empty for all states."""


@dataclass(frozen=True, slots=True)
class _Position:
    """A state with the run that it is taken from."""

    state: State
    history: RunHistory[GameConfig]
    base: GameConfig
    """The settings of the phase in that run."""


@dataclass(slots=True)
class _Players:
    """Who sits in the games: names of those that do not differ are one."""

    found: dict[str, Entrant] = field(default_factory=dict)

    def name(self, wanted: str, entrant: Entrant) -> str:
        longer = f"{wanted}: {entrant.model}"
        tried = iter((wanted, longer, *(f"{longer} ({number})" for number in range(2, len(self.found) + 3))))
        name = next(
            name for name in tried if self.found.get(name, replace(entrant, name=name)) == replace(entrant, name=name)
        )
        self.found[name] = replace(entrant, name=name)
        return name


def read_states(reader: KeyReader, calls: CallSettings) -> tuple[StatesDesign, dict[str, Entrant]]:
    """The design and its players. Raises ``SpecError``."""
    return _StatesReader(reader, calls).design()


class _StatesReader:
    def __init__(self, reader: KeyReader, calls: CallSettings) -> None:
        self._reader = reader
        self._calls = calls
        self._histories: dict[Path, RunHistory[GameConfig]] = {}
        self._error = reader.error

    def design(self) -> tuple[StatesDesign, dict[str, Entrant]]:
        positions = [self._position(name, given) for name, given in self._tables("states", 'run = "results/X"')]
        arms = list(self._arms())
        if not positions:
            raise self._error((), 'no states are given; write [states.NAME] and under it run = "..." and phase = "..."')
        if len(arms) < 2:
            raise self._error(
                arms[0].where if arms else (), f"{len(arms)} arms, and at least two are compared; {_WRITE_ARM}"
            )
        players = _Players()
        seats: dict[tuple[str, str], dict[str, str]] = {}
        made = {(at.state.name, arm.name): (at, arm) for at in positions for arm in self._played(at, arms)}
        # The arms first: their names are theirs.
        for treated in (True, False):
            for place, (at, arm) in made.items():
                for power, entrant in self._entrants(at, arm).items():
                    if (power in at.state.powers) == treated:
                        wanted = arm.name if treated else str(entrant.model)
                        seats.setdefault(place, {})[power] = players.name(wanted, entrant)
        states = {at.state.name: replace(at.state, edited=bool(self._first_edit(at, arms))) for at in positions}
        settings = {place: self._settings(at, arm, arms) for place, (at, arm) in made.items()}
        sorted_seats = {place: dict(sorted(named.items())) for place, named in seats.items()}
        return StatesDesign(states, {arm.name: arm.given for arm in arms}, settings, sorted_seats), players.found

    def _played(self, at: _Position, arms: Sequence[Arm]) -> list[Arm]:
        """The arms that differ from the others in a state: not those whose messages are all of other phases."""
        there = [arm for arm in arms if not arm.edits or self._edits_of(at, arm)]
        if len(there) < 2:
            name = at.state.name
            raise self._error(
                ("states", name), f"{name} has {len(there)} arms: no message of {at.state.phase} is changed"
            )
        return there

    def _tables(self, name: str, example: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        found = self._reader.document.get(name, {})
        if not isinstance(found, dict):
            raise self._error((name,), f"write [{name}.NAME] and under it {example}")
        for key, value in found.items():
            if not isinstance(value, dict):
                raise self._error((name, key), f"write [{name}.{key}] and under it {example}")
            yield key, value

    # States

    def _position(self, name: str, given: Mapping[str, Any]) -> _Position:
        where = ("states", name)
        self._reader.check_keys(given, _STATE, ".".join(where))
        for key, example in (("run", "results/X"), ("phase", "S1902M")):
            if not isinstance(given.get(key), str):
                raise self._error((*where, key), f'{name} has no {key}; write {key} = "{example}"')
        history = self._history((*where, "run"), given["run"])
        phase = given["phase"].strip().upper()
        if phase not in history.phases:
            raise self._error(
                (*where, "phase"), f"{phase} is no phase of {given['run']}, which has {', '.join(history.phases)}"
            )
        base = replace(history.settings.at(phase), calls=self._calls)
        if history.foreign:
            base = self._seated(where, given.get("others"), base)
            self._check_reached((*where, "phase"), history, phase)
        elif "others" in given:
            raise self._error((*where, "others"), f"{given['run']} names who plays; leave others out")
        powers = self._powers((*where, "power"), given.get("power"), base)
        last = (*where, "last_phase") if "last_phase" in given else ("last_phase",)
        ends = self._ends(last, given.get("last_phase", self._reader.document.get("last_phase")), history)
        if not replace(base, **ends).is_within_limits(phase):
            raise self._error(last, f"{name}: the game would end before {phase}; write a later last_phase")
        return _Position(State(name, history.path, given["run"], phase, powers, ends, edited=False), history, base)

    def _history(self, where: tuple[str, ...], given: str) -> RunHistory[GameConfig]:
        path = self._reader.beside(given)
        if path not in self._histories:
            try:
                self._histories[path] = read_history(path, DIPLOMACY)
                if not self._histories[path].foreign:
                    check_playable(self._histories[path])
            except ConfigError as error:
                raise self._error(where, str(error)) from None
        return self._histories[path]

    def _seated(self, where: tuple[str, ...], others: object, base: GameConfig) -> GameConfig:
        """The settings of an imported run, with somebody who can be asked in every seat."""
        if not isinstance(others, str):
            example = 'others = "bot:dumbbot"'
            raise self._error(where, f"nobody in an imported run can be asked; write {example}, or a model")
        return replace(base, models=dict.fromkeys(base.models, self._reader.model((*where, "others"), others)))

    def _check_reached(self, where: tuple[str, ...], history: RunHistory[GameConfig], phase: str) -> None:
        """An imported run holds no journal, so that its orders must lead to the phase by themselves."""
        config = history.settings.first
        board = Board(config.map, civil_disorder=config.civil_disorder)
        try:
            go_through(recorded_before(history, phase), board, Mailbox(board.terrain))
            if board.phase != phase:
                raise ConfigError(f"the rules lead to {board.phase}")
        except ConfigError as error:
            raise self._error(where, f"{history.path} cannot be gone on with in {phase}: {error}") from None

    def _powers(self, where: tuple[str, ...], given: object, base: GameConfig) -> tuple[str, ...]:
        if given is None:
            return tuple(sorted(base.models))
        named = given if isinstance(given, list) else [given]
        powers = tuple(sorted({str(power).strip().upper() for power in named}))
        if not powers or not base.models.keys() >= set(powers):
            raise self._error(where, f"{given!r} is no power; write one of {', '.join(sorted(base.models))}, or a list")
        return powers

    def _ends(self, where: tuple[str, ...], given: object, history: RunHistory[GameConfig]) -> dict[str, Any]:
        last = history.settings.last
        if given is None:
            return {"max_year": last.max_year, "end_at_phase": last.end_at_phase}
        try:
            phase = checked_end_phase(str(given), last.terrain, last.terrain.first_year + 99)
        except ConfigError as error:
            raise self._error(where, str(error).replace("--end_at_phase", "last_phase")) from None
        assert phase is not None
        return {"max_year": Phase(phase).year, "end_at_phase": phase}

    # Arms

    def _arms(self) -> Iterator[Arm]:
        grid = self._reader.document.get("grid", {})
        if not isinstance(grid, dict):
            raise self._error(("grid",), "write [grid] and under it, say, memory = [1, 3]")
        self._reader.check_keys(grid, _CROSSED, "grid")
        for key, values in grid.items():
            if not isinstance(values, list) or not values or len({str(value) for value in values}) < len(values):
                raise self._error(("grid", key), f"write a list of different values, such as {key} = [A, B]")
        written = dict(self._tables("arms", 'model = "..."'))
        for name, given in written.items() or [("", {})]:
            if both := sorted(given.keys() & grid.keys()):
                raise self._error(("arms", name, both[0]), f"{both[0]} is in [grid] too; leave it out of one of them")
            for values in product(*grid.values()):
                crossed = dict(zip(grid, values, strict=True))
                told = " ".join(f"{key}={_shown(key, value)}" for key, value in crossed.items())
                if full := f"{name} {told}".strip():
                    yield self._arm(full, ("arms", name), given, crossed)

    def _arm(self, name: str, where: tuple[str, ...], given: Mapping[str, Any], crossed: Mapping[str, Any]) -> Arm:
        self._reader.check_keys(given, (*_CROSSED, "edit"), ".".join(where))
        seat: dict[str, Any] = {}
        game: dict[str, Any] = {}
        for place, values in ((where, given), (("grid",), crossed)):
            for key, value in values.items():
                if key == "model":
                    seat[key] = self._reader.model((*place, key), str(value))
                elif key == "prompts":
                    seat[key] = self._reader.prompts((*place, key), value)
                elif key == "constrain":
                    seat[key] = self._reader.constraint((*place, key), value)
                elif key in OF_PLAYER:
                    seat |= {key: self._reader.values(place, {key: value}, OF_PLAYER)[key]}
                elif key in _OF_GAME:
                    game |= {key: self._reader.values(place, {key: value}, _OF_GAME)[key]}
        edits = self._edits((*where, "edit"), given.get("edit"))
        told = {key: _shown(key, value) if key == "model" else value for key, value in {**given, **crossed}.items()}
        return Arm(name, where, told, seat, game, edits)

    def _edits(self, where: tuple[str, ...], given: object) -> dict[str, Sequence[str]]:
        if given is None:
            return {}
        found = given if isinstance(given, dict) else {"": given}
        states = self._reader.document.get("states", {})
        edits: dict[str, Sequence[str]] = {}
        for state, texts in found.items():
            listed: list[Any] = texts if isinstance(texts, list) else [texts]
            if not all(isinstance(text, str) for text in listed) or (state and state not in states):
                raise self._error(where, 'write edit = "S1902M 1 FRANCE>ITALY: new text", a list, or a table by state')
            edits[state] = listed
        return edits

    # Both

    def _entrants(self, at: _Position, arm: Arm) -> dict[str, Entrant]:
        """Power -> who plays it."""
        base = at.base
        entrants = {
            power: Entrant(
                power,
                model,
                base.prompts.get(power),
                base.max_tokens.get(power, base.default_max_tokens),
                base.constraint(power),
                base.turns_shown(power),
            )
            for power, model in base.models.items()
        }
        return entrants | {power: replace(entrants[power], **arm.seat) for power in at.state.powers}

    def _edits_of(self, at: _Position, arm: Arm) -> tuple[str, ...]:
        """Those of the state's phase."""
        texts = (*arm.edits.get("", ()), *arm.edits.get(at.state.name, ()))
        try:
            every = checked_edits(texts, at.base)
        except ConfigError as error:
            raise self._error((*arm.where, "edit"), str(error).removeprefix("--edit: ")) from None
        return tuple(text for text in every if read_edit(text, at.base.terrain).phase == at.state.phase)

    def _first_edit(self, at: _Position, arms: Sequence[Arm]) -> str:
        """What keeps all that was said before the first message that any arm changes; empty when none does."""
        texts = [text for arm in arms for text in self._edits_of(at, arm)]
        rounds = [read_edit(text, at.base.terrain).round for text in texts]
        return f"keep {at.state.phase} {min(rounds)}" if rounds else ""

    def _settings(self, at: _Position, arm: Arm, arms: Sequence[Arm]) -> GameConfig:
        """Of its games, but for who sits in them and the seed."""
        config, edits, first = (
            replace(at.base, **at.state.ends, **arm.game),
            self._edits_of(at, arm),
            self._first_edit(at, arms),
        )
        if first and at.history.foreign:
            raise self._error(arm.where, f"{arm.name} in {at.state.name}: no message of an imported run can be changed")
        if first:
            config = replace(config, edits=tuple(dict.fromkeys((first, *edits))))
        full = seated(config, self._entrants(at, arm), config.seed)
        try:
            check_changes(at.base, full, override=True)
            if first:
                check_edits(at.history, at.base, full, at.state.phase)
        except ConfigError as error:
            raise self._error(arm.where, f"{arm.name} in {at.state.name}: {error}") from None
        return config


def _shown(key: str, value: object) -> str:
    """A value in a name, without a key of a vendor."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text.partition("#")[0] if key == "model" else text
