"""Settings that are declared once, as fields of a dataclass, for flags, documents and specifications.

    rounds: int = setting("rounds of press", "N", default=2, flag="num_negotiation_rounds", ge=0, le=100)

Such a dataclass is defined without the import of ``annotations``, because its fields' types are read. pydantic checks
the values; it is imported with the first of them.
"""

from __future__ import annotations

import argparse
from collections.abc import Collection, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, replace
from functools import cache
from typing import Any

from .errors import ConfigError


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: what it is for, what it is called where, and what it may be."""

    help: str
    metavar: str | None = None
    flag: str = ""
    """When it is not the field's name."""
    key: str = ""
    """Its name in documents, when it is not the field's."""
    kept: bool = True
    """Whether documents hold it."""
    group: str = "the game"
    """Of the flags among which it is listed."""
    choices: Sequence[str] | None = None
    ge: float | None = None
    le: float | None = None
    fixed: bool = False
    """Whether it holds for a whole run, and cannot change in the middle."""
    earlier: Any = ...
    """What documents meant that were written before there was this setting; those that lack another are refused."""
    field: str = ""
    type: Any = None
    default: Any = None

    @property
    def explained(self) -> str:
        """The help of its flag."""
        if isinstance(self.default, bool) or not isinstance(self.default, int | float | str):
            return self.help
        return f"{self.help} (default: {_shown(self.default)})"

    @property
    def range(self) -> str:
        """``above 0``, ``of 256 or more``, ``from 0 to 100``."""
        if self.le is None:
            return f"of {_shown(self.ge)} or more" if (self.ge or 0) > 1 else "above 0"
        return f"from {_shown(self.ge)} to {_shown(self.le)}"

    def checked(self, value: object, *, strict: bool = False) -> Any:
        """The value, converted to the setting's type unless ``strict``. Raises ``ValueError``."""
        from pydantic import ValidationError

        try:
            return _adapter(self.type, self.ge, self.le).validate_python(value, strict=strict)
        except ValidationError:
            raise ValueError(f"{value!r} is not a number {self.range}") from None

    def specified(self, name: str, value: object) -> Any:
        """The value that a specification gives under some name. Raises ``ValueError``: what to write instead."""
        try:
            return self.checked(value, strict=True)
        except ValueError:
            wanted = f"a whole number {self.range}"
            if self.type is bool:
                wanted = "true or false"
            elif self.choices:
                wanted = " or ".join(f'"{choice}"' for choice in self.choices)
            elif self.type in (float, float | None):
                wanted = f"a number {self.range}"
            elif self.type == int | None:
                wanted += ", or leave it out"
            raise ValueError(f"{name} = {value!r}; write {wanted}") from None


def setting(help: str, metavar: str | None = None, *, default: Any = MISSING, **more: Any) -> Any:
    """A field of a dataclass. ``more``: as in ``Setting``."""
    told = {"setting": Setting(help, metavar, **more)}
    return field(default_factory=dict, metadata=told) if default == {} else field(default=default, metadata=told)


@cache
def declared(owner: Any) -> Mapping[str, Setting]:
    """Field -> setting, of a dataclass, in its order."""
    found = {}
    for item in fields(owner):
        if setting := item.metadata.get("setting"):
            names = {"field": item.name, "flag": setting.flag or item.name, "key": setting.key or item.name}
            found[item.name] = replace(setting, **names, type=item.type, default=item.default)
    return found


def add_settings(
    parser: argparse._ActionsContainer, owner: type, group: str, only: Collection[str] | None = None
) -> None:
    """Adds the flags of a group, or some of them, by field. One that is not given is ``None``."""
    for found in declared(owner).values():
        options: dict[str, Any] = {"metavar": found.metavar, "type": _reader(found)}
        if found.type is bool:
            options = {"action": "store_true", "default": None}
        elif found.choices:
            options = {"choices": found.choices}
        elif found.type == tuple[str, ...]:
            options = {"metavar": found.metavar, "action": "append"}
        if found.group == group and (only is None or found.field in only):
            parser.add_argument(f"--{found.flag}", help=found.explained, **options)


def given(flags: argparse.Namespace, owner: type) -> dict[str, Any]:
    """Field -> value, of the flags that were given; a command need not have all of them."""
    values = {found.field: getattr(flags, found.flag, None) for found in declared(owner).values()}
    return {name: value for name, value in values.items() if value is not None}


def document_of(settings: Any) -> dict[str, Any]:
    """Key -> value."""
    owner: Any = type(settings)
    return {found.key: getattr(settings, found.field) for found in declared(owner).values() if found.kept}


def read_document(document: Mapping[str, Any], owner: type) -> dict[str, Any]:
    """Field -> value. Raises ``ConfigError`` for a key that is missing, or a value that cannot be."""
    values = {}
    for found in filter(lambda found: found.kept, declared(owner).values()):
        try:
            value = document[found.key] if found.earlier is ... else document.get(found.key, found.earlier)
            values[found.field] = found.checked(value)
        except KeyError:
            raise ConfigError(f"the settings of the run do not name {found.key!r}") from None
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
