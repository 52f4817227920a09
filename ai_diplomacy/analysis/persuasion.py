"""Whose messages changed whose orders: provisional orders from round to round, and the messages read in between."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated

from ..agent.events import ProvisionalOrders
from ..board.press import ALL, Message
from ..board.terrain import Terrain
from ..board.units import Order
from ..game.events import OrdersSubmitted

if TYPE_CHECKING:
    from .game_record import GameRecord

NOBODY = ""
"""Whose messages they were where none was read."""


@dataclass(frozen=True, slots=True)
class PersuasionRow:
    """One unit before and after a round of press, where both orders are known."""

    phase: Annotated[str, "movement phase"]
    reader: Annotated[str, "power whose unit it is"]
    unit: Annotated[str, "the unit"]
    since: Annotated[int, "round that had passed when the order before was given; 0 is before press"]
    round: Annotated[int, "round that had passed when the order after was given"]
    final: Annotated[bool, "whether the order after is the one that was given in the end"]
    before: Annotated[str, "provisional order before"]
    after: Annotated[str, "order after"]
    senders: Annotated[tuple[str, ...], "of messages read in between; of a change, those to whom it is due"]
    named: Annotated[bool, "whether a message of theirs names a province that the orders before or after are about"]

    @property
    def changed(self) -> bool:
        return self.before.removesuffix(" VIA") != self.after.removesuffix(" VIA")


def persuasion_rows(
    provisional: Iterable[ProvisionalOrders],
    submitted: Mapping[tuple[str, str], OrdersSubmitted],
    messages: Sequence[Message],
    ground: Terrain,
) -> Iterator[PersuasionRow]:
    """``submitted``: by phase and power. A change is due to all whose messages were read in between, or to those of
    them alone whose messages name what it is about."""
    told: defaultdict[tuple[str, str], dict[int, Mapping[str, Order]]] = defaultdict(dict)
    rounds: Counter[str] = Counter()
    for event in provisional:
        told[event.phase, event.power][event.round] = _by_unit(event.orders)
        rounds[event.phase] = max(rounds[event.phase], event.round + 1)
    for (phase, power), known in told.items():
        if (given := submitted.get((phase, power))) is not None:
            known[rounds[phase]] = _by_unit(order for order in given.orders if order not in given.defaults)
        heard = [m for m in messages if m.phase == phase and m.sender != power and m.readable_by(power)]
        for since, until in pairwise(sorted(known)):
            read = [message for message in heard if since < message.round <= until]
            for unit, before in known[since].items():
                if (after := known[until].get(unit)) is not None:
                    naming = [m for m in read if before != after and _names(m, (before, after), ground)]
                    senders = tuple(sorted({message.sender for message in naming or read}))
                    final = until == rounds[phase]
                    place = phase, power, unit, since, until, final
                    yield PersuasionRow(*place, before, after, senders, bool(naming))


def _by_unit(orders: Iterable[str]) -> dict[str, Order]:
    return {order.unit: order for order in map(Order, orders)}


def _names(message: Message, orders: Iterable[Order], ground: Terrain) -> bool:
    """Whether it says, or pledges, something of a place where one of these orders acts; of a hold that is its own."""
    places = {order.goal or order.mover.province for order in orders}
    text = " ".join((message.body, *message.pledges))
    return any(_named(place, ground.names[place]).search(text) for place in places)


@cache
def _named(province: str, name: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{province}|(?i:{re.escape(name)}))\b")


def read_between(rows: Iterable[PersuasionRow], game: GameRecord) -> Iterator[tuple[str, str]]:
    """(sender, reader), for each message that was read between two orders of its reader."""
    spans = {(row.phase, row.reader, row.since, row.round) for row in rows}
    for phase, reader, since, until in sorted(spans):
        for message in game.messages:
            between = message.phase == phase and since < message.round <= until and message.sender != reader
            if between and (reader in message.recipients or message.recipients == (ALL,)):
                yield message.sender, reader


def first_and_last(rows: Iterable[PersuasionRow]) -> Iterator[tuple[str, bool]]:
    """(reader, whether they differ), for each unit whose order before press and in the end are both known."""
    first: dict[tuple[str, str, str], str] = {}
    last: dict[tuple[str, str, str], str] = {}
    for row in rows:
        about = row.phase, row.reader, row.unit
        if row.since == 0:
            first[about] = row.before
        if row.final:
            last[about] = row.after
    for about in sorted(first.keys() & last.keys()):
        yield about[1], first[about].removesuffix(" VIA") != last[about].removesuffix(" VIA")


@dataclass(frozen=True, slots=True)
class Persuasion:
    """What messages of one player did to the orders of another."""

    sender: str
    """Empty: no message was read in between."""
    reader: str
    messages: int
    changes: float
    """Orders that changed after messages of the sender were read; one that is due to several is shared equally."""
    named: float
    """Those of the changes whose place a message of the sender names."""


class Persuasions:
    """Counts what the games of a folder say."""

    def __init__(self) -> None:
        self._messages: Counter[tuple[str, str]] = Counter()
        self._changes: defaultdict[tuple[str, str], float] = defaultdict(float)
        self._named: defaultdict[tuple[str, str], float] = defaultdict(float)

    def game(self, game: GameRecord) -> None:
        playing = {**game.playing, NOBODY: NOBODY}
        for sender, reader in read_between(game.persuasion, game):
            if sender in playing and reader in playing:
                self._messages[playing[sender], playing[reader]] += 1
        for row in game.persuasion:
            for sender, share in shares(row):
                if sender in playing and row.reader in playing:
                    pair = playing[sender], playing[row.reader]
                    self._changes[pair] += share
                    self._named[pair] += share * row.named

    def rows(self) -> tuple[Persuasion, ...]:
        # Thirds and sevenths add up to whole changes again.
        return tuple(
            Persuasion(*pair, self._messages[pair], round(self._changes[pair], 6), round(self._named[pair], 6))
            for pair in sorted(self._messages.keys() | self._changes)
        )


def shares(row: PersuasionRow) -> Iterator[tuple[str, float]]:
    """(sender, part of the change that is due to it); nothing where there is no change."""
    senders = row.senders or (NOBODY,)
    if row.changed:
        yield from ((sender, 1 / len(senders)) for sender in senders)
