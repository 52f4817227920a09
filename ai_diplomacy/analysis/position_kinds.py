"""What kind of decision a power has before it in a movement phase: an opening, an attack or a defence."""

from __future__ import annotations

from typing import Literal, get_args

from ..board.situation import Situation
from ..board.valuation import evaluate

PositionKind = Literal["opening", "attack", "defence"]
POSITION_KINDS: tuple[PositionKind, ...] = get_args(PositionKind)

OPENING_YEARS = 2
"""In these first years most centres that are taken belong to nobody."""


def position_kind(situation: Situation) -> PositionKind:
    """``opening`` in the first two years. Later ``defence`` if some centre of its own could be taken from the power:
    the strongest other power has more units that stand there or could step in than it has itself. Else ``attack``."""
    if situation.year < situation.terrain.first_year + OPENING_YEARS:
        return "opening"
    worth = evaluate(situation)
    own = situation.centers[situation.power]
    return "defence" if any(worth.competition[at] > worth.strength[at] for at in own) else "attack"
