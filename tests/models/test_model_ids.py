"""Model ids: provider, name, base URL and key, and never a key where it could be read."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_diplomacy.models.ids import EFFORTS, ModelId, parse_model_id
from ai_diplomacy.models.providers import provider_names

PROVIDERS = ("offline", "openai", "openrouter")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("offline", ModelId("offline", "")),
        ("offline:random", ModelId("offline", "random")),
        ("openrouter:meta-llama/llama-3:free", ModelId("openrouter", "meta-llama/llama-3:free")),
        (
            "openai:llama3@http://localhost:11434/v1",
            ModelId("openai", "llama3", "http://localhost:11434/v1"),
        ),
        ("openai:m@http://h:1/v1#secret", ModelId("openai", "m", "http://h:1/v1", "secret")),
        ("openai:m#se#cr@et", ModelId("openai", "m", None, "se#cr@et")),
        ("openai:name@with-at", ModelId("openai", "name@with-at")),
    ],
)
def test_every_part_is_found(text, expected):
    assert parse_model_id(text, PROVIDERS) == expected


@pytest.mark.parametrize(
    "text", ["", "gpt-5", "gpt-5#secret", "opnai:gpt#secret", "openai:", "openai:#secret", "#secret"]
)
def test_a_bad_id_is_refused_without_its_key(text):
    with pytest.raises(ValueError, match=r".+") as refused:
        parse_model_id(text, PROVIDERS)
    assert "secret" not in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "openai:x@127.0.0.1:8000/v1#secret",
        "openai:x@localhost:11434/v1",
        "openai:x@localhost/v1",
        "openai:x@my-server:8000",
        "openai:x@ftp://h#secret",
        "openai:x#secret@http://127.0.0.1:8000/v1",
    ],
)
def test_an_address_that_is_not_written_as_one_never_becomes_part_of_the_name_or_the_key(text):
    with pytest.raises(ValueError, match="address") as refused:
        parse_model_id(text, PROVIDERS)
    assert "secret" not in str(refused.value)


@settings(derandomize=True, deadline=None)
@given(st.text(st.characters(exclude_characters="#0123456789abcdef")), st.text("0123456789abcdef", min_size=12))
def test_the_key_is_in_no_text_of_the_id(name, key):
    model = parse_model_id(f"openai:x{name}#{key}", PROVIDERS)
    assert model.api_key == key
    assert key not in str(model)
    assert key not in repr(model)


def test_an_address_with_a_password_which_records_would_show_is_refused():
    with pytest.raises(ValueError, match="an address may hold no password") as refused:
        parse_model_id("openai:name@https://me:secret@host/v1", {"openai"})
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "name", "effort"),
    [
        ("openai:o4-mini:high", "o4-mini", "high"),
        ("openai:o4-mini:High", "o4-mini", "high"),
        ("openrouter:anthropic/claude-sonnet-5:4096", "anthropic/claude-sonnet-5", "4096"),
        ("openrouter:deepseek/r1:free:low", "deepseek/r1:free", "low"),
        ("openai:gpt-oss:20b:none@http://localhost:11434/v1", "gpt-oss:20b", "none"),
        ("openai:o4-mini", "o4-mini", ""),
        ("openai:high", "high", ""),
        ("openai:tuned:high:", "tuned:high", ""),
        ("openai:tuned:4096:", "tuned:4096", ""),
        ("openai:tuned::", "tuned:", ""),
    ],
)
def test_an_effort_stands_behind_the_name(text, name, effort):
    model = parse_model_id(text, PROVIDERS)
    assert (model.name, model.effort) == (name, effort)


@pytest.mark.parametrize(
    "name",
    [
        "llama3:8b",
        "qwen3:14b",
        "gpt-oss:20b",
        "deepseek/r1:free",
        "qwen/qwen-plus:thinking",
        "ft:gpt-4o:org::id",
        "mixtral:8x7b-instruct-v0:1",
        "model:64",
        "model:20250101",
        "model:latest",
    ],
)
def test_a_name_with_a_colon_of_its_own_is_a_name(name):
    model = parse_model_id(f"openai:{name}", PROVIDERS)
    assert (model.name, model.effort, str(model)) == (name, "", f"openai:{name}")


def test_an_address_may_tell_the_window():
    model = parse_model_id("openai:llama3:8b:low@http://h:1/v1?window=8192#secret", PROVIDERS)
    assert model == ModelId("openai", "llama3:8b", "http://h:1/v1", "secret", "low", 8192)
    assert str(model) == "openai:llama3:8b:low@http://h:1/v1?window=8192"


@pytest.mark.parametrize("query", ["window=0", "window=-5", "window=8k", "window=", "version=1", "window=1&a=2", ""])
def test_behind_an_address_stands_nothing_but_a_window(query):
    with pytest.raises(ValueError, match=r"behind an address may stand \?window=TOKENS and nothing else") as refused:
        parse_model_id(f"openai:m@http://h/v1?{query}#secret", PROVIDERS)
    assert "secret" not in str(refused.value)


PARTS = st.lists(st.sampled_from(["a", "Z", "0", ":", "/", "-", ".", " ", ":high", ":4096", "none", ":8b"]), min_size=1)


@settings(derandomize=True, deadline=None)
@given(
    PARTS.map("".join).filter(lambda name: name == name.strip()),
    st.sampled_from(["", *EFFORTS, "128", "4096", "999999"]),
    st.sampled_from([None, "http://h:1/v1", "https://host"]),
    st.sampled_from([None, 1, 8192]),
)
def test_what_an_id_is_written_as_is_what_it_is_read_from(name, effort, url, window):
    model = ModelId("openai", name, url, None, effort, window if url else None)
    if effort and not name.strip(":"):
        return
    assert parse_model_id(str(model), PROVIDERS) == model


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("gpt-4o", "did you mean openai:gpt-4o?"),
        ("gpt-4o#sk-secret", "did you mean openai:gpt-4o?"),
        ("gpt-4o:high", "did you mean openai:gpt-4o:high?"),
        ("o4-mini", "did you mean openai:o4-mini?"),
        ("claude-sonnet-4-5", "did you mean anthropic:claude-sonnet-4-5?"),
        ("gemini-2.5-flash", "did you mean gemini:gemini-2.5-flash?"),
        ("google:gemini-2.5-flash", "did you mean gemini:gemini-2.5-flash?"),
        ("grok-4", "did you mean xai:grok-4?"),
        ("deepseek-chat", "did you mean deepseek:deepseek-chat?"),
        ("mistral-large-latest", "did you mean mistral:mistral-large-latest?"),
        ("opnai:gpt-4o", "did you mean openai:gpt-4o?"),
        ("Antropic:claude-x:high@https://h", "did you mean anthropic:claude-x:high@https://h?"),
        ("oflline", "did you mean offline?"),
        ("meta-llama/llama-3:free", "did you mean openrouter:meta-llama/llama-3:free or together:meta-llama/"),
        ("llama3", "write PROVIDER:NAME, or openai:llama3@http://localhost:PORT/v1 for a server of your own"),
        ("qwen3:14b", "or openai:qwen3:14b@http://localhost:PORT/v1 for a server of your own"),
        ("Qwen/Q3@http://h:8000/v1", "or openai:Qwen/Q3@http://h:8000/v1 for a server of your own"),
        ("ollama:llama3:8b", "a server of your own is written openai:llama3:8b@http://localhost:11434/v1"),
    ],
)
def test_an_id_without_a_provider_is_answered_with_the_one_to_write(text, hint):
    with pytest.raises(ValueError, match="unknown provider in model id") as refused:
        parse_model_id(text, {*provider_names(), "offline"})
    assert hint in str(refused.value)
    assert "secret" not in str(refused.value)
    assert "\n" not in str(refused.value)
