"""What is counted of the games: for every player the sums that the measures are ratios of, game by game and as arrays
with a row for each seat of each independent observation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from ..board.phase import Phase
from ..models.known import known_sum
from .beliefs import deeds
from .dealing_tallies import PricedStab, dealing_counts
from .decisions import PricedDecision
from .game_record import GameRecord
from .measures import MEASURES, Measure
from .persuasion import NOBODY, first_and_last, read_between, shares
from .scores import scores
from .units import Origin, Sitting, units, within_positions

Array = npt.NDArray[np.float64]

Tally = dict[str, float | None]
"""Name of a sum -> its value; ``None`` when a part of it is not known, which is not zero."""


def tallies(
    game: GameRecord, prices: Iterable[PricedDecision] = (), stabs: Iterable[PricedStab] = ()
) -> dict[str, Tally]:
    """Power -> the sums of its seat, for those that played. The game must be finished; ``prices``: of its orders;
    ``stabs``: with their prices."""
    counts = _by_power(game)
    for power, more in dealing_counts(game, stabs):
        _plus(counts[power], **more)
    for priced in prices:
        add(counts[priced.power], regrets(priced))
    return {power: counts[power] for power in game.playing}


def add(total: Tally, more: Tally) -> None:
    """Add ``more`` to ``total``."""
    for name, value in more.items():
        total[name] = known_sum(total.get(name, 0.0), value)


def _by_power(game: GameRecord) -> dict[str, Tally]:
    scored = scores(game)
    found: dict[str, Tally] = {
        power: {
            "seats": 1.0,
            **(_UNKNOWN if game.imported else _UNASKED),
            **{name: float(value) for name, value in asdict(scored[power]).items()},
        }
        for power in game.players
    }
    _count_orders(game, found)
    _count_press(game, found)
    _count_pledges(game, found)
    _count_beliefs(game, found)
    _count_persuasion(game, found)
    _count_calls(game, found)
    for gap in game.gaps:
        _plus(found[gap.power], pairs=1, gap=abs(gap.difference), equal=gap.difference == 0)
    for power, verdicts in game.replies.items():
        bad = verdicts.get("unusable", 0) + verdicts.get("failed", 0)
        _plus(found[power], replies=sum(verdicts.values()), unusable=bad, cut=verdicts.get("cut", 0))
    for power, defaults in game.defaults.items():
        _plus(found[power], defaulted=defaults.defaulted)
    return found


def regrets(priced: PricedDecision) -> Tally:
    """The sums of one order set."""
    price = priced.price
    return {
        "priced": 1.0,
        "regret_forward": price.forward,
        "percent_forward": 100 * price.forward,
        "percent_beyond": 100 * price.beyond,
        "stake_forward": price.forward_stake,
        "regret_hindsight": price.hindsight,
        "percent_hindsight": 100 * price.hindsight,
        "stake_hindsight": price.hindsight_stake,
    }


def _plus(tally: Tally, **counts: float | None) -> None:
    add(tally, dict(counts))


_UNASKED = dict.fromkeys(("cost", "cost_lost", "calls", "input_tokens", "output_tokens"), 0.0)
"""What a bot, which asks nobody, has none of."""
_UNKNOWN = dict.fromkeys(_UNASKED) | {"cost_lost": 0.0}
"""The same of who played an imported game."""


def _count_orders(game: GameRecord, found: dict[str, Tally]) -> None:
    # The record of another program holds what stood, and not what was refused.
    for sent in () if game.imported else game.submissions:
        legal, standing = sent.given - len(sent.illegal_first), len(sent.orders) - len(sent.defaults)
        handed_in = standing + len(sent.illegal)
        _plus(found[sent.power], given=sent.given, legal_first=legal, handed_in=handed_in, standing=standing)
    for row in game.orders:
        if Phase(row.phase).kind == "M" and not row.default:
            done = float(not row.results)
            _plus(found[row.power], **{"movement_orders": 1.0, row.kind: 1.0, f"{row.kind}_done": done})


def _count_press(game: GameRecord, found: dict[str, Tally]) -> None:
    for row in game.phases:
        if Phase(row.phase).kind == "M" and (row.units or row.centers):
            _plus(found[row.power], movement_phases=1)
    for message in game.messages:
        public = message.recipients == ("ALL",)
        _plus(found[message.sender], messages=1, public=public, characters=len(message.body))
        for reader in message.able:
            _plus(found[reader], able=1, answered=reader in message.answered)


def _count_pledges(game: GameRecord, found: dict[str, Tally]) -> None:
    for row in game.promised:
        if row.source == "confessed":
            _plus(found[row.sender], confessed=1)
        elif row.source == "pledge":
            _plus(
                found[row.sender],
                pledges=1,
                pledges_due=row.due,
                pledges_kept=row.verdict == "kept",
                pledges_broken=row.verdict == "broken",
                pledges_on_purpose=row.on_purpose,
                pledges_lies=row.account == "lie",
                pledges_mistaken=row.account == "mistake",
                pledges_void=row.verdict == "void",
                pledges_retracted=row.verdict == "retracted" or row.account == "taken back",
                pledges_released=row.verdict == "released" or row.account == "let off",
                pledges_contradictory=row.contradictory,
            )


def _count_beliefs(game: GameRecord, found: dict[str, Tally]) -> None:
    for sender, meant in {row.sequence: (row.sender, row.meant) for row in game.beliefs}.values():
        if meant is not None:
            _plus(found[sender], tagged=1, not_meant=not meant)
    for row in game.beliefs:
        if row.fate is None:
            continue
        believed = row.fate.endswith("_believed")
        if row.meant:
            _plus(found[row.sender], truths_judged=1, truths_believed=believed)
            _plus(found[row.reader], truths_read=1, truths_disbelieved=not believed)
        else:
            _plus(found[row.sender], lies_judged=1, lies_believed=believed)
            _plus(found[row.reader], lies_read=1, lies_caught=not believed)
        _plus(found[row.reader], beliefs=1, brier=row.error)
    for sender, meant, verdict in deeds(game):
        if verdict in ("kept", "broken"):
            _plus(found[sender], tagged_due=1, done_as_meant=meant == (verdict == "kept"))


def _count_persuasion(game: GameRecord, found: dict[str, Tally]) -> None:
    for row in game.persuasion:
        _plus(found[row.reader], orders_compared=1, orders_changed=row.changed)
        for sender, share in shares(row):
            if sender != NOBODY:
                _plus(found[sender], changes_caused=share)
    for reader, changed in first_and_last(game.persuasion):
        _plus(found[reader], finally_compared=1, finally_changed=changed)
    for sender, _ in read_between(game.persuasion, game):
        _plus(found[sender], messages_read=1)


def _count_calls(game: GameRecord, found: dict[str, Tally]) -> None:
    for call in game.calls:
        tally = found[call.power]
        if call.status == "lost":
            # What it took is an estimate, which is not added to what was measured.
            _plus(tally, cost_lost=call.cost_usd)
            continue
        _plus(tally, cost=call.cost_usd, input_tokens=call.input_tokens, output_tokens=call.output_tokens)
        if call.status == "answered":
            _plus(tally, calls=1, answered_calls=1, latency=call.latency, waited=call.waited)


@dataclass(frozen=True, slots=True)
class Sums:
    """One player's sums. Rows: ``seats``, each once; columns: ``measures``."""

    player: str
    seats: tuple[Sitting, ...]
    over: Array
    """NaN where a part of the sum is not known."""
    under: Array
    measures: tuple[Measure, ...] = MEASURES

    @property
    def units(self) -> int:
        """Independent observations."""
        return len({seat.unit for seat in self.seats})

    def only(self, rows: Sequence[int]) -> Sums:
        """Of these rows."""
        chosen = list(rows)
        return Sums(
            self.player, tuple(self.seats[row] for row in chosen), self.over[chosen], self.under[chosen], self.measures
        )


@dataclass(frozen=True, slots=True)
class _Counted:
    """A seat of one game."""

    game: int
    power: str
    player: str
    tally: Tally


class Counting:
    """Collects tallies, game by game."""

    def __init__(self) -> None:
        self._counted: list[_Counted] = []
        self.origins: dict[int, Origin] = {}
        """Number of a game -> what decides with which others it goes together."""

    def game(self, origin: Origin, tallies: Mapping[str, Tally]) -> int:
        """``tallies``: by power. Returns its number."""
        number = len(self.origins)
        self.origins[number] = origin
        players = dict(origin.seating)
        self._counted += [_Counted(number, power, players[power], tally) for power, tally in tallies.items()]
        return number

    def sums(
        self,
        measures: Sequence[Measure] = MEASURES,
        *,
        positions: bool | None = None,
        named: Callable[[str, Origin, str], str] | None = None,
    ) -> dict[str, Sums]:
        """Player -> its sums, players and seats sorted. ``positions``: as ``within_positions`` says, or as it says of
        all that are compared; ``named``: what a player is called for a comparison, by its game and power."""
        if positions is None:
            positions = within_positions(self.origins.values())
        placed = units(self.origins, positions=positions)
        found: defaultdict[str, defaultdict[Sitting, Tally]] = defaultdict(lambda: defaultdict(dict))
        for counted in self._counted:
            player = counted.player
            if named is not None:
                player = named(player, self.origins[counted.game], counted.power)
            unit, position = placed[counted.game]
            add(found[player][Sitting(unit, counted.power, position, counted.game)], counted.tally)
        return {player: _sums(player, rows, tuple(measures)) for player, rows in sorted(found.items())}


def _sums(player: str, rows: Mapping[Sitting, Tally], measures: tuple[Measure, ...]) -> Sums:
    seats = tuple(sorted(rows))

    def values(name: str) -> list[float]:
        found = [rows[seat].get(name, 0.0) for seat in seats]
        return [float("nan") if value is None else value for value in found]

    over = np.array([values(measure.over) for measure in measures], dtype=np.float64).T
    under = np.array([values(measure.under) for measure in measures], dtype=np.float64).T
    return Sums(player, seats, over, under, measures)
