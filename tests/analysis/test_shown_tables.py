"""Tables for readers: folded they lose nothing, what says nothing is left out, and what is in a cell stays data."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_diplomacy.analysis.formatting import NONE
from ai_diplomacy.analysis.shown_table import shown_table
from ai_diplomacy.analysis.table_text import latex_text, markdown

cells = st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=12)


@st.composite
def tables(draw):
    columns, names = draw(st.integers(2, 9)), draw(st.integers(1, 2))
    row = st.lists(cells, min_size=columns, max_size=columns)
    return shown_table("t", "title", draw(row), names, draw(st.lists(row, max_size=4)))


@given(tables(), st.integers(20, 120))
def test_folded_it_has_every_column_once_beside_the_names(table, width):
    parts = list(table.folded(width))
    assert [name for part in parts for name in part.head[table.names :]] == list(table.head[table.names :])
    for at, row in enumerate(table.rows):
        assert [cell for part in parts for cell in part.rows[at][table.names :]] == list(row[table.names :])
        assert all(part.rows[at][: table.names] == row[: table.names] for part in parts)
    for part in parts:
        at_least = len(part.head) <= table.names + 1
        assert at_least or sum(part.widths()) + 3 * (len(part.head) - 1) + 2 <= width


@pytest.mark.parametrize("nothing", ["0", "0.00", "0.0 ± 0.0 %", "$0.00", NONE, "", "0.0 %\n[0.0, 3.1]"])
def test_rows_of_nothing_and_columns_that_are_missing_are_left_out(nothing):
    rows = [("one", "8", nothing, NONE), ("two", "8", "4.1 ± 0.2\n[3.2, 5.0]", NONE)]
    found = shown_table("t", "title", ("player", "games", "centres", "cost"), 1, rows).useful(counts=1)
    assert [row[0] for row in found.rows] == ["two"]
    assert found.head == ("player", "games", "centres")


def test_what_is_unknown_says_something():
    found = shown_table("t", "title", ("player", "cost"), 1, [("one", "unknown")]).useful()
    assert len(found.rows) == 1


@given(tables())
def test_markdown_has_as_many_cells_in_each_line(table):
    lines = [line for line in markdown(table).splitlines() if line.startswith("|")]
    assert len(lines) == len(table.rows) + 2
    # An escaped bar divides nothing.
    assert {len(re.sub(r"\\.", "", line).split("|")) for line in lines} == {len(table.head) + 2}


@given(cells)
def test_no_letter_of_a_cell_is_a_command_of_latex(text):
    escaped = latex_text(text)
    for command in re.findall(r"\\([a-z]+|.)", escaped):
        assert command in {
            *("textbackslash", "textasciitilde", "textasciicircum", "textless", "textgreater", "textquotedbl"),
            *("pm", "textdagger", "textdaggerdbl", "ldots", "{", "}", "$", "&", "%", "#", "_"),
        }
    assert not re.search(r"(?<!\\)[&%#_^~]", escaped)
