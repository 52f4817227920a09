"""Temperament: what sort of person sits behind each power."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..board.chance import chance
from ..board.terrain import Terrain

Tone = Literal["courtly", "blunt", "warm", "dry"]


@dataclass(frozen=True, slots=True)
class Temperament:
    """Shares run from 0 to 1."""

    tone: Tone
    loyalty: float
    """How firmly a promise holds when breaking it would pay."""
    trust: float
    """How readily it believes an offer."""
    candour: float
    """How often it puts a pledge beside its words."""
    nerve: float
    """How readily it warns, refuses and asks for something in return."""
    messages: int
    """Messages that it likes to write in a round."""


_KNOWN = {
    "AUSTRIA": Temperament("courtly", loyalty=0.80, trust=0.70, candour=0.70, nerve=0.35, messages=3),
    "ENGLAND": Temperament("dry", loyalty=0.60, trust=0.50, candour=0.50, nerve=0.50, messages=3),
    "FRANCE": Temperament("courtly", loyalty=0.65, trust=0.60, candour=0.60, nerve=0.55, messages=3),
    "GERMANY": Temperament("blunt", loyalty=0.75, trust=0.55, candour=0.75, nerve=0.60, messages=3),
    "ITALY": Temperament("warm", loyalty=0.35, trust=0.60, candour=0.60, nerve=0.30, messages=3),
    "RUSSIA": Temperament("blunt", loyalty=0.50, trust=0.45, candour=0.50, nerve=0.75, messages=3),
    "TURKEY": Temperament("dry", loyalty=0.55, trust=0.40, candour=0.45, nerve=0.65, messages=2),
}
_TONES: tuple[Tone, ...] = ("courtly", "blunt", "warm", "dry")
_SPREAD = 0.12
"""How far one game's person may stand from the table."""
_CAPITALS = (
    *("Constantinople", "Vienna", "London", "Paris", "Berlin", "Rome", "Moscow", "Madrid", "Warsaw", "Kiev"),
    *("Cairo", "Ankara", "Athens", "Roma", "Memphis"),
)


def temperament(power: str, game: str) -> Temperament:
    """The person behind the power in this game: always the same sort, never quite the same."""
    usual = _KNOWN.get(power) or _stranger(power)
    luck = chance(game, power, "temperament")
    usually = usual.loyalty, usual.trust, usual.candour, usual.nerve
    shares = [min(0.95, max(0.1, share + luck.uniform(-_SPREAD, _SPREAD))) for share in usually]
    loyalty, trust, candour, nerve = shares
    return Temperament(usual.tone, loyalty, trust, candour, nerve, usual.messages)


def _stranger(power: str) -> Temperament:
    luck = chance(power, "stranger")
    loyalty, trust, candour, nerve = (luck.uniform(0.35, 0.8) for _ in range(4))
    return Temperament(luck.choice(_TONES), loyalty, trust, candour, nerve, messages=luck.choice((2, 3)))


def seat(power: str, ground: Terrain) -> str:
    """The city that signs the power's messages: its capital where that is a home, else its first home."""
    homes = [ground.names[home].removeprefix("Province of ") for home in ground.homes.get(power, ())]
    return next((city for city in _CAPITALS if city in homes), homes[0] if homes else power.title())
