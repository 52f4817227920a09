"""The map as it never changes: provinces, coasts, who can step where, and how far apart things are."""

from __future__ import annotations

import logging
import warnings
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from .phase import Phase

if TYPE_CHECKING:
    from .units import Unit

Kind = Literal["land", "coast", "sea"]

# The maps of the engine that load at once, touch no cache of the user and have a drawing.
MAPS = (
    "ancmed",
    "ancmed_age_of_empires",
    "modern",
    "pure",
    "standard",
    "standard_age_of_empires",
    "standard_age_of_empires_2",
    "standard_fleet_rome",
    "standard_france_austria",
    "standard_germany_italy",
)

_KINDS: Mapping[str, Kind] = {"LAND": "land", "WATER": "sea", "COAST": "coast", "PORT": "coast"}


@cache
def engine() -> Any:
    """The engine's top module, with the log handlers that it installs on import taken off again."""
    with warnings.catch_warnings():
        # On import it leaves a file open, and on Python 3.12 it calls what is deprecated there.
        warnings.simplefilter("ignore", ResourceWarning)
        warnings.simplefilter("ignore", DeprecationWarning)
        import diplomacy

    logger = logging.getLogger("diplomacy")
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
        handler.close()
    # With no handler at all Python itself would write the engine's warnings to stderr.
    logger.addHandler(logging.NullHandler())
    logger.setLevel(logging.WARNING)
    return diplomacy


def province_of(location: str) -> str:
    """The province of a location: ``STP/SC`` -> ``STP``."""
    return location.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Terrain:
    """One map. A *province* is ``STP``; a *location* is where a unit stands: ``STP``, ``STP/SC``."""

    name: str
    powers: tuple[str, ...]
    """Names of the powers, sorted."""
    adjectives: Mapping[str, str]
    """Power -> the word for its people, capitalised (``FRANCE`` -> ``French``)."""
    provinces: tuple[str, ...]
    """Every province that a unit can enter, sorted."""
    kinds: Mapping[str, Kind]
    """Province -> what it is. A *coast* takes armies and fleets."""
    names: Mapping[str, str]
    """Location -> its full name (``BUR`` -> ``Burgundy``)."""
    aliases: Mapping[str, str]
    """Other spellings the engine knows, upper case -> location (``LYONS`` -> ``LYO``)."""
    coasts: Mapping[str, tuple[str, ...]]
    """Province -> its named coasts, only for provinces that have several."""
    centers: tuple[str, ...]
    """Provinces with a supply centre, sorted."""
    homes: Mapping[str, tuple[str, ...]]
    """Power -> its home centres, sorted."""
    build_anywhere: bool
    """Whether a power builds in any free centre that it owns, not just at home."""
    start: Phase
    """The first phase."""
    victory: int
    """Centres that win the game alone."""
    armies: Mapping[str, tuple[str, ...]]
    """Province -> provinces that an army steps to, sorted."""
    fleets: Mapping[str, tuple[str, ...]]
    """Location -> locations that a fleet steps to, named coasts apart, sorted."""
    borders: Mapping[str, tuple[str, ...]]
    """Location -> locations that touch it, whatever can step there, provinces that nobody may enter among them."""
    convoys: tuple[tuple[str, frozenset[str], frozenset[str]], ...]
    """Where an army embarks, the provinces of the fleets that convoy it together, where it may land; few fleets first.
    No set holds more fleets than a landing needs."""
    _distances: dict[Unit, Mapping[str, int]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def first_year(self) -> int:
        return self.start.year

    def reach(self, unit: Unit) -> tuple[str, ...]:
        """Locations that it can move to in one step, convoys apart."""
        if unit.kind == "A":
            return self.armies.get(unit.province, ())
        return self.fleets.get(unit.location, ())

    def touches(self, unit: Unit, province: str) -> bool:
        """Whether the unit could move to the province in one step (so may support into it)."""
        return any(province_of(location) == province for location in self.reach(unit))

    def distances(self, unit: Unit) -> Mapping[str, int]:
        """Province -> steps that the unit needs to get there alone; what it cannot reach is missing."""
        if unit not in self._distances:
            self._distances[unit] = _walk(self.armies if unit.kind == "A" else self.fleets, unit.location)
        return self._distances[unit]


def _walk(steps: Mapping[str, tuple[str, ...]], start: str) -> Mapping[str, int]:
    seen = {start: 0}
    queue = deque([start])
    while queue:
        here = queue.popleft()
        for there in steps.get(here, ()):
            if there not in seen:
                seen[there] = seen[here] + 1
                queue.append(there)
    found: dict[str, int] = {}
    for location, steps_away in seen.items():
        found.setdefault(province_of(location), steps_away)  # of its coasts the nearest, which was seen first
    return MappingProxyType(found)


@cache
def terrain(name: str = "standard") -> Terrain:
    """The terrain of one of ``MAPS``, computed once a process.

    Raises ``ValueError`` for another name.
    """
    if name not in MAPS:
        raise ValueError(f"unknown map {name!r}; the maps are {', '.join(MAPS)}")
    engine()
    from diplomacy.engine.map import Map

    source = Map(name)
    locations = sorted(location.upper() for location in source.locs)
    provinces = sorted(
        {province_of(at) for at in locations if source.area_type(at) in _KINDS}
        - {at for at in locations if source.area_type(at) == "SHUT"}
    )
    entered = [at for at in locations if province_of(at) in provinces]
    coasts = {province: tuple(at for at in entered if at.startswith(province + "/")) for province in provinces}
    powers = tuple(sorted(source.powers))
    return Terrain(
        name=name,
        powers=powers,
        adjectives=MappingProxyType({power: source.own_word.get(power, power).title() for power in powers}),
        provinces=tuple(provinces),
        kinds=MappingProxyType({at: _KINDS[source.area_type(at)] for at in provinces}),
        names=MappingProxyType(_full_names(source, locations)),
        aliases=MappingProxyType({alias: at for alias, at in sorted(source.aliases.items()) if at in entered}),
        coasts=MappingProxyType({province: named for province, named in coasts.items() if named}),
        centers=tuple(sorted(source.scs)),
        homes=MappingProxyType({power: tuple(sorted(source.homes[power])) for power in powers}),
        build_anywhere="BUILD_ANY" in source.rules,
        start=Phase(source.phase_abbr(source.phase)),
        victory=int(source.victory[0]) if source.victory else len(source.scs) // 2 + 1,
        armies=_steps(source, "A", provinces),
        fleets=_steps(source, "F", entered),
        borders=MappingProxyType(
            {
                at: tuple(sorted({there.upper() for there in source.abut_list(at, incl_no_coast=True)}))
                for at in locations
            }
        ),
        convoys=tuple(
            (start, frozenset(fleets), frozenset(landings))
            for _, paths in sorted(source.convoy_paths.items())
            for start, fleets, landings in paths
        ),
    )


def _full_names(source: Any, locations: Iterable[str]) -> dict[str, str]:
    places = {place: name.title() for name, place in sorted(source.loc_name.items())}
    return {at: places.get(at, at.title()).replace(" Of ", " of ").replace("St ", "St. ") for at in locations}


def _steps(source: Any, kind: str, locations: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """For each place that the unit may stand in, the places it may move to."""
    places = list(locations)
    valid = {at for at in places if source.is_valid_unit(f"{kind} {at}")}
    return MappingProxyType(
        {
            here: tuple(
                there
                for there in sorted({str(at).upper() for at in source.abut_list(here, incl_no_coast=True)})
                if there in valid and source.abuts(kind, here, "-", there)
            )
            for here in sorted(valid)
        }
    )
