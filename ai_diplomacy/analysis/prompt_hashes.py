"""Which prompts a run was played with: hashes of what stayed the same in its prompts, found in the journal."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from ..models.events import CallEnded

_MARK = "<situation>"


class PromptHashes:
    """Collects one hash a power and step: of the system prompt and of the step's prompt around its situation document,
    that is of the templates as they were rendered for this power."""

    def __init__(self) -> None:
        self.hashes: dict[tuple[str, str], str] = {}

    def call(self, call: CallEnded) -> None:
        """One call of the journal. Corrections, which quote what was wrong, are left out."""
        place, request = (call.key.actor, call.key.step), call.request
        if request is not None and call.key.attempt == 0 and place not in self.hashes:
            shown = f"{request.system}\0{_without_document(request.prompt)}"
            self.hashes[place] = hashlib.sha256(shown.encode("utf-8", "surrogatepass")).hexdigest()


def combined(hashes: Mapping[tuple[str, str], str]) -> str:
    """One short hash of many; empty for none."""
    if not hashes:
        return ""
    lines = "\n".join(f"{power} {step} {digest}" for (power, step), digest in sorted(hashes.items()))
    return hashlib.sha256(lines.encode()).hexdigest()[:12]


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
