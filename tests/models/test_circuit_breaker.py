"""Whether a model answers at all, account by account, and what it refuses to be asked."""

from dataclasses import replace

import pytest
from scripted import Script, request, transient
from virtual_time import virtual_time

from ai_diplomacy.models.circuit_breaker import CircuitBreaker, CircuitProtected, ModelRefused
from ai_diplomacy.models.events import ParameterDropped
from ai_diplomacy.models.model import ModelError, Reply

WRONG_KEY = ModelError("401 wrong key")


def trusted(standing: CircuitBreaker, *acts, account: str = "account", emit=lambda _: None) -> CircuitProtected:
    return CircuitProtected(Script(*acts), account, standing, emit)


async def refusal(model: CircuitProtected) -> ModelRefused | None:
    try:
        await model.generate(request())
    except ModelRefused as refused:
        return refused
    except ModelError:
        return None
    raise AssertionError("it was answered")


@virtual_time
async def test_a_first_call_that_is_refused_ends_the_game_at_once():
    refused = await refusal(trusted(CircuitBreaker(), WRONG_KEY))
    assert refused.at_once
    assert str(refused) == "scripted:model cannot be asked: 401 wrong key"


@virtual_time
async def test_a_model_that_has_answered_is_given_up_after_three_refusals_in_a_row():
    model = trusted(CircuitBreaker(), 0.0, transient(), transient(), 0.0, *[transient()] * 3)
    await model.generate(request())
    assert [await refusal(model) for _ in range(2)] == [None, None]
    await model.generate(request())
    assert [await refusal(model) for _ in range(2)] == [None, None]
    assert not (await refusal(model)).at_once


@pytest.mark.parametrize(
    "error", [ModelError("401 revoked", of_account=True), ModelError("refused", kind="transient", reached=False)]
)
def test_a_revoked_key_or_a_server_that_is_gone_ends_the_game_before_anybody_loses_a_step(error):
    @virtual_time
    async def check():
        model = trusted(CircuitBreaker(), 0.0, error)
        await model.generate(request())
        assert not (await refusal(model)).at_once

    check()


@virtual_time
async def test_what_one_key_is_answered_says_nothing_about_another_key():
    standing = CircuitBreaker()
    await trusted(standing, account="anthropic (1)").generate(request())
    assert (await refusal(trusted(standing, WRONG_KEY, account="anthropic (2)"))).at_once
    assert await refusal(trusted(standing, WRONG_KEY, account="anthropic (1)")) is None


@virtual_time
async def test_a_model_that_answered_the_run_before_is_not_given_up_for_one_refusal():
    model = trusted(CircuitBreaker({"scripted:model"}), *[ModelError("400 context too long")] * 3)
    assert [await refusal(model) for _ in range(2)] == [None, None]
    assert not (await refusal(model)).at_once


@virtual_time
async def test_an_account_that_answers_none_of_its_models_is_given_up_after_three_faults():
    standing, models = CircuitBreaker({f"model {number}" for number in range(4)}), []
    for number in range(4):
        models.append(trusted(standing, transient(), transient()))
        models[-1].inner.name = f"model {number}"
    assert [await refusal(model) for model in models[:2]] == [None, None]
    assert not (await refusal(models[2])).at_once
    standing.answered("account", "model 3")
    assert await refusal(models[0]) is None


@virtual_time
async def test_refusing_a_larger_allowance_is_no_refusal_to_answer():
    asked = request()
    larger = replace(asked, key=replace(asked.key, raised=1))
    model = trusted(CircuitBreaker(), 0.0, *[ModelError("400 max_tokens")] * 5)
    await model.generate(asked)
    for _ in range(5):
        with pytest.raises(ModelError, match="400 max_tokens"):
            await model.generate(larger)


@virtual_time
async def test_a_wish_that_a_model_refuses_is_told_once():
    events = []
    replies = [
        Reply("a", dropped=("schema",)),
        Reply("b", dropped=("schema", "seed")),
        Reply("c", dropped=("seed",)),
    ]
    model = trusted(CircuitBreaker(), *replies, emit=events.append)
    for _ in replies:
        await model.generate(request())
    assert events == [ParameterDropped("scripted:model", "schema"), ParameterDropped("scripted:model", "seed")]
