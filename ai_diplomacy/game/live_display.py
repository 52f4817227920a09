"""The game on a terminal as it is played: the scrolling text, and under it a panel that tells what goes on now."""

from __future__ import annotations

import asyncio
import sys
import time
from contextlib import suppress
from functools import partial
from types import TracebackType
from typing import Self

from rich.console import Group, RenderableType
from rich.live import Live
from rich.text import Text

from ..records.cleaning import cleaned
from ..records.events import Event
from .config import GameConfig
from .display import Display, GameConsole
from .live_state import Activity, LiveState

_line = partial(cleaned, kind="line")

_TICK = 0.5
"""Seconds between two pictures."""

_LOW, _NARROW = 18, 56
"""Rows and columns below which the panel is shortened."""


class LiveDisplay(Display):
    """Prints as it listens, a picture at a time: what comes between two of them is written in one go, so that a burst
    of events does not hold up the game."""

    def __init__(self, console: GameConsole, config: GameConfig, *, verbose: bool = False) -> None:
        models = config.marked_names()
        super().__init__(console, config.terrain, models, verbose=verbose)
        self._state = LiveState(config)
        self._pending: list[RenderableType] = []
        self._live: Live | None = None
        self._ticking: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._state.began = time.monotonic()
        self._live = Live(
            console=self._console,
            auto_refresh=False,
            transient=True,
            vertical_overflow="crop",
            redirect_stdout=False,
            # Warnings of the program go above the panel, unless they go elsewhere anyway.
            redirect_stderr=sys.stderr.isatty(),
        )
        try:
            self._live.start()
            # A program that is ended at once would leave the terminal without its cursor.
            self._console.show_cursor(True)
        except OSError:
            self._console.quiet = True
            # Half begun, it cannot end in good order either.
            with suppress(OSError, IndexError):
                self._live.stop()
            self._live = None
        self._ticking = asyncio.create_task(self._tick(), name="display")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        if self._ticking is not None:
            self._ticking.cancel()
            with suppress(asyncio.CancelledError):
                await self._ticking
        self._draw()
        if self._live is not None:
            try:
                self._live.stop()
            except OSError:
                self._console.quiet = True
            self._live = None

    def event(self, event: Event) -> None:
        self._state.event(event)
        super().event(event)

    def _print(self, line: RenderableType, *, wrapped: bool = False) -> None:  # noqa: ARG002 - a group wraps by itself
        self._pending.append(line)

    async def _tick(self) -> None:
        while not self._console.quiet:
            self._draw()
            await asyncio.sleep(_TICK)

    def _draw(self) -> None:
        lines, self._pending = self._pending, []
        if self._live is None or self._console.quiet:
            return
        try:
            self._live.update(self.panel(time.monotonic()))
            if lines:
                # The panel is drawn anew under whatever is printed.
                self._console.print(Group(*lines))
            else:
                self._live.refresh()
        except OSError:
            # The game goes on when nobody can see it any more.
            self._console.quiet = True

    # The panel

    def panel(self, at: float) -> Group:
        """The picture of a moment on the monotonic clock."""
        low = self._console.height < _LOW
        rows = [] if low else [self._power(power, doing, at) for power, doing in sorted(self._state.doing.items())]
        lines = [self._head(), *rows, *self._pauses(at), self._tally(), self._time(at)]
        for line in lines:
            line.no_wrap, line.overflow = True, "ellipsis"
        return Group(*lines)

    def _head(self) -> Text:
        ready, powers = self._state.ready()
        head = Text.assemble((f"{self._state.phase or 'start'} · {self._state.stage()}", "bold"))
        if powers:
            head.append(f" · {ready} of {powers} ready ", style="dim")
        head.append("─" * max(0, self._console.width - head.cell_len), style="dim")
        return head

    def _power(self, power: str, doing: Activity, at: float) -> Text:
        centers = len(self._state.centers.get(power, ()))
        line = Text.assemble((f"{power.title():<{self._width}}", f"bold {self._colours[power]}"), f" {centers:>2}  ")
        step = f"{doing.step} {doing.round}" if doing.round else doing.step
        match doing.what:
            case "asking":
                model = "" if self._console.width < _NARROW else f" asks {cleaned(self._models[power], 'line')}:"
                line.append(f"▶{model} {step}", style="green")
                line.append(f"  {_clock(at - doing.since)}")
            case "again":
                left = max(0.0, doing.until - at)
                line.append(f"… {step} again in {_clock(left)}: {cleaned(doing.why, 'line')}", style="yellow")
            case "queued":
                waited = at - doing.since
                line.append("· next step", style="dim")
                line.append(f"  {_clock(waited)}" if waited >= 1 else "", style="dim")
            case "ready":
                line.append(f"✓ ready with {step}", style="dim")
        return line

    def _pauses(self, at: float) -> list[Text]:
        return [
            Text(f"pause asked for by {cleaned(account, 'line')}: {_clock(until - at)} to go", style="yellow")
            for account, until in self._state.pauses.items()
            if until > at
        ]

    def _tally(self) -> Text:
        total, spent = self._state.counts.total, self._state.counts.ledger.total()
        given, illegal, left = (total(name) or 0 for name in ("orders_given", "illegal_orders_first", "illegal_orders"))
        messages, retries, cost = total("messages_sent"), total("retries"), spent.total_usd
        parts = [
            f"{messages} messages",
            f"orders: {given - illegal} legal, {illegal - left} repaired, {total('default_orders')} by default",
            f"{spent.calls} calls" + (f", {retries} retries" if retries else ""),
            f"tokens: {_number(spent.input_tokens)} in, {_number(spent.output_tokens)} out",
            "cost unknown" if cost is None else f"${cost:,.4f}" if cost else "$0",
        ]
        if self._console.width < _NARROW:
            parts = [f"{messages} msgs", f"{_number(spent.output_tokens)} tokens out", parts[-1]]
        return Text(" · ".join(parts), style="dim")

    def _time(self, at: float) -> Text:
        behind, total = self._state.turns()
        left = self._state.expected(at)
        cells = 20
        filled = round(cells * behind / total) if total else cells
        line = Text.assemble(("━" * filled, "green"), ("━" * (cells - filled), "dim"))
        line.append(f" {behind} of {total} turns · {_clock(at - self._state.began)} so far")
        line.append("" if left is None else f", about {_clock(left)} to go", style="dim")
        return line


def _clock(seconds: float) -> str:
    """``4.2 s``, ``3 min 20 s``, ``2 h 05 min``."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{int(seconds // 60)} min {int(seconds % 60):02} s"
    return f"{int(seconds // 3600)} h {int(seconds % 3600 // 60):02} min"


def _number(tokens: int | None) -> str:
    return "unknown" if tokens is None else f"{tokens:,}"
