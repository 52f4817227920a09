"""Other programs' games made into run folders: all that can be read of what was asked for, or nothing."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..board.phase import Phase
from ..game.config import GameConfig, model_of_record
from ..game.counts import ErrorCounts
from ..game.diplomacy import DIPLOMACY
from ..game.story import Stories
from ..game.word_and_deed import WordAndDeed
from ..models.ids import ModelId
from ..records.durable import sync_directory
from ..records.errors import ConfigError
from ..records.events import Event
from ..run.create import import_run
from ..run.events import RunFinished, RunImported
from ..run.settings_history import SettingsHistory
from .minds import OVERVIEW, RESPONSES, Minds, known_models
from .recorded_game import RecordedGame, recorded_game
from .source_files import Source, UnreadableError, found, read
from .telling import events_of

ANCESTOR, SAVED_GAME, HUMANS = "a run of AI_Diplomacy", "a saved game of the diplomacy package", "a game of phases"
_NAMED = re.compile(r"[^A-Za-z0-9_-]+")
_ROUNDS = 2
"""Of press in settings, where there was any: a record does not tell how many there were."""


@dataclass(slots=True)
class Imported:
    """What came of an import."""

    runs: dict[str, RunImported] = field(default_factory=dict)
    """Name of the run's folder -> what is told of it."""
    unreadable: list[str] = field(default_factory=list)
    """Files and games that could not be read at all."""
    phases: int = 0
    messages: int = 0

    @property
    def missing(self) -> Mapping[str, int]:
        """What is missing -> in how many games."""
        return Counter(what for run in self.runs.values() for what in run.missing)

    @property
    def problems(self) -> Iterator[str]:
        for name, run in self.runs.items():
            yield from (f"{name}, {problem}" for problem in run.problems)


def import_games(paths: Sequence[Path], out: Path) -> Imported:
    """Makes a run folder below ``out`` of each game at or below ``paths``. What is there already is left as it is.
    Raises ``ConfigError``, with nothing written, when a path holds no game, when none can be read, or when a run would
    have the name of what is there."""
    try:
        sources = list(found(paths))
        if out.exists() and not out.is_dir():
            raise ConfigError(f"{str(out)!r} is not a folder")
        out.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=out if out.is_dir() else out.parent, prefix=".importing."))
    except UnreadableError as error:
        raise ConfigError(str(error)) from None
    except OSError as error:
        raise ConfigError(f"cannot write {error.filename or out}: {error.strerror or error}") from None
    try:
        imported = Imported()
        for source in (source for path in sources for source in read(path)):
            _import(source, made, imported)
        if not imported.runs:
            raise ConfigError("; ".join(imported.unreadable[:3]) or "no game was found")
        _move(made, out, list(imported.runs))
        return imported
    except OSError as error:
        raise ConfigError(f"cannot write {error.filename or out}: {error.strerror or error}") from None
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _move(made: Path, out: Path, names: Sequence[str]) -> None:
    """Puts all runs in their place, or none."""
    if there := [name for name in names if os.path.lexists(out / name)]:
        raise ConfigError(f"{str(out / there[0])!r} is there already; nothing was imported: choose another folder")
    out.mkdir(exist_ok=True)
    moved: list[str] = []
    try:
        for name in names:
            os.rename(made / name, out / name)
            moved.append(name)
    except BaseException:
        for name in moved:
            shutil.rmtree(out / name, ignore_errors=True)
        raise
    sync_directory(out)


def _import(source: Source | UnreadableError, folder: Path, imported: Imported) -> None:
    if isinstance(source, UnreadableError):
        imported.unreadable.append(str(source))
        return
    try:
        game = recorded_game(source.document, source.where)
        beside = source.path if source.path.is_dir() else None
        minds = Minds(game, beside)
        format = _format(game, beside)
        models = _models(game, beside, format)
        events = events_of(game, models, minds)
    except UnreadableError as error:
        text = str(error)
        imported.unreadable.append(text if text.startswith(source.where) else f"{source.where}: {text}")
        return
    config = _config(game, models, source.sha256)
    told = RunImported(
        source=str(source.path),
        format=format,
        sha256={source.where.removeprefix(f"{source.path.parent}/"): source.sha256, **_digests(beside)},
        missing=_missing(game, minds, models, events),
        problems=game.problems,
    )
    name = _free_name(source.name, imported.runs)
    import_run(folder / name, config, told, events, minds.call_records(), _stories(config, events))
    imported.runs[name] = told
    imported.phases += len(game.phases)
    imported.messages += sum(len(phase.messages) for phase in game.phases)


def _digests(folder: Path | None) -> dict[str, str]:
    """Of what is read beside the game, where it is there."""
    found = {}
    for name in (RESPONSES, OVERVIEW) if folder else ():
        if folder and (folder / name).is_file():
            with (folder / name).open("rb") as file:
                found[f"{folder.name}/{name}"] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def _format(game: RecordedGame, folder: Path | None) -> str:
    if folder or any(
        "state_agents" in phase.document or "agent_relationships" in phase.document for phase in game.phases
    ):
        return ANCESTOR
    return SAVED_GAME if "map" in game.document or "rules" in game.document else HUMANS


def _models(game: RecordedGame, folder: Path | None, format: str) -> dict[str, str]:
    """Power -> who played it, as an id that no provider has."""
    nobody = "human" if format == HUMANS else "unknown"
    return dict.fromkeys(game.ground.powers, nobody) | known_models(game, folder)


def _config(game: RecordedGame, models: Mapping[str, str], digest: str) -> GameConfig:
    """Settings that say no more than the record does: the others are the usual ones."""
    played = [phase for phase in game.phases if phase.phase.kind]
    return GameConfig(
        map=game.ground.name,
        # Games of one seed count as one observation.
        seed=int(digest[:8], 16),
        max_year=max(Phase(phase.phase).year for phase in played),
        rounds=_ROUNDS if any(phase.messages for phase in played) else 0,
        models={power: _model_id(name) for power, name in sorted(models.items())},
    )


def _model_id(name: str) -> ModelId:
    try:
        return model_of_record(name)
    except ValueError:
        return ModelId(_NAMED.sub("-", name), "")


def _missing(game: RecordedGame, minds: Minds, models: Mapping[str, str], events: Sequence[Event]) -> list[str]:
    played = game.phases[:-1]
    press = any(phase.messages for phase in game.phases)
    ended = next(event for event in events if isinstance(event, RunFinished))
    wanted = {
        "what it cost": True,
        "prompts and replies": not minds.calls,
        "who played": any(name in ("human", "unknown") for name in models.values()),
        "diaries": not minds.diaries,
        "relationships": not minds.relationships,
        "press": not press,
        "rounds of press (told apart by who had been written to)": press,
        "results (adjudicated again)": any(phase.results is None and any(phase.orders.values()) for phase in played),
        "an end (it stops where its record does)": ended.outcome == "limit",
    }
    return [what for what, lacks in wanted.items() if lacks]


def _stories(config: GameConfig, events: Sequence[Event]) -> dict[str, str]:
    settings = SettingsHistory(config, DIPLOMACY.order)
    counts = ErrorCounts(settings)
    stories = Stories(settings, counts.defaults)
    deeds = WordAndDeed(config.map, stories.promised)
    for event in events:
        counts.event(event)
        deeds.event(event)
        stories.event(event)
    return stories.texts()


def _free_name(wanted: str, taken: Mapping[str, RunImported]) -> str:
    name = _NAMED.sub("-", wanted).strip("-_")[:60] or "game"
    numbered = (name if number == 1 else f"{name}-{number}" for number in range(1, len(taken) + 2))
    return next(free for free in numbered if free not in taken)
