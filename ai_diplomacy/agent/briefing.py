"""The situation document of one step: what the power sees, has heard and remembers, as plain JSON data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..board.player import Question, View
from .memory import Memory

MOST_RETURNED = 8
"""Returned messages that a prompt tells of one by one."""


def briefing(step: Question, view: View, memory: Memory) -> dict[str, Any]:
    """The document that the step's prompt carries. Only what this power may read goes in; empty parts are left out."""
    situation = view.situation.document()
    if step in ("reflect", "consolidate", "initialize", "interview"):
        # Nothing is ordered in these steps, and after a turn the last orders matter more than the next ones.
        del situation["legal_orders"]
    asked: dict[str, Any] = {"name": step}
    if step == "negotiate":
        asked |= {"round": view.round, "rounds": view.rounds}
    # Entries of a year and a half: that long it takes until a summary of a year is in force.
    recent = 3 * (view.rounds + 2)
    feels = step not in ("initialize", "consolidate")
    remembered = {
        "goals": list(memory.goals) if feels else [],
        "relationships": dict(memory.relationships) if feels else {},
        "past": [f"{summary.year}: {summary.text}" for summary in memory.past],
        "diary": [str(entry) for entry in memory.unsummarised()[-recent:]],
        "directive": memory.directive if memory.directive_phase == view.situation.phase else "",
    }
    heard = {
        "press": [message.document() for message in view.press],
        "awaiting": [message.document() for message in view.awaiting] if step == "negotiate" else [],
        "unanswered": list(view.unanswered),
        "returned": _returned(view),
        "pledges": [
            {
                "from": pledge.sender,
                "to": list(pledge.recipients),
                "pledged": pledge.pledged,
                "ordered": pledge.ordered,
                "kept": pledge.kept,
            }
            for pledge in view.pledges
        ],
    }
    return {
        "game": view.game,
        "step": asked,
        **situation,
        "last_year": view.last_year,
        **{key: value for key, value in (remembered | heard).items() if value},
    }


def _returned(view: View) -> Sequence[str]:
    notices = [f"{notice.detail} ({notice.body[:60]})" for notice in view.returned]
    more = len(notices) - MOST_RETURNED
    return notices if more <= 0 else [*notices[:MOST_RETURNED], f"and {more} more"]
