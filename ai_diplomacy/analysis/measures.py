"""The measures of an analysis. Each is a ratio of two sums over a player's seats, which is what makes its mean, its
error and its comparison the same arithmetic for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Group = Literal["score", "orders", "press", "honesty", "relations", "calls"]

GROUPS: Mapping[Group, str] = {
    "score": "Scores",
    "orders": "Orders",
    "press": "Press",
    "honesty": "Honesty",
    "relations": "Relationships",
    "calls": "Calls and cost",
}


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of a player: the sum of ``over`` through the sum of ``under``, both as ``tallies`` counts them."""

    name: str
    title: str
    group: Group
    over: str
    under: str
    share: bool = False
    """Whether it lies between 0 and 1, and is shown in per cent."""
    digits: int = 2
    what: str = ""
    """A sentence on it."""


def _orders() -> list[Measure]:
    kinds = {
        "hold": "holds",
        "move": "moves",
        "support_own": "supports of own units",
        "support_other": "supports of others' units",
        "convoy_own": "convoys of own armies",
        "convoy_other": "convoys of others' armies",
    }
    shares = [
        Measure(
            f"share_{kind}",
            f"{words}, share",
            "orders",
            kind,
            "movement_orders",
            share=True,
            what=f"Orders of a movement phase that are {words}.",
        )
        for kind, words in kinds.items()
    ]
    success = [
        Measure(
            f"success_{kind}",
            f"{words}, success",
            "orders",
            f"{kind}_done",
            kind,
            share=True,
            what=f"Those {words} of which the adjudicator reports no failure.",
        )
        for kind, words in kinds.items()
    ]
    return [*shares, *success]


MEASURES: tuple[Measure, ...] = (
    Measure("centers", "centres", "score", "centers", "seats", what="Supply centres at the end."),
    Measure(
        "survival", "survival", "score", "survived", "seats", share=True, what="A centre or a unit left at the end."
    ),
    Measure("solo", "solos", "score", "solo", "seats", share=True, what="Games won alone."),
    Measure(
        "draw_size",
        "draw-size score",
        "score",
        "draw_size",
        "seats",
        digits=3,
        what="1 for a solo, 1/n for n who share the game.",
    ),
    Measure(
        "sum_of_squares",
        "sum-of-squares score",
        "score",
        "sum_of_squares",
        "seats",
        digits=3,
        what="Squared centres over the sum of all squares; a solo takes all.",
    ),
    Measure(
        "diplobench",
        "Diplobench-style score",
        "score",
        "diplobench",
        "seats",
        what="Survivor: the last year's number plus centres; eliminated: that year's number; a solo adds years left.",
    ),
    Measure("rank", "rank", "score", "rank", "seats", what="Mean place, 1 is best."),
    Measure(
        "legal_before",
        "orders legal before repair",
        "orders",
        "legal_first",
        "given",
        share=True,
        what="Order texts of the first reply that stood.",
    ),
    Measure(
        "legal_after",
        "orders legal after repair",
        "orders",
        "standing",
        "handed_in",
        share=True,
        what="The same for the reply that counted in the end.",
    ),
    *_orders(),
    Measure(
        "messages",
        "messages a phase",
        "press",
        "messages",
        "movement_phases",
        what="Messages sent in a movement phase.",
    ),
    Measure("public", "public messages", "press", "public", "messages", share=True, what="Messages to all."),
    Measure(
        "characters", "characters a message", "press", "characters", "messages", digits=0, what="Length of a message."
    ),
    Measure(
        "reply_rate",
        "reply rate",
        "press",
        "answered",
        "able",
        share=True,
        what="Private messages that it could answer and did, in a later round or the next movement phase.",
    ),
    Measure(
        "pledges",
        "pledges a phase",
        "honesty",
        "pledges",
        "movement_phases",
        what="Orders promised in a movement phase, each once a reader.",
    ),
    Measure(
        "kept",
        "pledges kept",
        "honesty",
        "pledges_kept",
        "pledges_due",
        share=True,
        what="Of the pledges that were due (kept or broken).",
    ),
    Measure(
        "on_purpose",
        "broken on purpose",
        "honesty",
        "pledges_on_purpose",
        "pledges_due",
        share=True,
        what="Of the pledges due: broken, and said so in private before ordering.",
    ),
    Measure("voided", "voided by events", "honesty", "pledges_voided", "pledges", share=True, what="Of all pledges."),
    Measure(
        "retracted", "retracted in time", "honesty", "pledges_retracted", "pledges", share=True, what="Of all pledges."
    ),
    Measure(
        "contradictory",
        "contradictory",
        "honesty",
        "pledges_contradictory",
        "pledges",
        share=True,
        what="Of all pledges: another order for the unit was promised to somebody else.",
    ),
    Measure(
        "relation_gap",
        "relationship gap",
        "relations",
        "gap",
        "pairs",
        what="Levels (of five) between its view of a power and that power's view of it.",
    ),
    Measure(
        "relation_equal",
        "views that match",
        "relations",
        "equal",
        "pairs",
        share=True,
        what="Views of another power that are the same from both sides.",
    ),
    Measure("latency", "seconds a call", "calls", "latency", "answered_calls", what="From sending to the whole reply."),
    Measure(
        "waited",
        "seconds waited a call",
        "calls",
        "waited",
        "answered_calls",
        what="Queues, pauses and failed attempts.",
    ),
    Measure(
        "calls", "calls a seat", "calls", "calls", "seats", digits=1, what="Answered calls of one seat in one game."
    ),
    Measure(
        "input_tokens", "input tokens a seat", "calls", "input_tokens", "seats", digits=0, what="Of its answered calls."
    ),
    Measure(
        "output_tokens",
        "output tokens a seat",
        "calls",
        "output_tokens",
        "seats",
        digits=0,
        what="Of its answered calls, reasoning included.",
    ),
    Measure(
        "cost",
        "cost a seat, $",
        "calls",
        "cost",
        "seats",
        digits=4,
        what="Of the answered calls of one seat in one game. Unknown where a price is.",
    ),
    Measure(
        "cost_a_center",
        "cost a centre, $",
        "calls",
        "cost",
        "centers",
        digits=4,
        what="The same over the centres at the end.",
    ),
    Measure(
        "cost_lost",
        "lost calls a seat, $",
        "calls",
        "cost_lost",
        "seats",
        digits=4,
        what="What calls that were sent and never answered may be billed, estimated high; in no other figure.",
    ),
    Measure(
        "unusable",
        "unusable replies",
        "calls",
        "unusable",
        "replies",
        share=True,
        what="Replies of no use, and calls given up.",
    ),
    Measure(
        "defaulted", "steps defaulted a seat", "calls", "defaulted", "seats", what="Steps without any usable reply."
    ),
)

NAMED: Mapping[str, Measure] = {measure.name: measure for measure in MEASURES}
