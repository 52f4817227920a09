"""New run folders: a game from its start, or from the middle of another run. A folder appears as a whole or not at
all."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from .. import __version__
from ..game.config import GameConfig, phase_order
from ..models.journal import inherited
from ..records.durable import sync_directory
from ..records.errors import ConfigError
from ..records.events import Event
from ..records.lines import sealed
from ..records.log_reader import LogReader
from ..run.events import RunForked, RunStarted
from .history import CALLS, EVENTS, FORMAT, RunHistory, is_run


def create_run(path: Path, config: GameConfig) -> None:
    """Makes the folder of a new game. Raises ``ConfigError`` when it holds something already or cannot be made."""
    _found(path, [_started(config)])


def fork_run(past: RunHistory, phase: str, path: Path, config: GameConfig) -> None:
    """Makes the folder of a run that goes on from the start of a phase of another one, with other settings from there
    on. The other run is only read. Raises ``ConfigError``."""
    after = phase_before(past, phase)
    earlier = past.timeline.before(after) if after else ()
    settings = [{"after": at, "config": held.document()} for at, held in (*earlier, (after, config))]
    events = (_started(past.timeline.first), RunForked(str(past.path), phase, settings))
    calls = (
        inherited(record)
        for record in LogReader(past.calls.path)
        if after and "late" not in record and phase_order(record["key"]["phase"]) <= phase_order(after)
    )
    _found(path, events, calls)


def _started(config: GameConfig) -> RunStarted:
    return RunStarted(FORMAT, __version__, config.document(), config.model_names())


def check_new(path: Path) -> None:
    """Raises ``ConfigError`` when there is something already where a run is to be made; an empty folder is nothing."""
    if path.exists() and not path.is_dir():
        raise ConfigError(f"{str(path)!r} is not a folder")
    try:
        empty = not path.exists() or not any(path.iterdir())
    except OSError as error:
        raise ConfigError(f"cannot read {str(path)!r}: {error.strerror or error}") from None
    if not empty:
        what = "holds a run already" if is_run(path) else "is not empty, and holds no run"
        raise ConfigError(f"{str(path)!r} {what}; choose a new folder")


def phase_before(past: RunHistory, phase: str) -> str:
    """The phase that was played before this one; empty if it is the first. Raises ``ConfigError`` for a phase that
    the run did not come to."""
    if phase not in past.phases:
        raise ConfigError(
            f"--resume_from_phase: {phase} is no phase of {str(past.path)!r}, which has {', '.join(past.phases)}"
        )
    at = past.phases.index(phase)
    return past.phases[at - 1] if at else ""


def _found(path: Path, events: Iterable[Event], calls: Iterable[Mapping[str, Any]] = ()) -> None:
    try:
        check_new(path)
        if path.is_symlink():
            path = path.resolve()
        path.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}."))
        try:
            made.chmod(0o755)
            (made / "powers").mkdir()
            now = time.time()
            _write(made / EVENTS, (event.record(now) for event in events))
            _write(made / CALLS, calls)
            sync_directory(made)
            # Onto an empty folder, or where there is none.
            os.rename(made, path)
            made = path
            sync_directory(path.parent)
        except BaseException:
            shutil.rmtree(made, ignore_errors=True)
            raise
    except OSError as error:
        raise ConfigError(f"cannot make {str(path)!r}: {error.strerror or error}") from None


def _write(path: Path, records: Iterable[Mapping[str, Any]]) -> None:
    with path.open("wb") as file:
        for number, record in enumerate(records, 1):
            file.write(sealed(record, number))
        file.flush()
        os.fsync(file.fileno())
