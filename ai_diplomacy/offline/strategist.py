"""The offline model: from the text of a prompt to the text of a reply, by rules, for all six steps and an interview.

``reading`` finds the position, the press and the memory in the prompt; a step's module decides; ``slips`` writes the
reply down as a language model would, small errors included. Nothing but the prompt is known here, and what is random
depends on the game, the phase, the power and the purpose alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

from . import wanderer
from .interviewed import interview
from .negotiating import negotiate
from .ordering import order, plan
from .reading import Reading, read
from .reflecting import consolidate, initialize, reflect
from .slips import mistaken, restyled, written

Style = Literal["strategist", "random"]

AT_A_LOSS = "I do not understand the position."

_STEPS: Mapping[str, Callable[[Reading], dict[str, Any]]] = {
    "initialize": initialize,
    "negotiate": negotiate,
    "plan": plan,
    "order": order,
    "reflect": reflect,
    "consolidate": consolidate,
    "interview": interview,
}


def answer(prompt: str, *, style: str = "strategist") -> str:
    """The reply to a prompt, in the format that its step asks for; ``AT_A_LOSS`` when it holds no position.

    Raises ``ValueError`` for a style that is not one of ``Style``.
    """
    if style not in ("strategist", "random"):
        raise ValueError(f"unknown style {style!r}")
    reading = read(prompt)
    if reading is None:
        return AT_A_LOSS
    if style == "random":
        return written(reading, wanderer.STEPS[reading.step](reading))
    reply = _STEPS[reading.step](reading)
    if reading.step == "order" and not reading.corrected:
        reply["orders"] = restyled(reading, mistaken(reading, reply["orders"]))
    return written(reading, reply)
