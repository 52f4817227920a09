"""One call to a provider: timed, cut off at its deadline, and every error named."""

import asyncio
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor

import pytest
from scripted import request
from virtual_time import virtual_time

from ai_diplomacy.models.ids import ModelId
from ai_diplomacy.models.model import ModelError, Usage
from ai_diplomacy.models.provider import ProviderAnswer
from ai_diplomacy.models.provider_model import BlockingProviderModel, DeadlineError, ProviderModel

MODEL = ModelId("acme", "large", "http://localhost:1/v1", "sk-secret")


class Acme:
    """A provider that does one thing."""

    def __init__(self, call) -> None:
        self._call = call

    async def call(self, model, asked):
        return await self._call()

    def classify(self, error):
        if isinstance(error, ModelError):
            return ModelError(f"cleaned {error}", kind=error.kind)
        return ModelError(f"classified {type(error).__name__}", kind="transient", retry_after=7)

    async def close(self):
        """Nothing is open."""


def asked(call, deadline: float = 300.0):
    return ProviderModel(Acme(call), MODEL, deadline).generate(request())


def failing(error: BaseException):
    async def call():
        raise error

    return call


@virtual_time
async def test_an_answer_becomes_a_reply_with_its_latency():
    async def call():
        await asyncio.sleep(12.5)
        return ProviderAnswer("text", Usage(input=3, output=4), "length")

    reply = await asked(call)
    assert (reply.text, reply.usage, reply.stop, reply.latency) == ("text", Usage(input=3, output=4), "length", 12.5)
    assert (reply.waited, reply.attempts, reply.hedged, reply.cost_usd) == (0.0, 1, 0, None)
    assert reply.started > 1e9


@virtual_time
@pytest.mark.parametrize(("max_tokens", "kept"), [(100, 1_600), (10**6, 1_000_000)])
async def test_a_text_longer_than_a_reply_can_be_is_cut_and_says_so(max_tokens, kept):
    async def call():
        return ProviderAnswer("x" * 3_000_000, Usage(3, 99))

    reply = await ProviderModel(Acme(call), MODEL).generate(request(max_tokens=max_tokens))
    assert (len(reply.text), reply.stop) == (kept, "length")


@virtual_time
@pytest.mark.parametrize(("output", "stop"), [(149, "end"), (150, "length"), (151, "length")])
async def test_a_reply_that_took_all_it_may_was_cut_whatever_its_server_says(output, stop):
    async def call():
        return ProviderAnswer("text", Usage(3, output))

    assert (await ProviderModel(Acme(call), MODEL).generate(request(max_tokens=150))).stop == stop


async def test_an_error_holds_nothing_of_what_it_came_from():
    """Neither the key that may be in it nor the megabytes of a body."""
    with pytest.raises(ModelError) as raised:
        await asked(failing(RuntimeError("sk-secret")))
    assert (raised.value.__context__, raised.value.__cause__) == (None, None)


@virtual_time
async def test_a_call_that_hangs_ends_at_the_deadline_and_may_be_asked_again():
    with pytest.raises(DeadlineError, match="no answer within --call_deadline 300") as raised:
        await asked(asyncio.Event().wait)
    assert raised.value.kind == "transient"
    assert asyncio.get_running_loop().time() == 300


@virtual_time
async def test_an_sdk_that_turns_the_cut_off_into_its_own_error_does_not_hide_it():
    async def call():
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise ConnectionError("aborted") from None

    with pytest.raises(DeadlineError):
        await asked(call, deadline=5)


@virtual_time
async def test_the_provider_names_its_sdks_errors_and_a_time_out_of_its_own_is_one_of_them():
    for error in (ConnectionResetError("gone"), TimeoutError()):
        with pytest.raises(ModelError, match=f"classified {type(error).__name__}") as raised:
            await asked(failing(error))
        assert raised.value.retry_after == 7


@pytest.mark.parametrize("error", [TypeError("x"), AttributeError("x"), KeyError("x"), NotImplementedError()])
def test_a_fault_in_the_provider_is_fatal_and_says_its_type_and_place(error):
    @virtual_time
    async def check():
        with pytest.raises(ModelError, match="a fault in the provider 'acme': ") as raised:
            await asked(failing(error))
        assert raised.value.kind == "fatal"
        assert f"{type(error).__name__} (test_provider_model.py:" in str(raised.value)

    check()


@virtual_time
async def test_an_error_that_the_provider_named_itself_is_cleaned_by_it_and_cancellation_passes_as_it_is():
    with pytest.raises(ModelError, match=r"^cleaned nonsense$") as raised:
        await asked(failing(ModelError("nonsense", kind="transient")))
    assert raised.value.kind == "transient"
    with pytest.raises(asyncio.CancelledError):
        await asked(failing(asyncio.CancelledError()))


class BlockingAcme(Acme):
    """The same on threads."""

    def call_blocking(self, model, asked, *, deadline):
        return self._call(deadline)


async def on_thread(call, deadline: float = 300.0):
    with ThreadPoolExecutor(1) as thread:
        return await BlockingProviderModel(BlockingAcme(call), MODEL, thread, deadline).generate(request())


async def test_on_a_thread_an_answer_becomes_the_same_reply_and_the_wait_for_the_thread_is_no_latency():
    def call(deadline):
        asked_on.append((threading.current_thread(), deadline))
        return ProviderAnswer("text", Usage(input=3, output=4), "length", ("seed",))

    asked_on = []
    reply = await on_thread(call, deadline=7)
    assert (reply.text, reply.usage, reply.stop) == ("text", Usage(input=3, output=4), "length")
    assert (reply.max_tokens, reply.dropped) == (8192, ("seed",))
    assert [deadline for _, deadline in asked_on] == [7]
    assert asked_on[0][0] is not threading.current_thread()
    released = threading.Event()
    with ThreadPoolExecutor(1) as thread:
        thread.submit(released.wait)
        model = BlockingProviderModel(BlockingAcme(lambda _: ProviderAnswer("late")), MODEL, thread)
        asking = asyncio.create_task(model.generate(request()))
        await asyncio.sleep(0)
        free = time.time()
        released.set()
        assert (await asking).started >= free


async def test_errors_on_a_thread_have_the_same_names():
    def raising(error: Exception):
        def call(deadline):
            raise error

        return call

    with pytest.raises(ModelError, match="classified ConnectionError"):
        await on_thread(raising(ConnectionError()))
    with pytest.raises(DeadlineError):
        await on_thread(raising(TimeoutError()), deadline=0)
    with pytest.raises(ModelError, match=r"a fault in the provider 'acme': TypeError \(test_provider_model.py:"):
        await on_thread(raising(TypeError()))
    for deadline in (300, 0):
        with pytest.raises(ModelError, match=r"^cleaned nonsense$"):
            await on_thread(raising(ModelError("nonsense")), deadline)


@virtual_time
async def test_no_traceback_shows_what_the_sdk_said():
    with pytest.raises(ModelError) as raised:
        await asked(failing(ConnectionError(f"Bearer {MODEL.api_key} was refused")))
    assert str(MODEL.api_key) not in "".join(traceback.format_exception(raised.value))


class Puzzled(Acme):
    """A provider whose own reading of errors fails."""

    def classify(self, error):
        raise OverflowError(f"cannot read {error}")

    def call_blocking(self, model, asked, *, deadline):
        raise ConnectionError(MODEL.api_key)


async def test_an_error_that_the_provider_cannot_read_is_fatal_and_shows_nothing_of_either():
    puzzled = Puzzled(failing(ConnectionError(MODEL.api_key)))
    with ThreadPoolExecutor(1) as thread:
        for model in (ProviderModel(puzzled, MODEL), BlockingProviderModel(puzzled, MODEL, thread)):
            with pytest.raises(
                ModelError, match=r"a fault in .* 'acme': OverflowError \(test_provider_model"
            ) as raised:
                await model.generate(request())
            assert raised.value.kind == "fatal"
            assert str(MODEL.api_key) not in "".join(traceback.format_exception(raised.value))
