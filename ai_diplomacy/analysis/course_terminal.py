"""The course of a single game on the terminal: its stabs, its alliances and its moments."""

from __future__ import annotations

from dataclasses import replace

from rich.console import Console
from rich.markup import escape

from ..records.cleaning import cleaned
from .course import Course
from .deed_tables import stabs
from .terminal import grid_of, show_table

_MOST = 12
"""Rows of each table; the files hold all."""


def show_course(course: Course, console: Console) -> None:
    """Prints the stabs by what they cost, the alliances, and the moments by their size."""
    found = [row for row in course.stabs if row.stab]
    if found:
        told = stabs([(course.game, row) for row in found[:_MOST]])
        title = f"Stabs, by what they cost the victim, in centres ({_told(len(found))})"
        show_table(replace(told, title=title), console)
    allied = [spell for spell in course.spells if spell.mutual]
    if allied:
        grid = grid_of("Alliances, read from orders", ("who", "from", "to", "ended"), ("phases", "help given"))
        for spell in sorted(allied, key=lambda spell: -spell.phases)[:_MOST]:
            ended = spell.ended if not spell.by else f"{spell.ended}: {spell.by} {spell.phase} {'; '.join(spell.how)}"
            between = (f"{spell.one}, {spell.other}", spell.first, spell.last, ended)
            grid.add_row(*map(_shown, between), str(spell.phases), "{}, {}".format(*spell.helped))
        console.print(grid)
    if course.moments:
        grid = grid_of(f"Moments ({_told(len(course.moments))})", ("when", "what", "in words"), ("centres",))
        for moment in course.moments[:_MOST]:
            grid.add_row(moment.phase, moment.kind, _shown(moment.text), f"{moment.size:.1f}")
        console.print(grid)


def _told(count: int) -> str:
    return str(count) if count <= _MOST else f"{_MOST} of {count}"


def _shown(text: str) -> str:
    return escape(cleaned(text, "text"))
