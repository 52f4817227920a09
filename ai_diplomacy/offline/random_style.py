"""The style ``random``: legal orders drawn by lot, few words, no opinions."""

from __future__ import annotations

from typing import Any

from .prompt_reader import ParsedPrompt
from .temperament import seat
from .wording import centres, name, place, templates


def reply(prompt: ParsedPrompt) -> dict[str, Any]:
    """What it says, step by step."""
    match prompt.step:
        case "initialize":
            return _opinions(prompt)
        case "provisional":
            return {"orders": _orders(prompt)}
        case "negotiate":
            return {"diary": "", "messages": _messages(prompt)}
        case "plan":
            return {"directive": "No plan: each unit draws lots."}
        case "order":
            believed = {str(message.number): 50 for message in prompt.press if message.number}
            told = {"reasoning": "Drawn by lot.", **({"beliefs": believed} if believed else {}), "intent": ""}
            return {**told, "orders": _orders(prompt), "vote_draw": False, "diary": ""}
        case "reflect":
            owned = prompt.situation.centers[prompt.me]
            where = place(prompt.situation.terrain, owned[0]) if owned else "nowhere"
            return {"diary": f"Still here: {centres(len(owned))}, from {where} on.", **_opinions(prompt)}
        case "consolidate":
            count = len(prompt.situation.centers[prompt.me])
            return {"summary": f"Wandered through another year; {centres(count)} at the end of it."}
        case _:
            return {"answer": "There was no reason. I draw my orders by lot."}


def _opinions(prompt: ParsedPrompt) -> dict[str, Any]:
    goals = ["See where the dice fall", "Stay in the game"]
    return {"goals": goals, "relationships": dict.fromkeys(prompt.others, "Neutral")}


def _messages(prompt: ParsedPrompt) -> list[dict[str, Any]]:
    luck = prompt.chance("wander", "negotiate", prompt.round)
    if not prompt.others or luck.random() < 0.5:
        return []
    to = luck.choice(prompt.others)
    text = luck.choice(templates()["random_style"]["messages"]).format(
        you=name(to),
        me=name(prompt.me),
        seat=seat(prompt.me, prompt.situation.terrain),
        season="spring" if prompt.situation.season == "S" else "fall",
    )
    meant = {"meant": True} if '"meant"' in prompt.form else {}
    return [{"to": [to], "text": text, **meant, "pledges": []}]


def _orders(prompt: ParsedPrompt) -> list[str]:
    luck, situation = prompt.chance("wander", "order"), prompt.situation
    choices = [legal for legal in situation.legal_orders.values() if legal]
    if situation.kind == "A":
        choices = luck.sample(choices, min(abs(situation.due), len(choices)))
    return [luck.choice(legal) for legal in choices]
