"""``powers/FRANCE.md``: what one power saw, said, meant, ordered and learned, phase by phase, to read as a story."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from ..agent.events import (
    Consolidated,
    DiaryWritten,
    Initialized,
    MessageMeant,
    MessageReturned,
    OrdersExplained,
    Planned,
    Reflected,
)
from ..board.phase import Phase
from ..board.press import ALL
from ..board.units import Order, Unit
from ..promises.promised import Promised
from ..records.cleaning import cleaned
from ..records.events import Event
from ..run.defaulted_steps import DefaultedSteps
from ..run.events import ReplyRead, RunFinished, StepDefaulted
from ..run.settings_history import SettingsHistory
from .config import GameConfig
from .events import MessageDelivered, MessageEdited, OrdersSubmitted, PhaseAdjudicated, PhaseStarted
from .word_and_deed import why

_prose = partial(cleaned, kind="story")
_code = partial(cleaned, kind="story_code")

_KEY = """In the press, **to England** marks what this power wrote, **England** what it received. Lines set off by a bar
are its diary, which nobody else reads."""

_OUTCOMES = {
    "bounce": "bounced",
    "cut": "support cut",
    "void": "without effect",
    "disrupted": "convoy disrupted",
    "disband": "disbanded",
}
"""Results as a reader would say them, where that differs from the engine's word."""

_SEASONS = {"S": "Spring", "F": "Fall", "W": "Winter"}
_KINDS = {"M": "", "R": ": retreats", "A": ": builds and disbands"}


@dataclass(slots=True)
class _Chapter:
    """What one power lived through in one phase."""

    phase: str
    opening: list[str] = field(default_factory=list)
    rounds: dict[int, list[str]] = field(default_factory=dict)
    deciding: list[str] = field(default_factory=list)
    outcome: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    years: list[str] = field(default_factory=list)
    """Written at the same time as ``after``, so that each has a place of its own."""


class Stories:
    """Writes the story of every power as things happen."""

    def __init__(self, settings: SettingsHistory[GameConfig], defaults: DefaultedSteps) -> None:
        """``defaults``: how many steps of each power ended on defaults so far."""
        models = settings.first.models
        self._defaults = defaults
        self._ground = settings.first.terrain
        self._settings = settings
        self._models = tuple(models)
        self._chapters: dict[str, list[_Chapter]] = {power: [] for power in models}
        self._submitted: dict[str, OrdersSubmitted] = {}
        self._centers: Mapping[str, Sequence[str]] = {}
        self._endings: list[str] = []
        self._feelings: dict[str, Mapping[str, str]] = {power: {} for power in models}
        self._goals: dict[str, Sequence[str]] = dict.fromkeys(models, ())

    def event(self, event: Event) -> None:
        match event:
            case PhaseStarted():
                self._open(event)
            case Initialized():
                lines = [
                    *self._goal_lines(event.power, event.goals),
                    *self._feeling_lines(event.power, event.relationships),
                ]
                self._chapter(event.power, event.phase).opening += lines
            case Planned():
                self._chapter(event.power, event.phase).deciding.append(f"**Plan.** {_prose(event.directive)}\n")
            case MessageDelivered():
                self._heard(event)
            case MessageMeant():
                # It is told right behind its message.
                lines = self._round(event.sender, event.phase, event.round)
                lines[-1] += f" *({'meant' if event.meant else 'not meant'})*"
            case MessageEdited():
                self._edited(event)
            case MessageReturned():
                notice = f"- *Returned to me ({_prose(event.detail)}):* {_prose(event.body)}"
                self._round(event.sender, event.phase, event.round).append(notice)
            case DiaryWritten():
                self._diary(event)
            case OrdersExplained():
                lines = self._chapter(event.power, event.phase).deciding
                lines += [f"**Reasoning.** {_prose(event.reasoning)}\n"] if event.reasoning else []
                lines += [f"**Intent, told to nobody.** {_prose(event.intent)}\n"] if event.intent else []
            case OrdersSubmitted():
                self._submitted[event.power] = event
            case PhaseAdjudicated():
                self._adjudicated(event)
            case Reflected():
                lines = self._chapter(event.power, event.phase).after
                lines += [
                    *self._goal_lines(event.power, event.goals),
                    *self._feeling_lines(event.power, event.relationships),
                ]
            case Consolidated():
                text = f"**Looking back on the years gone by.** {_prose(event.summary)}\n"
                self._chapter(event.power, event.phase).years.append(text)
            case ReplyRead() if event.verdict == "cut":
                text = f"- *My reply to `{event.step}` was not complete:* {_prose(event.problems[0])}"
                chapter = self._chapter(event.actor, event.phase)
                (chapter.years if event.step == "consolidate" else chapter.after).append(text + "\n")
            case StepDefaulted():
                text = f"- *No usable reply to `{event.step}`:* {_prose(event.reason)}"
                chapter = self._chapter(event.actor, event.phase)
                (chapter.years if event.step == "consolidate" else chapter.after).append(text + "\n")
            case RunFinished():
                self._finished(event)

    def text(self, power: str) -> str:
        """The story so far, in Markdown."""
        people = self._ground.adjectives.get(power, power)
        parts = [f"# {power.title()}\n", f"The {people} story, played by {self._played_by(power)}.\n", f"{_KEY}\n"]
        if (defaults := self._defaults.of_actor(power)).defaulted:
            parts.insert(2, f"**{_prose(str(defaults))}**\n")
        for chapter in self._chapters[power]:
            parts += _written(chapter)
        text = "\n".join([*parts, *self._endings])
        while "\n\n\n" in text:
            text = text.replace("\n\n\n", "\n\n")
        return text

    def powers(self) -> tuple[str, ...]:
        return self._models

    def _played_by(self, power: str) -> str:
        return ", ".join(
            f"`{_code(model)}`" if not after else f"after {after} by `{_code(model)}`"
            for after, model in self._settings.players(power)
        )

    # Finding the place

    def _chapter(self, power: str, phase: str) -> _Chapter:
        for chapter in reversed(self._chapters[power]):
            if chapter.phase == phase:
                return chapter
        # What a power thought of a phase in which it had nothing to do comes when the next one is open already.
        chapter = _Chapter(phase)
        bisect.insort(self._chapters[power], chapter, key=lambda other: Phase(other.phase))
        return chapter

    def _round(self, power: str, phase: str, round: int) -> list[str]:
        return self._chapter(power, phase).rounds.setdefault(round, [])

    # Telling

    def _open(self, event: PhaseStarted) -> None:
        self._centers = event.centers
        if Phase(event.phase).kind != "M":
            return
        for power in self._models:
            if not event.units[power] and not event.centers[power]:
                continue
            count = len(event.centers[power])
            line = (
                f"{power.title()} holds {count} {'centre' if count == 1 else 'centres'}{self._forces(event, power)}.\n"
            )
            self._chapter(power, event.phase).opening.append(line)

    def _forces(self, event: PhaseStarted, power: str) -> str:
        """``, with armies in Marseilles and Paris and a fleet in Brest``."""
        told = []
        for kind, one, many in (("A", "an army", "armies"), ("F", "a fleet", "fleets")):
            places = [self._whereabouts(unit) for unit in map(Unit, event.units[power]) if unit.kind == kind]
            told += [f"{one if len(places) == 1 else many} in {_joined(places)}"] if places else []
        return f", with {' and '.join(told)}" if told else " and has no units"

    def _whereabouts(self, unit: Unit) -> str:
        article = "the " if self._ground.kinds[unit.province] == "sea" else ""
        return f"{article}{self._ground.names[unit.location]}"

    def _heard(self, event: MessageDelivered) -> None:
        public = list(event.recipients) == ["ALL"]
        readers = list(self._models) if public else [event.sender, *event.recipients]
        body = _prose(event.body)
        pledges = f" *(pledges {', '.join(f'`{pledge}`' for pledge in event.pledges)})*" if event.pledges else ""
        for reader in readers:
            if reader == event.sender:
                to = "everyone" if public else listed(event.recipients)
                line = f"- **to {to}:** {body}{pledges}"
            else:
                others = [name for name in event.recipients if name not in (reader, "ALL")]
                beside = " to everyone" if public else f" to {listed(['me', *others])}" if others else ""
                line = f"- **{event.sender.title()}{beside}:** {body}{pledges}"
            if self._chapters[reader] or reader == event.sender:
                self._round(reader, event.phase, event.round).append(line)

    def _edited(self, event: MessageEdited) -> None:
        readers = "everyone" if list(event.recipients) == ["ALL"] else listed(event.recipients)
        lines = self._round(event.sender, event.phase, event.round)
        but = f" ({_prose(event.problem)})" if event.problem else ""
        if event.before is event.after is None:
            lines.append(f"- *A message to {readers} was to be changed in this fork{but}.*")
        elif event.before is None:
            lines.append(f"- *A message to {readers} was added in this fork{but}; I did not write it.*")
        elif event.after is None:
            lines.append(f"- *Not delivered in this fork, I had written to {readers}:* {_prose(event.before)}")
        else:
            lines.append(f"- *Changed in this fork{but}, I had written to {readers}:* {_prose(event.before)}")

    def _diary(self, event: DiaryWritten) -> None:
        chapter = self._chapter(event.power, event.phase)
        entry = f"> {_prose(event.text)}\n"
        if event.step == "negotiate":
            chapter.rounds.setdefault(event.round, []).append("\n" + entry)
        elif event.step == "order":
            chapter.deciding.append(entry)
        else:
            chapter.after.append(entry)

    def promised(self, row: Promised) -> None:
        """What became of a promise, in the chapter of the phase that decided it."""
        to = "everyone" if row.recipient == ALL else row.recipient.title()
        ordered = f"; ordered {', '.join(f'`{order}`' for order in row.ordered)}" if row.ordered else "; not ordered"
        for reader in self._models:
            mine = reader == row.sender
            if not (mine or reader == row.recipient or (row.recipient == ALL and row.source == "pledge")):
                continue
            if row.verdict == "broken":
                whose = f"to {to}" if mine else f"{row.sender.title()}, to {'us' if reader == row.recipient else to}"
                reason = f" — {_prose(why(row))}" if mine and row.account else ""
                line = f"- **Broke its word** {whose}: `{row.commitment}`{ordered}{reason}."
            else:
                whose = f"My pledge to {to}" if mine else f"{row.sender.title()}'s pledge"
                by = f" by {row.by.title()}'s deed" if row.by else ""
                line = f"- {whose}, `{row.commitment}`: **{row.verdict}**{by}."
            # Who has nothing to retreat or to build has no chapter of that phase.
            lived = [chapter for chapter in self._chapters[reader] if Phase(chapter.phase) <= row.decided]
            if lived:
                lived[-1].outcome.append(line)

    def _adjudicated(self, event: PhaseAdjudicated) -> None:
        for power in self._models:
            submitted = self._submitted.pop(power, None)
            orders = event.orders.get(power, ())
            if not orders and not any(chapter.phase == event.phase for chapter in self._chapters[power]):
                continue
            chapter = self._chapter(power, event.phase)
            if submitted is not None:
                chapter.deciding += _order_lines(submitted, event)
            chapter.outcome += self._change_lines(power, event)
            if event.captures:
                chapter.outcome.append(f"- Centres now: {_standing(event.centers)}.")
        self._centers = event.centers

    def _change_lines(self, power: str, event: PhaseAdjudicated) -> list[str]:
        lines = []
        for center, taker in event.captures.items():
            name = self._ground.names[center]
            if taker == power:
                lines.append(f"- **{name} is ours.**")
            elif center in self._centers.get(power, ()):
                lines.append(f"- **{taker.title()} has taken {name} from us.**")
        dislodged = event.dislodged.get(power, ())
        lines += [f"- The {self._unit(unit)} is dislodged and must retreat." for unit in dislodged]
        others = [
            f"`{order}` ({_told(outcome)})" if (outcome := event.results.get(Order(order).unit)) else f"`{order}`"
            for other, orders in event.orders.items()
            if other != power
            for order in orders
            if Order(order).target in self._centers.get(power, ())
        ]
        if others:
            lines.append(f"- Around us: {', '.join(others)}.")
        return lines

    def _goal_lines(self, power: str, goals: Sequence[str]) -> list[str]:
        if list(goals) == list(self._goals[power]):
            return []
        self._goals[power] = tuple(goals)
        return ["**Goals**\n", *(f"- {_prose(goal)}" for goal in goals), ""]

    def _feeling_lines(self, power: str, feelings: Mapping[str, str]) -> list[str]:
        before, self._feelings[power] = self._feelings[power], dict(feelings)
        changed = [
            f"{other.title()} {before[other]} → **{word}**" if other in before else f"{other.title()} {word}"
            for other, word in feelings.items()
            if before.get(other) != word
        ]
        return [f"**Relationships.** {', '.join(changed)}.\n"] if changed else []

    def _finished(self, event: RunFinished) -> None:
        how = {
            "solo": f"{listed(event.winners)} wins alone",
            "draw": f"a draw between {listed(event.winners)}",
            "last_power": f"{listed(event.winners)} is the last power on the board",
            "limit": f"the game stops after {event.phase}",
        }[event.outcome]
        self._endings = ["\n## The end\n", f"{how[0].upper()}{how[1:]}. Centres: {_standing(event.centers)}.\n"]

    def _unit(self, text: str) -> str:
        unit = Unit(text)
        return f"{'army' if unit.kind == 'A' else 'fleet'} {self._ground.names[unit.location]}"


def title(text: str) -> str:
    """``F1901R`` -> ``Fall 1901: retreats``."""
    phase = Phase(text)
    return f"{_SEASONS[phase.season]} {phase.year}{_KINDS[phase.kind]}"


def _written(chapter: _Chapter) -> list[str]:
    parts = [f"\n## {title(chapter.phase)}\n", *chapter.opening]
    for round, lines in sorted(chapter.rounds.items()):
        parts += [f"\n### Press, round {round}\n", *lines]
    if chapter.deciding:
        parts += ["\n### Orders\n", *chapter.deciding]
    if chapter.outcome:
        parts += ["\n### What came of it\n", *chapter.outcome]
    if chapter.after or chapter.years:
        parts += ["\n### Afterwards\n", *chapter.after, *chapter.years]
    return parts


def _order_lines(submitted: OrdersSubmitted, event: PhaseAdjudicated) -> list[str]:
    lines = [f"- ~~`{_code(line['text'])}`~~ {_why(line)}" for line in submitted.illegal_first]
    for order in submitted.orders:
        outcome = event.results.get(Order(order).unit)
        note = f" — {_told(outcome)}" if outcome else ""
        default = " *(by default)*" if order in submitted.defaults else ""
        lines.append(f"- `{order}`{default}{note}")
    if submitted.vote_draw:
        lines.append("- votes for a draw")
    return lines


def _why(line: Mapping[str, str]) -> str:
    """The reason, which repeats the order where it was understood as it was written."""
    return _prose(line["reason"].removeprefix(f"{line['text']}: "))


def listed(powers: Iterable[str]) -> str:
    """Powers by name, in a sentence: ``Austria, France and Italy``."""
    return _joined([power if power == "me" else power.title() for power in powers])


def _joined(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def _standing(centers: Mapping[str, Sequence[str]]) -> str:
    ranking = sorted(centers, key=lambda power: (-len(centers[power]), power))
    return ", ".join(f"{power.title()} {len(centers[power])}" for power in ranking)


def _told(outcome: Iterable[str]) -> str:
    return ", ".join(_OUTCOMES.get(word, word) for word in outcome)
