"""The engine's saved-game format: written phase by phase, and read back strictly: what is left out is empty, and what
is damaged is refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from .phase import Phase
from .terrain import Terrain, engine, province_of

# IGNORE_ERRORS keeps the engine from printing, SOLITAIRE from waiting for players. The format leaves both out.
RULES = ("SOLITAIRE", "IGNORE_ERRORS")

_UNSUPPORTED_RULES = frozenset({"NO_CHECK"})
"""Under ``NO_CHECK`` the engine keeps orders that nobody has read, and everything here expects legal ones."""

_VICTORY = "Victory by: "


def saved(game: Any, since: int) -> dict[str, Any]:
    """What ``diplomacy.utils.export.to_saved_game_format`` makes of an engine's game, without the first ``since``
    phases: that function makes every phase anew each time."""
    from diplomacy.utils.export import RULES_TO_SKIP

    played = len(game.state_history)
    phases = game.get_phase_history(from_phase=since) if since < played else []
    phases.append(game.get_phase_data())
    rules = [rule for rule in game.rules if rule not in RULES_TO_SKIP]
    documents = [phase.to_dict() for phase in phases]
    for document in documents:
        document["state"] |= {"game_id": game.game_id, "map": game.map_name, "rules": rules}
    return {"id": game.game_id, "map": game.map_name, "rules": rules, "phases": documents}


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True)


class _Builds(_Strict):
    count: Annotated[int, Field(ge=-999, le=999)] = 0


class _State(_Strict):
    name: str
    map: str | None = None
    rules: list[str] | None = None
    note: str = ""
    units: dict[str, list[str]]
    retreats: dict[str, dict[str, list[str]]] = {}
    centers: dict[str, list[str]]
    homes: dict[str, list[str]] = {}
    influence: dict[str, list[str]] = {}
    civil_disorder: dict[str, int] = {}
    builds: dict[str, _Builds] = {}


class _Message(_Strict):
    sender: str
    recipient: str
    time_sent: int
    phase: str
    message: str


class _Phase(_Strict):
    name: str
    state: _State
    orders: dict[str, list[str] | None]
    results: dict[str, list[str]]
    messages: list[_Message]


class _Saved(_Strict):
    id: str
    map: str
    rules: list[str] = []
    phases: Annotated[list[_Phase], Field(min_length=1)]


def map_of(saved: Mapping[str, Any]) -> str:
    """Name of the map that the saved game is played on. Raises ``ValueError`` when there is none."""
    name = saved.get("map") if isinstance(saved, Mapping) else None
    if not isinstance(name, str):
        raise ValueError("not a saved game: it names no map")
    return name


def filled(saved: Mapping[str, Any], ground: Terrain) -> dict[str, Any]:
    """The saved game with everything that programs leave out where there is nothing to tell: its id, powers that are
    gone, orders, results and messages. Messages that were sent at one time come one after another."""
    phases = saved.get("phases")
    if not isinstance(phases, list):
        return dict(saved)
    return {
        "id": "game",
        **saved,
        "phases": [_filled_phase(phase, ground, played=phase is not phases[-1]) for phase in phases],
    }


def _filled_phase(phase: Any, ground: Terrain, *, played: bool) -> Any:
    if not isinstance(phase, Mapping):
        return phase
    found: dict[str, Any] = {"orders": {}, "results": {}, "messages": [], **phase}
    if played and isinstance(found["orders"], dict):
        found["orders"] = {power: [] for power in ground.powers} | found["orders"]
    state = phase.get("state")
    if isinstance(state, Mapping):
        nobody: dict[str, list[str]] = {power: [] for power in ground.powers}
        told = {name: table for name in ("units", "centers") if isinstance(table := state.get(name), dict) and table}
        found["state"] = {**state, **{name: nobody | table for name, table in told.items()}}
    messages = found["messages"]
    if isinstance(messages, list) and all(isinstance(message, Mapping) for message in messages):
        times = [message.get("time_sent") for message in messages]
        if len(set(map(str, times))) < len(times) and all(isinstance(time, int) for time in times):
            found["messages"] = list(_one_after_another(messages))
    return found


def _one_after_another(messages: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    following: int | None = None
    for message in sorted(messages, key=lambda message: message["time_sent"]):
        sent = message["time_sent"] if following is None else max(following, message["time_sent"])
        following = sent + 1
        yield {**message, "time_sent": sent}


def restore(saved: Mapping[str, Any], ground: Terrain) -> Any:
    """The engine's game as it was saved, without the orders of the current phase.

    Keys that the format does not know are left alone. Raises ``ValueError`` when something is missing,
    contradicts itself, or cannot be kept as it is.
    """
    seen = _validated(saved)
    _check_phases(seen, ground)
    _check_position(seen.phases[-1].state, ground)
    game = _loaded(saved)
    _check_kept(game, seen)
    for rule in RULES:
        game.add_rule(rule)
    before = seen.phases[-2] if len(seen.phases) > 1 else None
    if seen.phases[-1].name == "COMPLETED":
        game.outcome = [before.name if before else ground.start, *_winners(seen, ground)]
    if before and Phase(before.name).kind == "M":
        # The engine still has to report the units dislodged in the last movement phase; the format does not list them.
        game.dislodged = {unit: "" for unit, words in before.results.items() if "dislodged" in words}
    return game


def _validated(saved: Mapping[str, Any]) -> _Saved:
    try:
        return _Saved.model_validate(dict(saved))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"not a saved game: {where}: {first['msg']}") from error


def _check_phases(seen: _Saved, ground: Terrain) -> None:
    from diplomacy.engine.map import Map

    _check_rules(seen, ground)
    order = Map(ground.name)
    powers = set(ground.powers)
    before = "FORMING"
    for phase in seen.phases:
        if phase.name != "COMPLETED" and order.phase_abbr(order.phase_long(phase.name)) != phase.name:
            raise ValueError(f"the saved game has a phase {phase.name!r} that the map does not know")
        if order.compare_phases(before, phase.name) >= 0:
            raise ValueError(f"the saved game has the phase {phase.name} after {before}")
        if phase.state.name != phase.name:
            raise ValueError(f"the saved game has a position of {phase.state.name!r} in phase {phase.name}")
        if not set(phase.state.units) == set(phase.state.centers) == powers >= set(phase.orders):
            raise ValueError(f"the saved game has other powers in phase {phase.name} than the map")
        if len({message.time_sent for message in phase.messages}) != len(phase.messages):
            raise ValueError(f"the saved game has two messages with the same time_sent in phase {phase.name}")
        before = phase.name


def _check_rules(seen: _Saved, ground: Terrain) -> None:
    if unsupported := _UNSUPPORTED_RULES.intersection(seen.rules):
        raise ValueError(f"the saved game has the rule {min(unsupported)}, which is not supported")
    if ("BUILD_ANY" in seen.rules) != ground.build_anywhere:
        raise ValueError("the saved game has other rules for builds than its map")
    for phase in seen.phases:
        if phase.state.map not in (None, seen.map) or phase.state.rules not in (None, seen.rules):
            raise ValueError(f"the saved game has another map or other rules in phase {phase.name}")


def _check_position(state: _State, ground: Terrain) -> None:
    powers, locations = set(ground.powers), set(ground.names)
    for table in (state.retreats, state.homes, state.influence, state.civil_disorder):
        if not powers.issuperset(table):
            raise ValueError("the saved game has other powers in its position than the map")
    listed = {unit: name for name, units in state.units.items() for unit in units if unit.startswith("*")}
    offered = {f"*{unit}": name for name, units in state.retreats.items() for unit in units}
    if listed != offered or (listed and Phase(state.name).kind != "R"):
        raise ValueError("the saved game contradicts itself about its dislodged units")
    places = {place for units in state.retreats.values() for places in units.values() for place in places}
    places |= {home for homes in state.homes.values() for home in homes}
    if not places <= locations:
        raise ValueError(f"the saved game has a place {min(places - locations)!r} that the map does not know")
    for names in (state.units, state.centers):
        everything = [name for owned in names.values() for name in owned]
        if len(set(everything)) != len(everything):
            raise ValueError("the saved game has a unit or a centre twice")


def _loaded(saved: Mapping[str, Any]) -> Any:
    """What the engine's reader makes of the saved game, given nothing but what the format knows."""
    engine()
    from diplomacy.utils.exceptions import DiplomacyException
    from diplomacy.utils.export import from_saved_game_format

    # The reader takes hold of the states that it is given and writes into them. Orders of the current phase it
    # would put through the parser that raises on text; here it only learns who has given any.
    known = [{key: phase[key] for key in _Phase.model_fields} for phase in saved["phases"]]
    phases = [
        phase
        | {
            "state": dict(phase["state"]),
            "orders": {power: given and list(given) for power, given in phase["orders"].items()},
        }
        for phase in known
    ]
    phases[-1]["orders"] = {power: given and [] for power, given in phases[-1]["orders"].items()}
    try:
        return from_saved_game_format(
            {"id": saved["id"], "map": saved["map"], "rules": list(saved.get("rules", [])), "phases": phases}
        )
    except (DiplomacyException, LookupError, TypeError, AttributeError, AssertionError) as error:
        raise ValueError(f"not a saved game: {type(error).__name__}: {error}") from error


def _check_kept(game: Any, seen: _Saved) -> None:
    """The engine drops silently what it cannot place, say a fleet on land."""
    state = seen.phases[-1].state
    for name, power in game.powers.items():
        kept = {*power.units, *(f"*{unit}" for unit in power.retreats)}
        if lost := set(state.units[name]) ^ kept:
            raise ValueError(f"the saved game has a unit {min(lost)!r} that cannot stand there")
        if lost := set(state.centers[name]) ^ set(power.centers):
            raise ValueError(f"the saved game has a centre {min(lost)!r} that is none")
    standing = [province_of(unit[2:]) for power in game.powers.values() for unit in power.units]
    if len(set(standing)) != len(standing):
        raise ValueError("the saved game has two units in one province")


def _winners(seen: _Saved, ground: Terrain) -> tuple[str, ...]:
    note = seen.phases[-1].state.note
    if not note.startswith(_VICTORY):
        raise ValueError("the saved game is completed and does not say who won")
    shorts = note.removeprefix(_VICTORY).split(", ")
    winners = tuple(name for name in ground.powers if name[:3] in shorts)
    if len(winners) != len(shorts):
        raise ValueError(f"the saved game has winners {note.removeprefix(_VICTORY)!r} that the map does not know")
    return winners
