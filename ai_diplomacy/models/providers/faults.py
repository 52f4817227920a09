"""What an error means, the same for every vendor: useless to ask again, worth it, or worth it later; and what of it may
be shown.

fatal        a wrong key, request or model; a quota that is used up; a redirect to another server; a certificate that
             does not hold
rate_limit   429; 402 that names a time
transient    408, 409, 425, 5xx (overload included), what is neither an answer nor an error (1xx, 3xx, 600), a broken
             connection, a time-out, a body that makes no sense
"""

from __future__ import annotations

import json
import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from copy import copy
from functools import cache
from typing import Any, Literal
from urllib.parse import urlsplit

from ..model import ModelError
from .accounts import PLACEHOLDER_KEY, Account, is_own_host, proxy_of
from .bodies import part, parts
from .overlong import overlong_of
from .stated import stated_limits
from .waiting import asked_wait, wait_for

Kind = Literal["fatal", "transient", "rate_limit"]

_LATER = {408, 409, 421, 423, 424, 425, 449, 499}
_NEVER = {501, 505}
_USED_UP = re.compile(
    r"insufficient[_ ](quota|balance|credits?|funds)|billing_(hard_limit_reached|not_active)|spend(ing)?[_ ]limit"
    r"|credit balance|(out of|used all available|purchase( more)?) credits|specified api usage limits"
    r"|key limit exceeded|free-models-per-day",
    re.IGNORECASE,
)
"""Refusals of the account that no waiting helps against within a game. They come with 400, 402, 403 or 429."""
_LOADING = re.compile(r"loading model|model\b.{0,80}\bis (currently |still )?(loading|being loaded)", re.IGNORECASE)
"""llama.cpp, Ollama, Hugging Face: the server answers before its model does."""
_PROXIED = {407, 502, 504, None}
"""What a proxy answers that cannot reach a server; ``None``: nobody answered."""
_PROXIED_AT_HOME = _PROXIED | {403, 404, 503}
"""The same for a server of one's own, which hardly anybody means to ask through a proxy."""
_TOO_LARGE = re.compile("request too large", re.IGNORECASE)
"""The same for this request alone: it is more than the account may ask for in a minute."""
_ADDRESS = {
    "aiohttp.InvalidURL",
    "aiohttp.NonHttpUrlClientError",
    "aiohttp.TooManyRedirects",
    "httpx2.InvalidURL",
    "httpx2.TooManyRedirects",
    "httpx2.UnsupportedProtocol",
}
_BROKEN = {"google.UnknownApiResponseError", "httpx2.DecodingError", "pydantic_core.ValidationError"}
_LOST = {"aiohttp.ClientError", "anthropic.APIConnectionError", "httpx2.TransportError", "openai.APIConnectionError"}
_NEVER_MADE = {
    "aiohttp.ClientConnectorError",
    "aiohttp.ClientHttpProxyError",
    "aiohttp.ConnectionTimeoutError",
    "httpx2.ConnectError",
    "httpx2.ConnectTimeout",
    "httpx2.ProxyError",
}
"""No connection to the server came about, so that it was asked nothing."""
_SPOKEN = ("message", "param", "code", "type", "status", "detail", "msg", "loc", "reason", "error", "metadata", "raw")
"""Fields of an error that its vendor wrote. What else stands in it may be our own request, quoted."""
_FILTERED = re.compile(
    r"content_filter|content filtering policy|content_policy_violation|responsibleaipolicyviolation"
    r"|flagged as potentially violating",
    re.IGNORECASE,
)
"""A filter stopped the prompt or the reply: an answer of sorts, which no retry will better."""
_PIECE = 8
"""A run of this many characters of a key gives it away."""
_MASK = "[key]"
_WORD = re.compile(r"\S+")
_STARS = "***"
"""What a vendor puts in the middle of a key that it shows."""
_MOST = 4000
"""Characters that are looked at; no more than a line of them is ever shown."""
_DEEPEST = 6
"""Levels of an error's body that are looked at."""
_SHORTEST_SECRET = 16
"""Keys of fewer characters are words that somebody made up for a server of one's own."""


def status_fault(account: Account, status: int, headers: Mapping[str, str], body: Any) -> ModelError:
    """What an answer with an error status means; ``body`` is its JSON, or its text where it is none."""
    stated = stated_limits(headers, body)
    wait = asked_wait(headers, body, spoken(body))
    if wait is None and status == 429:
        wait = wait_for(stated)
    kind = _status_kind(status, wait, body)
    overlong = overlong_of(spoken(body), body) if kind == "fatal" or status == 500 else None
    if overlong is not None:
        kind = "fatal"
    loading = kind == "transient" and _LOADING.search(spoken(body)) is not None
    said = message_of(body)
    said = "a web page" if said.lstrip()[:1] == "<" else one_line(scrubbed(said, account.key))
    about_key, advice = "", ""
    if status in (401, 403) or "api key" in said.lower():
        about_key = f", key {account.key_source}" if account.key_source else ""
        advice = f"; it asks for a key: {account.way_to_give_a_key}" if account.key == PLACEHOLDER_KEY else ""
    text = f"{account} answered {status}{about_key}" + (f": {said}" if said else "") + advice
    # What a vendor turns away, or fails at, it does not bill.
    of_account = kind == "fatal" and (status in (401, 402) or "api key" in said.lower() or _is_used_up(body))
    return ModelError(
        text + by_proxy(account, status) + (" (it is waited for)" if loading else ""),
        kind=kind,
        retry_after=None if kind == "fatal" else wait,
        billable=False,
        of_account=of_account,
        overlong=overlong,
        loading=loading,
        stated=stated,
    )


def sdk_fault(account: Account, error: Exception) -> ModelError:
    """What an error of the OpenAI or the Anthropic SDK means."""
    status, response = getattr(error, "status_code", None), getattr(error, "response", None)
    if isinstance(status, int) and response is not None:
        return status_fault(account, status, response.headers, error_body(response.text))
    return transport_fault(account, error)


def _status_kind(status: int, wait: float | None, body: Any) -> Kind:
    if status == 429:
        return "fatal" if _is_used_up(body) or _TOO_LARGE.search(spoken(body)) else "rate_limit"
    if status == 402 and wait is not None:
        return "rate_limit"
    asked_wrongly = 400 <= status < 500 and status not in _LATER
    return "fatal" if asked_wrongly or status in _NEVER else "transient"


def _is_used_up(body: Any) -> bool:
    said = spoken(body)
    if _TOO_LARGE.search(said):
        return False
    if _USED_UP.search(said):
        return True
    error = body.get("error") if isinstance(body, Mapping) else None
    failed = [quota for detail in parts(error, "details") for quota in parts(detail, "violations")]
    return any("PerDay" in str(quota.get("quotaId", "")) for quota in failed)


def transport_fault(account: Account, error: Exception) -> ModelError:
    """What an error without a status means: a connection, a body, one that was classified where it arose, or a fault of
    ours."""
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, ModelError):
            return _cleaned(account, cause)
    kinds = {f"{kin.__module__.partition('.')[0]}.{kin.__name__}" for cause in causes for kin in type(cause).__mro__}
    # Nested as deeply as no reply is, JSON is none.
    if isinstance(error, json.JSONDecodeError | UnicodeDecodeError | RecursionError) or kinds & _BROKEN:
        return ModelError(f"{account} answered with something that is no JSON", kind="transient")
    lost = kinds & _LOST or any(isinstance(cause, OSError | TimeoutError) for cause in causes)
    # The blocking clients tell of a certificate in words alone.
    distrusted = any(
        isinstance(cause, ssl.SSLCertVerificationError) or "CERTIFICATE_VERIFY_FAILED" in str(cause) for cause in causes
    )
    nobody = any(isinstance(cause, ConnectionRefusedError | socket.gaierror) for cause in causes)
    told = f"no server answers there ({_told(causes)})" if nobody else _told(causes)
    text = one_line(scrubbed(f"{account}: {told}{by_proxy(account, None) if lost else ''}", account.key))
    kind: Kind = "transient" if lost and not distrusted and not kinds & _ADDRESS else "fatal"
    return ModelError(text, kind=kind, reached=not nobody and not kinds & _NEVER_MADE)


def by_proxy(account: Account, status: int | None) -> str:
    """For the end of a message: through which proxy the server was asked, where that may be what is wrong."""
    at_home = is_own_host(account.base_url)
    proxy = proxy_of(account.base_url) if status in (_PROXIED_AT_HOME if at_home else _PROXIED) else None
    if proxy is None:
        return ""
    parts, server = urlsplit(proxy), urlsplit(account.base_url)
    direct = f"; to ask it without: NO_PROXY={server.hostname}" if at_home else ""
    named = f"{server.scheme}_proxy={parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    return f" (asked through the proxy of the environment, {named}{direct})"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _told(causes: list[BaseException]) -> str:
    """The deepest cause that says anything: SDKs report a refused connection as a time-out."""
    telling = [cause for cause in causes if str(cause)] or causes[:1]
    deepest = telling[-1]
    return f"{type(deepest).__name__}: {deepest}" if str(deepest) else type(deepest).__name__


def _cleaned(account: Account, error: ModelError) -> ModelError:
    """The same error, surely without the key and on one line."""
    cleaned = copy(error)
    cleaned.args = (one_line(scrubbed(str(error), account.key)),)
    return cleaned


# What a vendor says


def error_body(text: str) -> Any:
    """The body of an error: its JSON, or the text where it is none."""
    try:
        return json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return text


def spoken(error: Any, depth: int = _DEEPEST) -> str:
    """All that the vendor itself says in the body of an error, without what it quotes of the request."""
    if isinstance(error, str):
        return error[:_MOST]
    if isinstance(error, Mapping):
        error = [error[field] for field in _SPOKEN if field in error]
    if isinstance(error, list | tuple):
        return " ".join(filter(None, (spoken(item, depth - 1) for item in error[:20] if depth)))[:_MOST]
    return str(error) if isinstance(error, int) else ""


def message_of(body: Any) -> str:
    """What the vendor tells a person."""
    error = body.get("error", body) if isinstance(body, Mapping) else body
    for field in ("message", "detail", "msg"):
        if isinstance(error, Mapping) and isinstance(error.get(field), str) and error[field].strip():
            upstream = part(error, "metadata").get("raw")
            return f"{error[field]}: {upstream}" if isinstance(upstream, str) and upstream else str(error[field])
    return spoken(error)


def is_moderated(status: int, body: Any) -> bool:
    """Whether an error says that a filter stopped the prompt or the reply (OpenAI, Azure, Anthropic, OpenRouter)."""
    if status == 403:
        return "flagged_input" in part(part(body, "error"), "metadata")
    return status == 400 and _FILTERED.search(spoken(body)) is not None


# No key in any text


def scrubbed(text: str, key: str) -> str:
    """The beginning of a text with every run of the key's characters masked; a key shorter than a piece only as a
    whole."""
    text = _WORD.sub(lambda word: _MASK if _STARS in word[0] else word[0], text[:_MOST])
    return _masked(text, key) if key else text


def kept_secret(text: str, key: str) -> str:
    """The same for all of a good answer. A word that stands for a key is left alone there: the answer may well mean the
    word."""
    if len(key) < _SHORTEST_SECRET:
        return text if len(key) < _PIECE or key.isalpha() else text.replace(key, _MASK)
    # Bytes are looked through in half the time.
    sent = text.encode("utf-8", "surrogatepass")
    return _masked(text, key) if any(mark in sent for mark in _marks(key)) else text


@cache
def _marks(key: str) -> tuple[bytes, ...]:
    """Short parts of a key, of which every piece of it holds one."""
    return tuple(key[start : start + 4].encode() for start in range(0, len(key) - 3, 5))


def _masked(text: str, key: str) -> str:
    size = min(_PIECE, len(key))
    pieces = {key[start : start + size] for start in range(len(key) - size + 1)}
    kept: list[str] = []
    position = masked_until = 0
    while position < len(text):
        if text[position : position + size] in pieces:
            if not kept or kept[-1] != _MASK:
                kept.append(_MASK)
            masked_until = position + size
        elif position >= masked_until:
            kept.append(text[position])
        position += 1
    return "".join(kept)


def one_line(text: str, limit: int = 300) -> str:
    """The text without line breaks and control characters, cut to the limit."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
