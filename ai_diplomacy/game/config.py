"""The settings of one game, checked before anything is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from ..agent.prompts import DEFAULT_DIRECTORY
from ..board.phase import Phase
from ..board.terrain import MAPS, Terrain, terrain
from ..models.call_settings import CallSettings
from ..models.ids import ModelId, parse_model_id
from ..models.providers import provider_names
from ..records.errors import ConfigError
from ..run.policies import Execution, Threads

IN_PROCESS = ("bot", "offline")
"""Who answers without an account. ``bot`` asks no model at all."""

DEFAULT_MODEL = "offline"

T = TypeVar("T")


class UnreadableValuesError(ConfigError):
    """Values of some powers that cannot be read: all of them, so that nobody mends them one by one."""

    def __init__(self, message: str, read: Mapping[str, Any]) -> None:
        super().__init__(message)
        self.read = read
        """Power -> value, of the others."""


@dataclass(frozen=True, slots=True)
class GameConfig:
    """Everything that decides how a game goes, but for the replies of the models."""

    models: Mapping[str, ModelId]
    """Power -> who plays it. Every power of the map has an entry."""
    max_year: int
    """The last year played, its winter included."""
    rounds: int = 2
    """Rounds of negotiation before each movement phase."""
    planning: bool = False
    """Whether each movement phase has a planning step."""
    end_at_phase: str | None = None
    """The last phase played, if the game should end before ``max_year`` does."""
    map: str = "standard"
    seed: int = 0
    prompts: Mapping[str, Path] = field(default_factory=dict)
    """Power -> its folder of templates, for powers that do not use the default one."""
    max_tokens: Mapping[str, int] = field(default_factory=dict)
    """Power -> most tokens of a reply, for powers that do not use ``default_max_tokens``."""
    default_max_tokens: int = 8192
    temperature: float | None = None
    """``None`` leaves each provider's own default."""
    max_messages: int = 6
    """Messages that a power may send in a round."""
    max_message_characters: int = 1200
    calls: CallSettings = field(default_factory=lambda: CallSettings())
    execution: Execution = "async"
    """Who runs which step when. No part of ``document``: the game is the same under each."""
    threads: Threads = "decisions"
    """Which steps the ``threaded`` execution takes for all powers at once."""

    @property
    def terrain(self) -> Terrain:
        return terrain(self.map)

    def plays(self, phase: str) -> bool:
        """Whether a phase is within the game's limits."""
        played = Phase(phase)
        return played.year <= self.max_year and (self.end_at_phase is None or played <= self.end_at_phase)

    @property
    def last_year(self) -> int:
        return min(self.max_year, Phase(self.end_at_phase).year) if self.end_at_phase else self.max_year

    def model_names(self) -> dict[str, str]:
        """Power -> model id without its key, sorted by power."""
        return {power: str(model) for power, model in sorted(self.models.items())}

    def document(self) -> dict[str, Any]:
        """All settings as plain JSON data, without keys."""
        return {
            "map": self.map,
            "seed": self.seed,
            "max_year": self.max_year,
            "end_at_phase": self.end_at_phase,
            "num_negotiation_rounds": self.rounds,
            "planning_phase": self.planning,
            "models": self.model_names(),
            "prompts": {power: str(folder) for power, folder in sorted(self.prompts.items())},
            "max_tokens": {power: self.max_tokens.get(power, self.default_max_tokens) for power in sorted(self.models)},
            "temperature": self.temperature,
            "max_messages": self.max_messages,
            "max_message_characters": self.max_message_characters,
            **asdict(self.calls),
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> GameConfig:
        """The settings of a run that was begun before. Raises ``ConfigError`` when one is missing."""
        try:
            calls = CallSettings(**{name: document[name] for name in CallSettings.__slots__})
            return cls(
                models={power: model_of_record(model) for power, model in document["models"].items()},
                max_year=document["max_year"],
                rounds=document["num_negotiation_rounds"],
                planning=document["planning_phase"],
                end_at_phase=document["end_at_phase"],
                map=document["map"],
                seed=document["seed"],
                prompts={power: Path(folder) for power, folder in document["prompts"].items()},
                max_tokens=document["max_tokens"],
                temperature=document["temperature"],
                max_messages=document["max_messages"],
                max_message_characters=document["max_message_characters"],
                calls=calls,
            )
        except KeyError as error:
            raise ConfigError(f"the settings of the run do not name {error.args[0]!r}") from None

    def game_settings(self) -> dict[str, Any]:
        """Those of ``document`` that decide how the game goes, and not only what it takes."""
        return {name: value for name, value in self.document().items() if name not in CallSettings.__slots__}


def model_of_record(text: str) -> ModelId:
    """A model id as records show it: whether anybody offers such a model today is another question."""
    return parse_model_id(text, {re.split("[:@]", text, maxsplit=1)[0]})


def checked_map(name: str) -> Terrain:
    """The terrain of a map. Raises ``ConfigError``."""
    if name not in MAPS:
        raise ConfigError(f"--map: unknown map {name!r}; the maps are {', '.join(MAPS)}")
    return terrain(name)


def checked_end_phase(text: str | None, ground: Terrain, max_year: int) -> str | None:
    """A phase such as ``F1901M`` that can occur in the game. Raises ``ConfigError``."""
    if text is None:
        return None
    wrong = ConfigError(f"--end_at_phase: {text!r} is not a phase such as S1901M, F1901R or W1901A")
    try:
        phase = Phase(text.strip().upper())
    except ValueError:
        raise wrong from None
    if len(phase) != len(ground.start):
        raise wrong
    if not ground.first_year <= phase.year <= max_year:
        raise ConfigError(f"--end_at_phase: {phase} is not between {ground.start} and the end of {max_year}")
    return phase


def checked_max_year(year: int | None, ground: Terrain) -> int:
    """The last year; ten years when none is given. Raises ``ConfigError``."""
    if year is None:
        return ground.first_year + 9
    if year < ground.first_year:
        raise ConfigError(f"--max_year: {year} is before {ground.first_year}, the first year of this map")
    return year


def checked_execution(execution: Execution, threads: Threads | None, *, hedge: bool) -> Threads:
    """The steps for threads. Raises ``ConfigError`` for settings that do not fit together."""
    if threads is not None and execution != "threaded":
        raise ConfigError(f"--threads: there are none with --execution {execution}")
    if hedge and execution == "threaded":
        raise ConfigError("--hedge: a call on a thread cannot be cancelled, so it is not sent a second time")
    return threads or "decisions"


def checked_models(
    text: str | None, powers: Sequence[str], base: Mapping[str, ModelId] | None = None
) -> dict[str, ModelId]:
    """Who plays each power; ``base`` plays those of which nothing is said. Raises ``ConfigError``, as
    ``per_power``."""
    if text is None and base is not None:
        return dict(base)

    def read(item: str) -> ModelId:
        model = parse_model_id(item, {*IN_PROCESS, *provider_names()})
        if model.provider in IN_PROCESS:
            _check_name(model)
        elif not model.name:
            raise ValueError(f"{model.provider} needs the name of a model: {model.provider}:NAME")
        return model

    others = base or dict.fromkeys(powers, read(DEFAULT_MODEL))
    return per_power("--models", DEFAULT_MODEL if text is None else text, powers, read, base=others)


def _check_name(model: ModelId) -> None:
    from ..bots import BOTS
    from ..offline.model import STYLES

    names = {"bot": tuple(BOTS), "offline": ("", *STYLES)}[model.provider]
    if model.base_url or model.api_key:
        raise ValueError(f"{model.provider} answers in this process: it takes no address and no key")
    if model.name not in names:
        choices = ", ".join(f"{model.provider}:{name}" if name else model.provider for name in names)
        raise ValueError(f"unknown model {str(model)!r}; there are {choices}")


def per_power(
    flag: str, text: str, powers: Sequence[str], read: Callable[[str], T], *, base: Mapping[str, T] | None = None
) -> dict[str, T]:
    """One value for all powers, one for each in alphabetical order, or ``POWER=value`` for some, the others keeping
    theirs of ``base``.

    Raises ``ConfigError`` that names the flag; ``UnreadableValuesError`` when only some of them can be read.
    """
    items = [item.strip() for item in text.split(",")]
    chosen: dict[str, T] = {}
    if any(_named(item) for item in items):
        chosen |= base or {}
        given: dict[str, str] = {}
        for item in items:
            power = _power_of(flag, item, powers)
            if power in given:
                raise ConfigError(f"{flag}: {power} is given twice")
            given[power] = item.partition("=")[2].strip()
    elif len(items) == 1:
        given = dict.fromkeys(powers, items[0])
    elif len(items) == len(powers):
        given = dict(zip(powers, items, strict=True))
    else:
        raise ConfigError(
            f"{flag}: {len(items)} values for {len(powers)} powers; give one, {len(powers)} "
            f"(for {', '.join(powers)}), or POWER=value"
        )
    if not all(given.values()):
        raise ConfigError(f"{flag}: an entry of {text.partition('#')[0]!r} is empty")
    problems: dict[str, None] = {}
    for power, item in given.items():
        try:
            chosen[power] = read(item)
        except ValueError as error:
            problems[str(error)] = None
            chosen.pop(power, None)
    if problems:
        raise UnreadableValuesError(f"{flag}: {'; '.join(problems)}", chosen)
    return chosen


def _named(item: str) -> bool:
    name, equals, _ = item.partition("=")
    return bool(equals) and name.strip().isalpha()


def _power_of(flag: str, item: str, powers: Sequence[str]) -> str:
    name, equals, _ = item.partition("=")
    power = name.strip().upper()
    if not equals:
        raise ConfigError(f"{flag}: give every entry as POWER=value, or none")
    if power not in powers:
        raise ConfigError(f"{flag}: unknown power {name.strip()!r}; the powers are {', '.join(powers)}")
    return power


def checked_prompts(text: str | None, powers: Sequence[str], base: Mapping[str, Path] | None = None) -> dict[str, Path]:
    """Power -> folder of templates, absolute: the run may be gone on with from another place. Raises ``ConfigError``;
    the templates themselves are read later."""
    if text is None:
        return dict(base or {})
    others = dict.fromkeys(powers, DEFAULT_DIRECTORY) | dict(base or {})
    return per_power("--prompts_dir", text, powers, lambda item: Path(item).expanduser().absolute(), base=others)


def checked_token_limits(
    text: str | None, powers: Sequence[str], base: Mapping[str, int] | None = None
) -> dict[str, int]:
    """Power -> most tokens of a reply. Raises ``ConfigError``."""
    if text is None:
        return dict(base or {})

    def read(item: str) -> int:
        if not item.isdecimal() or int(item) < 1:
            raise ValueError(f"{item!r} is not a number of tokens")
        return int(item)

    return per_power("--max_tokens_per_model", text, powers, read, base=base)
