"""One line of a log: a JSON object sealed with its number and a checksum, so that damage to it, or to the order of the
lines, shows."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Mapping
from typing import Any

import orjson

_SEAL = re.compile(rb',"line":([1-9]\d*),"crc32":"([0-9a-f]{8})"}')


def sealed(record: Mapping[str, Any], number: int) -> bytes:
    """The ``number``-th line of a log (from 1) in UTF-8, newline included: the record, which may not be empty, with
    ``line`` and ``crc32`` behind its own fields. The checksum is over all bytes before its own field."""
    numbered = b'%b,"line":%d' % (json_bytes(record)[:-1], number)
    return b'%b,"crc32":"%08x"}\n' % (numbered, zlib.crc32(numbered))


def unsealed(line: bytes, number: int) -> dict[str, Any]:
    """The record of a line, without its newline and without ``line`` and ``crc32``. Raises ``ValueError`` that says
    what is wrong with it."""
    seal = _SEAL.fullmatch(line, max(0, line.rfind(b',"line":')))
    if seal is None:
        raise ValueError("the line does not end as it was written")
    if zlib.crc32(line[: seal.start(2) - len(b',"crc32":"')]) != int(seal[2], 16):
        raise ValueError("its checksum does not match")
    if int(seal[1]) != number:
        raise ValueError(f"it was written as line {int(seal[1])}")
    record = json.loads(line[: seal.start()] + b"}")
    assert isinstance(record, dict)
    return record


def json_bytes(value: Any) -> bytes:
    """JSON without spaces in UTF-8, letters of all scripts as they are, on what every reader takes for one line. Text
    that UTF-8 cannot hold (lone surrogates) is escaped; a float that is no number becomes ``null``. Raises
    ``TypeError`` for what is no JSON data."""
    try:
        text = orjson.dumps(value, _plain, _OPTIONS)
    except TypeError:
        # What it does not take, besides data of other kinds: lone surrogates, integers beyond 64 bits, keys that are
        # no strings.
        known = json.loads(json.dumps(value, default=_plain), parse_constant=lambda _: None)
        text = json.dumps(known, separators=(",", ":")).encode()
    # JSON lets these stand in strings, but many readers break lines at them.
    for letter, escaped in _BREAKS:
        # Looking for one byte first takes a twentieth of the time.
        if letter[-1] in text:
            text = text.replace(letter, escaped)
    return text


def compact_json(value: Any) -> str:
    """The same as text."""
    return json_bytes(value).decode()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is not JSON data")


_OPTIONS = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME
_BREAKS = tuple((letter.encode(), f"\\u{ord(letter):04x}".encode()) for letter in "\u2028\u2029\x85")
