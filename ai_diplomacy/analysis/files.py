"""The files of an analysis: the report, every table as CSV, Markdown and LaTeX, and every figure as SVG and PNG."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, replace
from pathlib import Path
from typing import Any

from ..records.cleaning import cleaned
from ..records.durable import replace_files
from .analyzing import BASELINES, DUEL_MEASURES, Analysis
from .comparing import Difference
from .course import course_tables
from .data_table import DataTable, Value
from .deed_tables import differences as compare_table
from .duels import Duel
from .game_rows import centers_by_power, places_of
from .measures import GROUPS, MEASURES
from .provenance import Provenance
from .report import Side, all_plots, page
from .sections import sections
from .shown_table import ShownTable
from .table_text import latex, markdown
from .word_tables import filed

_ORIGIN = ("folder_games", "versions", "configs", "prompts", "models", "seeds")
"""Columns at the end of every CSV file: where the row comes from."""


def write_files(
    out: Path,
    analysis: Analysis,
    other: Analysis | None = None,
    differences: Sequence[Difference] = (),
    differ: Sequence[str] = (),
) -> list[Path]:
    """Writes them all and returns their paths. Raises ``OSError``."""
    made = {"first" if other is not None else "": tables(analysis)}
    sides = [
        Side(analysis, "first", sections(analysis), linked=out.resolve() == (analysis.folder / "analysis").resolve())
    ]
    compared: ShownTable | None = None
    if other is not None:
        made["second"] = tables(other)
        made[""] = [differences_table(differences, (analysis.provenance, other.provenance))]
        sides.append(Side(other, "second", sections(other), linked=False))
        folders = analysis.folder.name, other.folder.name
        compared = compare_table(differences, folders, "comparison", "The two folders compared")
    written = {"report.html": page(sides, compared, differences, differ)}
    named = {f"{side}_{table.name}".lstrip("_"): table for side, found in made.items() for table in found}
    documents = {name: table.document() for name, table in named.items()}
    written["analysis.json"] = json.dumps(documents, indent=1, ensure_ascii=True, allow_nan=False) + "\n"
    written |= {f"{name}.csv": _csv(table) for name, table in named.items()}
    written |= _for_papers(sides, compared)
    images = {f"figures/{_of_side(mark, sides)}{plot.name}.png": plot.png for mark, plot in all_plots(sides)}
    for folder in (out, out / "tables", out / "figures"):
        folder.mkdir(parents=True, exist_ok=True)
    encoded = {name: text.encode("utf-8", "replace") for name, text in written.items()}
    replace_files({out / name: content for name, content in (encoded | images).items()})
    return [out / name for name in written]


def _for_papers(sides: Sequence[Side], compared: ShownTable | None) -> dict[str, str]:
    """Name of a file -> its text."""
    found: dict[str, str] = {}
    shown = [
        (_of_side(side.mark, sides), table)
        for side in sides
        for section in side.sections
        for table in section.every_table()
    ]
    for before, table in [*shown, *([("", compared)] if compared else [])]:
        found[f"tables/{before}{table.name}.md"] = markdown(table)
        found[f"tables/{before}{table.name}.tex"] = latex(table)
    for mark, plot in all_plots(sides):
        found[f"figures/{_of_side(mark, sides)}{plot.name}.svg"] = plot.svg()
    return found


def _of_side(mark: str, sides: Sequence[Side]) -> str:
    return f"{mark}_" if len(sides) > 1 else ""


def _csv(table: DataTable) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*table.columns, *_ORIGIN])
    origin = [
        " | ".join(parts)
        for parts in zip(
            *(
                (
                    str(p.games),
                    " ".join(p.versions),
                    " ".join(digest for digest, _ in p.configs),
                    p.prompts_hash,
                    " ".join(sorted({model for _, models in p.models for model in models})),
                    " ".join(map(str, p.seeds)),
                )
                for p in table.provenance
            ),
            strict=True,
        )
    ]
    for row in table.rows:
        writer.writerow([cleaned(value, "table") if isinstance(value, str) else value for value in (*row, *origin)])
    return text.getvalue()


def tables(analysis: Analysis) -> list[DataTable]:
    """Everything that an analysis holds."""

    def table(name: str, columns: str, rows: Iterable[tuple[Value, ...]]) -> DataTable:
        return DataTable(name, tuple(columns.split()), tuple(rows), (analysis.provenance,))

    rated = analysis.ratings.players
    return [
        table(
            "measures",
            "player baseline games seats group measure mean standard_error low high clusters unknown mark",
            _measures(analysis),
        ),
        table(
            "ratings",
            "player baseline games points standard_error low high mark",
            ((r.player, int(r.player in BASELINES), r.games, r.points, r.error, r.low, r.high, r.mark) for r in rated),
        ),
        table(
            "rating_differences",
            "player other difference standard_error low high mark",
            map(astuple, analysis.ratings.differences),
        ),
        table(
            "power",
            "measure player other difference standard_error low high p p_holm exchanged games detectable_difference "
            "games_for_one games_for_one_low games_for_one_high mark",
            ((name, *_duel(duel)) for name in DUEL_MEASURES for duel in analysis.duels[name]),
        ),
        table(
            "honesty",
            "player towards made kept broken lie changed taken_back let_off mistake unexplained void retracted "
            "released condition_not_met contradictory confessed",
            ((*pair, *astuple(trust)) for pair, trust in analysis.trust.items()),
        ),
        table(
            "seats",
            "player power games",
            ((player, *seat) for player, seats in analysis.seating.items() for seat in seats.items()),
        ),
        table(
            "centers_by_year",
            "player year centers low high seats mark",
            (
                (player, year, told.figure.mean, told.figure.low, told.figure.high, int(told.under), told.figure.mark)
                for player, years in analysis.centers_by_year.items()
                for year, told in years.items()
            ),
        ),
        table(
            "honesty_by_year",
            "player year share_kept low high kept due mark",
            (
                (
                    player,
                    year,
                    told.figure.mean,
                    told.figure.low,
                    told.figure.high,
                    int(told.over),
                    int(told.under),
                    told.figure.mark,
                )
                for player, years in analysis.kept_by_year.items()
                for year, told in years.items()
            ),
        ),
        table(
            "broken_words",
            "by one other broken",
            (
                (by, *pair, count)
                for by, found in (("player", analysis.broken.players), ("power", analysis.broken.powers))
                for pair, count in found.items()
            ),
        ),
        table(
            "player_by_power",
            "player power centers games",
            (
                (player, power, *told)
                for player, powers in centers_by_power(analysis.rows).items()
                for power, told in powers.items()
            ),
        ),
        table(
            "places",
            "player place seats",
            (
                (player, place, count)
                for player, counts in places_of(analysis.rows).items()
                for place, count in enumerate(counts, 1)
            ),
        ),
        table(
            "games",
            "game seed outcome winners last_phase phases power player played centers place stabs defaulted cost_usd",
            (
                (
                    *(row.game, row.seed, row.outcome, " ".join(row.winners), row.last_phase, row.phases),
                    *(seat.power, seat.player, int(seat.played), seat.centers, seat.place, seat.stabs),
                    *(seat.defaulted, seat.cost_usd),
                )
                for row in analysis.rows
                for seat in row.seats
            ),
        ),
        table("question", "hash primary one other games planned found answer", _answered(analysis)),
        *_explored(analysis),
        *_states(analysis),
        *course_tables(analysis.courses, analysis.provenance),
        *_private(analysis),
        *(table(*found) for found in (filed(analysis.words) if analysis.words else ())),
        table(
            "regret",
            "by group player orders measure mean standard_error low high clusters",
            (
                (row.by, row.group, row.player, row.orders, name, f.mean, f.error, f.low, f.high, f.clusters)
                for row in analysis.regrets
                for name, f in row.figures.items()
            ),
        ),
        table(
            "left_out",
            "player seats_left_out seats steps defaulted reason",
            ((out.player, out.left_out, out.seats, *astuple(out.defaults)) for out in analysis.left_out),
        ),
    ]


def _answered(analysis: Analysis) -> Iterator[tuple[Value, ...]]:
    if (answer := analysis.answer) is not None:
        asked = answer.question.digest, answer.question.primary, *answer.question.contrast
        yield (*asked, analysis.provenance.games, int(answer.planned), int(answer.found), answer.sentence)


def _private(analysis: Analysis) -> Iterator[DataTable]:
    """What was asked in private, where anything was."""
    asked: tuple[tuple[str, str, Sequence[Any]], ...] = (
        ("beliefs", "role player lies_caught lies_believed truths_believed truths_disbelieved", analysis.fates),
        ("calibration", "player low high beliefs mean_belief share_meant", analysis.calibration),
        ("tags_and_deeds", "player meant verdict pledges", analysis.tags_and_deeds),
        ("persuasion", "sender reader messages changes changes_named", analysis.persuasion),
    )
    for name, columns, rows in asked:
        if rows:
            yield DataTable(name, tuple(columns.split()), tuple(map(astuple, rows)), (analysis.provenance,))


def _explored(analysis: Analysis) -> Iterator[DataTable]:
    if analysis.answer is not None:
        yield replace(differences_table(analysis.answer.explored, (analysis.provenance,)), name="explored")


def _states(analysis: Analysis) -> Iterator[DataTable]:
    if (found := analysis.states) is None:
        return
    scope = "state seat horizon arm"
    columns = f"{scope} against family measure before after difference low high p p_holm games exchanged mark"
    effects = tuple(
        (
            *(*astuple(effect.scope), effect.arm, effect.against, d.measure.group, d.measure.name),
            *(d.before, d.after, d.difference, d.low, d.high, d.p, d.adjusted, min(d.games), d.exchange, d.mark),
        )
        for effect in found.effects
        for d in [effect.found]
    )
    means = tuple(
        (*astuple(mean.scope), mean.arm, mean.measure.name, f.mean, f.error, f.low, f.high, f.clusters, f.mark)
        for mean in found.means
        for f in [mean.figure]
    )
    yield DataTable("states", tuple(columns.split()), effects, (analysis.provenance,))
    told = f"{scope} measure mean standard_error low high clusters mark"
    yield DataTable("state_means", tuple(told.split()), means, (analysis.provenance,))


def differences_table(found: Sequence[Difference], provenance: tuple[Provenance, ...]) -> DataTable:
    """All differences between two folders, or two players."""
    columns = "player family measure before after difference low high p p_holm games_before games_after exchanged mark"
    rows = tuple(
        (
            *(d.player, d.measure.group, d.measure.name, d.before, d.after, d.difference, d.low, d.high),
            *(d.p, d.adjusted, *d.games, d.exchange, d.mark),
        )
        for d in found
    )
    return DataTable("comparison", tuple(columns.split()), rows, provenance)


def _duel(duel: Duel) -> Iterator[Value]:
    needed = (None, None, None) if duel.for_one is None else astuple(duel.for_one)
    yield from (duel.one, duel.other, duel.difference, duel.error, duel.low, duel.high)
    yield from (duel.p, duel.adjusted, duel.exchange, duel.games, duel.detectable, *needed, duel.mark)


def _measures(analysis: Analysis) -> Iterator[tuple[Value, ...]]:
    for player, figures in analysis.estimates.items():
        seats = int(player in BASELINES), analysis.games.get(player, 0), analysis.seats.get(player, 0)
        for measure, f in zip(MEASURES, figures, strict=True):
            if not analysis.has(measure):
                continue
            figure = f.mean, f.error, f.low, f.high, f.clusters, int(f.unknown), f.mark
            yield (player, *seats, GROUPS[measure.group], measure.name, *figure)
