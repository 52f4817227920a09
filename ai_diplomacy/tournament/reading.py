"""What a specification is read with: its keys, each with its line, and the players that it describes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..agent.constraint import USUAL, USUAL_MEMORY, Constraint
from ..game.config import GameConfig, checked_models, read_constraint
from ..models.call_settings import CallSettings
from ..models.ids import ModelId
from ..models.providers import asks_a_model
from ..records.errors import ConfigError
from ..records.settings import Setting, declared
from .toml_lines import Lines

OF_GAME, OF_CALLS = declared(GameConfig), declared(CallSettings)


class SpecError(ConfigError):
    """A specification that cannot be used. Its text is one line, with the file's line and what to write instead."""


@dataclass(frozen=True, slots=True)
class Entrant:
    """One player of a tournament."""

    name: str
    model: ModelId
    prompts: Path | None = None
    """``None``: the default templates."""
    max_tokens: int | None = None
    """Most tokens of a reply; ``None``: the default."""
    constrain: Constraint = USUAL
    """What its replies are held to."""
    memory: int = USUAL_MEMORY
    """Turns that it is shown in full."""

    @property
    def asked(self) -> bool:
        """Whether it is a model, and no bot."""
        return asks_a_model(self.model)

    def document(self) -> dict[str, Any]:
        """As plain JSON data, without the key and the templates."""
        return {
            "model": str(self.model),
            "max_tokens": self.max_tokens,
            "constrain": self.constrain,
            "memory": self.memory,
        }


def seated(base: GameConfig, seats: Mapping[str, Entrant], seed: int) -> GameConfig:
    """The settings of a game in which these players sit. ``seats``: by power."""
    asked = {power: entrant for power, entrant in seats.items() if entrant.asked}
    prompts = {power: folder for power, folder in base.prompts.items() if power not in asked}
    limits = {power: entrant.max_tokens for power, entrant in asked.items() if entrant.max_tokens is not None}
    shown = {power: entrant.memory for power, entrant in asked.items() if entrant.memory != base.turns_shown(power)}
    return replace(
        base,
        models={power: entrant.model for power, entrant in seats.items()},
        seed=seed,
        prompts=prompts | {power: entrant.prompts for power, entrant in asked.items() if entrant.prompts is not None},
        max_tokens={**base.max_tokens, **limits},
        constrain={**base.constrain, **{power: entrant.constrain for power, entrant in asked.items()}},
        memory={**base.memory, **shown},
    )


def whole(lowest: int, highest: int, default: int) -> Setting:
    """A whole number between two others."""
    return Setting("", type=int, ge=lowest, le=highest, default=default)


OF_PLAYER = {"max_tokens": OF_CALLS["max_tokens_total"], "memory": whole(1, 100, USUAL_MEMORY)}


class KeyReader:
    """A parsed document, read key by key. What is wrong raises ``SpecError``."""

    def __init__(self, path: Path, text: str | None, document: Mapping[str, Any]) -> None:
        """``text``: ``None`` when no file says it."""
        self.path = path
        self.written = text is not None
        self.lines = Lines(text or "")
        self.document = document

    def constraint(self, where: tuple[str, ...], given: object) -> Constraint:
        try:
            return read_constraint(str(given))
        except ValueError as error:
            raise self.error(where, f'{error}; write constrain = "orders"') from None

    def model(self, where: tuple[str, ...], text: str) -> ModelId:
        if "," in text or "=" in text.partition("#")[0]:
            raise self.error(where, "a player is one model; write one id, and another [players.NAME] for each more")
        try:
            return checked_models(text, ("any",))["any"]
        except ConfigError as error:
            raise self.error(where, str(error).removeprefix("--models: ")) from None

    def prompts(self, where: tuple[str, ...], given: object) -> Path | None:
        """A folder of templates, from where the file lies."""
        if given is not None and not isinstance(given, str):
            raise self.error(where, 'write the folder as text: prompts = "my_prompts"')
        folder = None if given is None else self.beside(given)
        if folder is not None and not folder.is_dir():
            raise self.error(where, f"{str(folder)!r} is not a folder; write one that holds templates")
        return folder

    def beside(self, given: str) -> Path:
        """A path that the file names from where it lies."""
        return (self.path.parent / Path(given).expanduser()).resolve()

    def table(self, name: str, known: Mapping[str, Setting]) -> dict[str, Any]:
        value = self.document.get(name, {})
        if not isinstance(value, dict):
            raise self.error((name,), f"write [{name}] and under it {' or '.join(known)}")
        self.check_keys(value, known, name)
        return self.values((name,), value, known)

    def check_keys(self, table: Mapping[str, Any], known: Collection[str], where: str) -> None:
        path = tuple(where.split(".", 1)) if where else ()
        for name in table:
            if name not in known:
                inside = f" in [{where}]" if where else ""
                raise self.error((*path, name), f"unknown key {name!r}{inside}; the keys are {', '.join(known)}")

    def values(self, where: tuple[str, ...], table: Mapping[str, Any], known: Mapping[str, Setting]) -> dict[str, Any]:
        values = {name: setting.default for name, setting in known.items()}
        for name in filter(table.__contains__, known):
            try:
                values[name] = known[name].specified(name, table[name])
            except ValueError as error:
                raise self.error((*where, name), str(error)) from None
        return values

    def error(self, where: tuple[str, ...], problem: str) -> SpecError:
        at = f"{self.path}, line {self.lines.of(*where)}: " if self.written else ""
        return SpecError(f"{at}{problem}")
