"""The flags of the game's command, and the game that they ask for."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from ..game import config
from ..game.config import GameConfig
from ..models.call_settings import CallSettings
from ..records.settings import add_settings, given

_DESCRIPTION = """\
Play one game of Diplomacy between language models, all powers thinking at once.
Without --models the offline model plays every seat: no key is needed, nothing is spent."""

_EPILOG = """\
exit status: 0 the game was played to its end; 2 a flag or input cannot be used and nothing was
written; 3 stopped early with everything saved; 1 a fault of the program, or a replay that differs"""


def add_flags(parser: argparse.ArgumentParser) -> None:
    parser.description = _DESCRIPTION
    parser.epilog = _EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    game = parser.add_argument_group("the game", "A run that is gone on with brings these along.")
    add_settings(game, GameConfig, "the game")
    calls = parser.add_argument_group("the calls")
    add_settings(calls, CallSettings, "the calls")
    flag = calls.add_argument
    flag("--estimate", action="store_true", help="print the calls, tokens and cost to expect, and ask nothing")

    runs = parser.add_argument_group("runs")
    flag = runs.add_argument
    flag("--run_dir", type=Path, metavar="DIR", help="folder of the run (default: a new one in results/); one that "
         "holds an unfinished run is gone on with")  # fmt: skip
    flag("--override", action="store_true", help="go on with other settings from the next phase on, and let answers "
         "stand whose prompts have changed")  # fmt: skip
    flag("--resume_from_phase", metavar="PHASE", help="with --fork_to: start a new run from this phase of --run_dir")
    flag("--fork_to", "--critical_state_analysis_dir", type=Path, metavar="DIR", help="folder of the new run")
    flag("--repeat", type=_positive, metavar="N", help="play so many forks side by side, in DIR/1 to DIR/N")
    flag("--replay", type=Path, metavar="DIR", help="play a run again from its journal, without any model, and check "
         "that every prompt and order is the same")  # fmt: skip
    add_settings(runs, GameConfig, "runs")
    flag("--display", choices=("rich", "plain", "none"), help="what the terminal shows of the game: text and what "
         "goes on now, text alone, or nothing (default: rich on a terminal, plain otherwise)")  # fmt: skip
    flag("--verbose", action="store_true", help="show whole messages, diaries and intentions")


def game_config(flags: argparse.Namespace, base: GameConfig | None = None) -> GameConfig:
    """The game that the flags ask for; what they do not say is as in ``base``, or else the default. Raises
    ``ConfigError``."""
    ground = config.checked_map(flags.map or (base.map if base else "standard"))
    usual = base or GameConfig(models={}, max_year=config.checked_max_year(None, ground))
    asked = replace(usual, **given(flags, GameConfig), calls=replace(usual.calls, **given(flags, CallSettings)))
    max_year = usual.max_year if flags.max_year is None else config.checked_max_year(flags.max_year, ground)
    # Either of the two says anew where the game ends.
    ends_anew = flags.end_at_phase is not None or flags.max_year is not None
    end_at_phase = config.checked_end_phase(flags.end_at_phase, ground, max_year) if ends_anew else usual.end_at_phase
    # A limit for all seats leaves none of those that some had before.
    limits = usual.max_tokens if flags.max_tokens is None else {}
    asked = replace(asked, map=ground.name, edits=usual.edits)
    return replace(
        asked,
        models=config.checked_models(flags.models, ground.powers, base.models if base else None),
        max_year=max_year,
        end_at_phase=end_at_phase,
        prompts=config.checked_prompts(flags.prompts_dir, ground.powers, usual.prompts),
        max_tokens=config.checked_counts(
            "--max_tokens_per_model", "tokens", flags.max_tokens_per_model, ground.powers, limits
        ),
        memory=config.checked_counts("--memory", "turns", flags.memory, ground.powers, usual.memory),
        constrain=config.checked_constraints(flags.constrain, ground.powers, usual.constrain),
        edits=config.checked_edits(flags.edit, asked),
        threads=config.checked_execution(asked.execution, flags.threads, hedge=asked.calls.hedge),
    )


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return int(text)
