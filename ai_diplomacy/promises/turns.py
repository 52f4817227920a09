"""A turn as promises are held against it: what stood where, what was said, in public and in private, and what was
ordered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ..board.phase import Phase
from ..board.press import Message
from ..board.units import Order, Unit


@dataclass(frozen=True, slots=True)
class PrivateText:
    """What a power wrote to itself before its orders were resolved."""

    step: Literal["negotiate", "plan", "order", "intent"]
    """``intent``: what it said with its orders that it means to do about its pledges."""
    round: int
    """Of ``negotiate``, from 1: written together with the messages of that round; 0 in other steps, which come after
    all press."""
    text: str


@dataclass(frozen=True, slots=True)
class Turn:
    """A movement phase, with the retreats and adjustments that followed before the next one."""

    map: str
    phase: Phase
    messages: Sequence[Message]
    """Written in the phase, in their order."""
    units: Mapping[str, Sequence[Unit]]
    """Power -> its units when the phase began."""
    centers: Mapping[str, Sequence[str]]
    """Power -> centres that it owned then."""
    orders: Mapping[Phase, Mapping[str, Sequence[Order]]]
    """Phase of the turn -> power -> the orders that stood."""
    private: Mapping[str, Sequence[PrivateText]] = field(default_factory=dict)
    """Power -> its private words of all phases of the turn, oldest first."""
    undecided: frozenset[str] = frozenset()
    """Powers whose reply to the order step could not be used, so that the rules ordered for them."""
    unordered: Mapping[str, frozenset[Unit]] = field(default_factory=dict)
    """Power -> units for which the rules filled in an order because the one given was illegal, or none was given."""
    drawn: bool = False
    """Whether the game ended in this phase by everybody's vote, so that no order was carried out."""
