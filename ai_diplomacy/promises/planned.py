"""Orders that a clause plans for the writer's own units, in notation or in English words.

``A VEN-TRI``; ``the fleet in Brest moves to the English Channel``; ``Munich supports Paris to Burgundy``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..board.breaking import same_unit
from ..board.units import Order, Unit
from .clauses import Clause

_THE = r"(?:(?:my|the|our|its|own)\s+)*"
_FORCE = r"(?:army|fleet|units?|troops|forces|garrison|men|ships?)"
_UNIT = rf"{_THE}(?:{_FORCE}\s+(?:in|at|of|from|on)\s+(?:the\s+)?)?<(?P<unit>[A-Z]{{3}})>(?:'s)?(?:\s+{_FORCE})?"
_AUX = (
    r"(?:\s+(?:will|would|shall|must|should|is|are|going|to|now|then|simply|instead|also|just|gets?|order(?:ed|s)?|quietly|straight"
    r"|itself|secretly|actually|really|still|be|about|back|this|turn|spring|fall|year|,)){0,5}?\s+"
)
GOES = (
    r"(?:mov|go|head|sail|march|advanc|attack|strik|tak|enter|slip|walk|push|step|jump|swing|shift|hit|invad|seiz|grab"
    r"|captur|occup|land|sneak|cross|pounc|storm|steam|div|driv|lung|steal|return|retreat)"
    r"(?:e|es|s|ing|ping|bing|ting|y|ies|ying)?"
)
TO = (
    r"(?:\s+(?:in|to|into|on|onto|for|at|against|over|down|up|across|through|out|towards?|upon|and|take))*"
    r"\s+(?:the\s+)?"
)
_MOVES = (
    re.compile(rf"{_UNIT}{_AUX}{GOES}{TO}<(?P<goal>[A-Z]{{3}})>", re.IGNORECASE),
    re.compile(rf"{_UNIT}\s*(?:to|into|->|=>|\u2192|-|\u2013)\s*(?:the\s+)?<(?P<goal>[A-Z]{{3}})>", re.IGNORECASE),
    re.compile(
        rf"\b(?:mov|send|order|shift|march|sail|swing|tak|bring|slid|push|us|throw|slip)(?:e|ing)?\s+{_UNIT}"
        rf"\s+(?:in|in?to|against|for|to\s+(?:take|attack|grab|enter|seize|hit))\s+(?:the\s+)?<(?P<goal>[A-Z]{{3}})>",
        re.IGNORECASE,
    ),
)
_SUPPORTS = re.compile(
    rf"{_UNIT}{_AUX}support(?:s|ing)?\s+{_UNIT.replace('(?P<unit>', '(?P<helped>')}"
    r"(?:\s+(?:to|into|in|against|on)\s+(?:the\s+)?<(?P<goal>[A-Z]{3})>)?",
    re.IGNORECASE,
)
_HOLDS = re.compile(
    rf"{_UNIT}{_AUX}(?:hold|stay|remain|stand|do(?:es)? not (?:move|stir|leave)|won't (?:move|stir|leave))(?:s|ing)?\b",
    re.IGNORECASE,
)


def planned(clause: Clause, own: Sequence[Unit], others: Sequence[Unit]) -> list[tuple[Order, int]]:
    """The orders for ``own`` units that the clause names, whatever it says of them, with where they stand in its
    ``marked`` text. ``others``: the units of other powers, which may be helped."""
    found = []
    for at, order in enumerate(clause.orders):
        mine = _own(order.unit, own)
        if order.verb == "B" or mine is not None:
            found.append((Order(str(order).replace(order.unit, mine or order.unit, 1)), clause.marked.find(f"[{at}]")))
    return [*found, *_in_words(clause.marked, own, others)]


def _in_words(text: str, own: Sequence[Unit], others: Sequence[Unit]) -> Iterator[tuple[Order, int]]:
    standing = {unit.province: unit for unit in own}
    anybody = {unit.province: unit for unit in others} | standing
    for pattern in _MOVES:
        for match in pattern.finditer(text):
            unit, goal = standing.get(match["unit"]), match["goal"]
            if unit and goal != unit.province:
                yield Order(f"{unit} - {goal}"), match.start()
    for match in _SUPPORTS.finditer(text):
        unit, helped = standing.get(match["unit"]), anybody.get(match["helped"])
        if unit and helped and unit != helped:
            aim = f" - {match['goal']}" if match["goal"] else ""
            yield Order(f"{unit} S {helped}{aim}"), match.start()
    for match in _HOLDS.finditer(text):
        if unit := standing.get(match["unit"]):
            yield Order(f"{unit} H"), match.start()


def _own(named: Unit, own: Sequence[Unit]) -> Unit | None:
    """The unit that is meant; its type counts for nothing, as bare places are written, too."""
    exact = next((unit for unit in own if same_unit(unit, named)), None)
    return exact or next((unit for unit in own if unit.province == named.province), None)
