"""The style ``random``: legal orders drawn by lot, few words, no opinions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .prompt_reader import ParsedPrompt
from .temperament import seat
from .wording import name, place, templates


def _initialize(prompt: ParsedPrompt) -> dict[str, Any]:
    return {
        "goals": ["See where the dice fall", "Stay in the game"],
        "relationships": dict.fromkeys(prompt.others, "Neutral"),
    }


def _negotiate(prompt: ParsedPrompt) -> dict[str, Any]:
    luck = prompt.chance("wander", "negotiate", prompt.round)
    to = [] if not prompt.others or luck.random() < 0.5 else [luck.choice(prompt.others)]
    fields = {
        "me": name(prompt.me),
        "seat": seat(prompt.me, prompt.situation.terrain),
        "season": "spring" if prompt.situation.season == "S" else "fall",
    }
    texts = {
        power: luck.choice(templates()["random_style"]["messages"]).format(you=name(power), **fields) for power in to
    }
    return {
        "diary": "",
        "messages": [{"to": [power], "text": text, "pledges": []} for power, text in texts.items()],
    }


def _plan(_: ParsedPrompt) -> dict[str, Any]:
    return {"directive": "No plan: each unit draws lots."}


def _order(prompt: ParsedPrompt) -> dict[str, Any]:
    luck, situation = prompt.chance("wander", "order"), prompt.situation
    if situation.kind == "A":
        choices = [legal for legal in situation.legal_orders.values() if legal]
        drawn = luck.sample(choices, min(abs(situation.due), len(choices)))
    else:
        drawn = [legal for legal in situation.legal_orders.values() if legal]
    return {
        "reasoning": "Drawn by lot.",
        "intent": "",
        "orders": [luck.choice(legal) for legal in drawn],
        "vote_draw": False,
        "diary": "",
    }


def _reflect(prompt: ParsedPrompt) -> dict[str, Any]:
    owned = prompt.situation.centers[prompt.me]
    where = place(prompt.situation.terrain, owned[0]) if owned else "nowhere"
    return {
        "diary": f"Still here: {len(owned)} centre{'s' * (len(owned) != 1)}, from {where} on.",
        **_initialize(prompt),
    }


def _consolidate(prompt: ParsedPrompt) -> dict[str, Any]:
    count = len(prompt.situation.centers[prompt.me])
    return {"summary": f"Wandered through another year; {count} centre{'s' * (count != 1)} at the end of it."}


def _interview(_: ParsedPrompt) -> dict[str, Any]:
    return {"answer": "There was no reason. I draw my orders by lot."}


STEPS: Mapping[str, Callable[[ParsedPrompt], dict[str, Any]]] = {
    "initialize": _initialize,
    "negotiate": _negotiate,
    "plan": _plan,
    "order": _order,
    "reflect": _reflect,
    "consolidate": _consolidate,
    "interview": _interview,
}
