"""The vendors by name: where each one's provider lives, its key, its address, what must be installed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points

ENTRY_POINTS = "ai_diplomacy.providers"
"""A third party's provider is an entry point of this group: its name is the provider's, its object a ``ProviderSpec``.
A name that is ours stays ours."""


class UnknownProviderError(ValueError):
    """No provider of that name. Its text is one line."""


@dataclass(frozen=True, slots=True)
class ProviderSpec:
    """All that is known of a vendor without importing its SDK."""

    factory: str
    """``module:name`` of what makes the provider from an ``Account``."""
    key_variables: tuple[str, ...] = ()
    """Environment variables that may hold the key, the first one set wins. None: this vendor needs no key."""
    base_url: str | None = None
    """Where it answers unless a model id says otherwise; ``None`` when a model id must say."""
    modules: tuple[str, ...] = ()
    """What must be importable."""
    install: str = ""
    """What to give to ``pip install`` when it is not."""
    slow_imports: tuple[str, ...] = ()
    """Modules that the first call would import."""


def _openai_protocol(variable: str, base_url: str, provider: str = "openai_chat:OpenAIChat") -> ProviderSpec:
    resource = "openai.resources.responses" if "responses" in provider else "openai.resources.chat"
    return ProviderSpec(
        f"{__package__}.{provider}",
        (variable,),
        base_url,
        ("openai", "aiohttp"),
        "'openai[aiohttp]'",
        ("aiohttp", "openai", resource),
    )


BUILT_IN: Mapping[str, ProviderSpec] = {
    "openai": _openai_protocol("OPENAI_API_KEY", "https://api.openai.com/v1"),
    "openai-responses": _openai_protocol(
        "OPENAI_API_KEY", "https://api.openai.com/v1", "openai_responses:OpenAIResponses"
    ),
    "openrouter": _openai_protocol("OPENROUTER_API_KEY", "https://openrouter.ai/api/v1"),
    "deepseek": _openai_protocol("DEEPSEEK_API_KEY", "https://api.deepseek.com/v1"),
    "together": _openai_protocol("TOGETHER_API_KEY", "https://api.together.xyz/v1"),
    "mistral": _openai_protocol("MISTRAL_API_KEY", "https://api.mistral.ai/v1"),
    "xai": _openai_protocol("XAI_API_KEY", "https://api.x.ai/v1"),
    "anthropic": ProviderSpec(
        f"{__package__}.anthropic_messages:AnthropicMessages",
        ("ANTHROPIC_API_KEY",),
        "https://api.anthropic.com",
        ("anthropic", "aiohttp"),
        "'anthropic[aiohttp]'",
        ("aiohttp", "anthropic.resources.messages"),
    ),
    "gemini": ProviderSpec(
        f"{__package__}.gemini:Gemini",
        ("GEMINI_API_KEY", "GOOGLE_API_KEY"),
        "https://generativelanguage.googleapis.com",
        ("google.genai", "aiohttp"),
        "google-genai aiohttp",
        ("aiohttp", "google.genai"),
    ),
}


@cache
def provider_names() -> frozenset[str]:
    """All providers that a model id may name, third parties' included. Imports none of them."""
    return frozenset(BUILT_IN) | frozenset(entry_points(group=ENTRY_POINTS).names)


def provider_spec(name: str) -> ProviderSpec:
    """The entry of a provider. Raises ``UnknownProviderError``, also for a third party's that cannot be loaded."""
    if name in BUILT_IN:
        return BUILT_IN[name]
    for point in entry_points(group=ENTRY_POINTS, name=name):
        try:
            spec = point.load()
        except (ImportError, AttributeError) as error:
            raise UnknownProviderError(f"the provider {name!r} ({point.value}) cannot be loaded: {error}") from error
        if not isinstance(spec, ProviderSpec):
            raise UnknownProviderError(f"the provider {name!r} ({point.value}) is no ProviderSpec")
        return spec
    raise UnknownProviderError(f"unknown provider {name!r}; the providers are {', '.join(sorted(provider_names()))}")
