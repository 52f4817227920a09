"""One call to a provider as a model: timed, under a deadline, its errors named; on the event loop or on a thread."""

from __future__ import annotations

import asyncio
import time
import traceback
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

from .ids import ModelId
from .model import MAX_TEXT, ModelError, Reply, Request
from .provider import BlockingProvider, Provider, ProviderAnswer
from .usage_checks import checked_usage

DEADLINE = 300.0
"""Seconds that one attempt may take."""

_LONGEST_TOKEN = 16
"""Characters that the tokens of a reply have at most, on the average: a server that sends more does not keep to what a
reply may have."""
_OUR_FAULTS = (TypeError, AttributeError, LookupError, NameError, AssertionError, NotImplementedError)
"""What a fault in a provider's own code looks like. Asking again would meet it again."""


class DeadlineError(ModelError):
    """The provider was asked and did not answer in time; it may bill the call all the same."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"no answer within --call_deadline {seconds:g}", kind="transient")


@dataclass(frozen=True, slots=True)
class ProviderModel:
    """A provider's model, asked once a request."""

    provider: Provider
    model_id: ModelId
    deadline: float = DEADLINE

    @property
    def name(self) -> str:
        return str(self.model_id)

    async def generate(self, request: Request) -> Reply:
        """One answer. Raises ``ModelError``, and nothing else but cancellation."""
        started, clock = time.time(), asyncio.get_running_loop().time
        sent = clock()
        answer = await self._answer(request)
        return _reply(request, answer, started, clock() - sent)

    async def _answer(self, request: Request) -> ProviderAnswer:
        timer = asyncio.timeout(self.deadline)
        try:
            async with timer:
                return await self.provider.call(self.model_id, request)
        except Exception as error:  # noqa: BLE001 - this is the seam to foreign code; everything is named and raised
            fault = DeadlineError(self.deadline) if timer.expired() else _named(self, error)
        # It is not chained to the error, be that the SDK's or the provider's own: its text, and what it refers to, may
        # hold the key, and megabytes of an answer.
        raise fault


@dataclass(frozen=True, slots=True)
class BlockingProviderModel:
    """The same through the provider's blocking twin, on a thread of an executor.

    The time until a thread is free is waiting and no part of the latency. A call that is cancelled while its thread
    asks goes on there until it is answered, or its client is closed, or gives up.
    """

    provider: BlockingProvider
    model_id: ModelId
    executor: Executor
    deadline: float = DEADLINE

    @property
    def name(self) -> str:
        return str(self.model_id)

    async def generate(self, request: Request) -> Reply:
        """One answer. Raises ``ModelError``, and nothing else but cancellation."""
        return await asyncio.get_running_loop().run_in_executor(self.executor, self._answered, request)

    def _answered(self, request: Request) -> Reply:
        started, sent = time.time(), time.perf_counter()
        try:
            answer = self.provider.call_blocking(self.model_id, request, deadline=self.deadline)
        except Exception as error:  # noqa: BLE001 - as above
            # What is wrong with an answer that came is no matter of time.
            late = time.perf_counter() - sent >= self.deadline and not isinstance(error, ModelError)
            fault = DeadlineError(self.deadline) if late else _named(self, error)
        else:
            return _reply(request, answer, started, time.perf_counter() - sent)
        raise fault


def _reply(request: Request, answer: ProviderAnswer, started: float, latency: float) -> Reply:
    usage, doubts = checked_usage(request, answer)
    # Some servers call it an end when their limit, or one's own, has cut the reply.
    used_up = usage.output is not None and usage.output >= request.max_tokens
    most = min(MAX_TEXT, _LONGEST_TOKEN * request.max_tokens)
    return Reply(
        answer.text[:most],
        usage,
        "length" if (used_up and answer.stop == "end") or len(answer.text) > most else answer.stop,
        started=started,
        latency=latency,
        max_tokens=request.max_tokens,
        dropped=answer.dropped,
        served=answer.served,
        fingerprint=answer.fingerprint,
        remarks=(*answer.remarks, *doubts),
        stated=answer.stated,
    )


def _named(model: ProviderModel | BlockingProviderModel, error: Exception) -> ModelError:
    """What an error means. Never raises: whoever catches it would see the error that it came from, key and all."""
    if isinstance(error, _OUR_FAULTS):
        return _fault_of_ours(model, error)
    try:
        return model.provider.classify(error)
    except Exception as another:  # noqa: BLE001 - foreign code too
        return _fault_of_ours(model, another)


def _fault_of_ours(model: ProviderModel | BlockingProviderModel, error: Exception) -> ModelError:
    return ModelError(f"a fault in the provider {model.model_id.provider!r}: {_described(error)}")


def _described(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}{place}"
