"""Drawn games as a policy sees them: the segments between barriers, and a latency for each step."""

import asyncio
import graphlib
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ai_diplomacy.game import program
from ai_diplomacy.run.policies import Policy
from ai_diplomacy.run.stages import Segment, Stage

POWERS = ("AUSTRIA", "ENGLAND", "FRANCE", "GERMANY", "ITALY", "RUSSIA", "TURKEY")


def drawn_game(seed: int) -> list[Segment]:
    """One to five years with retreats, adjustments, eliminations and consolidations here and there; in some games
    powers look back beside the first round of press, in some they are asked for provisional orders beside every one."""
    rng = random.Random(seed)
    rounds, planning, years = rng.randint(0, 3), rng.random() < 0.3, rng.randint(1, 5)
    bots = [power for power in POWERS if rng.random() < 0.15]
    beside, provisional = rounds > 0 and rng.random() < 0.5, rng.random() < 0.4

    def takers(step: str, powers: Iterable[str]) -> tuple[str, ...]:
        return tuple(power for power in powers if step == "order" or power not in bots)

    def back(powers: Iterable[str], turn: int, *, beside: bool, consolidate: bool) -> tuple[Stage, ...]:
        consolidate = consolidate and turn % 2 == 1
        return program.looking_back(tuple(powers), beside=beside, consolidate=consolidate, takers=takers)

    survivors = POWERS
    segments: list[Segment] = []
    carried = program.opening(POWERS, beside=beside, takers=takers)
    for turn in range(2 * years):
        segments += program.movement(
            survivors,
            rounds=rounds,
            planning=planning,
            provisional=provisional,
            carried=carried,
            beside=beside,
            joins=("initialize", "reflect", *(("consolidate",) if turn % 2 else ())),
            takers=takers,
        )
        waiting, consolidate = set(survivors), rng.random() < 0.8
        for chance in (0.4, 0.9 if turn % 2 else 0.0):
            if rng.random() < chance:
                sure = sorted(power for power in waiting if rng.random() < 0.8)
                waiting -= set(sure)
                carried = back(sure, turn, beside=True, consolidate=consolidate)
                choosers = rng.sample(survivors, rng.randint(1, len(survivors)))
                segments.append(program.decision(choosers, carried=carried, takers=takers))
        if len(survivors) > 2 and rng.random() < 0.1:
            survivors = tuple(power for power in survivors if power != rng.choice(survivors))
        carried = back(sorted(waiting & set(survivors)), turn, beside=beside, consolidate=consolidate)
    return segments


@dataclass(frozen=True)
class Taken:
    """One step of one power: (segment, stage in it, power)."""

    segment: int
    stage: int
    power: str


Latency = Callable[[Taken], float]


def drawn_latency(seed: int) -> Latency:
    """Anything from nothing to four seconds, in steps that floating point adds up exactly."""

    def latency(taken: Taken) -> float:
        return random.Random(f"{seed} {taken}").randint(0, 4096) / 1024

    return latency


@dataclass(frozen=True)
class Scheduled:
    """What a policy made of a game."""

    seconds: float
    began: dict[Taken, float]
    ended: dict[Taken, float]


async def scheduled(policy: Policy, game: list[Segment], latency: Latency) -> Scheduled:
    """Run a game in virtual time; a step does nothing but last."""
    clock = asyncio.get_running_loop().time
    start, began, ended = clock(), {}, {}

    def act(number: int, segment: Segment):
        async def take(power: str, stage: Stage) -> None:
            steps = [(other.step, other.round) for other in segment.stages]
            taken = Taken(number, steps.index((stage.step, stage.round)), power)
            began[taken] = clock() - start
            await asyncio.sleep(latency(taken))
            ended[taken] = clock() - start

        return take

    async with policy:
        for number, segment in enumerate(game):
            await policy.run(segment, act(number, segment))
    return Scheduled(clock() - start, began, ended)


def longest_chain(game: list[Segment], latency: Latency) -> float:
    """The longest path through the steps and barriers of a game, written down as a graph and looked up in it."""
    waits_for: dict[object, set[object]] = {"end": set()}
    beside: dict[tuple[str, str], list[Taken]] = {}
    for number, segment in enumerate(game):
        before, barrier = ("barrier", number - 1), ("barrier", number)
        waits_for.setdefault(before, set())
        waits_for[barrier] = {before}
        last: dict[str, set[object]] = {}
        for at, stage in enumerate(segment.stages):
            for power in stage.actors:
                step = Taken(number, at, power)
                waits_for[step] = last.setdefault(power, {before})
                waits_for[step] |= {other for name in stage.joins for other in beside.pop((power, name), ())}
                if stage.background:
                    beside.setdefault((power, stage.step), []).append(step)
                    waits_for["end"].add(step)
                else:
                    last[power] = {step}
        waits_for[barrier] |= set().union(*last.values())
        waits_for["end"].add(barrier)
    done: dict[object, float] = {}
    for node in graphlib.TopologicalSorter(waits_for).static_order():
        start = max((done[other] for other in waits_for[node]), default=0.0)
        done[node] = start + (latency(node) if isinstance(node, Taken) else 0.0)
    return done["end"]


def sum_of_steps(game: list[Segment], latency: Latency) -> float:
    return sum(
        latency(Taken(number, at, power))
        for number, segment in enumerate(game)
        for at, stage in enumerate(segment.stages)
        for power in stage.actors
    )
