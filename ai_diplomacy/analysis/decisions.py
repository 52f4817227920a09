"""Every movement order set of a finished game, with the position in which it was given, ready to be priced."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..board.situation import Situation
from ..board.units import Order
from ..search.position import Position
from ..search.pricing import PRICING, SAMPLES, price
from .game_record import GameRecord
from .played import played
from .position_kinds import PositionKind, position_kind
from .price_book import PriceBook, price_key

PRICES = "prices.jsonl"
SEED = 0


@dataclass(frozen=True, slots=True)
class Decision:
    """What one power ordered in one movement phase, and what the others did."""

    power: str
    situation: Situation
    """The public part, as any power sees it; without legal orders."""
    ordered: Mapping[str, tuple[Order, ...]]
    """Power -> its orders in the phase, of all powers."""

    @property
    def key(self) -> str:
        seen = self.situation
        told = [PRICING, SAMPLES, SEED, seen.map, seen.phase, dict(seen.units), dict(seen.centers), self.power]
        return price_key([*told, dict(self.ordered)])

    def priced(self) -> DecisionPrice:
        """The price, the same wherever it is asked."""
        own = self.ordered[self.power]
        seen = Position.of(self.situation).seen_by(self.power)
        forward = price(seen, own, samples=SAMPLES, seed=SEED)
        hindsight = price(seen, own, others=self.ordered, samples=SAMPLES, seed=SEED)
        return DecisionPrice(
            kind=position_kind(seen),
            forward=round(forward.best - forward.value, 6),
            forward_stake=round(forward.stake, 6),
            beyond=round(forward.usual - forward.value, 6),
            hindsight=round(hindsight.best - hindsight.value, 6),
            hindsight_stake=round(hindsight.stake, 6),
        )


@dataclass(frozen=True, slots=True)
class DecisionPrice:
    """What orders cost, in centres that may be expected two years later. A stake is what the best reply is worth less
    what orders drawn by lot are."""

    kind: PositionKind
    forward: float
    """Regret against what could be expected of the others, as from the position alone."""
    forward_stake: float
    beyond: float
    """Regret forward beyond that of draws of DumbBot's orders in the same position."""
    hindsight: float
    """Regret against what the others really ordered."""
    hindsight_stake: float


def decisions(game: GameRecord) -> Iterator[Decision]:
    """Those of the powers that had units, phase by phase; none of a phase in which a draw was agreed on."""
    for turn in played(game):
        for power in turn.ordered:
            if turn.situation.units[power]:
                # They share what is public.
                yield Decision(power, turn.situation, turn.ordered)


@dataclass(frozen=True, slots=True)
class PricedDecision:
    """One order set of a game."""

    phase: str
    power: str
    price: DecisionPrice


def priced_decisions(game: GameRecord, book: PriceBook[DecisionPrice]) -> Sequence[PricedDecision]:
    """Those of the game's order sets that have a price, in the order of play."""
    known = ((decision, book.get(decision.key)) for decision in decisions(game))
    return [
        PricedDecision(str(decision.situation.phase), decision.power, price)
        for decision, price in known
        if price is not None
    ]
