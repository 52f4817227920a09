"""``story.md``: the whole game as a spectator would tell it, by year: moves, battles, captures, broken words, press."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ..board.phase import Phase
from ..board.press import ALL
from ..board.terrain import Terrain
from ..board.units import Order, Unit
from ..promises.promised import Promised
from ..records.events import Event
from .events import MessageDelivered, OrdersSubmitted, PhaseAdjudicated, PhaseStarted
from .story_facts import Capture, GameFacts
from .story_opening import captured, ending, promise_of
from .story_words import counted, joined, link, listed, orders, prose, season, unit_name
from .word_and_deed import why

_QUOTES = 2
"""Public messages that are told of a year."""
_LONGEST = 240
"""Characters of such a message."""


@dataclass(slots=True)
class _Year:
    turns: dict[str, list[str]] = field(default_factory=dict)
    """``Spring 1901`` -> what happened, sentence by sentence."""
    broken: list[Promised] = field(default_factory=list)
    public: list[MessageDelivered] = field(default_factory=list)
    written: str = ""
    """Its text; empty when something was added since."""


class StoryOfAll:
    """Hears the events of a run before ``facts`` does, and of every promise after it."""

    def __init__(self, facts: GameFacts, ground: Terrain, players: Mapping[str, str]) -> None:
        """``players``: power -> who plays it, in Markdown."""
        self._facts = facts
        self._ground = ground
        self._players = players
        self._years: defaultdict[int, _Year] = defaultdict(_Year)
        self._votes: set[str] = set()

    def event(self, event: Event) -> None:
        match event:
            case PhaseStarted():
                self._votes = set()
            case OrdersSubmitted() if event.vote_draw:
                self._votes.add(event.power)
            case MessageDelivered() if list(event.recipients) == [ALL]:
                self._year(event.phase).public.append(event)
            case PhaseAdjudicated():
                sentences = list(self._happened(event))
                self._year(event.phase).turns.setdefault(season(event.phase), []).extend(sentences)

    def promised(self, row: Promised) -> None:
        """What became of a promise."""
        if row.verdict == "broken":
            self._year(row.decided).broken.append(row)

    def _year(self, phase: str) -> _Year:
        year = self._years[Phase(phase).year]
        year.written = ""
        return year

    def text(self) -> str:
        """The story so far, in Markdown."""
        parts = ["# The story of the game\n", *self._head()]
        for number_, year in sorted(self._years.items()):
            if not year.written:
                year.written = "\n".join(self._told(number_, year))
            parts.append(year.written)
        if end := ending(self._facts):
            parts += ["## The end\n", f"{end} {self._result()}\n"]
        return "\n".join(parts)

    # The head

    def _head(self) -> Iterator[str]:
        by_player: defaultdict[str, list[str]] = defaultdict(list)
        for power, player in self._players.items():
            by_player[player].append(power)
        seats = "; ".join(
            f"{player} {'plays' if len(by_player) > 1 else 'plays all:'} {listed(of)}"
            for player, of in by_player.items()
        )
        yield f"{seats}. Home centres that are taken stand in bold.\n"
        facts = self._facts
        if not facts.years:
            return
        if told := " ".join(filter(None, (ending(facts), self._lead(), self._gone(), self._faithless()))):
            yield f"{told}\n"
        years = sorted(facts.years)
        yield f"| centres | start | {' | '.join(link(str(year), str(year)) for year in years)} |"
        yield f"|---|{'---|' * (len(years) + 1)}"
        now = facts.years[years[-1]]
        for power in sorted(facts.start, key=lambda power: (-now.get(power, 0), power)):
            counts = [str(facts.years[year].get(power) or "-") for year in years]
            yield f"| {power.title()} | {facts.start[power]} | {' | '.join(counts)} |"
        yield ""

    def _lead(self) -> str:
        """Who led from when to when."""
        spells: list[tuple[str, int, int]] = []
        for year, counts in sorted(self._facts.years.items()):
            best = max(counts.values())
            leaders = [power for power, count in counts.items() if count == best]
            if len(leaders) > 1:
                continue
            if spells and spells[-1][0] == leaders[0]:
                spells[-1] = (leaders[0], spells[-1][1], year)
            else:
                spells.append((leaders[0], year, year))
        told = [
            f"{power.title()} ({first if first == last else f'{first} to {last}'})" for power, first, last in spells
        ]
        return f"In the lead: {joined(told)}." if told else ""

    def _gone(self) -> str:
        gone = sorted(self._facts.eliminated.items(), key=lambda item: item[1])
        told = [f"{power.title()} ({season(phase)})" for power, phase in gone]
        return f"Eliminated: {joined(told)}." if told else ""

    def _faithless(self) -> str:
        counts: defaultdict[str, int] = defaultdict(int)
        for row in self._facts.broken:
            counts[row.sender] += 1
        if not counts:
            return ""
        most = max(counts.values())
        who = [power for power, count in sorted(counts.items()) if count == most]
        total = counted(sum(counts.values()), "promise")
        return f"{total[0].upper()}{total[1:]} broken, most by {listed(who)} ({most}{' each' if len(who) > 1 else ''})."

    def _result(self) -> str:
        ranking = sorted(self._facts.centers.items(), key=lambda item: (-len(item[1]), item[0]))
        alive = [f"{power.title()} {len(owned)}" for power, owned in ranking if owned]
        return f"Centres: {', '.join(alive)}."

    # A year

    def _told(self, number_: int, year: _Year) -> Iterator[str]:
        yield f"## {number_}\n"
        for turn, sentences in year.turns.items():
            # Of builds there is nothing to tell.
            if sentences:
                yield f"**{turn.split()[0]}.** {' '.join(sentences)}\n"
            elif not turn.startswith("Winter"):
                yield f"**{turn.split()[0]}.** Nothing changes hands.\n"
        if year.broken:
            yield from self._broken(year.broken)
            yield ""
        if quotes := self._quotes(year.public):
            yield from quotes
            yield ""

    def _happened(self, event: PhaseAdjudicated) -> Iterator[str]:
        phase = Phase(event.phase)
        if phase.kind == "M" and not self._facts.years:
            yield from self._openings(event)
        if phase.kind == "M":
            yield from self._battles(event)
        if phase.season == "S" and phase.kind == "M":
            yield from self._invasions(event)
        yield from self._captures(event)
        for power in event.centers:
            if self._falls(power, event):
                yield f"**{power.title()} is eliminated.**"
        if self._votes and phase.kind == "M":
            yield f"For a draw {'votes' if len(self._votes) == 1 else 'vote'} {listed(sorted(self._votes))}."

    def _openings(self, event: PhaseAdjudicated) -> Iterator[str]:
        for power, texts in sorted(event.orders.items()):
            if moves := [order for order in texts if Order(order).verb == "-"]:
                yield f"{power.title()} opens {orders(moves)}."

    def _battles(self, event: PhaseAdjudicated) -> Iterator[str]:
        given = [(power, Order(order)) for power, texts in event.orders.items() for order in texts]
        arrived = {
            order.goal: (power, order)
            for power, order in given
            if order.verb == "-" and order.unit not in event.results
        }
        for power, units in sorted(event.dislodged.items()):
            for unit in units:
                by, move = arrived.get(Unit(unit).province, ("", None))
                if move is None:
                    yield f"{power.title()}'s {unit_name(self._ground, unit, 'in')} is dislodged."
                    continue
                helpers = [
                    other
                    for other, order in given
                    if order.helped == move.unit and order.goal == move.goal and order.unit not in event.results
                ]
                others = sorted(set(helpers) - {by})
                support = f" with {counted(len(helpers), 'support')}" if helpers else ""
                shared = f" (of {listed(others)} too)" if others else ""
                driven = f"{power.title()}'s {unit_name(self._ground, unit, 'out of')}"
                yield f"{by.title()} drives {driven}{support}{shared}."

    def _invasions(self, event: PhaseAdjudicated) -> Iterator[str]:
        """Units that stand in a centre of somebody else when the summer begins."""
        owners = {center: power for power, owned in self._facts.centers.items() for center in owned}
        for power, units in sorted(event.units.items()):
            before = {Unit(unit).province for unit in self._facts.units.get(power, ())}
            entered = [
                f"{self._ground.names[at]} ({owners[at].title()}'s)"
                for at in sorted({Unit(unit).province for unit in units} - before)
                if owners.get(at, power) != power
            ]
            if entered:
                yield f"{power.title()} enters {joined(entered)}."

    def _captures(self, event: PhaseAdjudicated) -> Iterator[str]:
        owners = {center: power for power, owned in self._facts.centers.items() for center in owned}
        taken: defaultdict[str, list[Capture]] = defaultdict(list)
        for center, taker in sorted(event.captures.items()):
            taken[taker].append(Capture(Phase(event.phase), center, taker, owners.get(center, "")))
        for taker, captures in sorted(taken.items()):
            yield f"{taker.title()} takes {captured(self._ground, captures, 'loser', bold_homes=True)}."

    def _falls(self, power: str, event: PhaseAdjudicated) -> bool:
        gone = not event.centers[power] and not event.units.get(power)
        return gone and bool(self._facts.centers.get(power) or self._facts.units.get(power))

    def _broken(self, rows: list[Promised]) -> Iterator[str]:
        """One line for each deed towards one power: what was promised, what was ordered, what it told itself."""
        deeds: defaultdict[tuple[str, str, str], list[Promised]] = defaultdict(list)
        for row in rows:
            deeds[row.decided, row.sender, row.victim].append(row)
        for (decided, sender, victim), of in sorted(deeds.items(), key=lambda item: (Phase(item[0][0]), *item[0][1:])):
            said = ", ".join(dict.fromkeys(promise_of(row) for row in of))
            ordered = list(dict.fromkeys(order for row in of for order in row.ordered))
            won = [self._ground.names[center] for center in self._facts.won_by(of[0])]
            prize = f", won {joined(won)}" if won else ""
            reason = next((f" — {prose(why(row))}" for row in of if row.account), "")
            to = victim.title() if victim else "everyone"
            yield (
                f"- {season(decided).split()[0]}: **{sender.title()} breaks its word to {to}**: {said}; "
                f"ordered {orders(ordered) or 'nothing'}{prize}{reason}."
            )

    def _quotes(self, public: list[MessageDelivered]) -> list[str]:
        """Of what was said to everyone, what names somebody else, the longest first."""
        names = [power.title() for power in self._players]

        def weight(message: MessageDelivered) -> tuple[bool, int]:
            others = [name for name in names if name != message.sender.title() and name in message.body]
            return (not others, -len(message.body))

        chosen: dict[str, MessageDelivered] = {}
        for message in sorted(public, key=weight):
            if len(chosen) < _QUOTES and message.sender not in chosen:
                chosen[message.sender] = message
        told = sorted(chosen.values(), key=lambda message: message.sequence)
        lines: list[str] = []
        for message in told:
            body = message.body if len(message.body) <= _LONGEST else f"{message.body[:_LONGEST].rsplit(' ', 1)[0]} …"
            lines += ([">"] if lines else []) + [
                f"> {message.sender.title()} to everyone, {season(message.phase)}: {prose(body)}"
            ]
        return lines
