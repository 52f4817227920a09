"""Diplomacy as a kind of game that runs are made of: how its settings are read, its phases sorted, a game begun."""

from __future__ import annotations

from ..agent.prompts import PromptError
from ..board.phase import Phase
from ..records.events import Event, Listener
from ..run.protocols import Answering, GameKind
from ..run.settings_history import SettingsHistory
from .artefacts import GameArtefacts
from .config import GameConfig
from .events import MessageDelivered, OrdersSubmitted, PhaseAdjudicated
from .game import DiplomacyGame
from .seats import Seats


def _begin(settings: SettingsHistory[GameConfig], answering: Answering, listener: Listener) -> DiplomacyGame:
    return DiplomacyGame(Seats(settings, answering, listener), listener)


def still_asked(settings: SettingsHistory[GameConfig], phase: str) -> tuple[GameConfig, ...]:
    """The settings by which a game may ask that stands in a phase: those of its year and of the year before, whose
    winter is summed up in the background of all that follows."""
    if not phase:
        return (settings.last,)
    year = Phase(phase).year
    phases = (f"{name[0]}{at:04}{name[1]}" for at in (year - 1, year) for name in ("SM", "SR", "FM", "FR", "WA"))
    return tuple({id(config): config for config in map(settings.at, phases)}.values())


def _checked(event: Event) -> tuple[str, ...] | None:
    match event:
        case MessageDelivered():
            return (event.phase, "message", str(event.sequence))
        case OrdersSubmitted():
            return (event.phase, "orders of", event.power)
        case PhaseAdjudicated():
            return (event.phase, "results")
    return None


DIPLOMACY = GameKind(
    settings=GameConfig.from_document,
    order=Phase,
    begin=_begin,
    artefacts=GameArtefacts,
    checked=_checked,
    ends_game=(PromptError,),
    recall=DiplomacyGame.recall,
)
