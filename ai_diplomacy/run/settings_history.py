"""The settings of a run through its phases: they may change when it is resumed or forked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, Protocol, TypeVar

from ..models.call_settings import CallSettings
from ..models.ids import ModelId
from .policies import Execution, Threads


class RunSettings(Protocol):
    """Everything that decides how a game goes, but for the replies of the models, and what it may take."""

    @property
    def models(self) -> Mapping[str, ModelId]:
        """Actor -> who plays it."""

    @property
    def calls(self) -> CallSettings: ...

    @property
    def execution(self) -> Execution: ...

    @property
    def threads(self) -> Threads: ...

    def document(self) -> dict[str, Any]:
        """All settings as plain JSON data, without keys."""

    def game_settings(self) -> dict[str, Any]:
        """Those of ``document`` that decide how the game goes, and not only what it takes."""

    def model_names(self) -> dict[str, str]:
        """Actor -> model id without its key."""

    def marked_names(self) -> dict[str, str]:
        """The same with a mark where something else makes another player of it."""


S = TypeVar("S", bound=RunSettings)


@dataclass(frozen=True, slots=True)
class SettingsHistory(Generic[S]):
    """Which settings hold in which phase."""

    first: S
    order: Callable[[str], Any] = field(repr=False)
    """Sorts the names of phases as they are played."""
    changes: tuple[tuple[str, S], ...] = ()
    """``(after, settings)``, in order: the settings hold for the phases that follow ``after``, an empty one standing
    for the start of the game."""

    @property
    def all(self) -> tuple[S, ...]:
        """In the order in which they came."""
        return (self.first, *(config for _, config in self.changes))

    def at(self, phase: str) -> S:
        """The settings of a phase."""
        for after, config in reversed(self.changes):
            if not after or self.order(phase) > self.order(after):
                return config
        return self.first

    def preceding(self, phase: str) -> S:
        """The settings before those of a phase; the first have none before them."""
        of_phase, found = self.at(phase), self.first
        for config in self.all:
            if config is of_phase:
                break
            found = config
        return found

    @property
    def last(self) -> S:
        """The settings that will hold to the end."""
        return self.changes[-1][1] if self.changes else self.first

    def models(self) -> tuple[str, ...]:
        """All model ids that play at some time, without their keys."""
        return tuple(dict.fromkeys(str(model) for config in self.all for model in config.models.values()))

    def players(self, actor: str) -> tuple[tuple[str, str], ...]:
        """``(after, marked name)`` whenever another model took the seat, or came to be asked in another way that is
        marked; ``after`` is empty at the start."""
        taken = [("", self.first.marked_names()[actor])]
        for after, config in self.changes:
            if (name := config.marked_names()[actor]) != taken[-1][1]:
                taken.append((after, name))
        return tuple(taken)

    def changed(self, after: str, config: S) -> SettingsHistory[S]:
        """With other settings from there on."""
        return replace(self, changes=(*self.changes, (after, config)))

    def renewed(self, config: S) -> SettingsHistory[S]:
        """With the last settings given once more: the same game, perhaps asked for in another way."""
        if not self.changes:
            return replace(self, first=config)
        return replace(self, changes=(*self.changes[:-1], (self.changes[-1][0], config)))

    def keyed(self, models: Mapping[str, ModelId]) -> SettingsHistory[S]:
        """With the keys of these models, actor by actor, wherever the same models play: records hold none, and a call
        may be left to settings from before the last change."""
        by_id = {str(model): model for model in models.values()}

        def with_keys(config: S) -> S:
            known = {
                actor: models[actor] if str(models.get(actor)) == str(model) else by_id.get(str(model), model)
                for actor, model in config.models.items()
            }
            return replace(config, models=known)  # type: ignore[type-var]

        return self.told_as(with_keys)

    def told_as(self, told: Callable[[S], S]) -> SettingsHistory[S]:
        """With all settings told in other words, which mean the same."""
        changes = tuple((after, told(config)) for after, config in self.changes)
        return replace(self, first=told(self.first), changes=changes)

    def before(self, phase: str) -> tuple[tuple[str, S], ...]:
        """The changes that were in force before a phase."""
        return tuple((at, config) for at, config in self.changes if not at or self.order(at) < self.order(phase))
