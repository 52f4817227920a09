"""From a folder of runs to everything that is known of their players."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..records.errors import ConfigError
from ..run.defaulted_steps import Defaults, summed
from .answering import PrimaryAnswer, answer
from .beliefs import Beliefs, CalibrationBin, Fates, TagAndDeed
from .breaches import BreachFigures, known_prices
from .broken_words import BrokenWords, WordsBroken
from .course import Course, course
from .dealing_tallies import PricedStab
from .decisions import DecisionPrice, priced_decisions
from .duels import Duel, duels
from .estimates import MeanEstimate, estimates
from .game_record import GameRecord
from .game_rows import GameRow, game_row
from .labels import Labels
from .measures import MEASURES, Measure
from .persuasion import Persuasion, Persuasions
from .price_book import PriceBook
from .provenance import Provenance, Sources
from .question import asked
from .ratings import Rated, Ratings, ratings
from .read_games import Unreadable, read_games
from .regret import RegretRow, Regrets
from .scores import scores
from .states import StateGames, StatesAnalysis
from .tallies import Counting, Sums, tallies
from .through_years import ByYear, ThroughYears
from .units import Origin, units, within_positions
from .word_by_judges import WordsByJudges, WordsJudged

BASELINES = ("bot:dumbbot", "bot:random", "bot:hold")
"""Players that others are measured against."""

DUEL_MEASURES = ("centers", "diplobench", "regret", "beyond")
"""What the power analysis is made of."""


@dataclass(frozen=True, slots=True)
class Trust:
    """The pledges of one player to another, or to all."""

    made: int = 0
    kept: int = 0
    broken: int = 0
    lie: int = 0
    """Of the broken ones, as are the next five."""
    changed: int = 0
    taken_back: int = 0
    let_off: int = 0
    mistake: int = 0
    unexplained: int = 0
    void: int = 0
    retracted: int = 0
    released: int = 0
    condition_not_met: int = 0
    contradictory: int = 0
    confessed: int = 0
    """Broken promises that were no pledge, by the sender's own private words."""

    @property
    def on_purpose(self) -> int:
        return self.lie + self.changed


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The seats of one player that did not play: more than half of their steps ended on defaults."""

    player: str
    left_out: int
    seats: int
    """All that it had in finished games."""
    defaults: Defaults
    """Of those that are left out."""

    def __str__(self) -> str:
        return (
            f"{self.player}: {self.left_out} of {self.seats} seats did not play (more than half of the steps on "
            f"defaults) and are in no figure: {self.defaults}"
        )


@dataclass(frozen=True, slots=True)
class Analysis:
    """What the finished games of a folder tell."""

    folder: Path
    provenance: Provenance
    counting: Counting
    """What is compared with another folder."""
    sums: Mapping[str, Sums]
    estimates: Mapping[str, tuple[MeanEstimate, ...]]
    """Player -> one for each of ``MEASURES``, by their ratings, the best first."""
    games: Mapping[str, int]
    """Player -> games in which it sat."""
    seats: Mapping[str, int]
    ratings: Ratings
    duels: Mapping[str, tuple[Duel, ...]]
    """Measure -> every pair of players that played."""
    trust: Mapping[tuple[str, str], Trust]
    """(player, to whom) -> pledges; ``ALL`` for public ones."""
    rows: tuple[GameRow, ...]
    """The finished games, in the order of their folders."""
    centers_by_year: ByYear
    kept_by_year: ByYear
    broken: BrokenWords
    seating: Mapping[str, Mapping[str, int]]
    """Player -> power -> games."""
    answer: PrimaryAnswer | None
    """To the question that was asked before the first game."""
    regrets: tuple[RegretRow, ...]
    """By power, by year and by kind of position; empty where no orders were priced."""
    left_out: tuple[LeftOut, ...]
    """Whose figures rest on fewer seats than it had, or on none."""
    states: StatesAnalysis | None
    """Of a tournament of critical states."""
    courses: tuple[Course, ...]
    """Of every game, in the order of their folders."""
    fates: tuple[Fates, ...]
    """Of messages, where senders said what they meant and readers what they believed; empty elsewhere."""
    calibration: tuple[CalibrationBin, ...]
    tags_and_deeds: tuple[TagAndDeed, ...]
    persuasion: tuple[Persuasion, ...]
    """Empty where nobody was asked for provisional orders."""

    def has(self, measure: Measure) -> bool:
        """Whether anything was asked or priced that a measure of its group could be about."""
        rows = {"regret": self.regrets, "belief": self.fates + self.tags_and_deeds, "persuasion": self.persuasion}
        return bool(rows.get(measure.group, True))

    def measures_of(self, group: str) -> list[Measure]:
        return [measure for measure in MEASURES if measure.group == group and self.has(measure)]

    words: WordsJudged | None
    """What judges read in prose, where some did, and how good they and the rules are by labels."""


def analyze(
    folder: Path,
    each: Callable[[GameRecord], None] | None = None,
    prices: PriceBook[DecisionPrice] | None = None,
    labels: Labels | None = None,
    *,
    breach_prices: PriceBook[BreachFigures] | None = None,
    elsewhere: bool = True,
) -> Analysis:
    """Reads every run at or below a folder, once; ``each`` is shown every game that can be read, finished or not;
    ``prices`` and ``breach_prices``: of orders and of breaches, where they are known; ``labels``: of promises, by
    people; ``elsewhere``: as in ``read_games``. Raises ``ConfigError`` when there is no run."""
    collected = _Collected(prices, breach_prices, StateGames.of(folder), WordsByJudges(labels))
    for game in read_games(folder, elsewhere=elsewhere):
        if isinstance(game, Unreadable):
            collected.sources.unreadable(game.path, game.problem)
            continue
        collected.game(game)
        if each is not None:
            each(game)
    return collected.result(folder)


class _Collected:
    """Everything that is kept of a game once it was read."""

    def __init__(
        self,
        prices: PriceBook[DecisionPrice] | None,
        breach_prices: PriceBook[BreachFigures] | None,
        forks: StateGames | None,
        words: WordsByJudges,
    ) -> None:
        self.sources = Sources()
        self._forks = forks
        self._words = words
        self._prices = prices
        self._breach_prices = breach_prices
        self._courses: list[Course] = []
        self._regrets = Regrets()
        self._beliefs, self._persuasions = Beliefs(), Persuasions()
        self._counting = Counting()
        self._rated: list[tuple[int, tuple[tuple[str, str, float], ...]]] = []
        """Number of a game, and (player, power, place) of its seats."""
        self._games: Counter[str] = Counter()
        self._seats: Counter[str] = Counter()
        self._trust: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        self._rows: list[GameRow] = []
        self._years, self._broken = ThroughYears(), WordsBroken()
        self._seating: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._all_seats: Counter[str] = Counter()
        self._idle: defaultdict[str, list[Defaults]] = defaultdict(list)
        """Player -> its seats that did not play."""

    def game(self, game: GameRecord) -> None:
        self.sources.game(game)
        if game.ending is None:
            return
        playing = game.playing
        prices = priced_decisions(game, self._prices) if self._prices is not None else ()
        breaches = list(known_prices(game, self._breach_prices))
        self._courses.append(course(game, breaches, prices))
        self._rows.append(game_row(game, self._courses[-1]))
        stabs = [
            PricedStab(breach.phase, breach.breaker, breach.victim, figures)
            for breach, figures in breaches
            if breach.stab and figures is not None
        ]
        number = self._counting.game(Origin.of(game), tallies(game, prices, stabs))
        self._regrets.game(game, prices)
        self._beliefs.game(game)
        self._persuasions.game(game)
        if self._forks is not None:
            self._forks.game(game, prices, stabs)
        ranks = {power: score.rank for power, score in scores(game).items() if power in playing}
        if len(ranks) > 1:
            self._rated.append((number, tuple((playing[power], power, ranks[power]) for power in sorted(ranks))))
        self._games.update(set(playing.values()))
        self._seats.update(playing.values())
        for power, player in playing.items():
            self._seating[player][power] += 1
        self._all_seats.update(game.players.values())
        for power in game.players.keys() - playing:
            self._idle[game.players[power]].append(game.defaults[power])
        self._words.game(game)
        self._count_trust(game)
        self._years.game(game)
        self._broken.game(game)

    def _count_trust(self, game: GameRecord) -> None:
        for row in game.promised:
            if row.sender not in game.playing:
                continue
            count = self._trust[game.players[row.sender], game.players.get(row.recipient, row.recipient)]
            if row.source == "confessed":
                count["confessed"] += 1
            elif row.source == "pledge":
                count["made"] += 1
                count["contradictory"] += row.contradictory
                for name in filter(None, (row.verdict, row.account)):
                    count[name.replace(" ", "_")] += 1

    def result(self, folder: Path) -> Analysis:
        if len(self.sources.maps) > 1:
            raise ConfigError(
                f"{str(folder)!r} holds games on several maps ({', '.join(sorted(self.sources.maps))}), which have no "
                "mean; analyse each in a folder of its own"
            )
        origins = self._counting.origins
        positions = within_positions(origins.values())
        question = asked(folder)
        sums, placed = self._counting.sums(positions=positions), units(origins, positions=positions)
        rated = ratings([Rated(placed[number][0], seats) for number, seats in self._rated])
        best_first = dict.fromkeys([*(rating.player for rating in rated.players), *sums])
        names = [measure.name for measure in MEASURES]
        states = None if self._forks is None else self._forks.result()
        asked_of = sums if states is None else states.treated
        return Analysis(
            folder=folder,
            provenance=self.sources.provenance({unit for unit, _ in placed.values()}, positions=positions),
            counting=self._counting,
            sums=sums,
            estimates={player: tuple(estimates(sums[player])) for player in best_first if player in sums},
            games=self._games,
            seats=self._seats,
            ratings=rated,
            duels={name: duels(sums, names.index(name)) for name in DUEL_MEASURES},
            trust={pair: Trust(**count) for pair, count in sorted(self._trust.items())},
            rows=tuple(self._rows),
            centers_by_year=self._years.centers(),
            kept_by_year=self._years.kept(),
            broken=self._broken.result(),
            seating={player: dict(sorted(seats.items())) for player, seats in sorted(self._seating.items())},
            answer=None if question is None else answer(question, asked_of, len(origins)),
            regrets=tuple(self._regrets.rows()),
            left_out=tuple(
                LeftOut(player, len(idle), self._all_seats[player], summed(idle))
                for player, idle in sorted(self._idle.items())
            ),
            states=states,
            courses=tuple(self._courses),
            fates=self._beliefs.fates(),
            calibration=self._beliefs.calibration(),
            tags_and_deeds=self._beliefs.deeds(),
            persuasion=self._persuasions.rows(),
            words=self._words.result(),
        )
