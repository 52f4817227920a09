"""The command ``ask``: a question to an agent, with the memory that it had then."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from dataclasses import replace
from pathlib import Path

from ..agent.agent import DiplomacyAgent
from ..agent.asking import Asker
from ..agent.prompts import PromptError
from ..game import model_factory
from ..game.config import GameConfig, checked_models
from ..game.diplomacy import DIPLOMACY
from ..game.seats import prompt_books, reply_schemas
from ..models.budget import Budget
from ..models.circuit_breaker import ModelRefused
from ..models.layers import CallServices, layered
from ..models.providers import asks_a_model
from ..records.cleaning import cleaned
from ..records.errors import ConfigError
from ..records.events import Event
from ..run.events import ReplyRead
from ..run.history import RunHistory, read_history
from ..run.replay import ReplayDiffersError
from .main import one_line
from .modes import checked


def add_flags(parser: argparse.ArgumentParser) -> None:
    parser.description = "Asks an agent of a run a question, with the memory it had then. The run is not changed."
    parser.add_argument("run", type=Path, help="folder of the run")
    parser.add_argument("power", help="whom to ask, such as FRANCE")
    parser.add_argument("question", help="such as: 'Why did you stab Italy?'")
    parser.add_argument("--phase", metavar="PHASE", help="when: right after this phase (default: the last one played)")
    parser.add_argument("--model", metavar="ID", help="who answers (default: the model that played the power then)")


def run(flags: argparse.Namespace) -> int:
    try:
        history = read_history(flags.run.expanduser(), DIPLOMACY)
        if not flags.question.strip():
            raise ConfigError("the question is empty")
        power, phase = flags.power.upper(), flags.phase.upper() if flags.phase else None
        if power not in history.settings.first.models:
            raise ConfigError(f"unknown power {flags.power!r}; there are {', '.join(history.settings.first.models)}")
        answer = asyncio.run(_asked(history, power, phase, flags.question, flags.model))
    except (ConfigError, PromptError, ModelRefused) as error:
        return _say(flags, str(error), 2)
    except ReplayDiffersError as error:
        return _say(flags, str(error).partition("\n")[0], 1)
    if answer is None:
        return _say(flags, "no usable answer", 3)
    print("\n".join(cleaned(line, "line") for line in answer.splitlines()))
    return 0


async def _asked(
    history: RunHistory[GameConfig], power: str, phase: str | None, question: str, model: str | None
) -> str | None:
    from ..game.agent_snapshot import agent_snapshot

    snapshot = await agent_snapshot(history, power, phase)
    config = history.settings.at(snapshot.phase)
    if model is not None:
        config = _played_by(config, power, model)
    alone = GameConfig(models={power: config.models[power]}, max_year=config.max_year, map=config.map)
    prices = checked(alone)
    told = _Told()
    opened = model_factory.ModelFactory(os.environ, config.calls, prices)
    try:
        bare = opened.open(config.models[power])
        services = CallServices(None, Budget(told.event), told.event)
        services.windows.learn(bare.model.name, config.models[power].window)
        asker = Asker(
            power=power,
            model=layered(bare.model, services, bare.price, bare.gate),
            prompts=prompt_books(config)[power],
            listener=told,
            max_tokens=config.max_tokens.get(power, config.default_max_tokens),
            temperature=config.temperature,
            schemas=reply_schemas(config, power),
        )
        answer = await DiplomacyAgent(asker, snapshot.memory).interview(snapshot.view, question)
    finally:
        await opened.close()
    if answer is None and told.problem:
        print(f"{asker.model.name}: {cleaned(told.problem, 'line')}", file=sys.stderr)
    return answer


def _played_by(config: GameConfig, power: str, model: str) -> GameConfig:
    models = checked_models(f"{power}={model}", config.terrain.powers, config.models)
    if not asks_a_model(models[power]):
        raise ConfigError(f"--model: {model} cannot be asked")
    return replace(config, models=models)


class _Told:
    """A listener that remembers what was wrong with the reply."""

    def __init__(self) -> None:
        self.problem = ""

    def event(self, event: Event) -> None:
        if isinstance(event, ReplyRead):
            self.problem = " ".join(event.problems)


def _say(flags: argparse.Namespace, message: str, status: int) -> int:
    print(f"{flags.prog}: {one_line(message)}", file=sys.stderr)
    return status
