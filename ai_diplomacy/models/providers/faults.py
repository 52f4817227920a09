"""What an error means: useless to ask again, worth it, or worth it later. The same for every vendor.

fatal        a wrong key, request or model; a quota that is used up; a redirect to another server; a certificate that
             does not hold
rate_limit   429; 402 that names a time
transient    408, 409, 425, 5xx (overload included), a broken connection, a time-out, a body that makes no sense
"""

from __future__ import annotations

import json
import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from ..model import ModelError
from .accounts import PLACEHOLDER_KEY, Account
from .bodies import error_body, message_of, parts, spoken
from .scrubbing import one_line, scrubbed
from .waiting import asked_wait

Kind = Literal["fatal", "transient", "rate_limit"]

_LATER = {408, 409, 425, 499}
_NEVER = {501, 505}
_USED_UP = re.compile(
    r"insufficient[_ ](quota|balance|credits?|funds)|billing_(hard_limit_reached|not_active)|spend(ing)?[_ ]limit"
    r"|credit balance|(out of|used all available|purchase( more)?) credits|specified api usage limits"
    r"|key limit exceeded|free-models-per-day",
    re.IGNORECASE,
)
"""Refusals of the account that no waiting helps against within a game. They come with 400, 402, 403 or 429."""
_TOO_LARGE = re.compile("request too large", re.IGNORECASE)
"""The same for this request alone: it is more than the account may ask for in a minute."""
_ADDRESS = {
    "aiohttp.InvalidURL",
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


def status_fault(account: Account, status: int, headers: Mapping[str, str], body: Any) -> ModelError:
    """What an answer with an error status means; ``body`` is its JSON, or its text where it is none."""
    wait = asked_wait(headers, body)
    kind = _status_kind(status, wait, body)
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
        text, kind=kind, retry_after=None if kind == "fatal" else wait, billable=False, of_account=of_account
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
    return "transient" if status in _LATER or (status >= 500 and status not in _NEVER) else "fatal"


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
    if isinstance(error, json.JSONDecodeError | UnicodeDecodeError) or kinds & _BROKEN:
        return ModelError(f"{account} answered with something that is no JSON", kind="transient")
    lost = kinds & _LOST or any(isinstance(cause, OSError | TimeoutError) for cause in causes)
    # The blocking clients tell of a certificate in words alone.
    distrusted = any(
        isinstance(cause, ssl.SSLCertVerificationError) or "CERTIFICATE_VERIFY_FAILED" in str(cause) for cause in causes
    )
    nobody = any(isinstance(cause, ConnectionRefusedError | socket.gaierror) for cause in causes)
    told = f"no server answers there ({_told(causes)})" if nobody else _told(causes)
    text = one_line(scrubbed(f"{account}: {told}", account.key))
    kind: Kind = "transient" if lost and not distrusted and not kinds & _ADDRESS else "fatal"
    return ModelError(text, kind=kind, reached=not nobody and not kinds & _NEVER_MADE)


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
    text = one_line(scrubbed(str(error), account.key))
    return ModelError(
        text,
        kind=error.kind,
        retry_after=error.retry_after,
        billable=error.billable,
        reached=error.reached,
        of_account=error.of_account,
    )
