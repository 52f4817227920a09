"""A bundle made from a folder of runs: copied, scrubbed, analysed, listed, and checked once as its reader will."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..agent.prompts import DEFAULT_DIRECTORY
from ..agent.templates import Templates
from ..analysis.analyzing import analyze
from ..analysis.files import write_files
from ..analysis.game_record import GameRecord
from ..analysis.judgements import JUDGEMENTS, JUDGES, judgements
from ..analysis.parquet import ParquetTables
from ..analysis.read_games import NAMES, run_folders
from ..game.config import GameConfig, model_of_record
from ..game.diplomacy import DIPLOMACY
from ..models.providers import asks_a_model
from ..records.durable import replace_files
from ..records.errors import ConfigError
from ..run.create import check_playable
from ..run.history import RunHistory, read_history
from .contents import Contents
from .manifest import NAME, Manifest, hashes
from .scrubbing import Scrubber

_LEFT_OUT = frozenset({"analysis"})
_BESIDE = ("tournament.json",)
"""Of a tournament, what its folder holds beside its games."""


@dataclass(frozen=True, slots=True)
class Bundled:
    """What came of it."""

    path: Path
    runs: int
    not_replayable: int


def make_bundle(folder: Path, out: Path, title: str, authors: Sequence[str]) -> Bundled:
    """Makes a folder that holds the runs at or below another one. It appears as a whole or not at all. Raises
    ``ConfigError`` or ``OSError``."""
    if out.exists():
        raise ConfigError(f"{str(out)!r} is there already; choose a new folder")
    folder = folder.absolute()
    out.absolute().parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=out.absolute().parent, prefix=f".{out.name}."))
    try:
        made.chmod(0o755)
        histories = {path: read_history(path, DIPLOMACY) for path in run_folders(folder)}
        default, renamed = _copy_templates(made, [*histories.values()])
        scrubber = _scrubber(folder, [*histories.values()], renamed)
        _copy_runs(folder, made, list(histories), scrubber)
        contents = Contents(title, authors)
        _tables(made, contents)
        told: dict[str, str] = {}
        for history in histories.values():
            name = "runs" if history.path == folder else f"runs/{history.path.relative_to(folder).as_posix()}"
            settings = [config.document() for config in history.settings.all]
            contents.settings[name] = settings
            try:
                check_playable(history)
            except ConfigError as error:
                told[name] = scrubber.text(str(error))
        documents = {name: scrubber.text(text) for name, text in contents.documents().items()}
        replace_files({made / name: text.encode() for name, text in documents.items()})
        manifest = Manifest(hashes(made), default, told)
        replace_files({made / NAME: manifest.text().encode()})
        os.rename(made, out)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
    return Bundled(out, len(histories), len(told))


def _copy_templates(made: Path, histories: Sequence[RunHistory[GameConfig]]) -> tuple[str, dict[Path, str]]:
    """Where the default templates are in the bundle, and for each other folder what stands for it."""

    def kept(folder: Path | None) -> str:
        templates = Templates.of(folder)
        name = f"prompts/{templates.digest}/{templates.name}"
        templates.copy_to(made / name)
        return name

    named = {
        folder
        for history in histories
        for config in history.settings.all
        for power, folder in config.prompts.items()
        if asks_a_model(config.models[power]) and folder != DEFAULT_DIRECTORY
    }
    if missing := sorted(str(folder) for folder in named if not folder.is_dir()):
        raise ConfigError(f"the templates of a run are gone: {', '.join(missing)}")
    default = kept(None)
    return default, {folder: kept(folder) for folder in sorted(named)} | {DEFAULT_DIRECTORY: default}


def _scrubber(folder: Path, histories: Sequence[RunHistory[GameConfig]], renamed: dict[Path, str]) -> Scrubber:
    scrubber = Scrubber()
    configs = [config for history in histories for config in history.settings.all]
    scrubber.hide_servers(model for config in configs for model in config.models.values())
    judges = {found.model for history in histories for found in judgements(history.path)}
    scrubber.hide_servers(map(model_of_record, judges))
    forked = {Path(origin.source) for history in histories for origin in (history.forked, history.imported) if origin}
    # A path as it was typed, not from the root, tells nothing of the machine, and may be any word of a text.
    sources = {path for path in forked if path.is_absolute() and not path.is_relative_to(folder)}
    scrubber.rename({path: f"outside:{path.name}" for path in sources} | {folder: "runs", Path.home(): "~"} | renamed)
    return scrubber


def _copy_runs(folder: Path, made: Path, runs: Sequence[Path], scrubber: Scrubber) -> None:
    files = {path for run in runs for path in run.rglob("*") if path.is_file()}
    # What a judge did not come to save names its server nowhere that is looked at.
    begun = {path for run in runs for path in run.glob(f"{JUDGES}/*") if not (path / JUDGEMENTS).is_file()}
    files = {path for path in files if begun.isdisjoint(path.parents)}
    files |= {path for run in runs if (path := run.parent / NAMES).is_file() and run != folder}
    for path in sorted(files):
        inside = path.relative_to(folder)
        if not _LEFT_OUT.isdisjoint(inside.parts):
            continue
        target = made / "runs" / inside
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(scrubber.file(path))
    for name in _BESIDE:
        if (path := folder / name).is_file():
            (made / name).write_bytes(scrubber.file(path))


def _tables(made: Path, contents: Contents) -> None:
    tables = ParquetTables(made / "tables")

    def each(game: GameRecord) -> None:
        tables.game(game)
        contents.game(game)

    try:
        analysis = analyze(made / "runs", each, elsewhere=False)
    finally:
        tables.close()
    write_files(made / "analysis", analysis)
