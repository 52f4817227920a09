"""What earlier logs called otherwise is read as what it is called today."""

import pytest

from ai_diplomacy.models.events import LimiterChanged, MaxTokensRaised, MaxTokensRefused, ParameterDropped
from ai_diplomacy.records.events import event_from
from ai_diplomacy.records.formats import FORMAT, event_of_today, reply_of_today
from ai_diplomacy.run.events import StepDefaulted

CALL = ("FRANCE", "S1901M", "order", 0, 0, "openai:m")


@pytest.mark.parametrize(
    ("event", "kind", "names"),
    [
        (MaxTokensRaised(*CALL, 100, 200), "allowance_raised", {}),
        (MaxTokensRefused(*CALL, 200, "400"), "allowance_refused", {"max_tokens": "allowance"}),
        (LimiterChanged("openai", "rate", 2.0, 1.0, "refused"), "limiter_changed", {"model": None}),
        (ParameterDropped("openai:m", "seed"), "wish_withheld", {"parameter": "wish"}),
        (StepDefaulted("FRANCE", "S1901M", "order", 0, "m", "late"), "step_defaulted", {}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_event_of_format_2_is_read_by_its_name_of_today(event, kind, names):
    """``names``: what its fields were called then; ``None``: there was no such field."""
    today = event.record(1.0)
    called = [(names.get(name, name), value) for name, value in (today | {"type": kind}).items()]
    then = {name: value for name, value in called if name is not None}
    assert event_from(event_of_today(then, 2)) == event
    assert event_of_today(today, FORMAT) == today


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


def test_a_reply_of_format_2_is_read_by_its_names_of_today():
    reply = {"text": "hello", "max_tokens": 100, "dropped": ["seed"]}
    assert reply_of_today({"text": "hello", "allowance": 100, "withheld": ["seed"]}, 2) == reply
    assert reply_of_today(reply, FORMAT) == reply
