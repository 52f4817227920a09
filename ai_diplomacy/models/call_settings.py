"""How models are asked: settings that decide what a run takes, not how it goes."""

# No import of ``annotations``: the types of the fields are read.

from dataclasses import dataclass
from functools import partial

from ..records.settings import setting

_call = partial(setting, group="the calls")


@dataclass(frozen=True, slots=True)
class CallSettings:
    """How models are asked."""

    max_concurrency: int | None = _call("calls at once an account (default: found out)", "N", default=None, ge=1)
    """``None`` lets the gate find out."""
    hedge: bool = _call("send a call that takes long a second time; the first answer wins", default=False)
    max_cost_usd: float | None = _call("stop before the game costs more", "USD", default=None, ge=0.001, le=1e9)
    max_tokens_total: int | None = _call("stop before the game takes more tokens", "N", default=None, ge=1)
    deadline: float = _call("seconds an attempt may take", "S", default=300.0, flag="call_deadline", ge=0.001, le=1e9)
    phase_deadline: float | None = _call(
        "seconds a phase may take; then it goes on without the powers that have not answered",
        "S",
        default=None,
        ge=0.001,
        le=1e9,
    )
    max_unusable_steps: int = _call(
        "stop when all replies of a seat were unusable for so many steps, or in its first phase; 0: play on",
        "N",
        default=5,
        earlier=0,
        ge=0,
        le=1e9,
    )
