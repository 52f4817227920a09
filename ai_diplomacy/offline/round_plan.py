"""The plan of one round of negotiation: its messages before they have words, so that all of them agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..board.commitments import Commitment
from ..board.units import Order, Unit
from .assessment import Assessment
from .breaches import forbidden_provinces, guarded
from .commitments import Commitments, offers
from .order_planning import OrderPlan, plan_orders
from .prompt_reader import ParsedPrompt


@dataclass(frozen=True, slots=True)
class PlannedMessage:
    """What one message is to say, and to whom."""

    to: tuple[str, ...]
    purpose: str
    """A key of the templates ``proposals`` or ``answers``."""
    fields: Mapping[str, str] = field(default_factory=dict)
    pledges: tuple[Commitment, ...] = ()
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
    def pledged(self) -> list[Commitment]:
        """What the messages of this round promise."""
        return [one for planned in self.messages for one in planned.pledges if not one.ends]

    @property
    def orders_promised(self) -> list[Order]:
        """Orders promised in this phase so far."""
        return [*self.agreed.pledges, *(one.order for one in self.pledged if one.order is not None)]

    @property
    def taken(self) -> frozenset[Unit]:
        """Own units whose orders are promised, or needed for a betrayal."""
        bound = [bond.commitment.unit for bond in self.agreed.bonds] + [one.unit for one in self.pledged]
        lure = self.lure
        strikers = [order.unit for order in self.order_plan.orders if lure is not None and order.target == lure]
        return frozenset(unit for unit in (*bound, *strikers) if unit is not None)

    @property
    def lure(self) -> str | None:
        """What a power that is to be betrayed will lose."""
        betrayed = self.order_plan.betrayed
        return self.assessment.lure(betrayed)[0] if betrayed is not None else None

    def add(self, planned: PlannedMessage) -> None:
        """Mean to say this; what is promised in it counts for all that is said after it."""
        self.messages.append(planned)
        if planned.pledges or planned.zone:
            self.order_plan = self.plan_orders()

    def plan_orders(self) -> OrderPlan:
        """The orders of the phase as if every promise, those of this round included, were to be kept, but for those to
        a power that is to be betrayed."""
        return plan_orders(
            self.assessment,
            self.agreed,
            promised=[
                one for planned in self.messages for one in (*planned.pledges, *implied(planned)) if not one.ends
            ],
            negotiating=True,
        )

    def bound_for(self, provinces: Sequence[str]) -> bool:
        """Whether a move into one of these, or help with one, has been promised to somebody."""
        return any(order.goal in provinces for order in self.orders_promised)

    def bound_against(self, power: str) -> bool:
        """Whether somebody has been promised an attack on the power, or help with one."""
        feared = guarded(power, self.prompt.situation)
        own = self.prompt.situation.units[power]
        return any(order.goal in feared and order.helped not in own for order in self.orders_promised)

    def forbids(self, province: str, *, for_another: bool = False) -> bool:
        """Whether a promise, or an offer that may yet be taken, keeps us and our support out of the province; or,
        ``for_another``, whether we want it for ourselves at the price of our word."""
        if for_another and province == self.lure:
            return True
        betrayed, situation = self.order_plan.betrayed, self.prompt.situation
        bound = [bond.commitment for bond in self.agreed.bonds if betrayed not in bond.to]
        bound += [one for planned in self.messages for one in (*planned.pledges, *implied(planned))]
        bound += [offer for power, offer in offers(self.assessment) if power != betrayed]
        return any(province in forbidden_provinces(commitment, situation) for commitment in bound)

    def open_to(self, move: Order) -> bool:
        """Whether this move of ours stands against nothing that we have promised."""
        rivals = [order for order in self.orders_promised if order.goal == move.goal and order.mover != move.unit]
        return not rivals and not self.forbids(move.goal)

    def free_zone(self, power: str) -> tuple[str, ...]:
        """The best province to keep empty between us and the power, if there is nothing agreed or promised yet."""
        mine = self.lure if power != self.order_plan.betrayed else None
        found = [at for at in self.assessment.buffers[power] if not self.bound_for((at,)) and at != mine]
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


_PEACEFUL = frozenset({"peace", "accept_peace", "alliance", "accept_alliance"})


def implied(planned: PlannedMessage) -> list[Commitment]:
    """What the words of a message promise without a pledge."""
    said = [f"out of {at}" for at in planned.zone]
    said += [f"peace {power}" for power in planned.to if planned.purpose in _PEACEFUL]
    return list(map(Commitment, said))
