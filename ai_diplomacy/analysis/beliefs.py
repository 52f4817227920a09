"""What senders meant beside what their readers believed, and beside what became of the pledges."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from ..agent.events import MessageBelieved
from ..board.press import ALL, Message

if TYPE_CHECKING:
    from .game_record import GameRecord

BELIEVED = 50
"""Per cent from which on a message counts as believed."""
BIN = 20
"""Per cent that are one bin of the calibration; 100 belongs to the last."""

Fate = Literal["lie_caught", "lie_believed", "truth_believed", "truth_disbelieved"]
"""What became of a message at one reader, where its sender said what it meant, and the reader what it believed."""


@dataclass(frozen=True, slots=True)
class BeliefRow:
    """One message at one reader, where either of the two was asked and answered."""

    phase: Annotated[str, "movement phase in which it was sent"]
    round: Annotated[int, "round of negotiation, from 1"]
    sequence: Annotated[int, "position among all messages of the game"]
    sender: Annotated[str, "power"]
    reader: Annotated[str, "one reader: a power"]
    meant: Annotated[bool | None, "whether the sender said that it means it; null where it did not say"]
    percent: Annotated[int | None, "how likely the reader held that when it ordered; null where it did not say"]

    @property
    def fate(self) -> Fate | None:
        if self.meant is None or self.percent is None:
            return None
        if self.meant:
            return "truth_believed" if self.percent >= BELIEVED else "truth_disbelieved"
        return "lie_believed" if self.percent >= BELIEVED else "lie_caught"

    @property
    def error(self) -> float:
        """Squared distance of the belief, as a share of one, from what was meant (Brier 1950)."""
        assert self.percent is not None
        return float((self.percent / 100 - bool(self.meant)) ** 2)


def belief_rows(
    messages: Sequence[Message],
    meant: Mapping[int, bool],
    beliefs: Sequence[MessageBelieved],
    alive: Mapping[str, frozenset[str]],
) -> Iterator[BeliefRow]:
    """``meant``: by sequence; ``alive``: movement phase -> the powers that could read in it."""
    believed: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for event in beliefs:
        believed[event.sequence][event.reader] = event.percent
    for message in messages:
        told, percent = meant.get(message.sequence), believed[message.sequence]
        if told is None and not percent:
            continue
        everyone = alive.get(message.phase, frozenset()) - {message.sender}
        for reader in sorted(everyone) if message.public else message.recipients:
            place = message.phase, message.round, message.sequence, message.sender, reader
            yield BeliefRow(*place, told, percent.get(reader))


@dataclass(frozen=True, slots=True)
class Fates:
    """Messages of one player to all, or of all to it, by what became of them at each reader."""

    role: Literal["sender", "reader"]
    player: str
    lie_caught: int
    lie_believed: int
    truth_believed: int
    truth_disbelieved: int


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """Beliefs of one player that lie in one bin."""

    player: str
    low: int
    high: int
    """Per cent; 100 belongs to the last bin."""
    beliefs: int
    mean: float
    """Per cent."""
    meant: float
    """Share of them of which the sender said that it meant the message."""


@dataclass(frozen=True, slots=True)
class TagAndDeed:
    """Pledges of one player, each once a message and reader, by its tag and what became of them."""

    player: str
    meant: bool
    verdict: str
    pledges: int


class Beliefs:
    """Counts what the games of a folder say."""

    def __init__(self) -> None:
        self._fates: defaultdict[tuple[Literal["sender", "reader"], str], Counter[str]] = defaultdict(Counter)
        self._bins: defaultdict[tuple[str, int], list[tuple[int, bool]]] = defaultdict(list)
        self._deeds: Counter[tuple[str, bool, str]] = Counter()

    def game(self, game: GameRecord) -> None:
        playing = game.playing
        for row in game.beliefs:
            sender, reader = playing.get(row.sender), playing.get(row.reader)
            if sender is None or reader is None or row.fate is None or row.percent is None:
                continue
            self._fates["sender", sender][row.fate] += 1
            self._fates["reader", reader][row.fate] += 1
            self._bins[reader, min(row.percent, 99) // BIN].append((row.percent, bool(row.meant)))
        for power, meant, verdict in deeds(game):
            if power in playing:
                self._deeds[playing[power], meant, verdict] += 1

    def fates(self) -> tuple[Fates, ...]:
        names: tuple[Fate, ...] = ("lie_caught", "lie_believed", "truth_believed", "truth_disbelieved")
        ranked = sorted(self._fates, key=lambda who: (who[0] == "reader", who[1]))
        return tuple(Fates(*who, *(self._fates[who][name] for name in names)) for who in ranked)

    def calibration(self) -> tuple[CalibrationBin, ...]:
        return tuple(
            CalibrationBin(
                player,
                at * BIN,
                (at + 1) * BIN,
                len(told),
                sum(percent for percent, _ in told) / len(told),
                sum(meant for _, meant in told) / len(told),
            )
            for (player, at), told in sorted(self._bins.items())
        )

    def deeds(self) -> tuple[TagAndDeed, ...]:
        ranked = sorted(self._deeds, key=lambda about: (about[0], not about[1], about[2]))
        return tuple(TagAndDeed(*about, self._deeds[about]) for about in ranked)


def deeds(game: GameRecord) -> Iterator[tuple[str, bool, str]]:
    """(sender, whether the message is meant, verdict), for each pledge of a tagged message at each of its readers."""
    tags = {row.sequence: row.meant for row in game.beliefs if row.meant is not None}
    verdicts: dict[tuple[str, str, str, str], str] = {
        (row.phase, row.sender, row.recipient, row.commitment): row.verdict
        for row in game.promised
        if row.source == "pledge"
    }
    for message in game.messages:
        if (meant := tags.get(message.sequence)) is None:
            continue
        for reader in (ALL,) if message.recipients == (ALL,) else message.recipients:
            for pledge in message.pledges:
                verdict = verdicts.get((message.phase, message.sender, reader, pledge))
                if verdict is not None:
                    yield message.sender, meant, verdict
