"""The journal: a reply is on the disk before anyone may use it."""

import asyncio
import json
import os
import threading

from ai_diplomacy.models.journal import Journal, Journaled, request_digest
from ai_diplomacy.models.model import CallKey, Reply, Request, Usage

KEY = CallKey("S1901M", "FRANCE", "negotiate", 1)
REQUEST = Request(KEY, "the rules", "the question", temperature=0.5)


class Parrot:
    name = "parrot"

    async def generate(self, request: Request) -> Reply:
        return Reply("answer", Usage(input=3), started=5.0, latency=0.25)


async def test_a_call_is_one_line_with_all_that_was_asked_and_answered(tmp_path):
    journal = Journal(tmp_path / "calls.jsonl")
    await Journaled(Parrot(), journal).generate(REQUEST)
    await journal.close()
    (line,) = (tmp_path / "calls.jsonl").read_text().splitlines()
    call = json.loads(line)
    assert call["format"] == 1
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
    assert call["request"]["sha256"] == request_digest(REQUEST)
    assert call["reply"]["text"] == "answer"
    assert call["reply"]["usage"]["input"] == 3
    assert call["reply"]["usage"]["output"] is None


async def test_a_reply_is_handed_on_only_when_it_is_synced(tmp_path, monkeypatch):
    syncing, may_sync = threading.Event(), threading.Event()
    really = os.fsync

    def slow(handle: int) -> None:
        syncing.set()
        may_sync.wait()
        really(handle)

    monkeypatch.setattr(os, "fsync", slow)
    journal = Journal(tmp_path / "calls.jsonl")
    asked = asyncio.create_task(Journaled(Parrot(), journal).generate(REQUEST))
    await asyncio.to_thread(syncing.wait)
    assert not asked.done()
    may_sync.set()
    assert (await asked).text == "answer"
    await journal.close()


def test_equal_requests_have_equal_digests_and_others_do_not():
    same = Request(CallKey("F1909M", "ITALY", "order"), "the rules", "the question")
    assert request_digest(same) == request_digest(REQUEST)
    assert request_digest(Request(KEY, "the rulesthe", " question")) != request_digest(REQUEST)
