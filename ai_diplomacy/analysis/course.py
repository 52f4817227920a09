"""The course of one game: who stood with whom, who stabbed whom, and its moments; as rows and as tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass

from .alliances import Relation, Spell, relations, spells
from .breaches import Breach, BreachFigures
from .data_table import DataTable, Value
from .dealings import dealings
from .decisions import PricedDecision
from .game_record import GameRecord
from .moments import Moment, moments
from .provenance import Provenance
from .stabs import StabRow, stab_rows


@dataclass(frozen=True, slots=True)
class Course:
    """What one game was like."""

    game: str
    """Its folder, as seen from the folder that is analysed."""
    stabs: tuple[StabRow, ...]
    """All breaches, by their price."""
    spells: tuple[Spell, ...]
    relations: tuple[Relation, ...]
    moments: tuple[Moment, ...]


def course(
    game: GameRecord,
    breaches: Iterable[tuple[Breach, BreachFigures | None]],
    prices: Sequence[PricedDecision] = (),
) -> Course:
    """``breaches``: all of the game, with their prices where they are known; ``prices``: of its orders."""
    done = list(dealings(game))
    stabs = stab_rows(game, breaches)
    return Course(
        game.name, tuple(stabs), tuple(spells(done)), tuple(relations(done)), tuple(moments(game, stabs, prices))
    )


def course_tables(courses: Sequence[Course], provenance: Provenance) -> Iterator[DataTable]:
    """The tables of all games; moments of a single one."""

    def table(name: str, columns: str, rows: Iterable[tuple[Value, ...]]) -> DataTable:
        return DataTable(name, tuple(columns.split()), tuple(rows), (provenance,))

    yield table(
        "stabs",
        "game phase breaker victim stab attack on_purpose promised said meant where ordered won "
        "cost gain bait switch edge kept",
        ((one.game, *_stab(row)) for one in courses for row in one.stabs),
    )
    yield table(
        "alliances",
        "game one other mutual first last phases helped_by_one helped_by_other used_by_other used_by_one ended by "
        "phase how",
        ((one.game, *_spell(spell)) for one in courses for spell in one.spells),
    )
    yield table(
        "relations",
        "game one other phases near peaceful attacks_by_one attacks_by_other helped_by_one helped_by_other "
        "used_by_other used_by_one open_by_one open_by_other spared_by_other spared_by_one",
        ((one.game, *_relation(relation)) for one in courses for relation in one.relations),
    )
    if len(courses) == 1:
        yield table(
            "moments",
            "kind phase powers text size",
            ((m.kind, m.phase, " ".join(m.powers), m.text, round(m.size, 3)) for m in courses[0].moments),
        )


def _stab(row: StabRow) -> Iterator[Value]:
    yield from (row.phase, row.breaker, row.victim, int(row.stab), int(row.attack), int(row.on_purpose))
    yield from (row.promised, row.said, row.meant, row.where, row.ordered, row.won)
    yield from (None,) * 5 + ("",) if row.figures is None else astuple(row.figures)


def _spell(spell: Spell) -> Iterator[Value]:
    yield from (spell.one, spell.other, int(spell.mutual), spell.first, spell.last, spell.phases)
    yield from (*spell.helped, *spell.used, spell.ended, spell.by, spell.phase, "; ".join(spell.how))


def _relation(found: Relation) -> Iterator[Value]:
    yield from (found.one, found.other, found.phases, found.near, found.peaceful)
    yield from (*found.attacked, *found.helped, *found.used, *found.open, *found.spared)
