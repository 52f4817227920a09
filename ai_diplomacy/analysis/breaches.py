"""The breaches of a game, victim by victim, and which of them are stabs: ready to be priced."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from ..board.breaking import Ground, breaking
from ..board.commitments import Promise
from ..board.phase import Phase
from ..board.situation import Situation
from ..board.units import Order
from ..promises.promised import Promised
from ..search.best_reply import moved
from ..search.breaches import BREACH_PRICING, SAMPLES, price_breach
from ..search.position import Position
from .game_record import GameRecord
from .played import PlayedPhase, played
from .price_book import PriceBook, price_key

BREACH_PRICES = "breach_prices.jsonl"
SEED = 0


@dataclass(frozen=True, slots=True)
class BreachFigures:
    """The price of a breach (``search.breaches.BreachPrice``), in centres; ``None``: it could not be kept, as its
    promises contradict each other."""

    cost: float | None
    gain: float | None
    bait: float | None
    switch: float | None
    edge: float | None
    kept: str
    """The orders that would have kept it, where they are others."""


@dataclass(frozen=True, slots=True)
class Breach:
    """The promises that the movement orders of one power broke to the harm of another."""

    situation: Situation
    """The public part; without legal orders."""
    ordered: Mapping[str, tuple[Order, ...]]
    """Power -> its orders, of all powers."""
    breaker: str
    victim: str
    promises: tuple[Promised, ...]
    """In the order in which they were made."""

    @property
    def phase(self) -> Phase:
        return self.situation.phase

    @property
    def key(self) -> str:
        seen = self.situation
        told = [BREACH_PRICING, SAMPLES, SEED, seen.map, seen.phase, dict(seen.units), dict(seen.centers)]
        return price_key([*told, dict(self.ordered), self.breaker, self.victim, sorted(self._promised)])

    def priced(self) -> BreachFigures:
        """The price, the same wherever it is asked."""
        found = price_breach(
            *(self.situation, self.ordered, self.breaker, self.victim, self.breaks), samples=SAMPLES, seed=SEED
        )
        if found is None:
            return BreachFigures(None, None, None, None, None, "")
        given = self.ordered.get(self.breaker, ())
        return BreachFigures(
            cost=round(found.cost, 6),
            gain=round(found.gain, 6),
            bait=round(found.bait, 6),
            switch=round(found.switch, 6),
            edge=round(found.edge, 6),
            kept="; ".join(order for order in found.kept if order not in given),
        )

    def breaks(self, order: Order) -> bool:
        """Whether an order of the breaker breaks one of the promises."""
        return any(self._broken_by(promise, (order,)) for promise in self._promised)

    @property
    def orders(self) -> tuple[Order, ...]:
        """Those that broke the promises."""
        return tuple(order for order in self.ordered.get(self.breaker, ()) if self.breaks(order))

    @property
    def attack(self) -> tuple[Order, ...]:
        """The breaker's orders that attack the victim (``peace`` of docs/honesty.md)."""
        return self._broken_by(Promise(f"peace {self.victim}"), self.ordered.get(self.breaker, ()))

    @property
    def on_purpose(self) -> bool:
        return any(promised.on_purpose for promised in self.promises)

    @property
    def stab(self) -> bool:
        """A breach with an attack on its victim, or on purpose."""
        return self.on_purpose or bool(self.attack)

    @property
    def won(self) -> tuple[str, ...]:
        """Provinces that the moves gave the breaker, of those in which the victim had a unit or a centre; sorted."""
        position = Position.of(self.situation)
        ground, seen = position.geography, self.situation
        pieces, _ = moved(position, position.encode(chain.from_iterable(self.ordered.values())))
        own = ground.power[self.breaker]
        standing = {ground.locations[ground.province[at]] for who, _, at in pieces if who == own}
        before = {unit.province for unit in seen.units[self.breaker]}
        theirs = {*seen.centers[self.victim], *(unit.province for unit in seen.units[self.victim])}
        return tuple(sorted((standing - before) & theirs))

    @property
    def _promised(self) -> tuple[Promise, ...]:
        return tuple(p.commitment.promise for p in self.promises if p.commitment.promise is not None)

    def _broken_by(self, promise: Promise, orders: tuple[Order, ...]) -> tuple[Order, ...]:
        seen = self.situation
        ground = Ground(seen.units, seen.centers)
        return breaking(promise, self.breaker, seen.phase, ground, {**self.ordered, self.breaker: orders}) or ()


def breaches(game: GameRecord) -> Iterator[Breach]:
    """In the order of play, then by who broke its word and to whom; those of retreats and builds have no price and are
    left out, and so are those of public promises that hurt nobody."""
    broken: dict[str, list[Promised]] = {}
    for promised in game.promised:
        if promised.verdict == "broken":
            broken.setdefault(promised.decided, []).append(promised)
    for turn in played(game):
        yield from _of_phase(turn, broken.get(turn.situation.phase, []))


def _of_phase(turn: PlayedPhase, broken: list[Promised]) -> Iterator[Breach]:
    hurt: dict[tuple[str, str], list[Promised]] = {}
    for promised in broken:
        for victim in (promised.victim,) if promised.victim else turn.situation.units:
            if victim != promised.sender:
                hurt.setdefault((promised.sender, victim), []).append(promised)
    for (breaker, victim), promises in sorted(hurt.items()):
        breach = Breach(turn.situation, turn.ordered, breaker, victim, tuple(promises))
        if breach.orders and (breach.attack or any(promised.victim for promised in promises)):
            yield breach


def known_prices(
    game: GameRecord, book: PriceBook[BreachFigures] | None
) -> Iterator[tuple[Breach, BreachFigures | None]]:
    """Every breach of a game with its price, where that is known."""
    for breach in breaches(game):
        yield breach, book.get(breach.key) if book is not None else None
