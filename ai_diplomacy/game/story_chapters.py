"""A chapter of a power's story: what it lived through in one phase, put down in the order in which it is to be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ..board.phase import Phase
from .story_words import collapsed, joined, title


@dataclass(slots=True)
class PressRound:
    """Everybody writes at once, so what a power wrote answers what it had received the round before, and what it
    receives answers, if anything, what it wrote before that."""

    thought: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    received: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Chapter:
    """What one power lived through in one phase."""

    phase: Phase
    opening: list[str] = field(default_factory=list)
    rounds: dict[int, PressRound] = field(default_factory=dict)
    deciding: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    """Words that were broken: what weighs most of what came of it."""
    outcome: list[str] = field(default_factory=list)
    promises: dict[str, list[str]] = field(default_factory=dict)
    """Verdict of all other promises -> the promises."""
    after: list[str] = field(default_factory=list)
    years: list[str] = field(default_factory=list)
    """Written at the same time as ``after``, so that each has a place of its own."""
    written: str = ""
    """Its text; empty when something was added since."""

    def text(self) -> str:
        """In Markdown."""
        if not self.written:
            self.written = collapsed(self._lines())
        return self.written

    def _lines(self) -> Iterator[str]:
        yield f"## {title(self.phase)}\n"
        yield from self.opening
        for number, exchanged in sorted(self.rounds.items()):
            yield f"\n### Press, round {number}\n"
            yield from exchanged.thought
            yield from exchanged.written
            yield from exchanged.received
        for heading, parts in (
            ("Orders", self.deciding),
            ("What came of it", [*self.broken, *self.outcome, *self._promises()]),
            ("Afterwards", [*self.after, *self.years]),
        ):
            if parts:
                yield f"\n### {heading}\n"
                yield from parts

    def _promises(self) -> Iterator[str]:
        """Kept promises in one line, and another for what became of the others."""
        if kept := self.promises.get("kept"):
            yield f"- Kept: {', '.join(kept)}."
        others = [f"{joined(told)} ({verdict})" for verdict, told in sorted(self.promises.items()) if verdict != "kept"]
        if others:
            yield f"- Neither kept nor broken: {'; '.join(others)}."
