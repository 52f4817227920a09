"""Plays one game of Diplomacy between language models: flags -> GameConfig -> asyncio.run(...)."""

from __future__ import annotations

import time

_STARTED = time.perf_counter()  # before the imports, which are part of the setup time

import argparse  # noqa: E402
import asyncio  # noqa: E402
import io  # noqa: E402
import os  # noqa: E402
import re  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402
from collections.abc import Sequence  # noqa: E402
from datetime import datetime  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import TYPE_CHECKING, NoReturn  # noqa: E402

if TYPE_CHECKING:
    from ai_diplomacy.game.config import GameConfig
    from ai_diplomacy.game.vendors import Vendors

_DESCRIPTION = """\
Play one game of Diplomacy between language models, all powers thinking at once.
Without --models the offline model plays every seat: no key is needed, nothing is spent."""

_EPILOG = """\
exit status: 0 the game was played to its end; 2 a flag or input cannot be used and nothing was
written; 3 stopped early with everything saved; 1 a fault of the program"""


class _OneLineParser(argparse.ArgumentParser):
    """Says what is wrong in one line, without the usage."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {_without_keys(message)}\n")


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
        "default. Ids: offline (default), offline:random, bot:dumbbot, bot:random, bot:hold, or "
        "PROVIDER:NAME[@BASE_URL][#KEY] with openai, "
        "openai-responses, anthropic, gemini, openrouter, deepseek, together, mistral or xai",
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
    flag("--max_concurrency", type=_positive, metavar="N", help="calls at once an account (default: found out)")
    flag("--call_deadline", type=_amount, default=300.0, metavar="S", help="seconds an attempt may take (default: 300)")
    flag("--hedge", action="store_true", help="send a call that takes long a second time; the first answer wins")
    flag("--max_cost_usd", type=_amount, metavar="USD", help="stop before the game costs more")
    flag("--max_tokens_total", type=_positive, metavar="N", help="stop before the game takes more tokens")
    flag("--estimate", action="store_true", help="print the calls, tokens and cost to expect, and ask nothing")
    flag(
        "--execution",
        choices=("sequential", "threaded", "gathered", "async"),
        default="async",
        help="who runs which step when; the game is the same, its time is not (default: async)",
    )
    flag("--threads", choices=("decisions", "all"), help="with threaded: which steps all powers take at once")
    flag("--verbose", action="store_true", help="show whole messages, diaries and intentions")
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit status."""
    flags = parser().parse_args(arguments)
    from ai_diplomacy.game.config import ConfigError
    from ai_diplomacy.models.budget import BudgetExceeded
    from ai_diplomacy.models.standing import ModelRefused
    from ai_diplomacy.prompts import PromptError
    from ai_diplomacy.records.durable import DiskError

    path = flags.run_dir.expanduser() if flags.run_dir else _fresh_folder(Path("results"))
    try:
        _run(game_config(flags), path, flags)
    except (ConfigError, PromptError) as error:
        return _say(str(error), 2)
    except ModelRefused as error:
        return _say(f"{error}{_kept(path)}", 3) if path.exists() else _say(str(error), 2)
    except (BudgetExceeded, DiskError) as error:
        return _say(f"stopped: {error}{_kept(path)}", 3)
    except (KeyboardInterrupt, asyncio.CancelledError):
        return _say(f"stopped{_kept(path)}", 3)
    finally:
        _silence_a_closed_terminal()
    return 0


def _silence_a_closed_terminal() -> None:
    """What could not be printed would be tried once more, and complained of, when the interpreter ends."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _kept(path: Path) -> str:
    return f"; what was played is in {path}" if path.exists() else "; nothing was played yet"


def _run(config: GameConfig, path: Path, flags: argparse.Namespace) -> None:
    """Check what can be checked before a game, then estimate it or play it."""
    from ai_diplomacy.game import vendors

    asked = any(model.provider not in ("bot", "offline") for model in config.models.values())
    if asked:
        from dotenv import load_dotenv

        load_dotenv(".env")
    vendors.check_seats(config, os.environ)
    prices = vendors.find_prices(config)
    if flags.estimate:
        print("\n".join(vendors.estimated(config, prices)))
        return
    vendors.import_sdks(config.models.values())
    asyncio.run(_play(config, path, vendors.Vendors(os.environ, config.calls, prices), verbose=flags.verbose))


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
        calls=config.CallSettings(
            max_concurrency=flags.max_concurrency,
            hedge=flags.hedge,
            max_cost_usd=flags.max_cost_usd,
            max_tokens_total=flags.max_tokens_total,
            deadline=flags.call_deadline,
        ),
        execution=flags.execution,
        threads=config.checked_execution(flags.execution, flags.threads, hedge=flags.hedge),
    )


async def _play(config: GameConfig, path: Path, vendors: Vendors, *, verbose: bool) -> None:
    from ai_diplomacy.game.display import Display, GameConsole
    from ai_diplomacy.game.play import play_game
    from ai_diplomacy.game.summary import summary

    game = asyncio.current_task()
    assert game is not None
    # Told to end, by whatever signal, it stops as at Ctrl-C: what is in flight is cancelled, what was played is saved.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, game.cancel)
    # A terminal that cannot show a letter shows another one.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    display = Display(
        GameConsole(highlight=False),
        config.terrain,
        {power: str(model) for power, model in config.models.items()},
        verbose=verbose,
    )
    try:
        played = await play_game(config, path, display, started=_STARTED, opener=vendors.open)
    finally:
        await vendors.close()
    display.finished(played.finished, played.folder.statistics, summary(played))


def _fresh_folder(parent: Path) -> Path:
    name = datetime.now().strftime("%Y%m%d_%H%M%S")
    choices = (parent / (name if at == 0 else f"{name}_{at}") for at in range(1000))
    return next(path for path in choices if not path.exists())


def _say(message: str, status: int) -> int:
    print(f"lm_game.py: {_without_keys(' '.join(message.split()))}", file=sys.stderr)
    return status


def _without_keys(message: str) -> str:
    """A flag that is refused may hold a model id, and that a key."""
    return re.sub(r"#[^\s,'\"]+", "#...", message)


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


if __name__ == "__main__":
    sys.exit(main())
