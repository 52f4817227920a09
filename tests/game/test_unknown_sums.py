"""The figures of the overview: what a call did not say is unknown in every sum that holds the call, and in no other."""

from ai_diplomacy.game.config import GameConfig
from ai_diplomacy.game.counts import ErrorCounts
from ai_diplomacy.game.diplomacy import DIPLOMACY
from ai_diplomacy.models.events import CallAnswered
from ai_diplomacy.models.model import CallKey, Reply, Usage
from ai_diplomacy.run.settings_history import SettingsHistory


def asked(power: str, model: str, usage: Usage) -> CallAnswered:
    key = CallKey("S1901M", power, "order")
    return CallAnswered(key=key, model=model, reply=Reply("{}", usage))


def test_unknown_is_not_zero():
    counts = ErrorCounts(SettingsHistory(GameConfig(models={}, max_year=1902), DIPLOMACY.order))
    counts.event(asked("FRANCE", "m", Usage(100, 10, 1)))
    counts.event(asked("FRANCE", "m", Usage(200, None, 2)))
    counts.event(asked("ITALY", "n", Usage(400, 40, 4)))
    france, italy = counts.of_power("FRANCE"), counts.of_power("ITALY")
    figures = ("input_tokens", "output_tokens", "cached_tokens")
    assert [france[figure] for figure in figures] == [300, None, 3]
    assert [italy[figure] for figure in figures] == [400, 40, 4]
    assert [counts.total(figure) for figure in figures] == [700, None, 7]
