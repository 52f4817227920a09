"""Another program's record of a game, read as far as it can be: what it leaves out is empty, what is wrong is named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..board.phase import Phase
from ..board.press import ALL
from ..board.terrain import MAPS, Terrain, province_of, terrain
from ..board.units import Unit
from .source_files import UnreadableError

MOST_PHASES = 1000
COMPLETED = Phase("COMPLETED")
_EVERYBODY = ("ALL", "GLOBAL")


@dataclass(frozen=True, slots=True)
class RecordedMessage:
    sender: str
    recipient: str
    """A power, or ``ALL``."""
    body: str
    round: int


@dataclass(frozen=True, slots=True)
class RecordedPhase:
    """A position, and what was said and ordered in it. Every power of the map has an entry in each table."""

    phase: Phase
    units: Mapping[str, tuple[Unit, ...]]
    """Without the dislodged ones."""
    dislodged: Mapping[str, Mapping[Unit, tuple[str, ...]]]
    """Power -> unit -> where it may retreat to, as far as that is told."""
    centers: Mapping[str, tuple[str, ...]]
    orders: Mapping[str, tuple[str, ...]]
    results: Mapping[str, tuple[str, ...]] | None
    """Unit -> what befell it; ``None`` where the record tells no results."""
    messages: tuple[RecordedMessage, ...]
    note: str
    document: Mapping[str, Any]
    """All that the record holds of it."""

    def state(self) -> dict[str, Any]:
        """As the engine's saved-game format writes it."""
        fallen = {power: [f"*{unit}" for unit in units] for power, units in self.dislodged.items()}
        return {
            "name": self.phase,
            "units": {power: [*units, *fallen.get(power, ())] for power, units in self.units.items()},
            "retreats": {
                power: {unit: list(places) for unit, places in self.dislodged.get(power, {}).items()}
                for power in self.units
            },
            "centers": {power: list(owned) for power, owned in self.centers.items()},
        }


@dataclass(frozen=True, slots=True)
class RecordedGame:
    ground: Terrain
    phases: tuple[RecordedPhase, ...]
    document: Mapping[str, Any]
    problems: list[str] = field(default_factory=list)
    """What could not be read as it stands, and what was done instead."""


def recorded_game(document: Any, where: str) -> RecordedGame:
    """Raises ``UnreadableError`` for what is no game at all."""
    if not isinstance(document, Mapping) or not isinstance(document.get("phases"), list):
        raise UnreadableError(f"{where}: no game: it has no list of phases")
    name = str(document.get("map") or "standard").lower()
    if name not in MAPS:
        raise UnreadableError(f"{where}: it is played on the map {name[:40]!r}, and there are {', '.join(MAPS)}")
    if len(document["phases"]) > MOST_PHASES:
        raise UnreadableError(f"{where}: more than {MOST_PHASES} phases")
    ground, problems = terrain(name), list[str]()
    phases: list[RecordedPhase] = []
    for number, entry in enumerate(document["phases"], 1):
        reader = _PhaseReader(ground, problems, f"phase {number}")
        try:
            phase = reader.phase(entry)
        except ValueError as error:
            problems.append(f"{reader.where}: {error}: the phase is left out")
            continue
        if phases and not phases[-1].phase < phase.phase:
            problems.append(f"{phase.phase} stands behind {phases[-1].phase}: the second is left out")
        else:
            phases.append(phase)
    if not any(phase.phase != COMPLETED for phase in phases):
        because = f": {problems[0]}" if problems else ""
        raise UnreadableError(f"{where}: it has no phase that can be read{because}")
    return RecordedGame(ground, tuple(phases), document, problems)


class _PhaseReader:
    def __init__(self, ground: Terrain, problems: list[str], where: str) -> None:
        self.where = where
        self._ground = ground
        self._problems = problems

    def phase(self, entry: Any) -> RecordedPhase:
        """Raises ``ValueError`` when it is no position."""
        state = entry.get("state") if isinstance(entry, Mapping) else None
        if not isinstance(state, Mapping):
            raise ValueError("it has no position (state)")
        phase = Phase(str(entry.get("name") or state.get("name")))
        self.where = phase
        if phase.kind and len(phase) != len(self._ground.start):
            raise ValueError(f"{phase} is no phase of the map {self._ground.name}")
        if not isinstance(state.get("units"), Mapping):
            raise ValueError("its position has no units")
        units, dislodged = self._units(state)
        results = entry.get("results")
        told = {str(unit): _strings(codes) for unit, codes in results.items()} if isinstance(results, Mapping) else {}
        return RecordedPhase(
            phase=phase,
            units=units,
            dislodged=dislodged,
            centers=self._centers(state.get("centers")),
            orders=self._by_power(entry.get("orders"), "orders", _strings),
            results=told or None,
            messages=self._messages(entry.get("messages") or ()),
            note=str(state.get("note") or ""),
            document=entry,
        )

    def _told(self, problem: str) -> None:
        self._problems.append(f"{self.where}: {problem}")

    def _by_power(self, table: Any, what: str, read: Callable[[Any], tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        """Each power with what a table holds of it; one that is left out has nothing."""
        found: dict[str, tuple[str, ...]] = dict.fromkeys(self._ground.powers, ())
        for name, value in table.items() if isinstance(table, Mapping) else ():
            power = str(name).upper()
            if power in found:
                found[power] = read(value)
            elif value:
                self._told(f"{what} of {name!r}, which is no power of the map, are left out")
        return found

    def _units(
        self, state: Mapping[str, Any]
    ) -> tuple[dict[str, tuple[Unit, ...]], dict[str, dict[Unit, tuple[str, ...]]]]:
        retreats = state.get("retreats")
        units: dict[str, tuple[Unit, ...]] = {}
        dislodged: dict[str, dict[Unit, tuple[str, ...]]] = {}
        taken: set[str] = set()
        for power, texts in self._by_power(state["units"], "units", _strings).items():
            own: list[Unit] = []
            offered = retreats.get(power) if isinstance(retreats, Mapping) else None
            fallen: dict[Unit, tuple[str, ...]] = {}
            for text in [*texts, *(f"*{unit}" for unit in (offered if isinstance(offered, Mapping) else ()))]:
                unit = self._unit(text.removeprefix("*"))
                if unit is None:
                    self._told(f"{power}'s unit {text[:40]!r} cannot stand there: it is left out")
                elif text.startswith("*"):
                    fallen[unit] = _strings(offered.get(unit)) if isinstance(offered, Mapping) else ()
                elif unit.province in taken:
                    self._told(f"{power}'s unit {unit} stands where another does: it is left out")
                else:
                    taken.add(unit.province)
                    own.append(unit)
            units[power] = tuple(sorted(own))
            if fallen:
                dislodged[power] = dict(sorted(fallen.items()))
        return units, dislodged

    def _unit(self, text: str) -> Unit | None:
        try:
            unit = Unit(text)
        except ValueError:
            return None
        places = self._ground.armies if unit.kind == "A" else self._ground.fleets
        return unit if unit.location in places else None

    def _centers(self, table: Any) -> dict[str, tuple[str, ...]]:
        owners: dict[str, str] = {}
        for power, owned in self._by_power(table, "centres", _strings).items():
            for center in map(province_of, map(str.upper, owned)):
                if center not in self._ground.centers:
                    self._told(f"{power}'s centre {center[:40]!r} is none: it is left out")
                elif owners.setdefault(center, power) != power:
                    self._told(f"{center} is owned by {owners[center]} and by {power}: it is left to {owners[center]}")
        return {
            power: tuple(sorted(center for center, owner in owners.items() if owner == power))
            for power in self._ground.powers
        }

    def _messages(self, entries: Any) -> tuple[RecordedMessage, ...]:
        timed: list[tuple[float, RecordedMessage]] = []
        for number, entry in enumerate(entries if isinstance(entries, list) else (), 1):
            given = entry if isinstance(entry, Mapping) else {}
            sender, recipient = (str(given.get(who, "")).upper() for who in ("sender", "recipient"))
            recipient = ALL if recipient in _EVERYBODY else recipient
            body, powers = given.get("message"), self._ground.powers
            if (
                not isinstance(body, str)
                or sender not in powers
                or recipient not in (ALL, *powers)
                or sender == recipient
            ):
                self._told(f"message {number}, from {sender[:20]!r} to {recipient[:20]!r}, is left out")
                continue
            at = given.get("time_sent")
            before = timed[-1][0] if timed else 0
            known = isinstance(at, int | float) and at == at
            timed.append((at if known else before, RecordedMessage(sender, recipient, body, 0)))  # type: ignore[arg-type]
        # Stable: what was sent at one time, or at none, stays as it was listed.
        return tuple(_in_rounds((message for _, message in sorted(timed, key=lambda one: one[0])), self._ground.powers))


def _in_rounds(messages: Iterable[RecordedMessage], powers: Iterable[str]) -> Iterator[RecordedMessage]:
    """A round of press ends when somebody writes who was written to in it: what is written within one could not be
    an answer to anything in it."""
    round, reached, everybody = 1, set[str](), frozenset(powers)
    for message in messages:
        if message.sender in reached:
            round, reached = round + 1, set()
        reached |= everybody - {message.sender} if message.recipient == ALL else {message.recipient}
        yield replace(message, round=round)


def _strings(value: Any) -> tuple[str, ...]:
    found = [value] if isinstance(value, str) else value if isinstance(value, list | tuple) else ()
    return tuple(text.strip() for text in found if isinstance(text, str) and text.strip())
