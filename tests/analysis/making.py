"""Run folders for the tests of an analysis, written event by event."""

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from ai_diplomacy import __version__
from ai_diplomacy.agent.events import Initialized, Reflected
from ai_diplomacy.analysis.measures import NAMED, Measure
from ai_diplomacy.analysis.tallies import Sums
from ai_diplomacy.analysis.units import Sitting
from ai_diplomacy.board.board import Board
from ai_diplomacy.board.phase import Phase
from ai_diplomacy.board.terrain import terrain
from ai_diplomacy.game.config import GameConfig
from ai_diplomacy.game.events import MessageDelivered, OrdersSubmitted, PhaseAdjudicated, PhaseStarted
from ai_diplomacy.models.ids import parse_model_id
from ai_diplomacy.records.events import Event
from ai_diplomacy.records.formats import FORMAT
from ai_diplomacy.records.sealing import sealed
from ai_diplomacy.run.create import GENERATION
from ai_diplomacy.run.events import RunFinished, RunForked, RunStarted

POWERS = terrain().powers
PROVIDERS = {"bot", "offline", "openai"}


def config(players: Mapping[str, str] | str = "bot:hold", *, last_year: int = 1901, seed: int = 0) -> GameConfig:
    given = dict.fromkeys(POWERS, players) if isinstance(players, str) else players
    models = {power: parse_model_id(model, PROVIDERS) for power, model in given.items()}
    return GameConfig(models=models, max_year=last_year, seed=seed)


def write_run(
    path: Path,
    settings: GameConfig,
    events: Iterable[Event],
    calls: Iterable[Mapping] = (),
    forked: RunForked | None = None,
) -> Path:
    path.mkdir(parents=True)
    models = {power: str(model) for power, model in settings.models.items()}
    told = [
        RunStarted(FORMAT, GENERATION, __version__, settings.document(), models),
        *([forked] if forked else []),
        *events,
    ]
    lines = [sealed(event.record(time.time()), number) for number, event in enumerate(told, 1)]
    (path / "events.jsonl").write_bytes(b"".join(lines))
    (path / "calls.jsonl").write_bytes(b"".join(sealed(call, number) for number, call in enumerate(calls, 1)))
    return path


def one_year(centers: Mapping[str, int] | None = None, *, outcome: str = "limit", year: int = 1901) -> list[Event]:
    """A game that consists of its end: who has how many centres."""
    centers = centers or {"FRANCE": 3}
    spots = iter(terrain().centers)
    owned = {power: [next(spots) for _ in range(centers.get(power, 0))] for power in POWERS}
    units = {power: [f"A {spot}" for spot in spots] for power, spots in owned.items()}
    start = Board()
    phase = f"F{year}M"
    winners = {
        "limit": [],
        "solo": [power for power in POWERS if centers.get(power, 0) >= 18],
        "draw": [power for power in POWERS if centers.get(power)],
    }[outcome]
    return [
        PhaseStarted(phase, start.units, start.centers),
        PhaseAdjudicated(phase, {}, {}, {}, {}, owned, units),
        RunFinished(outcome, winners, phase, owned, 1.0),
    ]


def call(
    power: str = "FRANCE", *, step: str = "order", cost: float | None = 0.5, inherited: bool = False, **reply
) -> dict:
    """One line of a journal."""
    prompt = "Order.\n```json\n" + json.dumps({"game": "0", "you": power, "step": step}) + "\n```\nGo."
    usage = {"input": 1000, "output": 100, "cached": 0, "reasoning": 0, "written": None}
    return {
        "format": 2,
        "key": {"phase": "S1901M", "power": power, "step": step, "round": 0, "attempt": 0, "raised": 0},
        "model": "openai:some",
        "request": {"system": f"You are {power}.", "prompt": prompt, "sha256": "0"},
        "reply": {
            "text": "{}",
            "stop": "end",
            "started": 1.0,
            "latency": 2.0,
            "usage": usage,
            "waited": 0.5,
            "attempts": 1,
            "hedged": 0,
            "answers": 1,
            "cost_usd": cost,
            "inherited": inherited,
            "allowance": 8192,
            "withheld": [],
        }
        | reply,
    }


def sums(
    values: Sequence[float],
    player: str = "someone",
    measures: tuple[Measure, ...] = (NAMED["centers"],),
    *,
    unit: str = "g",
    powers: Sequence[str] = ("",),
    first: int = 0,
    trials: Sequence[float] | float = 1.0,
) -> Sums:
    """One seat a unit, in the powers by turns. ``first``: number of the first game."""
    rows = [
        (Sitting(f"{unit}{at:04}", powers[at % len(powers)], "", first + at), value) for at, value in enumerate(values)
    ]
    column = np.array([value for _, value in rows], dtype=float)[:, None]
    under = np.broadcast_to(np.asarray(trials, dtype=float), (len(rows),))[:, None]
    return Sums(player, tuple(seat for seat, _ in rows), column, under.copy(), measures)


def acted(
    path: Path,
    turns: Mapping[str, Mapping[str, Sequence[str]]],
    told: Sequence[MessageDelivered | Initialized | Reflected] = (),
    *,
    board: Board | None = None,
    players: Mapping[str, str] | str = "bot:hold",
) -> Path:
    """A finished run in which this was ordered (``turns``: phase -> power -> orders; all else by default) and this was
    told, each in its phase. It goes on to the last of the phases."""
    board = board or Board()
    events: list[Event] = []
    last = max(map(Phase, turns))
    while not board.completed and (phase := board.phase) <= last:
        events.append(PhaseStarted(phase, board.units, board.centers))
        events += [event for event in told if event.phase == phase and not isinstance(event, Reflected)]
        for power in board.survivors:
            report = board.submit(power, list(turns.get(phase, {}).get(power, ())))
            assert not report.rejected, report.rejected
            events.append(
                OrdersSubmitted(power, phase, "bot:hold", report.orders, report.defaults, 1, (), (), vote_draw=False)
            )
        done = board.adjudicate()
        dislodged = {power: tuple(units) for power, units in board.dislodged.items()}
        events.append(
            PhaseAdjudicated(phase, done.orders, done.results, done.captures, dislodged, board.centers, board.units)
        )
        events += [event for event in told if event.phase == phase and isinstance(event, Reflected)]
    outcome = "solo" if board.completed else "limit"
    events.append(RunFinished(outcome, list(board.winners), phase, board.centers, 1.0))
    return write_run(path, config(players, last_year=last.year), events)


def message(phase: str, sender: str, to: str, body: str, *pledges: str, number: int = 1) -> MessageDelivered:
    return MessageDelivered(phase, 1, number, sender, (to,), body, pledges)
