"""What senders mean and readers believe: asked in private, told to nobody who plays, and asked of nobody by default."""

import json

import pytest
from staging import OFFLINE, QUIET, SCRIPTED, ScriptedModel, play, seats, situation_of

from ai_diplomacy.game.config import GameConfig
from ai_diplomacy.models.ids import ModelId

ASKED = ("meant", "beliefs", "number", "provisional")
"""What prompts, schemas and events hold only where it is asked for."""


def game(**settings):
    return GameConfig(models=seats(SCRIPTED), max_year=1901, rounds=2, **settings)


def talking(meant, percent):
    """Everybody writes to its neighbours in the alphabet and to all, and orders its units to hold."""

    def answer(request):
        powers, me = sorted(seats(SCRIPTED)), request.key.actor
        if request.key.step == "negotiate":
            after = powers[(powers.index(me) + 1) % 7]
            said = [{"to": [to], "text": f"{me} {request.key.round}"} for to in (after, "ALL")]
            return json.dumps({"diary": "", "messages": [message | {"meant": meant} for message in said]})
        if request.key.step in ("order", "provisional"):
            situation = situation_of(request)
            numbers = [
                shown["number"] for said in situation.get("press", {}).values() for shown in said if "number" in shown
            ]
            orders = [f"{unit} H" for unit in situation["legal_orders"] if situation["phase"][-1] == "M"]
            return json.dumps({"beliefs": {str(number): percent for number in numbers}, "orders": orders})
        return QUIET[request.key.step]

    return answer


def prompts(run):
    return {tuple(call["key"].values()): (call["request"]["system"], call["request"]["prompt"]) for call in run.calls}


async def test_with_both_off_nothing_of_them_is_asked(tmp_path):
    model = ScriptedModel(talking(True, 80))
    run = await play(tmp_path / "run", game(), model)
    assert {request.key.step for request in model.requests} == {"initialize", "negotiate", "order", "reflect"}
    for request in model.requests:
        assert not [word for word in ASKED if word in f"{request.system}{request.prompt}{json.dumps(request.schema)}"]
    assert not {event["type"] for event in run.events} & {"message_meant", "message_believed", "provisional_orders"}


async def test_no_prompt_depends_on_what_anybody_means_believes_or_would_order(tmp_path):
    """The same game twice, with every tag, belief and provisional order turned round."""
    asked = {"truth_tags": True, "provisional_orders": True}
    one = await play(tmp_path / "one", game(**asked), ScriptedModel(talking(True, 97)))

    def turned(request):
        return '{"orders": []}' if request.key.step == "provisional" else talking(False, 13)(request)

    other = await play(tmp_path / "other", game(**asked), ScriptedModel(turned))
    assert prompts(one) == prompts(other)
    told = {name: [run.events_of(name) for run in (one, other)] for name in ("message_meant", "message_believed")}
    for one_told, other_told in told.values():
        assert len(one_told) == len(other_told) > 0
    assert {event["meant"] for event in told["message_meant"][0]} == {True}
    assert {event["percent"] for event in told["message_believed"][1]} == {13}
    assert "97" not in "".join(text for both in prompts(one).values() for text in both)


async def test_every_reader_is_asked_of_what_it_got_in_the_phase_by_its_own_count(tmp_path):
    model = ScriptedModel(talking(True, 80))
    run = await play(tmp_path / "run", game(truth_tags=True), model)
    for request in (request for request in model.requests if request.key.step == "order"):
        shown = [message for said in situation_of(request).get("press", {}).values() for message in said]
        numbered = [message["number"] for message in shown if "number" in message]
        if request.key.phase[-1] != "M":
            assert not numbered
            assert '"beliefs"' not in request.prompt
            continue
        # Two rounds: a private message and six public ones.
        assert numbered == list(range(1, 15))
        mine = [message for message in shown if any(between.startswith(request.key.actor) for between in message)]
        assert mine
        assert not [message for message in mine if "number" in message]
    delivered = {event["sequence"]: event for event in run.events_of("message_delivered")}
    believed = run.events_of("message_believed")
    assert len(believed) == 2 * 7 * 14
    for event in believed:
        message = delivered[event["sequence"]]
        assert (event["sender"], event["phase"]) == (message["sender"], message["phase"])
        assert event["reader"] in message["recipients"] or message["recipients"] == ["ALL"]
    assert {event["sequence"] for event in run.events_of("message_meant")} == set(delivered)


async def test_in_retreats_and_winter_nobody_is_asked_again(tmp_path):
    run = await play(tmp_path / "run", GameConfig(models=seats(OFFLINE), max_year=1901, truth_tags=True))
    later = [
        call["request"]["prompt"]
        for call in run.calls
        if call["key"]["step"] == "order" and "A" in call["key"]["phase"]
    ]
    assert any('"press"' in prompt for prompt in later)
    assert not [prompt for prompt in later if '"number"' in prompt or '"beliefs"' in prompt]


async def test_what_is_not_said_is_not_known(tmp_path):
    model = ScriptedModel(talking("partly", "rather not"))
    run = await play(tmp_path / "run", game(truth_tags=True), model)
    assert run.events_of("message_delivered")
    assert not run.events_of("message_meant")
    assert not run.events_of("message_believed")
    assert sum(row["defaulted_steps"] + row["reasked"] for row in run.figures.values()) == 0


async def test_beliefs_of_a_first_reply_stand_where_the_corrected_one_has_none(tmp_path):
    def answer(request):
        if (request.key.actor, request.key.step) != ("FRANCE", "order"):
            return talking(True, 80)(request)
        if request.key.attempt:
            return '{"beliefs": {"1": 10}, "orders": []}'
        return '{"beliefs": {"1": 90, "2": 90, "99": 90}, "orders": ["A PAR - MOS"]}'

    run = await play(tmp_path / "run", game(truth_tags=True, end_at_phase="S1901M"), ScriptedModel(answer))
    believed = [event["percent"] for event in run.events_of("message_believed") if event["reader"] == "FRANCE"]
    assert believed == [10, 90]


async def test_a_story_shows_a_power_its_own_tags_alone(tmp_path):
    def answer(request):
        return talking(request.key.actor != "FRANCE", 80)(request)

    run = await play(tmp_path / "run", game(truth_tags=True), ScriptedModel(answer))
    france, germany = ((run.path / "powers" / f"{power}.md").read_text() for power in ("FRANCE", "GERMANY"))
    assert "- **to Germany:** FRANCE 1 *(not meant)*" in france
    assert "*(meant)*" not in france
    assert "- **France:** FRANCE 1\n" in germany
    assert "not meant" not in germany


@pytest.mark.slow
@pytest.mark.parametrize("name", ["", "random"])
@pytest.mark.parametrize("constrain", ["shape", "orders"])
async def test_the_offline_model_plays_the_same_game_whether_it_is_asked_or_not(tmp_path, name, constrain):
    models = seats(ModelId("offline", name)) if name else seats(OFFLINE)
    runs = {}
    for tags, provisional in ((False, False), (True, False), (False, True), (True, True)):
        config = GameConfig(
            models=models,
            max_year=1902,
            seed=3,
            constrain=dict.fromkeys(models, constrain),
            truth_tags=tags,
            provisional_orders=provisional,
        )
        run = runs[tags, provisional] = await play(tmp_path / f"{tags} {provisional}", config)
        assert run.orders() == runs[False, False].orders()
        delivered = run.events_of("message_delivered")
        assert len(run.events_of("message_meant")) == tags * len(delivered)
        assert bool(run.events_of("message_believed")) == tags
    asked = [call for call in runs[True, True].calls if call["key"]["step"] == "provisional"]
    assert len(asked) > len(runs[True, True].events_of("provisional_orders")) * 0.95 > 0
