"""Workers on a Ray cluster: one async actor each. All machines see the tournament's folder under the same path."""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
from collections.abc import Awaitable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from ..models.budget import NOTHING, Amount
from ..models.providers import ProviderSpec, provider_spec
from .dispatcher import PATIENCE, WorkerLost
from .folder import TournamentFolder
from .game_runner import Result
from .schedule import Match
from .shared_budget import SharedBudget
from .spec import Spec, SpecError
from .worker_process import RemoteRunner


class Cluster:
    """Spawns actors."""

    def __init__(self, spec: Spec, folder: TournamentFolder, budget: SharedBudget, address: str) -> None:
        """``address``: ``auto`` for the cluster that this machine belongs to, or else a new one on this machine; or
        ``ray://HOST:PORT``, ``HOST:PORT``. Raises ``SpecError``."""
        import ray

        self._spec = spec
        self._folder = TournamentFolder(folder.path.absolute())
        self._budget = budget
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
        self._budget_actor: Any = None
        if spec.capped:
            self._budget_actor = (
                ray.remote(SharedBudget)
                .options(max_concurrency=10_000, num_cpus=0)
                .remote(budget.charged, max_cost_usd=spec.max_cost_usd, max_tokens=spec.max_tokens)
            )
        self._numbers = itertools.count(1)

    async def spawn(self) -> ActorWorker:
        """A worker that is ready. Raises ``WorkerLost``."""
        import ray

        name = f"actor {next(self._numbers)}"
        options = {"max_concurrency": self._spec.concurrency + 2, "num_cpus": 1, "max_restarts": 0}
        actor: Any = ray.remote(RemoteRunner).options(**options).remote(partial(_ask, self._budget_actor))
        worker = ActorWorker(actor, self, name)
        await worker.answer(actor.begin.remote(name, self._spec, self._folder, _keys(self._spec)))
        return worker

    async def close(self) -> None:
        """Leaves the cluster; one that was started for this tournament ends."""
        import ray

        await asyncio.to_thread(ray.shutdown)

    async def settled(self, spent: Amount) -> None:
        """A game has ended. The budget here tells what is spent; where there is a cap, it follows the one that the
        actors ask."""
        if self._budget_actor is not None:
            spent = await self._budget_actor.__ray_call__.remote(lambda budget: budget.charged) - self._budget.charged
        self._budget.release(NOTHING, spent)

    async def lost(self, name: str) -> None:
        """An actor makes no more calls."""
        if self._budget_actor is not None:
            await self._budget_actor.worker_lost.remote(name)


class ActorWorker:
    """One actor, from outside."""

    def __init__(self, actor: Any, cluster: Cluster, name: str) -> None:
        self.actor = actor
        self._cluster = cluster
        self._name = name
        self._lost = False

    async def play(self, match: Match) -> Result:
        """Raises ``WorkerLost``."""
        result: Result = await self.answer(self.actor.play.remote(match))
        await self._cluster.settled(result.spent)
        return result

    async def close(self) -> None:
        """Its games are saved when this returns."""
        import ray

        if not self._lost:
            with suppress(TimeoutError, WorkerLost):
                async with asyncio.timeout(PATIENCE):
                    await self.answer(self.actor.close.remote())
        ray.kill(self.actor)
        await self._cluster.lost(self._name)

    async def answer(self, reference: Awaitable[Any]) -> Any:
        """Of the actor. Raises ``WorkerLost``."""
        from ray.exceptions import RayActorError

        try:
            return await reference
        except RayActorError as error:
            self._lost = True
            raise WorkerLost(self._name) from error


def _ask(budget: Any, method: str, *arguments: object) -> Awaitable[Any]:
    """Calls the shared budget from an actor."""
    answer: Awaitable[Any] = getattr(budget, method).remote(*arguments)
    return answer


def _joined() -> bool:
    """Whether this machine belongs to a cluster already, which ``auto`` then means."""
    return "RAY_ADDRESS" in os.environ or Path("/tmp/ray/ray_current_cluster").exists()


def _keys(spec: Spec) -> dict[str, str]:
    """The keys that the players need, from this machine's environment."""
    providers = {model.provider for model in spec.models().values()} - {"bot", "offline"}
    specs: list[ProviderSpec] = [provider_spec(name) for name in sorted(providers)]
    names = {variable for known in specs for variable in known.key_variables}
    return {name: os.environ[name] for name in sorted(names) if name in os.environ}
