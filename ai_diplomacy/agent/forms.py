"""What the form of a reply holds for an example: a legal order of one's own, and a power that is near. Models that copy
the form, as small ones do, then copy nothing that is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..board.press import ALL
from ..board.terrain import terrain
from ..board.units import Order, Unit


@dataclass(frozen=True, slots=True)
class Form:
    """Examples from the situation document of one prompt, found when a template asks for them."""

    document: Mapping[str, Any]

    @property
    def order(self) -> str:
        """A move or retreat of the first unit that has one, else the first legal order; empty if nothing can be
        ordered."""
        legal = [Order(order) for orders in self.document.get("legal_orders", {}).values() for order in orders]
        moving = (order for order in legal if order.verb in ("-", "R") and not order.via)
        due = self.document.get("adjustments", {}).get(self._you, 0)
        return next(moving, legal[0] if legal else "WAIVE" if due > 0 else "")

    @property
    def neighbour(self) -> str:
        """The power in the game that is nearest, of several the first in the alphabet; ``ALL`` where there is none."""
        powers = self.document.get("powers", {})
        others = sorted({power for power, held in powers.items() if held["units"] or held["centers"]} - {self._you})
        return min(others, key=self._distance, default=ALL)

    @property
    def _you(self) -> str:
        return str(self.document.get("you", ""))

    def _distance(self, power: str) -> int:
        """The fewest steps from an own unit to where the power has a unit or a centre."""
        powers, ground = self.document["powers"], terrain(self.document["map"])
        places = {Unit(unit).province for unit in powers[power]["units"]} | {*powers[power]["centers"]}
        away = [ground.distances(Unit(unit)) for unit in powers[self._you]["units"]]
        return min((steps[place] for steps in away for place in places & steps.keys()), default=len(ground.provinces))
