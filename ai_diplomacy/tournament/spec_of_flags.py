"""A tournament of one command line, without a specification: ``--models A,B --games 10``."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .spec import Spec

_KEYS = {"schedule": "schedule", "max_year": "last_year", "num_negotiation_rounds": "rounds", "seed": "seed"}
"""Flag -> key of a specification."""
_LONGEST_NAME = 60


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Those that stand for a specification."""
    group = parser.add_argument_group("instead of a specification")
    flag = group.add_argument
    flag("--models", metavar="A,B,...", help="the players, each a model id; one alone meets bot:dumbbot")
    flag("--games", type=int, metavar="N", help="how many; the first line tells what so many balance")
    flag("--schedule", metavar="KIND", help="round_robin (default), one_vs_six or six_vs_one, the last two against "
         "bot:dumbbot")  # fmt: skip
    flag("--max_year", type=int, metavar="YEAR", help="last year played (default: the tenth)")
    flag("--num_negotiation_rounds", type=int, metavar="N", help="rounds of press (default: 2)")
    flag("--seed", type=int, metavar="N", help="the same seed plays the same games (default: 0)")


def spec_of(flags: argparse.Namespace) -> Spec:
    """The tournament of the file, or else of the flags. Raises ``ConfigError``."""
    from ..records.errors import ConfigError
    from .spec import FIELD, parse_document, read_spec

    given = [name for name in ("models", "games", *_KEYS) if getattr(flags, name) is not None]
    if flags.spec is not None and not given:
        return read_spec(flags.spec.expanduser())
    if flags.spec is not None or flags.models is None or flags.games is None:
        raise ConfigError("give a specification, or --models A,B,... and --games N")
    models = [text.strip() for text in flags.models.split(",")]
    if not all(models) or len(set(models)) < len(models):
        raise ConfigError("--models: write different model ids with commas between them")
    document: dict[str, Any] = {
        "schedule": "round_robin",
        "games": flags.games,
        "baselines": [],
        # A key behind # is not part of a name.
        "players": {model.partition("#")[0]: {"model": model} for model in models},
    }
    if len(models) == 1:
        document["players"][FIELD] = {"model": FIELD}
    document |= {key: value for flag, key in _KEYS.items() if (value := getattr(flags, flag)) is not None}
    return parse_document(document, Path(_name(flags.models)))


def without_file(flags: argparse.Namespace) -> list[str]:
    """The same flags again."""
    given = {name: getattr(flags, name) for name in ("models", "games", *_KEYS)}
    return [part for name, value in given.items() if value is not None for part in (f"--{name}", _plain(str(value)))]


def _plain(text: str) -> str:
    """Without keys."""
    return re.sub(r"#[^,]*", "", text)


def _name(models: str) -> str:
    """Of its folder."""
    return re.sub(r"[^a-z0-9]+", "_", _plain(models).lower()).strip("_")[:_LONGEST_NAME]
