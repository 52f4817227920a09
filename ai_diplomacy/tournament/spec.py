"""The specification of a tournament: a TOML file, checked before anything is played."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from ..agent.constraint import USUAL, USUAL_MEMORY
from ..analysis.question import PrimaryQuestion, QuestionError, read_question
from ..board.terrain import terrain
from ..game.config import GameConfig
from ..models.call_settings import CallSettings
from ..models.ids import ModelId
from .reading import OF_CALLS, OF_GAME, OF_PLAYER, Entrant, KeyReader, SpecError, seated, whole
from .schedule import KINDS, SEATS, Kind, Match, balance_lines, block_size, matches
from .states import KIND as STATES
from .states import StatesDesign
from .states_reading import read_states
from .toml_lines import Lines

BASELINES = ("bot:dumbbot", "bot:random", "bot:hold")
"""In every tournament unless its specification says otherwise."""
FIELD = "bot:dumbbot"
MAP = "standard"

_EXAMPLE = 'write, for example, schedule = "round_robin"'


@dataclass(frozen=True, slots=True)
class Spec:
    """A tournament."""

    path: Path
    lines: Lines
    """Of the keys in it."""
    schedule: Kind | Literal["states"]
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
    states: StatesDesign | None = None
    """Of ``schedule = "states"``, and of no other."""

    @property
    def capped(self) -> bool:
        return self.max_cost_usd is not None or self.max_tokens is not None

    def models(self) -> dict[str, ModelId]:
        """Name of a player -> its model."""
        return {name: entrant.model for name, entrant in self.entrants.items()}

    def matches(self) -> list[Match]:
        """All its games, the same for the same specification."""
        if self.states is not None:
            return self.states.matches(self.games // self.states.block, self.game.seed)
        assert self.schedule != STATES
        return matches(
            self.schedule, list(self.entrants), terrain(MAP).powers, self.games, seed=self.game.seed, field=self.field
        )

    def config(self, match: Match) -> GameConfig:
        """The settings of one game."""
        base = self.game if self.states is None else self.states.settings[match.state, match.arm]
        return seated(base, {power: self.entrants[name] for power, name in match.seats.items()}, match.seed)

    def balance_lines(self, matches: Sequence[Match]) -> list[str]:
        """What these games balance."""
        if self.states is not None:
            return self.states.balance_lines(matches)
        assert self.schedule != STATES
        return balance_lines(self.schedule, matches, self.field)

    def phase(self, match: Match) -> str:
        """Where a game begins."""
        return self.game.terrain.start if self.states is None else self.states.states[match.state].phase

    def names(self, game: Mapping[str, Any]) -> Mapping[str, str]:
        """Power -> name of its player for the analysis. ``game``: as a match's document tells it."""
        return game["seats"] if self.states is None else self.states.names(game["state"], game["arm"])

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
        asked = None if self.question is None else self.question.document()
        players = {name: entrant.document() for name, entrant in self.entrants.items()}
        if self.states is not None:
            told = {"schedule": self.schedule, "players": players, "seed": self.game.seed, "analysis": asked}
            return told | self.states.document()
        return {
            "schedule": self.schedule,
            "players": players,
            "field": self.field,
            "last_year": self.game.max_year,
            **{name: getattr(self.game, name) for name in _GAME if name != "last_year"},
            "analysis": asked,
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
    "schedule", "games", "last_year", "rounds", "planning", "truth_tags", "provisional_orders", "civil_disorder",
    "reflect", "seed", "temperature", "context_window", "field", "baselines", "concurrency", "processes", "players",
    "budget", "calls", "analysis",
)  # fmt: skip
_TOP_OF_STATES = (
    "schedule", "replicas", "last_phase", "seed", "concurrency", "processes", "states", "arms", "grid", "budget",
    "calls", "analysis",
)  # fmt: skip
_PLAYER = ("model", "prompts", "max_tokens", "constrain", "memory")
_FIRST_YEAR = terrain(MAP).first_year


_GAME = {
    "last_year": whole(_FIRST_YEAR, _FIRST_YEAR + 99, _FIRST_YEAR + 9),
    "rounds": OF_GAME["rounds"],
    "planning": OF_GAME["planning"],
    "truth_tags": OF_GAME["truth_tags"],
    "provisional_orders": OF_GAME["provisional_orders"],
    "civil_disorder": OF_GAME["civil_disorder"],
    "reflect": OF_GAME["reflect"],
    "seed": whole(0, 2**63 - 1, 0),
    "temperature": OF_GAME["temperature"],
    "context_window": OF_GAME["context_window"],
}
_STATES = {"replicas": whole(1, 100_000, 10), "seed": _GAME["seed"]}
EARLIER: dict[str, Any] = {
    "analysis": None,
    **{name: known.earlier for name, known in _GAME.items() if known.earlier is not ...},
}
"""What tournaments were played with that began before there were these settings."""
EARLIER_PLAYER: dict[str, Any] = {"constrain": USUAL, "memory": USUAL_MEMORY}
_WORKERS = {"concurrency": whole(1, 1000, 16), "processes": whole(1, 256, 1)}
_BUDGET = {"max_cost_usd": replace(OF_CALLS["max_cost_usd"], ge=0.000001), "max_tokens": OF_CALLS["max_tokens_total"]}
_CALLS = {
    name: OF_CALLS[name] for name in ("max_concurrency", "deadline", "phase_deadline", "hedge", "max_unusable_steps")
}


class _Reader(KeyReader):
    """The whole of one."""

    def spec(self) -> Spec:
        return self._of_states() if self.document.get("schedule") == STATES else self._of_players()

    def _of_states(self) -> Spec:
        self.check_keys(self.document, _TOP_OF_STATES, "")
        calls = CallSettings(**self.table("calls", _CALLS))
        design, entrants = read_states(self, calls)
        plain = self.values((), self.document, _STATES)
        return Spec(
            path=self.path,
            lines=self.lines,
            schedule=STATES,
            entrants=entrants,
            field=None,
            games=plain["replicas"] * design.block,
            game=GameConfig(models={}, max_year=_FIRST_YEAR, seed=plain["seed"], calls=calls),
            question=self._question(list(design.arms), design.block),
            states=design,
            **self.values((), self.document, _WORKERS),
            **self.table("budget", _BUDGET),
        )

    def _of_players(self) -> Spec:
        self.check_keys(self.document, _TOP, "")
        kind = self._schedule()
        entrants = self._entrants(kind)
        field_name = self._field(kind, entrants)
        if kind == "round_robin" and len(entrants) > SEATS:
            raise self.error(
                ("players", next(iter(self.document.get("players", ())), "")),
                f"{len(entrants)} players ({', '.join(entrants)}) for {SEATS} seats; take some out (baselines too: "
                'baselines = ["bot:dumbbot"]), or write schedule = "one_vs_six"',
            )
        game = self.values((), self.document, _GAME)
        calls = CallSettings(**self.table("calls", _CALLS))
        return Spec(
            question=self._question(list(entrants), block_size(kind, len(entrants))),
            path=self.path,
            lines=self.lines,
            schedule=kind,
            entrants=entrants,
            field=field_name,
            games=self._games(kind, len(entrants)),
            game=GameConfig(models={}, max_year=game.pop("last_year"), **game, calls=calls),
            **self.values((), self.document, _WORKERS),
            **self.table("budget", _BUDGET),
        )

    def _question(self, players: Sequence[str], block: int) -> PrimaryQuestion | None:
        if "analysis" not in self.document:
            return None
        try:
            return read_question(self.document["analysis"], players, block)
        except QuestionError as error:
            raise self.error(("analysis", *error.key), str(error)) from None

    def _schedule(self) -> Kind:
        given = self.document.get("schedule")
        if given is None:
            raise self.error((), f"no schedule is given; {_EXAMPLE}")
        for kind in KINDS:
            if given == kind:
                return kind
        raise self.error(
            ("schedule",), f"unknown schedule {given!r}; write one of {', '.join(map(repr, (*KINDS, STATES)))}"
        )

    def _entrants(self, kind: Kind) -> dict[str, Entrant]:
        players = self.document.get("players", {})
        if not isinstance(players, dict):
            raise self.error(("players",), 'players are tables; write [players.NAME] and under it model = "..."')
        found = {name: self._entrant(name, value) for name, value in players.items()}
        for name in self._baselines():
            if name in found and str(found[name].model) != name:
                where = ("players", name)
                raise self.error(where, f"{name!r} is the name of a baseline; call this player something else")
            found.setdefault(name, Entrant(name, self.model(("baselines",), name)))
        if kind != "round_robin" and str(name := self.document.get("field", FIELD)).startswith("bot:"):
            found.setdefault(name, Entrant(name, self.model(("field",), name)))
        if len(found) < 2:
            what = "one player" if found else "no players"
            raise self.error(("players",), f'{what}; add one: [players.NAME] and under it model = "openai:..."')
        return found

    def _baselines(self) -> Sequence[str]:
        given = self.document.get("baselines", list(BASELINES))
        if not isinstance(given, list) or not all(isinstance(name, str) for name in given):
            raise self.error(("baselines",), f"write a list of model ids, such as baselines = {list(BASELINES)}")
        if len(set(given)) != len(given):
            raise self.error(("baselines",), "a baseline is given twice; leave one out")
        return given

    def _entrant(self, name: str, value: object) -> Entrant:
        where = ("players", name)
        if not isinstance(value, dict):
            raise self.error(where, f'write [players.{name}] and under it model = "..."')
        self.check_keys(value, _PLAYER, f"players.{name}")
        model = value.get("model")
        if not isinstance(model, str) or not model.strip():
            raise self.error((*where, "model"), f'{name} has no model; write model = "offline", or "openai:NAME", ...')
        return Entrant(
            name,
            self.model((*where, "model"), model),
            self.prompts((*where, "prompts"), value.get("prompts")),
            constrain=self.constraint((*where, "constrain"), value.get("constrain", USUAL)),
            **self.values(where, value, OF_PLAYER),
        )

    def _field(self, kind: Kind, entrants: Mapping[str, Entrant]) -> str | None:
        given = self.document.get("field")
        if kind == "round_robin":
            if given is not None:
                raise self.error(
                    ("field",), 'a round robin has no field; leave it out, or write schedule = "one_vs_six"'
                )
            return None
        name = given or FIELD
        if name not in entrants:
            known = ", ".join(repr(other) for other in entrants)
            raise self.error(("field",), f"unknown player {name!r}; write field = one of {known}")
        return str(name)

    def _games(self, kind: Kind, players: int) -> int:
        games, block = self.document.get("games"), block_size(kind, players)
        if games is None:
            raise self.error((), f"no number of games is given; write games = {block}, or a multiple of it")
        if isinstance(games, bool) or not isinstance(games, int) or games < 1:
            raise self.error(
                ("games",), f"{games!r} games cannot be played; write games = {block}, or a multiple of it"
            )
        if games % block and self.written:
            low, high = games // block * block, (games // block + 1) * block
            choice = f"{low} or {high}" if low else str(high)
            raise self.error(
                ("games",),
                f"{games} games cannot give every one of {players} players every power equally often; write games = "
                f"{choice}",
            )
        return games
