"""A refusal for the length of a request is told from all others, with the window and the tokens that it names."""

from __future__ import annotations

import pytest
from scripted_vendor import says
from vendor_questions import fault

from ai_diplomacy.models.model import Overlong

OPENAI = "This model's maximum context length is "
SAID = {
    OPENAI + "128000 tokens. However, your messages resulted in 130211 tokens (including 223 in the response_format "
    "schemas). Please reduce the length of the messages or schemas.": (128000, 130211),
    OPENAI + "4096 tokens. However, you requested 5060 tokens (4036 in the messages, 1024 in the completion). Please "
    "reduce the length of the messages or completion.": (4096, 4036),
    OPENAI + "128000 tokens. However, you requested 65535 output tokens and your prompt contains at least 62466 input "
    "tokens, for a total of at least 128001 tokens.": (128000, None),
    "'max_tokens' or 'max_completion_tokens' is too large: 8192. " + OPENAI + "4096 tokens and your request has 1025 "
    "input tokens (8192 > 4096 - 1025).": (4096, 1025),
    OPENAI + "4096 tokens. However, your request has 5000 input tokens. Please reduce the length of the input "
    "messages. (parameter=input_tokens, value=5000)": (4096, 5000),
    "You passed 4097 input tokens and requested 0 output tokens. However, the model's context length is only 4096 "
    "tokens, resulting in a maximum input length of 4096 tokens.": (4096, 4097),
    "The decoder prompt (length 5000) is longer than the maximum model length of 4096. Make sure that `max_model_len` "
    "is no smaller than the number of text tokens.": (4096, 5000),
    "Your input exceeds the context window of this model. Please adjust your input and try again.": (None, None),
    "This endpoint's maximum context length is 131072 tokens. However, you requested about 140000 tokens (139000 of "
    "text input, 1000 in the output).": (131072, 139000),
    "prompt is too long: 210000 tokens > 200000 maximum": (200000, 210000),
    "input length and `max_tokens` exceed context limit: 190000 + 21333 > 200000, decrease input length or "
    "`max_tokens` and try again": (200000, 190000),
    "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).": (1048576, 1200000),
    "The input token count (40000) exceeds the maximum (32768).": (32768, 40000),
    "Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length": (
        32768,
        40000,
    ),
    "This model's maximum prompt length is 131072 but the request contains 140000 tokens.": (131072, 140000),
    "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 4900 `inputs` tokens and 1024 "
    "`max_new_tokens`": (4096, 4900),
    "Trying to keep the first 5012 tokens when context the overflows. However, the model is loaded with context length "
    "of only 4096 tokens, which is not enough.": (4096, 5012),
    "the request exceeds the available context size (2048 tokens), try increasing it": (2048, None),
    "Requested tokens (2981) exceed context window of 2048": (2048, 2981),
}
"""What servers say -> the window, and the tokens of the prompt, that it tells."""


@pytest.mark.parametrize("text", SAID, ids=lambda text: text[-30:])
async def test_a_request_that_is_too_long_tells_how_long_it_may_be(vendor, protocol, provider, model, text):
    vendor.otherwise = says(protocol.error(400, text), 400)
    error = await fault(provider, model)
    assert (error.kind, error.overlong) == ("fatal", Overlong(*SAID[text]))
    assert len(vendor.received) == 1


async def test_llama_cpp_tells_it_in_fields(vendor, protocol, provider, model):
    told = {
        "code": 400,
        "message": "the request exceeds the available context size, try increasing it",
        "type": "exceed_context_size_error",
        "n_prompt_tokens": 4800,
        "n_ctx": 2048,
    }
    vendor.otherwise = says({"error": told}, 400)
    assert (await fault(provider, model)).overlong == Overlong(2048, 4800)


async def test_a_server_that_takes_it_for_its_own_fault_is_not_asked_again(vendor, protocol, provider, model):
    vendor.otherwise = says(protocol.error(500, "Requested tokens (2981) exceed context window of 2048"), 500)
    error = await fault(provider, model)
    assert (error.kind, error.overlong) == ("fatal", Overlong(2048, 2981))


async def test_a_request_that_is_larger_than_the_account_may_send_in_a_minute_is_too_long(
    vendor, protocol, provider, model
):
    text = "Request too large for m on tokens per min (TPM): Limit 30000, Requested 45000. The input must be reduced."
    vendor.otherwise = says(protocol.error(429, text), 429)
    error = await fault(provider, model)
    assert (error.kind, error.overlong) == ("fatal", Overlong(30000))


@pytest.mark.parametrize(
    ("status", "text"), [(400, "max_tokens must be at least 1"), (404, "no such model"), (503, "overloaded")]
)
async def test_other_refusals_are_not_for_length(vendor, protocol, provider, model, status, text):
    vendor.otherwise = says(protocol.error(status, text), status)
    error = await fault(provider, model)
    assert (error.overlong, error.loading) == (None, False)


@pytest.mark.parametrize("text", ["Loading model", "Model m/m is currently loading", "llm server loading model"])
async def test_a_server_that_loads_its_model_says_so(vendor, protocol, provider, model, text):
    vendor.otherwise = says(protocol.error(503, text), 503)
    error = await fault(provider, model)
    assert (error.kind, error.loading) == ("transient", True)
    assert str(error).endswith(f"{text} (it is waited for)")
