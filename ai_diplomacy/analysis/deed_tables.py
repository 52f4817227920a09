"""Tables of games for a reader: words and deeds, beliefs, stabs, moments, critical states, and the games themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from .analyzing import Analysis
from .comparing import Difference
from .formatting import EXCHANGED, NONE, chance, mean, number, span
from .measures import MEASURES, NAMED, Measure
from .player_tables import players
from .shown_table import ShownTable, shown_table
from .stabs import StabRow
from .states import HEADLINE, StatesAnalysis
from .word_tables import shown

_MOST = 40
"""Rows of stabs and moments; the CSV files hold all."""

_JUDGES = (
    "Models that read messages and private notes, and never what was ordered: promises that no pledge declares are "
    "held against the orders by the same rules as pledges; why a promise was broken is what the judge says, with its "
    "quote in judgements.csv. An entry whose quote is not in the text that it is said to be from is refused."
)


def games(analysis: Analysis) -> ShownTable:
    """Every finished game."""
    rows = [
        (
            row.game,
            str(row.seed),
            _winner(row.outcome, row.winners),
            ", ".join(
                f"{seat.power.title()} {seat.centers} {seat.player}"
                for seat in sorted(row.seats, key=lambda seat: -seat.centers)
            ),
            str(sum(seat.stabs for seat in row.seats)),
            str(sum(seat.defaulted for seat in row.seats)),
            "unknown" if row.cost_usd is None else f"{row.cost_usd:.4f}",
            f"{row.last_phase}\n{row.phases} phases",
        )
        for row in analysis.rows
    ]
    head = ("game", "seed", "winner", "seats by centres at the end", "stabs", "failures", "cost, $", "length")
    note = "Failures are steps that ended without a usable reply."
    return replace(shown_table("games", "Games", head, 1, rows, note), words=frozenset((2, 3)))


def _winner(outcome: str, winners: Sequence[str]) -> str:
    names = ", ".join(winner.title() for winner in winners)
    return f"draw: {names}" if outcome == "draw" else names or NONE


def pledges(analysis: Analysis) -> ShownTable:
    head = (
        *("player", "towards", "made", "kept", "broken", "lies", "mind changed", "by mistake", "void"),
        *("retracted", "released", "contradictory", "confessed beside"),
    )
    found = sorted(analysis.trust.items(), key=lambda item: (-item[1].broken, -item[1].made, item[0]))
    rows = [
        (
            *(player, "all, in public" if towards == "ALL" else towards),
            *map(str, (t.made, t.kept, t.broken, t.lie, t.changed, t.mistake, t.void)),
            *map(str, (t.retracted, t.released, t.contradictory, t.confessed)),
        )
        for (player, towards), t in found
    ]
    note = "Those that broke most come first."
    return shown_table("pledges", "Pledges, and towards whom", head, 2, rows, note).useful().without_zeros()


def kept_by_year(analysis: Analysis) -> ShownTable:
    years = sorted({year for found in analysis.kept_by_year.values() for year in found})
    rows = []
    for player in players(analysis):
        if found := analysis.kept_by_year.get(player):
            cells = (
                f"{number(told.figure.mean, NAMED['kept'])}\n{told.over:.0f} of {told.under:.0f}" if told else NONE
                for told in map(found.get, years)
            )
            rows.append((player, *cells))
    note = "Pledges kept, of those that were due, by the year in which they were made."
    return shown_table("honesty_by_year", "Honesty by year", ("player", *map(str, years)), 1, rows, note)


def broken_words(analysis: Analysis) -> ShownTable:
    found = sorted(analysis.broken.network.items(), key=lambda item: (-item[1], item[0]))
    by_player = analysis.broken.by_player
    rows = [(*(name if by_player else name.title() for name in pair), str(count)) for pair, count in found]
    note = "Pledges that were broken, and words that the breaker itself says it broke, each once a reader."
    return shown_table("broken_words", "Who broke its word to whom", ("who", "to whom", "words broken"), 2, rows, note)


def beliefs(analysis: Analysis) -> Iterator[ShownTable]:
    head: tuple[str, ...] = ("player", "as", "lie caught", "lie believed", "truth believed", "truth disbelieved")
    fates = [
        (f.player, f.role, *map(str, (f.lie_caught, f.lie_believed, f.truth_believed, f.truth_disbelieved)))
        for f in analysis.fates
    ]
    note = (
        "Each message once a reader, where its sender said in private whether it means it and the reader how likely it "
        "held that; believed is 50 % or more."
    )
    yield shown_table("beliefs", "Lies and truths, believed or not", head, 2, fates, note).useful()
    bins = [
        (c.player, f"{c.low} to {c.high}", str(c.beliefs), f"{c.mean:.1f}", f"{100 * c.meant:.1f}")
        for c in analysis.calibration
    ]
    head = ("player", "belief, %", "beliefs", "mean belief, %", "meant, %")
    yield shown_table("calibration", "How sure readers were, and how often they were right", head, 2, bins).useful()
    rows = [(t.player, "meant" if t.meant else "not meant", t.verdict, str(t.pledges)) for t in analysis.tags_and_deeds]
    head = ("player", "the message was", "its pledge was", "pledges")
    title = "What was meant, and what became of it: pledges, each once a message and reader"
    yield shown_table("tags_and_deeds", title, head, 3, rows).useful()


def persuasion(analysis: Analysis) -> ShownTable:
    rows = [
        (
            *(p.sender or "nobody", p.reader, str(p.messages), f"{p.changes:.1f}", f"{p.named:.1f}"),
            f"{p.changes / p.messages:.3f}" if p.messages else NONE,
        )
        for p in sorted(analysis.persuasion, key=lambda p: -p.changes)
    ]
    head = ("sender", "reader", "messages", "changes", "of them named", "changes a message")
    note = (
        "Orders that were others after a round of press than before it, by whose messages were read in between: shared "
        "equally, or among those alone that name a province which the change is about. What changed without a message "
        "is nobody's."
    )
    return shown_table("persuasion", "Whose messages changed whose orders", head, 2, rows, note).useful()


def judged(analysis: Analysis) -> Iterator[ShownTable]:
    """What judges read in prose."""
    for place, table in enumerate(() if analysis.words is None else shown(analysis.words)):
        yield replace(table, note="" if place else _JUDGES)


def stabs_of(analysis: Analysis) -> ShownTable:
    """Those of all games that cost most."""
    found = [(course.game, row) for course in analysis.courses for row in course.stabs if row.stab]
    return stabs(sorted(found, key=lambda stab: -stab[1].size)[:_MOST])


def stabs(found: Sequence[tuple[str, StabRow]]) -> ShownTable:
    """``found``: (game, stab)."""
    rows = []
    for game, row in found:
        f = row.figures
        prices = (None,) * 5 if f is None else (f.cost, f.gain, f.bait, f.switch, f.edge)
        words = (row.promised, row.said, row.meant, row.ordered, row.won)
        told = (row.breaker.title(), row.victim.title(), game, str(row.phase), *words)
        shown = (" ".join(word.split()) for word in told)
        rows.append((*shown, *(NONE if price is None else f"{price:.2f}" for price in prices)))
    head = (
        *("who", "whom", "game", "when", "promised", "said", "meant", "ordered", "won"),
        *("cost", "gain", "bait", "switch", "edge"),
    )
    table = replace(shown_table("stabs", "The stabs that cost most", head, 4, rows), words=frozenset(range(4, 9)))
    # Every row tells of something, so all are kept.
    return replace(table.useful(), phases=tuple(str(row.phase) for _, row in found))


def moments(analysis: Analysis) -> ShownTable:
    """Of a single game."""
    found = analysis.courses[0].moments if len(analysis.courses) == 1 else ()
    rows = [(m.kind, str(m.phase), " ".join(m.text.split()), f"{m.size:.1f}") for m in found[:_MOST]]
    table = shown_table("moments", "Moments", ("what", "when", "in words", "centres"), 3, rows)
    return replace(table, words=frozenset((2,)))


def differences(
    found: Sequence[Difference], head: tuple[str, str], name: str, title: str, note: str = ""
) -> ShownTable:
    """What stands at 5 % stands out."""
    chosen = sorted(found, key=lambda d: d.adjusted)
    rows = [
        (
            *(d.player, d.measure.title, number(d.before, d.measure), number(d.after, d.measure)),
            f"{number(d.difference, d.measure)}\n{span(d.low, d.high, d.measure, d.mark)}".rstrip(),
            *(chance(d.p), chance(d.adjusted), EXCHANGED[d.exchange]),
        )
        for d in chosen
    ]
    table = shown_table(
        name, title, ("player", "measure", *head, "difference", "p", "p (Holm)", "exchanged"), 2, rows, note
    )
    return replace(table, strong=frozenset(at for at, d in enumerate(chosen) if d.adjusted < 0.05))


def states(found: StatesAnalysis) -> Iterator[ShownTable]:
    """What each arm does, what of it stands, and the means."""
    measures = [measure for measure in MEASURES if measure.name in HEADLINE]
    titles = tuple(measure.title for measure in measures)
    rows = []
    for scope, arm, effects in found.rows():
        if scope.seat:
            continue
        cells = [_effect(effects.get(measure.name), measure) for measure in measures]
        replicas = str(max(min(d.games) for d in effects.values()))
        rows.append((scope.state or "all states", f"the {scope.horizon}", arm, replicas, *cells))
    note = (
        f"Each arm less {found.arms[0]}, in the seats that the arms are about, replica by replica with the same seed; "
        "a replica counts at the end of the phase that the forks begin with, of that year, and of the game. Brackets "
        "hold the 95 % interval, p is of the permutation test. Every measure and seat is in states.csv."
    )
    yield shown_table(
        "states", "Critical states", ("state", "at the end of", "arm", "replicas", *titles), 3, rows, note
    )
    rows = [
        (
            *(str(effect.scope), effect.arm, d.measure.title, number(d.before, d.measure), number(d.after, d.measure)),
            f"{number(d.difference, d.measure)}\n{span(d.low, d.high, d.measure, d.mark)}".rstrip(),
            chance(d.adjusted),
        )
        for effect in found.standing()
        for d in [effect.found]
    ]
    note = (
        "Exploratory: of all measures, horizons and seats, what stands at 5 % by Holm's procedure in its family, the "
        f"measures of one heading over all arms in one state and seat.{'' if rows else ' Nothing does.'}"
    )
    head = ("where and when", "arm", "measure", found.arms[0], "arm's", "difference", "p (Holm)")
    yield shown_table("states_standing", "What stands", head, 3, rows, note)
    rows = [
        (str(scope), arm, *(mean(means[measure.name], measure) for measure in measures))
        for scope, arm, means in found.figures()
    ]
    yield shown_table("state_means", "Means by state, arm and seat", ("where and when", "arm", *titles), 2, rows)


def _effect(d: Difference | None, measure: Measure) -> str:
    if d is None:
        return NONE
    return f"{number(d.difference, measure)}\n{span(d.low, d.high, measure, d.mark)} p {chance(d.p)}"
