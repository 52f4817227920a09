"""Model ids: provider, name, base URL and key, and never a key where it could be read."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_diplomacy.models.ids import ModelId, parse_model_id

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
