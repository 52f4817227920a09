"""Which account a model id leads to, and everything that keeps a game from starting, said at once."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import EntryPoint, EntryPoints

import pytest
from vendor_questions import KEY

from ai_diplomacy.game import in_process as _  # noqa: F401 - enters the offline model in the catalogue
from ai_diplomacy.models import providers as package
from ai_diplomacy.models.ids import ModelId, parse_model_id
from ai_diplomacy.models.providers import (
    AccountError,
    Providers,
    ProviderSpec,
    UnknownProviderError,
    account_of,
    accounts,
    catalogue,
    has_blocking_twin,
    open_provider,
    provider_names,
    provider_spec,
    seat_problems,
)
from ai_diplomacy.models.providers.faults import status_fault

LOCAL = "http://localhost:11434/v1"


def test_the_package_exports_what_it_says():
    assert set(package.__all__) == {
        "ENTRY_POINTS",
        "Account",
        "AccountError",
        "ProviderSpec",
        "Providers",
        "UnknownProviderError",
        "account_of",
        "asks_a_model",
        "has_blocking_twin",
        "in_process",
        "load_keys",
        "open_in_process",
        "open_provider",
        "preload",
        "provider_names",
        "provider_spec",
        "register_provider",
        "seat_problems",
    }


def test_importing_the_providers_and_opening_all_of_them_imports_no_sdk():
    program = """
import sys
from ai_diplomacy.models.ids import ModelId
from ai_diplomacy.models.providers import open_provider, provider_names, seat_problems
seat_problems({name: ModelId(name, "m") for name in provider_names()}, {})
for name in provider_names():
    open_provider(ModelId(name, "m", None, "key"), {})
sdks = {"openai", "anthropic", "google.genai", "aiohttp", "httpx2", "pydantic"}
print(sorted(sdks & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout == "[]\n", done.stderr


@pytest.mark.slow
def test_an_sdk_can_be_imported_ahead_of_the_first_call():
    program = """
import sys
from ai_diplomacy.models.ids import ModelId
from ai_diplomacy.models.providers import preload
preload([ModelId("anthropic", "m"), ModelId("anthropic", "n")])
print(sorted({"openai", "anthropic", "google.genai", "aiohttp"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout == "['aiohttp', 'anthropic']\n", done.stderr


@pytest.mark.parametrize(
    ("text", "environ", "base_url", "key", "source"),
    [
        ("openai:m", {"OPENAI_API_KEY": " k1\n"}, "https://api.openai.com/v1", "k1", "from OPENAI_API_KEY"),
        ("openai-responses:m", {"OPENAI_API_KEY": "k1"}, "https://api.openai.com/v1", "k1", "from OPENAI_API_KEY"),
        ("anthropic:m#k2", {"ANTHROPIC_API_KEY": "k1"}, "https://api.anthropic.com", "k2", "given inline"),
        (
            "gemini:m",
            {"GOOGLE_API_KEY": "k1"},
            "https://generativelanguage.googleapis.com",
            "k1",
            "from GOOGLE_API_KEY",
        ),
        (f"openai:m@{LOCAL}", {}, LOCAL, "no-key", "none given"),
        (f"openai:m@{LOCAL}", {"OPENAI_API_KEY": "k1"}, LOCAL, "k1", "from OPENAI_API_KEY"),
        ("openai:m@http://192.168.1.7:8000/v1", {}, "http://192.168.1.7:8000/v1", "no-key", "none given"),
        ("openai:m@http://[::1]:8000", {}, "http://[::1]:8000", "no-key", "none given"),
        ("openai:m@http://ollama:11434/v1", {}, "http://ollama:11434/v1", "no-key", "none given"),
        ("gemini:m@http://127.0.0.1:8000/", {}, "http://127.0.0.1:8000", "no-key", "none given"),
    ],
)
def test_key_and_address_are_found(text, environ, base_url, key, source):
    account = account_of(parse_model_id(text, provider_names()), environ)
    assert (account.base_url, account.key, account.key_source) == (base_url, key, source)


@pytest.mark.parametrize(
    ("model", "environ", "said"),
    [
        (ModelId("openai", "m"), {}, "set OPENAI_API_KEY"),
        (ModelId("openai", "m"), {"OPENAI_API_KEY": ""}, "set OPENAI_API_KEY"),
        (ModelId("gemini", "m"), {}, "set GEMINI_API_KEY or GOOGLE_API_KEY"),
        (ModelId("openai", "m", "https://llm.example.org/v1"), {}, "set OPENAI_API_KEY"),
        (ModelId("openai", "m", None, "se cret"), {}, "characters that no key has"),
        (ModelId("openai", "m"), {"OPENAI_API_KEY": "se\u2026cret"}, "characters that no key has"),
        (ModelId("openai", "m", "http://me:secret@host/v1"), {}, "no credentials"),
        (ModelId("openai", "m", "http://host/v1?key=secret"), {}, "no credentials"),
        (ModelId("openai", "m", "http://:80/v1"), {}, "names no host"),
        (ModelId("openai", "m", "http://host:port/v1"), {}, "cannot be read"),
    ],
)
def test_an_id_that_leads_to_no_account_is_refused_with_the_way_out(model, environ, said):
    with pytest.raises(AccountError, match=said) as refused:
        account_of(model, environ)
    assert "cret" not in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(("status", "asks"), [(401, True), (403, True), (400, True), (404, False)])
@pytest.mark.parametrize("name", ["openai", "gemini"])
def test_a_server_of_ones_own_that_asks_for_a_key_is_told_of_with_the_way_to_give_one(name, status, asks):
    body = {"error": {"message": "API key not valid." if status == 400 else "No."}}
    model = ModelId(name, "m", LOCAL)
    text = str(status_fault(account_of(model, {}), status, {}, body))
    advice = "end the model id with a '#' and the key"
    assert (advice in text, "key none given" in text, "_API_KEY" in text) == (asks, asks, asks)
    with_key = str(status_fault(account_of(model, {"OPENAI_API_KEY": "k", "GEMINI_API_KEY": "k"}), status, {}, body))
    assert advice not in with_key


def test_one_provider_serves_all_models_of_an_account():
    providers = Providers({"OPENAI_API_KEY": "k1", "DEEPSEEK_API_KEY": "k1"})
    first = providers.open(ModelId("openai", "one"))
    assert providers.open(ModelId("openai", "two")) is first
    assert providers.open(ModelId("openai", "two", None, "k1")) is first
    others = [
        ModelId("openai", "one", None, "k2"),
        ModelId("openai", "one", LOCAL),
        ModelId("openai-responses", "one"),
        ModelId("deepseek", "one"),
    ]
    assert len({id(providers.open(model)) for model in (ModelId("openai", "one"), *others)}) == 5


def test_every_problem_of_every_seat_is_said_once_with_its_seats(monkeypatch):
    monkeypatch.setattr(accounts, "find_spec", lambda name: None if name == "anthropic" else object())
    seats = {
        "AUSTRIA": "anthropic:m",
        "ENGLAND": ModelId("anthropic", "n"),
        "FRANCE": "opnai:m#secret",
        "GERMANY": ModelId("nobody", "m", None, "secret"),
        "ITALY": "offline",
        "RUSSIA": f"openai:m@{LOCAL}",
        "TURKEY": "gemini",
    }
    problems = seat_problems(seats, {"GEMINI_API_KEY": "k"})
    assert [problem.partition(":")[0] for problem in problems] == [
        "AUSTRIA, ENGLAND",
        "AUSTRIA, ENGLAND",
        "FRANCE",
        "GERMANY",
        "TURKEY",
    ]
    assert "pip install 'anthropic[aiohttp]'" in problems[0]
    assert "ANTHROPIC_API_KEY" in problems[1]
    assert "opnai" in problems[2]
    assert "nobody" in problems[3]
    assert "gemini:NAME" in problems[4]
    assert "secret" not in " ".join(problems)


def test_a_missing_package_is_found_even_below_a_missing_one(monkeypatch):
    def find(name):
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(accounts, "find_spec", find)
    (problem,) = seat_problems({"ITALY": "gemini:m"}, {"GEMINI_API_KEY": "k"})
    assert "pip install google-genai" in problem


def test_all_is_well_with_the_packages_that_are_installed():
    seats = {name: ModelId(name, "m", None, "key") for name in provider_names() if not provider_spec(name).in_process}
    assert seat_problems(seats, {}) == []


class Stub:
    """A third party's provider."""

    def __init__(self, account):
        self.account = account


STUB_SPEC = ProviderSpec("test_provider_accounts:Stub", ("STUB_KEY",), "https://stub.example.org")


@pytest.fixture
def third_party(monkeypatch):
    points = EntryPoints(
        [
            EntryPoint("stub", "test_provider_accounts:STUB_SPEC", catalogue.ENTRY_POINTS),
            EntryPoint("gone", "no_such_module:SPEC", catalogue.ENTRY_POINTS),
            EntryPoint("wrong", "test_provider_accounts:KEY", catalogue.ENTRY_POINTS),
            EntryPoint("openai", "test_provider_accounts:STUB_SPEC", catalogue.ENTRY_POINTS),
        ]
    )
    monkeypatch.setattr(catalogue, "entry_points", lambda group: points.select(group=group))
    provider_names.cache_clear()
    yield
    provider_names.cache_clear()


@pytest.mark.usefixtures("third_party")
def test_a_third_partys_provider_plugs_in():
    assert {"stub", "gone", "wrong", "openai"} <= provider_names()
    model = parse_model_id("stub:big/one:free", provider_names())
    provider = open_provider(model, {"STUB_KEY": KEY})
    assert type(provider).__name__ == "Stub"
    assert provider.account.base_url == "https://stub.example.org"
    assert seat_problems({"ITALY": model}, {}) == [
        "ITALY: no key for stub: set STUB_KEY, or end the model id with a '#' and the key"
    ]


def test_all_of_ours_can_be_asked_on_threads():
    assert all(has_blocking_twin(name) for name in provider_names())


@pytest.mark.usefixtures("third_party")
def test_a_third_party_without_a_blocking_client_is_known_before_it_is_asked():
    assert not has_blocking_twin("stub")


@pytest.mark.usefixtures("third_party")
def test_a_third_party_takes_no_name_of_ours_and_breaks_nothing_else():
    assert provider_spec("openai").factory.endswith(":OpenAIChat")
    problems = seat_problems({"ITALY": "gone:m#k", "TURKEY": "wrong:m#k"}, {})
    assert "no_such_module" in problems[0]
    assert "no ProviderSpec" in problems[1]
    with pytest.raises(UnknownProviderError):
        provider_spec("gone")
