"""The offline model: from the text of a prompt to the text of a reply, by rules, for every step and an interview.

``prompt_reader`` finds the position, the press and the memory in the prompt; a step's module decides;
``error_injection`` writes the reply down as a language model would, small errors included. Nothing but the prompt is
known here, and what is random depends on the game, the phase, the power and the purpose alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from . import random_style
from .error_injection import restyled, with_illegal_order, written
from .model import STYLES
from .negotiating import negotiate
from .ordering import order, plan, provisional
from .prompt_reader import ParsedPrompt, read
from .reflecting import consolidate, initialize, interview, reflect

AT_A_LOSS = "I do not understand the position."

_STEPS: Mapping[str, Callable[[ParsedPrompt], dict[str, Any]]] = {
    "initialize": initialize,
    "provisional": provisional,
    "negotiate": negotiate,
    "plan": plan,
    "order": order,
    "reflect": reflect,
    "consolidate": consolidate,
    "interview": interview,
}


def answer(prompt: str, *, style: str = "strategist") -> str:
    """The reply to a prompt, in the format that its step asks for; ``AT_A_LOSS`` when it holds no position.

    Raises ``ValueError`` for a style that is not one of ``STYLES``.
    """
    if style not in STYLES:
        raise ValueError(f"unknown style {style!r}")
    parsed = read(prompt)
    if parsed is None:
        return AT_A_LOSS
    if style == "random":
        return written(parsed, random_style.reply(parsed))
    reply = _STEPS[parsed.step](parsed)
    if parsed.step in ("order", "provisional") and not parsed.corrected:
        reply["orders"] = restyled(parsed, with_illegal_order(parsed, reply["orders"]))
    return written(parsed, reply)
