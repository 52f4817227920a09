"""One JSON object as language models write it, read to its end or to where it is cut or makes no sense.

Understood besides JSON: a comma too many or too few, a closing bracket left out, other quotes, Python's words,
comments, bare keys, quotations within a string. What is doubtful is not guessed at: from there on the object is lost.
So of an object that is cut or broken whole elements remain and never a half one: half a string is none, nor is an
object of a list whose end is missing.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Literal

State = Literal["whole", "cut", "broken"]
"""``cut``: the text ends before the object does; ``broken``: it goes on with what is no JSON."""

_MAX_DEPTH = 24
_QUOTES = {'"': '"', "'": "'", "“": "”"}
_UNQUOTED = {closer: re.compile(rf"[^{closer}\\]*(?:\\.[^{closer}\\]*)*", re.DOTALL) for closer in _QUOTES.values()}
_KEY = re.compile(
    r"""(?:"(?P<double>(?:[^"\\]|\\.){0,200})"|'(?P<single>(?:[^'\\]|\\.){0,200})'|“(?P<curly>[^”]{0,200})”)\s*:""",
    re.DOTALL,
)
_BEHIND = re.compile(r"""[\s},]*(?P<key>["'“]\w{1,60}(?:["'”]\s*:|["'”]?\s*\Z))?""")
_BARE_KEY = re.compile(r"(?P<bare>[A-Za-z_]\w{0,60})\s*:")
_BEGUN_KEY = re.compile(r"""(?:"[^"]{0,200}"?|'[^']{0,200}'?|“[^”]{0,200}”?)\s*\Z""")
_WORDS = {"true": True, "false": False, "null": None, "True": True, "False": False, "None": None}
_WORD = re.compile(rf"(?:{'|'.join(_WORDS)})\b")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])")
_BEGUN_VALUE = re.compile(r"[\w.+-]*\Z")
_SPACE = re.compile(r"(?:\s|//[^\n]*|/\*.{0,500}?\*/)*", re.DOTALL)
_BETWEEN = re.compile(r"(?:\s|,|//[^\n]*|/\*.{0,500}?\*/)*", re.DOTALL)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ODD = re.compile(r"\n|(?<!\\)(?:\\\\)*\\[^\"\\/bfnrtu]")
"""What strict JSON has in no string: a line's end, an escape that means nothing."""
_ESCAPED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_BEGINS = frozenset([*_QUOTES, "{", "["])
_LEADS_ON = "([{-–—:,"  # noqa: RUF001 - dashes that models write
"""What stands before a quotation and not before the end of a text."""


class PartOfList(list[Any]):
    """The whole elements of a list whose end is missing."""


@dataclass(frozen=True, slots=True)
class LooseObject:
    """One object in a text."""

    value: dict[str, Any]
    """Its whole elements."""
    names: frozenset[str]
    """Its keys, those of lost values too."""
    start: int
    end: int
    """Where it ends, or is cut, or breaks."""
    state: State
    sloppy: bool
    """Whether it is no strict JSON, cut or not."""
    lost: str | None
    """From which element on it is lost (``orders[1]``), if an element is known to have been begun."""


_LOST = object()


def read_object(text: str, start: int) -> LooseObject:
    """The object that begins with the brace at ``start``. Never raises."""
    reader = _Descent(text, start)
    value = reader.object(0)
    reader.look_behind()
    return LooseObject(
        value,
        frozenset(reader.names),
        start,
        reader.at,
        reader.state,
        reader.sloppy,
        reader.place.replace(".[", "[") if reader.lost else None,
    )


class _Descent:
    """Once ``state`` is not ``whole`` nothing more is read."""

    def __init__(self, text: str, at: int) -> None:
        self.text, self.at = text, at
        self.state: State = "whole"
        self.sloppy = self.lost = self._bare = self._strict_quotes = False
        self.place = ""
        self.names: set[str] = set()

    def object(self, depth: int) -> dict[str, Any]:
        self.at += 1
        found: dict[str, Any] = {}
        while self._next("}", "]" if depth else "", bool(found)):
            key = _KEY.match(self.text, self.at)
            if key is None and (self._bare or not found):
                key = _BARE_KEY.match(self.text, self.at)
                self._bare = self._bare or key is not None
            if key is None:
                self._stop("cut" if _BEGUN_KEY.match(self.text, self.at) else "broken")
                break
            name = _unescaped(key[str(key.lastgroup)])
            self.sloppy = self.sloppy or key.lastgroup != "double"
            self._strict_quotes = self._strict_quotes or key.lastgroup == "double"
            self.at = key.end()
            if not depth:
                self.names.add(name)
            value = self._value(depth + 1, in_list=False)
            if value is not _LOST and found.setdefault(name, value) != value:
                # Neither of two values is known to be meant.
                del found[name]
                self._stop("broken")
            if self.state != "whole":
                self.place = f"{name}.{self.place}".removesuffix(".")
                break
        return found

    def look_behind(self) -> None:
        """An object that was closed too early goes on behind its end."""
        behind = _BEHIND.match(self.text, self.at) if self.state == "whole" else None
        if behind:
            self.sloppy = self.sloppy or "}" in behind[0]
            if behind["key"]:
                self._stop("broken")

    def _list(self, depth: int) -> Any:
        self.at += 1
        found: list[Any] = []
        while self._next("]", "}", bool(found)):
            value = self._value(depth + 1, in_list=True)
            if self.state != "whole":
                self.place = f"[{len(found)}].{self.place}".removesuffix(".")
                break
            found.append(value)
        if self.state == "whole":
            return found
        return PartOfList(found) if found else _LOST

    def _next(self, closer: str, other: str, after_one: bool) -> bool:
        """Whether another element follows. Goes past what ends the container, but not past its parent's end
        (``other``), which shows that its own was left out."""
        between = _BETWEEN.match(self.text, self.at)
        assert between is not None
        commas = between[0].count(",")
        self.at = between.end()
        if self._is_end(self.at):
            self._stop("cut", lost=commas > 0 or not after_one)
            return False
        char = self.text[self.at]
        ends = char in (closer, other)
        self.sloppy = self.sloppy or "/" in between[0] or char == other or commas != (after_one and not ends)
        self.at += char == closer
        return not ends

    def _value(self, depth: int, *, in_list: bool) -> Any:
        self.at = self._after_space(self.at)
        if self._is_end(self.at):
            return self._stop("cut")
        char = self.text[self.at]
        if depth > _MAX_DEPTH:
            return self._stop("broken")
        if char == "{":
            inner = self.object(depth)
            return inner if inner or self.state == "whole" else _LOST
        if char == "[":
            return self._list(depth)
        if char == '"' or (char in _QUOTES and not self._strict_quotes):
            return self._string(in_list)
        return self._scalar()

    def _scalar(self) -> Any:
        word = _WORD.match(self.text, self.at)
        number = None if word else _NUMBER.match(self.text, self.at)
        found = word or number
        if found is None or (number and found.end() == len(self.text)):
            return self._stop("cut" if _BEGUN_VALUE.match(self.text, self.at) else "broken")
        if word:
            self.sloppy = self.sloppy or word[0][0].isupper()
            value = _WORDS[word[0]]
        else:
            try:
                value = json.loads(found[0])
            except ValueError:  # thousands of digits
                return self._stop("broken")
        self.at = found.end()
        return value

    def _string(self, in_list: bool) -> Any:
        """A string may hold quotations in its own quotes, as long as nobody can mistake them for its end."""
        opening, start = self.text[self.at], self.at + 1
        closer = _QUOTES[opening]
        at, inner = start, 0
        while True:
            chunk = _UNQUOTED[closer].match(self.text, at)
            assert chunk is not None
            at = chunk.end()
            if self.text[at : at + 1] != closer:
                self.at = len(self.text)
                return self._stop("cut")
            if closer != "'" or not (self.text[at - 1].isalnum() and self.text[at + 1 : at + 2].isalnum()):
                ends = self._is_end(self._after_space(at + 1))
                if not (ends and at == start) and self._closes(at, opening, in_list, plain=not inner):
                    break
                if ends:
                    self.at = at + 1
                    return self._stop("cut")
                if in_list or not self._may_be_inner(at):
                    return self._stop("broken")
                inner += 1
            at += 1
        body = self.text[start:at]
        if inner % 2 or (inner and closer in (body[:1], body[-1:])):
            return self._stop("broken")
        self.sloppy = self.sloppy or inner > 0 or opening != '"' or _ODD.search(body) is not None
        self.at = at + 1
        return _unescaped(body)

    def _closes(self, at: int, opening: str, in_list: bool, *, plain: bool) -> bool:
        """Whether a quote ends its string: by what follows it. ``plain``: whether no quotation came before."""
        after = self._after_space(at + 1)
        if self._is_end(after):
            before = self.text[at - 1]
            return plain and not before.isspace() and before not in _LEADS_ON
        char = self.text[after]
        if char in "]}":
            return plain or char == ("]" if in_list else "}")
        new_line = "\n" in self.text[at + 1 : after]
        if char != ",":
            return new_line and (char == opening if in_list else _KEY.match(self.text, after) is not None)
        beyond = self._after_space(after + 1)
        if self._is_end(beyond) or self.text[beyond] in "]}":
            return True
        if in_list:
            scalar = _WORD.match(self.text, beyond) or _NUMBER.match(self.text, beyond)
            return scalar is not None or self.text[beyond] in ("{", "[", opening)
        key = _BARE_KEY if self._bare else _KEY
        return (key.match(self.text, beyond) or _BEGUN_KEY.match(self.text, beyond)) is not None

    def _may_be_inner(self, at: int) -> bool:
        after = self._after_space(at + 1)
        char = self.text[after]
        return char not in ":]}" and not (char == "," and self.text[self._after_space(after + 1)] in _BEGINS)

    def _after_space(self, at: int) -> int:
        space = _SPACE.match(self.text, at)
        assert space is not None
        return space.end()

    def _is_end(self, at: int) -> bool:
        return at >= len(self.text) or self.text.startswith("```", at)

    def _stop(self, state: State, *, lost: bool = True) -> Any:
        self.state, self.lost, self.sloppy = state, lost, True
        return _LOST


def _unescaped(body: str) -> str:
    if "\\" not in body:
        return body
    plain = _ESCAPE.sub(_meaning, body)
    # Halves of a character beyond the first 65,536 come as two escapes.
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def _meaning(escape: re.Match[str]) -> str:
    code = escape[1]
    return chr(int(code[1:], 16)) if len(code) > 1 else _ESCAPED.get(code, code)
