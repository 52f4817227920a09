"""A tournament on a terminal while it is played: under the lines of its games a panel.

It tells what is under way, who stands where, what all has cost and when it should be done."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from ..game.display import GameConsole
from ..records.cleaning import cleaned
from .progress import Progress
from .standing import LiveStanding, PlayerStanding, UnderWay

_TICK = 1.0
"""Seconds between two pictures."""
_MOST = 8
"""Rows of each table; a line tells how many more there are."""


class TournamentPanel:
    """Draws it, where there is a terminal; elsewhere lines are enough."""

    def __init__(self, progress: Progress, standing: LiveStanding, console: Console | None = None) -> None:
        self._progress = progress
        self._standing = standing
        self._console = console or GameConsole(highlight=False, emoji=False)
        self._live: Live | None = None

    def say(self, text: str) -> None:
        """A line above the panel."""
        self._console.print(Text(cleaned(text, "text")), soft_wrap=True)

    @property
    def wanted(self) -> bool:
        return self._console.is_terminal

    @asynccontextmanager
    async def shown(self) -> AsyncIterator[None]:
        """While the games are played."""
        if not self.wanted:
            yield
            return
        ticking = asyncio.create_task(self._tick(), name="panel")
        try:
            yield
        finally:
            ticking.cancel()
            with suppress(asyncio.CancelledError):
                await ticking

    async def _tick(self) -> None:
        with (
            suppress(OSError),
            Live(console=self._console, auto_refresh=False, transient=True, redirect_stdout=False) as live,
        ):
            # A program that is ended at once would leave the terminal without its cursor.
            self._console.show_cursor(True)
            while True:
                under_way = await asyncio.to_thread(self._standing.under_way)
                live.update(self.picture(under_way), refresh=True)
                await asyncio.sleep(_TICK)

    def picture(self, under_way: Sequence[UnderWay]) -> Group:
        """All of it, at this moment."""
        parts = [_games(under_way)] if under_way else []
        players = self._standing.players()
        parts += [_players(players)] if players else []
        return Group(*parts, Text(self._progress.standing(), style="bold", no_wrap=True, overflow="ellipsis"))


def _games(under_way: Sequence[UnderWay]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", title_justify="left")
    for name, right in (("game", False), ("phase", False), ("minutes", True), ("calls", True), ("cost", True)):
        table.add_column(name, justify="right" if right else "left")
    for game in under_way[:_MOST]:
        cost = "unknown" if game.cost_usd is None else f"${game.cost_usd:.4f}"
        table.add_row(game.name, game.phase or "begins", f"{game.seconds / 60:.1f}", f"{game.calls:,}", cost)
    if len(under_way) > _MOST:
        table.add_row(f"{len(under_way) - _MOST} more")
    return table


def _players(players: Sequence[PlayerStanding]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name, right in (("standing so far", False), ("seats", True), ("centres", True), ("first", True)):
        table.add_column(name, justify="right" if right else "left")
    for one in players[:_MOST]:
        table.add_row(Text(cleaned(one.player, "line")), str(one.seats), f"{one.centers:.2f}", str(one.first))
    return table
