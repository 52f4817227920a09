"""Other settings for a run that was begun before: which may change, and which the run has decided."""

from __future__ import annotations

from ..records.errors import ConfigError
from .config import GameConfig

_FLAGS = {"prompts": "prompts_dir", "max_message_characters": "max_message_chars"}
"""Settings whose flag has another name."""
_FIXED = ("map", "max_messages", "max_message_characters")
"""Settings that hold for a whole game."""


def check_changes(before: GameConfig, after: GameConfig, *, override: bool) -> None:
    """Raises ``ConfigError`` that names every flag which contradicts the settings of a run. With ``override`` only
    those do that cannot change in the middle of a game."""
    old, new = before.game_settings(), after.game_settings()
    changed = [name for name in old if old[name] != new[name]]
    fixed = [name for name in changed if name in _FIXED]
    if fixed:
        raise ConfigError(f"{_listed(fixed, old)} cannot change in the middle of a game")
    if changed and not override:
        raise ConfigError(
            f"the run was begun with other settings: {_listed(changed, old)}. Leave that out to go on as it was begun, "
            "or add --override to change it from the next phase on"
        )


def _listed(names: list[str], old: dict[str, object]) -> str:
    return "; ".join(f"--{_FLAGS.get(name, name)} (it has {_shown(old[name])})" for name in names)


def _shown(value: object) -> str:
    if isinstance(value, dict):
        kinds = sorted({str(item) for item in value.values()})
        return kinds[0] if len(kinds) == 1 else ", ".join(f"{power}={item}" for power, item in value.items()) or "none"
    return "none" if value is None else str(value)
