"""What is said in private of what was said in press: whether it means its own words, and how far it trusts others'."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .assessment import Assessment
from .intents import UnderstoodMessage
from .round_plan import PlannedMessage

_PROMISING = frozenset(
    (
        *("alliance", "alliance_against", "zone", "peace", "offer_support", "confirm", "confirm_zone"),
        *("counter_alliance", "accept_alliance", "accept_zone", "accept_peace", "accept_support", "accept_help"),
        "accept_coalition",
    )
)
"""Purposes of messages that promise something, with pledges or without."""
_USUAL, _A_LEVEL = 60, 13
"""Per cent for a power that is Neutral, and for each level of the relationship."""
_PAST = {"kept": 10, "supported": 8, "bounced": -5, "attacked": -15, "broke": -25, "took": -20}
"""What its last turn adds, once a kind."""
_REFUSALS = frozenset(("decline", "warning"))
_REFUSED = 15
"""A no is seldom a lie."""
_SUREST = (5, 95)


def tagged(
    written: Sequence[Mapping[str, Any]], messages: Sequence[PlannedMessage], betrayed: str | None
) -> list[dict[str, Any]]:
    """The messages in words, each with whether it is meant: no promise is to a power that will be betrayed."""
    return [
        {**words, "meant": not (betrayed in planned.to and _promises(planned))}
        for words, planned in zip(written, messages, strict=True)
    ]


def _promises(planned: PlannedMessage) -> bool:
    return bool(planned.pledges or planned.zone) or planned.purpose.removesuffix("_pledged") in _PROMISING


def beliefs(assessment: Assessment) -> dict[str, int]:
    """Number of a message -> per cent, by how it stands to the sender, and what that one has done; none where messages
    have no numbers, as nobody asks."""
    return {str(heard.message.number): _belief(assessment, heard) for heard in assessment.press if heard.message.number}


def _belief(assessment: Assessment, heard: UnderstoodMessage) -> int:
    if "odd" in heard.intents:
        return _SUREST[0]
    done = {event.kind for event in assessment.events if event.power == heard.sender}
    percent = _USUAL + _A_LEVEL * assessment.prompt.stance(heard.sender) + sum(_PAST.get(kind, 0) for kind in done)
    percent += _REFUSED * bool(heard.intents & _REFUSALS) + round(20 * (assessment.nature.trust - 0.5))
    return min(max(percent, _SUREST[0]), _SUREST[1])
