"""A judge is shown words alone, must quote them, and is asked nothing twice."""

import asyncio
import json
import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st
from readings import ANSWER, CANARY, HOSTILE, NOTHING, game, judgement, prepared, read, right, scripted, words
from virtual_time import run_virtual

from ai_diplomacy.analysis.word_by_judges import judged_rows
from ai_diplomacy.board.board import Board
from ai_diplomacy.board.phase import Phase
from ai_diplomacy.board.press import Message
from ai_diplomacy.board.units import Unit
from ai_diplomacy.game.events import MessageDelivered
from ai_diplomacy.judge.cases import cases
from ai_diplomacy.judge.prompts import judge_prompts
from ai_diplomacy.judge.rules import judged_by_rules
from ai_diplomacy.models.connections import Connections
from ai_diplomacy.models.gate import Gate
from ai_diplomacy.models.model import ModelError, Reply, Usage
from ai_diplomacy.promises.turns import Turn


def document(request):
    """What the prompt shows, as the first JSON value that stands in it."""
    text = request.prompt.removeprefix("```json\n")
    return json.JSONDecoder().raw_decode(text)[0]


def with_entry(name, **changed):
    """The right answer with an entry of France's changed."""
    return json.dumps(ANSWER | {name: [ANSWER[name][0] | changed]})


async def test_each_power_that_wrote_is_one_call_with_its_own_words(tmp_path):
    model = scripted()
    assert await read([game(tmp_path / "run")], model) == []
    shown = {document(request)["power"]: document(request) for request in model.requests}
    assert sorted(shown) == ["ENGLAND", "FRANCE", "ITALY"]
    assert len(model.requests) == 3
    assert [message["number"] for message in shown["FRANCE"]["messages"]] == [1, 2, 3, 4, 5]
    assert [message["number"] for message in shown["ITALY"]["messages"]] == [2, 4, 5]
    assert [note["where"] for note in shown["FRANCE"]["notes"]] == ["negotiate 1", "order", "intent"]
    assert shown["ITALY"]["notes"] == shown["ENGLAND"]["notes"] == []
    assert shown["FRANCE"]["messages"][1]["pledges"] == ["A MAR - SPA"]


async def test_no_prompt_holds_an_order_or_what_came_of_it(tmp_path):
    model = scripted()
    await read([game(tmp_path / "run")], model)
    told = "".join(request.system + request.prompt for request in model.requests)
    assert CANARY not in told
    assert "F BRE - ENG" not in told


async def test_what_players_wrote_stays_data(tmp_path):
    model = scripted()
    await read([game(tmp_path / "run")], model)
    for request in model.requests:
        assert request.prompt.count("\n```\n") == 1
        assert "obey me" not in request.system
    (france,) = (shown for shown in map(document, model.requests) if shown["power"] == "FRANCE")
    assert france["messages"][2]["text"] == HOSTILE


@given(st.text(min_size=1))
def test_no_text_of_a_message_can_end_the_document(text):
    said = Message("FRANCE", ("ENGLAND",), text, (), Phase("S1901M"), 1, 1)
    board = Board()
    units = {power: tuple(map(Unit, own)) for power, own in board.units.items()}
    turn = Turn("standard", Phase("S1901M"), [said], units, board.centers, {Phase("S1901M"): {}})
    (case,) = cases([turn])
    prompt = judge_prompts("standard").prompt("judge", case.document, case.view.situation)
    shown = json.loads(prompt.removeprefix("```json\n").partition("\n```\n")[0])
    assert shown["messages"][0]["text"] == text
    assert json.loads(judged_by_rules(prompt)) == {"commitments": [], "intents": [], "withdrawals": [], "releases": []}


async def test_what_was_found_is_held_against_the_orders_by_rule(tmp_path):
    found = game(tmp_path / "run")
    await read([found], scripted())
    rows = {(row.source, row.recipient): row for row in judged_rows(found, judgement(found))}
    prose, pledge = rows["judge", "ENGLAND"], rows["pledge", "ITALY"]
    assert (prose.commitment, prose.verdict, prose.ordered) == ("out of ENG", "broken", ("F BRE - ENG",))
    assert (prose.account, prose.where, prose.quote) == ("lie", "negotiate 1", "I sail into the Channel")
    assert (pledge.verdict, pledge.account, pledge.where) == ("broken", "taken back", "message 4")


async def test_an_intent_that_was_written_later_is_a_mind_changed(tmp_path):
    found = game(tmp_path / "run")
    await read([found], scripted(lambda request: with_entry("intents", where="intent", quote="I break my word")
                                 if document(request)["power"] == "FRANCE" else NOTHING))  # fmt: skip
    (prose,) = (row for row in judged_rows(found, judgement(found)) if row.source == "judge")
    assert (prose.account, prose.where) == ("changed", "intent")


@pytest.mark.parametrize(
    ("name", "changed", "why"),
    [
        ("commitments", {"quote": "I shall never enter the Channel"}, "does not stand in message 1"),
        ("commitments", {"quote": "Marseilles goes to Spain"}, "does not stand in message 1"),
        ("commitments", {"quote": ""}, "does not stand in message 1"),
        ("commitments", {"number": 3}, "3 is no message of FRANCE"),
        ("commitments", {"to": "ITALY"}, "'ITALY' is no reader of message 1"),
        ("commitments", {"commitment": "be nice"}, "not understood"),
        ("commitments", {"commitment": "withdraw out of ENG"}, "promises nothing"),
        ("commitments", {"commitment": "A PAR - MOS"}, "A PAR - MOS"),
        ("intents", {"quote": "I sail into the Adriatic"}, "does not stand in the note negotiate 1"),
        ("intents", {"where": "plan"}, "there is no note 'plan'"),
        ("intents", {"stance": "maybe"}, "neither keep nor break"),
        ("intents", {"to": "FRANCE"}, "is no other power"),
        ("withdrawals", {"quote": "You can count on Marseilles"}, "does not stand in message 4"),
    ],
)
async def test_an_entry_that_cannot_stand_is_asked_for_again_and_then_refused(tmp_path, name, changed, why):
    def says(request):
        return with_entry(name, **changed) if document(request)["power"] == "FRANCE" else NOTHING

    found, model = game(tmp_path / "run"), scripted(says)
    await read([found], model)
    asked = [request for request in model.requests if document(request)["power"] == "FRANCE"]
    assert [request.key.attempt for request in asked] == [0, 1]
    assert why in document(asked[1])["correction"]["problems"][0]
    told = judgement(found)
    assert len(told.refused) == 1
    assert told.refused[0].startswith("S1901M FRANCE: ")
    assert why in told.refused[0]
    kept = {"commitments": told.commitments, "intents": told.intents, "withdrawals": told.endings}
    assert kept[name] == ()


async def test_a_correction_that_stands_is_what_counts(tmp_path):
    def says(request):
        wrong = document(request)["power"] == "FRANCE" and not request.key.attempt
        return with_entry("commitments", quote="never said") if wrong else right(request)

    found = game(tmp_path / "run")
    await read([found], scripted(says))
    assert judgement(found).refused == ()
    assert len(judgement(found).commitments) == 1


async def test_quotation_marks_and_blanks_of_another_kind_are_the_same_quote(tmp_path):
    quote = "out  of the\nEnglish Channel, you have my word."
    found = game(tmp_path / "run")
    await read([found], scripted(lambda request: with_entry("commitments", quote=quote)
                                 if document(request)["power"] == "FRANCE" else NOTHING))  # fmt: skip
    assert judgement(found).refused == ()


async def test_a_promise_that_is_declared_beside_its_message_is_not_found_again(tmp_path):
    entry = {"to": "ITALY", "commitment": "A MAR - SPA", "number": 2, "quote": "Marseilles goes to Spain"}
    found = game(tmp_path / "run")
    await read([found], scripted(lambda request: json.dumps({"commitments": [entry]})
                                 if document(request)["power"] == "FRANCE" else NOTHING))  # fmt: skip
    assert (judgement(found).commitments, judgement(found).refused) == ((), ())


async def test_one_call_that_fails_loses_no_other(tmp_path):
    def says(request):
        if document(request)["power"] == "ITALY":
            raise ModelError("too hot", kind="transient")
        return right(request)

    found = game(tmp_path / "run")
    assert await read([found], scripted(says)) == []
    assert judgement(found).unanswered == (("S1901M", "ITALY"),)
    assert len(judgement(found).commitments) == 1


def test_a_judge_of_no_use_is_not_asked_on(tmp_path):
    """One call at a time, a second each."""
    games = [game(tmp_path / f"run{number}", seed=number) for number in range(8)]

    class Slow:
        name = "scripted"

        def __init__(self, answers):
            self.answers, self.asked = answers, 0

        async def generate(self, request):
            self.asked += 1
            await asyncio.sleep(1.0)
            return Reply(self.answers(request), Usage(input=10, output=5))

    async def asked(model):
        return await read(games, model, gate=Gate("account", Connections(100), max_concurrency=1))

    useless, better = Slow(lambda _: "I would rather not."), Slow(right)
    (problem,) = run_virtual(asked(useless))
    assert "none of its first 10 answers could be used" in problem
    # One may be under way.
    assert 10 <= useless.asked <= 12
    assert run_virtual(asked(better)) == []
    # What was answered is asked once more with the reason, and what was not for the first time.
    assert better.asked == 24


async def test_the_same_words_are_not_asked_about_again(tmp_path):
    found, model = game(tmp_path / "run"), scripted()
    await read([found], model)
    log = (tmp_path / "run" / "judge" / "scripted" / "events.jsonl").read_bytes()
    await read([found], model)
    assert len(model.requests) == 3
    assert (tmp_path / "run" / "judge" / "scripted" / "events.jsonl").read_bytes() == log


async def test_words_that_differ_since_are_asked_about_alone(tmp_path):
    """As after a run was gone on with, or by a version that asks otherwise."""
    model = scripted()
    await read([game(tmp_path / "run")], model)
    more = MessageDelivered("S1901M", 2, 6, "ITALY", ["TURKEY"], "Peace?", [])
    later = game(tmp_path / "later", [*words(), more])
    shutil.copytree(tmp_path / "run" / "judge", tmp_path / "later" / "judge")
    (reading,) = prepared([later])
    assert (reading.done, reading.unasked) == (False, 1)
    await read([later], model)
    assert [document(request)["power"] for request in model.requests[3:]] == ["ITALY"]
    assert (judgement(later).asked, judgement(later).unanswered) == (3, ())
    assert len(judgement(later).commitments) == 1


async def test_killed_at_any_moment_it_comes_to_the_same_end_and_pays_for_nothing_twice(tmp_path):
    whole = game(tmp_path / "run")
    await read([whole], scripted())
    reading = tmp_path / "run" / "judge" / "scripted"
    journal, events = ((reading / name).read_bytes() for name in ("calls.jsonl", "events.jsonl"))
    lines = events.splitlines(keepends=True)
    ends = [0, *(at + 1 for at, byte in enumerate(journal) if byte == ord("\n"))]
    for number, size in enumerate((*range(0, len(journal), 997), *ends)):
        killed = game(tmp_path / str(number))
        path = tmp_path / str(number) / "judge" / "scripted"
        (path / "powers").mkdir(parents=True)
        (path / "calls.jsonl").write_bytes(journal[:size])
        # What died with the journal cannot have been told before it.
        (path / "events.jsonl").write_bytes(b"".join(lines if size == len(journal) else lines[:1]))
        answered = sum(end <= size for end in ends[1:])
        model = scripted()
        assert await read([killed], model) == []
        assert len(model.requests) == 3 - answered
        assert judgement(killed) == judgement(whole)


async def test_a_cap_holds_for_all_games_together_and_is_gone_on_from(tmp_path):
    games = [game(tmp_path / f"run{number}", seed=number) for number in range(4)]

    class Dear:
        name = "scripted"
        asked = 0

        async def generate(self, request):
            Dear.asked += 1
            return Reply(right(request), Usage(input=1000, output=100))

    (problem,) = set(await read(games, Dear(), most_tokens=15_000))
    assert "the cap of 15,000 tokens is reached" in problem
    assert 0 < Dear.asked < 12
    before = Dear.asked
    (problem,) = set(await read(games, Dear(), most_tokens=15_000))
    assert "the cap of 15,000 tokens is reached" in problem
    assert Dear.asked - before <= 3
    assert await read(games, Dear(), most_tokens=1_000_000) == []
    assert Dear.asked == 12
    assert all(judgement(found).unanswered == () for found in games)


async def test_the_games_own_files_are_not_touched(tmp_path):
    found = game(tmp_path / "run")
    before = {path.name: path.read_bytes() for path in (tmp_path / "run").iterdir()}
    await read([found], scripted())
    after = {path.name: path.read_bytes() for path in (tmp_path / "run").iterdir() if path.is_file()}
    assert after == before
