"""The legal orders of every unit in every phase, as the board lists them, from the position alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..board.units import Order
from . import adjustments
from .geography import ARMY, CONVOY, DISBANDS, FLEET, HOLDS, MOVE, RETREAT, SUPPORT, Code, Piece, bits

if TYPE_CHECKING:
    from .position import Position


def legal_orders(position: Position, power: int) -> dict[str, tuple[Order, ...]]:
    """What ``Situation.legal_orders`` holds for the power."""
    ground, kind = position.geography, position.phase.kind
    if kind == "M":
        fleets = convoying(position)
        return {
            str(ground.unit(piece)): tuple(
                sorted(written(position, piece, code) for code in movement_codes(position, index, fleets))
            )
            for index, piece in enumerate(position.units)
            if piece[0] == power
        }
    if kind == "R":
        return {
            str(ground.unit(piece)): tuple(
                sorted(written(position, piece, code) for code in retreat_codes(position, index))
            )
            for index, (piece, _) in enumerate(position.dislodged)
            if piece[0] == power
        }
    if kind != "A":
        return {}
    count = adjustments.due(position)[power]
    if count < 0:
        own = [piece for piece in position.units if piece[0] == power]
        return {str(ground.unit(piece)): (written(position, piece, DISBANDS),) for piece in own}
    if count == 0:
        return {}
    return {
        ground.locations[at]: tuple(sorted(Order(f"{ground.unit(piece)} B") for piece in builds(position, power, at)))
        for at in adjustments.sites(position, power)
    }


def builds(position: Position, power: int, site: int) -> list[Piece]:
    """The pieces that can be built in the province."""
    ground = position.geography
    places = [at for at, province in enumerate(ground.province) if province == site]
    return [(power, kind, at) for kind in (ARMY, FLEET) for at in places if ground.units[kind][at] is not None]


def written(position: Position, piece: Piece, code: Code) -> Order:
    """An order of a movement or retreat phase, or a disband, as the board writes it."""
    ground, (verb, first, second) = position.geography, code
    unit = ground.units[piece[1]][piece[2]]
    if verb == MOVE:
        return Order(f"{unit} - {ground.locations[first]}{' VIA' if second else ''}")
    if verb in (SUPPORT, CONVOY):
        helped = ground.unit(position.units[position.standing[first]])
        goal = f" - {ground.locations[second]}" if second >= 0 else ""
        return Order(f"{unit} {'S' if verb == SUPPORT else 'C'} {helped}{goal}")
    if verb == RETREAT:
        return Order(f"{unit} R {ground.locations[first]}")
    return Order(f"{unit} {'H' if code == HOLDS else 'D'}")


def convoying(position: Position) -> int:
    """Mask of the provinces whose fleets could convoy."""
    seas = position.geography.seas
    return sum(1 << at for _, kind, at in position.units if kind == FLEET and seas >> at & 1)


def retreat_codes(position: Position, index: int) -> list[Code]:
    """The orders that are legal for one of the dislodged pieces."""
    province, standing = position.geography.province, position.standing
    _, places = position.dislodged[index]
    return [DISBANDS, *((RETREAT, at, -1) for at in places if standing[province[at]] < 0)]


def movement_codes(position: Position, index: int, fleets: int) -> list[Code]:
    """The orders that are legal for one of the pieces in a movement phase; ``fleets`` as ``convoying`` gives them."""
    ground = position.geography
    _, kind, here = position.units[index]
    codes = [HOLDS, *((MOVE, at, 0) for at in ground.steps[kind][here])]
    landings, helpful = ground.sailings(fleets) if fleets else ({}, {})
    if kind == ARMY:
        codes += [(MOVE, at, 1) for at in bits(landings.get(here, 0))]
    touched = ground.touches[kind][here]
    others = fleets & ~(1 << here)
    for other, (_, helped, there) in enumerate(position.units):
        if other == index:
            continue
        at = ground.province[there]
        if touched >> at & 1:
            codes.append((SUPPORT, at, -1))
        stepped = ground.touches[helped][there] & touched
        codes += [(SUPPORT, at, goal) for goal in bits(stepped)]
        if helped == ARMY and fleets:
            shipped = landings.get(at, 0)
            # We cannot support a unit that needs us to convoy it to its destination.
            codes += [
                (SUPPORT, at, goal) for goal in bits(shipped & touched & ~stepped) if ground.ways(goal, at, others)
            ]
            if kind == FLEET and helpful.get(here, 0) >> at & 1:
                codes += [
                    (CONVOY, at, goal)
                    for goal in bits(shipped)
                    if any(way >> here & 1 for way in ground.ways(at, goal, fleets))
                ]
    return codes
