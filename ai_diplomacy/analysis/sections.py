"""The report in sections: which tables and figures stand together, in which order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from . import deed_tables, player_tables
from .analyzing import Analysis
from .figures import figures
from .measures import GROUPS
from .plots import Plot
from .shown_table import ShownTable


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of the report and what is under it."""

    name: str
    title: str
    tables: Sequence[ShownTable] = ()
    folded: Sequence[ShownTable] = ()
    """Those that are closed until they are asked for."""
    figures: Sequence[Plot] = ()
    files: Sequence[Plot] = ()
    """Figures that are files only, as the page has their tables."""

    def every_table(self) -> list[ShownTable]:
        return [*self.tables, *self.folded]


_FIGURES = {
    "ratings": ("ratings", "centers"),
    "by_power": ("player_by_power",),
    "head_to_head": ("head_to_head",),
    "places": ("places",),
    "years": ("centers_by_year",),
    "cost": ("cost_against_score", "tokens_against_score"),
    "regret": ("regret",),
    "orders": ("legal_before",),
    "honesty": ("pledges", "honesty_by_year", "broken_words"),
}
"""Section -> its figures."""


def sections(analysis: Analysis) -> list[Section]:
    """Those that hold anything."""
    drawn = {plot.name: plot for plot in figures(analysis)}
    found = []
    for name, title, tables, folded in _sections(analysis):
        plots = [drawn[figure] for figure in _FIGURES.get(name, ()) if figure in drawn]
        shown, on_request = ([table for table in some if table.rows] for some in (tables, folded))
        if shown or on_request or plots:
            on_page = [plot for plot in plots if plot.on_page]
            found.append(Section(name, title, shown, on_request, on_page, [p for p in plots if not p.on_page]))
    return found


_Parts = tuple[str, str, Sequence[ShownTable], Sequence[ShownTable]]


def _sections(analysis: Analysis) -> Iterator[_Parts]:
    tables = player_tables
    if analysis.states is not None:
        effects, standing, means = deed_tables.states(analysis.states)
        yield "states", "Critical states", [effects, standing], [means]
    yield "moments", "Moments", [deed_tables.moments(analysis)], []
    if analysis.answer is not None and analysis.answer.explored:
        one, other = analysis.answer.question.contrast
        title, note = (
            "Exploratory: the other measures of the two",
            ("The first less the second. Holm's procedure within each family of measures."),
        )
        explored = deed_tables.differences(analysis.answer.explored, (other, one), "explored", title, note)
        yield "explored", title, [explored], []
    yield "ratings", "Ratings", [tables.ratings(analysis)], [tables.rating_differences(analysis)]
    yield "by_power", "Centres by player and power", [tables.by_power(analysis)], [tables.seats(analysis)]
    yield "head_to_head", "Head to head", [tables.head_to_head(analysis)], [tables.duels(analysis)]
    yield "places", "Places", [tables.places(analysis)], []
    yield "years", "Centres through the years", [], []
    yield "cost", "Cost and tokens against score", [], []
    for group, heading in GROUPS.items():
        measures = analysis.measures_of(group)
        if not measures:
            continue
        shown, folded = [tables.measured(analysis, group, heading, measures)], []
        match group:
            case "regret":
                folded = list(tables.regrets(analysis))
            case "honesty":
                shown += [deed_tables.kept_by_year(analysis), deed_tables.broken_words(analysis)]
                folded = [deed_tables.pledges(analysis)]
            case "stabs":
                shown.append(deed_tables.stabs_of(analysis))
            case "belief":
                first, *rest = deed_tables.beliefs(analysis)
                shown.append(first)
                folded = rest
            case "calls":
                shown = [shown[0].without_zeros()]
            case "persuasion":
                shown.append(deed_tables.persuasion(analysis))
        yield group, heading, shown, folded
        if group == "honesty":
            yield "judges", "Word and deed by judges", list(deed_tables.judged(analysis)), []
    yield "games", "Games", [deed_tables.games(analysis)], []
