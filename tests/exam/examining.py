"""Examinations for tests: any model, asked through all layers, into a folder."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from staging import ScriptedModel, situation_of

from ai_diplomacy.board.terrain import terrain
from ai_diplomacy.command.main import main
from ai_diplomacy.exam.config import ExamConfig, asked_as
from ai_diplomacy.exam.game import EXAMINATION
from ai_diplomacy.models.ids import ModelId
from ai_diplomacy.models.layers import OpenedModel
from ai_diplomacy.models.model import Model, Request
from ai_diplomacy.models.prices import FREE
from ai_diplomacy.run.create import create_run
from ai_diplomacy.run.history import held, is_run
from ai_diplomacy.run.session import play_on

SCRIPTED = ModelId("scripted", "")


def config(model: ModelId = SCRIPTED, positions: int = 7, **settings: Any) -> ExamConfig:
    return ExamConfig.of(asked_as(dict.fromkeys(terrain().powers, model), **settings), positions)


async def examine(path: Path, asked: Model, settings: ExamConfig | None = None, gate: Any = None) -> dict[str, Any]:
    """The card of an examination that is begun, or gone on with."""
    settings = settings or config()
    if not is_run(path):
        create_run(path, settings)
    with held(path, EXAMINATION) as run:
        await play_on(
            run,
            settings,
            EXAMINATION,
            started=time.perf_counter(),
            open_model=lambda _: OpenedModel(asked, FREE, gate),
        )
    return json.loads((path / "card.json").read_text())


def first_legal(request: Request | SimpleNamespace) -> str:
    """The first legal order of each unit."""
    return json.dumps({"orders": [orders[0] for orders in situation_of(request)["legal_orders"].values()]})


def first_legal_of(prompt: str) -> str:
    """The same, of the text alone."""
    return first_legal(SimpleNamespace(prompt=prompt))


def scripted(answers: Callable[[Request], str] = first_legal) -> ScriptedModel:
    return ScriptedModel(answers)


@dataclass(frozen=True)
class Ended:
    """How the command ended."""

    status: int
    output: str
    errors: str


def command(capsys: Any, *arguments: str) -> Ended:
    """``ai-diplomacy exam`` in this process."""
    try:
        status = main(["exam", *arguments])
    except SystemExit as left:
        status = int(left.code or 0)
    said = capsys.readouterr()
    return Ended(status, said.out, said.err)
