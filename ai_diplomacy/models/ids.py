"""Model ids: ``PROVIDER:NAME[:EFFORT][@BASE_URL[?window=N]][#KEY]``."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from difflib import get_close_matches

EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
"""How much a model may reason, in words. In numbers: so many tokens of thinking."""
_EFFORT = re.compile(rf"(?:{'|'.join(EFFORTS)}|1(?:2[89]|[3-9]\d)|[2-9]\d\d|[1-9]\d{{3,5}})", re.IGNORECASE | re.ASCII)
"""A word or a number from 128 to 999,999: ``:0`` and ``:20250101`` are versions, ``:8b`` and ``:free`` are tags."""
_BASE_URL = re.compile(r"@(?=https?://)")
_LIKE_AN_ADDRESS = re.compile(r"@(?:\w+://|localhost\b|\[|\d+\.\d+\.\d+\.\d+|[\w.-]+:\d+)", re.IGNORECASE)
"""What nobody means as a part of a name. Taken for one, it would send the prompts, and a key, to the vendor."""
_FAMILIES = (
    ("openai", r"gpt-|chatgpt|o\d\b|ft:"),
    ("anthropic", r"claude"),
    ("gemini", r"gemini|models/|google:"),
    ("xai", r"grok"),
    ("deepseek", r"deepseek-"),
    ("mistral", r"(open-)?mi[sx]tral-|ministral|magistral|codestral|devstral|pixtral"),
)
"""Provider -> how the names of its own models begin."""
_OWN_SERVERS = {"ollama": 11434, "vllm": 8000, "llama.cpp": 8080, "llamacpp": 8080, "lmstudio": 1234, "lm-studio": 1234}
"""What people call a server of their own -> the port that it listens at."""


@dataclass(frozen=True, slots=True)
class ModelId:
    """A model to ask, how hard it may think, and where. Its text never shows the key."""

    provider: str
    name: str
    base_url: str | None = None
    api_key: str | None = field(default=None, repr=False)
    effort: str = ""
    """One of ``EFFORTS``, a number of tokens of thinking, or empty: as its vendor decides."""
    window: int | None = None
    """Tokens that its server has room for, prompt and reply together, where the id says so."""

    def __str__(self) -> str:
        name = self.name
        if self.effort:
            name += f":{self.effort}"
        elif _divided(name)[0] != name:
            # It ends in what would be taken for an effort; a last colon says that it is none.
            name += ":"
        text = f"{self.provider}:{name}" if name else self.provider
        if self.base_url:
            text += f"@{self.base_url}" + (f"?window={self.window}" if self.window else "")
        return text


def parse_model_id(text: str, providers: Collection[str]) -> ModelId:
    """Read a model id. The provider is what stands before the first ``:`` and must be one of ``providers``;
    a provider alone (``offline``) means its default model. The name may hold ``:``, ``/`` and ``@`` itself; what stands
    behind its last ``:`` is an effort if it can be one, and a ``:`` at its end says that it is none.

    Raises ``ValueError`` with a sentence that shows no key.
    """
    visible, _, key = text.strip().partition("#")
    parts = _BASE_URL.split(visible, maxsplit=1)
    base_url, question, query = parts[1].partition("?") if len(parts) == 2 else (None, "", "")
    if base_url is None and _LIKE_AN_ADDRESS.search(parts[0]):
        raise ValueError(f"model id {visible!r}: write the address as @http://HOST:PORT or @https://HOST")
    if base_url is not None and "@" in base_url.split("/")[2]:
        raise ValueError(f"model id {parts[0]!r}: an address may hold no password, because records show it")
    if "://" in key or "@http" in key:
        raise ValueError(f"model id {visible!r}: the address comes before the key, as NAME@http://HOST:PORT#KEY")
    window = re.fullmatch(r"window=([1-9]\d{0,9})", query, re.ASCII)
    if question and not window:
        raise ValueError(f"model id {parts[0]!r}: behind an address may stand ?window=TOKENS and nothing else")
    provider, separator, name = parts[0].partition(":")
    if provider not in providers:
        raise ValueError(f"unknown provider in model id {visible!r}; {_hint(visible, provider, name, providers)}")
    name, effort = _divided(name)
    if separator and not name:
        raise ValueError(f"model id {visible!r} names no model after the provider")
    return ModelId(provider, name, base_url or None, key or None, effort, int(window[1]) if window else None)


def _divided(name: str) -> tuple[str, str]:
    """The name of a model, and the effort that stands behind it, if one does."""
    before, _, last = name.rpartition(":")
    if before and (not last or _EFFORT.fullmatch(last)):
        return before, last.lower()
    return name, ""


def _hint(text: str, provider: str, name: str, providers: Collection[str]) -> str:
    """What somebody may have meant who wrote no provider, or none that is known."""
    if provider.lower() in _OWN_SERVERS:
        port = _OWN_SERVERS[provider.lower()]
        return f"a server of your own is written openai:{name or 'NAME'}@http://localhost:{port}/v1"
    meant = [family for family, begins in _FAMILIES if re.match(begins, text, re.IGNORECASE)]
    if meant:
        return f"did you mean {meant[0]}:{text.removeprefix('google:')}?"
    if text and (near := get_close_matches(provider.lower(), providers, 1)):
        return f"did you mean {near[0]}{text.removeprefix(provider)}?"
    if "/" in text and "@" not in text:
        return f"did you mean openrouter:{text} or together:{text}?"
    own = text if "@" in text else f"{text or 'NAME'}@http://localhost:PORT/v1"
    return f"write PROVIDER:NAME, or openai:{own} for a server of your own; providers: {', '.join(sorted(providers))}"
