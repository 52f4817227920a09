"""The specification of a tournament: a TOML file, checked before anything is played."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..agent.constraint import USUAL, USUAL_MEMORY, Constraint
from ..analysis.question import PrimaryQuestion, QuestionError, read_question
from ..board.terrain import terrain
from ..game.config import GameConfig, checked_models, read_constraint
from ..models.call_settings import CallSettings
from ..models.ids import ModelId
from ..models.providers import asks_a_model
from ..records.errors import ConfigError
from ..records.settings import Setting, declared
from .schedule import KINDS, SEATS, Kind, Match, block_size, matches
from .toml_lines import Lines

BASELINES = ("bot:dumbbot", "bot:random", "bot:hold")
"""In every tournament unless its specification says otherwise."""
FIELD = "bot:dumbbot"
MAP = "standard"

_EXAMPLE = 'write, for example, schedule = "round_robin"'


class SpecError(ConfigError):
    """A specification that cannot be used. Its text is one line, with the file's line and what to write instead."""


@dataclass(frozen=True, slots=True)
class Entrant:
    """One player of a tournament."""

    name: str
    model: ModelId
    prompts: Path | None = None
    """``None``: the default templates."""
    max_tokens: int | None = None
    """Most tokens of a reply; ``None``: the default."""
    constrain: Constraint = USUAL
    """What its replies are held to."""
    memory: int = USUAL_MEMORY
    """Turns that it is shown in full."""

    @property
    def asked(self) -> bool:
        """Whether it is a model, and no bot."""
        return asks_a_model(self.model)

    def document(self) -> dict[str, Any]:
        """As plain JSON data, without the key and the templates."""
        return {
            "model": str(self.model),
            "max_tokens": self.max_tokens,
            "constrain": self.constrain,
            "memory": self.memory,
        }


@dataclass(frozen=True, slots=True)
class Spec:
    """A tournament."""

    path: Path
    lines: Lines
    """Of the keys in it."""
    schedule: Kind
    entrants: Mapping[str, Entrant]
    """Name -> player, baselines included."""
    field: str | None
    """Whom all others are measured against; ``None`` in a round robin."""
    games: int
    game: GameConfig
    """The settings of every game, but for its seats, and its seed: this one is the tournament's."""
    concurrency: int
    """Games at once in each process."""
    processes: int
    max_cost_usd: float | None
    max_tokens: int | None
    """Caps on the whole tournament."""
    question: PrimaryQuestion | None = None
    """Asked before the first game."""

    @property
    def capped(self) -> bool:
        return self.max_cost_usd is not None or self.max_tokens is not None

    def models(self) -> dict[str, ModelId]:
        """Name of a player -> its model."""
        return {name: entrant.model for name, entrant in self.entrants.items()}

    def matches(self) -> list[Match]:
        """All its games, the same for the same specification."""
        return matches(
            self.schedule, list(self.entrants), terrain(MAP).powers, self.games, seed=self.game.seed, field=self.field
        )

    def config(self, match: Match) -> GameConfig:
        """The settings of one game."""
        seats = {power: self.entrants[name] for power, name in match.seats.items()}
        asked = {power: entrant for power, entrant in seats.items() if entrant.asked}
        return replace(
            self.game,
            models={power: entrant.model for power, entrant in seats.items()},
            seed=match.seed,
            prompts={power: entrant.prompts for power, entrant in asked.items() if entrant.prompts is not None},
            max_tokens={
                power: entrant.max_tokens for power, entrant in asked.items() if entrant.max_tokens is not None
            },
            constrain={power: entrant.constrain for power, entrant in asked.items()},
            memory={power: entrant.memory for power, entrant in asked.items() if entrant.memory != USUAL_MEMORY},
        )

    def with_prompts(self, folders: Mapping[str, Path | None]) -> Spec:
        """With other folders of templates for these players."""
        return replace(
            self,
            entrants={
                name: replace(entrant, prompts=folders.get(name, entrant.prompts))
                for name, entrant in self.entrants.items()
            },
        )

    def document(self) -> dict[str, Any]:
        """What decides how its games go, as plain JSON data without keys. The number of games is not in it: more of
        them begin with the same ones."""
        return {
            "schedule": self.schedule,
            "players": {name: entrant.document() for name, entrant in self.entrants.items()},
            "field": self.field,
            "last_year": self.game.max_year,
            **{name: getattr(self.game, name) for name in _GAME if name != "last_year"},
            "analysis": None if self.question is None else self.question.document(),
        }


def read_spec(path: Path) -> Spec:
    """Reads a file. Raises ``SpecError``."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise SpecError(f"cannot read {str(path)!r}: {why}") from None
    return parse_spec(text, path)


def parse_spec(text: str, path: Path) -> Spec:
    """The tournament that a text describes. ``path``: its file, for messages, and because folders of prompts are named
    from where it lies. Raises ``SpecError``."""
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise SpecError(f"{path}: {' '.join(str(error).split())}") from None
    return _Reader(path, text, document).spec()


def parse_document(document: Mapping[str, Any], name: Path) -> Spec:
    """The tournament that no file describes, of any number of games. ``name``: what its folder is called. Raises
    ``SpecError``."""
    return _Reader(name, None, document).spec()


_TOP = (
    "schedule", "games", "last_year", "rounds", "planning", "civil_disorder", "reflect", "seed", "temperature",
    "context_window", "field", "baselines", "concurrency", "processes", "players", "budget", "calls", "analysis",
)  # fmt: skip
_PLAYER = ("model", "prompts", "max_tokens", "constrain", "memory")
_FIRST_YEAR = terrain(MAP).first_year
_OF_GAME, _OF_CALLS = declared(GameConfig), declared(CallSettings)


def _whole(lowest: int, highest: int, default: int) -> Setting:
    return Setting("", type=int, ge=lowest, le=highest, default=default)


_GAME = {
    "last_year": _whole(_FIRST_YEAR, _FIRST_YEAR + 99, _FIRST_YEAR + 9),
    "rounds": _OF_GAME["rounds"],
    "planning": _OF_GAME["planning"],
    "civil_disorder": _OF_GAME["civil_disorder"],
    "reflect": _OF_GAME["reflect"],
    "seed": _whole(0, 2**63 - 1, 0),
    "temperature": _OF_GAME["temperature"],
    "context_window": _OF_GAME["context_window"],
}
EARLIER: dict[str, Any] = {
    "analysis": None,
    **{name: known.earlier for name, known in _GAME.items() if known.earlier is not ...},
}
"""What tournaments were played with that began before there were these settings."""
EARLIER_PLAYER: dict[str, Any] = {"constrain": USUAL, "memory": USUAL_MEMORY}
_WORKERS = {"concurrency": _whole(1, 1000, 16), "processes": _whole(1, 256, 1)}
_LIMIT = {"max_tokens": _OF_CALLS["max_tokens_total"]}
_MEMORY = {"memory": _whole(1, 100, USUAL_MEMORY)}
_BUDGET = {"max_cost_usd": replace(_OF_CALLS["max_cost_usd"], ge=0.000001), **_LIMIT}
_CALLS = {
    name: _OF_CALLS[name] for name in ("max_concurrency", "deadline", "phase_deadline", "hedge", "max_unusable_steps")
}


class _Reader:
    """A parsed document, read key by key."""

    def __init__(self, path: Path, text: str | None, document: Mapping[str, Any]) -> None:
        self._path = path
        self._written = text is not None
        self._lines = Lines(text or "")
        self._document = document

    def spec(self) -> Spec:
        self._check_keys(self._document, _TOP, "")
        kind = self._schedule()
        entrants = self._entrants(kind)
        field_name = self._field(kind, entrants)
        if kind == "round_robin" and len(entrants) > SEATS:
            raise self._error(
                ("players", next(iter(self._document.get("players", ())), "")),
                f"{len(entrants)} players ({', '.join(entrants)}) for {SEATS} seats; take some out (baselines too: "
                'baselines = ["bot:dumbbot"]), or write schedule = "one_vs_six"',
            )
        game = self._values((), self._document, _GAME)
        calls = CallSettings(**self._table("calls", _CALLS))
        question = None
        if "analysis" in self._document:
            try:
                question = read_question(self._document["analysis"], list(entrants), block_size(kind, len(entrants)))
            except QuestionError as error:
                raise self._error(("analysis", *error.key), str(error)) from None
        return Spec(
            question=question,
            path=self._path,
            lines=self._lines,
            schedule=kind,
            entrants=entrants,
            field=field_name,
            games=self._games(kind, len(entrants)),
            game=GameConfig(models={}, max_year=game.pop("last_year"), **game, calls=calls),
            **self._values((), self._document, _WORKERS),
            **self._table("budget", _BUDGET),
        )

    def _schedule(self) -> Kind:
        given = self._document.get("schedule")
        if given is None:
            raise self._error((), f"no schedule is given; {_EXAMPLE}")
        for kind in KINDS:
            if given == kind:
                return kind
        raise self._error(("schedule",), f"unknown schedule {given!r}; write one of {', '.join(map(repr, KINDS))}")

    def _entrants(self, kind: Kind) -> dict[str, Entrant]:
        players = self._document.get("players", {})
        if not isinstance(players, dict):
            raise self._error(("players",), 'players are tables; write [players.NAME] and under it model = "..."')
        found = {name: self._entrant(name, value) for name, value in players.items()}
        for name in self._baselines():
            if name in found and str(found[name].model) != name:
                where = ("players", name)
                raise self._error(where, f"{name!r} is the name of a baseline; call this player something else")
            found.setdefault(name, Entrant(name, self._model(("baselines",), name)))
        if kind != "round_robin" and str(name := self._document.get("field", FIELD)).startswith("bot:"):
            found.setdefault(name, Entrant(name, self._model(("field",), name)))
        if len(found) < 2:
            what = "one player" if found else "no players"
            raise self._error(("players",), f'{what}; add one: [players.NAME] and under it model = "openai:..."')
        return found

    def _baselines(self) -> Sequence[str]:
        given = self._document.get("baselines", list(BASELINES))
        if not isinstance(given, list) or not all(isinstance(name, str) for name in given):
            raise self._error(("baselines",), f"write a list of model ids, such as baselines = {list(BASELINES)}")
        if len(set(given)) != len(given):
            raise self._error(("baselines",), "a baseline is given twice; leave one out")
        return given

    def _entrant(self, name: str, value: object) -> Entrant:
        where = ("players", name)
        if not isinstance(value, dict):
            raise self._error(where, f'write [players.{name}] and under it model = "..."')
        self._check_keys(value, _PLAYER, f"players.{name}")
        model = value.get("model")
        if not isinstance(model, str) or not model.strip():
            raise self._error((*where, "model"), f'{name} has no model; write model = "offline", or "openai:NAME", ...')
        prompts = value.get("prompts")
        if prompts is not None and not isinstance(prompts, str):
            raise self._error((*where, "prompts"), 'write the folder as text: prompts = "my_prompts"')
        folder = None if prompts is None else (self._path.parent / Path(prompts).expanduser()).resolve()
        if folder is not None and not folder.is_dir():
            raise self._error((*where, "prompts"), f"{str(folder)!r} is not a folder; write one that holds templates")
        return Entrant(
            name,
            self._model((*where, "model"), model),
            folder,
            constrain=self._constraint((*where, "constrain"), value.get("constrain", USUAL)),
            **self._values(where, value, _LIMIT | _MEMORY),
        )

    def _constraint(self, where: tuple[str, ...], given: object) -> Constraint:
        try:
            return read_constraint(str(given))
        except ValueError as error:
            raise self._error(where, f'{error}; write constrain = "orders"') from None

    def _model(self, where: tuple[str, ...], text: str) -> ModelId:
        if "," in text or "=" in text.partition("#")[0]:
            raise self._error(where, "a player is one model; write one id, and another [players.NAME] for each more")
        try:
            return checked_models(text, ("any",))["any"]
        except ConfigError as error:
            raise self._error(where, str(error).removeprefix("--models: ")) from None

    def _field(self, kind: Kind, entrants: Mapping[str, Entrant]) -> str | None:
        given = self._document.get("field")
        if kind == "round_robin":
            if given is not None:
                raise self._error(
                    ("field",), 'a round robin has no field; leave it out, or write schedule = "one_vs_six"'
                )
            return None
        name = given or FIELD
        if name not in entrants:
            known = ", ".join(repr(other) for other in entrants)
            raise self._error(("field",), f"unknown player {name!r}; write field = one of {known}")
        return str(name)

    def _games(self, kind: Kind, players: int) -> int:
        games, block = self._document.get("games"), block_size(kind, players)
        if games is None:
            raise self._error((), f"no number of games is given; write games = {block}, or a multiple of it")
        if isinstance(games, bool) or not isinstance(games, int) or games < 1:
            raise self._error(
                ("games",), f"{games!r} games cannot be played; write games = {block}, or a multiple of it"
            )
        if games % block and self._written:
            low, high = games // block * block, (games // block + 1) * block
            choice = f"{low} or {high}" if low else str(high)
            raise self._error(
                ("games",),
                f"{games} games cannot give every one of {players} players every power equally often; write games = "
                f"{choice}",
            )
        return games

    def _table(self, name: str, known: Mapping[str, Setting]) -> dict[str, Any]:
        value = self._document.get(name, {})
        if not isinstance(value, dict):
            raise self._error((name,), f"write [{name}] and under it {' or '.join(known)}")
        self._check_keys(value, known, name)
        return self._values((name,), value, known)

    def _check_keys(self, table: Mapping[str, Any], known: Collection[str], where: str) -> None:
        path = tuple(where.split(".", 1)) if where else ()
        for name in table:
            if name not in known:
                inside = f" in [{where}]" if where else ""
                raise self._error((*path, name), f"unknown key {name!r}{inside}; the keys are {', '.join(known)}")

    def _values(self, where: tuple[str, ...], table: Mapping[str, Any], known: Mapping[str, Setting]) -> dict[str, Any]:
        values = {name: setting.default for name, setting in known.items()}
        for name in filter(table.__contains__, known):
            try:
                values[name] = known[name].specified(name, table[name])
            except ValueError as error:
                raise self._error((*where, name), str(error)) from None
        return values

    def _error(self, where: tuple[str, ...], problem: str) -> SpecError:
        at = f"{self._path}, line {self._lines.of(*where)}: " if self._written else ""
        return SpecError(f"{at}{problem}")
