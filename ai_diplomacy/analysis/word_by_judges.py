"""Word and deed by judges: what they found in prose, held against the orders, and how far they agree with each other,
with the rules and with people."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

from ..board.commitments import Commitment
from ..board.phase import Phase
from ..board.press import ALL, Message
from ..promises.promised import BreachAccount, Promised
from ..promises.standing import same_promise
from ..promises.turns import Turn
from ..promises.verdicts import judged
from .agreement import Kappa, RatedTwice, Share, found_of, kappa
from .game_record import GameRecord
from .judgements import FoundCommitment, FoundIntent, Judgement, judgements
from .labels import Label, Labels, PromiseKey

RULES = "by rule"
_PROSE, _PURPOSE, _BACK = "promises in prose", "on purpose", "taken back"
_AFTER_PRESS = 1000
"""Round of what is written when all press is over."""


@dataclass(frozen=True, slots=True)
class JudgeTold:
    """What one judge has read, over all games."""

    judge: str
    games: int
    asked: int
    unanswered: int
    found: int
    """Promises in prose."""
    refused: int
    """Entries that could not stand: most often quotes that are in no text."""


@dataclass(slots=True)
class CountsByJudge:
    """Of one player, by one judge."""

    found: Counter[str] = field(default_factory=Counter)
    """Promises in prose: verdict or account -> how many."""
    declared: Counter[str] = field(default_factory=Counter)
    """Of its broken pledges the account."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of two judges, or of a judge and the rules."""

    what: str
    """``promises in prose``, a thing being a message and a reader; ``on purpose`` and ``taken back``, a thing being a
    broken pledge."""
    first: str
    second: str
    kappa: Kappa


@dataclass(frozen=True, slots=True)
class AgainstLabels:
    """How good a judge, or the rules, are by human labels."""

    what: str
    who: str
    precision: Share
    recall: Share
    """Of verdicts both are the share that is right."""


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """One promise as one judge sees it: the account is the judge's."""

    judge: str
    game: str
    row: Promised
    said: str
    """Of a promise in prose the words that make it."""


@dataclass(frozen=True, slots=True)
class WordsJudged:
    """All that judges say of the games of a folder."""

    judges: tuple[JudgeTold, ...]
    players: Mapping[tuple[str, str], CountsByJudge]
    """(judge, player), sorted."""
    agreements: tuple[Agreement, ...]
    labelled: tuple[AgainstLabels, ...]
    rows: tuple[JudgedRow, ...]


class WordsByJudges:
    """Collects what judges found, game by game."""

    def __init__(self, labels: Labels | None = None) -> None:
        self._labels = labels
        self._games: set[str] = set()
        self._told: dict[str, JudgeTold] = {}
        self._players: defaultdict[tuple[str, str], CountsByJudge] = defaultdict(CountsByJudge)
        self._rated: defaultdict[tuple[str, str, str], list[RatedTwice]] = defaultdict(list)
        self._labelled: defaultdict[tuple[str, str], list[tuple[bool, bool]]] = defaultdict(list)
        self._rows: list[JudgedRow] = []

    def game(self, game: GameRecord) -> None:
        """Raises ``ConfigError`` for judgements, or labels, that cannot be used."""
        self._games.add(game.name)
        found = judgements(game.path)
        rows = {one.judge: judged_rows(game, one) for one in found}
        for judgement in found:
            self._count(game, judgement, rows[judgement.judge])
        for first, second in combinations(found, 2):
            self._compare_prose(game, first, second)
            self._compare(game, (first.judge, second.judge), rows[first.judge], rows[second.judge])
        for judgement in found:
            self._compare(game, (judgement.judge, RULES), rows[judgement.judge], list(game.promised))
        if self._labels is not None:
            labels = self._labels.of(game)
            for who, told in {RULES: list(game.promised), **rows}.items():
                self._label(game, who, told, labels)

    def result(self) -> WordsJudged | None:
        """``None`` where no game was judged or labelled. Raises ``ConfigError`` for a label of a game that is none."""
        if self._labels is not None:
            self._labels.check_names(self._games)
        if not self._told and not self._labelled:
            return None
        return WordsJudged(
            judges=tuple(told for _, told in sorted(self._told.items())),
            players=dict(sorted(self._players.items())),
            agreements=tuple(Agreement(*pair, kappa(rated)) for pair, rated in sorted(self._rated.items())),
            labelled=tuple(
                AgainstLabels(what, who, *found_of(pairs)) for (what, who), pairs in sorted(self._labelled.items())
            ),
            rows=tuple(self._rows),
        )

    def _count(self, game: GameRecord, judgement: Judgement, rows: Sequence[Promised]) -> None:
        judge, said = judgement.judge, {_key(f): f.quote for f in judgement.commitments}
        before = self._told.get(judge, JudgeTold(judge, 0, 0, 0, 0, 0))
        self._told[judge] = JudgeTold(
            judge,
            before.games + 1,
            before.asked + judgement.asked,
            before.unanswered + len(judgement.unanswered),
            before.found + sum(row.source == "judge" for row in rows),
            before.refused + len(judgement.refused),
        )
        for row in rows:
            self._rows.append(
                JudgedRow(judge, game.name, row, said.get(_key(row), "") if row.source == "judge" else "")
            )
            if row.sender not in game.playing:
                continue
            counts = self._players[judge, game.players[row.sender]]
            if row.source == "judge":
                counts.found.update(filter(None, ("made", row.verdict, row.account)))
            else:
                counts.declared.update(filter(None, ("made", row.verdict, row.account)))

    def _compare_prose(self, game: GameRecord, first: Judgement, second: Judgement) -> None:
        left = {*first.unanswered, *second.unanswered}
        found = [{(one.sequence, one.recipient) for one in each.commitments} for each in (first, second)]
        for message in (message for turn in _own(game) for message in turn.messages):
            if (message.phase, message.sender) not in left:
                for reader in message.recipients:
                    yes = ((message.sequence, reader) in each for each in found)
                    self._rated[_PROSE, first.judge, second.judge].append(RatedTwice(game.cluster, *yes))

    def _compare(
        self, game: GameRecord, who: tuple[str, str], first: Sequence[Promised], second: Sequence[Promised]
    ) -> None:
        theirs = {_key(row): row for row in second if row.source == "pledge"}
        for row in first:
            if row.source == "pledge" and row.verdict == "broken" and (other := theirs.get(_key(row))) is not None:
                for what, say in _QUESTIONS.items():
                    self._rated[(what, *who)].append(RatedTwice(game.cluster, say(row), say(other)))

    def _label(self, game: GameRecord, who: str, rows: Sequence[Promised], labels: Mapping[PromiseKey, Label]) -> None:
        told = {PromiseKey.of(game.name, row): row for row in rows}
        for key, label in labels.items():
            row = told.get(key)
            if label.verdict and row is not None and row.source == "pledge":
                # Of what is right in so many cases both shares are the same.
                self._labelled["verdicts", who].append((row.verdict == label.verdict, True))
            for what, right in ((_PURPOSE, label.on_purpose), (_BACK, label.retracted)):
                if right is not None:
                    self._labelled[what, who].append((row is not None and _QUESTIONS[what](row), right))
        self._label_prose(game, who, told, labels)

    def _label_prose(
        self, game: GameRecord, who: str, told: Mapping[PromiseKey, Promised], labels: Mapping[PromiseKey, Label]
    ) -> None:
        """Whoever labels a power's phase labels all that it promises in it."""
        declared = {PromiseKey.of(game.name, row) for row in game.promised if row.source == "pledge"}
        there = labels.keys() - declared
        read = {(key.phase, key.sender) for key in labels}
        found = {key for key in told.keys() - declared if (key.phase, key.sender) in read}
        self._labelled[_PROSE, who] += [(key in found, key in there) for key in sorted(found | there)]


_QUESTIONS: Mapping[str, Callable[[Promised], bool]] = {
    _PURPOSE: lambda row: row.on_purpose,
    _BACK: lambda row: row.verdict == "retracted" or row.account == "taken back",
}


def judged_rows(game: GameRecord, judgement: Judgement) -> list[Promised]:
    """Every promise of a game as a judge sees it: those declared, and those that it found in prose, held against the
    orders by the same rules; the accounts of what was broken are the judge's."""
    declared = [row for row in game.promised if row.source == "pledge"]
    known = {(row.sender, row.recipient, str(row.commitment.promise)) for row in declared}
    found = {(one.sender, one.recipient, str(one.commitment.promise)) for one in judgement.commitments} - known
    told = [
        replace(row, source="judge")
        for row in judged(_with_found(game.turns, judgement), finished=game.ending is not None)
        if (row.sender, row.recipient, str(row.commitment.promise)) in found
    ]
    own = {turn.phase for turn in _own(game)}
    return [_accounted(row, judgement) for row in (*declared, *(row for row in told if row.phase in own))]


def rows_to_label(game: GameRecord) -> list[Promised]:
    """Every promise of a game that somebody has declared or found."""
    declared = [row for row in game.promised if row.source != "judge"]
    read = (judged_rows(game, one) for one in judgements(game.path))
    return declared + [row for rows in read for row in rows if row.source == "judge"]


def _own(game: GameRecord) -> Iterator[Turn]:
    """The turns of a game that were played in its folder."""
    return (turn for turn in game.turns if not game.forked_at or turn.phase >= Phase(game.forked_at))


def _with_found(turns: Sequence[Turn], judgement: Judgement) -> Iterator[Turn]:
    """The turns as if every promise in prose had been declared to its reader."""
    found: defaultdict[int, list[tuple[str, Commitment]]] = defaultdict(list)
    for one in judgement.commitments:
        found[one.sequence].append((one.recipient, one.commitment))
    for turn in turns:
        messages: list[Message] = []
        for message in turn.messages:
            messages.append(message)
            for reader, commitment in found.get(message.sequence, ()):
                messages.append(replace(message, recipients=(reader,), pledges=(commitment,)))
        yield replace(turn, messages=messages)


def _key(row: Promised | FoundCommitment) -> tuple[str, str, str, str]:
    """What is promised by whom to whom in which phase."""
    return row.phase, row.sender, row.recipient, str(row.commitment.promise)


def _accounted(row: Promised, judgement: Judgement) -> Promised:
    """The promise with the judge's account, if it was broken. In the order that docs/honesty.md gives."""
    if row.verdict != "broken":
        return replace(row, account="", where="", quote="")
    meant = [one for one in judgement.intents if _about(one, row)]
    meant.sort(key=_moment)
    if meant and meant[-1].stance == "break":
        early = [one for one in meant if one.stance == "break" and _moment(one) <= (row.phase, row.round)]
        said = early[-1] if early else meant[-1]
        return replace(row, account="lie" if early else "changed", where=said.where, quote=said.quote)
    for kind, maker, reader in (("withdrawal", row.sender, row.recipient), ("release", row.recipient, row.sender)):
        for ending in judgement.endings:
            late = ending.sequence > row.sequence and ending.phase <= Phase(row.decided)
            whole = ending.commitment is None or _same(ending.commitment, row)
            if ending.kind == kind and ending.sender == maker and ending.recipient in (reader, ALL) and late and whole:
                where = f"message {ending.sequence}"
                account: BreachAccount = "taken back" if kind == "withdrawal" else "let off"
                return replace(row, account=account, where=where, quote=ending.quote)
    return replace(row, account="mistake" if row.account == "mistake" else "unexplained", where="", quote="")


def _about(intent: FoundIntent, row: Promised) -> bool:
    same = (intent.sender, intent.recipient) == (row.sender, row.recipient)
    return same and intent.phase <= Phase(row.decided) and _same(intent.commitment, row)


def _moment(intent: FoundIntent) -> tuple[Phase, int]:
    """Phase and round in which it was written."""
    step, _, round = intent.where.partition(" ")
    return intent.phase, int(round) if step == "negotiate" and round.isdecimal() else _AFTER_PRESS


def _same(commitment: Commitment, row: Promised) -> bool:
    return commitment.promise is not None and same_promise(commitment.promise, row.commitment.promise)
