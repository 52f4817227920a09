"""One promise towards one reader, with its verdict, and the account of why it was broken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..board.commitments import Commitment
from ..board.phase import Phase
from ..board.units import Order

PromiseVerdict = Literal["kept", "broken", "void", "retracted", "released", "condition not met", "pending"]
"""See docs/honesty.md."""
BreachAccount = Literal["lie", "changed", "mistake", "taken back", "let off", "unexplained", ""]
"""Why a promise was broken; empty where it was not."""
PromiseSource = Literal["pledge", "confessed", "judge"]
"""Declared with a message; not declared, and the sender told itself that it breaks it; read in prose by a judge."""


@dataclass(frozen=True, slots=True)
class Promised:
    """A promise of one power to one reader."""

    phase: Phase
    """Movement phase in which it was made last."""
    round: int
    sequence: int
    """Of the message that made it, among all messages of the game; 0 where no message is known."""
    sender: str
    recipient: str
    """A power, or ``ALL`` for a public promise."""
    commitment: Commitment
    verdict: PromiseVerdict
    decided: str = ""
    """The phase whose orders broke it, or in which it came to its end; empty while it is pending."""
    ordered: tuple[Order, ...] = ()
    """The orders that broke it; of a promised order that was kept, that order."""
    by: str = ""
    """Of a void one: the power by whose deed; empty if by nobody's."""
    reason: str = ""
    """Of a void one: ``no unit``, ``no such phase``, ``draw``, ``no decision``, ``ended`` or ``announced``."""
    contradictory: bool = False
    """While it stood, another promise that cannot be kept along with it stood towards somebody else."""
    source: PromiseSource = "pledge"
    account: BreachAccount = ""
    where: str = ""
    """Where the words of the account stand: ``negotiate 1``, ``plan``, ``order``, ``intent``, or ``message 12``."""
    quote: str = ""
    """The words themselves; empty where the account needs none."""

    @property
    def victim(self) -> str:
        """Whom a breach hurts: the power of ``peace``, else the reader; empty for a public promise about no power."""
        promise = self.commitment.promise
        named = promise.power if promise is not None else ""
        return named or ("" if self.recipient == "ALL" else self.recipient)

    @property
    def due(self) -> bool:
        """Whether it counts in the share of promises that were kept."""
        return self.verdict in ("kept", "broken")

    @property
    def on_purpose(self) -> bool:
        return self.account in ("lie", "changed")
