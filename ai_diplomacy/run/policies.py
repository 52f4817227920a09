"""Who runs which step when: four policies over one program of stages, all with the same rules.

``async``       every actor runs its own chain of steps and waits for the others at barriers alone
``gathered``    all actors take a step at once, and all wait at its end
``threaded``    ``initialize`` and ``negotiate`` one actor after another, the other steps all actors at once
                (with ``threads="all"`` every step); models are asked by blocking clients on threads
``sequential``  one call at a time

The rules: a step that fails costs its actor that step. At the cap of the budget, or when a model is given up, nothing
further is begun, while calls in flight are waited for: they are paid for. A stage begins when the background steps that
it joins have ended. Cancelling cancels every step.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Literal, Protocol, Self, get_args

from ..models.stopping import Stopped
from ..records.durable import DiskError
from .stages import Segment, Stage

Execution = Literal["sequential", "threaded", "gathered", "async"]
EXECUTIONS: tuple[Execution, ...] = get_args(Execution)

Threads = Literal["decisions", "all"]
"""Which steps of the ``threaded`` policy all actors take at once: all but ``initialize`` and ``negotiate``, or all."""
THREADS: tuple[Threads, ...] = get_args(Threads)

_ONE_BY_ONE = frozenset(("initialize", "negotiate"))

Act = Callable[[str, Stage], Awaitable[None]]
"""Takes one step of one actor. Raises nothing but what ends the game."""


class Policy(Protocol):
    """Who runs which step when.

    An async context manager. Leaving it waits for the steps that still run; leaving it by an exception that is
    not ``Stopped`` cancels them.
    """

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None: ...

    async def run(self, segment: Segment, act: Act) -> None:
        """Returns when every step of the segment has ended, or runs in the background. Raises ``DiskError`` or
        ``Stopped``."""


def policy(execution: Execution, threads: Threads = "decisions") -> Policy:
    """The policy of a name, for one game. ``threads`` counts for ``threaded`` alone."""
    match execution:
        case "async":
            return ConcurrentChains()
        case "gathered":
            return StepByStep(lambda _: True)
        case "threaded":
            return StepByStep(lambda step: threads == "all" or step not in _ONE_BY_ONE)
        case "sequential":
            return StepByStep(lambda _: False)


SEAT_THREADS = "seat"
"""How the names of ``worker_threads`` begin."""


def worker_threads(execution: Execution, seats: int) -> ThreadPoolExecutor | None:
    """The threads on which this execution asks models, one a seat; ``None``: the event loop asks them."""
    return ThreadPoolExecutor(seats, thread_name_prefix=SEAT_THREADS) if execution == "threaded" else None


class ConcurrentChains:
    """Every actor runs its own chain; nobody waits for anybody before the barrier."""

    def __init__(self) -> None:
        self._background: dict[tuple[str, str, int], asyncio.Task[None]] = {}
        """(actor, step, round) -> what runs of it."""
        self._steps = _Steps()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        tasks = list(self._background.values())
        self._background.clear()
        if kind is not None and not issubclass(kind, Stopped):
            for task in tasks:
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=kind is not None)
        if kind is None:
            self._steps.go_on()

    async def run(self, segment: Segment, act: Act) -> None:
        """As in ``Policy``."""
        await _together({actor: self._chain(actor, segment, act) for actor in segment.actors})
        self._steps.go_on()

    async def _chain(self, actor: str, segment: Segment, act: Act) -> None:
        for stage in segment.chain(actor):
            if self._steps.stopped:
                return
            for joined in [key for key in self._background if key[0] == actor and key[1] in stage.joins]:
                await self._background.pop(joined)
            step = self._steps.take(actor, stage, act)
            if stage.background:
                task = asyncio.create_task(step, name=f"{stage.step} of {actor}")
                self._background[actor, stage.step, stage.round] = task
                # It begins, and reads what it goes by, before the actor's next step writes anything.
                await asyncio.sleep(0)
            else:
                await step


class StepByStep:
    """One stage after another: the actors take it at once, if it is one of these steps, or one after another."""

    def __init__(self, at_once: Callable[[str], bool]) -> None:
        self._at_once = at_once
        self._steps = _Steps()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Nothing runs between two stages."""

    async def run(self, segment: Segment, act: Act) -> None:
        """As in ``Policy``."""
        for stage in segment.stages:
            stage = replace(stage, awaited=True)
            if self._at_once(stage.step):
                await _together({actor: self._steps.take(actor, stage, act) for actor in stage.actors})
                self._steps.go_on()
                continue
            for actor in stage.actors:
                await self._steps.take(actor, stage, act)
                self._steps.go_on()


class _Steps:
    """Takes steps, and remembers what ends the game while others are still in flight."""

    def __init__(self) -> None:
        self._end: Stopped | None = None

    @property
    def stopped(self) -> bool:
        return self._end is not None

    async def take(self, actor: str, stage: Stage, act: Act) -> None:
        try:
            await act(actor, stage)
        except Stopped as end:
            self._end = self._end or end

    def go_on(self) -> None:
        """Raises what ends the game, if anything does."""
        if self._end is not None:
            raise self._end


async def _together(running: dict[str, Coroutine[None, None, None]]) -> None:
    """Run these, by actor, at once to their ends; the first that raises cancels the others."""
    try:
        async with asyncio.TaskGroup() as group:
            for actor, coroutine in running.items():
                group.create_task(coroutine, name=f"steps of {actor}")
    except BaseExceptionGroup as errors:
        # One full disk fails many chains at once; its reader needs to hear of it once.
        disk, _ = errors.split(DiskError)
        raise first_error(disk or errors) from None


def first_error(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """The error that a group of tasks failed with first, however deep it lies."""
    first = errors.exceptions[0]
    return first_error(first) if isinstance(first, BaseExceptionGroup) else first
