"""An analysis on the terminal: the headline of every player, and what it takes to tell them apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid

from ..game.display import GameConsole
from ..records.cleaning import cleaned
from .analyzing import Analysis
from .comparing import Difference, findable
from .estimates import FEW, MARKS
from .formatting import EXCHANGED, NONE, chance, mean, number, of_one, points, span
from .measures import MEASURES, NAMED, Measure
from .provenance import Provenance
from .states import HEADLINE, StatesAnalysis
from .word_tables import shown

_SCORES = ("centers", "survival", "solo", "draw_size", "sum_of_squares", "diplobench", "rank")
_BEHAVIOUR = ("legal_before", "legal_after", "messages", "reply_rate", "kept", "on_purpose", "latency", "cost")
_REGRET = ("regret", "regret_centers", "beyond", "hindsight", "hindsight_centers")
_BELIEF = ("not_meant", "lies_believed", "truths_believed", "lies_caught", "truths_disbelieved", "brier", "as_meant")
_PERSUASION = ("swayed", "swayed_in_all", "sways")
_MOST_DUELS = 12
_MOST_EFFECTS = 12
_LEGEND = f" ({MARKS['few']} fewer than {FEW} games, {MARKS['heavy']} one game outweighs all others: it may cover less)"
_WIDTH = 170
"""Columns that the tables need; a terminal of fewer folds them."""


def wide_console() -> Console:
    """The terminal; where there is none, one of all the columns. Names are no markup: ``:star:`` in one is no star."""
    console = GameConsole(highlight=False, emoji=False)
    if not console.is_terminal:
        console.width = max(console.width, _WIDTH)
    return console


def grid_of(title: str, names: Iterable[str], figures: Iterable[str]) -> Grid:
    """A table of columns of names and columns of figures, of which a narrow terminal folds what it cannot show in one
    line, and leaves nothing out."""
    grid = Grid(title=title, title_justify="left")
    for name in names:
        grid.add_column(name, overflow="fold")
    for figure in figures:
        grid.add_column(figure, justify="right", overflow="fold")
    return grid


def show(analysis: Analysis, console: Console) -> None:
    """Prints the tables of one folder, the answer to its question first."""
    if analysis.answer is not None:
        console.print(_shown(analysis.answer.sentence), style="bold", highlight=False)
        standing = [d for d in analysis.answer.explored if d.adjusted < 0.05]
        for d in standing:
            told = _explored(d, f"{d.player}: {d.measure.title}")
            console.print(f"exploratory, stands in its family: {_shown(told)}", highlight=False)
    if analysis.states is not None:
        console.print(_states_grid(analysis.states))
        for effect in analysis.states.standing()[:_MOST_EFFECTS]:
            told = _explored(effect.found, f"{effect.scope}: {effect.arm}: {effect.found.measure.title}")
            console.print(f"exploratory, stands in its family: {_shown(told)}", highlight=False)
    for left_out in analysis.left_out:
        console.print(f"left out: {_shown(str(left_out))}", style="bold", highlight=False)
    console.print(_grid(analysis, "Scores", _SCORES, rating=True))
    lost = [figures[MEASURES.index(NAMED["cost_lost"])] for figures in analysis.estimates.values()]
    # A column for what is rare.
    names = (*_BEHAVIOUR, "cost_lost") if any(figure.mean or figure.unknown for figure in lost) else _BEHAVIOUR
    console.print(_grid(analysis, "Orders, press, honesty, calls", names))
    lines = duel_lines(analysis)[:_MOST_DUELS]
    if analysis.regrets:
        console.print(_grid(analysis, "Regret, as a share of what was at stake", _REGRET))
        console.print(_regret_grid(analysis))
        lines += duel_lines(analysis, "beyond")[:_MOST_DUELS]
    for found in shown(analysis.words) if analysis.words is not None else ():
        grid = grid_of(found.title, found.head[: found.names], found.head[found.names :])
        for row in found.rows:
            grid.add_row(*map(_shown, row))
        console.print(grid)
    for line in lines:
        console.print(_shown(line), highlight=False)
    if analysis.measures_of("belief"):
        console.print(_grid(analysis, "What was meant, and believed", _BELIEF))
        console.print(_fates_grid(analysis))
    if analysis.persuasion:
        console.print(_grid(analysis, "Orders before and after press", _PERSUASION))
        console.print(_persuasion_grid(analysis))
    show_provenance(analysis.provenance, console)


def _explored(d: Difference, what: str) -> str:
    interval = span(d.low, d.high, d.measure, d.mark)
    return f"{what} {number(d.difference, d.measure)} {interval}, p (Holm) {chance(d.adjusted)}"


def _states_grid(states: StatesAnalysis) -> Grid:
    """What each arm does in the seats that it is about; other seats and measures are in the files."""
    measures = [NAMED[name] for name in HEADLINE if any(name in found for _, _, found in states.rows())]
    grid = grid_of(
        f"Each arm less {states.arms[0]}, [95 % interval], p{_LEGEND}",
        ("state", "at the end of", "arm", "replicas"),
        (measure.title for measure in measures),
    )
    for scope, arm, found in states.rows():
        if scope.seat:
            continue
        cells = []
        for measure in measures:
            if (d := found.get(measure.name)) is None:
                cells.append(NONE)
                continue
            interval = span(d.low, d.high, measure, d.mark)
            cells.append(escape(f"{number(d.difference, measure)} {interval}\np {chance(d.p)}"))
        games = str(max(min(d.games) for d in found.values()))
        grid.add_row(_shown(scope.state or "all"), f"the {scope.horizon}", _shown(arm), games, *cells)
    return grid


def _fates_grid(analysis: Analysis) -> Grid:
    figures = ("lie caught", "lie believed", "truth believed", "truth disbelieved")
    grid = grid_of("Messages, each once a reader, as sender and as reader", ("player", "as"), figures)
    for f in analysis.fates:
        counts = (f.lie_caught, f.lie_believed, f.truth_believed, f.truth_disbelieved)
        grid.add_row(_shown(f.player), f.role, *map(str, counts))
    return grid


def _persuasion_grid(analysis: Analysis) -> Grid:
    figures = ("messages", "changes", "of them named", "changes a message")
    grid = grid_of("Whose messages changed whose orders", ("sender", "reader"), figures)
    for p in analysis.persuasion:
        rate = f"{p.changes / p.messages:.3f}" if p.messages else NONE
        names = _shown(p.sender or "nobody"), _shown(p.reader)
        grid.add_row(*names, str(p.messages), f"{p.changes:.1f}", f"{p.named:.1f}", rate)
    return grid


def show_note(text: str, console: Console) -> None:
    """Prints what the reader should know first."""
    console.print(f"note: {_shown(text)}", style="bold", highlight=False)


def show_comparison(found: Sequence[Difference], console: Console) -> None:
    """Prints the findings of a comparison, or that there are none."""
    findings = [d for d in found if d.adjusted < 0.05]
    what = f"by Holm's procedure within each family of measures ({len(found)} tests) at 5 %"
    figures = ("first", "second", "difference", "95 % interval", "p (Holm)")
    grid = grid_of(f"Exploratory: differences that stand {what}", ("player", "measure"), figures)
    grid.add_column("exchanged", overflow="fold")
    for d in findings:
        grid.add_row(
            _shown(d.player),
            d.measure.title,
            number(d.before, d.measure),
            number(d.after, d.measure),
            number(d.difference, d.measure),
            escape(span(d.low, d.high, d.measure, d.mark)),
            chance(d.adjusted),
            EXCHANGED[d.exchange],
        )
    few = "" if findable(found) else " There are too few games for any to stand, however large."
    console.print(grid if findings else f"Exploratory: no difference stands {what}.{few}")


def show_provenance(provenance: Provenance, console: Console) -> None:
    """Prints where the figures come from."""
    console.print(_shown(provenance.line()), style="dim", highlight=False)
    for warning in provenance.warnings:
        console.print(f"note: {_shown(warning)}", highlight=False)
    for folder, problem in provenance.unreadable:
        console.print(f"left out: {_shown(folder)}: {_shown(problem)}", highlight=False)


def duel_lines(analysis: Analysis, measure: str = "centers") -> list[str]:
    """What it takes to tell each pair of players apart, a line a pair."""
    found = []
    for d in analysis.duels[measure]:
        figure = f"{number(d.difference, NAMED[measure])} \u00b1 {d.error:.2f}"
        interval = span(d.low, d.high, NAMED[measure], d.mark)
        found.append(
            f"{d.one} against {d.other}: {figure} {interval} {NAMED[measure].title}, p (Holm) {chance(d.adjusted)}; "
            f"{d.games:,} games; a difference of one takes {of_one(d)}"
        )
    return found


def _shown(text: str) -> str:
    """A text from outside as the terminal may have it."""
    return escape(cleaned(text, "line"))


def _grid(analysis: Analysis, title: str, names: Sequence[str], *, rating: bool = False) -> Grid:
    measures: list[Measure] = [NAMED[name] for name in names]
    grid = grid_of(
        f"{title}: mean \u00b1 standard error, [95 % interval]{_LEGEND}",
        ("player",),
        ("games", *(measure.title for measure in measures), *(("rating",) if rating else ())),
    )
    rated = {r.player: r for r in analysis.ratings.players}
    for player, figures in analysis.estimates.items():
        cells = []
        for measure in measures:
            figure = figures[MEASURES.index(measure)]
            cells.append(
                escape(f"{mean(figure, measure)}\n{span(figure.low, figure.high, measure, figure.mark)}".rstrip())
            )
        if rating:
            r = rated.get(player)
            cells.append(NONE if r is None else escape(f"{r.points:.0f}\n{points(r.low, r.high, r.mark)}".rstrip()))
        grid.add_row(_shown(player), str(analysis.games.get(player, 0)), *cells)
    return grid


def _regret_grid(analysis: Analysis) -> Grid:
    """By kind of position; the report has powers and years too."""
    found = {(row.player, row.group): row for row in analysis.regrets if row.by == "kind of position"}
    kinds = sorted({group for _, group in found})
    grid = grid_of("Regret, forward, by kind of position", ("player",), kinds)
    for player in sorted({player for player, _ in found}):
        rows = [found.get((player, kind)) for kind in kinds]
        grid.add_row(
            _shown(player), *(escape(mean(row.figures["regret"], NAMED["regret"])) if row else NONE for row in rows)
        )
    return grid
