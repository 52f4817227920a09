"""``game_manifesto.txt``: the strategic directives of the planning steps, phase by phase."""

from __future__ import annotations

from ..agent.events import Planned
from ..records.cleaning import cleaned
from ..records.events import Event


class Manifesto:
    """Collects the directives."""

    def __init__(self) -> None:
        self._directives: dict[str, dict[str, str]] = {}

    def event(self, event: Event) -> None:
        if isinstance(event, Planned):
            self._directives.setdefault(event.phase, {})[event.power] = cleaned(event.directive, "text")

    def text(self) -> str:
        if not self._directives:
            return "This game has no planning steps, so there are no directives. See --planning_phase.\n"
        return "\n".join(
            f"{phase}\n{'=' * len(phase)}\n\n"
            + "\n".join(f"{power}\n{directive}\n" for power, directive in sorted(directives.items()))
            for phase, directives in self._directives.items()
        )
