"""What goes on at this moment of a game: what every power does and for how long, and what it has come to so far."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ..board.phase import Phase
from ..models.events import CallLost, CallRetried, CallSent, CoolDownStarted
from ..records.events import Event
from ..run.events import ReplyRead, StepFinished
from ..run.settings_history import SettingsHistory
from .config import GameConfig
from .counts import ErrorCounts
from .events import MessageDelivered, PhaseAdjudicated, PhaseStarted

_BEFORE_BARRIERS = ("negotiate", "order")
"""Steps after which a power waits for the others."""


@dataclass(frozen=True, slots=True)
class Activity:
    """What one power does."""

    what: Literal["asking", "again", "queued", "ready"]
    """``asking``: its model has the question; ``again``: it will be asked again after a pause; ``queued``: its next
    step has not reached the model; ``ready``: it waits for the other powers."""
    since: float
    """When it began, on the monotonic clock."""
    step: str = ""
    round: int = 0
    until: float = 0.0
    """When it is asked again."""
    why: str = ""


@dataclass(slots=True)
class LiveState:
    """Listens to a game."""

    config: GameConfig
    counts: ErrorCounts = field(init=False)
    """What the game has come to, and in its ledger what that cost. Calls of earlier sessions count too, those that a
    fork inherits do not."""
    phase: str = ""
    centers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    doing: dict[str, Activity] = field(default_factory=dict)
    pauses: dict[str, float] = field(default_factory=dict)
    """Account -> when its cool-down ends, on the monotonic clock."""
    began: float = field(default_factory=time.monotonic)
    turns_played: int = 0
    """In this session."""
    _adjudicated: str = ""

    def __post_init__(self) -> None:
        self.counts = ErrorCounts(SettingsHistory(self.config, Phase))

    # Listening

    def event(self, event: Event) -> None:
        now = time.monotonic()
        self.counts.event(event)
        match event:
            case CallSent():
                self.doing[event.actor] = Activity("asking", now, event.step, event.round)
            case ReplyRead() if self._at(event.actor, event.step):
                self.doing[event.actor] = Activity("queued", now, event.step, event.round)
            case PhaseStarted():
                self.phase, self.centers = event.phase, event.centers
                alive = [power for power in event.centers if event.units[power] or event.centers[power]]
                self.doing = {power: self.doing.get(power, Activity("queued", now)) for power in alive}
            case StepFinished():
                last = event.step in _BEFORE_BARRIERS
                if last or self._at(event.actor, event.step):
                    self.doing[event.actor] = Activity("ready" if last else "queued", now, event.step, event.round)
            case MessageDelivered():
                self._all_go_on(now)
            case PhaseAdjudicated():
                self.centers, self._adjudicated = event.centers, event.phase
                self.turns_played += Phase(event.phase).kind == "M"
                self._all_go_on(now)
            case CallRetried():
                self.doing[event.actor] = Activity(
                    "again", now, event.step, event.round, until=now + event.wait, why=event.reason
                )
            case CoolDownStarted():
                self.pauses[event.account] = now + event.seconds
            case CallLost():
                self.counts.ledger.event(event)

    def _at(self, power: str, step: str) -> bool:
        """Whether it is at this step; another may run beside it."""
        return power not in self.doing or self.doing[power].step in ("", step)

    def _all_go_on(self, now: float) -> None:
        """A barrier was crossed."""
        for power, doing in self.doing.items():
            if doing.what == "ready":
                self.doing[power] = Activity("queued", now)

    # Telling

    def stage(self) -> str:
        """Where in the phase the game is, by the step that was begun last."""
        if not self.phase:
            return "the game begins"
        steps = [(doing.step, doing.round) for doing in self.doing.values() if doing.step]
        # It is asked beside the round that follows.
        steps = [("negotiate", round + 1) if step == "provisional" else (step, round) for step, round in steps]
        if Phase(self.phase).kind != "M":
            return "orders"
        named = {"initialize": "first thoughts", "reflect": "reflection", "plan": "plans", "order": "orders"}
        order = ("initialize", "reflect", "consolidate", "negotiate", "plan", "order")
        last = max(steps, key=lambda step: (order.index(step[0]), step[1]), default=("initialize", 0))
        rounds = self.config.rounds
        return f"press {last[1]} of {rounds}" if last[0] == "negotiate" else named.get(last[0], "reflection")

    def ready(self) -> tuple[int, int]:
        """How many powers wait at the coming barrier, of how many."""
        return sum(doing.what == "ready" for doing in self.doing.values()), len(self.doing)

    def turns(self) -> tuple[int, int]:
        """Movement phases behind the game, and all that it may have."""
        phases = [
            f"{season}{year:04}M"
            for year in range(self.config.terrain.first_year, self.config.last_year + 1)
            for season in "SF"
        ]
        played = [phase for phase in phases if self.config.is_within_limits(phase)]
        behind = sum(Phase(phase) < self.phase for phase in played) if self.phase else 0
        behind += self._adjudicated in played and self._adjudicated == self.phase
        return behind, len(played)

    def expected(self, now: float) -> float | None:
        """Seconds to go at the pace so far if the game is played to its last phase; ``None`` before the first turn's
        end."""
        behind, total = self.turns()
        if not self.turns_played:
            return None
        return (now - self.began) / self.turns_played * (total - behind)
