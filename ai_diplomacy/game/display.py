"""The game on the terminal, as scrolling text, phase by phase: what was said, ordered and won."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from functools import partial
from types import TracebackType
from typing import Any, Self

from rich.console import Console, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from ..agent.constraint import MARKS
from ..agent.events import DiaryWritten, MessageReturned, OrdersExplained, PromptShortened
from ..board.phase import Phase
from ..board.terrain import Terrain
from ..board.units import Order
from ..models.events import BudgetWarned, CallRetried, CoolDownStarted, LimiterChanged, ModelRemarked, ParameterDropped
from ..models.remarks import REMARKS
from ..records.cleaning import cleaned
from ..records.events import Event
from ..run.events import ReplyRead, RunFinished, StepDefaulted
from .counts import ErrorCounts
from .events import MessageDelivered, MessageEdited, OrdersSubmitted, PhaseAdjudicated, PhaseStarted
from .story_words import listed, title

_SILENCE = 20.0
"""Seconds between two lines about the same trouble with a model."""

_FEW_CALLS, _FEW_TOKENS = 2.0, 10_000.0
"""A second, about what seven seats take that ask at once and are answered in a few seconds."""

_DROPPED = {
    "constraint": "refuses a schema that lists all legal orders; where it does, it is held to the reply's shape alone",
    "system": "takes no system, and is asked with it before the prompt",
}
"""Parameter -> what is told of a model that does not take it, where that is not the usual."""

_FEW = 3
"""Orders of which nobody says that most were illegal."""
_FREE = "--constrain orders lets a model write legal orders alone (docs/models.md)"
_HELD = "it is held to legal ones, so its server does not keep to the schema that it is sent"

_COLOURS = (
    "red",
    "dodger_blue1",
    "deep_sky_blue1",
    "grey70",
    "green3",
    "medium_purple2",
    "gold3",
    "orange3",
    "cyan3",
    "pink3",
)
"""One for each power in alphabetical order; the name always stands beside its colour."""

_line = partial(cleaned, kind="line")


class GameConsole(Console):
    """A terminal that may go away: the game goes on, and so does the bill, when nobody can see it any more."""

    def print(self, *objects: Any, **how: Any) -> None:
        """Nothing from when on it cannot be written to."""
        try:
            super().print(*objects, **how)
        except OSError:
            self.quiet = True

    def on_broken_pipe(self) -> None:
        """Falls silent, where the default ends the program."""
        self.quiet = True


class Display:
    """Prints as it listens."""

    def __init__(self, console: Console, ground: Terrain, models: Mapping[str, str], *, verbose: bool = False) -> None:
        self._console = console
        self._models = models
        self._verbose = verbose
        self._width = max(len(power) for power in ground.powers)
        self._colours = {power: _COLOURS[at % len(_COLOURS)] for at, power in enumerate(ground.powers)}
        self._submitted: dict[str, OrdersSubmitted] = {}
        self._centers: Mapping[str, Sequence[str]] = {}
        self._round: tuple[str, int] = ("", 0)
        self._told: dict[str, float] = {}
        self._shortened: set[str] = set()
        self._illegal: set[str] = set()
        """Models of whose illegal orders it was told."""
        self._start: Mapping[str, Sequence[str]] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        """What the game had to tell is told."""

    def event(self, event: Event) -> None:
        match event:
            case PhaseStarted():
                self._started(event)
            case MessageDelivered():
                self._message(event)
            case MessageEdited():
                said = event.before if event.after is None else event.after
                self._note(event.sender, f"edited: {event.edit.partition(':')[0]}; {event.problem or said}")
            case MessageReturned() if event.problem != "illegal_pledge":
                self._note(event.sender, f"message returned: {event.detail}")
            case OrdersSubmitted():
                self._submitted[event.power] = event
            case PhaseAdjudicated():
                self._adjudicated(event)
            case CallRetried() if self._is_news(event.model):
                when = f"in {event.wait:.0f} s" if event.wait >= 0.5 else "at once"
                self._aside(f"asking {event.model} again {when}: {event.reason}")
            case CoolDownStarted() if event.seconds >= 5:
                self._aside(f"{event.account} wants a pause of {event.seconds:.0f} s")
            case LimiterChanged() if _is_felt(event):
                self._aside(_stated(event))
            case BudgetWarned():
                self._aside(_warning(event))
            case PromptShortened() if event.actor not in self._shortened:
                self._shortened.add(event.actor)
                left_out = ", ".join(event.left_out)
                self._note(event.actor, f"prompts are cut to {event.context_window:,} tokens, the first by: {left_out}")
            case ModelRemarked():
                self._aside(f"{event.model} {REMARKS.get(event.remark, event.remark)}")
            case ParameterDropped():
                usual = f"takes no {event.parameter}, and is asked without"
                self._aside(f"{event.model} {_DROPPED.get(event.parameter, usual)}")
            case ReplyRead() if event.verdict == "cut" and self._is_news(f"{event.model} cut"):
                self._note(event.actor, f"{event.step}: {event.problems[0]}")
            case StepDefaulted():
                self._note(event.actor, f"no usable reply to {event.step}: {event.reason}")
            case DiaryWritten() if self._verbose:
                self._note(event.power, f"diary: {event.text}")
            case OrdersExplained() if self._verbose:
                self._note(event.power, f"means: {event.intent or event.reasoning}")

    def finished(self, event: RunFinished, counts: ErrorCounts, lines: Sequence[str]) -> None:
        """The table of the end, and the lines under it."""
        if self._console.quiet:
            return
        self._console.print()
        self._console.print(self._result(event), style="bold")
        self._console.print(self._table(event, counts))
        for line in lines:
            self._console.print(Text(line))

    # Phases

    def _started(self, event: PhaseStarted) -> None:
        self._start = self._start or event.centers
        self._centers = event.centers
        self._print(Text())
        self._print(Rule(Text(f"{title(event.phase)} · {event.phase}", style="bold"), align="left"))

    def _message(self, event: MessageDelivered) -> None:
        if self._round != (event.phase, event.round):
            self._round = (event.phase, event.round)
            self._print(Text(f"press, round {event.round}", style="dim"))
        line = Text.assemble(("to ", "dim"))
        for at, recipient in enumerate(event.recipients):
            line.append(", " if at else "", style="dim")
            line.append("everyone" if recipient == "ALL" else recipient.title(), style=self._colours.get(recipient, ""))
        line.append(f": {cleaned(event.body, 'line')}")
        if event.pledges:
            line.append(f"  [{', '.join(event.pledges)}]", style="italic dim")
        self._entry(event.sender, line, shortened=True)

    def _tell_of_illegal_orders(self) -> None:
        """Of each model most of whose orders did not stand as it first wrote them, once."""
        for model in sorted({event.model for event in self._submitted.values()} - self._illegal):
            turns = [event for event in self._submitted.values() if event.model == model]
            given, illegal = sum(turn.given for turn in turns), sum(len(turn.illegal_first) for turn in turns)
            if given > _FEW and 2 * illegal > given:
                held = any(self._models[turn.power].endswith(MARKS["orders"]) for turn in turns)
                self._illegal.add(model)
                what = f"{illegal} of {given} orders of {model} were illegal as first written"
                self._aside(f"{what}; {_HELD if held else _FREE}")

    def _adjudicated(self, event: PhaseAdjudicated) -> None:
        self._tell_of_illegal_orders()
        if event.orders:
            self._print(Text("orders", style="dim"))
        for power, orders in event.orders.items():
            line = Text()
            submitted = self._submitted.pop(power, None)
            for at, order in enumerate(orders):
                outcome = event.results.get(Order(order).unit, ())
                default = submitted is not None and order in submitted.defaults
                line.append(", " if at else "", style="dim")
                line.append(order, style="dim" if default else "red" if outcome else "")
                if outcome:
                    line.append(f" ({', '.join(outcome)})", style="dim red")
                elif default:
                    line.append(" (default)", style="dim")
            self._entry(power, line)
        self._submitted.clear()
        for center, power in event.captures.items():
            loser = next((name for name, owned in self._centers.items() if center in owned), None)
            line = Text("  ")
            line.append(power.title(), style=f"bold {self._colours[power]}")
            line.append(f" takes {center}")
            if loser:
                line.append(" from ")
                line.append(loser.title(), style=self._colours[loser])
            self._print(line)
        if event.captures or Phase(event.phase).season == "W":
            self._print(self._counts(event.centers))
        self._centers = event.centers

    def _counts(self, centers: Mapping[str, Sequence[str]]) -> Text:
        line = Text.assemble(("centres", "dim"))
        for power in sorted(centers, key=lambda name: (-len(centers[name]), name)):
            line.append("  ")
            line.append(f"{power.title()} {len(centers[power])}", style=self._colours[power])
        return line

    def _is_news(self, matter: str) -> bool:
        """Whether nothing was said of it for a while: retries come by the dozen."""
        now = time.monotonic()
        news = now - self._told.get(matter, -_SILENCE) >= _SILENCE
        if news:
            self._told[matter] = now
        return news

    def _aside(self, text: str) -> None:
        self._print(Text(_line(text), style="dim yellow"))

    # The end

    def _result(self, event: RunFinished) -> Text:
        names = ", ".join(power.title() for power in event.winners)
        return Text(
            {
                "solo": f"{names} wins alone in {event.phase}.",
                "draw": f"{names} agree on a draw in {event.phase}.",
                "last_power": f"{names} is the last power on the board after {event.phase}.",
                "limit": f"The game ends after {event.phase}; {_leaders(event.centers)}.",
            }[event.outcome]
        )

    def _table(self, event: RunFinished, counts: ErrorCounts) -> Table:
        table = Table(box=None, pad_edge=False, header_style="dim")
        table.add_column("", justify="right")
        table.add_column("power")
        table.add_column("played by", overflow="fold")
        for name in ("centres", "change", "messages", "pledges kept", "broke its word", "orders legal"):
            table.add_column(name, justify="right")
        ranking = sorted(event.centers, key=lambda power: (-len(event.centers[power]), power))
        for power in ranking:
            figures = counts.of_power(power)
            count = len(event.centers[power])
            rank = 1 + sum(len(event.centers[other]) > count for other in ranking)
            kept, broken = figures["pledges_kept"] or 0, figures["pledges_broken"] or 0
            given, illegal = figures["orders_given"] or 0, figures["illegal_orders_first"] or 0
            table.add_row(
                str(rank),
                Text(power.title(), style=self._colours[power]),
                Text(_line(self._models[power])),
                str(count),
                f"{count - len(self._start.get(power, ())):+d}",
                str(figures["messages_sent"]),
                f"{kept} of {kept + broken}" if kept + broken else "none",
                str(sum(row.sender == power for row in counts.broken) or "never"),
                f"{100 * (given - illegal) / given:.0f} %" if given else "none given",
            )
        return table

    # Lines

    def _print(self, line: RenderableType, *, wrapped: bool = False) -> None:
        """``wrapped``: whether it fits as it is, so that a terminal that is narrower still may break it."""
        self._console.print(line, soft_wrap=wrapped)

    def _note(self, power: str, text: str) -> None:
        self._entry(power, Text.assemble((_line(text), "dim italic")), shortened=True)

    def _entry(self, power: str, text: Text, *, shortened: bool = False) -> None:
        """A power's name with text hanging behind it, cut to three lines if it is to be shortened."""
        room = max(20, self._console.width - self._width - 1)
        if shortened and not self._verbose:
            text.truncate(3 * room - 12, overflow="ellipsis")
        name = Text.assemble((f"{power.title():<{self._width}} ", f"bold {self._colours[power]}"))
        for part in text.wrap(self._console, room):
            self._print(name + part, wrapped=True)
            name = Text(" " * (self._width + 1))


def _warning(event: BudgetWarned) -> str:
    if event.what == "tokens":
        return f"{event.spent:,.0f} of {event.cap:,.0f} tokens are spent"
    digits = 2 if event.cap >= 0.1 else 4
    return f"${event.spent:,.{digits}f} of ${event.cap:,.{digits}f} is spent"


def _is_felt(event: LimiterChanged) -> bool:
    """Whether a vendor has first stated a limit that is small enough for a game to feel it."""
    if event.reason != "stated" or event.before is not None or event.after is None:
        return False
    return event.after <= (_FEW_CALLS if event.what == "rate" else _FEW_TOKENS)


def _stated(event: LimiterChanged) -> str:
    what = "calls" if event.what == "rate" else event.what.replace("_", " ")
    return f"{event.model} may have {60 * (event.after or 0):,.0f} {what} a minute, its vendor says"


def _leaders(centers: Mapping[str, Sequence[str]]) -> str:
    most = max(len(owned) for owned in centers.values())
    leaders = [power for power in sorted(centers) if len(centers[power]) == most]
    verb, unit = "lead" if len(leaders) > 1 else "leads", "centre" if most == 1 else "centres"
    return f"{listed(leaders)} {verb} with {most} {unit}"
