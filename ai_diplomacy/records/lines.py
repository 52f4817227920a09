"""One line of a log: a JSON object sealed with its number and a checksum, so that damage to it, or to the order of the
lines, shows."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Mapping
from typing import Any

_SEAL = re.compile(rb',"line":([1-9]\d*),"crc32":"([0-9a-f]{8})"}')


def sealed(record: Mapping[str, Any], number: int) -> bytes:
    """The ``number``-th line of a log (from 1) in UTF-8, newline included: the record, which may not be empty, with
    ``line`` and ``crc32`` behind its own fields. The checksum is over all bytes before its own field. Text that UTF-8
    cannot hold (lone surrogates) is escaped."""
    try:
        body = compact_json(record).encode()
    except UnicodeEncodeError:
        body = json.dumps(record, separators=(",", ":"), default=_plain).encode()
    numbered = b'%b,"line":%d' % (body[:-1], number)
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


def compact_json(value: Any) -> str:
    """JSON without spaces, letters of all scripts as they are, on what every reader takes for one line."""
    text = _ENCODER.encode(value)
    # JSON lets these stand in strings, but many readers break lines at them.
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").replace("\x85", "\\u0085")


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is not JSON data")


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_plain)
