"""What stands in a text without being said by its writer of what it does: words of a letter that it quotes, and the
options of a list of which another one is taken, or none."""

from __future__ import annotations

import re
from itertools import pairwise

_QUOTED = re.compile(r"\"(?=\w)[^\"\n]{15,}\"|\u201c[^\u201d\n]{15,}\u201d")
_KIND = (
    r"(?:options?|plan|choices?|alternatives?|variants?|ideas?|lines?|scenario|path|possibilit(?:y|ies)|candidates?)"
)
_LABEL = re.compile(
    rf"(?:^|(?<=[\s(]))(?:{_KIND}\s+(?P<named>[A-E]|[1-5])\s*(?:[):]|\s[-\u2013\u2014])"
    r"|(?P<line>(?<=\n)[A-E1-5]\.)|(?P<bare>[A-Ea-e]|[1-5])(?:\)|:(?=\s)))(?=\s)",
    re.IGNORECASE,
)
_OF_OPTIONS = re.compile(
    r"\b(?:(?:options?|choices?|alternatives?|variants?|scenarios?|possibilities|candidates?)\b[^\n]{0,60}\W"
    r"|either\W+|plan )$",
    re.IGNORECASE,
)
_LEAST = 2
_TAKES = (
    r"(?:decisions?|decided|chosen|verdict|conclusion|choice|choos(?:e|ing)|chose|pick(?:ed|ing)?|select(?:ed"
    r"|ing)?|go(?:ing)?"
    r"|settled?|prefer|tak(?:e|ing)|favou?r|opt(?:ing)?|adopt(?:ing)?|execut(?:e|ing)|commit(?:ting)?|therefore"
    r"|thus|so|final)"
    r"(?:\W+(?:is|with|for|on|to|the|it))*"
)


def said_by_writer(text: str) -> str:
    """The text with blanks where something is unsaid, so that every other word stands where it stood."""
    text = _QUOTED.sub(lambda match: " " * len(match[0]), text)
    for start, end in _not_taken(text):
        text = text[:start] + re.sub(r"\S", " ", text[start:end]) + text[end:]
    return text


def _not_taken(text: str) -> list[tuple[int, int]]:
    """Where the options stand of a list that is told to be one."""
    labels = list(_LABEL.finditer(text))
    if len(labels) < _LEAST or not (labels[0]["named"] or _OF_OPTIONS.search(text[: labels[0].start()])):
        return []
    by_line = all("\n" in text[one.end() : other.start()] for one, other in pairwise(labels))
    spans: dict[str, list[tuple[int, int]]] = {}
    for at, label in enumerate(labels):
        end = re.compile(r"\n" if by_line else r"[.!?](?=\s)|\n").search(text, label.end())
        last = min(end.start() if end else len(text), labels[at + 1].start() if at + 1 < len(labels) else len(text))
        name = (label["named"] or label["line"] or label["bare"]).rstrip(".").upper()
        spans.setdefault(name, []).append((label.start(), last))
    taken = [name for name in spans if _is_taken(name, text)]
    return [span for name, own in spans.items() if taken != [name] for span in own]


def _is_taken(name: str, text: str) -> bool:
    label = rf"\W*(?:{_KIND}\s+)?\(?{name}\b(?![):]\s+\w)"
    return bool(
        re.search(rf"(?<!\bnot )\b{_TAKES}{label}(?=\s*(?:[.,;:!)\n]|$|\w+ed\b))", text, re.IGNORECASE)
        or re.search(
            rf"\b(?:{_KIND}\s+)?\(?{name}\)?(?:,? then\b|\s+(?:it is\b|wins\b|is (?:the (?:choice|one|plan"
            rf"|better|best)|better"
            r"|best|chosen|preferred|preferable|my (?:choice|pick))\b))",
            text,
            re.IGNORECASE,
        )
    )
