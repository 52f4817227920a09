"""The card of an examination: what a model's orders cost it, with error bars, as JSON data."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from .. import __version__
from ..analysis.estimates import MeanEstimate, estimates
from ..analysis.measures import Measure
from ..analysis.position_kinds import POSITION_KINDS
from ..analysis.tallies import Sums
from ..analysis.units import Sitting
from ..records.errors import ConfigError
from .bank import BankPosition, bank

FORMAT = 1
CARD = "card.json"
WORST = 5
"""Positions that are shown on the map."""

PERCENT = Measure("exam", "percent", "regret, %", "Regret in per cent of the stake.", "percent", "stake", digits=1)
ABSOLUTE = Measure("exam", "absolute", "regret, centres", "Regret of a position.", "regret", "positions", digits=3)


@dataclass(frozen=True, slots=True)
class ExamAnswer:
    """What came of one position."""

    position: str
    power: str
    phase: str
    kind: str
    orders: Sequence[str]
    value: float
    regret: float
    """The value of the best reply less that of the orders."""
    stake: float
    given: int
    """Order texts in the first reply."""
    illegal: int
    """Those of them that were not legal."""
    unusable: bool
    """Whether no reply was of any use, so that the defaults of the rules stood."""


@dataclass(frozen=True, slots=True)
class ExamSpent:
    """What the answers took; ``None`` is not known."""

    calls: int
    input_tokens: int | None
    output_tokens: int | None
    cost_usd: float | None
    latencies: Sequence[float]
    """Seconds of each call."""

    def document(self) -> dict[str, Any]:
        """As plain JSON data."""
        known = sorted(self.latencies)
        figures = {"median": round(median(known), 3), "longest": round(known[-1], 3)} if known else None
        return {name: value for name, value in asdict(self).items() if name != "latencies"} | {"latency_s": figures}


def sums(player: str, answers: Iterable[ExamAnswer]) -> Sums:
    """Of one player, a row for each position: ``PERCENT`` and ``ABSOLUTE``."""
    rows = sorted(answers, key=lambda answer: answer.position)
    over = np.array([[100 * row.regret, row.regret] for row in rows], dtype=np.float64).reshape(-1, 2)
    under = np.array([[row.stake, 1.0] for row in rows], dtype=np.float64).reshape(-1, 2)
    return Sums(player, tuple(Sitting(row.position) for row in rows), over, under, (PERCENT, ABSOLUTE))


def answer(position: BankPosition, value: float, **more: Any) -> ExamAnswer:
    """The answer to a position whose orders are worth ``value``."""
    return ExamAnswer(
        position=position.name,
        power=position.power,
        phase=position.phase,
        kind=position.kind,
        value=round(value, 6),
        regret=round(position.best - value, 6),
        stake=position.stake,
        **more,
    )


def card(player: str, settings: Mapping[str, Any], answers: Sequence[ExamAnswer], spent: ExamSpent) -> dict[str, Any]:
    """The whole card. A model that gave no usable reply in most positions did not play, and has no regret."""
    unusable = sum(answer.unusable for answer in answers)
    played = 2 * unusable <= len(answers)
    given, illegal = sum(answer.given for answer in answers), sum(answer.illegal for answer in answers)
    return {
        "format": FORMAT,
        "version": __version__,
        "player": player,
        "bank": bank().name,
        "settings": dict(settings),
        "positions": len(answers),
        "unusable": unusable,
        "played": played,
        "regret": _figures(player, answers) if played else None,
        "legal_first": (given - illegal) / given if given else None,
        "spent": spent.document(),
        "kinds": _groups(player, answers, "kind", POSITION_KINDS) if played else {},
        "powers": _groups(player, answers, "power", sorted({answer.power for answer in answers})) if played else {},
        "years": _groups(player, answers, "years", sorted({years(answer) for answer in answers})) if played else {},
        "worst": [row.position for row in worst(answers)],
        "answers": [asdict(row) for row in answers],
    }


def worst(answers: Sequence[ExamAnswer]) -> list[ExamAnswer]:
    """The positions that cost most, of those whose orders were the model's own."""
    own = [answer for answer in answers if not answer.unusable and answer.regret > 0]
    return sorted(own, key=lambda answer: (-answer.regret, answer.position))[:WORST]


def years(answer: ExamAnswer) -> str:
    """The two years that it is counted with: ``1901-02``."""
    first = int(answer.phase[1:5]) - (int(answer.phase[1:5]) - 1) % 2
    return f"{first}-{(first + 1) % 100:02}"


def read_card(path: Path) -> dict[str, Any]:
    """A card, or that in a folder. Raises ``ConfigError``."""
    path = path / CARD if path.is_dir() else path
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
        if read["format"] != FORMAT:
            raise ConfigError(f"{str(path)!r} is a card of format {read['format']!r}, which this version does not know")
        read["answers"] = [ExamAnswer(**row) for row in read["answers"]]
    except OSError as error:
        raise ConfigError(f"cannot read {str(path)!r}: {error.strerror or error}") from None
    except (ValueError, KeyError, TypeError):
        raise ConfigError(f"{str(path)!r} is not the card of an examination") from None
    return dict(read)


def _figures(player: str, answers: Sequence[ExamAnswer]) -> dict[str, Any]:
    percent, absolute = estimates(sums(player, answers))
    return {"percent": _estimate(percent), "absolute": _estimate(absolute)}


def _groups(player: str, answers: Sequence[ExamAnswer], by: str, names: Iterable[str]) -> dict[str, Any]:
    of = {
        name: [row for row in answers if (years(row) if by == "years" else getattr(row, by)) == name] for name in names
    }
    return {name: {"positions": len(rows)} | _figures(player, rows) for name, rows in of.items() if rows}


def _estimate(figure: MeanEstimate) -> dict[str, float | None]:
    return {name: getattr(figure, name) for name in ("mean", "error", "low", "high")}
