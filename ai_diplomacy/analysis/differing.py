"""What differs between two folders that are compared, besides what the comparison is about. It is said first."""

from __future__ import annotations

from collections.abc import Iterator

from ..records.errors import ConfigError
from .analyzing import Analysis

_MOST = 12
"""Lines on players."""


def differing(first: Analysis, second: Analysis) -> list[str]:
    """A line each. Raises ``ConfigError`` for what cannot be compared at all."""
    maps = [analysis.provenance.settings.get("map", ()) for analysis in (first, second)]
    if all(maps) and maps[0] != maps[1]:
        raise ConfigError(
            f"the games of {str(first.folder)!r} and {str(second.folder)!r} are on different maps "
            f"({', '.join(maps[0])} and {', '.join(maps[1])}) and cannot be compared"
        )
    return [*_settings(first, second), *_seeds(first, second), *list(_seats(first, second))[:_MOST]]


def _settings(first: Analysis, second: Analysis) -> Iterator[str]:
    one, other = first.provenance, second.provenance
    for name in sorted(one.settings.keys() | other.settings.keys()):
        values = [" or ".join(origin.settings.get(name, ("as usual",))) for origin in (one, other)]
        if values[0] != values[1]:
            yield f"the setting {name} differs: {values[0]} in the first, {values[1]} in the second"
    if one.versions != other.versions:
        yield f"the versions differ: {', '.join(one.versions)} in the first, {', '.join(other.versions)} in the second"


def _seeds(first: Analysis, second: Analysis) -> Iterator[str]:
    seeds = [set(analysis.provenance.seeds) for analysis in (first, second)]
    if seeds[0] != seeds[1]:
        common = len(seeds[0] & seeds[1])
        yield (
            f"the seeds differ: {common or 'none'} of {len(seeds[0])} and {len(seeds[1])} "
            f"{'is' if common < 2 else 'are'} in both; only games of one seed and seat are paired"
        )
    positions = [
        {(origin.cluster, origin.phase) for origin in analysis.counting.origins.values()}
        for analysis in (first, second)
        if analysis.provenance.positions
    ]
    if len(positions) == 2 and positions[0] != positions[1]:
        yield "the positions differ from which the games were forked; only those in both are compared"


def _seats(first: Analysis, second: Analysis) -> Iterator[str]:
    if all(origin.phase for analysis in (first, second) for origin in analysis.counting.origins.values()):
        # Forks are compared seat by seat, whoever has them.
        return
    for player in sorted(first.seating.keys() & second.seating.keys()):
        seats = [analysis.seating[player] for analysis in (first, second)]
        totals = [sum(counts.values()) for counts in seats]
        powers = seats[0].keys() | seats[1].keys()
        if all(seats[0].get(power, 0) * totals[1] == seats[1].get(power, 0) * totals[0] for power in powers):
            continue
        shown = [", ".join(f"{power.title()} {count}" for power, count in counts.items()) for counts in seats]
        both = seats[0].keys() & seats[1].keys()
        what = "compared within the powers that it had in both" if both else "not compared, for it had no power in both"
        yield f"{player} sat elsewhere ({shown[0]}; then {shown[1]}): {what}"
