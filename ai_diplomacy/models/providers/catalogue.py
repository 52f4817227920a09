"""The providers by name: where each one lives, its key, its address, what must be installed. Vendors stand here; who
answers in this process is entered from above."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from ..ids import EFFORTS, ModelId

if TYPE_CHECKING:
    from importlib.metadata import EntryPoints

ENTRY_POINTS = "ai_diplomacy.providers"
"""A third party's provider is an entry point of this group: its name is the provider's, its object a ``ProviderSpec``.
A name that is ours stays ours."""


class UnknownProviderError(ValueError):
    """No provider of that name. Its text is one line."""


@dataclass(frozen=True, slots=True)
class ProviderSpec:
    """All that is known of a provider without importing it or its SDK."""

    factory: str
    """``module:name`` of what makes the provider from an ``Account``, or, in this process, the model from its id."""
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
    in_process: bool = False
    """Whether it answers in this process, without address, key, price and limit."""
    asks_a_model: bool = True
    """Whether it is a model that is asked; bots play without one."""
    names: Callable[[], Collection[str]] | None = None
    """All its models; an empty name is the one that the provider alone stands for. ``None``: they are not known."""
    efforts: tuple[str, ...] = ()
    """The words that it takes for how much a model may reason."""
    least_thinking: int | None = None
    """The smallest number of tokens of thinking that may be given instead; ``None``: it takes no number."""
    without_effort: str = "(?!)"
    """What the names of its own models begin with that do not reason: a pattern."""

    def name_problem(self, model: ModelId) -> str:
        """Why it has no such model, as one line; empty if it may have."""
        if self.in_process and (model.base_url or model.api_key or model.effort):
            return f"{model.provider} answers in this process: it takes no address and no key, and no effort"
        if model.effort and (problem := self._effort_problem(model)):
            return f"{problem}; a name that really ends so is written with a colon behind it, NAME:{model.effort}:"
        if self.names is None:
            return "" if model.name else f"{model.provider} needs the name of a model: {model.provider}:NAME"
        names = self.names()
        if model.name in names:
            return ""
        choices = ", ".join(f"{model.provider}:{name}" if name else model.provider for name in names)
        return f"unknown model {str(model)!r}; there are {choices}"

    def _effort_problem(self, model: ModelId) -> str:
        if model.base_url is None and re.match(self.without_effort, model.name):
            return f"{model.provider}:{model.name} does not reason, so that it takes no effort as {model.effort!r}"
        if model.effort in self.efforts:
            return ""
        number = int(model.effort) if model.effort.isdecimal() else None
        if number is not None and self.least_thinking is not None and number >= self.least_thinking:
            return ""
        taken = list(self.efforts)
        if self.least_thinking is not None:
            taken.append(f"a number of tokens from {self.least_thinking}")
        return f"{model.provider} takes no effort {model.effort!r}, but {', '.join(taken) or 'none at all'}"


def _openai_protocol(
    variable: str,
    base_url: str,
    efforts: tuple[str, ...] = EFFORTS,
    provider: str = "openai_chat:OpenAIChat",
    **more: Any,
) -> ProviderSpec:
    resource = "openai.resources.responses" if "responses" in provider else "openai.resources.chat"
    return ProviderSpec(
        f"{__package__}.{provider}",
        (variable,),
        base_url,
        ("openai", "aiohttp"),
        "'openai[aiohttp]'",
        ("aiohttp", "openai", resource),
        efforts=efforts,
        **more,
    )


_GPT_4 = "(ft:)?(gpt-[34]|chatgpt)"


BUILT_IN: Mapping[str, ProviderSpec] = {
    "openai": _openai_protocol("OPENAI_API_KEY", "https://api.openai.com/v1", without_effort=_GPT_4),
    "openai-responses": _openai_protocol(
        "OPENAI_API_KEY",
        "https://api.openai.com/v1",
        provider="openai_responses:OpenAIResponses",
        without_effort=_GPT_4,
    ),
    "openrouter": _openai_protocol("OPENROUTER_API_KEY", "https://openrouter.ai/api/v1", least_thinking=128),
    "deepseek": _openai_protocol("DEEPSEEK_API_KEY", "https://api.deepseek.com/v1"),
    "together": _openai_protocol("TOGETHER_API_KEY", "https://api.together.xyz/v1", ("low", "medium", "high")),
    "mistral": _openai_protocol("MISTRAL_API_KEY", "https://api.mistral.ai/v1", ("none", "low", "medium", "high")),
    "xai": _openai_protocol("XAI_API_KEY", "https://api.x.ai/v1", ("none", "low", "medium", "high")),
    "anthropic": ProviderSpec(
        f"{__package__}.anthropic_messages:AnthropicMessages",
        ("ANTHROPIC_API_KEY",),
        "https://api.anthropic.com",
        ("anthropic", "aiohttp"),
        "'anthropic[aiohttp]'",
        ("aiohttp", "anthropic.resources.messages"),
        efforts=("none", "low", "medium", "high", "xhigh", "max"),
        least_thinking=1024,
        without_effort="claude-(2|instant|3-(5|opus|sonnet|haiku))",
    ),
    "gemini": ProviderSpec(
        f"{__package__}.gemini:Gemini",
        ("GEMINI_API_KEY", "GOOGLE_API_KEY"),
        "https://generativelanguage.googleapis.com",
        ("google.genai", "aiohttp"),
        "google-genai aiohttp",
        ("aiohttp", "google.genai"),
        efforts=("none", "minimal", "low", "medium", "high", "xhigh"),
        least_thinking=128,
        without_effort="(models/)?gemini-(1|2\\.0)",
    ),
}

_REGISTERED: dict[str, ProviderSpec] = {}


@cache
def entry_points(group: str) -> EntryPoints:
    """Of third parties, looked for once. What finds them takes long to import, for somebody who asks for ``--help``."""
    from importlib.metadata import entry_points

    return entry_points(group=group)


def register_provider(name: str, spec: ProviderSpec) -> None:
    """Enter one that this package need not know."""
    _REGISTERED[name] = spec
    provider_names.cache_clear()


@cache
def provider_names() -> frozenset[str]:
    """All providers that a model id may name, third parties' included. Imports none of them."""
    return frozenset((*BUILT_IN, *_REGISTERED, *entry_points(ENTRY_POINTS).names))


def in_process(model: ModelId) -> bool:
    """Whether it answers in this process."""
    spec = _spec_or_none(model)
    return spec is not None and spec.in_process


def asks_a_model(model: ModelId) -> bool:
    """Whether who plays by this id asks a model, as all but bots do."""
    spec = _spec_or_none(model)
    return spec is None or spec.asks_a_model


def _spec_or_none(model: ModelId) -> ProviderSpec | None:
    try:
        return provider_spec(model.provider)
    except UnknownProviderError:
        return None


def provider_spec(name: str) -> ProviderSpec:
    """The entry of a provider. Raises ``UnknownProviderError``, also for a third party's that cannot be loaded."""
    if spec := BUILT_IN.get(name) or _REGISTERED.get(name):
        return spec
    for point in entry_points(ENTRY_POINTS).select(name=name):
        try:
            spec = point.load()
        except (ImportError, AttributeError) as error:
            raise UnknownProviderError(f"the provider {name!r} ({point.value}) cannot be loaded: {error}") from error
        if not isinstance(spec, ProviderSpec):
            raise UnknownProviderError(f"the provider {name!r} ({point.value}) is no ProviderSpec")
        return spec
    raise UnknownProviderError(f"unknown provider {name!r}; the providers are {', '.join(sorted(provider_names()))}")
