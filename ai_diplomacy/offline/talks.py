"""A talk is one message before it has words; the desk is where a round's talks are planned so that they agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..board.situation import unit_of
from ..board.terrain import province_of
from .aftermath import target_of
from .commitments import Commitments
from .design import Design, design
from .letters import letter
from .outlook import Outlook
from .reading import Reading
from .wording import doing, unit_words


@dataclass(frozen=True, slots=True)
class Talk:
    """What to say to whom."""

    to: tuple[str, ...]
    purpose: str
    """A key of the templates ``proposals`` or ``answers``."""
    slots: Mapping[str, str] = field(default_factory=dict)
    pledges: tuple[str, ...] = ()
    zone: tuple[str, ...] = ()
    """Provinces that it offers, or agrees, to keep out of."""
    opening: str = ""


@dataclass(slots=True)
class Desk:
    """The work of one round: what is known, and what has been promised so far."""

    outlook: Outlook
    agreed: Commitments
    draft: Design
    talks: list[Talk] = field(default_factory=list)

    @property
    def reading(self) -> Reading:
        return self.outlook.reading

    @property
    def taken(self) -> frozenset[str]:
        """Own units whose orders are promised."""
        promised = (*self.agreed.pledges, *(order for talk in self.talks for order in talk.pledges))
        return frozenset(map(unit_of, promised))

    def add(self, talk: Talk) -> None:
        """Mean to say this; what is promised in it counts for all that is said after it."""
        self.talks.append(talk)
        if talk.pledges or talk.zone:
            self.draft = self.design()

    def design(self) -> Design:
        """The orders of the phase as if every promise, those of this round included, were to be kept."""
        promised = [order for talk in self.talks for order in talk.pledges]
        zones = [province for talk in self.talks for province in talk.zone]
        return design(self.outlook, self.agreed, zones=zones, promised=promised, keep_all=True)

    def bound_for(self, provinces: Sequence[str]) -> bool:
        """Whether a move into one of these has been promised to somebody."""
        promised = (*self.agreed.pledges, *(order for talk in self.talks for order in talk.pledges))
        return any(target_of(order) in provinces for order in promised)

    def free_zone(self, power: str) -> tuple[str, ...]:
        """The best province to keep empty between us and the power, if there is nothing agreed or promised yet."""
        found = [at for at in self.outlook.buffers[power] if not self.bound_for((at,))]
        return () if power in self.agreed.zones else tuple(found[:1])

    def written_to(self) -> frozenset[str]:
        """Powers that a message goes to in this round."""
        return frozenset(power for talk in self.talks for power in talk.to)

    def said(self, purpose: str, to: str) -> bool:
        """Whether we have spoken to the power about this (a kind that ``hearing`` tells apart) in this phase."""
        return any(
            h.sender == self.reading.me and to in h.letter.recipients and purpose in h.kinds for h in self.outlook.heard
        )


def open_desk(outlook: Outlook, agreed: Commitments) -> Desk:
    return Desk(outlook, agreed, design(outlook, agreed, keep_all=True))


def backed(desk: Desk) -> list[Talk]:
    """The talks, some of them with a pledge that shows good will: the order of a unit that could have done harm."""
    final = desk.design()
    luck = desk.reading.chance("backed", desk.reading.round)
    talks = []
    for talk in desk.talks:
        pledgeable = talk.purpose in ("zone", "peace", "accept_zone", "accept_peace")
        if pledgeable and luck.random() < desk.outlook.nature.candour:
            talk = _with_pledge(desk, final, talk)
        talks.append(talk)
    return talks


def _with_pledge(desk: Desk, final: Design, talk: Talk) -> Talk:
    situation = desk.reading.situation
    ground, (power,) = situation.terrain, talk.to
    theirs = {*situation.centers[power], *(province_of(unit[2:]) for unit in situation.units[power])}
    feared = set(talk.zone) or theirs
    for order in final.orders:
        unit, goal = unit_of(order), target_of(order)
        harmless = goal not in theirs | set(talk.zone) and (" S " not in order or not _harms(order, theirs))
        intruding = province_of(unit[2:]) in situation.homes[power]
        if intruding or not harmless or not any(ground.touches(unit, at) for at in feared):
            continue
        words = {"unit": unit_words(ground, unit), "goes": doing(ground, order)}
        return replace(
            talk, purpose=f"{talk.purpose}_pledged", slots={**talk.slots, **words}, pledges=(*talk.pledges, order)
        )
    return talk


def _harms(support: str, theirs: set[str]) -> bool:
    return target_of(support.partition(" S ")[2]) in theirs


def messages(desk: Desk, talks: Sequence[Talk]) -> list[dict[str, object]]:
    """The talks in words, as a reply to ``negotiate`` holds them."""
    written: list[dict[str, object]] = []
    for talk in talks:
        rng = desk.reading.chance("words", desk.reading.round, talk.purpose, *talk.to)
        text = letter(desk.outlook, talk.purpose, talk.to, talk.slots, rng, talk.opening)
        message: dict[str, object] = {"to": list(talk.to), "text": text}
        if talk.pledges or rng.random() < 0.5:
            message["pledges"] = list(talk.pledges)
        written.append(message)
    return written
