"""How far a tournament is: a line a game, with what it has cost so far and when it should be done."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime

from ..models.budget import Amount
from .game_runner import Result
from .schedule import Match
from .standing import LiveStanding

_LEADERS = 3
"""Players that a line tells of."""


class Progress:
    """Says each line to whoever prints it."""

    def __init__(
        self,
        say: Callable[[str], None],
        games: int,
        finished: int,
        spent: Callable[[], Amount],
        *,
        priced: bool,
        standing: LiveStanding,
    ) -> None:
        """``finished``: before; ``spent``: by all games so far; ``priced``: whether the prices of all models are
        known; ``standing`` hears of every game."""
        self.say = say
        self.leaders_in_lines = True
        """Whether each line tells who leads; what stands on a panel need not be said again."""
        self._games = games
        self._before = finished
        self._spent = spent
        self._priced = priced
        self._players = standing
        self._began = time.monotonic()
        self._played = 0
        self._under_way: set[int] = set()
        self._stops: set[str] = set()
        self.idle = 0
        """Games that stand still because a seat does not play."""

    @property
    def finished(self) -> int:
        """Games that were played to their end."""
        return self._before + self._played

    def begun(self, match: Match) -> None:
        """A game was handed out."""
        self._under_way.add(match.number)
        self._players.begun(match)

    def told(self, result: Result) -> None:
        """A game has ended, or cannot go on."""
        self._under_way.discard(result.number)
        self._players.ended(result.number)
        if result.halt is not None or result.idle:
            self.idle += result.idle
            # What stops one game most often stops all that are under way.
            if result.idle or result.text not in self._stops:
                self._stops.add(result.text)
                self.say(f"game {result.number} stopped: {result.text}")
            return
        self._played += 1
        leaders = self._leaders() if self.leaders_in_lines else ""
        self.say(f"game {result.number}: {result.text}. {self.standing()}{leaders}")

    def lost(self, worker: str, matches: Sequence[Match]) -> None:
        """A worker is gone that had these games."""
        self._under_way -= {match.number for match in matches}
        for match in matches:
            self._players.ended(match.number)
        names = ", ".join(str(match.number) for match in matches)
        several = "games" if len(matches) > 1 else "game"
        what = f"{several} {names} go{'' if len(matches) > 1 else 'es'} on elsewhere" if matches else "it had no game"
        self.say(f"{worker}: {what}")

    def _leaders(self) -> str:
        """``; so far gpt 5.20, bot:dumbbot 4.90 centres a seat``."""
        players = self._players.players()[:_LEADERS]
        told = ", ".join(f"{one.player} {one.centers:.2f}" for one in players)
        return f"; so far {told} centres a seat" if told else ""

    def standing(self) -> str:
        """``37 of 200 games, 8 under way, 12.4 a minute, $1.2300 so far, done about 14:32``."""
        parts = [f"{self.finished} of {self._games} games"]
        if self._under_way:
            parts.append(f"{len(self._under_way)} under way")
        parts += [*self._rate(), f"{self.cost()} so far"]
        return ", ".join(parts)

    def cost(self) -> str:
        """What all games have cost; what is known of it, when not all is."""
        cost = self._spent().cost_usd
        if not self._priced:
            return f"cost unknown (${cost:.4f} of it known)" if cost else "cost unknown"
        return "nothing spent" if cost == 0 else f"${cost:.4f}"

    def rate(self) -> float:
        """Games a minute."""
        return 60 * self._played / max(1e-9, time.monotonic() - self._began)

    def _rate(self) -> list[str]:
        left = self._games - self.finished
        if not self._played or not left:
            return []
        seconds = 60 * left / self.rate()
        end = datetime.fromtimestamp(time.time() + seconds)
        day = "" if seconds < 12 * 3600 else f"{end:%Y-%m-%d} "
        return [f"{self.rate():.1f} a minute", f"done about {day}{end:%H:%M}"]
