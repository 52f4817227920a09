"""The flags of the game's command, and the game that they ask for."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeVar

if TYPE_CHECKING:
    # The settings import the engine's maps: too much for somebody who asks for --help.
    from ..game.config import GameConfig

_DESCRIPTION = """\
Play one game of Diplomacy between language models, all powers thinking at once.
Without --models the offline model plays every seat: no key is needed, nothing is spent."""

_EPILOG = """\
exit status: 0 the game was played to its end; 2 a flag or input cannot be used and nothing was
written; 3 stopped early with everything saved; 1 a fault of the program, or a replay that differs"""


T = TypeVar("T")


class _OneLineParser(argparse.ArgumentParser):
    """Says what is wrong in one line, without the usage."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {without_keys(message)}\n")


def parser() -> argparse.ArgumentParser:
    """The flags of the command."""
    made = _OneLineParser(
        prog="lm_game.py",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    flag = made.add_argument_group("the game", "A run that is gone on with brings these along.").add_argument
    flag("--max_year", type=int, metavar="YEAR", help="last year played, its winter included (default: the tenth)")
    flag("--num_negotiation_rounds", type=_count, metavar="N", help="rounds of press (default: 2)")
    flag(
        "--models",
        metavar="IDS",
        help="who plays: one id for all seats, one a power in alphabetical order, or POWER=id,... with the rest on the "
        "default. Ids: offline (default), offline:random, bot:dumbbot, bot:random, bot:hold, or "
        "PROVIDER:NAME[@BASE_URL][#KEY] with openai, "
        "openai-responses, anthropic, gemini, openrouter, deepseek, together, mistral or xai",
    )
    flag("--planning_phase", action="store_true", default=None, help="let every power write a plan before it orders")
    flag("--end_at_phase", metavar="PHASE", help="last phase played, such as F1901M")
    flag("--prompts_dir", metavar="DIR", help="folder of templates; several are given like --models")
    flag("--max_tokens", type=_positive, metavar="N", help="most tokens of a reply (default: 8192)")
    flag("--max_tokens_per_model", metavar="NS", help="the same seat by seat, given like --models")
    flag("--temperature", type=_temperature, metavar="T", help="sampling temperature (default: the provider's)")
    flag("--seed", type=int, metavar="N", help="the same seed plays the same game (default: 0)")
    flag("--map", metavar="NAME", help="map to play on (default: standard)")
    flag("--max_messages", type=_positive, metavar="N", help="messages a power and round (default: 6)")
    flag("--max_message_chars", type=_positive, metavar="N", help="length of a message (default: 1200)")

    flag = made.add_argument_group("the calls").add_argument
    flag("--max_concurrency", type=_positive, metavar="N", help="calls at once an account (default: found out)")
    flag("--call_deadline", type=_amount, metavar="S", help="seconds an attempt may take (default: 300)")
    flag("--phase_deadline", type=_amount, metavar="S", help="seconds a phase may take; then it goes on without the "
         "powers that have not answered")  # fmt: skip
    flag("--hedge", action="store_true", default=None, help="send a call that takes long a second time; the first "
         "answer wins")  # fmt: skip
    flag("--max_cost_usd", type=_amount, metavar="USD", help="stop before the game costs more")
    flag("--max_tokens_total", type=_positive, metavar="N", help="stop before the game takes more tokens")
    flag("--estimate", action="store_true", help="print the calls, tokens and cost to expect, and ask nothing")

    flag = made.add_argument_group("runs").add_argument
    flag("--run_dir", type=Path, metavar="DIR", help="folder of the run (default: a new one in results/); one that "
         "holds an unfinished run is gone on with")  # fmt: skip
    flag("--override", action="store_true", help="go on with other settings from the next phase on, and let answers "
         "stand whose prompts have changed")  # fmt: skip
    flag("--resume_from_phase", metavar="PHASE", help="with --fork_to: start a new run from this phase of --run_dir")
    flag("--fork_to", "--critical_state_analysis_dir", type=Path, metavar="DIR", help="folder of the new run")
    flag("--repeat", type=_positive, metavar="N", help="play so many forks side by side, in DIR/1 to DIR/N")
    flag("--replay", type=Path, metavar="DIR", help="play a run again from its journal, without any model, and check "
         "that every prompt and order is the same")  # fmt: skip
    flag(
        "--execution",
        choices=("sequential", "threaded", "gathered", "async"),
        help="who runs which step when; the game is the same, its time is not (default: async)",
    )
    flag("--threads", choices=("decisions", "all"), help="with threaded: which steps all powers take at once")
    flag("--display", choices=("rich", "plain", "none"), help="what the terminal shows of the game: text and what "
         "goes on now, text alone, or nothing (default: rich on a terminal, plain otherwise)")  # fmt: skip
    flag("--verbose", action="store_true", help="show whole messages, diaries and intentions")
    return made


def without_keys(message: str) -> str:
    """A flag that is refused may hold a model id, and that a key."""
    return re.sub(r"#[^\s,'\"]+", "#...", message)


def game_config(flags: argparse.Namespace, base: GameConfig | None = None) -> GameConfig:
    """The game that the flags ask for; what they do not say is as in ``base``, or else the default. Raises
    ``ConfigError``."""
    from ..game import config
    from ..models.call_settings import CallSettings

    ground = config.checked_map(flags.map or (base.map if base else "standard"))
    usual = base or config.GameConfig(models={}, max_year=config.checked_max_year(None, ground))
    max_year = usual.max_year if flags.max_year is None else config.checked_max_year(flags.max_year, ground)
    if flags.end_at_phase is None and flags.max_year is None:
        end_at_phase = usual.end_at_phase
    else:
        # Either of the two says anew where the game ends.
        end_at_phase = config.checked_end_phase(flags.end_at_phase, ground, max_year)
    execution, hedge = _given(flags.execution, usual.execution), _given(flags.hedge, usual.calls.hedge)
    return config.GameConfig(
        models=config.checked_models(flags.models, ground.powers, base.models if base else None),
        max_year=max_year,
        rounds=_given(flags.num_negotiation_rounds, usual.rounds),
        planning=_given(flags.planning_phase, usual.planning),
        end_at_phase=end_at_phase,
        map=ground.name,
        seed=_given(flags.seed, usual.seed),
        prompts=config.checked_prompts(flags.prompts_dir, ground.powers, usual.prompts),
        # A limit for all seats leaves none of those that some had before.
        max_tokens=config.checked_token_limits(
            flags.max_tokens_per_model, ground.powers, usual.max_tokens if flags.max_tokens is None else {}
        ),
        default_max_tokens=_given(flags.max_tokens, usual.default_max_tokens),
        temperature=_given(flags.temperature, usual.temperature),
        max_messages=_given(flags.max_messages, usual.max_messages),
        max_message_characters=_given(flags.max_message_chars, usual.max_message_characters),
        calls=CallSettings(
            max_concurrency=_given(flags.max_concurrency, usual.calls.max_concurrency),
            hedge=hedge,
            max_cost_usd=_given(flags.max_cost_usd, usual.calls.max_cost_usd),
            max_tokens_total=_given(flags.max_tokens_total, usual.calls.max_tokens_total),
            deadline=_given(flags.call_deadline, usual.calls.deadline),
            phase_deadline=_given(flags.phase_deadline, usual.calls.phase_deadline),
        ),
        execution=execution,
        threads=config.checked_execution(execution, flags.threads, hedge=hedge),
    )


def _given(flag: T | None, otherwise: T) -> T:
    return otherwise if flag is None else flag


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) > 100:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 100")
    return int(text)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return int(text)


def _amount(text: str) -> float:
    return _number(text, lowest=0.001, highest=1e9)


def _temperature(text: str) -> float:
    return _number(text, lowest=0, highest=2)


def _number(text: str, *, lowest: float, highest: float) -> float:
    try:
        value = float(text)
    except ValueError:
        value = lowest - 1
    if not lowest <= value <= highest:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from {lowest:g} to {highest:g}")
    return value
