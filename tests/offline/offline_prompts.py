"""Prompts for the offline model, built from real positions."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from ai_diplomacy.agent.replies import (
    ConsolidateReply,
    InitializeReply,
    NegotiateReply,
    OrderReply,
    PlanReply,
    ReflectReply,
    StepReply,
    read_reply,
)
from ai_diplomacy.board.board import Board
from ai_diplomacy.board.situation import Situation
from ai_diplomacy.board.situation_document import document_of
from ai_diplomacy.offline.strategist import answer

SHAPES: Mapping[str, type[StepReply]] = {
    "initialize": InitializeReply,
    "negotiate": NegotiateReply,
    "plan": PlanReply,
    "order": OrderReply,
    "reflect": ReflectReply,
    "consolidate": ConsolidateReply,
}


def document(situation: Situation, step: str, *, round: int = 1, **more: Any) -> dict[str, Any]:
    """``press``, ``awaiting``, ``pledges``, ``standing`` and ``relationships`` as ``sent`` and tables have them."""
    asked = f"{step} {round} of 2" if step == "negotiate" else step
    content = {"game": "test", "step": asked, **document_of(situation), "last_year": situation.year + 1, **more}
    if "press" in more:
        rounds = sorted({message["round"] for message in more["press"]})
        content["press"] = {
            str(at): [_shown(message) for message in more["press"] if message["round"] == at] for at in rounds
        }
    if "awaiting" in more:
        content["awaiting"] = [_shown(message) for message in more["awaiting"]]
    if "pledges" in more:
        content["pledges"] = _by_pair(
            {**one, "told": one["pledged"] + (" kept" if one["kept"] else f" broken by {one['ordered']}")}
            for one in more["pledges"]
        )
    if "standing" in more:
        content["standing"] = _by_pair({**one, "told": one["pledged"]} for one in more["standing"])
    if "relationships" in more:
        words = dict.fromkeys(more["relationships"].values())
        content["relationships"] = {
            word: " ".join(power for power, one in more["relationships"].items() if one == word) for word in words
        }
    return content


def _by_pair(pledges: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for one in pledges:
        found.setdefault(f"{one['from']} to {', '.join(one['to'])}", []).append(one["told"])
    return {heading: ", ".join(told) for heading, told in found.items()}


def _shown(message: Mapping[str, Any]) -> dict[str, Any]:
    shown = {f"{message['from']} to {', '.join(message['to'])}": message["text"]}
    return shown | ({"pledges": ", ".join(message["pledges"])} if message.get("pledges") else {})


def prompt(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, ensure_ascii=False)
    return f"You are a diplomat.\n\n```json\n{text}\n```\n\nReply like this:\n```json\n{{}}\n```\n"


def ask(situation: Situation, step: str, *, style: str = "strategist", **more: Any) -> Any:
    """The reply in its shape. A reply that cannot be read is asked for again, as an agent does."""
    content = document(situation, step, **more)
    read = read_reply(answer(prompt(content), style=style), SHAPES[step])
    if read.value is None or (read.repaired and "correction" not in more):
        content["correction"] = {"your_reply": "?", "problems": [read.problem or "?"]}
        read = read_reply(answer(prompt(content), style=style), SHAPES[step])
    assert read.value is not None, read.problem
    return read.value


def clean(situation: Situation, step: str, **more: Any) -> Any:
    """The reply to a re-ask: what the model means, without injected errors."""
    return ask(situation, step, correction={"your_reply": "?", "problems": ["?"]}, **more)


def sent(sender: str, to: str, text: str, *pledges: str, round: int = 1) -> dict[str, Any]:
    return {"from": sender, "to": [to], "round": round, "text": text, "pledges": list(pledges)}


@cache
def opening(power: str = "FRANCE", map_name: str = "standard") -> Situation:
    return Board(map_name).situation(power)


@cache
def positions(map_name: str, phases: int, seed: int = 0) -> tuple[Situation, ...]:
    """Every position with a choice in the first phases of a game of random moves."""
    board, luck = Board(map_name), random.Random(seed)
    found: list[Situation] = []
    for _ in range(phases):
        if board.completed:
            break
        seen = [board.situation(power) for power in board.choosers()]
        found += seen
        for situation in seen:
            orders = [luck.choice(legal) for legal in situation.legal_orders.values()]
            due = abs(situation.due) if situation.kind == "A" else len(orders)
            board.submit(situation.power, orders[:due])
        board.adjudicate()
    return tuple(found)


def after_spring(moves: Mapping[str, list[str]], power: str) -> Situation:
    """The position of the fall of 1901 after these orders; whoever has none holds."""
    board = Board()
    for mover, orders in moves.items():
        report = board.submit(mover, orders)
        assert not report.rejected, report.rejected
    board.adjudicate()
    assert board.phase == "F1901M"
    return board.situation(power)
