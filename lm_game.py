"""Plays one game of Diplomacy between language models: flags -> GameConfig -> asyncio.run(...)."""

from __future__ import annotations

import time

_STARTED = time.perf_counter()  # before the imports, which are part of the setup time

import argparse  # noqa: E402
import asyncio  # noqa: E402
import sys  # noqa: E402
from collections.abc import Sequence  # noqa: E402
from datetime import datetime  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import TYPE_CHECKING, NoReturn  # noqa: E402

if TYPE_CHECKING:
    from ai_diplomacy.game.config import GameConfig
    from ai_diplomacy.game.play import Played

_DESCRIPTION = """\
Play one game of Diplomacy between language models, all powers thinking at once.
Without --models the offline model plays every seat: no key is needed, nothing is spent."""

_EPILOG = """\
exit status: 0 the game was played to its end; 2 a flag or input cannot be used and nothing was
written; 3 stopped early with everything saved; 1 a fault of the program"""


class _OneLineParser(argparse.ArgumentParser):
    """Says what is wrong in one line, without the usage."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")


def parser() -> argparse.ArgumentParser:
    """The flags of the command."""
    made = _OneLineParser(
        prog="lm_game.py",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    flag = made.add_argument
    flag("--max_year", type=int, metavar="YEAR", help="last year played, its winter included (default: the tenth)")
    flag("--num_negotiation_rounds", type=_count, default=2, metavar="N", help="rounds of press (default: 2)")
    flag(
        "--models",
        metavar="IDS",
        help="who plays: one id for all seats, one a power in alphabetical order, or POWER=id,... with the rest on the "
        "default. Ids: offline (default), offline:random, bot:dumbbot, bot:random, bot:hold",
    )
    flag("--planning_phase", action="store_true", help="let every power write a plan before it orders")
    flag("--end_at_phase", metavar="PHASE", help="last phase played, such as F1901M")
    flag("--run_dir", type=Path, metavar="DIR", help="folder for the run (default: a new one in results/)")
    flag("--prompts_dir", metavar="DIR", help="folder of templates; several are given like --models")
    flag("--max_tokens", type=_positive, default=8192, metavar="N", help="most tokens of a reply (default: 8192)")
    flag("--max_tokens_per_model", metavar="NS", help="the same seat by seat, given like --models")
    flag("--temperature", type=_temperature, metavar="T", help="sampling temperature (default: the provider's)")
    flag("--seed", type=int, default=0, metavar="N", help="the same seed plays the same game (default: 0)")
    flag("--map", default="standard", metavar="NAME", help="map to play on (default: standard)")
    flag("--max_messages", type=_positive, default=6, metavar="N", help="messages a power and round (default: 6)")
    flag("--max_message_chars", type=_positive, default=1200, metavar="N", help="length of a message (default: 1200)")
    flag("--verbose", action="store_true", help="show whole messages, diaries and intentions")
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit status."""
    flags = parser().parse_args(arguments)
    from ai_diplomacy.game.config import ConfigError
    from ai_diplomacy.prompts import PromptError
    from ai_diplomacy.records.durable import DiskError

    path = flags.run_dir or _fresh_folder(Path("results"))
    try:
        asyncio.run(_play(game_config(flags), path, verbose=flags.verbose))
    except (ConfigError, PromptError) as error:
        return _say(str(error), 2)
    except DiskError as error:
        return _say(f"stopped: {error}; what was played is in {path}", 3)
    except KeyboardInterrupt:
        return _say(f"stopped; what was played is in {path}", 3)
    return 0


def game_config(flags: argparse.Namespace) -> GameConfig:
    """The game that the flags ask for. Raises ``ConfigError``."""
    from ai_diplomacy.game import config

    ground = config.checked_map(flags.map)
    max_year = config.checked_max_year(flags.max_year, ground)
    return config.GameConfig(
        models=config.checked_models(flags.models, ground.powers),
        max_year=max_year,
        rounds=flags.num_negotiation_rounds,
        planning=flags.planning_phase,
        end_at_phase=config.checked_end_phase(flags.end_at_phase, ground, max_year),
        map=flags.map,
        seed=flags.seed,
        prompts=config.checked_prompts(flags.prompts_dir, ground.powers),
        max_tokens=config.checked_token_limits(flags.max_tokens_per_model, ground.powers),
        default_max_tokens=flags.max_tokens,
        temperature=flags.temperature,
        max_messages=flags.max_messages,
        max_message_characters=flags.max_message_chars,
    )


async def _play(config: GameConfig, path: Path, *, verbose: bool) -> None:
    from rich.console import Console

    from ai_diplomacy.game.display import Display
    from ai_diplomacy.game.play import play_game

    display = Display(
        Console(highlight=False),
        config.terrain,
        {power: str(model) for power, model in config.models.items()},
        verbose=verbose,
    )
    played = await play_game(config, path, display, started=_STARTED)
    display.finished(played.finished, played.folder.statistics, _summary(played))


def _summary(played: Played) -> list[str]:
    timing, statistics = played.folder.timing, played.folder.statistics
    total = played.finished.total_time
    troubles = {
        name: statistics.total(figure)
        for name, figure in (
            ("re-asked", "reasked"),
            ("repaired", "repaired_replies"),
            ("steps without a usable reply", "defaulted_steps"),
            ("failed calls", "failed_calls"),
        )
    }
    return [
        "",
        f"total_time {total:.2f} s for {timing.calls} calls, which took {timing.answering:.2f} s in sum "
        f"(critical path {timing.critical_path:.2f} s)",
        "replies: " + ", ".join(f"{count} {name}" for name, count in troubles.items()),
        f"run folder: {played.folder.path} (start with {played.folder.path / 'powers'})",
    ]


def _fresh_folder(parent: Path) -> Path:
    name = datetime.now().strftime("%Y%m%d_%H%M%S")
    choices = (parent / (name if at == 0 else f"{name}_{at}") for at in range(1000))
    return next(path for path in choices if not path.exists())


def _say(message: str, status: int) -> int:
    print(f"lm_game.py: {' '.join(message.split())}", file=sys.stderr)
    return status


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) > 100:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 100")
    return int(text)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return int(text)


def _temperature(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 2:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 2")
    return value


if __name__ == "__main__":
    sys.exit(main())
