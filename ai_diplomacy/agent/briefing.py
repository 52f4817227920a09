"""The situation document of one step: what the power sees, has heard and remembers, as plain JSON data, part by part.

What stays as it is through a phase comes first: the prompts of a power in one phase begin alike, which vendors' caches
charge less for. What grows has a rule that keeps the end of a game near the size of its beginning: what belongs to the
turn that is played, and to the one before, stands whole; diary entries of turns before that are cut to their beginning
until the summary of their year is in force, which covers all years so far.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from ..board.player import PledgeOutcome, Question, StandingPledge, View
from ..board.press import Message
from ..board.situation_document import result_document, written_document_of
from .memory import DiaryEntry, Memory

MOST_RETURNED = 8
"""Returned messages that a prompt tells of one by one."""
OLD_ENTRIES, OLD_ENTRY = 3, 50
"""So many diary entries that are older than the turn before are shown, the last ones, and so many characters of each,
until a summary tells of their year."""
AWAITING = 120
"""The same of a message of the turn before that was not answered."""

# fmt: off
PARTS = (
    "game", "map", "phase", "you", "last_year", "powers", "neutral", "homes", "dislodged", "adjustments",
    "disband_order", "nearby", "threats", "legal_orders", "last_turn", "earlier_turns", "pledges", "standing", "past",
    "goals", "relationships", "earlier_press", "press", "awaiting", "unanswered", "diary", "directive", "question",
    "step", "returned", "correction",
)
# fmt: on
"""The parts of a document, in their order. Those that would be empty are left out."""


def briefing(step: Question, view: View, memory: Memory) -> dict[str, Any]:
    """The document that the step's prompt carries. Only what this power may read goes in."""
    situation = dict(written_document_of(view.situation))
    if step in ("reflect", "consolidate", "initialize", "interview"):
        # Nothing is ordered in these steps, and after a turn the last orders matter more than the next ones.
        situation.pop("legal_orders", None)
    asked = f"{step} {view.round} of {view.rounds}" if step in ("negotiate", "provisional") else step
    feels = step not in ("initialize", "consolidate")
    remembered = {
        "goals": list(memory.goals) if feels else [],
        "relationships": _by_word(memory.relationships) if feels else {},
        "past": "" if memory.past is None else f"to {memory.past.year}: {memory.past.text}",
        "diary": _diary(memory.unsummarised(), view),
        "directive": memory.directive if memory.directive_phase == view.situation.phase else "",
    }
    heard = {
        "earlier_turns": {str(result.phase): result_document(result) for result in view.earlier},
        "earlier_press": {
            str(phase): _by_round(message for message in view.earlier_press if message.phase == phase)
            for phase in dict.fromkeys(message.phase for message in view.earlier_press)
        },
        "press": _by_round(view.press, {message: number for number, message in view.numbered.items()}),
        "awaiting": [_shown(message, AWAITING) for message in view.awaiting]
        if step in ("negotiate", "provisional")
        else [],
        "unanswered": list(view.unanswered),
        "returned": _returned(view),
        "pledges": _promised(view.pledges),
        "standing": _promised(view.standing),
    }
    document = {"game": view.game, "step": asked, **situation, "last_year": view.last_year, **remembered, **heard}
    return {part: document[part] for part in PARTS if document.get(part)}


def _diary(entries: Sequence[DiaryEntry], view: View) -> list[str]:
    recent = min((result.phase for result in (*view.earlier, *view.situation.recent)), default=view.phase)
    whole = [str(entry) for entry in entries if entry.phase >= recent]
    old = [_beginning(str(entry), OLD_ENTRY) for entry in entries if entry.phase < recent]
    return old[-OLD_ENTRIES:] + whole


def _by_word(relationships: Mapping[str, str]) -> dict[str, str]:
    """Word -> the powers to which this one stands so."""
    words = dict.fromkeys(relationships.values())
    return {word: " ".join(power for power, one in relationships.items() if one == word) for word in words}


def _beginning(text: str, characters: int) -> str:
    return text if len(text) <= characters else f"{text[: characters - 1].rstrip()}…"


def _by_round(
    messages: Iterable[Message], numbers: Mapping[Message, int] = MappingProxyType({})
) -> dict[str, list[dict[str, Any]]]:
    rounds: dict[str, list[dict[str, Any]]] = {}
    for message in messages:
        number = {"number": numbers[message]} if message in numbers else {}
        rounds.setdefault(str(message.round), []).append(_shown(message) | number)
    return rounds


def numbers_shown(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Of the messages in a document that its reader may tell its belief of."""
    shown = (message for round in document.get("press", {}).values() for message in round)
    return tuple(str(message["number"]) for message in shown if "number" in message)


def _shown(message: Message, characters: int | None = None) -> dict[str, str]:
    """``{"ITALY to TURKEY": text}``, with the pledges beside it. The key holds nothing that a player has written."""
    text = message.body if characters is None else _beginning(message.body, characters)
    shown = {f"{message.sender} to {', '.join(message.recipients)}": text}
    return shown | {"pledges": ", ".join(message.pledges)} if message.pledges else shown


def _promised(pledges: Iterable[PledgeOutcome | StandingPledge]) -> dict[str, str]:
    """``{"ITALY to TURKEY": "A VEN H kept, out of ION broken by F NAP - ION"}``; what still holds stands alone."""
    found: dict[str, list[str]] = {}
    for pledge in pledges:
        told = _outcome(pledge) if isinstance(pledge, PledgeOutcome) else ""
        found.setdefault(f"{pledge.sender} to {', '.join(pledge.recipients)}", []).append(f"{pledge.pledged}{told}")
    return {heading: ", ".join(pledged) for heading, pledged in found.items()}


def _outcome(pledge: PledgeOutcome) -> str:
    by = f" by {' and '.join(pledge.ordered) or 'no order'}" if pledge.verdict == "broken" else ""
    return f" {pledge.verdict}{by}"


def _returned(view: View) -> Sequence[str]:
    notices = [f"{notice.detail} ({notice.body[:60]})" for notice in view.returned]
    more = len(notices) - MOST_RETURNED
    return notices if more <= 0 else [*notices[:MOST_RETURNED], f"and {more} more"]
