"""The settings of a run through its phases: they may change when it is resumed or forked."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .config import GameConfig, phase_order


@dataclass(frozen=True, slots=True)
class Timeline:
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

    def changed(self, after: str, config: GameConfig) -> Timeline:
        """With other settings from there on."""
        return replace(self, changes=(*self.changes, (after, config)))

    def renewed(self, config: GameConfig) -> Timeline:
        """With the last settings given once more: the same game, perhaps with the keys of its models."""
        if not self.changes:
            return Timeline(config)
        return replace(self, changes=(*self.changes[:-1], (self.changes[-1][0], config)))

    def before(self, phase: str) -> tuple[tuple[str, GameConfig], ...]:
        """The changes that were in force before a phase."""
        return tuple((at, config) for at, config in self.changes if not at or phase_order(at) < phase_order(phase))
