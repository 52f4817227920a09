"""Letters do not repeat themselves: no sentence, names, places, units and numbers apart, stands in over 2 % of the
messages of a game of twenty years; and the breaches of a game are confessed, but for a few."""

import asyncio
import re
from collections import Counter

import pytest
from staging import OFFLINE, play, seats

from ai_diplomacy.board.commitments import Commitment
from ai_diplomacy.board.terrain import terrain
from ai_diplomacy.game.config import GameConfig
from ai_diplomacy.offline.temperament import seat

pytestmark = pytest.mark.slow

GROUND = terrain()
MOST = 0.02
_SENTENCE = re.compile(r"(?<=[.!?])(?<!\bSt\.)\s+")
_NUMBER = re.compile(r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\d+)\b", re.IGNORECASE)
_PROPER = {
    *GROUND.names.values(),
    *(name.title() for name in GROUND.powers),
    *GROUND.adjectives.values(),
    *(seat(power, GROUND) for power in GROUND.powers),
}
_NAME = re.compile(rf"\b(?:the )?(?:{'|'.join(map(re.escape, sorted(_PROPER, key=len, reverse=True)))})\b")


@pytest.fixture(scope="module")
def game(tmp_path_factory):
    config = GameConfig(models=seats(OFFLINE), max_year=1920, seed=3)
    return asyncio.run(play(tmp_path_factory.mktemp("twenty") / "years", config))


def patterns(text):
    """Its sentences without what changes from one message to the next."""
    plain = re.sub(r"`[^`]*`|\b[AF] [A-Z]{3}\b", "ORDER", text)
    plain = _NUMBER.sub("N", re.sub(r"\b(?:army|fleet) in NAME", "UNIT", _NAME.sub("NAME", plain)))
    return {one for one in _SENTENCE.split(re.sub(r"NAME(?:, NAME)*(?: and NAME)+", "NAME", plain)) if one}


def test_names_places_units_and_numbers_are_masked():
    one = patterns("Rome to Vienna: my army in Venice goes to Tyrolia. Five centres, St. Petersburg!")
    assert one == patterns("Paris to London: my fleet in the English Channel goes to Belgium. Nine centres, Brest!")
    assert len(one) == 2


def test_no_sentence_stands_in_over_two_percent_of_the_messages(game):
    bodies = [event["body"] for event in game.events_of("message_delivered")]
    assert len(bodies) > 1000
    shares = Counter(pattern for body in bodies for pattern in patterns(body))
    assert [(pattern, count) for pattern, count in shares.most_common(5) if count > MOST * len(bodies)] == []
    assert max(map(len, bodies)) <= 140


def test_commitments_of_every_kind_are_made_and_most_are_kept(game):
    pledged = [Commitment(text) for event in game.events_of("message_delivered") for text in event["pledges"]]
    assert {one.promise.kind for one in pledged if one.promise} == {"order", "not", "out", "peace", "stays"}
    assert {one.ends for one in pledged} == {None, "withdraw", "release"}
    assert any(one.mutual for one in pledged)
    assert any(one.until for one in pledged)
    assert any(one.condition for one in pledged)
    verdicts = Counter(event["verdict"] for event in game.events_of("pledge_judged"))
    assert 0.8 < verdicts["kept"] / (verdicts["kept"] + verdicts["broken"]) < 0.98


def test_a_broken_promise_is_hardly_ever_passed_over_in_silence(game):
    intents = {(event["phase"], event["power"]): event["intent"] for event in game.events_of("orders_explained")}
    broken = [event for event in game.events_of("pledge_judged") if event["verdict"] == "broken"]
    assert len(broken) > 20
    told = [
        event
        for event in broken
        if f"`{Commitment(event['pledged']).promise}`" in intents.get((event["decided"], event["sender"]), "")
    ]
    assert 0.8 * len(broken) <= len(told)
    assert all(event["recipients"][0].title() in intents[event["decided"], event["sender"]] for event in told)
