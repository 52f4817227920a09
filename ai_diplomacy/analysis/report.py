"""An analysis as one HTML file: tables, pictures, and where every figure comes from. All text in it is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ..records.cleaning import cleaned
from . import plots
from .analyzing import BASELINES, Analysis
from .comparing import Difference, findable
from .formatting import EXCHANGED, NONE, chance, mean, number, of_one, points, span
from .measures import GROUPS, MEASURES, NAMED
from .states import HEADLINE
from .word_tables import shown


def page(
    analysis: Analysis,
    other: Analysis | None = None,
    differences: Sequence[Difference] = (),
    differ: Sequence[str] = (),
) -> str:
    """The whole document, from the template ``report.html``."""
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    html = templates.get_template("report.html").render(
        first=analysis,
        second=other,
        differences=differences,
        differ=differ,
        findable=findable,
        pictures=_pictures,
        baselines=BASELINES,
        groups=GROUPS,
        all_measures=MEASURES,
        headline=HEADLINE,
        named=NAMED,
        none_of=NONE,
        number=number,
        mean=mean,
        span=span,
        points=points,
        exchanged=EXCHANGED,
        of_one=of_one,
        word_tables=shown,
        chance=chance,
    )
    return cleaned(html, "text")


def _pictures(analysis: Analysis, mark: str) -> list[tuple[str, str]]:
    """Each as SVG, which is empty when there is nothing to show, with its caption."""
    return [
        (plots.dots(analysis, NAMED["centers"], f"{mark}-centers"), "Centres at the end, with 95 % intervals."),
        (plots.dots(analysis, NAMED["regret"], f"{mark}-regret"), "Regret of the movement orders, forward."),
        (plots.rating_dots(analysis, f"{mark}-ratings"), "Ratings, with 95 % intervals."),
        (plots.centers_by_year(analysis, f"{mark}-years"), "Centres through the years."),
        (plots.dots(analysis, NAMED["legal_before"], f"{mark}-legal"), "Orders that were legal at the first reply."),
        (plots.pledges(analysis, f"{mark}-pledges"), "What became of the pledges (how many were made)."),
        (plots.dots(analysis, NAMED["cost"], f"{mark}-cost"), "Cost of a seat's game, where it is known."),
    ]
