"""Model ids: ``[provider:]name[@base_url][#api_key]``."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field

_BASE_URL = re.compile(r"@(?=https?://)")
_LIKE_AN_ADDRESS = re.compile(r"@(?:\w+://|localhost\b|\[|\d+\.\d+\.\d+\.\d+|[\w.-]+:\d+)", re.IGNORECASE)
"""What nobody means as a part of a name. Taken for one, it would send the prompts, and a key, to the vendor."""


@dataclass(frozen=True, slots=True)
class ModelId:
    """A model to ask, and where. Its text never shows the key."""

    provider: str
    name: str
    base_url: str | None = None
    api_key: str | None = field(default=None, repr=False)

    def __str__(self) -> str:
        text = self.provider if self.name == "" else f"{self.provider}:{self.name}"
        return f"{text}@{self.base_url}" if self.base_url else text


def parse_model_id(text: str, providers: Collection[str]) -> ModelId:
    """Read a model id. The provider is what stands before the first ``:`` and must be one of ``providers``;
    a provider alone (``offline``) means its default model. The name may hold ``:``, ``/`` and ``@`` itself.

    Raises ``ValueError`` with a sentence that shows no key.
    """
    visible, _, key = text.strip().partition("#")
    parts = _BASE_URL.split(visible, maxsplit=1)
    base_url = parts[1] if len(parts) == 2 else None
    if base_url is None and _LIKE_AN_ADDRESS.search(parts[0]):
        raise ValueError(f"model id {visible!r}: write the address as @http://HOST:PORT or @https://HOST")
    if base_url is not None and "@" in base_url.split("/")[2]:
        raise ValueError(f"model id {parts[0]!r}: an address may hold no password, because records show it")
    if "://" in key or "@http" in key:
        raise ValueError(f"model id {visible!r}: the address comes before the key, as NAME@http://HOST:PORT#KEY")
    provider, separator, name = parts[0].partition(":")
    if provider not in providers:
        known = ", ".join(sorted(providers))
        raise ValueError(f"unknown provider in model id {visible!r}; the providers are {known}")
    if separator and not name:
        raise ValueError(f"model id {visible!r} names no model after the provider")
    return ModelId(provider, name, base_url, key or None)
