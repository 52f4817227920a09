"""A run that is gone on with stays in its format: what earlier logs called otherwise is written so, and read back."""

import pytest

from ai_diplomacy.models.events import LimiterChanged, MaxTokensRaised, MaxTokensRefused, ParameterDropped
from ai_diplomacy.records.events import event_from
from ai_diplomacy.records.formats import FORMAT, event_of_format, event_of_today, reply_of_format, reply_of_today
from ai_diplomacy.run.events import RunStarted, StepDefaulted

CALL = ("FRANCE", "S1901M", "order", 0, 0, "openai:m")


@pytest.mark.parametrize(
    ("event", "former"),
    [
        (MaxTokensRaised(*CALL, 100, 200), {"type": "allowance_raised", "before": 100, "after": 200}),
        (MaxTokensRefused(*CALL, 200, "400"), {"type": "allowance_refused", "allowance": 200, "reason": "400"}),
        (LimiterChanged("openai", "rate", 2.0, 1.0, "refused"), {"type": "limiter_changed", "after": 1.0}),
        (ParameterDropped("openai:m", "seed"), {"type": "wish_withheld", "wish": "seed", "model": "openai:m"}),
        (StepDefaulted("FRANCE", "S1901M", "order", 0, "m", "late"), {"type": "step_defaulted", "power": "FRANCE"}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_event_of_format_2_has_its_former_names_and_is_read_as_the_same(event, former):
    then = event_of_format(event.record(1.0), 2)
    assert {name: then[name] for name in former} == former
    assert event_from(event_of_today(then, 2)) == event
    assert event_of_format(event.record(1.0), FORMAT) == event.record(1.0)


def test_a_line_of_an_earlier_version_may_leave_out_what_an_event_has_by_default_and_nothing_else():
    changed = LimiterChanged("openai", "rate", 2.0, 1.0, "refused")
    line = changed.record(1.0)
    del line["model"]
    assert event_from(line) == changed
    with pytest.raises(ValueError, match=r"\['more'\] are missing or unknown"):
        event_from(line | {"more": 1})
    del line["after"]
    with pytest.raises(ValueError, match=r"\['after'\] are missing or unknown"):
        event_from(line)


def test_the_start_of_a_run_of_format_2_names_no_generation():
    started = RunStarted(2, 1, "0.1.0", {}, {}).record(1.0)
    then = event_of_format(started, 2)
    assert "generation" not in then
    assert event_of_today(then, 2) | {"generation": 1} == started


def test_a_reply_of_format_2_has_its_former_names_and_is_read_as_the_same():
    reply = {"text": "hello", "max_tokens": 100, "dropped": ["seed"]}
    assert reply_of_format(reply, 2) == {"text": "hello", "allowance": 100, "withheld": ["seed"]}
    assert reply_of_today(reply_of_format(reply, 2), 2) == reply
    assert reply_of_format(reply, FORMAT) == reply_of_today(reply, FORMAT) == reply
