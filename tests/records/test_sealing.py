"""Sealed lines: what is read is what was written, and any other line is named."""

import json
import math
import re
from datetime import UTC, datetime
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_diplomacy.models.model import Usage
from ai_diplomacy.records.log_reader import DamagedLogError, LogReader
from ai_diplomacy.records.sealing import compact_json, json_bytes, sealed, unsealed

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def kept(value):
    """What JSON can hold of it: all but floats that are no numbers."""
    if isinstance(value, dict):
        return {name: kept(each) for name, each in value.items()}
    if isinstance(value, list):
        return [kept(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


@given(st.dictionaries(st.sampled_from("abc"), ANYTHING, min_size=1), st.integers(1, 10**9))
def test_a_record_comes_back_as_it_was_and_is_one_line_to_every_reader(record, number):
    line = sealed(record, number)
    assert unsealed(line[:-1], number) == kept(record)
    assert len(line.decode().splitlines()) == 1
    assert json.loads(line) == kept(record) | {"line": number, "crc32": json.loads(line)["crc32"]}


@given(st.integers(0, 10**6), st.integers(0, 255))
def test_no_other_byte_goes_unnoticed(at, byte):
    line = bytearray(sealed({"text": "a support of a move", "number": 12}, 3)[:-1])
    at %= len(line)
    if line[at] == byte:
        return
    line[at] = byte
    with pytest.raises(ValueError, match=r"as it was written|checksum|as line"):
        unsealed(bytes(line), 3)


@given(ANYTHING)
def test_what_is_written_reads_as_what_it_was_and_holds_no_space_between(value):
    written = json_bytes(value)
    assert json.loads(written) == kept(value)
    assert not re.search(rb"\s", re.sub(rb'"(\\.|[^"\\])*"', b"", written))
    assert compact_json(value) == written.decode()


def test_other_kinds_of_data_are_written_as_json_has_them_or_refused():
    assert json_bytes(MappingProxyType({"a": (1, 2)})) == b'{"a":[1,2]}'
    assert json_bytes({"a": 2**70}) == b'{"a":1180591620717411303424}'
    assert json_bytes({"a": math.nan, "b": -math.inf}) == b'{"a":null,"b":null}'
    assert json_bytes({"a": math.nan, "b": 2**70}) == b'{"a":null,"b":1180591620717411303424}'
    assert json_bytes({"a": math.inf, "b": "\ud800"}) == b'{"a":null,"b":"\\ud800"}'
    for other in ({"a": {1}}, {"a": b"bytes"}, Usage(input=1), {"a": datetime.now(UTC)}):
        with pytest.raises(TypeError, match="not JSON data"):
            json_bytes(other)


def lines(count: int) -> list[bytes]:
    return [sealed({"n": number, "text": "x" * number}, number) for number in range(1, count + 1)]


@pytest.mark.parametrize(
    ("damaged", "named"),
    [
        ([*lines(3)[:1], lines(3)[1][:-9] + b"\n", lines(3)[2]], 2),
        ([*lines(3)[:2], lines(3)[1], lines(3)[2]], 3),
        ([lines(3)[0], lines(3)[1][:-1] + lines(3)[2], *lines(4)[3:]], 2),
        ([lines(3)[0], lines(3)[2]], 2),
        ([lines(3)[1], lines(3)[0], lines(3)[2]], 1),
        ([lines(3)[0], b"\n", *lines(3)[1:]], 2),
        ([lines(3)[0], b"not JSON at all\n", *lines(3)[1:]], 2),
    ],
    ids=["cut", "doubled", "joined", "missing", "swapped", "empty", "garbled"],
)
def test_damage_in_the_middle_is_named_with_its_line(tmp_path, damaged, named):
    path = tmp_path / "log.jsonl"
    path.write_bytes(b"".join(damaged))
    with pytest.raises(DamagedLogError, match=f"log.jsonl, line {named}: "):
        list(LogReader(path))


def test_a_log_cut_at_any_byte_is_read_up_to_the_last_whole_line(tmp_path):
    path, whole = tmp_path / "log.jsonl", b"".join(lines(5))
    ends = [0]
    for line in lines(5):
        ends.append(ends[-1] + len(line))
    for size in range(len(whole)):
        path.write_bytes(whole[:size])
        reader = LogReader(path)
        count = len(list(reader))
        # A line that lacks only its newline is whole.
        assert count == sum(end <= size + 1 for end in ends[1:])
        assert reader.end.size + reader.end.torn == size


def test_text_that_utf8_cannot_hold_is_escaped_and_everything_else_is_readable():
    assert compact_json({"a": "é\n→"}) == '{"a":"é\\n→"}'
    assert unsealed(sealed({"a": "\ud800"}, 1)[:-1], 1) == {"a": "\ud800"}
    assert compact_json({"a": "1\u20282\u20293\x854"}) == r'{"a":"1\u20282\u20293\u00854"}'
