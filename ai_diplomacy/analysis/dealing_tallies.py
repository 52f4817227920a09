"""What is counted of stabs, of what came after them, and of trust: for each power the sums of its seat."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..board.units import order_for
from .aftermath import consequences
from .breaches import BreachFigures, breaches
from .dealings import PhaseDealings, dealings
from .game_record import GameRecord
from .played import played

PowerCounts = tuple[str, Mapping[str, float]]
"""A power, and what is to be added to sums of its seat."""


@dataclass(frozen=True, slots=True)
class PricedStab:
    """A stab with its price."""

    phase: str
    breaker: str
    victim: str
    figures: BreachFigures


def dealing_counts(game: GameRecord, prices: Iterable[PricedStab] = ()) -> Iterator[PowerCounts]:
    """Of all powers of a game; ``prices``: those of its stabs that are known."""
    done = list(dealings(game))
    broken = list(breaches(game))
    for breach in broken:
        if breach.stab:
            yield breach.breaker, {"stabs": 1}
            yield breach.victim, {"stabs_suffered": 1}
    after = consequences(game, done, broken)
    for pair in after.pairs:
        when = "stabbed" if pair.stabbed else "unstabbed"
        yield pair.power, {when: 1, f"{when}_hit_back": pair.hit_back, f"{when}_friendly": pair.friendly}
        if pair.warmth is not None:
            yield pair.power, {f"{when}_views": 1, f"{when}_warmth": pair.warmth}
    for found in after.reputations:
        when = "third" if found.stabbed else "calm"
        more = found.attacks_after - found.attacks_before
        yield found.power, {f"{when}_watched": found.watched, f"{when}_attacks": more}
        yield found.power, {f"{when}_views": found.views, f"{when}_warmth": found.warmth}
    yield from _trust(done)
    yield from _relied(game)
    for priced in prices:
        figures = {name: getattr(priced.figures, name) for name in ("cost", "gain", "bait", "switch", "edge")}
        if None not in figures.values():
            yield priced.breaker, {"stabs_priced": 1, **{f"stab_{name}": worth for name, worth in figures.items()}}


def _trust(done: Sequence[PhaseDealings]) -> Iterator[PowerCounts]:
    for phase in done:
        for (one, other), left in phase.open.items():
            yield one, {"open": len(left), "open_spared": len(left) - phase.entered[one, other]}
        for (helper, helped), given in phase.helps.items():
            yield helped, {"helped": len(given), "helped_used": phase.used[helper, helped]}


def _relied(game: GameRecord) -> Iterator[PowerCounts]:
    """Supports and convoys that were promised for a move of the reader, which it then ordered."""
    turns = {str(turn.situation.phase): turn for turn in played(game)}
    for row in game.promised:
        turn, order = turns.get(row.decided), row.commitment.order
        if turn is None or order is None or order.helped is None or not order.location or not row.due:
            continue
        move = order_for(order.helped, turn.ordered.get(row.recipient, ()))
        if move is not None and move.target == order.goal:
            yield row.recipient, {"relied": 1, "relied_came": row.verdict == "kept"}
