"""The half page before a power's chapters: how it went, friends, turning points, broken words, and the years."""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ..board.phase import Phase
from ..board.press import ALL
from ..board.terrain import Terrain
from ..promises.promised import Promised
from .story_facts import Capture, GameFacts
from .story_words import counted, joined, link, listed, orders, ordinal, prose, season, title
from .word_and_deed import why

_TURNING_POINTS = 5
_FEELINGS = ("Ally", "Friendly", "Unfriendly", "Enemy")


@dataclass(slots=True)
class Feelings:
    """How a power stands to the others, and since when."""

    words: dict[str, str] = field(default_factory=dict)
    since: dict[str, str] = field(default_factory=dict)

    def changed(self, words: Mapping[str, str], phase: str) -> dict[str, str]:
        """Takes them over; power -> the word before (empty for none), of those that changed."""
        before = {other: self.words.get(other, "") for other in words if self.words.get(other) != words[other]}
        self.since |= dict.fromkeys(before, phase)
        self.words = dict(words)
        return before


@dataclass(frozen=True, slots=True)
class Opening:
    """Of one power's story, as far as things have gone."""

    power: str
    facts: GameFacts
    ground: Terrain
    feelings: Feelings
    chapters: Sequence[Phase]
    """Phases that have one, in order."""

    def lines(self) -> Iterator[str]:
        if not self.facts.years:
            return
        yield f"**How it went.** {self._arc()}\n"
        if told := " ".join(self._dealings()):
            yield f"**Friends and enemies.** {told}\n"
        yield from _under("Turning points", self._turning_points())
        own = [row for row in self.facts.broken if row.sender == self.power]
        yield from _under("Words it broke", self._breaches(own, lambda row: row.recipient))
        suffered = [row for row in self.facts.broken if self.power in (row.recipient, known_victim(row))]
        yield from _under("Words broken to it", self._breaches(suffered, lambda row: row.sender))
        yield "**The years**\n"
        yield "| year | chapters | centres | won | lost |\n|---|---|---|---|---|"
        yield from self._years()
        yield ""

    # How it went

    def _arc(self) -> str:
        facts, name = self.facts, self.power.title()
        counts = {year: of.get(self.power, 0) for year, of in facts.years.items()}
        best, worst = max(counts.values()), min(counts.values())
        peak = next(year for year, count in counts.items() if count == best)
        low = next(year for year, count in counts.items() if count == worst)
        start, now = facts.start.get(self.power, 0), len(facts.centers.get(self.power, ()))
        if self.power in facts.eliminated:
            gone = facts.eliminated[self.power]
            rose = f", held {best} at its best ({peak})" if best > start else ""
            return (
                f"{name} began with {counted(start, 'centre')}{rose} and was eliminated in {season(gone)}.{self._end()}"
            )
        held = f"ended with {now}" if facts.finished else f"holds {now} in {season(facts.phase)}"
        span = f" At its best it held {best} ({peak}), at its worst {worst} ({low})." if best != worst else ""
        return f"{name} began with {counted(start, 'centre')} and {held}, {self._place()}.{span}{self._end()}"

    def _place(self) -> str:
        counts = {power: len(owned) for power, owned in self.facts.centers.items()}
        own = counts.get(self.power, 0)
        place = 1 + sum(count > own for count in counts.values())
        beside = [power for power, count in counts.items() if count == own and power != self.power]
        return f"{ordinal(place)} of {len(counts)}{f', level with {listed(beside)}' if beside else ''}"

    def _end(self) -> str:
        return f" {ending(self.facts)}" if self.facts.finished else ""

    # Friends and enemies

    def _dealings(self) -> Iterator[str]:
        stands = defaultdict(list)
        for other, word in self.feelings.words.items():
            if word in _FEELINGS and other not in self.facts.eliminated:
                stands[word].append(f"{other.title()} (since {season(self.feelings.since[other])})")
        if stands and self.power not in self.facts.eliminated:
            told = "; ".join(f"{word.lower()}: {joined(stands[word])}" for word in _FEELINGS if stands[word])
            yield f"{told[0].upper()}{told[1:]}."
        helps, attacks, own = self.facts.helps, self.facts.attacks, self.power
        others = [power for power in self.facts.start if power != own]
        helper = max(others, key=lambda other: helps[other, own])
        if count := helps[helper, own]:
            given = counted(count, "support or convoy", "supports and convoys")
            yield f"{helper.title()} helped it most ({given}; it gave {helps[own, helper] or 'none'})."
        foe = max(others, key=lambda other: attacks[other, own])
        prey = max(others, key=lambda other: attacks[own, other])
        if count := attacks[foe, own]:
            back = attacks[own, foe] or "none"
            yield f"{foe.title()} attacked it most ({counted(count, 'order')}; {back} the other way)."
        if prey != foe and (count := attacks[own, prey]):
            back = attacks[prey, own] or "none"
            yield f"It attacked {prey.title()} most ({counted(count, 'order')}; {back} the other way)."

    # Turning points

    def _turning_points(self) -> Iterator[str]:
        own: defaultdict[Phase, list[Capture]] = defaultdict(list)
        for capture in self.facts.captures:
            if self.power in (capture.taker, capture.loser):
                own[capture.phase].append(capture)
        weights = {phase: sum(map(self._weight, captures)) for phase, captures in own.items()}
        if own and self.power in self.facts.eliminated:
            weights[max(own)] += len(own)
        chosen = sorted(sorted(own), key=lambda phase: -weights[phase])[:_TURNING_POINTS]
        for phase in sorted(phase for phase in chosen if weights[phase] >= 1):
            won = [one for one in own[phase] if one.taker == self.power]
            lost = [one for one in own[phase] if one.loser == self.power]
            parts = [f"won {captured(self.ground, won, 'loser')}"] if won else []
            parts += [f"lost {captured(self.ground, lost, 'taker')}"] if lost else []
            parts += self._against_words(phase)
            last = self.power in self.facts.eliminated and phase == max(own)
            gone = " That was its last." if last else ""
            yield f"{self._link(phase)}: {', '.join(parts)}.{gone}"

    def _against_words(self, phase: Phase) -> list[str]:
        """Whose word stood against what was won or lost."""
        rows = [row for row in self.facts.broken if season(row.decided) == season(phase) and self.facts.won_by(row)]
        own = sorted({row.victim for row in rows if row.sender == self.power})
        others = sorted({row.sender for row in rows if self.power == row.recipient == row.victim})
        told = [f"breaking its word to {listed(own)}"] if own else []
        return told + ([f"against the word of {listed(others)}"] if others else [])

    def _weight(self, capture: Capture) -> float:
        """What is taken from somebody weighs more than what was free, and a home of either more than another."""
        home = any(capture.center in self.ground.homes.get(power, ()) for power in (capture.taker, capture.loser))
        return (1.0 if capture.loser else 0.6) + home

    # Broken words

    def _breaches(self, rows: Iterable[Promised], other: Callable[[Promised], str]) -> Iterator[str]:
        groups: defaultdict[tuple[str, str], list[Promised]] = defaultdict(list)
        for row in rows:
            groups[row.decided, other(row)].append(row)
        for (decided, whom), of in sorted(groups.items(), key=lambda group: (Phase(group[0][0]), group[0][1])):
            name = "everyone" if whom == ALL else whom.title()
            ordered = list(dict.fromkeys(order for row in of for order in row.ordered))
            deed = f"; ordered {orders(ordered)}" if ordered else "; not ordered"
            won = self.facts.won_by(of[0])
            prize = f", won {joined([self.ground.names[center] for center in won])}" if won else ""
            mine = next((row for row in of if row.sender == self.power and row.account), None)
            reason = f" — {prose(why(mine))}" if mine else ""
            whose = f"to {name}" if of[0].sender == self.power else f"by {name}"
            said = ", ".join(dict.fromkeys(f"`{row.commitment}`" for row in of))
            yield f"{self._link(Phase(decided))}, {whose}: {said}{deed}{prize}{reason}."

    # The years

    def _years(self) -> Iterator[str]:
        before = self.facts.start.get(self.power, 0)
        chapters: defaultdict[int, list[Phase]] = defaultdict(list)
        for phase in self.chapters:
            chapters[phase.year].append(phase)
        own = [one for one in self.facts.captures if self.power in (one.taker, one.loser)]
        for year, of_year in chapters.items():
            links = " · ".join(link(_short(phase), title(phase)) for phase in of_year)
            count = self.facts.years.get(year, {}).get(self.power, before)
            change = f" ({count - before:+d})" if count != before else ""
            won = [self.ground.names[one.center] for one in own if one.phase.year == year and one.taker == self.power]
            lost = [self.ground.names[one.center] for one in own if one.phase.year == year and one.loser == self.power]
            yield f"| {year} | {links} | {count}{change} | {', '.join(won)} | {', '.join(lost)} |"
            before = count

    def _link(self, phase: Phase) -> str:
        """To its chapter, or that before it: who has nothing to retreat or to build has none of such a phase."""
        at = bisect.bisect_right(self.chapters, phase)
        return link(season(phase), title(self.chapters[at - 1])) if at else season(phase)


def _under(heading: str, items: Iterable[str]) -> Iterator[str]:
    told = [f"- {item}" for item in items]
    if told:
        yield f"**{heading}**\n"
        yield from told
        yield ""


def _short(phase: Phase) -> str:
    return "retreats" if phase.kind == "R" else season(phase).split()[0]


def known_victim(row: Promised) -> str:
    """Whom a public pledge was about: it has heard of it. Of what was said to others in private, nobody has."""
    return row.victim if row.recipient == ALL and row.source == "pledge" else ""


def promise_of(row: Promised) -> str:
    """The promise, and to whom it was made if that was not whom it would have helped."""
    if row.victim in ("", row.recipient):
        return f"`{row.commitment}`"
    return f"`{row.commitment}` (said to {'everyone' if row.recipient == ALL else row.recipient.title()})"


def captured(ground: Terrain, captures: Sequence[Capture], side: str, *, bold_homes: bool = False) -> str:
    """``Munich and Kiel from Germany, and Belgium``: centres by who had them (``side``: ``loser``) or has them now
    (``taker``)."""
    by: defaultdict[str, list[str]] = defaultdict(list)
    for one in captures:
        name = ground.names[one.center]
        home = bold_homes and any(one.center in homes for homes in ground.homes.values())
        by[one.loser if side == "loser" else one.taker].append(f"**{name}**" if home else name)
    word = "from" if side == "loser" else "to"
    told = [
        f"{joined(names)} {word} {power.title()}" if power else joined(names)
        for power, names in sorted(by.items(), key=lambda item: (not item[0], item[0]))
    ]
    return ", ".join([*told[:-1], f"and {told[-1]}"]) if len(told) > 1 else told[0]


def ending(facts: GameFacts) -> str:
    """How the game ended, in a sentence; empty while it goes on."""
    if facts.finished is None:
        return ""
    end = facts.finished
    winners = listed(end.winners)
    return {
        "solo": f"{winners} wins alone in {season(end.phase)}.",
        "draw": f"In {season(end.phase)} the game ends in a draw between {winners}.",
        "last_power": f"{winners} is the last power on the board.",
        "limit": f"The game stops after {season(end.phase)}.",
    }[end.outcome]
