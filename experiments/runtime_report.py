"""The figures of ``benchmark_runtime.py`` summed up: rows over the repetitions, a table, a picture."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

POLICIES = {
    "sequential": ("sequential", "decisions"),
    "threaded": ("threaded", "decisions"),
    "threaded-all": ("threaded", "all"),
    "gathered": ("gathered", "decisions"),
    "async": ("async", "decisions"),
}
"""Name -> execution, and which steps its threads take at once."""


def middle(values: Iterable[float]) -> float:
    """The median."""
    return round(statistics.median(values), 4)


def summary(results: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row for each combination of settings, over its repetitions."""

    def kind(result: dict[str, Any]) -> tuple[Any, ...]:
        return result["sigma"], result["seats"], result["games"], list(POLICIES).index(result["policy"])

    rows = []
    for _, group in itertools.groupby(sorted(results, key=kind), key=kind):
        same = list(group)
        walls = [result["wall"] for result in same]
        rows.append(
            {
                **{name: same[0][name] for name in ("policy", "sigma", "seats", "games")},
                "repeats": len(same),
                "wall": {"median": middle(walls), "lowest": min(walls), "highest": max(walls)},
                **{
                    name: middle(result[name] for result in same)
                    for name in (
                        "total_time",
                        "critical_path",
                        "overhead",
                        "sum_of_call_time",
                        "calls",
                        "cpu_ms_a_call",
                    )
                },
                "steps": {step: middle(result["steps"][step] for result in same) for step in same[0].get("steps", ())},
                "peak_memory_mb": middle(result["peak_memory_mb"] for result in same),
                "loop_lag_ms": {
                    name: middle(result["loop_lag_ms"][name] for result in same) for name in ("p50", "p99", "max")
                },
            }
        )
    for row in rows:
        alone = next((other for other in rows if is_same(other, row, "games") and other["games"] == 1), None)
        if alone is not None and row["games"] > 1:
            row["times_one_game"] = round(row["wall"]["median"] / alone["wall"]["median"], 3)
            more = row["peak_memory_mb"] - alone["peak_memory_mb"]
            row["memory_mb_a_further_game"] = round(more / (row["games"] - 1), 3)
        threaded = next(
            (other for other in rows if is_same(other, row, "policy") and other["policy"] == "threaded"), None
        )
        if threaded is not None:
            row["less_than_threaded"] = round(1 - row["total_time"] / threaded["total_time"], 4)
    return rows


def is_same(one: dict[str, Any], other: dict[str, Any], but: str) -> bool:
    return all(one[name] == other[name] for name in ("policy", "sigma", "seats", "games") if name != but)


def table(rows: Sequence[dict[str, Any]]) -> str:
    titles = (
        "policy",
        "sigma",
        "seats",
        "games",
        "total_time",
        "lowest-highest",
        "less than threaded",
        "path",
        "overhead",
    )
    titles += ("CPU ms/call", "peak MB", "lag p50/p99 ms", "x one game", "MB/game")
    lines = [titles]
    for row in rows:
        wall, lag = row["wall"], row["loop_lag_ms"]
        lines.append(
            (
                row["policy"],
                f"{row['sigma']:g}",
                str(row["seats"]),
                str(row["games"]),
                f"{row['total_time']:.2f}",
                f"{wall['lowest']:.2f}-{wall['highest']:.2f}",
                f"{100 * row['less_than_threaded']:.1f} %" if "less_than_threaded" in row else "",
                f"{row['critical_path']:.2f}",
                f"{row['overhead']:.3f}",
                f"{row['cpu_ms_a_call']:.2f}",
                f"{row['peak_memory_mb']:.0f}",
                f"{lag['p50']:.1f}/{lag['p99']:.1f}",
                f"{row['times_one_game']:.2f}" if "times_one_game" in row else "",
                f"{row['memory_mb_a_further_game']:.2f}" if "memory_mb_a_further_game" in row else "",
            )
        )
    widths = [max(len(line[at]) for line in lines) for at in range(len(titles))]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def picture(rows: Sequence[dict[str, Any]], path: Path, title: str) -> None:
    """The total time of each policy against whatever was varied."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    varied = [name for name in ("sigma", "seats", "games") if len({row[name] for row in rows}) > 1] or ["sigma"]
    figure, axes = pyplot.subplots(
        1, len(varied), figsize=(6.4 * len(varied), 4.2), squeeze=False, layout="constrained"
    )
    for axis, name in zip(axes[0], varied, strict=True):
        fixed = {
            other: max(row[other] for row in rows) if other == "seats" else min(row[other] for row in rows)
            for other in varied
        }
        for policy in (policy for policy in POLICIES if any(row["policy"] == policy for row in rows)):
            line = [
                row
                for row in rows
                if row["policy"] == policy and all(row[other] == fixed[other] for other in varied if other != name)
            ]
            line.sort(key=lambda row: row[name])
            at, wall = [row[name] for row in line], [row["wall"] for row in line]
            spread = [
                [each["median"] - each["lowest"] for each in wall],
                [each["highest"] - each["median"] for each in wall],
            ]
            axis.errorbar(at, [each["median"] for each in wall], yerr=spread, marker="o", capsize=3, label=policy)
        axis.set_xlabel({"sigma": "sigma of the latency", "seats": "seats on models", "games": "games at once"}[name])
        axis.set_ylabel("wall-clock time [s]")
        axis.set_ylim(bottom=0)
        axis.grid(alpha=0.3)
        axis.legend(frameon=False)
    figure.suptitle(title)
    figure.savefig(path, dpi=110)
