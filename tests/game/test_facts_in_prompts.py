"""Whatever is left out of a prompt to keep it short, what a power needs for its decision stands in it."""

import asyncio
import json

import pytest

from ai_diplomacy.agent import agent
from ai_diplomacy.board.situation_document import ungrouped
from ai_diplomacy.board.terrain import terrain
from ai_diplomacy.game.config import GameConfig
from ai_diplomacy.game.play import play_game
from ai_diplomacy.models.ids import ModelId
from ai_diplomacy.models.layers import OpenedModel
from ai_diplomacy.offline.model import OfflineModel


class Watched:
    """The offline model, whose every prompt is held against what its power could see."""

    def __init__(self, seen):
        self._model = OfflineModel(ModelId("offline", ""))
        self.name = self._model.name
        self._seen = seen
        self.prompts = 0

    async def generate(self, request):
        view = self._seen[request.key.actor]
        check_facts(request, view)
        self.prompts += 1
        return await self._model.generate(request)


def check_facts(request, view):
    text = request.prompt
    start = text.index("```json\n") + 8
    told = json.loads(text[start : text.index("\n```", start)])
    situation, me, step = view.situation, request.key.actor, request.key.step
    assert told["you"] == me
    assert told["phase"] == situation.phase
    for power, units in situation.units.items():
        listed, _, owned = told["powers"].get(power, "").partition("owns ")
        assert [unit for unit in listed.rstrip("; ").split(", ") if unit] == list(units)
        assert owned.split() == list(situation.centers[power])
    if step in ("negotiate", "plan", "order"):
        assert {unit: ungrouped(unit, legal) for unit, legal in told.get("legal_orders", {}).items()} == dict(
            situation.legal_orders
        )
    said = [
        (int(round), *heading.split(" to "), body, shown.get("pledges", ""))
        for round, shown_all in told.get("press", {}).items()
        for shown in shown_all
        for heading, body in shown.items()
        if heading != "pledges"
    ]
    assert said == [
        (m.round, m.sender, ", ".join(m.recipients), m.body, ", ".join(m.pledges))
        for m in sorted(view.press, key=lambda message: message.round)
    ]
    failed = {
        f"{order} ({', '.join(result.outcome(order))})"
        for result in situation.recent
        for orders in result.orders.values()
        for order in orders
        if result.outcome(order)
    }
    turn = told.get("last_turn", {})
    shown = {
        order
        for phase in turn.values()
        for orders in phase.values()
        if isinstance(orders, str)
        for order in orders.split("; ")
    }
    assert failed <= shown
    assert promised(told.get("pledges", {})) == sorted(
        (p.sender, ", ".join(p.recipients), f"{p.pledged} {p.verdict}{_by(p)}") for p in view.pledges
    )
    assert promised(told.get("standing", {})) == sorted(
        (p.sender, ", ".join(p.recipients), p.pledged) for p in view.standing
    )


def promised(told):
    """Who promised what to whom, and what became of it."""
    return sorted((*heading.split(" to "), one) for heading, listed in told.items() for one in listed.split(", "))


def _by(outcome):
    return f" by {' and '.join(outcome.ordered) or 'no order'}" if outcome.verdict == "broken" else ""


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_prompt_of_a_long_game_holds_the_facts(seed, tmp_path, monkeypatch):
    seen = {}
    brief = agent.briefing

    def noted(step, view, memory):
        seen[view.situation.power] = view
        return brief(step, view, memory)

    monkeypatch.setattr(agent, "briefing", noted)
    model = Watched(seen)
    powers = terrain().powers
    config = GameConfig(models=dict.fromkeys(powers, ModelId("offline", "")), max_year=1910, seed=seed)
    asyncio.run(play_game(config, tmp_path / "run", started=0.0, open_model=lambda _: OpenedModel(model)))
    assert model.prompts > 300


@pytest.mark.slow
def test_no_prompt_is_larger_than_the_window(tmp_path):
    window, most = 3000, 600
    powers = terrain().powers
    sizes = []

    class Measured(OfflineModel):
        async def generate(self, request):
            sizes.append((len(request.system) + len(request.prompt)) / 4)
            return await super().generate(request)

    measured = Measured(ModelId("offline", ""))
    config = GameConfig(
        models=dict.fromkeys(powers, ModelId("offline", "")),
        max_year=1905,
        default_max_tokens=most,
        context_window=window,
    )
    asyncio.run(play_game(config, tmp_path / "run", started=0.0, open_model=lambda _: OpenedModel(measured)))
    assert max(sizes) + most <= window
    lines = (tmp_path / "run" / "events.jsonl").read_text().splitlines()
    told = [event for event in map(json.loads, lines) if event["type"] == "prompt_shortened"]
    assert told
    assert all(event["left_out"] and event["context_window"] == window for event in told)
