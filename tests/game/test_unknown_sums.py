"""The figures of the overview: what a call did not say is unknown in every sum that holds the call, and in no other."""

from ai_diplomacy.agent.asking import Exchange
from ai_diplomacy.agent.events import ReplyRead
from ai_diplomacy.game.config import GameConfig
from ai_diplomacy.game.counts import Statistics
from ai_diplomacy.models.model import CallKey, Reply, Request, Usage
from ai_diplomacy.run.settings_history import SettingsHistory


def asked(power: str, model: str, usage: Usage) -> Exchange:
    key = CallKey("S1901M", power, "order")
    return Exchange(Request(key, "", ""), model, Reply("{}", usage), ReplyRead(*key.about(model), "ok", ()))


def test_unknown_is_not_zero():
    statistics = Statistics(SettingsHistory(GameConfig(models={}, max_year=1902)))
    statistics.exchange(asked("FRANCE", "m", Usage(100, 10, 1)))
    statistics.exchange(asked("FRANCE", "m", Usage(200, None, 2)))
    statistics.exchange(asked("ITALY", "n", Usage(400, 40, 4)))
    france, italy = statistics.of_power("FRANCE"), statistics.of_power("ITALY")
    figures = ("input_tokens", "output_tokens", "cached_tokens")
    assert [france[figure] for figure in figures] == [300, None, 3]
    assert [italy[figure] for figure in figures] == [400, 40, 4]
    assert [statistics.total(figure) for figure in figures] == [700, None, 7]
