"""Settings that are declared once, as fields of a dataclass, for flags, documents and specifications.

    rounds: int = field(default=2, metadata=setting("rounds of press", "N", key="num_negotiation_rounds", ge=0, le=100))

The field gives the type and the default, ``setting`` the rest. Such a dataclass is defined without the import of
``annotations``, because its fields' types are read. pydantic checks the values; it is imported with the first of them.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any

from .errors import ConfigError


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: what it is called where, what it may be, and what it is for."""

    field: str
    type: Any
    default: Any
    help: str
    flag: str
    key: str
    """Its name in documents; empty when it is in none."""
    group: str
    """Of the flags among which it is listed."""
    metavar: str | None = None
    choices: Sequence[str] | None = None
    ge: float | None = None
    le: float | None = None
    fixed: bool = False
    """Whether it holds for a whole run, and cannot change in the middle."""

    @property
    def explained(self) -> str:
        """The help of its flag."""
        if isinstance(self.default, bool) or not isinstance(self.default, int | float | str):
            return self.help
        return f"{self.help} (default: {_shown(self.default)})"

    @property
    def range(self) -> str:
        """``above 0``, ``from 0 to 100``."""
        return "above 0" if self.le is None else f"from {_shown(self.ge)} to {_shown(self.le)}"

    def checked(self, value: object, *, strict: bool = False) -> Any:
        """The value, converted to the setting's type unless ``strict``. Raises ``ValueError``."""
        from pydantic import ValidationError

        try:
            return _adapter(self.type, self.ge, self.le).validate_python(value, strict=strict)
        except ValidationError:
            raise ValueError(f"{value!r} is not a number {self.range}") from None

    def specified(self, value: object) -> Any:
        """The value that a specification gives. Raises ``ValueError`` that says what to write instead."""
        try:
            return self.checked(value, strict=True)
        except ValueError:
            if self.type is bool:
                wanted = "true or false"
            elif self.type in (float, float | None):
                wanted = f"a number {self.range}"
            else:
                wanted = f"a whole number {self.range}" + (", or leave it out" if self.type == int | None else "")
            raise ValueError(f"{self.key} = {value!r}; write {wanted}") from None

    def within(self, ge: float, le: float) -> Setting:
        """The same with other bounds."""
        return replace(self, ge=ge, le=le)


def setting(
    help: str,
    metavar: str | None = None,
    *,
    flag: str | None = None,
    key: str | None = None,
    group: str = "the game",
    choices: Sequence[str] | None = None,
    ge: float | None = None,
    le: float | None = None,
    fixed: bool = False,
) -> dict[str, Any]:
    """The metadata of a field that is a setting. ``flag``, ``key``: where its names are not the field's."""
    return locals()


def declared(owner: type) -> Mapping[str, Setting]:
    """Field -> setting, of a dataclass, in its order."""
    found = {}
    for field in fields(owner):
        if field.metadata:
            told: dict[str, Any] = {name: value for name, value in field.metadata.items() if value is not None}
            found[field.name] = Setting(
                **{"flag": field.name, "key": field.name} | told,
                field=field.name,
                type=field.type,
                default=field.default,
            )
    return found


def add_flags(parser: argparse._ActionsContainer, owner: type, group: str) -> None:
    """Adds the flags of a group. One that is not given is ``None``."""
    for found in declared(owner).values():
        if found.group != group:
            continue
        options: dict[str, Any] = {"metavar": found.metavar, "type": _reader(found)}
        if found.type is bool:
            options = {"action": "store_true", "default": None}
        elif found.choices:
            options = {"choices": found.choices}
        parser.add_argument(f"--{found.flag}", help=found.explained, **options)


def given(flags: argparse.Namespace, owner: type) -> dict[str, Any]:
    """Field -> value, of the flags that were given."""
    values = {found.field: getattr(flags, found.flag) for found in declared(owner).values()}
    return {name: value for name, value in values.items() if value is not None}


def document_of(settings: object) -> dict[str, Any]:
    """Key -> value."""
    return {found.key: getattr(settings, found.field) for found in declared(type(settings)).values() if found.key}


def read_document(document: Mapping[str, Any], owner: type) -> dict[str, Any]:
    """Field -> value. Raises ``ConfigError`` for a key that is missing, or a value that cannot be."""
    values = {}
    for found in declared(owner).values():
        if found.key not in document and found.key:
            raise ConfigError(f"the settings of the run do not name {found.key!r}")
        if found.key:
            try:
                values[found.field] = found.checked(document[found.key])
            except ValueError:
                raise ConfigError(f"the settings of the run: {found.key} cannot be {document[found.key]!r}") from None
    return values


def _reader(found: Setting) -> Any:
    """Reads the text of a flag."""
    if found.ge is None:
        return int if found.type is int else str

    def read(text: str) -> Any:
        try:
            return found.checked(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return read


@cache
def _adapter(kind: Any, ge: float | None, le: float | None) -> Any:
    from typing import Annotated

    from pydantic import Field, TypeAdapter

    return TypeAdapter(Annotated[kind, Field(ge=ge, le=le)])


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
