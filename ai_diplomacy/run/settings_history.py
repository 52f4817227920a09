"""The settings of a run through its phases: they may change when it is resumed or forked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..game.config import GameConfig, phase_order
from ..models.ids import ModelId


@dataclass(frozen=True, slots=True)
class SettingsHistory:
    """Which settings hold in which phase."""

    first: GameConfig
    changes: tuple[tuple[str, GameConfig], ...] = ()
    """``(after, settings)``, in order: the settings hold for the phases that follow ``after``, an empty one standing
    for the start of the game."""

    def at(self, phase: str) -> GameConfig:
        """The settings of a phase, or of the board when no phase follows (``COMPLETED``)."""
        if phase == "COMPLETED":
            return self.last
        for after, config in reversed(self.changes):
            if not after or phase_order(phase) > phase_order(after):
                return config
        return self.first

    @property
    def last(self) -> GameConfig:
        """The settings that will hold to the end."""
        return self.changes[-1][1] if self.changes else self.first

    def models(self) -> tuple[str, ...]:
        """All model ids that play at some time, without their keys."""
        configs = (self.first, *(config for _, config in self.changes))
        return tuple(dict.fromkeys(str(model) for config in configs for model in config.models.values()))

    def players(self, power: str) -> tuple[tuple[str, str], ...]:
        """``(after, model id)`` whenever another model took the seat; ``after`` is empty at the start."""
        taken = [("", str(self.first.models[power]))]
        for after, config in self.changes:
            if str(config.models[power]) != taken[-1][1]:
                taken.append((after, str(config.models[power])))
        return tuple(taken)

    def changed(self, after: str, config: GameConfig) -> SettingsHistory:
        """With other settings from there on."""
        return replace(self, changes=(*self.changes, (after, config)))

    def renewed(self, config: GameConfig) -> SettingsHistory:
        """With the last settings given once more: the same game, perhaps asked for in another way."""
        if not self.changes:
            return SettingsHistory(config)
        return replace(self, changes=(*self.changes[:-1], (self.changes[-1][0], config)))

    def keyed(self, models: Mapping[str, ModelId]) -> SettingsHistory:
        """With the keys of these models, power by power, wherever the same models play: records hold none, and a call
        may be left to settings from before the last change."""
        by_id = {str(model): model for model in models.values()}

        def with_keys(config: GameConfig) -> GameConfig:
            known = {
                power: models[power] if str(models[power]) == str(model) else by_id.get(str(model), model)
                for power, model in config.models.items()
            }
            return replace(config, models=known)

        return SettingsHistory(
            with_keys(self.first), tuple((after, with_keys(config)) for after, config in self.changes)
        )

    def asked_from(self, phase: str) -> tuple[GameConfig, ...]:
        """The settings by which a game may ask that stands in a phase: those of its year and of the year before, whose
        winter is summed up beside all that follows."""
        if not phase:
            return (self.last,)
        year = int(phase[1:-1])
        phases = (f"{name[0]}{at:04}{name[1]}" for at in (year - 1, year) for name in ("SM", "SR", "FM", "FR", "WA"))
        return tuple({id(config): config for config in map(self.at, phases)}.values())

    def before(self, phase: str) -> tuple[tuple[str, GameConfig], ...]:
        """The changes that were in force before a phase."""
        return tuple((at, config) for at, config in self.changes if not at or phase_order(at) < phase_order(phase))
