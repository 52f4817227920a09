"""The JSON schemas that replies are held to: of their shape, or also of all that the rules of the game allow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from functools import cache
from typing import Any, NamedTuple

from ..board.press import ALL
from ..board.situation import Situation
from ..board.terrain import province_of
from .constraint import USUAL, Constraint
from .memory import MAX_ENTRY, MAX_GOAL, MAX_GOALS
from .replies import NegotiateReply, StepReply

Schema = dict[str, Any]

_LONGEST_BOUND = 2000
"""Characters of a text that are counted off; llama.cpp refuses a grammar that counts further."""


class Asked(NamedTuple):
    """What a request says of its reply."""

    schema: Mapping[str, Any] | None
    """``None``: nothing."""
    looser: Mapping[str, Any] | None
    """For an endpoint that does not take the other; ``None`` where there is no looser one but none at all."""


class ReplySchemas:
    """The schemas for one power's model. It is handed the same object for the same question."""

    def __init__(
        self, constraint: Constraint = USUAL, *, max_messages: int = 6, max_message_characters: int = 1200
    ) -> None:
        self._constraint = constraint
        self._messages = max_messages
        self._characters = max_message_characters
        self._situation: Situation | None = None
        self._legal: dict[tuple[type[StepReply], Sequence[str]], Schema] = {}
        """Of the situation."""

    def of(self, shape: type[StepReply], situation: Situation, numbers: tuple[str, ...] = ()) -> Asked:
        """For a question about a situation. ``numbers``: of the messages that may be believed."""
        if self._constraint == "none":
            return Asked(None, None)
        others = tuple(power for power in sorted(situation.units) if power != situation.power)
        loose = shape_schema(shape, others, numbers)
        if self._constraint == "shape":
            return Asked(loose, None)
        if situation is not self._situation:
            self._situation, self._legal = situation, {}
        if (shape, numbers) not in self._legal:
            self._legal[shape, numbers] = self._made(shape, situation, loose)
        return Asked(self._legal[shape, numbers], loose)

    def _made(self, shape: type[StepReply], situation: Situation, loose: Mapping[str, Any]) -> Schema:
        schema: Schema = deepcopy(dict(loose))
        fields: dict[str, Schema] = schema["properties"]
        for field in fields.values():
            if field.get("type") == "string":
                field |= _text(MAX_ENTRY)
        others = [power for power in situation.survivors if power != situation.power]
        if "goals" in fields:
            fields["goals"] |= {"items": _text(MAX_GOAL), "maxItems": MAX_GOALS}
        if "relationships" in fields:
            word: Schema = fields["relationships"]["additionalProperties"]
            fields["relationships"] = _closed(dict.fromkeys(others, word))
        if issubclass(shape, NegotiateReply):
            fields["messages"]["maxItems"] = self._messages
            (message,) = schema["$defs"].values()
            self._address(message["properties"], situation, others)
        if "orders" in fields and situation.legal_orders:
            fields["orders"] = _closed(_choices(situation))
        return schema

    def _address(self, fields: dict[str, Schema], situation: Situation, others: Sequence[str]) -> None:
        fields["to"] |= {"items": _one_of((*others, ALL)), "minItems": 1, "maxItems": max(1, len(others))}
        fields["text"] |= _text(self._characters)
        most = len(situation.legal_orders) + len(others)
        fields["pledges"] |= {"items": _one_of(_pledges(situation, others)), "maxItems": most}


@cache
def shape_schema(shape: type[StepReply], others: tuple[str, ...], numbers: tuple[str, ...] = ()) -> Mapping[str, Any]:
    """The fields of a reply. ``others``: the powers to which relationships can be had; ``numbers``: as in ``of``."""
    schema = shape.model_json_schema()
    for field, names in (("relationships", others), ("beliefs", numbers)):
        if field in schema.get("properties", {}):
            schema["properties"][field]["propertyNames"] = {"enum": list(names)}
    return schema


def _choices(situation: Situation) -> dict[str, Schema]:
    """A field for each order that is due: the province of a unit, which all vendors take for a name. Where fewer are
    to be built or disbanded than could be, the fields are numbers, and may still choose the same twice."""
    legal = situation.legal_orders
    if situation.kind != "A":
        return {_province(unit): _one_of(orders) for unit, orders in legal.items()}
    waive = ("WAIVE",) if situation.due > 0 else ()
    if abs(situation.due) >= len(legal):
        return {_province(at): _one_of((*orders, *waive)) for at, orders in legal.items()}
    every = _one_of([*(order for orders in legal.values() for order in orders), *waive])
    return {str(number): every for number in range(1, abs(situation.due) + 1)}


def _pledges(situation: Situation, others: Sequence[str]) -> list[str]:
    """Legal orders, and without a term what else can be promised; of provinces those that a unit can step to, so that
    the list stays short enough for vendors that count."""
    ground = situation.terrain
    near = sorted({province_of(at) for unit in situation.own_units for at in ground.reach(unit)})
    return [
        *(order for orders in situation.legal_orders.values() for order in orders),
        *(f"out of {province}" for province in near),
        *(f"peace {power}" for power in others),
        *(f"{unit} stays" for unit in situation.own_units),
    ]


def _province(place: str) -> str:
    """Of ``F STP/SC``, or of a place to build in."""
    return province_of(place.rpartition(" ")[2])


def _closed(fields: Mapping[str, Schema]) -> Schema:
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}


def _one_of(values: Sequence[str]) -> Schema:
    return {"type": "string", "enum": list(values)}


def _text(most: int) -> Schema:
    return {"type": "string", "maxLength": most} if most <= _LONGEST_BOUND else {"type": "string"}
