"""Retreats: who goes where, and who is destroyed because two go to one province."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .geography import RETREAT, Code, Piece

if TYPE_CHECKING:
    from .position import Position


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
