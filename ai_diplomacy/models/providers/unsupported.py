"""Parameters of a request that an endpoint does not support, remembered per model: it is asked again at once without
them."""

from __future__ import annotations

import re
import threading
from collections.abc import Collection, Mapping
from typing import Any, Literal

from ..ids import ModelId
from ..model import Request
from .faults import spoken
from .overlong import overlong_of

Parameter = Literal["constraint", "schema", "system", "temperature", "seed", "token_limit"]
"""``constraint`` is about whether a request's schema is sent, and not its looser one; ``token_limit`` not about whether
there is one but under which of its two names it is sent, ``system`` about where the system text stands: before the
prompt, where a model's template has no place of its own for it."""

_SCHEMA = (
    r"response_?format|json_?schema|text\.format|output_?(config(?!.effort)|format)|response_?mime_?type"
    r"|response_?(json_?)?schema|structured.?output|json.?mode|\bgrammar\b|\bschema\b"
)
_NAMED: dict[Parameter, re.Pattern[str]] = {
    # Gemini says no more than this of a schema that has too many choices.
    "constraint": re.compile(rf"{_SCHEMA}|\benums?\b|contains an invalid argument", re.IGNORECASE),
    "schema": re.compile(_SCHEMA, re.IGNORECASE),
    "system": re.compile(
        r"\bsystem[ _]?(role|prompt|messages?|instructions?)\b|developer instruction|\bsystem: extra inputs"
        r"|\b(system|developer)['\"`]?\W{1,3}(role|is not|are not)\b|\broles?\b\W{1,6}(system|developer)\b"
        r"|roles must alternate|only (the )?['\"`]?user['\"`]?(,| and)|['\"`]instructions['\"`]"
        r"|does not support ['\"`](system|developer)|invalid value: ['\"`](system|developer)",
        re.IGNORECASE,
    ),
    "temperature": re.compile(r"temperature", re.IGNORECASE),
    "seed": re.compile(r"(\b|_)seed\b", re.IGNORECASE),
    "token_limit": re.compile(r"max_(completion_)?tokens", re.IGNORECASE),
}
_EFFORT = re.compile(r"effort|thinking|\breasoning\b", re.IGNORECASE)
_OUT_OF_RANGE = re.compile(
    r"maximum|minimum|at (most|least)|(less|greater|more|fewer|larger|smaller) than|\bbetween\b|\brange\b"
    r"|too (large|small|high|low|big|many)|[<>]=? ?-?\d|exceed|above|below",
    re.IGNORECASE,
)
"""The parameter is understood, its value is wrong: whoever gave it should know."""


class RefusedError(Exception):
    """A request that the endpoint does not take as it stands: the SDK's error, and the body it came with."""

    def __init__(self, error: Exception, body: Any) -> None:
        super().__init__("refused")
        self.error = error
        self.body = body


class UnsupportedParameters:
    """What each model of an account does not take. Threads may ask and add at the same time: what is handed out is
    never written to again."""

    def __init__(self) -> None:
        self._known: dict[ModelId, frozenset[Parameter]] = {}
        self._too_large: dict[ModelId, int] = {}
        """Model -> bytes of the smallest schema that it refused before a looser one: it may take a smaller one."""
        self._adding = threading.Lock()

    def of(self, model: ModelId, size: int = 0) -> frozenset[Parameter]:
        """``size``: bytes of a request's schema, 0 where it has no looser one."""
        known = self._known.get(model, frozenset[Parameter]())
        refused = size and ("schema" in known or size >= self._too_large.get(model, size + 1))
        return known | {"constraint"} if refused else known

    def learn(self, model: ModelId, sent: Collection[Parameter], refused: RefusedError, size: int = 0) -> bool:
        """Remember which of the parameters that were sent the endpoint blames, so that it can be asked again without
        them; whether it blames any. ``size``: as in ``of``."""
        blamed = _blamed(refused.body, sent)
        with self._adding:
            if "constraint" in blamed:
                self._too_large[model] = min(size, self._too_large.get(model, size))
            self._known[model] = self.of(model) | blamed - {"constraint"}
        return bool(blamed)


def optional(request: Request) -> list[Parameter]:
    """What a request asks for beyond an answer."""
    parameters: list[Parameter] = ["token_limit"]
    if request.system:
        parameters.append("system")
    if request.schema is not None:
        parameters.append("schema")
    if request.looser_schema is not None:
        parameters.append("constraint")
    if request.temperature is not None:
        parameters.append("temperature")
    if request.seed is not None:
        parameters.append("seed")
    return parameters


def schema_of(request: Request, without: Collection[Parameter]) -> Mapping[str, Any] | None:
    """The schema that the request is sent with, if any."""
    if "schema" in without:
        return None
    return request.looser_schema if "constraint" in without and request.looser_schema else request.schema


def dropped(request: Request, without: Collection[Parameter]) -> tuple[str, ...]:
    """The parameters of a request that were not sent, for ``ProviderAnswer.dropped``."""
    if not without:
        return ()
    return tuple(sorted(name for name in optional(request) if name in without and name != "token_limit"))


def may_blame(status: int, body: Any) -> bool:
    """Whether an answer with an error status may be about a part of the request. Servers of one's own call it their own
    fault when a model's template has no place for a system text."""
    return status in (400, 422) or (status == 500 and _NAMED["system"].search(spoken(body)) is not None)


def blames_effort(body: Any) -> bool:
    """Whether a refusal is about how much the model was to reason."""
    return _EFFORT.search(spoken(body)) is not None


def _blamed(body: Any, sent: Collection[Parameter]) -> set[Parameter]:
    said = spoken(body)
    if overlong_of(said, body) is not None:
        # Whatever part of it is named: a shorter one may have them all.
        return set()
    wrong_value = _OUT_OF_RANGE.search(said) is not None
    about_schema: Parameter = "constraint" if "constraint" in sent else "schema"
    return {
        name
        for name in sent
        if _NAMED[name].search(said) and (name == about_schema or not (wrong_value or name == "schema"))
    }
