"""What an agent remembers: goals, relationships, a private diary, and a summary of the years gone by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from ..board.phase import Phase
from ..board.player import Mind, Relationship, Step

MAX_ENTRY = 800
"""Characters of one diary entry or summary that are kept."""
MAX_GOALS = 6
MAX_GOAL = 200


@dataclass(frozen=True, slots=True)
class DiaryEntry:
    phase: Phase
    step: Step
    text: str

    @property
    def year(self) -> int:
        return self.phase.year

    def __str__(self) -> str:
        return f"{self.phase}: {self.text}"


@dataclass(frozen=True, slots=True)
class Summary:
    """What is left of the diary of all years up to ``year``."""

    year: int
    text: str


@dataclass(slots=True)
class Memory:
    """One agent's memory. Only the agent's own steps change it."""

    goals: tuple[str, ...] = ()
    relationships: dict[str, Relationship] = field(default_factory=dict)
    """Every other power of the map -> how this one stands to it."""
    diary: list[DiaryEntry] = field(default_factory=list)
    """Every entry of the game, oldest first."""
    past: Summary | None = None
    """Of all years so far."""
    directive: str = ""
    """The plan of ``directive_phase``."""
    directive_phase: str = ""
    staged: dict[Step, Memory] = field(default_factory=dict)
    """Step -> what it has written that is not yet in force; see ``settle``."""

    def meet(self, others: Iterable[str]) -> None:
        """Know every other power, as Neutral until something else is said."""
        for power in others:
            self.relationships.setdefault(power, "Neutral")

    def note(self, phase: Phase, step: Step, text: str) -> str:
        """Write a diary entry; returns what was kept of it (empty text is no entry)."""
        kept = text.strip()[:MAX_ENTRY]
        if kept:
            self.diary.append(DiaryEntry(phase, step, kept))
        return kept

    def aim(self, goals: Sequence[str]) -> None:
        """Take new goals; none given leaves the old ones."""
        kept = tuple(goal.strip()[:MAX_GOAL] for goal in goals if goal.strip())[:MAX_GOALS]
        self.goals = kept or self.goals

    def feel(self, relationships: Mapping[str, Relationship]) -> None:
        """Change the relationships that are named; the others stay."""
        for power, word in relationships.items():
            if power in self.relationships:
                self.relationships[power] = word

    def unsummarised(self) -> list[DiaryEntry]:
        """Diary entries that no summary in force covers."""
        through = self.past.year if self.past else 0
        return [entry for entry in self.diary if entry.year > through]

    def settle(self, joined: Iterable[str]) -> None:
        """Put in force what these steps have staged. They run beside others, so what they write counts only from a
        moment that is the same however the steps were scheduled."""
        for written in [self.staged.pop(step) for step in list(self.staged) if step in joined]:
            self.goals = written.goals or self.goals
            self.relationships |= written.relationships
            self.diary += written.diary
            self.past = written.past or self.past

    @contextmanager
    def whole(self, step: Step, *, beside: bool) -> Iterator[None]:
        """A step that fails half way has changed nothing: it counts as not taken, and when the game is played again it
        is not. ``beside``: it runs beside others, and has nothing to change but what it stages."""
        before = replace(self, relationships=dict(self.relationships), staged={**self.staged})
        entries = len(self.diary)
        try:
            yield
        except BaseException:
            self.staged.pop(step, None)
            if beside:
                raise
            self.goals, self.relationships, self.past = before.goals, before.relationships, before.past
            self.directive, self.directive_phase = before.directive, before.directive_phase
            del self.diary[entries:]
            # What it has put in force waits again, beside what was staged meanwhile.
            self.staged = before.staged | self.staged
            raise

    def mind(self, phase: str) -> Mind:
        return Mind(
            goals=self.goals,
            relationships=dict(self.relationships),
            diary=tuple(str(entry) for entry in self.diary),
            directive=self.directive if self.directive_phase == phase else "",
        )
