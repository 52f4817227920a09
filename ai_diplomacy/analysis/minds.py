"""What a power thought, noted and meant, note by note."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

from ..agent.events import Consolidated, DiaryWritten, Initialized, OrdersExplained, Planned, Reflected
from ..records.events import Event

Note = Literal["goal", "relationship", "diary", "plan", "reasoning", "intent", "summary"]


@dataclass(frozen=True, slots=True)
class MindRow:
    """One thing that one power held, privately, at one step."""

    phase: Annotated[str, "phase that the step belongs to"]
    power: Annotated[str, "who held it"]
    step: Annotated[str, "initialize, negotiate, plan, order, reflect or consolidate"]
    round: Annotated[int, "round of negotiation, 0 in other steps"]
    note: Annotated[Note, "goal, relationship, diary, plan, reasoning, intent or summary"]
    other: Annotated[str, "in a relationship the other power; else empty"]
    text: Annotated[str, "the words; of a relationship Enemy, Unfriendly, Neutral, Friendly or Ally"]


def mind_rows(event: Event) -> Iterator[MindRow]:
    """What an event tells of a mind; of most events nothing."""
    match event:
        case Initialized() | Reflected():
            step = "initialize" if isinstance(event, Initialized) else "reflect"
            for goal in event.goals:
                yield MindRow(event.phase, event.power, step, 0, "goal", "", goal)
            for other, level in event.relationships.items():
                yield MindRow(event.phase, event.power, step, 0, "relationship", other, level)
        case DiaryWritten():
            yield MindRow(event.phase, event.power, event.step, event.round, "diary", "", event.text)
        case Planned():
            yield MindRow(event.phase, event.power, "plan", 0, "plan", "", event.directive)
        case OrdersExplained():
            if event.reasoning:
                yield MindRow(event.phase, event.power, "order", 0, "reasoning", "", event.reasoning)
            if event.intent:
                yield MindRow(event.phase, event.power, "order", 0, "intent", "", event.intent)
        case Consolidated():
            yield MindRow(event.phase, event.power, "consolidate", 0, "summary", "", event.summary)
