"""Accounts: whose key is used where, found in a model id and the environment; and before a game, every reason why some
seat's model could not be asked."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from types import MappingProxyType
from urllib.parse import urlsplit

from ..ids import ModelId, parse_model_id
from .catalogue import ProviderSpec, in_process, provider_names, provider_spec

PLACEHOLDER_KEY = "no-key"
"""What a server of one's own is sent when nobody gave a key: its SDK wants one."""


class AccountError(ValueError):
    """A model id that leads to no account. Its text is one line for the person who gave it, and holds no key."""


@dataclass(frozen=True, slots=True)
class Account:
    """One account at one vendor: what shares connections and rate limits."""

    provider: str
    base_url: str
    key: str = field(repr=False)
    key_source: str = field(default="", compare=False)
    """Where the key was found, for messages."""

    def __str__(self) -> str:
        return f"{self.provider}@{self.base_url}"

    @property
    def way_to_give_a_key(self) -> str:
        """For messages."""
        return _way_to_give_a_key(provider_spec(self.provider))


def account_of(model: ModelId, environ: Mapping[str, str]) -> Account:
    """The account that a model is asked with. Raises ``AccountError`` or ``UnknownProviderError``."""
    spec = provider_spec(model.provider)
    base_url = _checked_url(model, spec)
    key, source = _key(model, spec, base_url, environ)
    if not key.isascii() or not key.isprintable() or " " in key:
        raise AccountError(f"the key of {model.provider} ({source}) has characters that no key has")
    return Account(model.provider, base_url, key, source)


def _checked_url(model: ModelId, spec: ProviderSpec) -> str:
    url = (model.base_url or spec.base_url or "").rstrip("/")
    if not url:
        raise AccountError(f"{model.provider} needs a base URL: {model.provider}:NAME@http://host:port")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise AccountError(f"the base URL of {model.provider} cannot be read: {error}") from None
    if parts.username or parts.password or parts.query:
        raise AccountError(f"the base URL of {model.provider} must hold no credentials or query; give a key as #key")
    if parts.scheme not in ("http", "https") or not host:
        raise AccountError(f"the base URL of {model.provider} names no host: {url!r}")
    return url


def _key(model: ModelId, spec: ProviderSpec, base_url: str, environ: Mapping[str, str]) -> tuple[str, str]:
    if inline := (model.api_key or "").strip():
        return inline, "given inline"
    for variable in spec.key_variables:
        if key := environ.get(variable, "").strip():
            return key, f"from {variable}"
    if not spec.key_variables or is_own_host(base_url):
        return PLACEHOLDER_KEY, "none given"
    raise AccountError(f"no key for {model.provider}: {_way_to_give_a_key(spec)}")


def _way_to_give_a_key(spec: ProviderSpec) -> str:
    inline = "end the model id with a '#' and the key"
    return f"set {' or '.join(spec.key_variables)}, or {inline}" if spec.key_variables else inline


def is_own_host(base_url: str) -> bool:
    """Whether a URL leads to this machine or its own network, where servers ask for no key."""
    host = urlsplit(base_url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith((".localhost", ".local"))


def proxy_of(base_url: str) -> str | None:
    """The proxy that the environment names for a URL."""
    from urllib.request import getproxies, proxy_bypass

    parts = urlsplit(base_url)
    if proxy_bypass(parts.hostname or "") or proxy_bypass(parts.netloc):
        return None
    proxy = getproxies().get(parts.scheme)
    return proxy if proxy is None or "://" in proxy else f"http://{proxy}"


def load_keys(models: Iterable[ModelId]) -> None:
    """Puts what the file ``.env`` says into the environment, if one of the models needs a key."""
    if not all(in_process(model) for model in models):
        from dotenv import load_dotenv

        load_dotenv(".env")


def seat_problems(
    seats: Mapping[str, ModelId | str], environ: Mapping[str, str], limits: Mapping[str, int] = MappingProxyType({})
) -> list[str]:
    """One line a problem, with the seats that have it. ``limits``: seat -> most tokens of a reply, where they are
    known. Imports no SDK; no line holds a key."""
    found: dict[str, list[str]] = {}
    for seat, model in seats.items():
        for problem in _problems(model, environ, limits.get(seat)):
            found.setdefault(problem, []).append(seat)
    return [f"{', '.join(having)}: {problem}" for problem, having in found.items()]


def _problems(model: ModelId | str, environ: Mapping[str, str], limit: int | None) -> list[str]:
    try:
        if isinstance(model, str):
            model = parse_model_id(model, provider_names())
        spec = provider_spec(model.provider)
    except ValueError as error:
        return [str(error)]
    problems = list(filter(None, [spec.name_problem(model)]))
    if spec.in_process:
        return problems
    if limit is not None and model.effort.isdecimal() and int(model.effort) >= limit:
        problems.append(f"{model.effort} tokens of thinking leave no room in a reply of {limit:,}; raise max_tokens")
    if not all(_importable(module) for module in spec.modules):
        problems.append(f"{model.provider} needs a package: pip install {spec.install}")
    try:
        account_of(model, environ)
    except AccountError as error:
        problems.append(str(error))
    return problems


def _importable(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False
