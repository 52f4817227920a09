"""What is said in private of what was said in press: whether it means its own words, and how far it trusts others'."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .assessment import Assessment
from .confessing import unmeant
from .intents import UnderstoodMessage
from .round_plan import PlannedMessage
from .trust import trust

_LEAST, _A_LEVEL, _TRUSTED = 25, 13, 60
"""Per cent for a power that is Neutral and not trusted at all, for each level of the relationship, and for trust."""
_PAST = {"kept": 10, "supported": 8, "bounced": -5, "attacked": -15, "broke": -10, "took": -20}
"""What its last turn adds, once a kind."""
_REFUSALS = frozenset(("decline", "warning"))
_REFUSED = 15
"""A no is seldom a lie."""
_SUREST = (5, 95)


def tagged(
    assessment: Assessment, written: Sequence[Mapping[str, Any]], messages: Sequence[PlannedMessage]
) -> list[dict[str, Any]]:
    """The messages in words, each with whether it is meant: none is that promises what will be broken on purpose."""
    return [
        {**words, "meant": not unmeant(assessment, planned)} for words, planned in zip(written, messages, strict=True)
    ]


def beliefs(assessment: Assessment) -> dict[str, int]:
    """Number of a message -> per cent, by how it stands to the sender, and what that one has done; none where messages
    have no numbers, as nobody asks."""
    return {str(heard.message.number): _belief(assessment, heard) for heard in assessment.press if heard.message.number}


def _belief(assessment: Assessment, heard: UnderstoodMessage) -> int:
    if "odd" in heard.intents:
        return _SUREST[0]
    sender = heard.sender
    done = {event.kind for event in assessment.events if event.power == sender}
    percent = _LEAST + _A_LEVEL * assessment.prompt.stance(sender) + round(_TRUSTED * trust(assessment, sender))
    percent += sum(_PAST.get(kind, 0) for kind in done) + _REFUSED * bool(heard.intents & _REFUSALS)
    return min(max(percent, _SUREST[0]), _SUREST[1])
