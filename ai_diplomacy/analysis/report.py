"""An analysis as one HTML file: tables, pictures, and where every figure comes from. All text in it is escaped."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

from . import plots
from .analyzing import BASELINES, DUEL_MEASURES, Analysis
from .comparing import Difference
from .formatting import NONE, chance, mean, number, span
from .measures import GROUPS, MEASURES, NAMED, Measure
from .provenance import Provenance

_STYLE = """
:root { color-scheme: light dark; --ground: #ffffff; --ink: #1b1f24; --soft: #5a6470;
  --line: #d5dae0; --band: #f3f5f8; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #14181d; --ink: #e6e9ed; --soft: #9aa5b1; --line: #333c46; --band: #1c2229; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 1rem; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: .5rem 0; } h2 { font-size: 1.15rem; margin: 2.2rem 0 .4rem; }
p, li { max-width: 46rem; } .soft, figcaption, .from { color: var(--soft); font-size: .85rem; }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 6px; }
table { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums; min-width: 100%; }
th, td { padding: .35rem .6rem; text-align: right; vertical-align: top; white-space: nowrap;
  border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { text-align: left; position: sticky; left: 0; background: var(--ground);
  max-width: 11rem; min-width: 7.5rem; white-space: normal; overflow-wrap: anywhere; }
thead th { background: var(--band); font-weight: 600; white-space: normal; min-width: 5.2rem; }
thead th:first-child { background: var(--band); }
tr:last-child td { border-bottom: 0; } td small { display: block; color: var(--soft); }
tr.baseline td:first-child::after { content: " (baseline)"; color: var(--soft); }
tr.finding td { font-weight: 600; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 1rem; }
figure { margin: 0; } svg { width: 100%; height: auto; display: block; }
dt { font-weight: 600; } dd { margin: 0 0 .4rem 0; color: var(--soft); } details { margin-top: .6rem; }
"""


def page(analysis: Analysis, other: Analysis | None = None, differences: Sequence[Difference] = ()) -> str:
    """The whole document."""
    parts = [f"<h1>Games in {_text(analysis.folder.name or analysis.folder)}</h1>", _opening(analysis)]
    if other is not None:
        parts.append(_comparison(analysis, other, differences))
    parts += _body(analysis, "first")
    if other is not None:
        parts.append(f"<h1>Games in {_text(other.folder.name or other.folder)}</h1>")
        parts += [_opening(other), *_body(other, "second")]
    parts += [_method(), _glossary()]
    title = f"Games in {_text(analysis.folder.name or analysis.folder)}"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(parts)
        + "\n</body>\n</html>\n"
    )


def _opening(analysis: Analysis) -> str:
    provenance = analysis.provenance
    notes = [
        *provenance.warnings,
        *(f"left out, not finished: {name}" for name in provenance.unfinished[:10]),
        *(f"left out: {folder}: {problem}" for folder, problem in provenance.unreadable[:10]),
    ]
    listed = "".join(f"<li>{_text(note)}</li>" for note in notes)
    players = "".join(f"<li>{_text(player)}: {_text(', '.join(models))}</li>" for player, models in provenance.models)
    return (
        f"<p>{provenance.games:,} finished games, {len(analysis.games)} players. Means are over seats; errors and "
        "intervals take a game as one observation, and forks of one game as one.</p>"
        + (f"<ul>{listed}</ul>" if listed else "")
        + f"<details><summary>Who the players are</summary><ul>{players}</ul></details>"
    )


def _body(analysis: Analysis, mark: str) -> list[str]:
    parts = ["<h2>Ratings</h2>", _ratings(analysis)]
    drawn = [
        (plots.dots(analysis, NAMED["centers"], f"{mark}-centers"), "Centres at the end, with 95 % intervals."),
        (plots.rating_dots(analysis, f"{mark}-ratings"), "Ratings, with 95 % intervals."),
        (plots.centers_by_year(analysis, f"{mark}-years"), "Centres through the years."),
        (plots.dots(analysis, NAMED["legal_before"], f"{mark}-legal"), "Orders that were legal at the first reply."),
        (plots.pledges(analysis, f"{mark}-pledges"), "What became of the pledges (how many were made)."),
        (plots.dots(analysis, NAMED["cost"], f"{mark}-cost"), "Cost of a seat's game, where it is known."),
    ]
    figures = "".join(f"<figure>{svg}<figcaption>{text}</figcaption></figure>" for svg, text in drawn if svg)
    parts.append(f'<div class="plots">{figures}</div>')
    for group, title in GROUPS.items():
        parts += [f"<h2>{title}</h2>", _measures(analysis, [m for m in MEASURES if m.group == group])]
        if group == "honesty":
            parts.append(_trust(analysis))
        if group == "score":
            parts += [_duels(analysis), _seats(analysis)]
    return parts


def _measures(analysis: Analysis, measures: Sequence[Measure]) -> str:
    head = ["player", "games", *(measure.title for measure in measures)]
    rows = []
    for player, figures in analysis.estimates.items():
        cells = [_text(player), str(analysis.games.get(player, 0))]
        for measure in measures:
            figure = figures[MEASURES.index(measure)]
            cells.append(f"{mean(figure, measure)}<small>{span(figure.low, figure.high, measure)}</small>")
        rows.append((cells, "baseline" if player in BASELINES else ""))
    return _table(head, rows, analysis.provenance)


def _ratings(analysis: Analysis) -> str:
    rated = {rating.player: rating for rating in analysis.ratings}
    rows = []
    for player in [*rated, *(name for name in BASELINES if name not in rated)]:
        rating = rated.get(player)
        cells = [NONE] * 4
        if rating is not None:
            interval = span(rating.low, rating.high, NAMED["calls"]) or NONE
            cells = [str(rating.games), f"{rating.mu:.1f}", interval, f"{rating.sigma:.1f}"]
        rows.append(([_text(player), *cells], "baseline" if player in BASELINES else ""))
    return _table(["player", "games", "rating", "95 % interval", "sigma"], rows, analysis.provenance)


def _duels(analysis: Analysis) -> str:
    rows = []
    for name in DUEL_MEASURES:
        for d in analysis.duels[name]:
            measure = NAMED[name]
            rows.append(
                (
                    [
                        f"{_text(d.one)} less {_text(d.other)}",
                        measure.title,
                        f"{number(d.difference, measure)} \u00b1 {number(d.error, measure)}",
                        f"{d.games:,}",
                        NONE if d.needed is None else f"{d.needed:,}",
                        number(d.detectable, measure),
                    ],
                    "",
                )
            )
    head = ["players", "by", "difference", "games played", "games needed", "these games can show"]
    caption = (
        "<h2>How many games tell two players apart</h2><p>Needed: for a test at 5 % to find a true difference of this "
        "size in 80 % of all cases. The last column: the smallest difference that the games played find as often.</p>"
    )
    return caption + _table(head, rows, analysis.provenance) if rows else ""


def _trust(analysis: Analysis) -> str:
    head = ["player", "towards", "made", "kept", "broken", "on purpose", "voided", "retracted", "contradictory"]
    rows = [
        (
            [_text(player), _text("all, in public" if towards == "ALL" else towards)]
            + [
                str(value) for value in (t.made, t.kept, t.broken, t.on_purpose, t.voided, t.retracted, t.contradictory)
            ],
            "",
        )
        for (player, towards), t in analysis.trust.items()
    ]
    return "<h2>Pledges, and towards whom</h2>" + _table(head, rows, analysis.provenance) if rows else ""


def _seats(analysis: Analysis) -> str:
    powers = sorted({power for seats in analysis.seating.values() for power in seats})
    rows = [
        ([_text(player), *(str(seats.get(power, 0)) for power in powers)], "")
        for player, seats in analysis.seating.items()
    ]
    head = ["player", *(power.title() for power in powers)]
    return "<h2>Who sat where, in games</h2>" + _table(head, rows, analysis.provenance) if rows else ""


def _comparison(first: Analysis, second: Analysis, found: Sequence[Difference]) -> str:
    rows = [
        (
            [
                _text(d.player),
                _text(d.measure.title),
                number(d.before, d.measure),
                number(d.after, d.measure),
                f"{number(d.difference, d.measure)}<small>{span(d.low, d.high, d.measure)}</small>",
                chance(d.p),
                chance(d.adjusted),
            ],
            "finding" if d.adjusted < 0.05 else "",
        )
        for d in sorted(found, key=lambda d: d.adjusted)
    ]
    head = ["player", "measure", _text(first.folder.name), _text(second.folder.name), "difference", "p", "p (Holm)"]
    return (
        "<h2>The two folders compared</h2><p>The second less the first, with the 95 % bootstrap interval of each "
        f"difference. Permutation tests over games; Holm's procedure over all {len(found)} tests. What stands at 5 % "
        "is in bold.</p>" + _table(head, rows, first.provenance, second.provenance)
    )


def _table(head: Sequence[str], rows: Iterable[tuple[Sequence[str], str]], *provenance: Provenance) -> str:
    """Cells are HTML already."""
    top = "".join(f"<th>{cell}</th>" for cell in head)
    body = "".join(
        f'<tr class="{kind}">' + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>" for cells, kind in rows
    )
    origin = "".join(f'<p class="from">{_text(origin.line())}</p>' for origin in provenance)
    return f'<div class="scroll"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>{origin}'


def _method() -> str:
    return (
        "<h2>How the figures are made</h2><p>A figure is a ratio of sums over a player's seats. \u00b1 is its standard "
        "error, brackets its 95 % interval by the bootstrap over whole games (2,000 resamples, widened for few games). "
        "Ratings are openskill's Plackett-Luce over the places in each game. A pledge is an order promised to one "
        "reader: kept when it was given; voided when it could not be, or could have done nothing for what others "
        "ordered; retracted when a later letter to that reader took it back; broken otherwise, and on purpose when the "
        "power had said so in private before it ordered. Unknown is not zero: a figure of which a part is not known is "
        "not given.</p>"
    )


def _glossary() -> str:
    items = "".join(f"<dt>{_text(m.title)}</dt><dd>{_text(m.what)}</dd>" for m in MEASURES)
    return f"<details><summary>What each measure means</summary><dl>{items}</dl></details>"


def _text(value: object) -> str:
    return html.escape(str(value).encode("utf-8", "replace").decode(), quote=True)
