"""Builds and disbands: how many are due, where they are possible, and what they lead to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from .geography import FLEET, Piece

if TYPE_CHECKING:
    from .position import Position


def due(position: Position) -> list[int]:
    """Power -> builds (positive, no more than it has free sites) or disbands (negative) due."""
    count = len(position.geography.powers)
    missing = [0] * count
    for owner in position.owners:
        if owner >= 0:
            missing[owner] += 1
    for piece in position.units:
        missing[piece[0]] -= 1
    return [
        min(missing[power], len(sites(position, power))) if missing[power] > 0 else missing[power]
        for power in range(count)
    ]


def sites(position: Position, power: int) -> list[int]:
    """Where the power may build: free centres that it owns, at home unless the map lets it build anywhere."""
    anywhere, homes, standing = position.geography.terrain.build_anywhere, position.homes[power], position.standing
    return [at for at in position.centers(power) if standing[at] < 0 and (anywhere or homes >> at & 1)]


def disband_order(position: Position, power: int) -> list[Piece]:
    """The power's units as they go in civil disorder: the farthest first, fleets before armies, then by name."""
    ground = position.geography
    near = (
        position.homes[power] if position.civil_disorder == "home" else sum(1 << at for at in position.centers(power))
    )
    own = [piece for piece in position.units if piece[0] == power]
    return sorted(own, key=lambda piece: (-ground.distance(piece[1], piece[2], near), piece[1] != FLEET, piece))


def adjusted(position: Position, given: Sequence[Iterable[Piece]]) -> tuple[Piece, ...]:
    """The units after the adjustments: for each power the pieces that it builds, or disbands.

    Who disbands too few loses units as in civil disorder; builds not used are waived.
    """
    units = set(position.units)
    for power, count in enumerate(due(position)):
        own = set(given[power])
        if count > 0:
            units |= own
        elif count < 0:
            left = [piece for piece in disband_order(position, power) if piece not in own]
            units -= {*own, *left[: -count - len(own)]}
    return tuple(sorted(units))
