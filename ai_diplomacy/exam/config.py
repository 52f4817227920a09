"""The settings of one model's examination."""

# No import of ``annotations``: the types of the fields are read.

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from ..board.terrain import terrain
from ..game.config import GameConfig, model_of_record
from ..models.call_settings import CallSettings
from ..models.ids import ModelId
from ..records.errors import ConfigError
from ..records.settings import setting
from ..run.policies import Execution, Threads
from .bank import LAST_YEAR, BankPosition, bank

MAP = "standard"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExamConfig:
    """Whom to ask how, and in how many positions."""

    models: Mapping[str, ModelId]
    """Position -> who is asked, the same in all."""
    asked: GameConfig
    """How it is asked: the settings of a game without press in which it has all seats."""
    positions: int | None = setting(
        "ask only so many positions, the first of the bank: every part has all powers and years in equal shares, and "
        "is the same for every model (default: all)",
        "N",
        default=None,
        group="the examination",
        ge=1,
    )

    @classmethod
    def of(cls, asked: GameConfig, positions: int | None = None) -> Self:
        """``positions``: how many; ``None``: all. Raises ``ConfigError`` when the bank has not so many."""
        held = bank().positions
        count = len(held) if positions is None else positions
        if not 1 <= count <= len(held):
            raise ConfigError(f"--positions: the bank has {len(held)}")
        models = {position.name: asked.models[position.power] for position in held[:count]}
        return cls(models=models, asked=asked, positions=count)

    @property
    def bank_positions(self) -> tuple[BankPosition, ...]:
        """Those that are asked."""
        return tuple(bank().positions[: self.positions])

    @property
    def model(self) -> ModelId:
        return next(iter(self.models.values()))

    @property
    def calls(self) -> CallSettings:
        """A position is one step: that it came to nothing says nothing of the next."""
        return replace(self.asked.calls, max_unusable_steps=0)

    @property
    def execution(self) -> Execution:
        return self.asked.execution

    @property
    def threads(self) -> Threads:
        return self.asked.threads

    def document(self) -> dict[str, Any]:
        """As in ``run.settings_history.RunSettings``, like the following ones."""
        return self._document(self.asked.document())

    def game_settings(self) -> dict[str, Any]:
        return self._document(self.asked.game_settings())

    def model_names(self) -> dict[str, str]:
        return {name: str(model) for name, model in self.models.items()}

    def marked_names(self) -> dict[str, str]:
        marked = self.asked.marked_names()
        return {position.name: marked[position.power] for position in self.bank_positions}

    def _document(self, asked: dict[str, Any]) -> dict[str, Any]:
        return {"exam": {"bank": bank().name, "positions": self.positions, "model": str(self.model)}, "asked": asked}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """The settings of an examination that was begun before. Raises ``ConfigError``."""
        try:
            exam, asked = document["exam"], document["asked"]
            if exam["bank"] != bank().name:
                raise ConfigError(f"the examination asks bank {exam['bank']}; this version has {bank().name}")
            made = cls.of(GameConfig.from_document(asked), exam["positions"])
        except (KeyError, TypeError):
            raise ConfigError("these are not the settings of an examination") from None
        model = model_of_record(exam["model"])
        return replace(made, models=dict.fromkeys(made.models, model))


def asked_as(model: Mapping[str, ModelId], **settings: Any) -> GameConfig:
    """The game in which a model has all seats. ``model``: power -> its id."""
    return GameConfig(models=model, max_year=LAST_YEAR, rounds=0, **settings)


def powers() -> tuple[str, ...]:
    """Those of the bank's map."""
    return terrain(MAP).powers
