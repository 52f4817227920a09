"""What the form of a reply holds for an example: a legal order of one's own, and a power that is near. Models that copy
the form, as small ones do, then copy nothing that is wrong."""

from __future__ import annotations

from dataclasses import dataclass

from ..board.press import ALL
from ..board.situation import Situation


@dataclass(frozen=True, slots=True)
class Form:
    """Examples from one situation, found when a template asks for them."""

    situation: Situation | None
    """``None``: while templates are tried out."""
    truth_tags: bool = False
    """Whether it is asked what is meant and believed. Their examples say nothing: one that did would be copied too."""
    numbers: tuple[str, ...] = ()
    """Of the messages that may be believed."""

    @property
    def meant(self) -> str:
        """What stands behind a message's text; empty where nobody is asked."""
        return ', "meant": "..."' if self.truth_tags else ""

    @property
    def beliefs(self) -> str:
        """What stands before the orders; empty where there is no message to believe."""
        examples = ", ".join(f'"{number}": "..."' for number in self.numbers)
        return f'"beliefs": {{{examples}}}, ' if examples else ""

    @property
    def order(self) -> str:
        """A move or retreat of the first unit that has one, else the first legal order; empty if nothing can be
        ordered."""
        if self.situation is None:
            return ""
        legal = [order for orders in self.situation.legal_orders.values() for order in orders]
        moving = (order for order in legal if order.verb in ("-", "R") and not order.via)
        return next(moving, legal[0] if legal else "WAIVE" if self.situation.due > 0 else "")

    @property
    def neighbour(self) -> str:
        """The power in the game that is nearest, of several the first in the alphabet; ``ALL`` where there is none."""
        if self.situation is None:
            return ALL
        others = (power for power in self.situation.survivors if power != self.situation.power)
        return min(others, key=self._distance, default=ALL)

    def _distance(self, power: str) -> int:
        """The fewest steps from an own unit to where the power has a unit or a centre."""
        assert self.situation is not None
        ground = self.situation.terrain
        places = {unit.province for unit in self.situation.units[power]} | {*self.situation.centers[power]}
        away = [ground.distances(unit) for unit in self.situation.own_units]
        return min((steps[place] for steps in away for place in places & steps.keys()), default=len(ground.provinces))
