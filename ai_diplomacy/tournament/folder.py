"""A tournament's folder: what was agreed on, its games, and how far they are."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from .. import __version__
from ..agent.templates import Templates
from ..game.diplomacy import DIPLOMACY
from ..models.budget import NOTHING, Amount, Budget
from ..records.durable import as_listed, locked, replace_files
from ..run.glance import glance
from ..run.history import is_run, read_history
from ..run.session import charge
from .kept_templates import KeptTemplates
from .reading import SpecError
from .schedule import Match, match_name
from .spec import EARLIER, EARLIER_PLAYER, Spec

AGREED = "tournament.json"
GAMES = "games"
PLAYERS = "players.json"
"""Beside the games: who plays in them under what name, for the analysis."""
FORMAT = 1
LOCK, WORKERS = ".lock", ".workers"
"""Locked by the program that holds the tournament, and by its workers too."""
PATIENCE = 20.0
"""Seconds in which workers of a tournament that was killed must have noticed and gone."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What the games have cost so far."""

    amount: Amount = NOTHING
    known: bool = True
    """Whether the prices of all calls are known."""


@dataclass(frozen=True, slots=True)
class TournamentFolder:
    """Where everything of one tournament lies."""

    path: Path

    @property
    def games(self) -> Path:
        return self.path / GAMES

    @property
    def report(self) -> Path:
        return self.path / "analysis"

    def game(self, match: Match) -> Path:
        return self.games / match.name

    def agree(self, spec: Spec, matches: Sequence[Match]) -> Agreed:
        """Writes down what is played, templates included, or checks that it is what was begun here; more games of it
        may be added. Raises ``SpecError`` or ``OSError``."""
        document = spec.document()
        found = {name: Templates.of(entrant.prompts) for name, entrant in spec.entrants.items() if entrant.asked}
        players = document["players"]
        for name, player in players.items():
            player["templates"] = found[name].digest if name in found else None
        seats = [match.document() for match in matches]
        kept, notes, before = KeptTemplates(self.path / "prompts"), [], self._agreed()
        if before is not None and not self.begun():
            # A program that died before its first game has promised nothing.
            before = None
        if before is not None:
            played = self._played(before)
            old = before["settings"]["players"]
            for name in played & players.keys() & found.keys():
                began_with = old.get(name, {}).get("templates")
                if began_with is not None and began_with != players[name]["templates"]:
                    notes.append(kept.edit(spec.entrants[name], began_with))
                    players[name]["templates"] = began_with
            self._check(before, document, seats, spec, played)
            if len(before["games"]) > len(seats):
                seats = before["games"]
        for templates in found.values():
            if any(player["templates"] == templates.digest for player in players.values()):
                kept.keep(templates)
        agreed = {"format": FORMAT, "version": __version__, "settings": document, "games": seats}
        if before is None or {"settings": document, "games": seats} != before:
            self.games.mkdir(parents=True, exist_ok=True)
            names = {match_name(number): spec.names(game) for number, game in enumerate(seats, 1)}
            replace_files({self.games / PLAYERS: _json(names)})
            replace_files({self.path / AGREED: _json(agreed)})
        folders = {name: kept.played_with(spec.entrants[name], players[name]["templates"]) for name in found}
        return Agreed(spec.with_prompts(folders), tuple(sorted(notes)))

    def begun(self) -> bool:
        """Whether there is a game in it, however far."""
        return self.games.is_dir() and any(map(is_run, self.games.iterdir()))

    def discard(self) -> None:
        """Takes away what was agreed on, when nothing was played; ``held`` then takes away the rest."""
        for path in (self.games / PLAYERS, self.path / AGREED):
            path.unlink(missing_ok=True)
        KeptTemplates(self.path / "prompts").discard()
        with suppress(OSError):
            self.games.rmdir()

    def finished(self, match: Match) -> bool:
        """Whether its game was played to its end."""
        path = self.game(match)
        return is_run(path) and glance(path).finished

    def spent(self, matches: Sequence[Match]) -> Spent:
        """By all games so far, read from their journals. Raises ``ConfigError`` for a game that cannot be read."""
        total, known = NOTHING, True
        for match in matches:
            if is_run(self.game(match)):
                amount, told = _spent(self.game(match))
                total, known = total + amount, known and told
        return Spent(total, known)

    @contextmanager
    def held(self) -> Iterator[int]:
        """Keeps others from the tournament: a handle of the lock that worker processes hold on to, so that nobody plays
        on while one of them still does. Another program that holds it is told of at once. A folder in which nothing was
        agreed on in the end goes again. Raises ``SpecError``."""
        made = [folder for folder in (self.path, *self.path.parents) if not folder.exists()]
        with ExitStack() as opened:
            try:
                self.path.mkdir(parents=True, exist_ok=True)
                lock, workers = (opened.enter_context(_handle(self.path / name)) for name in (LOCK, WORKERS))
            except OSError as error:
                raise SpecError(f"cannot write {error.filename or self.path}: {error.strerror or error}") from None
            # The lock of a folder that has just gone again holds nobody off.
            if not locked(lock) or os.fstat(lock).st_nlink == 0:
                raise SpecError(f"{self.path} is being played by another program")
            until = time.monotonic() + PATIENCE
            while not locked(workers):
                if time.monotonic() > until:
                    raise SpecError(f"{self.path} is still being played by workers of a program that was killed")
                time.sleep(0.1)
            try:
                yield workers
            finally:
                if not (self.path / AGREED).exists():
                    self._leave(made)

    def _leave(self, made: Sequence[Path]) -> None:
        """Takes away the locks, and those folders that were made."""
        for name in (LOCK, WORKERS):
            (self.path / name).unlink(missing_ok=True)
        with suppress(OSError):
            for folder in made:
                folder.rmdir()

    def _agreed(self) -> dict[str, Any] | None:
        path = self.path / AGREED
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
            if document["format"] != FORMAT:
                raise SpecError(f"{path} has format {document['format']!r}; this version reads and writes {FORMAT}")
            return {"settings": document["settings"], "games": document["games"]}
        except FileNotFoundError:
            if self.games.is_dir() and any(self.games.iterdir()):
                raise SpecError(f"{self.games} holds games, but {path} is gone; choose another --out") from None
            return None
        except (ValueError, KeyError, TypeError, UnicodeDecodeError):
            raise SpecError(f"{path} cannot be read; choose another --out") from None

    def _played(self, before: dict[str, Any]) -> set[str]:
        """The players that sit in a game that was begun. Nobody knows the others by another id."""
        return {
            player
            for number, game in enumerate(before["games"], 1)
            if is_run(self.games / match_name(number))
            for player in game["seats"].values()
        }

    def _check(
        self, before: dict[str, Any], settings: dict[str, Any], seats: list[Any], spec: Spec, played: set[str]
    ) -> None:
        old = {name: value for name, value in EARLIER.items() if name in settings} | before["settings"]
        old["players"] = {name: EARLIER_PLAYER | player for name, player in old["players"].items()}
        same_names = old["players"].keys() == settings["players"].keys()
        changed = [
            change
            for change in _changes(old, settings)
            if not (same_names and change[0][0] == "players" and change[0][1] not in played)
        ]
        if changed:
            shown = "; ".join(
                f"{'.'.join(key)} (line {spec.lines.of(*key)}) was {json.dumps(was)} and is {json.dumps(now)}"
                for key, was, now in changed
            )
            raise SpecError(f"{spec.path}: {self.path} was begun with other settings: {shown}; choose another --out")
        common = min(len(seats), len(before["games"]))
        if seats[:common] != before["games"][:common]:
            raise SpecError(
                f"{spec.path}: {self.path} was begun by a version that drew other games; choose another --out"
            )


@dataclass(frozen=True, slots=True)
class Agreed:
    """What is played in a folder."""

    spec: Spec
    """Its players are asked from the templates that are kept."""
    notes: tuple[str, ...]
    """What its reader should know before anybody is asked."""


def _changes(old: object, new: object, key: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object, object]]:
    """``(key, was, is)`` of each value that differs, but for templates, which are kept as they were."""
    if isinstance(old, dict) and isinstance(new, dict):
        # Of a player an earlier version told otherwise.
        names = old.keys() & new.keys() - {"templates"} if key[:1] == ("players",) and len(key) == 2 else {*old, *new}
        for name in sorted(names):
            yield from _changes(old.get(name), new.get(name), (*key, name))
    elif old != new:
        yield key, old, new


@contextmanager
def _handle(path: Path) -> Iterator[int]:
    handle = os.open(as_listed(path), os.O_RDWR | os.O_CREAT, 0o644)
    try:
        yield handle
    finally:
        os.close(handle)


def _spent(path: Path) -> tuple[Amount, bool]:
    try:
        total = json.loads((path / "overview.jsonl").read_bytes().splitlines()[0])["spending"]["total"]
        if total["lost_calls"] == 0 and glance(path).finished:
            tokens = total["input_tokens"] + total["output_tokens"]
            return Amount(Decimal(str(total["cost_usd"] or 0)), tokens), total["cost_usd"] is not None
    except (OSError, ValueError, LookupError, TypeError):
        # It was not written yet, or not by this version, or there are calls of unknown usage: the journal knows.
        pass
    return _spent_by_journal(path)


def _spent_by_journal(path: Path) -> tuple[Amount, bool]:
    budget = Budget(lambda _: None)
    charge(budget, read_history(path, DIPLOMACY))
    return budget.charged, budget.ledger.total().total_usd is not None


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=True) + "\n").encode()
