"""Google's Gemini API through google-genai."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ..model import Request, StopReason, Usage
from ..provider import Answer
from .accounts import Account
from .bodies import Body, count, nonsense, part, parts, text_of, total
from .concessions import Wish, wishes_of, withheld
from .google_client import GoogleLine
from .schemas import open_form
from .sdk_provider import Question, SdkProvider

_STOPS: dict[Any, StopReason] = {
    "STOP": "end",
    "MAX_TOKENS": "length",
    "CONTINUATION": "length",
    **dict.fromkeys(
        (
            "SAFETY",
            "RECITATION",
            "LANGUAGE",
            "BLOCKLIST",
            "PROHIBITED_CONTENT",
            "SPII",
            "ESCALATION",
            "MODEL_ARMOR",
        ),
        "refusal",
    ),
}


class Gemini(SdkProvider):
    """One account at Google, or at a server that speaks its protocol."""

    def __init__(self, account: Account) -> None:
        super().__init__(account, GoogleLine(account))

    def question(self, model: str, request: Request, without: Collection[Wish]) -> Question:
        path = model if model.startswith(("models/", "tunedModels/")) else f"models/{model}"
        return Question(
            f"{path}:generateContent",
            _body(request, without),
            [wish for wish in wishes_of(request) if wish != "token_limit" and wish not in without],
            withheld(request, without),
        )

    def answer(self, body: Body, withheld: tuple[str, ...]) -> Answer:
        counts = part(body, "usageMetadata")
        candidate = next(iter(parts(body, "candidates")), None)
        if candidate is None:
            if part(body, "promptFeedback").get("blockReason"):
                return Answer("", _usage(counts, ""), "refusal", withheld)
            raise nonsense("answered without a candidate")
        said = [piece for piece in parts(part(candidate, "content"), "parts") if not piece.get("thought")]
        stop = _STOPS.get(candidate.get("finishReason"), "other")
        text = "".join(text_of(piece, "text") for piece in said)
        return Answer(text, _usage(counts, text), stop, withheld)


def _body(request: Request, without: Collection[Wish]) -> dict[str, Any]:
    settings: dict[str, Any] = {"maxOutputTokens": request.max_tokens}
    if request.temperature is not None and "temperature" not in without:
        settings["temperature"] = request.temperature
    if request.seed is not None and "seed" not in without:
        settings["seed"] = request.seed % 2**31
    if request.schema is not None and "schema" not in without:
        settings |= {"responseMimeType": "application/json", "responseJsonSchema": open_form(request.schema)}
    body: dict[str, Any] = {
        "contents": [{"parts": [{"text": request.prompt}], "role": "user"}],
        "generationConfig": settings,
    }
    if request.system:
        body["systemInstruction"] = {"parts": [{"text": request.system}], "role": "user"}
    return body


def _usage(counts: Body, text: str) -> Usage:
    thoughts = count(counts, "thoughtsTokenCount")
    prompt = count(counts, "promptTokenCount")
    # Its JSON leaves out what is zero, so a count that is missing beside the prompt's is known.
    nothing = None if prompt is None else 0
    output = total(count(counts, "candidatesTokenCount"), thoughts)
    return Usage(
        input=prompt,
        output=nothing if output is None and not text else output,
        cached=count(counts, "cachedContentTokenCount") or nothing,
        reasoning=thoughts,
    )
