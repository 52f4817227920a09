"""The page in one file: its modules as one script, its style and its data, under a policy that lets nothing else in."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ..records.cleaning import cleaned

PAGE = Path(__file__).parent / "page"
STYLES = ("board.css", "page.css")
_TEMPLATES = Environment(
    loader=FileSystemLoader(PAGE),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    keep_trailing_newline=True,
)

_IMPORT = re.compile(r'^import \{ (.*?) \} from "\./(\w+\.js)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?(?:function|class|const) (\w+))", re.MULTILINE)


def single_file(title: str, parts: Iterable[tuple[str, Any]], around: Mapping[str, str] = {}) -> str:
    """An HTML page that shows ``parts``, named JSON data, without a server and without the network. ``around``: where
    its list and its neighbours lie, as ``around.js`` reads it."""
    data = ((name, packed(part)) for name, part in parts)
    return _sealed_page("export.html", "main.js", STYLES, title=title, parts=data, around=around)


def list_file(title: str, shelf: Mapping[str, Any]) -> str:
    """The list of a library as an HTML page of the same kind."""
    return _sealed_page("runs.html", "library.js", ("page.css", "library.css"), title=title, shelf=shelf)


def _sealed_page(template: str, entry: str, styles: Sequence[str], **values: object) -> str:
    """A page with script and style inside, under a policy that lets nothing else in."""
    script, style = one_script(entry), "".join((PAGE / name).read_text(encoding="utf-8") for name in styles)
    policy = (
        f"default-src 'none'; script-src '{_digest(script)}'; style-src '{_digest(style)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    return page(template, policy=policy, script=script, style=style, **values)


def page(template: str, **values: object) -> str:
    """A document of the folder ``page``; what is put into it is escaped."""
    return cleaned(_TEMPLATES.get_template(template).render(values), "text")


def page_json(value: Any) -> bytes:
    """Data for the page, which shows the texts in them as they are, in UTF-8."""
    return cleaned(json.dumps(value, separators=(",", ":"), ensure_ascii=False), "text").encode()


def packed(part: Any) -> str:
    """JSON data as deflated bytes in base 64."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    return base64.b64encode(deflate.compress(page_json(part)) + deflate.flush()).decode()


def one_script(entry: str = "main.js") -> str:
    """A module of the page and all that it imports, each in a scope of its own, those that others import first."""
    sources = {path.name: path.read_text(encoding="utf-8") for path in sorted(PAGE.glob("*.js"))}
    written: dict[str, str] = {}

    def write(name: str) -> None:
        if name in written:
            return
        for _, needed in _IMPORT.findall(sources[name]):
            write(needed)
        written[name] = _scoped(name, sources[name])

    write(entry)
    return "const modules = {};\n" + "\n".join(written.values())


def _scoped(name: str, source: str) -> str:
    exported = ", ".join(name for _, name in _EXPORT.findall(source))
    body = _IMPORT.sub(lambda match: f'const {{ {match[1]} }} = modules["{match[2]}"];', source)
    body = _EXPORT.sub(r"\1", body)
    return f'modules["{name}"] = (() => {{\n{body}\nreturn {{ {exported} }};\n}})();'


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
