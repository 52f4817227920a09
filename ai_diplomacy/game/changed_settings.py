"""Other settings for a run that was begun before: which may change, and which are refused by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..records.errors import ConfigError
from ..records.settings import Setting, declared
from .config import GameConfig


def check_changes(before: GameConfig, after: GameConfig, *, override: bool) -> None:
    """Raises ``ConfigError`` that names every flag which contradicts the settings of a run. With ``override`` only
    those do that cannot change in the middle of a game."""
    old, new = before.game_settings(), after.game_settings()
    changed = [known for known in declared(GameConfig).values() if known.kept and old[known.key] != new[known.key]]
    fixed = [known for known in changed if known.fixed]
    if fixed:
        raise ConfigError(f"{_listed(fixed, old)} cannot change in the middle of a game")
    if changed and not override:
        raise ConfigError(
            f"the run was begun with other settings: {_listed(changed, old)}. Leave that out to go on as it was begun, "
            "or add --override to change it from the next phase on"
        )


def _listed(changed: Sequence[Setting], old: Mapping[str, object]) -> str:
    flags = {known.flag for known in declared(GameConfig).values()}
    names = {known.key: known.key if known.key in flags else known.flag for known in changed}
    return "; ".join(f"--{name} (it has {_shown(old[key])})" for key, name in names.items())


def _shown(value: object) -> str:
    if isinstance(value, dict):
        kinds = sorted({str(item) for item in value.values()})
        return kinds[0] if len(kinds) == 1 else ", ".join(f"{power}={item}" for power, item in value.items()) or "none"
    return "none" if value is None else str(value)
