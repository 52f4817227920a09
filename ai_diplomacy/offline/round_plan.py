"""The plan of one round of negotiation: its messages before they have words, so that all of them agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..board.units import Order, Unit
from .assessment import Assessment
from .commitments import Commitments
from .messages import compose
from .order_planning import OrderPlan, plan_orders
from .prompt_reader import ParsedPrompt
from .wording import doing, unit_words


@dataclass(frozen=True, slots=True)
class PlannedMessage:
    """What one message is to say, and to whom."""

    to: tuple[str, ...]
    purpose: str
    """A key of the templates ``proposals`` or ``answers``."""
    fields: Mapping[str, str] = field(default_factory=dict)
    pledges: tuple[Order, ...] = ()
    zone: tuple[str, ...] = ()
    """Provinces that it offers, or agrees, to keep out of."""
    opening: str = ""


@dataclass(slots=True)
class RoundPlan:
    """What is known in a round, and what its messages have promised so far."""

    assessment: Assessment
    agreed: Commitments
    order_plan: OrderPlan
    messages: list[PlannedMessage] = field(default_factory=list)

    @property
    def prompt(self) -> ParsedPrompt:
        return self.assessment.prompt

    @property
    def pledged(self) -> list[Order]:
        """Orders that the messages of this round promise."""
        return [order for planned in self.messages for order in planned.pledges]

    @property
    def taken(self) -> frozenset[Unit]:
        """Own units whose orders are promised."""
        return frozenset(order.unit for order in (*self.agreed.pledges, *self.pledged))

    def add(self, planned: PlannedMessage) -> None:
        """Mean to say this; what is promised in it counts for all that is said after it."""
        self.messages.append(planned)
        if planned.pledges or planned.zone:
            self.order_plan = self.plan_orders()

    def plan_orders(self) -> OrderPlan:
        """The orders of the phase as if every promise, those of this round included, were to be kept."""
        zones = [province for planned in self.messages for province in planned.zone]
        return plan_orders(self.assessment, self.agreed, zones=zones, promised=self.pledged, keep_all=True)

    def bound_for(self, provinces: Sequence[str]) -> bool:
        """Whether a move into one of these has been promised to somebody."""
        return any(order.target in provinces for order in (*self.agreed.pledges, *self.pledged))

    def free_zone(self, power: str) -> tuple[str, ...]:
        """The best province to keep empty between us and the power, if there is nothing agreed or promised yet."""
        found = [at for at in self.assessment.buffers[power] if not self.bound_for((at,))]
        return () if power in self.agreed.zones else tuple(found[:1])

    def written_to(self) -> frozenset[str]:
        """Powers that a message goes to in this round."""
        return frozenset(power for planned in self.messages for power in planned.to)

    def said(self, purpose: str, to: str) -> bool:
        """Whether we have spoken to the power about this (one of its ``intents``) in this phase."""
        return any(
            m.sender == self.prompt.me and to in m.message.recipients and purpose in m.intents
            for m in self.assessment.press
        )


def with_pledges(plan: RoundPlan) -> list[PlannedMessage]:
    """The messages, some of them with a pledge that shows good will: the order of a unit that could have done harm."""
    final = plan.plan_orders()
    luck = plan.prompt.chance("backed", plan.prompt.round)
    messages = []
    for planned in plan.messages:
        pledgeable = planned.purpose in ("zone", "peace", "accept_zone", "accept_peace")
        if pledgeable and luck.random() < plan.assessment.nature.candour:
            planned = _with_pledge(plan, final, planned)
        messages.append(planned)
    return messages


def _with_pledge(plan: RoundPlan, final: OrderPlan, planned: PlannedMessage) -> PlannedMessage:
    situation = plan.prompt.situation
    ground, (power,) = situation.terrain, planned.to
    theirs = {*situation.centers[power], *(unit.province for unit in situation.units[power])}
    feared = set(planned.zone) or theirs
    for order in final.orders:
        unit = order.unit
        harmless = order.target not in theirs | set(planned.zone) and not (order.supported and order.goal in theirs)
        intruding = unit.province in situation.homes[power]
        if intruding or not harmless or not any(ground.touches(unit, at) for at in feared):
            continue
        words = {"unit": unit_words(ground, unit), "goes": doing(ground, order)}
        return replace(
            planned,
            purpose=f"{planned.purpose}_pledged",
            fields={**planned.fields, **words},
            pledges=(*planned.pledges, order),
        )
    return planned


def composed(plan: RoundPlan, messages: Sequence[PlannedMessage]) -> list[dict[str, object]]:
    """The messages in words, as a reply to ``negotiate`` holds them."""
    written: list[dict[str, object]] = []
    for planned in messages:
        rng = plan.prompt.chance("words", plan.prompt.round, planned.purpose, *planned.to)
        text = compose(plan.assessment, planned.purpose, planned.to, planned.fields, rng, planned.opening)
        message: dict[str, object] = {"to": list(planned.to), "text": text}
        if planned.pledges or rng.random() < 0.5:
            message["pledges"] = list(planned.pledges)
        written.append(message)
    return written
