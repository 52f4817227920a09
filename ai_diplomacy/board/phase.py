"""A phase of the game as a value: its own notation, in the order of play."""

from __future__ import annotations

import re
from functools import lru_cache

_NOTATION = re.compile(r"([SF])(\d{1,5})([MR])|(W)(\d{1,5})(A)")


class Phase(str):
    """``S1901M``: a season, a year and what is decided. Sorts as phases are played; ``COMPLETED`` comes behind all.

    It is a ``str``, because records, keys and files hold phases as their notation: as a string it goes into JSON and is
    found in dictionaries as it is, equal to its text. Only what stands between phases (``<``) is not that of texts.
    """

    __slots__ = ("_place", "kind", "season", "year")

    season: str
    """``S``, ``F`` or ``W``; empty once the game is over."""
    year: int
    kind: str
    """``M`` (movement), ``R`` (retreats) or ``A`` (adjustments); empty once the game is over."""
    _place: tuple[int, int, int]

    def __new__(cls, text: str) -> Phase:
        """Raises ``ValueError`` for text that is no phase."""
        return text if isinstance(text, cls) else _phase(text)

    @property
    def next_movement(self) -> Phase:
        """The movement phase that this one leads to; a movement phase itself."""
        return self if self.kind == "M" else self.next_turn

    @property
    def next_turn(self) -> Phase:
        """The movement phase of the season after this one's."""
        return Phase(f"F{self.year:04}M" if self.season == "S" else f"S{self.year + 1:04}M")

    def __lt__(self, other: str) -> bool:
        return self._place < Phase(other)._place

    def __le__(self, other: str) -> bool:
        return self._place <= Phase(other)._place

    def __gt__(self, other: str) -> bool:
        return self._place > Phase(other)._place

    def __ge__(self, other: str) -> bool:
        return self._place >= Phase(other)._place


@lru_cache(4096)
def _phase(text: str) -> Phase:
    found = _NOTATION.fullmatch(text)
    if found is None and text != "COMPLETED":
        raise ValueError(f"{text[:40]!r} is no phase such as S1901M, F1901R or W1901A")
    phase = str.__new__(Phase, text)
    season, year, phase.kind = [part for part in found.groups() if part] if found else ("", "0", "")
    phase.season, phase.year = season, int(year)
    # An empty season would be found at the beginning, so the phase after the last has a place of its own.
    phase._place = (phase.year, "SFW".index(season), "MRA".index(phase.kind)) if found else (100_000, 0, 0)
    return phase
