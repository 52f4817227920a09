"""The four wire protocols: what is understood, what is refused and in whose words."""

import json

import aiohttp
import pytest
from serving import SYSTEM, VENDORS, Raw, Response, Vendor, position, post, raw, text_in

from ai_diplomacy.agent.replies import OrderReply, read_reply
from ai_diplomacy.offline.server.local import LocalServer
from ai_diplomacy.offline.server.options import ServerOptions
from ai_diplomacy.offline.server.structured import bare_json
from ai_diplomacy.offline.strategist import AT_A_LOSS, answer

OPEN_SCHEMA = {"type": "object", "properties": {"directive": {"type": "string"}}, "required": ["directive"]}
CLOSED_SCHEMA = {**OPEN_SCHEMA, "additionalProperties": False}

each_vendor = pytest.mark.parametrize("vendor", VENDORS)


@pytest.fixture
async def server():
    async with LocalServer(ServerOptions()) as server:
        yield server


@pytest.fixture
async def send(server):
    """Sends a raw request, its body's fields changed."""
    async with aiohttp.ClientSession() as session:

        async def send(request: Raw, **changes) -> Response:
            return await post(session, server.url, request, **changes)

        yield send


def problem_of(vendor: Vendor, response: Response) -> tuple[str, str]:
    """(kind, message) of an error in the vendor's own format; nothing else is one."""
    error = response.body["error"]
    if vendor == "gemini":
        assert set(response.body) == {"error"}
        assert error["code"] == response.status
        return error["status"], error["message"]
    if vendor == "anthropic":
        assert response.body["type"] == "error"
        assert response.body["request_id"] == response.headers["request-id"]
        return error["type"], error["message"]
    assert set(error) == {"message", "type", "param", "code"}
    assert response.headers["x-request-id"]
    return error["type"], error["message"]


BAD_REQUEST = {
    "openai": "invalid_request_error",
    "openai-responses": "invalid_request_error",
    "anthropic": "invalid_request_error",
    "gemini": "INVALID_ARGUMENT",
}


@each_vendor
async def test_the_model_s_name_chooses_the_style(vendor, send):
    prompt = position("order")
    answers = {model: await send(raw(vendor, prompt, model=model)) for model in ("gpt-6", "my-Random-model")}
    assert {model: text_in(vendor, found.body) for model, found in answers.items()} == {
        "gpt-6": answer(prompt, style="strategist"),
        "my-Random-model": answer(prompt, style="random"),
    }


@each_vendor
async def test_what_holds_no_position_is_answered_too(vendor, send):
    response = await send(raw(vendor, "Hello \ud800 \N{WHITE CHESS KING}"))
    assert (response.status, text_in(vendor, response.body)) == (200, AT_A_LOSS)


@each_vendor
async def test_a_reply_that_is_longer_than_allowed_is_cut(vendor, send):
    request = raw(vendor, position())
    if vendor == "gemini":
        response = await send(request, generationConfig={"maxOutputTokens": 5})
        stop = response.body["candidates"][0]["finishReason"], "MAX_TOKENS"
    elif vendor == "anthropic":
        response = await send(request, max_tokens=5)
        stop = response.body["stop_reason"], "max_tokens"
    elif vendor == "openai":
        response = await send(request, max_completion_tokens=5)
        stop = response.body["choices"][0]["finish_reason"], "length"
    else:
        response = await send(request, max_output_tokens=5)
        stop = response.body["incomplete_details"]["reason"], "max_output_tokens"
    assert stop[0] == stop[1]
    assert text_in(vendor, response.body) == answer(position())[:20]


@each_vendor
async def test_streaming_is_refused(vendor, send):
    request = raw(vendor, "Hello")
    if vendor == "gemini":
        response = await send(Raw(request.path.replace("generate", "streamGenerate"), request.body, request.headers))
    else:
        response = await send(request, stream=True)
    assert response.status == 400
    kind, message = problem_of(vendor, response)
    assert kind == BAD_REQUEST[vendor]
    assert "streaming is not supported" in message


@each_vendor
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"a"', b"[" * 100_000, b"\xff"])
async def test_what_is_not_a_json_object_is_refused(vendor, body, server):
    request = raw(vendor, "Hello")
    async with aiohttp.ClientSession() as session, session.post(server.url + request.path, data=body) as answer:
        response = Response(answer.status, answer.headers.copy(), await answer.text())
    assert response.status == 400
    assert problem_of(vendor, response)[0] == BAD_REQUEST[vendor]


@pytest.mark.parametrize(
    ("vendor", "changes", "fault"),
    [
        ("openai", {"model": None}, "model"),
        ("openai", {"messages": []}, "messages"),
        ("openai", {"messages": "Hello"}, "messages"),
        ("openai", {"messages": ["Hello"]}, "messages[0]"),
        ("openai", {"messages": [{"role": "user"}]}, "messages[0].content"),
        ("openai", {"messages": [{"role": 7, "content": ""}]}, "messages[0].role"),
        ("openai", {"messages": [{"role": "system", "content": "Hello"}]}, "no message of the user"),
        ("openai", {"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, "only text"),
        ("openai", {"max_tokens": 0}, "max_tokens"),
        ("openai", {"max_tokens": "many"}, "max_tokens"),
        ("openai", {"response_format": {"type": "xml"}}, "response_format.type"),
        ("openai", {"response_format": {"type": "json_schema"}}, "json_schema"),
        ("openai-responses", {"input": None}, "input"),
        ("openai-responses", {"instructions": 7}, "instructions"),
        ("openai-responses", {"text": {"format": {"type": "json_schema", "name": "a"}}}, "text.format.schema"),
        ("anthropic", {"max_tokens": None}, "max_tokens: Field required"),
        ("anthropic", {"messages": [{"role": "system", "content": "Hello"}]}, "system prompt"),
        ("anthropic", {"output_config": {"format": {"type": "json"}}}, "output_config.format"),
        ("gemini", {"contents": None}, "contents"),
        ("gemini", {"generationConfig": 7}, "generationConfig"),
        ("gemini", {"generationConfig": {"responseJsonSchema": {}}}, "application/json"),
    ],
)
async def test_a_request_that_makes_no_sense_is_refused(vendor, changes, fault, send, server):
    response = await send(raw(vendor, "Hello"), **changes)
    assert response.status == 400
    kind, message = problem_of(vendor, response)
    assert kind == BAD_REQUEST[vendor]
    assert fault in message
    assert server.stats()["refused"] == 1


async def test_the_turns_of_a_conversation(send):
    turns = [("user", "Hello"), ("assistant", "Good day"), ("user", position())]
    messages = [{"role": role, "content": [{"type": "text", "text": text}]} for role, text in turns]
    expected = (len(SYSTEM) + len("Hello\n\nGood day") + len(position())) // 4
    chat = await send(raw("openai", ""), messages=[{"role": "developer", "content": SYSTEM}, *messages])
    assert chat.body["usage"]["prompt_tokens"] == expected
    responses = await send(raw("openai-responses", ""), input=messages)
    assert responses.body["usage"]["input_tokens"] == expected
    anthropic = await send(raw("anthropic", ""), messages=messages)
    usage = anthropic.body["usage"]
    assert usage["input_tokens"] + usage["cache_read_input_tokens"] == expected
    contents = [{"role": {"assistant": "model"}.get(role, role), "parts": [{"text": text}]} for role, text in turns]
    gemini = await send(raw("gemini", ""), contents=contents)
    assert gemini.body["usageMetadata"]["promptTokenCount"] == expected
    for vendor, response in zip(VENDORS, (chat, responses, anthropic, gemini), strict=True):
        assert text_in(vendor, response.body) == answer(position())


def test_structured_output_is_bare_json_that_says_the_same():
    prompts = [position("order").replace('"test"', f'"game {number}"') for number in range(60)]
    answers = [answer(prompt) for prompt in prompts]
    bare = [bare_json(text) for text in answers]
    assert [read_reply(text, OrderReply).value for text in bare] == [
        read_reply(text, OrderReply).value for text in answers
    ]
    changed = [text for text, was in zip(bare, answers, strict=True) if text != was]
    assert 10 < len(changed) < 60
    for text in changed:
        json.loads(text)


@pytest.mark.parametrize("text", ["", "No.", '```json\n{"a":,}\n```', '{"a": 1', 'So: ```json\n{"a": 1}\n``` or not'])
def test_a_reply_without_a_whole_document_stays_as_it_is(text):
    assert bare_json(text) == text


async def test_a_strict_schema_leaves_nothing_open(send):
    def chat(schema, strict=True):
        described = {"name": "plan", "strict": strict, "schema": schema}
        return send(raw("openai", position()), response_format={"type": "json_schema", "json_schema": described})

    nested = {**CLOSED_SCHEMA, "properties": {"directive": OPEN_SCHEMA}}
    optional = {**CLOSED_SCHEMA, "required": []}
    assert "In context=(), 'additionalProperties'" in problem_of("openai", await chat(OPEN_SCHEMA))[1]
    assert "In context=('properties', 'directive')" in problem_of("openai", await chat(nested))[1]
    assert "Missing 'directive'" in problem_of("openai", await chat(optional))[1]
    for odd in (5, True, "directive", {"directive": 1}):
        assert "Missing 'directive'" in problem_of("openai", await chat({**CLOSED_SCHEMA, "required": odd}))[1]
    assert (await chat({**CLOSED_SCHEMA, "properties": 5})).status == 200
    assert (await chat(CLOSED_SCHEMA)).status == 200
    assert (await chat(OPEN_SCHEMA, strict=False)).status == 200
    format = {"type": "json_schema", "name": "plan", "strict": True, "schema": OPEN_SCHEMA}
    refused = await send(raw("openai-responses", position()), text={"format": format})
    assert refused.body["error"]["code"] == "invalid_json_schema"


async def test_anthropic_takes_closed_objects_only(send):
    def ask(schema):
        return send(raw("anthropic", position()), output_config={"format": {"type": "json_schema", "schema": schema}})

    hidden = {"anyOf": [{"type": "array", "items": {"$ref": "#/$defs/a"}}], "$defs": {"a": OPEN_SCHEMA}}
    for schema in (OPEN_SCHEMA, hidden):
        assert "must be explicitly set to false" in problem_of("anthropic", await ask(schema))[1]
    assert (await ask({**CLOSED_SCHEMA, "required": []})).status == 200


async def test_anthropic_caches_what_is_marked(send):
    def tokens(response):
        usage = response.body["usage"]
        return usage["input_tokens"], usage["cache_creation_input_tokens"], usage["cache_read_input_tokens"]

    whole, prefix = (len(SYSTEM) + len("Hello")) // 4, len(SYSTEM) // 4
    request = raw("anthropic", "Hello")
    assert tokens(await send(request, system=SYSTEM)) == (whole, 0, 0)
    assert tokens(await send(request)) == (whole - prefix, prefix, 0)
    assert tokens(await send(request)) == (whole - prefix, 0, prefix)
    assert tokens(await send(request, system=SYSTEM, cache_control={"type": "ephemeral"})) == (
        whole - prefix,
        0,
        prefix,
    )
    assert tokens(await send(raw("anthropic", "Hello", key="another"))) == (whole - prefix, prefix, 0)


async def test_the_shorter_and_the_older_paths(send):
    for vendor, path in (
        ("openai", "/chat/completions"),
        ("openai-responses", "/responses"),
        ("gemini", "/v1/models/strategist:generateContent"),
    ):
        request = raw(vendor, "Hello")
        assert (await send(Raw(path, request.body, request.headers))).status == 200


async def test_lists_of_models(server):
    names = {"strategist", "random"}
    async with aiohttp.ClientSession() as session:

        async def listed(path: str, **headers: str):
            async with session.get(server.url + path, headers=headers) as response:
                return await response.json()

        assert {model["id"] for model in (await listed("/v1/models"))["data"]} == names
        found = await listed("/v1/models", **{"anthropic-version": "2023-06-01"})
        assert {model["id"] for model in found["data"] if model["type"] == "model"} == names
        for path, headers in (("/v1beta/models", {}), ("/v1/models", {"x-goog-api-key": "k"})):
            found = await listed(path, **headers)
            assert {model["name"] for model in found["models"]} == {f"models/{name}" for name in names}


async def test_an_unknown_path_is_not_found_in_the_words_of_whoever_asks(server):
    kinds = {}
    async with aiohttp.ClientSession() as session:
        for vendor in VENDORS:
            async with session.get(server.url + "/v1/files", headers=raw(vendor, "").headers) as answer:
                response = Response(answer.status, answer.headers.copy(), await answer.text())
            assert response.status == 404
            kinds[vendor] = problem_of(vendor, response)[0]
    assert set(kinds.values()) == {"invalid_request_error", "not_found_error", "NOT_FOUND"}


async def test_a_hook_sees_every_body():
    seen = []
    async with (
        LocalServer(ServerOptions(), record=lambda vendor, body: seen.append((vendor, body))) as server,
        aiohttp.ClientSession() as session,
    ):
        requests = {vendor: raw(vendor, f"Hello {vendor}") for vendor in VENDORS}
        for request in requests.values():
            await post(session, server.url, request)
    assert seen == [(vendor, request.body) for vendor, request in requests.items()]
