"""Who answers in this process: bots, which ask no model, and the offline model. Importing this enters them in the
catalogue of providers."""

from __future__ import annotations

from collections.abc import Collection

from ..models.providers import ProviderSpec, register_provider

DEFAULT_MODEL = "offline"


def _bots() -> Collection[str]:
    from ..bots import NAMES

    return NAMES


def _styles() -> Collection[str]:
    from ..offline.model import STYLES

    return "", *STYLES


register_provider("bot", ProviderSpec("", in_process=True, asks_a_model=False, names=_bots))
register_provider("offline", ProviderSpec("ai_diplomacy.offline.model:OfflineModel", in_process=True, names=_styles))
