"""Run folders read into records, a game at a time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from ..agent.prompts import DEFAULT_DIRECTORY
from ..board.terrain import terrain
from ..game.config import GameConfig
from ..game.diplomacy import DIPLOMACY
from ..models.events import CallEnded
from ..models.providers import asks_a_model
from ..records.errors import ConfigError
from ..records.log_reader import DamagedLogError
from ..records.settings import declared
from ..run.glance import EVENTS, glance
from ..run.history import RunHistory, is_run
from .events_to_rows import EventsToRows
from .game_record import GameRecord
from .judgements import JUDGES
from .prompt_hashes import PromptHashes

NAMES = "players.json"
"""Beside run folders, who plays in them under what name: ``{run folder: {power: name}}``."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A run that cannot be analysed."""

    path: Path
    problem: str


def run_folders(folder: Path) -> list[Path]:
    """The run folders at or below a folder, sorted. Raises ``ConfigError`` when there are none."""
    if is_run(folder):
        return [folder]
    if not folder.is_dir():
        raise ConfigError(f"{str(folder)!r} is not a folder")
    # A folder whose name begins with a dot is one that is being made.
    found = sorted(
        path.parent
        for path in folder.rglob(EVENTS)
        if not any(part.startswith(".") for part in path.relative_to(folder).parts)
        # What a judge has read of a run lies in the run's folder, and is no game.
        and not (path.parents[1].name == JUDGES and is_run(path.parents[2]))
    )
    if not found:
        raise ConfigError(f"no run was found in {str(folder)!r}: give the folder of a run, or one that holds some")
    return found


def read_games(folder: Path, *, elsewhere: bool = True) -> Iterator[GameRecord | Unreadable]:
    """Every game at or below a folder, one at a time, as many may not fit into the memory. ``elsewhere``: whether the
    source of a fork is looked for outside of the folder as well. Raises ``ConfigError``."""
    clusters = _Clusters(folder, elsewhere=elsewhere)
    for path in run_folders(folder):
        try:
            yield read_game(path, folder, clusters)
        except (ConfigError, DamagedLogError) as error:
            yield Unreadable(path, str(error))
        except OSError as error:
            yield Unreadable(path, f"cannot read {error.filename or path}: {error.strerror or error}")


def read_game(path: Path, folder: Path, clusters: _Clusters | None = None) -> GameRecord:
    """Reads one run, which may be played meanwhile. Raises ``ConfigError``, ``DamagedLogError`` or ``OSError``."""
    history = RunHistory(path, DIPLOMACY, keep=False)
    happened: EventsToRows | None = None
    prompts = PromptHashes()
    for _, event in history.read():
        if happened is None:
            first = history.settings.first
            happened = EventsToRows(first.map, first.terrain.powers)
        happened.event(event)
        if isinstance(event, CallEnded):
            prompts.call(event)
    assert happened is not None
    origin, settings, names = history.forked, history.settings, _given_names(path)
    last = settings.last
    # What a fork of an imported run holds of its own was played here.
    sat = settings.all[1:] if history.imported and origin else settings.all
    imported = history.imported.format if history.imported and history.foreign else ""
    decisive = {} if imported else _settings(last)
    # Who is named in a fork is named for what it does there, whoever sat there before.
    own = names if origin else {}
    rows = happened.rows(origin.phase if origin else "")
    return GameRecord(
        path=path,
        name=str(path.relative_to(folder)) if path != folder else path.name,
        cluster=(clusters or _Clusters(folder)).of(path, origin.source if origin else ""),
        map=last.map,
        seed=last.seed,
        first_year=terrain(last.map).first_year,
        last_year=last.last_year,
        rounds=last.rounds,
        versions=() if imported else tuple(dict.fromkeys(history.versions)),
        config_hash=hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()[:12],
        settings=decisive,
        imported=imported,
        forked_at=str(origin.phase) if origin else "",
        players=_players(sat, names) | own,
        models={
            power: (str(last.models[power]),) if power in own else _models(sat, power) for power in sorted(last.models)
        },
        prompt_hashes=prompts.hashes,
        ending=happened.ending,
        **{field.name: getattr(rows, field.name) for field in fields(rows)},
    )


def _settings(config: GameConfig) -> dict[str, object]:
    """Those that decide how a game goes, but for seats, prompts and seed."""
    # A setting that earlier versions did not have changes nothing as long as it is what they did.
    earlier = {found.key: found.earlier for found in declared(GameConfig).values()}
    return {
        name: value
        for name, value in config.game_settings().items()
        if name not in ("seed", "models", "prompts", "max_tokens", "constrain", "memory") and value != earlier[name]
    }


def _models(sat: Sequence[GameConfig], power: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(config.marked_names()[power] for config in sat))


def _players(sat: Sequence[GameConfig], names: Mapping[str, str]) -> dict[str, str]:
    """``sat``: the settings of the game, one after another."""
    return {
        power: ", then ".join(dict.fromkeys(player_label(config, power, names.get(power)) for config in sat))
        for power in sorted(sat[0].models)
    }


def _given_names(path: Path) -> dict[str, str]:
    try:
        document = json.loads((path.parent / NAMES).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (ValueError, UnicodeDecodeError):
        raise ConfigError(f"{path.parent / NAMES} cannot be read: it is not JSON") from None
    names = document.get(path.name, {}) if isinstance(document, dict) else {}
    return {str(power): str(name) for power, name in names.items()}


def player_label(config: GameConfig, power: str, name: str | None = None) -> str:
    """Who plays a power by these settings, with everything that makes another player of it. ``name``: under which it
    plays, if it was given one."""
    model, prompts = config.models[power], config.prompts.get(power)
    if not asks_a_model(model):
        return name or str(model)
    templates = "" if prompts is None or prompts == DEFAULT_DIRECTORY else f" ({prompts.name})"
    return f"{name or f'{model}{templates}'}{config.mark(power)}"


class _Clusters:
    """Runs that share phases: a fork belongs to the run that it was forked from, and so on back."""

    def __init__(self, folder: Path, *, elsewhere: bool = True) -> None:
        """``folder``: from where runs are named, if they lie there. ``elsewhere``: whether the source of a fork is
        looked for outside of it as well."""
        self._folder = folder.resolve()
        self._elsewhere = elsewhere
        self._known: dict[Path, Path] = {}

    def of(self, path: Path, origin: str) -> str:
        """``origin``: the source of a fork as its record names it, or empty."""
        first = Path(self._first(path, origin))
        return first.relative_to(self._folder).as_posix() if first.is_relative_to(self._folder) else str(first)

    def _first(self, path: Path, origin: str) -> str:
        """The run that the first of its forks began in."""
        if not origin:
            return str(path.resolve())
        source = Path(origin)
        # It is told as it was given on the command line: from there, or from where the fork lies.
        near = path.resolve().parents[:2]
        above = (parent for parent in path.resolve().parents if parent.is_relative_to(self._folder.parent))
        choices = [*(parent / source for parent in above), *(parent / source.name for parent in near)]
        if self._elsewhere:
            choices.insert(0, source)
        else:
            choices = [choice for choice in choices if choice.is_relative_to(self._folder)]
        found = next((choice for choice in choices if is_run(choice) and choice.resolve() != path.resolve()), None)
        if found is None:
            return str(source)
        found = found.resolve()
        if found not in self._known:
            self._known[found] = found
            self._known[found] = Path(self._first(found, glance(found).source))
        return str(self._known[found])
