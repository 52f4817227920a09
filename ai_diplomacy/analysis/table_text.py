"""Tables as Markdown and as LaTeX, for texts and papers. What stands in a cell is data in both."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..records.cleaning import cleaned
from .shown_table import ShownTable

_WIDTH = 70
"""Characters beside each other on a page of a paper, in small letters."""
_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "%": r"\%",
    "#": r"\#",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    '"': r"\textquotedbl{}",
    # Behind the end of a row they would be its arguments.
    "[": "{[}",
    "]": "{]}",
    "*": "{*}",
    "\u2013": "--",
    "\u00b1": r"$\pm$",
    "\u2020": r"\textdagger{}",
    "\u2021": r"\textdaggerdbl{}",
    "\u2026": r"\ldots{}",
    "\u2212": "$-$",
}
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~!$&])")


def markdown(table: ShownTable) -> str:
    """One table of GitHub's Markdown with its title and its note."""
    lines = [f"**{_markdown(table.title)}**", "", _line(table.head)]
    lines.append("|" + "|".join("---" if at < table.names else "---:" for at in range(len(table.head))) + "|")
    lines += map(_line, table.rows)
    return "\n".join([*lines, *(["", _markdown(table.note)] if table.note else [])]) + "\n"


def _line(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join("<br>".join(map(_markdown, cell.split("\n"))) for cell in cells) + " |"


def _markdown(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", cleaned(text, "line"))


def latex(table: ShownTable) -> str:
    """Tables with ``booktabs``, as many as the width of a page asks for: ``\\input`` them into a document in UTF-8."""
    parts = list(table.folded(_WIDTH))
    return "% \\usepackage{booktabs}\n" + "\n".join("\n".join(_latex(part)) + "\n" for part in parts)


def _latex(table: ShownTable) -> Iterator[str]:
    yield r"\begin{table}[htbp]"
    yield r"\centering\footnotesize"
    yield rf"\caption{{{latex_text(f'{table.title}. {table.note}'.strip())}}}"
    yield rf"\label{{tab:{table.name.replace('_', '-')}}}"
    long = table.long()
    form = [_LONG if at in long else "l" if at < table.names else "r" for at in range(len(table.head))]
    yield rf"\begin{{tabular}}{{@{{}}{''.join(form)}@{{}}}}"
    yield r"\toprule"
    yield " & ".join(_stack(_lines(cell), form[at][0]) for at, cell in enumerate(table.head)) + r" \\"
    yield r"\midrule"
    for row in table.rows:
        cells = (
            latex_text(cell.replace("\n", " ")) if form[at][0] == "p" else _stack(cell.split("\n"), form[at][0])
            for at, cell in enumerate(row)
        )
        yield " & ".join(cells) + r" \\"
    yield r"\bottomrule"
    yield r"\end{tabular}"
    yield r"\end{table}"


_LONG = r"p{3.2cm}"
"""Of a column of words: the width of ``shown_table.LONG`` letters."""


def _lines(title: str) -> list[str]:
    """The title of a column, broken into lines of few letters."""
    lines = [""]
    for word in title.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > 12:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _stack(lines: list[str], form: str) -> str:
    if len(lines) == 1 or form == "p":
        return latex_text(" ".join(lines))
    first, *small = map(latex_text, lines)
    rest = "".join(rf"\\ {line}" for line in small)
    return rf"\begin{{tabular}}[t]{{@{{}}{form}@{{}}}}{first}{rest}\end{{tabular}}"


def latex_text(text: str) -> str:
    """Escaped. Letters that LaTeX may have no glyph for are told by their numbers."""
    return "".join(_LATEX.get(letter) or _letter(letter) for letter in cleaned(text, "line"))


def _letter(letter: str) -> str:
    return letter if ord(letter) < 0x180 else f"[U+{ord(letter):04X}]"
