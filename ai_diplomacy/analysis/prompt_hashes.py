"""Which prompts a run was played with: hashes of what stayed the same in its prompts, found in the journal."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping

from ..models.events import CallEnded

_MARK = "<situation>"
_FORM = re.compile(r"```json\n.*\n```\s*\Z", re.DOTALL)
"""The form of the reply, with which a prompt ends."""
_EXAMPLE = re.compile(r'"[A-Z][A-Z /-]*"|"beliefs": \{[^{}]*\}, ')
"""An order or a power in it, or the messages that may be believed, which the situation gives."""


class PromptHashes:
    """Collects one hash a power and step: of the system prompt and of the step's prompt around its situation document,
    without the examples in its form, that is of the templates as they were rendered for this power."""

    def __init__(self) -> None:
        self.hashes: dict[tuple[str, str], str] = {}

    def call(self, call: CallEnded) -> None:
        """One call of the journal. Corrections, which quote what was wrong, are left out."""
        place, request = (call.key.actor, call.key.step), call.request
        if request is not None and call.key.attempt == 0 and place not in self.hashes:
            shown = f"{request.system}\0{_without_situation(request.prompt)}"
            self.hashes[place] = hashlib.sha256(shown.encode("utf-8", "surrogatepass")).hexdigest()


def combined(hashes: Mapping[tuple[str, str], str]) -> str:
    """One short hash of many; empty for none."""
    if not hashes:
        return ""
    lines = "\n".join(f"{power} {step} {digest}" for (power, step), digest in sorted(hashes.items()))
    return hashlib.sha256(lines.encode()).hexdigest()[:12]


def _without_situation(prompt: str) -> str:
    return _FORM.sub(lambda form: _EXAMPLE.sub("", form[0]), _without_document(prompt))


def _without_document(prompt: str) -> str:
    decoder = json.JSONDecoder()
    at = prompt.find('{"')
    while at >= 0:
        try:
            value, end = decoder.raw_decode(prompt, at)
        except ValueError:
            end = at + 1
        else:
            if isinstance(value, dict) and "step" in value and "you" in value:
                return prompt[:at] + _MARK + prompt[end:]
        at = prompt.find('{"', end)
    return prompt
