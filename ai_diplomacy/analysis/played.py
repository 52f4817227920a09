"""The movement phases of a game as they were played: what stood where, and what everybody ordered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ..board.phase import Phase
from ..board.situation import Situation
from ..board.terrain import terrain
from ..board.units import Order, Unit
from .game_record import GameRecord


@dataclass(frozen=True, slots=True)
class PlayedPhase:
    """One movement phase."""

    situation: Situation
    """The public part, as any power sees it; without legal orders."""
    ordered: Mapping[str, tuple[Order, ...]]
    """Power -> its orders; nothing of powers that gave none."""


def played(game: GameRecord) -> Iterator[PlayedPhase]:
    """Phase by phase; none of a phase in which a draw was agreed on."""
    ordered: dict[str, dict[str, list[Order]]] = {}
    for row in game.orders:
        ordered.setdefault(row.phase, {}).setdefault(row.power, []).append(Order(row.order))
    for board in game.boards:
        if board.phase in ordered:
            orders = {power: tuple(theirs) for power, theirs in sorted(ordered[board.phase].items())}
            yield PlayedPhase(standing(game.map, board.phase, board.units, board.centers), orders)


def standing(
    map_name: str, phase: str, units: Mapping[str, Iterable[str]], centers: Mapping[str, Iterable[str]]
) -> Situation:
    """What everybody sees at the start of a movement phase, from what stands where and who owns what."""
    ground = terrain(map_name)
    return Situation(
        map=map_name,
        phase=Phase(phase),
        power=ground.powers[0],
        units={name: tuple(map(Unit, sorted(units.get(name, ())))) for name in ground.powers},
        centers={name: tuple(sorted(centers.get(name, ()))) for name in ground.powers},
        homes=dict(ground.homes),
        dislodged={},
        adjustments={},
        legal_orders={},
        disband_order=(),
        recent=(),
    )
