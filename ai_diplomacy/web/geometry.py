"""The map as shapes: what the page draws, read from the drawing that the engine's package ships."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from ..board.terrain import Terrain, engine, province_of, terrain

_SVG = "{http://www.w3.org/2000/svg}"
_DATA = "{svg.dtd}"
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@cache
def geometry(name: str) -> dict[str, Any]:
    """One map as plain JSON data.

    ``size``: width and height of the drawing; ``unit``: side of a unit; ``provinces``: province -> ``name``, ``kind``,
    ``shape`` (SVG path data), ``label`` (``[x, y, degrees]`` or ``null``) and ``center`` (``[x, y]`` of its supply
    centre, or ``null``); ``places``: location -> ``name``, ``unit`` and ``dislodged`` (``[x, y]`` of the middle of a
    unit); ``scenery``: shapes that no unit enters. Raises ``ValueError`` for a map that has no drawing.
    """
    ground = terrain(name)
    root = _drawing(ground)
    left, top, width, height = (float(part) for part in root.get("viewBox", "").split())
    sides = {each.get("name", ""): float(each.get("width", "0")) for each in root.iter(f"{_DATA}SYMBOLSIZE")}
    shapes, scenery = _shapes(root, ground)
    labels, centers = _labels(root, ground), _centers(root, ground, sides["SupplyCenter"])
    places = {
        location: {"name": ground.names[location]} | where
        for location, where in sorted(_places(root, ground, sides["Army"]).items())
    }
    return {
        "map": name,
        "size": [left, top, width, height],
        "unit": sides["Army"],
        "victory": ground.victory,
        "provinces": {
            province: {
                "name": ground.names[province],
                "kind": ground.kinds[province],
                "shape": shapes.get(province, ""),
                "label": labels.get(province),
                "center": centers.get(province),
            }
            for province in ground.provinces
        },
        "places": places,
        "scenery": scenery,
    }


def _drawing(ground: Terrain) -> ElementTree.Element:
    folder = Path(engine().__file__).parent / "maps" / "svg"
    path = next((folder / f"{stem}.svg" for stem in _stems(ground.name) if (folder / f"{stem}.svg").is_file()), None)
    if path is None:
        raise ValueError(f"the map {ground.name!r} has no drawing")
    return ElementTree.fromstring(path.read_bytes())


def _stems(name: str) -> Iterator[str]:
    """``standard_fleet_rome``, ``standard_fleet``, ``standard``: a variant may be drawn like the map it varies."""
    parts = name.split("_")
    for count in range(len(parts), 0, -1):
        yield "_".join(parts[:count])


def _location(name: str, ground: Terrain) -> str | None:
    """``spa-nc`` -> ``SPA/NC``; ``mid`` -> ``MAO``; ``None`` for what is no place of the game."""
    spelling = name.lstrip("_").upper().replace("-", "/")
    if spelling in ground.names and province_of(spelling) in ground.kinds:
        return spelling
    return ground.aliases.get(spelling)


def _layer(root: ElementTree.Element, name: str) -> ElementTree.Element:
    return next((layer for layer in root.iter(f"{_SVG}g") if layer.get("id") == name), ElementTree.Element("g"))


def _shapes(root: ElementTree.Element, ground: Terrain) -> tuple[dict[str, str], list[str]]:
    shapes: dict[str, str] = {}
    scenery: list[str] = []
    for name in ("MapLayer", "MouseLayer"):
        layer = _layer(root, name)
        moved = _offset(layer.get("transform", ""))
        for each in layer:
            location = _location(each.get("id", ""), ground)
            drawn = " ".join(filter(None, (_path(part, moved) for part in each.iter())))
            if location is None and each.get("class") in ("impassable", "neutral"):
                scenery.append(drawn)
            elif location is not None and location == province_of(location) and drawn:
                shapes.setdefault(location, drawn)
    return shapes, scenery


def _path(element: ElementTree.Element, moved: tuple[float, float]) -> str:
    """A shape as path data with absolute coordinates."""
    if points := [float(number) for number in _NUMBER.findall(element.get("points", ""))]:
        pairs = zip(points[::2], points[1::2], strict=False)
        return "M" + " L".join(f"{_short(x + moved[0])} {_short(y + moved[1])}" for x, y in pairs) + " Z"
    written: list[str] = []
    across = True
    for token in re.findall(r"[A-Za-z]|-?\d+(?:\.\d+)?", element.get("d", "")):
        if token.isalpha():
            if token not in "MLCZz":
                raise ValueError(f"the drawing has a {token!r} in a path, which is not read here")
            across = True
            written.append(token.upper())
        else:
            written.append(_short(float(token) + moved[0 if across else 1]))
            across = not across
    return " ".join(written)


def _places(root: ElementTree.Element, ground: Terrain, side: float) -> dict[str, dict[str, list[float]]]:
    """The drawing gives the upper left corner of each unit. Names of the engine win over their aliases."""
    found: dict[str, dict[str, list[float]]] = {}
    for each in root.iter(f"{_DATA}PROVINCE"):
        name = each.get("name", "")
        location = _location(name, ground)
        if location is None or (location in found and location != name.upper().replace("-", "/")):
            continue
        found[location] = {
            word: [float(spot.get("x", "0")) + side / 2, float(spot.get("y", "0")) + side / 2]
            for word, tag in (("unit", "UNIT"), ("dislodged", "DISLODGED_UNIT"))
            if (spot := each.find(f"{_DATA}{tag}")) is not None
        }
    return found


def _labels(root: ElementTree.Element, ground: Terrain) -> dict[str, list[float]]:
    layer = _layer(root, "BriefLabelLayer")
    base = _offset(layer.get("transform", ""))
    labels = {}
    for text in layer.iter(f"{_SVG}text"):
        location = _location("".join(text.itertext()).strip(), ground)
        if location is None:
            continue
        moved, turned = (
            _offset(text.get("transform", "")),
            re.search(r"rotate\((-?[\d.]+)\)", text.get("transform", "")),
        )
        x, y = float(text.get("x", "0")) + base[0] + moved[0], float(text.get("y", "0")) + base[1] + moved[1]
        labels[province_of(location)] = [x, y, float(turned[1]) if turned else 0.0]
    return labels


def _centers(root: ElementTree.Element, ground: Terrain, side: float) -> dict[str, list[float]]:
    centers = {}
    for each in _layer(root, "SupplyCenterLayer").iter(f"{_SVG}use"):
        location = _location(each.get("id", "").removeprefix("sc_"), ground)
        moved = _offset(each.get("transform", ""))
        half = float(each.get("width", side)) / 2
        if location is not None:
            centers[province_of(location)] = [
                float(each.get("x", "0")) + moved[0] + half,
                float(each.get("y", "0")) + moved[1] + half,
            ]
    return centers


def _offset(transform: str) -> tuple[float, float]:
    match = re.search(r"translate\((-?[\d.]+)[ ,]+(-?[\d.]+)\)", transform)
    return (float(match[1]), float(match[2])) if match else (0.0, 0.0)


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
