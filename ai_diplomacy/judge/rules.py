"""The judge that needs no key: the rules by which pledges and accounts of breaches are read, asked as any model is.
Importing this enters it in the catalogue of providers."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Iterator, Mapping
from typing import Any

from ..board.commitment_text import read_commitment
from ..board.commitments import Commitment
from ..board.phase import Phase
from ..board.press import Message
from ..board.units import Unit
from ..models.ids import ModelId
from ..models.model import Reply, Request, Usage
from ..models.providers import ProviderSpec, register_provider
from ..promises.accounts import accounted
from ..promises.promised import Promised
from ..promises.turns import PrivateText, Turn
from .cases import seen_by

RULES = "rules"
register_provider(RULES, ProviderSpec("ai_diplomacy.judge.rules:RulesModel", in_process=True, names=lambda: ("",)))
_SENTENCE = re.compile(r"(?<=[.!?;:])\s+|\s+[\u2013\u2014]\s+")
_OWN = re.compile(r"\b(?:I|we|my|our)\b", re.IGNORECASE)
_DOCUMENT = re.compile(r"```json\n(\{.*\})\n```\n", re.DOTALL)


class RulesModel:
    """Answers from the prompt's text alone. Promises in prose are to it the English sentences in the first person that
    would be read as a pledge."""

    def __init__(self, model_id: ModelId) -> None:
        self.name = str(model_id)

    async def generate(self, request: Request) -> Reply:
        started, clock = time.time(), time.perf_counter()
        text = await asyncio.to_thread(judged_by_rules, request.prompt)
        used = Usage((len(request.system) + len(request.prompt)) // 4, len(text) // 4, cached=0, written=0)
        return Reply(text=text, usage=used, started=started, latency=time.perf_counter() - clock)


def judged_by_rules(prompt: str) -> str:
    """The reply to a judge's prompt."""
    found = _DOCUMENT.match(prompt)
    assert found is not None, "this is no question to a judge"
    document = json.loads(found[1])
    turn = _turn(document)
    power: str = document["power"]
    made, said = list(_declared(document, turn)), list(_said(power, turn))
    reply: dict[str, list[dict[str, Any]]] = {
        "commitments": [
            {"to": row.recipient, "commitment": row.commitment, "number": row.sequence, "quote": row.quote}
            for row in said
        ],
        "intents": [],
        "withdrawals": [],
        "releases": [],
    }
    for row in (*made, *said):
        told, mine = accounted(row, [turn]), row.sender == power
        entry = {"to": row.recipient if mine else row.sender, "commitment": row.commitment, "quote": told.quote}
        if told.on_purpose:
            reply["intents"].append(entry | {"stance": "break", "where": told.where})
        elif told.account in ("taken back", "let off") and mine == (told.account == "taken back"):
            ended = entry | {"number": int(told.where.removeprefix("message "))}
            reply["withdrawals" if mine else "releases"].append(ended)
    return json.dumps(reply)


def _turn(document: Mapping[str, Any]) -> Turn:
    """What the document tells of the turn, which is no order."""
    phase = Phase(document["phase"])
    notes = []
    for note in document["notes"]:
        step, _, round = note["where"].partition(" ")
        notes.append(PrivateText(step, int(round or 0), note["text"]))
    return Turn(
        map=document["map"],
        phase=phase,
        messages=[
            Message(
                *(told["from"], tuple(told["to"]), told["text"], tuple(map(Commitment, told["pledges"]))),
                *(phase, told["round"], told["number"]),
            )
            for told in document["messages"]
        ],
        units={power: tuple(map(Unit, units)) for power, units in document["units"].items()},
        centers=document["centers"],
        orders={phase: {}},
        private={document["power"]: notes},
    )


def _said(power: str, turn: Turn) -> Iterator[Promised]:
    """Each promise in the power's prose, with its words, as ``_declared`` gives pledges."""
    situation = seen_by(power, turn)
    for message in (message for message in turn.messages if message.sender == power):
        for sentence in _SENTENCE.split(message.body):
            line = read_commitment(sentence, situation, message.recipients) if _OWN.search(sentence) else None
            for commitment in line.commitments if line is not None else ():
                for reader in message.recipients if commitment.ends is None else ():
                    made = message.phase, message.round, message.sequence, power, reader, commitment
                    yield Promised(*made, "broken", turn.phase, quote=sentence)


def _declared(document: Mapping[str, Any], turn: Turn) -> Iterator[Promised]:
    """Each pledge of the power, and to it, as one that is broken in the phase, so that the rules tell why."""
    power = document["power"]
    for one in document["earlier_pledges"]:
        made = Phase(one["made"]), 0, 0, power, one["to"], Commitment(one["pledge"])
        yield Promised(*made, "broken", turn.phase)
    for message in turn.messages:
        readers = message.recipients if message.sender == power else (power,)
        for commitment in message.pledges:
            for reader in readers if commitment.ends is None else ():
                made = message.phase, message.round, message.sequence, message.sender, reader, commitment
                yield Promised(*made, "broken", turn.phase)
