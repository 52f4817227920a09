"""What is counted of a game: for every player the sums that the measures are ratios of."""

from __future__ import annotations

from collections import defaultdict

from .games import GameRecord
from .scores import scores

Tally = dict[str, float | None]
"""Name of a sum -> its value; ``None`` when a part of it is not known, which is not zero."""


def tallies(game: GameRecord) -> dict[str, Tally]:
    """Player -> the sums over its seats. The game must be finished."""
    found: defaultdict[str, Tally] = defaultdict(dict)
    for power, count in _by_power(game).items():
        add(found[game.players[power]], count)
    return dict(found)


def add(total: Tally, more: Tally) -> None:
    """Add ``more`` to ``total``."""
    for name, value in more.items():
        before = total.get(name, 0.0)
        total[name] = None if value is None or before is None else before + value


def _by_power(game: GameRecord) -> dict[str, Tally]:
    found: dict[str, Tally] = {power: _score(game, power) for power in game.players}
    _count_orders(game, found)
    _count_press(game, found)
    _count_pledges(game, found)
    _count_calls(game, found)
    for gap in game.gaps:
        _plus(found[gap.power], pairs=1, gap=abs(gap.difference), equal=gap.difference == 0)
    for power, verdicts in game.replies.items():
        read = sum(count for verdict, count in verdicts.items() if verdict != "defaulted")
        bad = verdicts.get("unusable", 0) + verdicts.get("failed", 0)
        _plus(found[power], replies=read, unusable=bad, defaulted=verdicts.get("defaulted", 0))
    return found


def _plus(tally: Tally, **counts: float | None) -> None:
    add(tally, dict(counts))


def _score(game: GameRecord, power: str) -> Tally:
    score = scores(game)[power]
    return {
        "seats": 1.0,
        "centers": float(score.centers),
        "survived": float(score.survived),
        "solo": float(score.solo),
        "draw_size": score.draw_size,
        "sum_of_squares": score.sum_of_squares,
        "diplobench": score.diplobench,
        "rank": score.rank,
        # What a bot, which asks nobody, has none of.
        "cost": 0.0,
        "cost_lost": 0.0,
        "calls": 0.0,
        "input_tokens": 0.0,
        "output_tokens": 0.0,
        "defaulted": 0.0,
    }


def _count_orders(game: GameRecord, found: dict[str, Tally]) -> None:
    for sent in game.submissions:
        _plus(
            found[sent.power],
            given=sent.given,
            legal_first=sent.given - sent.illegal_first,
            handed_in=sent.standing + sent.illegal,
            standing=sent.standing,
        )
    for row in game.orders:
        if row.phase[-1] == "M" and not row.default:
            done = float(not row.results)
            _plus(found[row.power], **{"movement_orders": 1.0, row.kind: 1.0, f"{row.kind}_done": done})


def _count_press(game: GameRecord, found: dict[str, Tally]) -> None:
    for row in game.phases:
        if row.phase[-1] == "M" and (row.units or row.centers):
            _plus(found[row.power], movement_phases=1)
    for letter in game.messages:
        public = letter.recipients == ("ALL",)
        _plus(found[letter.sender], messages=1, public=public, characters=len(letter.body))
        for reader in letter.able:
            _plus(found[reader], able=1, answered=reader in letter.answered)


def _count_pledges(game: GameRecord, found: dict[str, Tally]) -> None:
    for pledge in game.pledges:
        _plus(
            found[pledge.sender],
            pledges=1,
            pledges_due=pledge.verdict in ("kept", "broken"),
            pledges_kept=pledge.verdict == "kept",
            pledges_on_purpose=pledge.on_purpose,
            pledges_voided=pledge.verdict == "voided",
            pledges_retracted=pledge.verdict == "retracted",
            pledges_contradictory=pledge.contradictory,
        )


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
