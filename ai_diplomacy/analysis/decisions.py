"""Every movement order set of a finished game, with the position in which it was given, ready to be priced."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ..board.phase import Phase
from ..board.situation import Situation
from ..board.terrain import terrain
from ..board.units import Order, Unit
from ..records.sealing import compact_json
from ..search.position import Position
from ..search.pricing import PRICING, SAMPLES, price
from .game_record import GameRecord
from .position_kinds import PositionKind, position_kind

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
        """Equal for decisions that have the same price: a digest of everything that it depends on."""
        seen = self.situation
        told = [PRICING, SAMPLES, SEED, seen.map, seen.phase, dict(seen.units), dict(seen.centers), self.power]
        return hashlib.sha256(compact_json([*told, dict(self.ordered)]).encode()).hexdigest()[:32]


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
    ordered: dict[str, dict[str, list[Order]]] = {}
    for row in game.orders:
        ordered.setdefault(row.phase, {}).setdefault(row.power, []).append(Order(row.order))
    for board in game.boards:
        if board.phase not in ordered:
            continue
        orders = {power: tuple(theirs) for power, theirs in sorted(ordered[board.phase].items())}
        situation = standing(game.map, board.phase, board.units, board.centers)
        for power in orders:
            if board.units.get(power):
                # They share what is public.
                yield Decision(power, situation, orders)


def standing(
    map_name: str, phase: str, units: Mapping[str, Iterable[str]], centers: Mapping[str, Iterable[str]]
) -> Situation:
    """What everybody sees at the start of a movement phase, from what stands where and who owns what."""
    ground = terrain(map_name)
    return Situation(
        map=map_name,
        phase=Phase(phase),
        power=ground.powers[0],
        units={name: tuple(map(Unit, sorted(units.get(name, ())))) for name in ground.powers},
        centers={name: tuple(sorted(centers.get(name, ()))) for name in ground.powers},
        homes=dict(ground.homes),
        dislodged={},
        adjustments={},
        legal_orders={},
        disband_order=(),
        recent=(),
    )


def priced(decision: Decision) -> DecisionPrice:
    """The price, the same wherever it is asked."""
    own = decision.ordered[decision.power]
    seen = Position.of(decision.situation).seen_by(decision.power)
    forward = price(seen, own, samples=SAMPLES, seed=SEED)
    hindsight = price(seen, own, others=decision.ordered, samples=SAMPLES, seed=SEED)
    return DecisionPrice(
        kind=position_kind(seen),
        forward=round(forward.best - forward.value, 6),
        forward_stake=round(forward.stake, 6),
        beyond=round(forward.usual - forward.value, 6),
        hindsight=round(hindsight.best - hindsight.value, 6),
        hindsight_stake=round(hindsight.stake, 6),
    )
