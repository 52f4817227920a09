"""What came of a phase, read from the engine's record of it: the same for a phase just played and for a loaded one."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from .phase import Phase
from .situation import PhaseResult
from .units import Order, sorted_orders

State = Mapping[str, Any]
"""A position as the engine's saved-game format writes it; dislodged units carry a star: ``*A PAR``."""


def phase_result(
    phase: str,
    orders: Mapping[str, Sequence[str] | None],
    results: Mapping[str, Sequence[object]],
    before: State,
    after: State,
) -> PhaseResult:
    """One phase. ``before`` and ``after`` are the positions in which it and the next phase to be played begin."""
    now = Phase(phase)
    given = {power: tuple(map(Order, texts or ())) for power, texts in sorted(orders.items())}
    words = {unit: tuple(str(code) for code in codes if str(code)) for unit, codes in results.items()}
    if now.kind == "M":
        gone = {unit for unit, told in words.items() if "dislodged" in told} - _dislodged(after)
        words = {unit: (*told, "disband") if unit in gone else told for unit, told in words.items()}
    else:
        # Of a unit that was destroyed at once the engine tells only here, a phase late.
        ordered: set[str] = {order.unit for own in given.values() for order in own}
        concerned = _dislodged(before) if now.kind == "R" else ordered
        words = {unit: told for unit, told in words.items() if unit in concerned}
        if now.kind == "A":
            words = {unit: tuple(word for word in told if word != "disband") for unit, told in words.items()}
    # A game never ends in winter but by a draw, and then nobody had the chance to build.
    played = after["name"] != "COMPLETED" or now.kind != "A"
    issued = {
        power: sorted_orders([*own, *(_waives(before, power, len(own)) if played else ())])
        for power, own in given.items()
    }
    owned, owners = _owners(before), _owners(after)
    return PhaseResult(
        phase=now,
        orders=MappingProxyType({power: own for power, own in issued.items() if own}),
        results=MappingProxyType({unit: told for unit, told in sorted(words.items()) if told}),
        captures=MappingProxyType({at: power for at, power in sorted(owners.items()) if owned.get(at) != power}),
    )


def last_turn(phases: Sequence[Mapping[str, Any]]) -> list[PhaseResult]:
    """The phases of a saved game since its last adjudicated movement phase, that one included, oldest first."""
    turn: list[PhaseResult] = []
    for phase, following in itertools.pairwise(phases[-6:]):
        result = phase_result(phase["name"], phase["orders"], phase["results"], phase["state"], following["state"])
        turn = [result] if result.phase.kind == "M" else [*turn, result]
    return turn


def _dislodged(state: State) -> set[str]:
    return {unit[1:] for units in state["units"].values() for unit in units if unit.startswith("*")}


def _waives(before: State, power: str, used: int) -> list[Order]:
    """Builds that were not used: the format leaves them out."""
    due = before.get("builds", {}).get(power, {}).get("count", 0)
    return [Order("WAIVE")] * (due - used) if due > 0 else []


def _owners(state: State) -> dict[str, str]:
    return {center: power for power, owned in state["centers"].items() for center in owned}
