"""Retreats: who goes where, and who is destroyed because two go to one province."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .geography import RETREAT, Code, Piece, Refugees

if TYPE_CHECKING:
    from .movement import Outcome
    from .position import Position


def refuges(position: Position, outcome: Outcome) -> Refugees:
    """Where those may retreat to whom a movement phase dislodged. Who has nowhere to go is destroyed and missing."""
    ground, contested = position.geography, outcome.contested
    found = []
    for unit, origin in outcome.dislodged.items():
        piece = position.units[unit]
        steps = ground.steps[piece[1]][piece[2]]
        places = tuple(at for at in steps if ground.province[at] != origin and not contested >> ground.province[at] & 1)
        # After an attack by sea the engine offers every step and the board takes some back: the phase is played then
        # even if none is left.
        if places or (origin < 0 and steps):
            found.append((piece, places))
    return tuple(sorted(found))


def retreated(position: Position, codes: Sequence[Code]) -> tuple[Piece, ...]:
    """All units after the retreats; the codes stand beside ``position.dislodged``."""
    province = position.geography.province
    wanted = Counter(province[location] for verb, location, _ in codes if verb == RETREAT)
    gone = [
        (piece[0], piece[1], location)
        for (piece, _), (verb, location, _) in zip(position.dislodged, codes, strict=True)
        if verb == RETREAT and wanted[province[location]] == 1
    ]
    return tuple(sorted([*position.units, *gone]))
