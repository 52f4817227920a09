"""Run folders read into records, a game at a time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..agent.prompts import DEFAULT_DIRECTORY
from ..board.terrain import terrain
from ..game.config import GameConfig, phase_order
from ..models.call_log import Call, call_of
from ..models.ids import ModelId
from ..models.model import Reply, Usage
from ..records.errors import ConfigError
from ..records.events import Event, event_from
from ..records.log_reader import DamagedLogError, LogReader
from ..run.events import RunForked, RunResumed, RunStarted
from ..run.history import CALLS, EVENTS, FORMAT, is_run
from ..run.settings_history import SettingsHistory
from .games import CallRow, GameRecord
from .happenings import Happenings
from .prompts_seen import PromptsSeen

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
    )
    if not found:
        raise ConfigError(f"no run was found in {str(folder)!r}: give the folder of a run, or one that holds some")
    return found


def read_games(folder: Path) -> Iterator[GameRecord | Unreadable]:
    """Every game at or below a folder, one at a time, as many may not fit into the memory. Raises ``ConfigError``."""
    clusters = _Clusters()
    for path in run_folders(folder):
        try:
            yield read_game(path, folder, clusters)
        except (ConfigError, DamagedLogError) as error:
            yield Unreadable(path, str(error))
        except OSError as error:
            yield Unreadable(path, f"cannot read {error.filename or path}: {error.strerror or error}")


def read_game(path: Path, folder: Path, clusters: _Clusters | None = None) -> GameRecord:
    """Reads one run, which may be played meanwhile. Raises ``ConfigError``, ``DamagedLogError`` or ``OSError``."""
    events = _events(path)
    started = next(events, None)
    if not isinstance(started, RunStarted) or started.format != FORMAT:
        raise ConfigError(f"{path / EVENTS}: this version reads format {FORMAT} of run folders, which this is not")
    timeline = SettingsHistory(GameConfig.from_document(started.config))
    versions = [started.version]
    happened = Happenings(timeline.first.map, timeline.first.terrain.powers)
    origin: RunForked | None = None
    for event in events:
        if isinstance(event, RunForked):
            origin = event
            for change in event.settings:
                timeline = timeline.changed(change["after"], GameConfig.from_document(change["config"]))
        elif isinstance(event, RunResumed):
            versions.append(event.version)
            timeline = timeline.changed(event.after, GameConfig.from_document(event.config))
        happened.event(event)
    own_from = origin.phase if origin else ""
    calls, prompts = _calls(path / CALLS)
    last = timeline.last
    rows = happened.rows(own_from)
    return GameRecord(
        path=path,
        name=str(path.relative_to(folder)) if path != folder else path.name,
        cluster=(clusters or _Clusters()).of(path, origin),
        map=last.map,
        seed=last.seed,
        first_year=terrain(last.map).first_year,
        last_year=last.last_year,
        rounds=last.rounds,
        versions=tuple(dict.fromkeys(versions)),
        config_hash=_config_hash(last),
        players=_players(path, timeline),
        models={
            power: tuple(dict.fromkeys(name for _, name in timeline.players(power))) for power in sorted(last.models)
        },
        prompt_hashes=prompts,
        ending=happened.ending,
        phases=rows.phases,
        orders=rows.orders,
        submissions=rows.submissions,
        messages=rows.messages,
        pledges=rows.pledges,
        calls=(*calls, *(call for call in rows.lost if not own_from or _played(call.phase, own_from))),
        gaps=rows.gaps,
        replies=rows.replies,
    )


def _events(path: Path) -> Iterator[Event]:
    reader = LogReader(path / EVENTS)
    for number, record in enumerate(reader, 1):
        try:
            yield event_from(record)
        except (TypeError, ValueError) as error:
            raise DamagedLogError(f"{reader.path}, line {number}: {error}") from None


def _calls(path: Path) -> tuple[list[CallRow], Mapping[tuple[str, str], str]]:
    rows: list[CallRow] = []
    prompts = PromptsSeen()
    for number, record in enumerate(LogReader(path), 1):
        try:
            call, late = call_of(record, number)
            prompts.call(record["key"], record["request"])
        except ValueError as error:
            raise DamagedLogError(f"{path}, line {number}: {error}") from None
        except (KeyError, TypeError) as error:
            raise DamagedLogError(f"{path}, line {number}: {error!r} is missing or of another kind") from None
        row = _row(call, late=late)
        if row is not None:
            rows.append(row)
    return rows, prompts.hashes


def _row(call: Call, *, late: bool) -> CallRow | None:
    """``None`` for a call that a fork took over: it belongs to the run that made it."""
    key, reply = call.key, call.outcome if isinstance(call.outcome, Reply) else None
    if reply is not None and reply.inherited:
        return None
    # What a call that was given up may cost is told by the calls that were lost.
    usage = reply.usage if reply else Usage(0, 0, 0, 0)
    return CallRow(
        phase=key.phase,
        power=key.power,
        step=key.step,
        round=key.round,
        attempt=key.attempt,
        model=call.model,
        status="failed" if reply is None else "late" if late else "answered",
        latency=reply.latency if reply else None,
        waited=reply.waited if reply else None,
        input_tokens=usage.input,
        output_tokens=usage.output,
        cached_tokens=usage.cached,
        reasoning_tokens=usage.reasoning,
        cost_usd=reply.cost_usd if reply else 0.0,
    )


def _played(phase: str, first: str) -> bool:
    return phase_order(phase) >= phase_order(first)


def _config_hash(config: GameConfig) -> str:
    settings = {
        name: value
        for name, value in config.game_settings().items()
        if name not in ("seed", "models", "prompts", "max_tokens")
    }
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:12]


def _players(path: Path, timeline: SettingsHistory) -> dict[str, str]:
    names = _given_names(path)
    configs = (timeline.first, *(config for _, config in timeline.changes))
    return {
        power: names.get(power)
        or ", then ".join(dict.fromkeys(_label(config.models[power], config.prompts.get(power)) for config in configs))
        for power in sorted(timeline.first.models)
    }


def _given_names(path: Path) -> Mapping[str, str]:
    try:
        document = json.loads((path.parent / NAMES).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (ValueError, UnicodeDecodeError):
        raise ConfigError(f"{path.parent / NAMES} cannot be read: it is not JSON") from None
    names = document.get(path.name, {}) if isinstance(document, dict) else {}
    return {str(power): str(name) for power, name in names.items()}


def _label(model: ModelId, prompts: Path | None) -> str:
    if prompts is None or prompts == DEFAULT_DIRECTORY or model.provider == "bot":
        return str(model)
    return f"{model} ({prompts.name})"


class _Clusters:
    """Runs that share phases: a fork belongs to the run that it was forked from, and so on back."""

    def __init__(self) -> None:
        self._known: dict[Path, Path] = {}

    def of(self, path: Path, origin: RunForked | None) -> str:
        if origin is None:
            return str(path.resolve())
        source = Path(origin.source)
        # It is told as it was given on the command line: from there, or from where the fork lies.
        choices = (source, path.parent / source, path.parent / source.name, path.parent.parent / source.name)
        found = next((choice for choice in choices if is_run(choice) and choice.resolve() != path.resolve()), None)
        if found is None:
            return str(source)
        found = found.resolve()
        if found not in self._known:
            self._known[found] = found
            self._known[found] = Path(self.of(found, _origin_of(found)))
        return str(self._known[found])


def _origin_of(path: Path) -> RunForked | None:
    events = _events(path)
    next(events, None)
    second = next(events, None)
    return second if isinstance(second, RunForked) else None
