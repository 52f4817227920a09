"""``powers/FRANCE.md``: what one power saw, said, meant, ordered and learned, phase by phase, to read as a story;
and beside them ``story.md``, the story of the whole game."""

from __future__ import annotations

import bisect
from collections.abc import Mapping, Sequence

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
from ..records.events import Event
from ..run.defaulted_steps import DefaultedSteps
from ..run.events import ReplyRead, StepDefaulted
from ..run.settings_history import SettingsHistory
from .config import GameConfig
from .events import MessageDelivered, MessageEdited, OrdersSubmitted, PhaseAdjudicated, PhaseStarted
from .story_chapters import Chapter, PressRound
from .story_facts import GameFacts
from .story_of_all import StoryOfAll
from .story_opening import Feelings, Opening, ending
from .story_words import code, collapsed, counted, joined, listed, orders, prose, standing, told, unit_name, whereabouts
from .word_and_deed import why

_KEY = """In the press, **to England** marks what this power wrote, **England** what it received; everybody writes
at once, so an answer stands one round below what it answers. Lines set off by a bar are its diary, which nobody else
reads."""


class Stories:
    """Writes the story of every power as things happen."""

    def __init__(self, settings: SettingsHistory[GameConfig], defaults: DefaultedSteps) -> None:
        """``defaults``: how many steps of each power ended on defaults so far."""
        models = settings.first.models
        self._defaults = defaults
        self._facts = GameFacts()
        self._ground = settings.first.terrain
        self._settings = settings
        self._models = tuple(models)
        self._of_all = StoryOfAll(self._facts, self._ground, {power: self._played_by(power) for power in models})
        self._chapters: dict[str, list[Chapter]] = {power: [] for power in models}
        self._submitted: dict[str, OrdersSubmitted] = {}
        self._feelings = {power: Feelings() for power in models}
        self._goals: dict[str, Sequence[str]] = dict.fromkeys(models, ())

    def event(self, event: Event) -> None:
        self._of_all.event(event)
        self._told(event)
        self._facts.event(event)

    def _told(self, event: Event) -> None:
        match event:
            case PhaseStarted():
                self._open(event)
            case Initialized():
                lines = [
                    *self._goal_lines(event.power, event.goals),
                    *self._feeling_lines(event.power, event.relationships, event.phase),
                ]
                self._chapter(event.power, event.phase).opening += lines
            case Planned():
                self._chapter(event.power, event.phase).deciding.append(f"**Plan.** {prose(event.directive)}\n")
            case MessageDelivered():
                self._heard(event)
            case MessageMeant():
                # It is told right behind its message.
                lines = self._round(event.sender, event.phase, event.round).written
                lines[-1] += f" *({'meant' if event.meant else 'not meant'})*"
            case MessageEdited():
                self._edited(event)
            case MessageReturned():
                notice = f"- *Returned to me ({prose(event.detail)}):* {prose(event.body)}"
                self._round(event.sender, event.phase, event.round).written.append(notice)
            case DiaryWritten():
                self._diary(event)
            case OrdersExplained():
                lines = self._chapter(event.power, event.phase).deciding
                lines += [f"**Reasoning.** {prose(event.reasoning)}\n"] if event.reasoning else []
                lines += [f"**Intent, told to nobody.** {prose(event.intent)}\n"] if event.intent else []
            case OrdersSubmitted():
                self._submitted[event.power] = event
            case PhaseAdjudicated():
                self._adjudicated(event)
            case Reflected():
                lines = self._chapter(event.power, event.phase).after
                lines += [
                    *self._goal_lines(event.power, event.goals),
                    *self._feeling_lines(event.power, event.relationships, event.phase),
                ]
            case Consolidated():
                text = f"**Looking back on the years gone by.** {prose(event.summary)}\n"
                self._chapter(event.power, event.phase).years.append(text)
            case ReplyRead() if event.verdict == "cut":
                text = f"- *My reply to `{event.step}` was not complete:* {prose(event.problems[0])}"
                chapter = self._chapter(event.actor, event.phase)
                (chapter.years if event.step == "consolidate" else chapter.after).append(text + "\n")
            case StepDefaulted():
                text = f"- *No usable reply to `{event.step}`:* {prose(event.reason)}"
                chapter = self._chapter(event.actor, event.phase)
                (chapter.years if event.step == "consolidate" else chapter.after).append(text + "\n")

    def texts(self) -> dict[str, str]:
        """Path -> the story so far, in Markdown."""
        return {f"powers/{power}.md": self.text(power) for power in self._models} | {"story.md": self._of_all.text()}

    def text(self, power: str) -> str:
        """One power's."""
        people = self._ground.adjectives.get(power, power)
        parts = [f"# {power.title()}\n", f"The {people} story, played by {self._played_by(power)}.\n"]
        if (defaults := self._defaults.of_actor(power)).defaulted:
            parts.append(f"**{prose(str(defaults))}**\n")
        chapters = self._chapters[power]
        phases = [chapter.phase for chapter in chapters]
        parts += Opening(power, self._facts, self._ground, self._feelings[power], phases).lines()
        parts.append(f"{_KEY}\n")
        parts = [collapsed(parts), *(chapter.text() for chapter in chapters)]
        if self._facts.finished is not None:
            centers = standing(self._facts.finished.centers)
            parts += ["## The end\n", f"{ending(self._facts)} Centres: {centers}.\n"]
        return "\n".join(parts)

    def _played_by(self, power: str) -> str:
        return ", ".join(
            f"`{code(model)}`" if not after else f"after {after} by `{code(model)}`"
            for after, model in self._settings.players(power)
        )

    # Finding the place

    def _chapter(self, power: str, phase: str) -> Chapter:
        """To add something to."""
        for chapter in reversed(self._chapters[power]):
            if chapter.phase == phase:
                chapter.written = ""
                return chapter
        # What a power thought of a phase in which it had nothing to do comes when the next one is open already.
        chapter = Chapter(Phase(phase))
        bisect.insort(self._chapters[power], chapter, key=lambda other: other.phase)
        return chapter

    def _round(self, power: str, phase: str, round: int) -> PressRound:
        return self._chapter(power, phase).rounds.setdefault(round, PressRound())

    # Telling

    def _open(self, event: PhaseStarted) -> None:
        if Phase(event.phase).kind != "M":
            return
        for power in self._models:
            if not event.units[power] and not event.centers[power]:
                continue
            held = counted(len(event.centers[power]), "centre")
            line = f"{power.title()} holds {held}{self._forces(event, power)}.\n"
            self._chapter(power, event.phase).opening.append(line)

    def _forces(self, event: PhaseStarted, power: str) -> str:
        """``, with armies in Marseilles and Paris and a fleet in Brest``."""
        told = []
        for kind, one, many in (("A", "an army", "armies"), ("F", "a fleet", "fleets")):
            places = [whereabouts(self._ground, unit) for unit in map(Unit, event.units[power]) if unit.kind == kind]
            told += [f"{one if len(places) == 1 else many} in {joined(places)}"] if places else []
        return f", with {' and '.join(told)}" if told else " and has no units"

    def _heard(self, event: MessageDelivered) -> None:
        public = list(event.recipients) == ["ALL"]
        readers = list(self._models) if public else [event.sender, *event.recipients]
        body = prose(event.body)
        pledges = f" *(pledges {', '.join(f'`{pledge}`' for pledge in event.pledges)})*" if event.pledges else ""
        for reader in readers:
            if reader == event.sender:
                to = "everyone" if public else listed(event.recipients)
                line = f"- **to {to}:** {body}{pledges}"
            else:
                others = [name for name in event.recipients if name not in (reader, "ALL")]
                beside = " to everyone" if public else f" to {listed(['me', *others])}" if others else ""
                line = f"- **{event.sender.title()}{beside}:** {body}{pledges}"
            if reader == event.sender:
                self._round(reader, event.phase, event.round).written.append(line)
            elif self._chapters[reader]:
                self._round(reader, event.phase, event.round).received.append(line)

    def _edited(self, event: MessageEdited) -> None:
        readers = "everyone" if list(event.recipients) == ["ALL"] else listed(event.recipients)
        lines = self._round(event.sender, event.phase, event.round).written
        but = f" ({prose(event.problem)})" if event.problem else ""
        if event.before is event.after is None:
            lines.append(f"- *A message to {readers} was to be changed in this fork{but}.*")
        elif event.before is None:
            lines.append(f"- *A message to {readers} was added in this fork{but}; I did not write it.*")
        elif event.after is None:
            lines.append(f"- *Not delivered in this fork, I had written to {readers}:* {prose(event.before)}")
        else:
            lines.append(f"- *Changed in this fork{but}, I had written to {readers}:* {prose(event.before)}")

    def _diary(self, event: DiaryWritten) -> None:
        chapter = self._chapter(event.power, event.phase)
        entry = f"> {prose(event.text)}\n"
        if event.step == "negotiate":
            self._round(event.power, event.phase, event.round).thought.append(entry)
        elif event.step == "order":
            chapter.deciding.append(entry)
        else:
            chapter.after.append(entry)

    def promised(self, row: Promised) -> None:
        """What became of a promise, in the chapter of the phase that decided it."""
        self._facts.promised(row)
        self._of_all.promised(row)
        for reader in self._models:
            mine = reader == row.sender
            if not (mine or reader == row.recipient or (row.recipient == ALL and row.source == "pledge")):
                continue
            # Who has nothing to retreat or to build has no chapter of that phase.
            lived = [chapter for chapter in self._chapters[reader] if chapter.phase <= row.decided]
            if not lived:
                continue
            chapter = self._chapter(reader, lived[-1].phase)
            if row.verdict == "broken":
                chapter.broken.append(_broken(row, reader))
                continue
            whose = f"mine to {_to(row)}" if mine else f"{row.sender.title()}'s"
            by = f", by {row.by.title()}'s deed" if row.by else ""
            chapter.promises.setdefault(f"{row.verdict}{by}", []).append(f"{whose} `{row.commitment}`")

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
                chapter.outcome.append(f"- Centres now: {standing(event.centers)}.")

    def _change_lines(self, power: str, event: PhaseAdjudicated) -> list[str]:
        lines = []
        for center, taker in event.captures.items():
            name = self._ground.names[center]
            if taker == power:
                lines.append(f"- **{name} is ours.**")
            elif center in self._facts.centers.get(power, ()):
                lines.append(f"- **{taker.title()} has taken {name} from us.**")
        dislodged = event.dislodged.get(power, ())
        lines += [f"- The {unit_name(self._ground, unit, 'in')} is dislodged and must retreat." for unit in dislodged]
        others = [
            f"`{order}` ({told(outcome)})" if (outcome := event.results.get(Order(order).unit)) else f"`{order}`"
            for other, orders in event.orders.items()
            if other != power
            for order in orders
            if Order(order).target in self._facts.centers.get(power, ())
        ]
        if others:
            lines.append(f"- Around us: {', '.join(others)}.")
        return lines

    def _goal_lines(self, power: str, goals: Sequence[str]) -> list[str]:
        """New ones, and those that it has given up or reached, struck through."""
        before, self._goals[power] = self._goals[power], tuple(goals)
        new = [f"- {prose(goal)}" for goal in goals if goal not in before]
        old = [f"- ~~{prose(goal)}~~" for goal in before if goal not in goals]
        return ["**Goals**\n", *new, *old, ""] if new or old else []

    def _feeling_lines(self, power: str, words: Mapping[str, str], phase: str) -> list[str]:
        before = self._feelings[power].changed(words, phase)
        changed = [
            f"{other.title()} {word} → **{words[other]}**" if word else f"{other.title()} {words[other]}"
            for other, word in before.items()
        ]
        return [f"**Relationships.** {', '.join(changed)}.\n"] if changed else []


def _to(row: Promised) -> str:
    return "everyone" if row.recipient == ALL else row.recipient.title()


def _broken(row: Promised, reader: str) -> str:
    mine = reader == row.sender
    whose = f"to {_to(row)}" if mine else f"{row.sender.title()}, to {'us' if reader == row.recipient else _to(row)}"
    ordered = f"; ordered {orders(row.ordered)}" if row.ordered else "; not ordered"
    reason = f" — {prose(why(row))}" if mine and row.account else ""
    return f"- **Broke its word** {whose}: `{row.commitment}`{ordered}{reason}."


def _order_lines(submitted: OrdersSubmitted, event: PhaseAdjudicated) -> list[str]:
    lines = [f"- ~~`{code(line['text'])}`~~ {_reason(line)}" for line in submitted.illegal_first]
    for order in submitted.orders:
        outcome = event.results.get(Order(order).unit)
        note = f" — {told(outcome)}" if outcome else ""
        default = " *(by default)*" if order in submitted.defaults else ""
        lines.append(f"- `{order}`{default}{note}")
    if submitted.vote_draw:
        lines.append("- votes for a draw")
    return lines


def _reason(line: Mapping[str, str]) -> str:
    """The reason, which repeats the order where it was understood as it was written."""
    return prose(line["reason"].removeprefix(f"{line['text']}: "))
