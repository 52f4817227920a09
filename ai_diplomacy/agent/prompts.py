"""The prompt templates: one file a step, a system prompt, a persona for each power."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, MutableMapping
from functools import cache
from pathlib import Path
from typing import Any, get_args

from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    FunctionLoader,
    StrictUndefined,
    Template,
    TemplateError,
    TemplateNotFound,
)

from ..board.player import Question, Step
from ..board.situation import Situation
from ..board.situation_document import JsonText
from ..board.terrain import Terrain
from ..records.sealing import compact_json
from .briefing import PARTS, numbers_shown
from .forms import Form

_PACKAGE = Path(__file__).resolve().parents[1]
DEFAULT_DIRECTORY = next(folder for folder in (_PACKAGE / "prompts", _PACKAGE.parent / "prompts") if folder.is_dir())
"""In the package where it is installed, beside it in a checkout."""


_STUDIED = FunctionLoader(
    lambda name: (
        (DEFAULT_DIRECTORY / name).read_text(encoding="utf-8") if name in ("interview.j2", "provisional.j2") else None
    )
)
"""What only whoever studies a game asks, so that a folder of templates may do without one of its own."""


class PromptError(ValueError):
    """A folder of templates that cannot be used. Its text fits a line."""


class _Environment(Environment):
    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """A dictionary where Jinja makes a chain of them: every rendering copies it, and a chain is slow to copy."""
        return {**self.globals, **(d or {})}


class Document:
    """``situation`` in a template: a JSON object with a line for each of its parts, compact, and still readable to a
    person. ``{{ situation.press }}`` is the JSON of one part, empty where there is none; ``{{ situation.only("units",
    "press") }}`` and ``{{ situation.without("nearby") }}`` are documents of some of them."""

    def __init__(self, parts: Mapping[str, str]) -> None:
        """``parts``: name -> JSON."""
        self._parts = parts

    def __str__(self) -> str:
        return "{" + ",\n".join(f"{_name(part)}:{text}" for part, text in self._parts.items()) + "}"

    def __getattr__(self, part: str) -> str:
        if part not in PARTS:
            raise AttributeError(part)
        return self._parts.get(part, "")

    def only(self, *names: str) -> Document:
        return Document({part: self._parts[part] for part in _known(names) if part in self._parts})

    def without(self, *names: str) -> Document:
        left_out = frozenset(_known(names))
        return Document({part: text for part, text in self._parts.items() if part not in left_out})


def _known(names: Iterable[str]) -> Iterable[str]:
    for name in names:
        if name not in PARTS:
            raise PromptError(f"{name!r} is no part of a situation; these are: {', '.join(PARTS)}")
        yield name


class PromptBook:
    """One folder of templates. Calls of a step differ in one JSON document."""

    def __init__(
        self, directory: Path, ground: Terrain, *, truth_tags: bool = False, provisional_orders: bool = False
    ) -> None:
        """Reads the whole folder. Raises ``PromptError`` when a template is missing or broken. ``truth_tags``,
        ``provisional_orders``: what is asked in the game, as in its settings."""
        self.directory = directory
        self._truth_tags, self._provisional_orders = truth_tags, provisional_orders
        self._ground = ground
        if not directory.is_dir():
            raise PromptError(f"prompts: {str(directory)!r} is not a folder")
        self._templates = _Environment(
            loader=ChoiceLoader([FileSystemLoader(directory), _STUDIED]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._systems: dict[str, str] = {}
        for step, power, corrected in itertools.product((*get_args(Step), "interview"), ground.powers, (False, True)):
            self._render(step, Document({}), corrected, power, Form(None))
        for power in ground.powers:
            self._systems[power] = self._render_system(power)

    def system(self, power: str) -> str:
        """The same bytes for every call of this power in the game."""
        return self._systems[power]

    def prompt(self, step: Question, document: Mapping[str, Any], situation: Situation) -> str:
        """The prompt of a step about one document, which ``briefing`` has made of a situation. Raises
        ``PromptError``."""
        parts = {
            part: value if isinstance(value, JsonText) else compact_json(value) for part, value in document.items()
        }
        form = Form(situation, self._truth_tags, numbers_shown(document))
        return self._render(step, Document(parts), "correction" in document, situation.power, form)

    def _render(self, step: Question, situation: Document, corrected: bool, power: str, form: Form) -> str:
        try:
            template = self._load(f"{step}.j2")
            return template.render(situation=situation, corrected=corrected, power=power, form=form)
        except TemplateNotFound as error:
            raise PromptError(f"prompts: the template {str(self.directory / str(error.name))!r} is missing") from None
        except Exception as error:
            raise PromptError(f"prompts: {self.directory / f'{step}.j2'}: {error}") from error

    def _render_system(self, power: str) -> str:
        ground = self._ground
        try:
            return self._load("system.j2").render(
                power=power,
                people=ground.adjectives[power],
                powers=ground.powers,
                map=ground.name,
                homes=ground.homes,
                centers=ground.centers,
                victory=ground.victory,
                coasts=ground.coasts,
                persona=self._persona(power),
                truth_tags=self._truth_tags,
                provisional_orders=self._provisional_orders,
            )
        except PromptError:
            raise
        except Exception as error:
            raise PromptError(f"prompts: {self.directory / 'system.j2'}: {error}") from error

    def _persona(self, power: str) -> str:
        name = power if (self.directory / "personas" / f"{power}.j2").is_file() else "default"
        return self._load(f"personas/{name}.j2").render(power=power, people=self._ground.adjectives[power]).strip()

    def _load(self, name: str) -> Template:
        try:
            return self._templates.get_template(name)
        except TemplateNotFound:
            raise PromptError(f"prompts: the template {str(self.directory / name)!r} is missing") from None
        except (TemplateError, UnicodeDecodeError) as error:
            raise PromptError(f"prompts: {str(self.directory / name)!r} does not parse: {error}") from error


_BOOKS: dict[tuple[Path, str, bool, bool], tuple[frozenset[tuple[str, int, int]], PromptBook]] = {}


def prompt_book(
    directory: Path | None, ground: Terrain, *, truth_tags: bool = False, provisional_orders: bool = False
) -> PromptBook:
    """The book of a folder (``None``: of the default one, for powers that were given none), which a process reads once
    as long as no template in it changes. Raises ``PromptError``."""
    directory = directory or DEFAULT_DIRECTORY
    key = (directory, ground.name, truth_tags, provisional_orders)
    stamp, known = _stamp(directory), _BOOKS.get(key)
    if known is None or known[0] != stamp:
        book = PromptBook(directory, ground, truth_tags=truth_tags, provisional_orders=provisional_orders)
        known = _BOOKS[key] = stamp, book
    return known[1]


def _stamp(directory: Path) -> frozenset[tuple[str, int, int]]:
    """Of each template in a folder: its name, the moment of its last change, and its size."""
    found = ((str(path), path.stat()) for path in directory.rglob("*.j2") if path.is_file())
    return frozenset((name, file.st_mtime_ns, file.st_size) for name, file in found)


_name = cache(compact_json)
"""A document's keys are few, and ours."""
