"""One position as a picture: the map as the page of a run draws it, with what was ordered and what was best."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Any

from ..board.situation import Situation
from ..board.units import Order
from ..web.geometry import geometry
from .bank import BankPosition

_COLOURS: Mapping[str, str] = {
    "AUSTRIA": "#d55e00",
    "ENGLAND": "#0072b2",
    "FRANCE": "#56b4e9",
    "GERMANY": "#5a5a5a",
    "ITALY": "#009e73",
    "RUSSIA": "#cc79a7",
    "TURKEY": "#e3b505",
}
"""Those of the page."""
_ORDERED, _BEST = "#a8321f", "#1b6e4a"

Point = tuple[float, float]


def drawing(position: BankPosition, orders: Iterable[str]) -> str:
    """An SVG document: in red what was ordered, broken and green the best reply, in thick where the two differ."""
    return _Drawing(position.situation).text(
        [*map(Order, orders)], [*map(Order, position.orders)], f"{position.name}: {position.power}, {position.phase}"
    )


class _Drawing:
    def __init__(self, situation: Situation) -> None:
        self._situation = situation
        self._map: Mapping[str, Any] = geometry(situation.map)
        self._side: float = self._map["unit"]

    def text(self, ordered: Sequence[Order], best: Sequence[Order], title: str) -> str:
        size = " ".join(f"{number:g}" for number in self._map["size"])
        left, top, width, height = self._map["size"]
        return "\n".join(
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{size}" font-family="sans-serif">',
                f"<title>{escape(title)}</title>",
                f'<rect x="{left:g}" y="{top:g}" width="{width:g}" height="{height:g}" fill="#cfdfe5"/>',
                *self._land(),
                *self._labels(),
                *(part for order in best for part in self._order(order, _BEST, order not in ordered, dashed=True)),
                *(part for order in ordered for part in self._order(order, _ORDERED, order not in best)),
                *self._units(),
                "</svg>\n",
            )
        )

    def _land(self) -> Iterator[str]:
        owners = self._situation.owners()
        for shape in self._map["scenery"]:
            yield f'<path d="{shape}" fill="#cfc4ad"/>'
        for kind in ("sea", "coast", "land"):
            for name, province in self._map["provinces"].items():
                if province["kind"] != kind or not province["shape"]:
                    continue
                fill = "#cfdfe5" if kind == "sea" else "#f1e6cd"
                yield f'<path d="{province["shape"]}" fill="{fill}" stroke="#a3957a"/>'
                if name in owners:
                    yield f'<path d="{province["shape"]}" fill="{_COLOURS[owners[name]]}" fill-opacity="0.35"/>'

    def _labels(self) -> Iterator[str]:
        for name, province in self._map["provinces"].items():
            if province["center"]:
                x, y = province["center"]
                yield f'<circle cx="{x:g}" cy="{y:g}" r="{self._side * 0.2:.1f}" fill="#fffdf8" stroke="#22282d"/>'
            if province["label"]:
                x, y, turned = province["label"]
                turn = f' transform="rotate({turned:g} {x:g} {y:g})"' if turned else ""
                size = f'font-size="{self._side * 0.42:.1f}"'
                yield f'<text x="{x:g}" y="{y:g}" {size} fill="#6d6552" text-anchor="middle"{turn}>{name}</text>'

    def _units(self) -> Iterator[str]:
        side = self._side
        for power, units in self._situation.units.items():
            for unit in units:
                x, y = self._spot(unit.location)
                edge = 'stroke="#22282d" stroke-width="3"' if power == self._situation.power else 'stroke="#fffdf8"'
                look = f'fill="{_COLOURS[power]}" {edge}'
                yield (
                    f'<circle cx="{x:g}" cy="{y:g}" r="{side * 0.5:.1f}" {look}/>'
                    if unit.kind == "A"
                    else f'<rect x="{x - side * 0.6:.1f}" y="{y - side * 0.36:.1f}" width="{side * 1.2:.1f}" '
                    f'height="{side * 0.72:.1f}" rx="{side * 0.3:.1f}" {look}/>'
                )
                yield (
                    f'<text x="{x:g}" y="{y + side * 0.2:.1f}" font-size="{side * 0.56:.1f}" font-weight="bold" '
                    f'fill="#ffffff" text-anchor="middle">{unit.kind}</text>'
                )

    def _order(self, order: Order, colour: str, differs: bool, *, dashed: bool = False) -> Iterator[str]:
        """Holds are drawn as a bar below the unit; a support ends in a dot."""
        here, side = self._spot(order.unit.location), self._side
        width = side * (0.2 if differs else 0.08)
        dash = f' stroke-dasharray="{side * 0.3:.1f} {side * 0.22:.1f}"' if dashed else ""
        stroke = f'stroke="{colour}" stroke-width="{width:.1f}" fill="none"{dash}'
        tip = f"<title>{escape(order)}</title>"
        if order.verb == "H":
            y = here[1] + side * (0.8 if dashed else 0.66)
            yield f'<path d="M{here[0] - side * 0.45:.1f} {y:.1f}h{side * 0.9:.1f}" {stroke}>{tip}</path>'
            return
        there = self._spot(order.location or order.mover.location)
        if order.helped:
            start = self._spot(order.helped.location)
            there = ((start[0] + there[0]) / 2, (start[1] + there[1]) / 2)
        bow = side * (0.5 if dashed else -0.5)
        middle = _bowed(here, there, bow)
        end = _toward(there, middle, 0.0 if order.helped else side * 0.6)
        path = f"M{_at(here)}Q{_at(middle)} {_at(end)}"
        yield f'<path d="{path}" {stroke}>{tip}</path>'
        if order.helped:
            yield f'<circle cx="{end[0]:.1f}" cy="{end[1]:.1f}" r="{width:.1f}" fill="{colour}"/>'
        else:
            yield _tip(middle, end, colour, max(width * 2, side * 0.3))

    def _spot(self, location: str) -> Point:
        x, y = self._map["places"][location]["unit"]
        return x, y


def _tip(before: Point, end: Point, colour: str, size: float) -> str:
    turn = math.degrees(math.atan2(end[1] - before[1], end[0] - before[0]))
    shape = f"M{size:.1f} 0L{-size * 0.4:.1f} {-size * 0.6:.1f}L{-size * 0.4:.1f} {size * 0.6:.1f}Z"
    return f'<path d="{shape}" fill="{colour}" transform="translate({_at(end)}) rotate({turn:.1f})"/>'


def _bowed(one: Point, other: Point, by: float) -> Point:
    """A point beside the middle, so that two lines between the same places can be told apart."""
    dx, dy = other[0] - one[0], other[1] - one[1]
    length = math.hypot(dx, dy) or 1.0
    return (one[0] + other[0]) / 2 - dy / length * by, (one[1] + other[1]) / 2 + dx / length * by


def _toward(one: Point, other: Point, by: float) -> Point:
    dx, dy = other[0] - one[0], other[1] - one[1]
    length = math.hypot(dx, dy) or 1.0
    return one[0] + dx / length * by, one[1] + dy / length * by


def _at(point: Point) -> str:
    return f"{point[0]:.1f} {point[1]:.1f}"
