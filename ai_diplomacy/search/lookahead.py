"""What orders lead to: the next position in which somebody has something to decide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from ..board.phase import Phase
from ..board.units import Order
from .adjustments import adjusted, due
from .geography import Code, Piece, Refugees
from .movement import resolve
from .position import Position
from .retreats import refuges, retreated

_CENTURY = 100


def after(position: Position, orders: Mapping[str, Iterable[Order]]) -> Position:
    """The board after these legal orders: what ``Board.submit`` and ``adjudicate`` lead to.

    Who has no order holds, disbands as in civil disorder, or waives. Raises ``RuntimeError`` once the game is over and
    ``ValueError`` for an order to a unit that has none to get.
    """
    ground = position.geography
    if position.phase.kind == "A":
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
        return _go_on(position, retreated(position, codes))
    if phase.kind != "M":
        raise RuntimeError(f"there is nothing to move in {phase}")
    outcome = resolve(position, codes)
    gone = outcome.dislodged
    units = [
        (piece[0], piece[1], end)
        for unit, (piece, end) in enumerate(zip(position.units, outcome.ends, strict=True))
        if unit not in gone
    ]
    return _go_on(position, tuple(sorted(units)), refuges(position, outcome) if gone else ())


def after_adjustments(position: Position, given: Sequence[Iterable[Piece]]) -> Position:
    """The board after an adjustment phase; for each power the pieces that it builds, or disbands."""
    if position.phase.kind != "A":
        raise RuntimeError(f"there is nothing to adjust in {position.phase}")
    return _next(position, position.phase.next_movement, adjusted(position, given))


def _next(
    position: Position,
    phase: Phase,
    units: tuple[Piece, ...],
    owners: tuple[int, ...] | None = None,
    dislodged: Refugees = (),
) -> Position:
    return Position(
        geography=position.geography,
        phase=phase,
        units=units,
        owners=position.owners if owners is None else owners,
        homes=position.homes,
        dislodged=dislodged,
        civil_disorder=position.civil_disorder,
    )


def _go_on(position: Position, units: tuple[Piece, ...], dislodged: Refugees = ()) -> Position:
    """From the end of moves or retreats to the next phase with a decision."""
    phase = position.phase
    if dislodged:
        return _next(position, Phase(f"{phase[:-1]}R"), units, None, dislodged)
    if phase.season == "S":
        return _next(position, Phase(f"F{phase[1:-1]}M"), units)
    owners = captured(position, units)
    if _over(position, owners):
        return _next(position, Phase("COMPLETED"), units, owners)
    winter = _next(position, Phase(f"W{phase[1:-1]}A"), units, owners)
    return winter if any(due(winter)) else _next(position, winter.phase.next_movement, units, owners)


def captured(position: Position, units: Iterable[Piece]) -> tuple[int, ...]:
    """The owners of the centres when each is taken by who stands in it."""
    ground, owners = position.geography, position.owners
    if max(owners, default=-1) < 0:
        # So the engine begins where nobody owns anything.
        homes = position.homes
        owners = tuple(next((power for power, mask in enumerate(homes) if mask >> at & 1), -1) for at in ground.centers)
    there = {ground.province[at]: power for power, _, at in units}
    return tuple(there.get(at, owner) for at, owner in zip(ground.centers, owners, strict=True))


def _over(position: Position, owners: tuple[int, ...]) -> bool:
    """Whether somebody has just won, alone ahead with enough centres and more than before, or the century is over."""
    ground = position.geography.terrain
    ahead = Counter(owner for owner in owners if owner >= 0).most_common(2)
    if ahead and ahead[0][1] >= ground.victory and (len(ahead) < 2 or ahead[0][1] > ahead[1][1]):
        return ahead[0][1] > position.owners.count(ahead[0][0])
    return position.phase.year - ground.first_year + 1 == _CENTURY
