"""A situation as the JSON document that prompts carry, in few words, and back.

Units, centres and orders stand in strings, as people write them down: ``"A PAR, F BRE; owns BRE PAR"``,
``"A PAR - BUR (bounce); F BRE H"``. Powers are in capitals; what else stands beside them is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..records.sealing import compact_json
from .phase import Phase
from .situation import PhaseResult, Situation
from .terrain import Terrain, terrain
from .units import Order, Unit

STANDARD = "standard"
"""The map that is not named."""


class JsonText(str):
    """JSON that is written already."""

    __slots__ = ()


def written_document_of(situation: Situation) -> Mapping[str, JsonText]:
    """The document's parts, written once for all who ask."""
    if not situation.written:
        situation.written.update({key: JsonText(compact_json(value)) for key, value in document_of(situation).items()})
    return situation.written


def document_of(situation: Situation) -> dict[str, Any]:
    """The situation as plain JSON data, the form in which a language model reads it. Powers without units or centres
    are left out, and so are homes that are the map's own and everything that is empty."""
    ground, owners = situation.terrain, situation.owners()
    neutral = [center for center in ground.centers if center not in owners]
    usual_homes = _usual_homes(ground, situation.centers)
    movement = situation.kind == "M"
    document: dict[str, Any] = {
        "map": "" if situation.map == STANDARD else situation.map,
        "phase": situation.phase,
        "you": situation.power,
        "powers": {
            power: _owning(units, situation.centers[power])
            for power, units in sorted(situation.units.items())
            if units or situation.centers[power]
        },
        "neutral": " ".join(neutral),
        "homes": {
            power: " ".join(homes) for power, homes in sorted(situation.homes.items()) if homes != usual_homes[power]
        },
        "dislodged": {
            power: {str(unit): " ".join(places) for unit, places in units.items()}
            for power, units in situation.dislodged.items()
        },
        "adjustments": dict(situation.adjustments),
        "disband_order": ", ".join(situation.disband_order),
        "nearby": situation.nearby() if movement else {},
        "threats": {at: ", ".join(units) for at, units in situation.threats().items()} if movement else {},
        "legal_orders": {str(unit): grouped(legal) for unit, legal in situation.legal_orders.items()},
        "last_turn": {str(result.phase): result_document(result) for result in situation.recent},
    }
    return {key: value for key, value in document.items() if value}


def situation_of(document: Mapping[str, Any]) -> Situation:
    """The situation that ``document_of`` described. Keys that it does not know are left alone.

    Raises ``KeyError``, ``TypeError`` or ``ValueError`` when the document is not one.
    """
    try:
        ground = terrain(document.get("map", STANDARD))
        powers = {**dict.fromkeys(ground.powers, ""), **document["powers"]}
        held = {power: text.partition("owns") for power, text in powers.items()}
        centers = {power: tuple(owned.split()) for power, (_, _, owned) in held.items()}
        homes = {power: tuple(owned.split()) for power, owned in document.get("homes", {}).items()}
        return Situation(
            map=ground.name,
            phase=Phase(document["phase"]),
            power=document["you"],
            units={power: _units(units.rstrip("; ")) for power, (units, _, _) in held.items()},
            centers=centers,
            homes={**_usual_homes(ground, centers), **homes},
            dislodged={
                power: {Unit(unit): tuple(places.split()) for unit, places in units.items()}
                for power, units in document.get("dislodged", {}).items()
            },
            adjustments={power: int(count) for power, count in document.get("adjustments", {}).items()},
            legal_orders={at: ungrouped(at, text) for at, text in document.get("legal_orders", {}).items()},
            disband_order=_units(document.get("disband_order", "")),
            recent=tuple(result_of(phase, told) for phase, told in document.get("last_turn", {}).items()),
        )
    except AttributeError as error:
        raise TypeError(f"not the document of a situation: {error}") from error


def grouped(orders: Sequence[Order]) -> str:
    """The legal orders of one unit without what they have in common, kind by kind: ``H | - BUR,GAS | VIA LON |
    S A MAR H - GAS,BUR; A BUR - MUN``, where ``H`` and ``- GAS`` behind a unit are two orders that support it. Other
    orders than those of a movement stand as they are."""
    moves: dict[str, list[str]] = {}
    helped: dict[str, dict[str, list[str]]] = {}
    for order in orders:
        if order.helped is not None:
            helped.setdefault(order.verb, {}).setdefault(order.helped, []).append(order.location)
        elif order.verb in ("-", "R"):
            moves.setdefault("VIA" if order.via else order.verb, []).append(order.location)
        else:
            moves[order.verb if order.verb in ("H", "D") else order] = []
    kinds = {kind: ",".join(goals) for kind, goals in moves.items()}
    kinds |= {verb: "; ".join(map(_helping, units.items())) for verb, units in helped.items()}
    return " | ".join(f"{kind} {kinds[kind]}".rstrip() for kind in sorted(kinds, key=_place_of))


_KINDS = ("H", "-", "VIA", "S", "C")


def _place_of(kind: str) -> int:
    return _KINDS.index(kind) if kind in _KINDS else -1


def _helping(helped: tuple[str, Sequence[str]]) -> str:
    unit, goals = helped
    stays, moves = " H" if "" in goals else "", ",".join(filter(None, goals))
    return f"{unit}{stays} - {moves}" if moves else f"{unit}{stays}"


def ungrouped(unit: str, text: str) -> tuple[Order, ...]:
    """The orders that ``grouped`` has written, sorted. Raises ``ValueError``."""
    return tuple(map(Order, sorted(order for kind in text.split(" | ") for order in _orders_of(unit, kind))))


def _orders_of(unit: str, kind: str) -> Iterable[str]:
    verb, _, rest = kind.partition(" ")
    if verb in ("-", "R"):
        return (f"{unit} {verb} {goal}" for goal in rest.split(","))
    if verb == "VIA":
        return (f"{unit} - {goal} VIA" for goal in rest.split(","))
    if verb in ("S", "C"):
        return (f"{unit} {verb} {helped}" for one in rest.split("; ") for helped in _helped(one))
    return (f"{unit} {kind}" if verb in ("H", "D") else kind,)


def _helped(text: str) -> Iterable[str]:
    who, _, goals = text.partition(" - ")
    unit = who.removesuffix(" H")
    return ([unit] if unit != who else []) + [f"{unit} - {goal}" for goal in goals.split(",") if goal]


def result_document(result: PhaseResult) -> dict[str, Any]:
    """One adjudicated phase as plain JSON data: power -> its orders, a failed one with its results: ``A PAR - BUR
    (bounce)``; ``captures``; and, of games recorded elsewhere, what befell units that had no order (``unordered``)."""
    document: dict[str, Any] = {
        power: "; ".join(
            f"{order} ({', '.join(outcome)})" if (outcome := result.outcome(order)) else order for order in orders
        )
        for power, orders in result.orders.items()
    }
    ordered = {order.unit for orders in result.orders.values() for order in orders}
    if unordered := {str(unit): ", ".join(words) for unit, words in result.results.items() if unit not in ordered}:
        document["unordered"] = unordered
    if result.captures:
        document["captures"] = dict(result.captures)
    return document


def result_of(phase: str, document: Mapping[str, Any]) -> PhaseResult:
    """What ``result_document`` described."""
    orders: dict[str, tuple[Order, ...]] = {}
    results = {unit: tuple(words.split(", ")) for unit, words in document.get("unordered", {}).items()}
    for power, lines in document.items():
        if power in ("unordered", "captures"):
            continue
        issued = []
        for line in lines.split("; "):
            text, _, outcome = line.partition(" (")
            order = Order(text)
            issued.append(order)
            if outcome:
                results[str(order.unit)] = tuple(outcome.removesuffix(")").split(", "))
        orders[power] = tuple(issued)
    return PhaseResult(Phase(phase), orders, results, dict(document.get("captures", {})))


def _owning(units: Sequence[Unit], centers: Sequence[str]) -> str:
    return "; ".join(filter(None, (", ".join(units), f"owns {' '.join(centers)}" if centers else "")))


def _units(text: str) -> tuple[Unit, ...]:
    return tuple(map(Unit, text.split(", "))) if text else ()


def _usual_homes(ground: Terrain, centers: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
    return centers if ground.build_anywhere else ground.homes
