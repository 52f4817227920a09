"""The examination as a kind of game that runs are made of: one segment, whose actors are the positions, and each takes
one ``order`` step."""

from __future__ import annotations

from ..agent.context_window import ContextWindow
from ..agent.prompts import PromptError
from ..board.orders import report_of
from ..board.phase import Phase
from ..board.player import OrderDecision, View
from ..game.events import OrdersSubmitted
from ..game.game import orders_submitted
from ..game.seats import acquainted, prompt_books, seated
from ..records.events import Event, Listener
from ..run.events import RunFinished
from ..run.protocols import Answering, GameKind, PendingStep
from ..run.settings_history import SettingsHistory
from ..run.stages import Segment, Stage
from .artefacts import ExamArtefacts
from .bank import LAST_YEAR
from .config import ExamConfig
from .scoring import Scoring


class Examination:
    """One model and the positions that it is asked."""

    def __init__(self, settings: SettingsHistory[ExamConfig], answering: Answering, listener: Listener) -> None:
        """Raises ``PromptError``."""
        self._config = settings.last
        self._positions = {position.name: position for position in self._config.bank_positions}
        self._books = prompt_books(self._config.asked)
        self._answering = answering
        self._listener = listener
        self._decisions: dict[str, OrderDecision] = {}
        self._asked = False
        self.scoring = Scoring()

    def segment(self) -> Segment | None:
        """As in ``run.protocols.Game``, like the following ones."""
        return None if self._asked else Segment((Stage("order", tuple(self._positions)),), "price")

    def step(self, actor: str, stage: Stage) -> PendingStep:  # noqa: ARG002 - there is but one
        position, asked = self._positions[actor], self._config.asked
        player = seated(
            position.power,
            self._config.models[actor],
            asked,
            self._books,
            self._answering,
            self._listener,
            acquainted(position.power, asked.terrain),
            # Each its own: who is answered first must not decide how long the prompts of others are.
            ContextWindow(self._config.model.window or asked.context_window),
            actor=actor,
        )
        view = View(game=str(asked.seed), situation=position.situation, last_year=LAST_YEAR)

        async def take() -> None:
            decision = self._decisions[actor] = await player.order(view)
            self.scoring.begin(actor, decision.report.orders)

        return PendingStep(view.phase, player.model, take)

    async def cross(self, segment: Segment) -> None:  # noqa: ARG002 - there is but one
        """Tells what stands in each position, the defaults of the rules where nothing was ordered, and prices it."""
        self._asked = True
        for name, position in self._positions.items():
            decision = self._decisions.get(name)
            report = decision.report if decision else report_of((), position.situation)
            self.scoring.begin(name, report.orders)
            self._listener.event(orders_submitted(name, str(self._config.models[name]), report, decision))
        await self.scoring.ended()

    def finished(self, total_time: float) -> RunFinished:
        return RunFinished("limit", (), max(at.phase for at in self._positions.values()), {}, total_time)


def _checked(event: Event) -> tuple[str, ...] | None:
    return (event.phase, "orders of", event.power) if isinstance(event, OrdersSubmitted) else None


EXAMINATION = GameKind(
    settings=ExamConfig.from_document,
    order=Phase,
    begin=Examination,
    artefacts=ExamArtefacts,
    checked=_checked,
    ends_game=(PromptError,),
)
