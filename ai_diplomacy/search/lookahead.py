"""What orders lead to: the next position in which somebody has something to decide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ..board.phase import Phase
from ..board.units import Order
from . import adjustments
from .geography import Code, Piece
from .movement import resolve
from .position import Position
from .retreats import retreated

_CENTURY = 100


def after(position: Position, orders: Mapping[str, Iterable[Order]]) -> Position:
    """The board after these legal orders: what ``Board.submit`` and ``adjudicate`` lead to.

    Who has no order holds, disbands as in civil disorder, or waives. Raises ``RuntimeError`` once the game is over.
    """
    if position.phase.kind == "A":
        ground = position.geography
        given: list[list[Piece]] = [[] for _ in ground.powers]
        for name, own in orders.items():
            power = ground.power[name]
            given[power] = [ground.piece(power, order.unit) for order in own if order.verb != "WAIVE"]
        return after_adjustments(position, given)
    return after_codes(position, position.encode(order for own in orders.values() for order in own))


def after_codes(position: Position, codes: Sequence[Code]) -> Position:
    """The board after a movement or retreat phase; codes as ``position.encode`` makes them."""
    phase = position.phase
    if phase.kind == "R":
        return _go_on(replace(position, units=retreated(position, codes), dislodged=()))
    if phase.kind != "M":
        raise RuntimeError(f"no moves and retreats in {phase}")
    ground, outcome = position.geography, resolve(position, codes)
    province = ground.province
    left: list[tuple[Piece, tuple[int, ...]]] = []
    for unit, origin in outcome.dislodged.items():
        piece = position.units[unit]
        places = tuple(
            at
            for at in ground.steps[piece[1]][piece[2]]
            if province[at] != origin and not outcome.contested >> province[at] & 1
        )
        # The engine offers every retreat from an attack by sea and the board takes some back: the phase is played then
        # even if none is left.
        if places or (origin < 0 and ground.steps[piece[1]][piece[2]]):
            left.append((piece, places))
    units = tuple(
        sorted(
            (piece[0], piece[1], end)
            for unit, (piece, end) in enumerate(zip(position.units, outcome.ends, strict=True))
            if unit not in outcome.dislodged
        )
    )
    following = replace(position, units=units, dislodged=tuple(sorted(left)))
    if left:
        return replace(following, phase=Phase(f"{phase[:-1]}R"))
    return _go_on(following)


def after_adjustments(position: Position, given: Sequence[Iterable[Piece]]) -> Position:
    """The board after an adjustment phase; for each power the pieces that it builds, or disbands."""
    if position.phase.kind != "A":
        raise RuntimeError(f"no adjustments in {position.phase}")
    return replace(position, units=adjustments.adjusted(position, given), phase=position.phase.next_movement)


def _go_on(position: Position) -> Position:
    """From the end of a season's moves to the next phase with a decision."""
    phase = position.phase
    year = phase[1:-1]
    if phase.season == "S":
        return replace(position, phase=Phase(f"F{year}M"))
    before = Counter(position.owners)
    position = replace(position, owners=captured(position), phase=Phase(f"W{year}A"))
    if _over(position, before):
        return replace(position, phase=Phase("COMPLETED"))
    if any(adjustments.due(position)):
        return position
    return replace(position, phase=position.phase.next_movement)


def captured(position: Position) -> tuple[int, ...]:
    """The owners of the centres when who stands in one takes it."""
    ground, owners = position.geography, position.owners
    if max(owners, default=-1) < 0:
        # So the engine begins where nobody owns anything.
        homes = position.homes
        owners = tuple(next((power for power, mask in enumerate(homes) if mask >> at & 1), -1) for at in ground.centers)
    standing, units = position.standing, position.units
    return tuple(
        units[standing[at]][0] if standing[at] >= 0 else owner for at, owner in zip(ground.centers, owners, strict=True)
    )


def _over(position: Position, before: Counter[int]) -> bool:
    """Whether somebody has just won, alone ahead with enough centres, or the century is over."""
    ground = position.geography.terrain
    now = Counter(owner for owner in position.owners if owner >= 0)
    ahead = now.most_common(2)
    if ahead and ahead[0][1] >= ground.victory and (len(ahead) < 2 or ahead[0][1] > ahead[1][1]):
        return ahead[0][1] > before[ahead[0][0]]
    return position.phase.year - ground.first_year + 1 == _CENTURY
