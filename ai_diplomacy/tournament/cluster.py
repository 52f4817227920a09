"""Workers on a Ray cluster: one async actor each. All machines see the tournament's folder under the same path."""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..models.budget import NOTHING, Amount, Budget
from ..models.events import BudgetReached
from ..models.providers import ProviderSpec, provider_spec
from .directing import WorkerLost
from .folder import TournamentFolder
from .playing import Result, Table
from .purse import Purse, Share
from .schedule import Match
from .spec import Spec, SpecError, parse_spec

PATIENCE = 60.0
"""Seconds in which an actor that is told to stop must have saved its games."""


class Cluster:
    """Hires actors."""

    def __init__(self, spec: Spec, folder: TournamentFolder, purse: Purse, address: str) -> None:
        """``address``: ``auto`` for the cluster that this machine belongs to, or else a new one on this machine; or
        ``ray://HOST:PORT``, ``HOST:PORT``. Raises ``SpecError``."""
        import ray

        self._spec = spec
        self._folder = folder
        self._purse = purse
        settings: dict[str, Any] = {"address": None if address == "auto" else address}
        if address == "auto" and not _joined():
            settings["include_dashboard"] = False
        try:
            ray.init(log_to_driver=False, logging_level=logging.ERROR, **settings)
        except (ConnectionError, ValueError, RuntimeError) as error:
            why = " ".join(str(error).split())[:200]
            raise SpecError(f"--cluster: {address} cannot be reached: {why}") from None
        resources: Mapping[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]
        processors = int(resources.get("CPU", 0))
        if processors < spec.processes:
            ray.shutdown()
            raise SpecError(
                f"--cluster: processes = {spec.processes}, but the cluster has {processors} processors; write "
                f"processes = {max(1, processors)} in {spec.path}"
            )
        self._bank: Any = None
        if purse.capped:
            self._bank = ray.remote(_Bank).options(max_concurrency=10_000, num_cpus=0).remote(purse)
        self._numbers = itertools.count(1)

    async def hire(self) -> ActorWorker:
        """A worker that is ready. Raises ``WorkerLost``."""
        import ray

        name = f"actor {next(self._numbers)}"
        setup = {
            "text": self._spec.text,
            "path": str(self._spec.path.absolute()),
            "out": str(self._folder.path.absolute()),
        }
        options = {"max_concurrency": self._spec.concurrency + 2, "num_cpus": 1, "max_restarts": 0}
        actor = ray.remote(_Actor).options(**options).remote(setup, _keys(self._spec), name, self._bank)
        worker = ActorWorker(actor, self, name)
        await worker.begin()
        return worker

    async def close(self) -> None:
        """Leaves the cluster; one that was started for this tournament ends."""
        import ray

        await asyncio.to_thread(ray.shutdown)

    async def settled(self, spent: Amount) -> None:
        """A game has ended. The purse here tells what is spent; where there is a cap, the one that the actors ask does,
        and this one follows."""
        if self._bank is not None:
            spent = await self._bank.charged.remote() - self._purse.charged
        self._purse.charge(spent)

    async def lost(self, name: str) -> None:
        """An actor makes no more calls."""
        if self._bank is not None:
            await self._bank.lost.remote(name)


class ActorWorker:
    """One actor, from outside."""

    def __init__(self, actor: Any, cluster: Cluster, name: str) -> None:
        self.actor = actor
        self._cluster = cluster
        self._name = name
        self._lost = False

    async def begin(self) -> None:
        """Raises ``WorkerLost``."""
        await self._answer(self.actor.ready.remote())

    async def play(self, match: Match) -> Result:
        """Raises ``WorkerLost``."""
        result: Result = await self._answer(self.actor.play.remote(match.number))
        await self._cluster.settled(result.spent)
        return result

    async def close(self) -> None:
        """Its games are saved when this returns."""
        import ray

        if not self._lost:
            with suppress(TimeoutError, WorkerLost):
                async with asyncio.timeout(PATIENCE):
                    await self._answer(self.actor.close.remote())
        ray.kill(self.actor)
        await self._cluster.lost(self._name)

    async def _answer(self, reference: Any) -> Any:
        from ray.exceptions import RayActorError

        try:
            return await reference
        except RayActorError as error:
            self._lost = True
            raise WorkerLost(self._name) from error


class _Actor:
    """Plays games, on whatever machine the cluster puts it."""

    def __init__(self, setup: Mapping[str, str], keys: Mapping[str, str], name: str, bank: Any) -> None:
        self._setup = setup
        self._keys = keys
        self._name = name
        self._bank = bank
        self._table: Table | None = None
        self._matches: dict[int, Match] = {}
        self._tasks: set[asyncio.Task[Result]] = set()
        self._sending: set[Any] = set()

    async def ready(self) -> bool:
        spec = parse_spec(self._setup["text"], Path(self._setup["path"]))
        self._matches = {match.number: match for match in spec.matches()}
        budget = Budget(lambda _: None) if self._bank is None else Share(self._ask, self._give_back)
        folder = TournamentFolder(Path(self._setup["out"]))
        self._table = Table(spec, folder, os.environ | dict(self._keys), budget)
        return True

    async def play(self, number: int) -> Result:
        assert self._table is not None
        task = asyncio.create_task(self._table.play(self._matches[number]))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return await task

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._table is not None:
            await self._table.close()
        if self._sending:
            await asyncio.gather(*self._sending, return_exceptions=True)

    async def _ask(self, need: Amount) -> BudgetReached | None:
        answer = asyncio.ensure_future(self._granted(need))
        try:
            return await asyncio.shield(answer)
        except asyncio.CancelledError:
            answer.add_done_callback(lambda done: None if done.result() else self._give_back(need, NOTHING))
            raise

    async def _granted(self, need: Amount) -> BudgetReached | None:
        reached: BudgetReached | None = await self._bank.reserve.remote(self._name, need)
        return reached

    def _give_back(self, reserved: Amount, charge: Amount) -> None:
        # In the order in which they are made, calls of one actor reach another one.
        sent = asyncio.ensure_future(_done(self._bank.release.remote(self._name, reserved, charge)))
        self._sending.add(sent)
        sent.add_done_callback(self._sending.discard)


async def _done(reference: Any) -> None:
    await reference


class _Bank:
    """The purse, where all actors can ask it."""

    def __init__(self, purse: Purse) -> None:
        self._purse = purse

    async def reserve(self, worker: str, need: Amount) -> BudgetReached | None:
        return await self._purse.reserve(worker, need)

    async def release(self, worker: str, reserved: Amount, charge: Amount) -> None:
        self._purse.release(worker, reserved, charge)

    async def lost(self, worker: str) -> None:
        self._purse.lost(worker)

    async def charged(self) -> Amount:
        return self._purse.charged


def _joined() -> bool:
    """Whether this machine belongs to a cluster already, which ``auto`` then means."""
    return "RAY_ADDRESS" in os.environ or Path("/tmp/ray/ray_current_cluster").exists()


def _keys(spec: Spec) -> dict[str, str]:
    """The keys that the players need, from this machine's environment."""
    providers = {entrant.model.provider for entrant in spec.entrants.values()} - {"bot", "offline"}
    specs: list[ProviderSpec] = [provider_spec(name) for name in sorted(providers)]
    names = {variable for known in specs for variable in known.key_variables}
    return {name: os.environ[name] for name in sorted(names) if name in os.environ}
