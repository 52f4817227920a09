"""Judging as a kind of game that runs are made of: one segment, whose actors are the cases, each with one step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from ..agent.asking import Asker
from ..agent.context_window import ContextWindow
from ..analysis.judgements import JUDGEMENTS, Judgement
from ..board.phase import Phase
from ..records.events import Event, Listener
from ..run.events import RunFinished
from ..run.protocols import Answering, File, GameKind, PendingStep
from ..run.settings_history import SettingsHistory
from ..run.stages import Segment, Stage
from .cases import Case
from .config import JudgeConfig
from .prompts import judge_prompts
from .replies import Findings, JudgeReply, findings


class Judging:
    """One judge and what it reads."""

    def __init__(
        self,
        cases: Mapping[str, Case],
        settings: SettingsHistory[JudgeConfig],
        answering: Answering,
        listener: Listener,
    ) -> None:
        """``cases``: name -> what is to be read."""
        self._config = settings.last
        self._cases = cases
        self._answering = answering
        self._listener = listener
        self._found: dict[str, Findings] = {}
        self._asked = False

    def segment(self) -> Segment | None:
        """As in ``run.protocols.Game``, like the following ones."""
        return None if self._asked else Segment((Stage("judge", tuple(sorted(self._cases))),), "judged")

    def step(self, actor: str, stage: Stage) -> PendingStep:  # noqa: ARG002 - there is but one
        case, model_id = self._cases[actor], self._config.models[actor]
        # Who judges a second time draws anew.
        view = replace(case.view, game=self._config.judge)
        asker = Asker(
            power=case.power,
            model=self._answering(model_id),
            prompts=judge_prompts(case.turn.map),
            listener=self._listener,
            max_tokens=self._config.max_tokens,
            temperature=self._config.temperature,
            window=ContextWindow(model_id.window),
            actor=actor,
        )

        async def take() -> None:
            answer = await asker.ask(
                "judge", view, case.document, JudgeReply, lambda reply: findings(reply, case).wrong
            )
            if answer.value is not None:
                self._found[actor] = findings(answer.value, case)

        return PendingStep(case.turn.phase, str(model_id), take)

    async def cross(self, segment: Segment) -> None:  # noqa: ARG002 - there is but one
        self._asked = True

    def finished(self, total_time: float) -> RunFinished:
        return RunFinished("limit", (), max(case.turn.phase for case in self._cases.values()), {}, total_time)

    def judgement(self) -> Judgement:
        """What was read by now."""
        found = [(self._cases[name], self._found[name]) for name in self._cases if name in self._found]
        return Judgement(
            judge=self._config.judge,
            model=str(self._config.model),
            asked=len(self._cases),
            unanswered=tuple(
                (case.turn.phase, case.power) for name, case in self._cases.items() if name not in self._found
            ),
            refused=tuple(f"{case.turn.phase} {case.power}: {why}" for case, read in found for why in read.wrong),
            commitments=tuple(entry for _, read in found for entry in read.commitments),
            intents=tuple(entry for _, read in found for entry in read.intents),
            endings=tuple(entry for _, read in found for entry in read.endings),
        )


class JudgeArtefacts:
    """The file of a judge."""

    def __init__(self, settings: SettingsHistory[JudgeConfig], game: Judging) -> None:  # noqa: ARG002 - as all are made
        self._game = game

    def event(self, event: Event) -> None:
        """Of the calls the run's own files tell."""

    def phase_ended(self) -> None:
        """The only one, after which everything is known."""

    def texts(self, spending: Mapping[str, Any]) -> Mapping[str, File]:  # noqa: ARG002 - the run's own files tell it
        """As in ``run.protocols.Artefacts``."""
        return {JUDGEMENTS: self._game.judgement().text}


def judging(cases: Mapping[str, Case]) -> GameKind[JudgeConfig, Judging]:
    """The kind of game in which these are read."""
    return GameKind(
        settings=JudgeConfig.from_document,
        order=Phase,
        begin=partial(Judging, cases),
        artefacts=JudgeArtefacts,
        checked=lambda _: None,
    )
