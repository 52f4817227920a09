"""The stabs of a game: who broke which word to whom, what it had meant, what it ordered, what that won and cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..board.commitments import Promise
from ..board.phase import Phase
from ..board.units import Order
from ..promises.clauses import clauses
from .breaches import Breach, BreachFigures
from .game_record import GameRecord, MessageRow


@dataclass(frozen=True, slots=True)
class StabRow:
    """A breach of one power to the harm of another in one movement phase, with its words and its price."""

    phase: Phase
    breaker: str
    victim: str
    stab: bool
    """Whether it came with an attack on the victim, or on purpose."""
    attack: bool
    on_purpose: bool
    promised: str
    """In the notation of pledges."""
    said: str
    """The line of the message that promised it; empty where no message is known."""
    meant: str
    """The private words of the account; empty where there are none."""
    where: str
    """Where they stand."""
    ordered: str
    """The orders that broke the promises, then those that attack the victim."""
    won: str
    """Provinces of the victim (a unit or a centre of it) that the moves gave the breaker."""
    figures: BreachFigures | None
    """``None``: not priced."""

    @property
    def size(self) -> float:
        """What it cost the victim, in centres; without a price, how many provinces it won."""
        if self.figures is None or self.figures.cost is None:
            return float(len(self.won.split()))
        return self.figures.cost


def stab_rows(game: GameRecord, priced: Iterable[tuple[Breach, BreachFigures | None]]) -> list[StabRow]:
    """All breaches of movement phases, those that cost most first; of equal ones what brought most, then the first."""
    messages = {message.sequence: message for message in game.messages}
    rows = [_row(breach, figures, messages, game.map) for breach, figures in priced]
    return sorted(rows, key=lambda row: (-row.size, -((row.figures and row.figures.gain) or 0.0), row.phase))


def _row(breach: Breach, figures: BreachFigures | None, messages: Mapping[int, MessageRow], map_name: str) -> StabRow:
    promises = breach.promises
    worst = next((promised for promised in promises if promised.on_purpose), promises[-1])
    sent = messages.get(worst.sequence)
    about = [p.commitment.promise for p in promises if p.sequence == worst.sequence and p.commitment.promise]
    said = "" if sent is None else line_about(sent.body, breach.breaker, about, breach.orders, map_name)
    return StabRow(
        *(breach.phase, breach.breaker, breach.victim, breach.stab, bool(breach.attack), breach.on_purpose),
        promised="; ".join(dict.fromkeys(promised.commitment for promised in promises)),
        said=said,
        meant=worst.quote,
        where=worst.where,
        ordered="; ".join(dict.fromkeys((*breach.orders, *breach.attack))),
        won=" ".join(breach.won),
        figures=figures,
    )


def line_about(body: str, sender: str, promises: Iterable[Promise], orders: Iterable[Order], map_name: str) -> str:
    """The sentence of a message that names most of what the promises and the orders that broke them are about, the
    first of equal ones; the whole message where none names any."""
    wanted = set[str]()
    given = list(orders)
    for promise in promises:
        wanted |= {promise.province, promise.power, promise.unit.province if promise.unit else ""}
        given += [promise.order] if promise.order else []
    wanted |= set().union(*map(_provinces, given))
    named: dict[int, set[str]] = {}
    lines: dict[int, str] = {}
    for clause in clauses(body, sender, map_name):
        lines[clause.sentence] = clause.whole
        if not clause.inherited:
            told = set(clause.places | clause.powers).union(*map(_provinces, clause.orders))
            named.setdefault(clause.sentence, set()).update(told & (wanted - {""}))
    best = max(named, key=lambda number: len(named[number]), default=None)
    return body.strip() if best is None or not named[best] else lines[best]


def _provinces(order: Order) -> set[str]:
    return {order.unit.province, order.mover.province, order.goal}
