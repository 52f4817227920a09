"""The files of an analysis: the report, every table as CSV, and all of them as JSON."""

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
from .duels import Duel
from .measures import GROUPS, MEASURES
from .provenance import Provenance
from .report import page
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
    out.mkdir(parents=True, exist_ok=True)
    made = {"first" if other is not None else "": tables(analysis)}
    if other is not None:
        made["second"] = tables(other)
        made[""] = [differences_table(differences, (analysis.provenance, other.provenance))]
    written = {"report.html": page(analysis, other, differences, differ)}
    named = {f"{side}_{table.name}".lstrip("_"): table for side, found in made.items() for table in found}
    documents = {name: table.document() for name, table in named.items()}
    written["analysis.json"] = json.dumps(documents, indent=1, ensure_ascii=True, allow_nan=False) + "\n"
    written |= {f"{name}.csv": _csv(table) for name, table in named.items()}
    replace_files({out / name: text.encode("utf-8", "replace") for name, text in written.items()})
    return [out / name for name in written]


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
    unrated = [name for name in BASELINES if name not in {rating.player for rating in rated}]
    return [
        table(
            "measures",
            "player baseline games seats group measure mean standard_error low high clusters unknown mark",
            _measures(analysis),
        ),
        table(
            "ratings",
            "player baseline games points standard_error low high mark",
            [
                *(
                    (r.player, int(r.player in BASELINES), r.games, r.points, r.error, r.low, r.high, r.mark)
                    for r in rated
                ),
                *((name, 1, 0, None, None, None, None, "") for name in unrated),
            ],
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
            "player year centers seats",
            ((player, year, *mean) for player, years in analysis.by_year.items() for year, mean in years.items()),
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
