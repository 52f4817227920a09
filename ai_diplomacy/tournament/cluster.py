"""Workers on a Ray cluster: one async actor each. All machines see the tournament's folder under the same path."""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
from collections.abc import Awaitable, Mapping
from functools import partial
from typing import Any

from ..models.budget import NOTHING, Amount
from ..models.providers import ProviderSpec, provider_spec
from .cluster_address import check_joinable, current_cluster, prepare_tokens
from .dispatcher import WorkerLost
from .folder import TournamentFolder
from .reading import SpecError
from .remote_worker import RemoteRunner, RemoteWorker
from .shared_budget import SharedBudget
from .spec import Spec


class Cluster:
    """Spawns actors."""

    @classmethod
    async def joined(cls, spec: Spec, folder: TournamentFolder, budget: SharedBudget, address: str) -> Cluster:
        """``address``: ``auto`` for the cluster that this machine belongs to, or else a new one on this machine; or
        ``ray://HOST:PORT``, ``HOST:PORT``. Raises ``SpecError``."""
        prepare_tokens()
        named = current_cluster() if address == "auto" else address
        if named is not None:
            await check_joinable(named)
        return await asyncio.to_thread(cls, spec, folder, budget, named)

    def __init__(self, spec: Spec, folder: TournamentFolder, budget: SharedBudget, address: str | None) -> None:
        """``address``: of a cluster; ``None`` makes a new one on this machine. Raises ``SpecError``."""
        import ray
        from ray.exceptions import RayError

        self._spec = spec
        self._folder = folder
        self._budget = budget
        settings: dict[str, Any] = {"address": address} if address else {"include_dashboard": False}
        try:
            ray.init(log_to_driver=False, logging_level=logging.ERROR, **settings)
        except (ConnectionError, ValueError, RuntimeError, RayError) as error:
            why = " ".join(str(error).split())[:200]
            raise SpecError(f"--cluster: {address or 'a new cluster'} cannot be joined: {why}") from None
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

    async def spawn(self) -> RemoteWorker:
        """A worker that is ready. Raises ``WorkerLost``."""
        import ray
        from ray.exceptions import RayActorError

        name = f"actor {next(self._numbers)}"
        options = {"max_concurrency": self._spec.concurrency + 2, "num_cpus": 1, "max_restarts": 0}
        actor: Any = ray.remote(RemoteRunner).options(**options).remote(partial(_call, self._budget_actor))

        async def call(method: str, *arguments: object) -> Any:
            try:
                return await _call(actor, method, *arguments)
            except RayActorError as error:
                lines = str(error).strip().splitlines()
                # One that could not begin tells why in its last line.
                raise WorkerLost(name, *lines[-1:] if "creation task" in lines[0] else ()) from error

        async def end() -> None:
            ray.kill(actor)
            if self._budget_actor is not None:
                await self._budget_actor.worker_lost.remote(name)

        worker = RemoteWorker(call, end, self._settled)
        await worker.begin(name, self._spec, self._folder, _keys(self._spec))
        return worker

    async def close(self) -> None:
        """Leaves the cluster; one that was started for this tournament ends."""
        import ray

        await asyncio.to_thread(ray.shutdown)

    async def _settled(self, spent: Amount) -> None:
        # The budget here tells what is spent; where there is a cap, it follows the one that the actors ask.
        if self._budget_actor is not None:
            spent = await self._budget_actor.__ray_call__.remote(lambda budget: budget.charged) - self._budget.charged
        self._budget.release(NOTHING, spent)


def _call(actor: Any, method: str, *arguments: object) -> Awaitable[Any]:
    answer: Awaitable[Any] = getattr(actor, method).remote(*arguments)
    return answer


def _keys(spec: Spec) -> dict[str, str]:
    """The keys that the players need, from this machine's environment."""
    providers = {model.provider for model in spec.models().values()}
    specs: list[ProviderSpec] = [provider_spec(name) for name in sorted(providers)]
    names = {variable for known in specs for variable in known.key_variables}
    return {name: os.environ[name] for name in sorted(names) if name in os.environ}
