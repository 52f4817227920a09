"""The seam to a wire protocol: what a request asks for, what is answered, and how a vendor says either.

``WireError``   a request that is refused or fails, in words that each vendor's error format can carry
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar


class WireError(Exception):
    """A request without an answer."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
        retry_after: float | None = None,
        quota: tuple[str, int] | None = None,
    ) -> None:
        """``retry_after`` in seconds; ``param`` and ``code`` for the vendors that name the field and the cause; the
        ``quota`` of ``requests`` or ``tokens`` that was passed, a minute, for the one that tells it."""
        super().__init__(message)
        self.status = status
        self.message = message
        self.param = param
        self.code = code
        self.retry_after = retry_after
        self.quota = quota


@dataclass(frozen=True)
class Ask:
    """What a request of any vendor asks for."""

    model: str
    system: str
    prompt: str
    """The last message of the user."""
    history: str = ""
    """The messages before it."""
    max_tokens: int | None = None
    structured: Mapping[str, Any] | None = None
    """The schema of the JSON that is asked for, an empty one where any will do; ``None`` where text is."""
    cacheable: bool = True
    """Whether the vendor would cache the system prompt."""

    @cached_property
    def digest(self) -> str:
        """The same for the same words, whichever vendor's protocol they come in."""
        text = "\x00".join((self.system, self.history, self.prompt))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Said:
    """An answer, and its tokens as a vendor would count them."""

    serial: int
    """Of the request, for the answer's id."""
    created: int
    """Seconds since 1970."""
    text: str
    complete: bool
    """Whether the text fitted into the tokens that were allowed."""
    input: int
    """All tokens of the request, cached ones included."""
    cached: int
    """Those of ``input`` that were cached before."""
    written: int
    """Those of ``input`` that are cached from now on."""
    output: int


class Wire(ABC):
    """One vendor's protocol."""

    vendor: ClassVar[str]
    paths: ClassVar[tuple[str, ...]]
    """Where its requests are posted; ``{call}`` stands for a part that ``read`` is given."""

    def key(self, headers: Mapping[str, str], _: Mapping[str, str]) -> str:
        """The API key that was sent, in the headers (by default as a bearer token) or the query; empty without one."""
        scheme, token = headers.get("Authorization", "").partition(" ")[::2]
        return token.strip() if scheme.lower() == "bearer" else ""

    @abstractmethod
    def bad_key(self, sent: str) -> WireError:
        """The refusal of a key that is not accepted; it does not repeat the key."""

    @abstractmethod
    def read(self, body: Mapping[str, Any], call: str) -> Ask:
        """What is asked for. Raises ``WireError``."""

    @abstractmethod
    def reply(self, ask: Ask, body: Mapping[str, Any], said: Said) -> dict[str, Any]:
        """The answer's body."""

    @abstractmethod
    def error(self, problem: WireError, request_id: str) -> dict[str, Any]:
        """The error's body."""

    @abstractmethod
    def headers(self, request_id: str, seconds: float) -> dict[str, str]:
        """The response's headers; ``rate_limit`` has those about limits."""

    @abstractmethod
    def models(self, names: Sequence[str]) -> dict[str, Any]:
        """The list of models."""


def text_of(content: Any, where: str) -> str:
    """The text of a message: a string, or a list of parts that each have a ``text``. Raises ``WireError``."""
    if isinstance(content, str):
        return content
    texts = []
    for part in content if isinstance(content, list) else [None]:
        text = part.get("text") if isinstance(part, dict) else None
        if not isinstance(text, str):
            raise WireError(400, f"{where}: only text is understood here", param=where)
        texts.append(text)
    return "".join(texts)


def turns_of(messages: Any, where: str, content: str = "content") -> list[tuple[str, str]]:
    """(role, text) of each message. Raises ``WireError`` unless there is at least one."""
    if not isinstance(messages, list) or not messages:
        raise WireError(400, f"{where}: at least one message is required", param=where)
    turns = []
    for index, message in enumerate(messages):
        if not isinstance(message, dict):
            raise WireError(400, f"{where}[{index}]: not an object", param=where)
        role = message.get("role", "user")
        if not isinstance(role, str):
            raise WireError(400, f"{where}[{index}].role: not a string", param=where)
        turns.append((role, text_of(message.get(content), f"{where}[{index}].{content}")))
    return turns


def split_turns(turns: list[tuple[str, str]], where: str) -> tuple[str, str, str]:
    """(system prompt, last message of the user, messages before it). Raises ``WireError``."""
    system = "\n\n".join(text for role, text in turns if role in ("system", "developer"))
    rest = [(role, text) for role, text in turns if role not in ("system", "developer")]
    last = max((index for index, (role, _) in enumerate(rest) if role == "user"), default=None)
    if last is None:
        raise WireError(400, f"{where}: there is no message of the user", param=where)
    history = "\n\n".join(text for index, (_, text) in enumerate(rest) if index != last)
    return system, rest[last][1], history


def count_of(body: Mapping[str, Any], *names: str) -> int | None:
    """The first of these fields that is given: a whole number above 0. Raises ``WireError``."""
    for name in names:
        value = body.get(name)
        if value is None:
            continue
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise WireError(400, f"{name}: {value!r} is not a whole number above 0", param=name)
        return value
    return None


def model_of(body: Mapping[str, Any]) -> str:
    """Raises ``WireError`` when no model is named, or when a stream is asked for."""
    model = body.get("model")
    if not isinstance(model, str) or not model:
        raise WireError(400, "model: a model must be named", param="model")
    if body.get("stream"):
        raise WireError(400, "streaming is not supported by this server; ask without it", param="stream")
    return model
