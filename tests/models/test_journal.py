"""The journal: a reply is on the disk before anyone may use it."""

import asyncio
import json
import os
import threading
from dataclasses import replace

import pytest
from scripted import read_calls, unheard
from virtual_time import virtual_time

from ai_diplomacy.models.call_log import PromptDiffersError, call_from, request_digest
from ai_diplomacy.models.journal import Journal, Journaled, NotRecorded, Recorded
from ai_diplomacy.models.model import CallKey, ModelError, Reply, Request, Usage
from ai_diplomacy.models.phase_deadlines import LateError, PhaseDeadlines
from ai_diplomacy.records.durable import AppendLog
from ai_diplomacy.records.log_reader import DamagedLogError, LogReader
from ai_diplomacy.records.sealing import sealed

KEY = CallKey("S1901M", "FRANCE", "negotiate", 1)
OTHER = CallKey("S1901M", "ITALY", "order")
REQUEST = Request(KEY, "the rules", "the question", temperature=0.5)


class Parrot:
    name = "parrot"

    async def generate(self, request: Request) -> Reply:
        return Reply("answer", Usage(input=3), started=5.0, latency=0.25)


async def test_a_call_is_one_line_with_all_that_was_asked_and_answered(tmp_path):
    journal = Journal(AppendLog(tmp_path / "calls.jsonl"))
    await Journaled(Parrot(), journal, unheard).generate(REQUEST)
    await journal.close()
    (line,) = (tmp_path / "calls.jsonl").read_text().splitlines()
    call = json.loads(line)
    assert call["format"] == 3
    assert call["key"] == {
        "phase": "S1901M",
        "power": "FRANCE",
        "step": "negotiate",
        "round": 1,
        "attempt": 0,
        "raised": 0,
    }
    assert call["model"] == "parrot"
    assert call["request"]["prompt"] == "the question"
    assert "stated" not in call["reply"]
    assert call["request"]["sha256"] == request_digest(REQUEST)
    assert call["reply"]["text"] == "answer"
    assert call["reply"]["usage"]["input"] == 3
    assert call["reply"]["usage"]["output"] is None


class Refusing:
    name = "refusing"

    async def generate(self, request: Request) -> Reply:
        raise ModelError("the vendor answered 400")


@pytest.mark.parametrize("model", [Parrot(), Refusing()], ids=["a reply", "a failure"])
async def test_what_became_of_a_call_is_handed_on_only_when_it_is_synced(tmp_path, monkeypatch, model):
    syncing, may_sync = threading.Event(), threading.Event()
    really = os.fsync

    def slow(handle: int) -> None:
        syncing.set()
        may_sync.wait()
        really(handle)

    monkeypatch.setattr(os, "fsync", slow)
    journal = Journal(AppendLog(tmp_path / "calls.jsonl"))
    asked = asyncio.create_task(Journaled(model, journal, unheard).generate(REQUEST))
    await asyncio.to_thread(syncing.wait)
    # However long the disk takes.
    for _ in range(100):
        await asyncio.sleep(0)
    handed_on = asked.done()
    may_sync.set()
    await asyncio.wait((asked,))
    assert not handed_on
    assert (asked.exception() is None) == isinstance(model, Parrot)
    await journal.close()


def test_equal_requests_have_equal_digests_and_others_do_not():
    same = Request(CallKey("F1909M", "ITALY", "order"), "the rules", "the question")
    assert request_digest(same) == request_digest(REQUEST)
    assert request_digest(Request(KEY, "the rulesthe", " question")) != request_digest(REQUEST)


class Silent:
    """Never asked, or the test fails."""

    name = "parrot"

    async def generate(self, request: Request) -> Reply:
        raise AssertionError(f"asked for {request.key}")


class Failing:
    name = "parrot"

    async def generate(self, request: Request) -> Reply:
        raise ModelError("the vendor answered 400", kind="fatal")


async def test_an_answered_call_is_never_asked_again(tmp_path):
    path = tmp_path / "calls.jsonl"
    journal = Journal(AppendLog(path))
    reply = await Journaled(Parrot(), journal, unheard).generate(REQUEST)
    await journal.close()
    calls = read_calls(path)
    journal = Journal(AppendLog(path), calls)
    assert await Journaled(Silent(), journal, unheard).generate(REQUEST) == reply
    await journal.close()
    assert len(path.read_text().splitlines()) == 1
    assert await Recorded("parrot", calls).generate(REQUEST) == reply
    with pytest.raises(NotRecorded, match="FRANCE, negotiate 1 in S1901M, corrected"):
        await Recorded("parrot", calls).generate(replace(REQUEST, key=replace(KEY, attempt=1)))


async def test_a_call_that_was_given_up_is_given_up_again(tmp_path):
    path = tmp_path / "calls.jsonl"
    journal = Journal(AppendLog(path))
    with pytest.raises(ModelError):
        await Journaled(Failing(), journal, unheard).generate(REQUEST)
    await journal.close()
    log = AppendLog(path)
    with pytest.raises(ModelError, match="the vendor answered 400"):
        await Journaled(Silent(), Journal(log, read_calls(path)), unheard).generate(REQUEST)
    log.release()


async def test_another_prompt_is_not_answered_with_the_old_reply_unless_that_is_wanted(tmp_path):
    path = tmp_path / "calls.jsonl"
    journal = Journal(AppendLog(path))
    await Journaled(Parrot(), journal, unheard).generate(REQUEST)
    await journal.close()
    calls, other = read_calls(path), replace(REQUEST, prompt="another question")
    log = AppendLog(path)
    with pytest.raises(PromptDiffersError, match="FRANCE, negotiate 1 in S1901M is not the one that line 1 of"):
        await Journaled(Silent(), Journal(log, calls), unheard).generate(other)
    reply = await Journaled(Silent(), Journal(log, calls, lenient=True), unheard).generate(other)
    assert reply.text == "answer"
    log.release()


async def test_a_line_from_before_unknown_usage_was_charged_can_be_read(tmp_path):
    journal = Journal(AppendLog(tmp_path / "calls.jsonl"))
    await Journaled(Parrot(), journal, unheard).generate(REQUEST)
    await journal.close()
    (line,) = LogReader(tmp_path / "calls.jsonl")
    del line["reply"]["most_tokens"], line["reply"]["most_usd"]
    reply = call_from(line, 1).reply
    assert (reply.most_tokens, reply.most_usd) == (0, 0.0)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda call: call | {"format": 4}, "format 4 is not known"),
        (lambda call: call | {"key": call["key"] | {"colour": "red"}}, "colour"),
        (lambda call: {name: call[name] for name in call if name != "reply"}, "'reply' is missing"),
        (lambda call: call, "the same call as in line 1"),
    ],
)
async def test_a_line_that_makes_no_sense_is_named(tmp_path, change, problem):
    path = tmp_path / "calls.jsonl"
    journal = Journal(AppendLog(path))
    await Journaled(Parrot(), journal, unheard).generate(REQUEST)
    await journal.close()
    (call,) = LogReader(path)
    with path.open("ab") as file:
        file.write(sealed(change(call), 2))
    with pytest.raises(DamagedLogError, match=f"calls.jsonl, line 2: .*{problem}"):
        read_calls(path)


class Slow:
    name = "slow"

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    async def generate(self, request: Request) -> Reply:
        await asyncio.sleep(self.seconds)
        return Reply("at last")


@virtual_time
async def test_a_late_reply_is_kept_but_does_not_count_neither_now_nor_when_the_run_goes_on(tmp_path):
    path, deadlines, told = tmp_path / "calls.jsonl", PhaseDeadlines(), []
    journal = Journal(AppendLog(path))
    model = Journaled(Slow(30), journal, told.append, deadlines)
    clock = asyncio.get_running_loop().time
    with deadlines.interval(10), pytest.raises(LateError, match="before the phase's deadline"):
        await model.generate(REQUEST)
    assert clock() == 10
    with deadlines.interval(10):
        assert (
            await Journaled(Slow(9), journal, told.append, deadlines).generate(replace(REQUEST, key=OTHER))
        ).text == "at last"
    await deadlines.settle(100)
    assert clock() == 30
    await journal.close()
    calls = read_calls(path)
    assert [call.reply.text for call in calls.late] == ["at last"]
    assert [(event.key, event.reply.text) for event in told] == [(REQUEST.key, "at last")]
    log = AppendLog(path)
    with pytest.raises(LateError):
        await Journaled(Silent(), Journal(log, calls), unheard).generate(REQUEST)
    log.release()


@virtual_time
async def test_nothing_is_waited_for_once_the_deadline_has_passed_and_what_never_comes_is_cancelled(tmp_path):
    deadlines, journal = PhaseDeadlines(), Journal(AppendLog(tmp_path / "calls.jsonl"))
    clock = asyncio.get_running_loop().time
    with deadlines.interval(0):
        await asyncio.sleep(0.001)
        with pytest.raises(LateError):
            await Journaled(Slow(1e9), journal, unheard, deadlines).generate(REQUEST)
    assert clock() < 0.01
    await deadlines.settle(5)
    assert clock() < 5.01
    await journal.close()
    assert not read_calls(tmp_path / "calls.jsonl").late


@virtual_time
async def test_what_runs_in_the_background_may_miss_the_end_of_the_interval_it_began_in_but_not_of_the_next(tmp_path):
    deadlines, journal = PhaseDeadlines(), Journal(AppendLog(tmp_path / "calls.jsonl"))
    beside = replace(REQUEST, key=CallKey("W1902A", "FRANCE", "consolidate"), background=True)
    with deadlines.interval(5):
        asked = asyncio.create_task(Journaled(Slow(100), journal, unheard, deadlines).generate(beside))
        await asyncio.sleep(8)
        assert not asked.done()
    with deadlines.interval(5):
        await asyncio.sleep(6)
        assert isinstance(asked.exception(), LateError)
    await deadlines.settle(0)
    await journal.close()
