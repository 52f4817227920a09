"""The settings of one judge's reading of one game."""

# No import of ``annotations``: the types of the fields are read.

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from ..game.config import model_of_record
from ..models.call_settings import CallSettings
from ..models.ids import ModelId
from ..records.errors import ConfigError
from ..records.settings import document_of, read_document
from ..run.policies import Execution, Threads


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeConfig:
    """Whom to ask about what."""

    models: Mapping[str, ModelId]
    """Case -> who is asked, the same in all."""
    judge: str
    """What it is called: its id, and which time it judges, if it is not the first."""
    max_tokens: int = 8192
    temperature: float | None = None
    calls: CallSettings = field(default_factory=CallSettings)
    execution: Execution = "async"
    threads: Threads = "decisions"

    @property
    def model(self) -> ModelId:
        return next(iter(self.models.values()))

    def document(self) -> dict[str, Any]:
        """As in ``run.settings_history.RunSettings``, like the following ones."""
        return self.game_settings() | document_of(self.calls)

    def game_settings(self) -> dict[str, Any]:
        how = {
            "judge": self.judge,
            "model": str(self.model),
            "max_tokens": self.max_tokens,
            "temperature": self.temperature,
        }
        return {"judging": how | {"cases": list(self.models)}}

    def model_names(self) -> dict[str, str]:
        return {case: str(model) for case, model in self.models.items()}

    def marked_names(self) -> dict[str, str]:
        return self.model_names()

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """The settings of a reading that was begun before. Raises ``ConfigError``."""
        try:
            judging = document["judging"]
            models = dict.fromkeys(judging["cases"], model_of_record(judging["model"]))
            calls = CallSettings(**read_document(document, CallSettings))
            how = {name: judging[name] for name in ("judge", "max_tokens", "temperature")}
            return cls(models=models, calls=calls, **how)
        except (KeyError, TypeError):
            raise ConfigError("these are not the settings of a judge") from None
