"""An analysis on the terminal: its answer, the headline of every player, and what it takes to tell them apart.

Tables that are wider than the terminal are several."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid

from ..game.display import GameConsole
from ..records.cleaning import cleaned
from . import deed_tables, player_tables
from .analyzing import Analysis
from .comparing import Difference, findable
from .estimates import FEW, MARKS
from .formatting import NONE, chance, mean, number, span
from .measures import NAMED
from .provenance import Provenance
from .shown_table import LONG, ShownTable, shown_table
from .verdict import verdict

_SCORES = ("centers", "survival", "solo", "draw_size", "sum_of_squares", "diplobench", "rank")
_BEHAVIOUR = (
    "legal_before",
    "legal_after",
    "messages",
    "reply_rate",
    "kept",
    "on_purpose",
    "latency",
    "cost",
    "cost_lost",
)
_REGRET = ("regret", "regret_centers", "beyond", "hindsight", "hindsight_centers")
_BELIEF = ("not_meant", "lies_believed", "truths_believed", "lies_caught", "truths_disbelieved", "brier", "as_meant")
_PERSUASION = ("swayed", "swayed_in_all", "sways")
_MOST = 12
"""Pairs of players, and effects, that are shown; the files hold all."""
_LEGEND = (
    f"\u00b1 is the standard error, brackets hold the 95 % interval; {MARKS['few']} fewer than {FEW} games, "
    f"{MARKS['heavy']} one game outweighs all others: it may cover less."
)
_WIDTH = 100
"""Columns where there is no terminal."""


def wide_console(width: int = _WIDTH) -> Console:
    """The terminal; where there is none, one of so many columns. Names are no markup: ``:star:`` in one is no star."""
    console = GameConsole(highlight=False, emoji=False)
    if not console.is_terminal:
        console.width = width
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


def show_table(table: ShownTable, console: Console) -> None:
    """Prints it, if it has rows, as many tables as the terminal is too narrow for."""
    for part in table.folded(console.width, edge=4) if table.rows else ():
        grid = Grid(title=_shown(part.title), title_justify="left")
        long, widths = part.long(), part.widths()
        # Titles are folded before figures are.
        fits = sum(widths) + 3 * len(widths) + 1 <= console.width
        for at, title in enumerate(part.head):
            left = at < part.names or at in long
            grid.add_column(
                _shown(title),
                justify="left" if left else "right",
                overflow="fold",
                min_width=widths[at] if fits else None,
                max_width=LONG if at in long else None,
            )
        for row in part.rows:
            grid.add_row(*("\n".join(map(_shown, cell.split("\n"))) for cell in row))
        console.print(grid)


def show(analysis: Analysis, console: Console) -> None:
    """Prints the tables of one folder, the answer first, and before it only what it does not rest on."""
    for left_out in analysis.left_out:
        console.print(f"left out: {_shown(str(left_out))}", style="bold", highlight=False)
    console.print(_shown(verdict(analysis)), style="bold", highlight=False)
    for d in () if analysis.answer is None else analysis.answer.explored:
        if d.adjusted < 0.05:
            told = _explored(d, f"{d.player}: {d.measure.title}")
            console.print(f"exploratory, stands in its family: {_shown(told)}", highlight=False)
    if analysis.states is not None:
        show_table(next(deed_tables.states(analysis.states)), console)
        for effect in analysis.states.standing()[:_MOST]:
            told = _explored(effect.found, f"{effect.scope}: {effect.arm}: {effect.found.measure.title}")
            console.print(f"exploratory, stands in its family: {_shown(told)}", highlight=False)
    for table in _tables(analysis):
        show_table(table, console)
    console.print(_LEGEND, style="dim", highlight=False)
    show_provenance(analysis.provenance, console)


def _tables(analysis: Analysis) -> Iterator[ShownTable]:
    yield player_tables.ratings(analysis)
    yield _measured(analysis, "Scores", _SCORES)
    asked = _measured(analysis, "Orders, press, honesty, calls", _BEHAVIOUR).without_zeros()
    # What a bot orders is legal, and it neither writes nor costs.
    yield replace(asked, rows=tuple(row for row in asked.rows if not row[0].startswith("bot:")))
    yield _pairs(analysis, "centers")
    if analysis.regrets:
        yield _measured(analysis, "Regret, as a share of what was at stake", _REGRET)
        yield _regret_by_kind(analysis)
        yield _pairs(analysis, "beyond")
    yield from deed_tables.judged(analysis)
    if analysis.measures_of("belief"):
        yield _measured(analysis, "What was meant, and believed", _BELIEF)
        yield replace(
            next(deed_tables.beliefs(analysis)), title="Messages, each once a reader, as sender and as reader"
        )
    if analysis.persuasion:
        yield _measured(analysis, "Orders before and after press", _PERSUASION)
        yield deed_tables.persuasion(analysis)


def _measured(analysis: Analysis, title: str, names: Sequence[str]) -> ShownTable:
    return player_tables.measured(analysis, "", title, [NAMED[name] for name in names])


def _pairs(analysis: Analysis, measure: str) -> ShownTable:
    found = player_tables.duels(analysis, (measure,))
    title = f"Every two players, by {NAMED[measure].title}"
    rows = tuple((*row[:2], *row[3:]) for row in found.rows[:_MOST])
    return replace(found, title=title, head=(*found.head[:2], *found.head[3:]), names=2, rows=rows)


def _regret_by_kind(analysis: Analysis) -> ShownTable:
    """The report has powers and years too, and all measures."""
    found = {(row.player, row.group): row for row in analysis.regrets if row.by == "kind of position"}
    kinds = sorted({kind for _, kind in found})
    rows = []
    for player in player_tables.players(analysis):
        told = [found.get((player, kind)) for kind in kinds]
        rows.append((player, *(mean(row.figures["regret"], NAMED["regret"]) if row else NONE for row in told)))
    title = "Regret, forward, by kind of position"
    return shown_table("", title, ("player", *kinds), 1, rows).useful()


def _explored(d: Difference, what: str) -> str:
    interval = span(d.low, d.high, d.measure, d.mark)
    return f"{what} {number(d.difference, d.measure)} {interval}, p (Holm) {chance(d.adjusted)}"


def show_note(text: str, console: Console) -> None:
    """Prints what the reader should know first."""
    console.print(f"note: {_shown(text)}", style="bold", highlight=False)


def show_comparison(found: Sequence[Difference], console: Console) -> None:
    """Prints the findings of a comparison, or that there are none."""
    findings = [d for d in found if d.adjusted < 0.05]
    what = f"by Holm's procedure within each family of measures ({len(found)} tests) at 5 %"
    if findings:
        title = f"Exploratory: differences that stand {what}"
        show_table(deed_tables.differences(findings, ("first", "second"), "", title), console)
        return
    few = "" if findable(found) else " There are too few games for any to stand, however large."
    console.print(f"Exploratory: no difference stands {what}.{few}")


def show_provenance(provenance: Provenance, console: Console) -> None:
    """Prints where the figures come from."""
    console.print(_shown(provenance.line()), style="dim", highlight=False)
    for warning in provenance.warnings:
        console.print(f"note: {_shown(warning)}", highlight=False)
    for folder, problem in provenance.unreadable:
        console.print(f"left out: {_shown(folder)}: {_shown(problem)}", highlight=False)


def _shown(text: str) -> str:
    """A text from outside as the terminal may have it."""
    return escape(cleaned(text, "line"))
