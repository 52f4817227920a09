"""A whole board on integers, made from a situation and turned into one again.

``position.units`` are the pieces that stand, sorted. Orders for a movement phase are a list of codes beside it (those
of a retreat phase stand beside ``position.dislodged``); ``position.encode`` makes it from the board's orders.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from ..board.civil_disorder import CivilDisorder
from ..board.phase import Phase
from ..board.situation import Situation
from ..board.units import Order, Unit
from . import adjustments, legal
from .geography import DISBANDS, HOLDS, Code, Geography, Piece, Refugees, bits, geography


@dataclass(frozen=True, slots=True)
class Position:
    """What is on the board in one phase; the same for all powers."""

    geography: Geography
    phase: Phase
    units: tuple[Piece, ...]
    """The pieces that are not dislodged, sorted: by power, then as the board sorts units."""
    owners: tuple[int, ...]
    """The owner of each of ``geography.centers``, -1 for a neutral one."""
    homes: tuple[int, ...]
    """Power -> mask of its home centres."""
    dislodged: Refugees = ()
    civil_disorder: CivilDisorder = "home"
    standing: list[int] = field(init=False, repr=False, compare=False)
    """Province -> place in ``units`` of who stands there, -1 where nobody does."""

    homes_of_units: list[int] = field(init=False, repr=False, compare=False)
    """Where each of ``units`` stands: its province."""
    owners_of_units: list[int] = field(init=False, repr=False, compare=False)
    """The power of each of ``units``."""

    def __post_init__(self) -> None:
        standing = [-1] * len(self.geography.locations)
        province = self.geography.province
        for index, piece in enumerate(self.units):
            standing[province[piece[2]]] = index
        object.__setattr__(self, "standing", standing)
        object.__setattr__(self, "homes_of_units", [province[piece[2]] for piece in self.units])
        object.__setattr__(self, "owners_of_units", [piece[0] for piece in self.units])

    @classmethod
    def of(cls, situation: Situation, civil_disorder: CivilDisorder = "home") -> Position:
        """The public part of any power's situation. Of ``recent`` nothing is kept."""
        ground = geography(situation.map)
        owner = {at: index for index, name in enumerate(ground.powers) for at in situation.centers[name]}
        units = [
            ground.piece(index, unit) for index, name in enumerate(ground.powers) for unit in situation.units[name]
        ]
        dislodged = [
            (ground.piece(ground.power[name], unit), tuple(ground.number[at] for at in places))
            for name, retreats in situation.dislodged.items()
            for unit, places in retreats.items()
        ]
        anywhere = ground.terrain.build_anywhere
        return cls(
            geography=ground,
            phase=situation.phase,
            units=tuple(sorted(units)),
            owners=tuple(owner.get(at, -1) for at in ground.terrain.centers),
            # Where one may build anywhere the situation lists all centres; homes still count in civil disorder.
            homes=ground.homes if anywhere else tuple(ground.mask(situation.homes[name]) for name in ground.powers),
            dislodged=tuple(sorted(dislodged)),
            civil_disorder=civil_disorder,
        )

    def centers(self, power: int) -> list[int]:
        """The centres that the power owns, sorted."""
        return [at for at, owner in zip(self.geography.centers, self.owners, strict=True) if owner == power]

    def encode(self, orders: Iterable[Order]) -> list[Code]:
        """The orders of all powers in a movement or retreat phase as codes beside ``units`` or ``dislodged``.

        Who has no order holds or disbands; of two orders for a unit the last counts. Raises ``ValueError`` for an
        order to somebody who has none to get.
        """
        ground = self.geography
        if self.phase.kind == "M":
            codes: list[Code] = [HOLDS] * len(self.units)
            places = self.standing
        else:
            codes = [DISBANDS] * len(self.dislodged)
            places = [-1] * len(ground.locations)
            for index, (piece, _) in enumerate(self.dislodged):
                places[ground.province[piece[2]]] = index
        for order in orders:
            place = places[ground.number[order.unit.province]]
            if place < 0:
                raise ValueError(f"nobody has {order!r} to follow in {self.phase}")
            codes[place] = ground.code(order)
        return codes

    def seen_by(self, power: str) -> Situation:
        """What ``Board.situation`` gives the power, but for ``recent``, which is empty."""
        ground, kind = self.geography, self.phase.kind
        index = ground.power[power]
        names = ground.locations
        units: dict[str, list[Unit]] = {name: [] for name in ground.powers}
        for piece in self.units:
            units[ground.powers[piece[0]]].append(ground.unit(piece))
        centers: Mapping[str, tuple[str, ...]] = {
            name: tuple(names[at] for at in self.centers(number)) for number, name in enumerate(ground.powers)
        }
        homes = {
            name: tuple(names[at] for at in bits(mask)) for name, mask in zip(ground.powers, self.homes, strict=True)
        }
        dislodged: dict[str, dict[Unit, tuple[str, ...]]] = {}
        for piece, places in self.dislodged:
            retreats = dislodged.setdefault(ground.powers[piece[0]], {})
            retreats[ground.unit(piece)] = tuple(names[at] for at in places)
        due = adjustments.due(self) if kind == "A" else [0] * len(ground.powers)
        return Situation(
            map=ground.terrain.name,
            phase=self.phase,
            power=power,
            units=MappingProxyType({name: tuple(own) for name, own in units.items()}),
            centers=MappingProxyType(centers),
            homes=MappingProxyType(centers if ground.terrain.build_anywhere else homes),
            dislodged=MappingProxyType({name: MappingProxyType(own) for name, own in dislodged.items()}),
            adjustments=MappingProxyType(
                {name: count for name, count in zip(ground.powers, due, strict=True) if count}
            ),
            legal_orders=MappingProxyType(legal.legal_orders(self, index)),
            disband_order=tuple(map(ground.unit, adjustments.disband_order(self, index))) if due[index] < 0 else (),
            recent=(),
        )
