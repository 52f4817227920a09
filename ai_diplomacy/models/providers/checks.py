"""Before a game: every reason why some seat's model could not be asked, all at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from importlib.util import find_spec

from ..ids import ModelId, parse_model_id
from .accounts import AccountError, account_of
from .catalogue import UnknownProviderError, provider_names, provider_spec


def seat_problems(
    seats: Mapping[str, ModelId | str], environ: Mapping[str, str], others: Collection[str] = ()
) -> list[str]:
    """One line a problem, with the seats that have it. ``others`` are providers that need no account (bots, the
    offline model). Imports no SDK; no line holds a key."""
    found: dict[str, list[str]] = {}
    for seat, model in seats.items():
        for problem in _problems(model, environ, others):
            found.setdefault(problem, []).append(seat)
    return [f"{', '.join(having)}: {problem}" for problem, having in found.items()]


def _problems(model: ModelId | str, environ: Mapping[str, str], others: Collection[str]) -> list[str]:
    try:
        if isinstance(model, str):
            model = parse_model_id(model, provider_names() | set(others))
        if model.provider in others:
            return []
        spec = provider_spec(model.provider)
    except UnknownProviderError as error:
        return [str(error)]
    except ValueError as error:
        return [str(error)]
    problems = [] if model.name else [f"{model.provider} needs the name of a model: {model.provider}:NAME"]
    if not all(_importable(module) for module in spec.modules):
        problems.append(f"{model.provider} needs a package: pip install {spec.install}")
    try:
        account_of(model, environ)
    except AccountError as error:
        problems.append(str(error))
    return problems


def _importable(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False
