"""New run folders: a game from its start, or from the middle of another run. A folder appears as a whole or not at
all."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from .. import __version__
from ..models.call_log import inherited
from ..records.durable import replace_files, sync_directory
from ..records.errors import ConfigError
from ..records.events import Event
from ..records.formats import FORMAT
from ..records.log_reader import LogReader
from ..records.sealing import sealed
from .events import RunForked, RunImported, RunStarted
from .glance import EVENTS
from .history import CALLS, RunHistory, is_run
from .settings_history import RunSettings, S

NOBODYS = 0
"""In place of a generation, of runs that this program did not play."""
GENERATION = 3
"""Of the runs that this version begins, and goes on with. It is raised whenever prompts, the reading of replies, the
program of steps or the bots change: with the third, messages pledge more than orders."""


Kept = Callable[[str, str, int], bool]
"""Of a phase, a step and its round: whether it is kept."""


def create_run(path: Path, config: RunSettings) -> None:
    """Makes the folder of a new game. Raises ``ConfigError`` when it holds something already or cannot be made."""
    _create(path, [_started(config)])


def import_run(
    path: Path,
    config: RunSettings,
    imported: RunImported,
    events: Iterable[Event],
    calls: Iterable[Mapping[str, Any]],
    files: Mapping[str, str],
) -> None:
    """Makes the folder of a run that another program wrote. ``calls``: lines of its journal; ``files``: what else is to
    be in it. Raises ``ConfigError``."""
    _create(path, (replace(_started(config), generation=NOBODYS), imported, *events), calls, files)


def fork_run(history: RunHistory[S], phase: str, path: Path, config: S, kept: Kept | None = None) -> None:
    """Makes the folder of a run that goes on from the start of a phase of another one, with other settings from there
    on. ``kept``: steps of the phase that stand as they were taken. The other run is only read. Raises ``ConfigError``.
    """
    after, order = phase_before(history, phase), history.settings.order

    def stands(at: str, step: str, round: int) -> bool:
        return bool(after and order(at) <= order(after)) or (kept is not None and kept(at, step, round))

    earlier = history.settings.before(after) if after else ()
    settings = [{"after": at, "config": held.document()} for at, held in (*earlier, (after, config))]
    faults = (fault for fault in history.faults if stands(fault.phase, fault.step, fault.round))
    imported, until, recorded = history.imported, "", list[Event]()
    if imported is not None:
        until = min(imported.until or phase, phase, key=order)
        recorded = [replace(imported, until=until), *recorded_before(history, until)]
    events = (_started(history.settings.first), RunForked(str(history.path), phase, settings), *recorded, *faults)
    calls = (
        inherited(record)
        for record in LogReader(history.calls.path)
        if "late" not in record
        and not (until and order(record["key"]["phase"]) < order(until))
        and stands(*(record["key"][name] for name in ("phase", "step", "round")))
    )
    _create(path, events, calls)


def recorded_before(history: RunHistory[S], phase: str) -> list[Event]:
    """What is known of the phases before this one, of a run that was imported."""
    order = history.settings.order
    return [event for event in history.recorded if order(getattr(event, "phase", phase)) < order(phase)]


def check_not_imported(history: RunHistory[S]) -> None:
    """Raises ``ConfigError`` for a run that another program wrote."""
    if history.imported is not None and history.foreign:
        raise ConfigError(
            f"{str(history.path)!r} was imported ({history.imported.format}): it can be read, but nobody can go on "
            "with it, fork, replay or ask it, as it has no journal; "
            'a tournament with schedule = "states" plays on from it'
        )


def check_playable(history: RunHistory[S]) -> None:
    """Raises ``ConfigError`` for a run that another version must play on: this one would ask other questions, or read
    the answers otherwise. So it does for one that another program wrote."""
    check_not_imported(history)
    started = history.started
    if started.generation != GENERATION:
        raise ConfigError(
            f"{str(history.path)!r} was played by version {started.version} (generation {started.generation}); it "
            f"can be read here, but only that version plays it: this one, {__version__}, plays generation {GENERATION}"
        )


def _started(config: RunSettings) -> RunStarted:
    return RunStarted(FORMAT, GENERATION, __version__, config.document(), config.marked_names())


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


def phase_before(history: RunHistory[S], phase: str) -> str:
    """The phase that was played before this one; empty if it is the first. Raises ``ConfigError`` for a phase that
    the run did not come to."""
    if phase not in history.phases:
        raise ConfigError(
            f"--resume_from_phase: {phase} is no phase of {str(history.path)!r}, which has {', '.join(history.phases)}"
        )
    at = history.phases.index(phase)
    return history.phases[at - 1] if at else ""


def _create(
    path: Path,
    events: Iterable[Event],
    calls: Iterable[Mapping[str, Any]] = (),
    files: Mapping[str, str] = {},
) -> None:
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
            replace_files({made / name: text.encode("utf-8", "replace") for name, text in files.items()})
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
