"""An analysis as one HTML file: the answer first, figures, tables, and the games behind them. All text is escaped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ..records.cleaning import cleaned
from .analyzing import Analysis
from .comparing import Difference, findable
from .measures import MEASURES
from .plots import Plot
from .sections import Section
from .shown_table import ShownTable
from .verdict import verdict

_MOST_GAMES = 20
"""Links to the games of a player in one power; the table of games has all."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the folders of a report."""

    analysis: Analysis
    mark: str
    """Begins the ids of this side."""
    sections: Sequence[Section]
    linked: bool
    """Whether the report lies where the library of the folder finds it, so that its links lead to the games."""

    @property
    def title(self) -> str:
        return f"Games in {self.analysis.folder.name or self.analysis.folder}"

    @property
    def verdict(self) -> str:
        return verdict(self.analysis)

    @property
    def anchors(self) -> Mapping[str, str]:
        """What a name in a table leads to: a player to its games, a game to its page."""
        games = {row.game: game_address(row.game) for row in self.analysis.rows} if self.linked else {}
        return games | {player: f"#{anchor}" for player, anchor, _ in self.behind}

    @property
    def behind(self) -> list[tuple[str, str, list[tuple[str, list[str], int]]]]:
        """(player, its anchor, (power, games, how many more) of each power that it had)."""
        found: dict[str, defaultdict[str, list[str]]] = {
            player: defaultdict(list) for player in self.analysis.estimates
        }
        for row in self.analysis.rows:
            for seat in row.seats:
                if seat.player in found:
                    found[seat.player][seat.power].append(row.game)
        return [
            (
                player,
                f"{self.mark}-player-{number}",
                [
                    (power, games[:_MOST_GAMES], max(0, len(games) - _MOST_GAMES))
                    for power, games in sorted(powers.items())
                ],
            )
            for number, (player, powers) in enumerate(found.items(), 1)
        ]


def game_address(game: str) -> str:
    """From the report of a folder to a game of it, as the library serves both."""
    return f"../run/{quote(game, safe='')}/"


def page(
    sides: Sequence[Side],
    compared: ShownTable | None = None,
    differences: Sequence[Difference] = (),
    differ: Sequence[str] = (),
) -> str:
    """The whole document, from the templates beside this file. ``compared``: the differences as a table."""
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    html = templates.get_template("report.html").render(
        sides=sides,
        compared=compared,
        differ=differ,
        findable=findable(differences),
        measures=[measure for measure in MEASURES if any(side.analysis.has(measure) for side in sides)],
    )
    return cleaned(html, "text")


def all_plots(sides: Sequence[Side]) -> Iterator[tuple[str, Plot]]:
    """(mark of its side, figure)."""
    for side in sides:
        for section in side.sections:
            for found in (*section.figures, *section.files):
                yield side.mark, found
