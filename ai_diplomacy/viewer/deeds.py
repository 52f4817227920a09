"""Word and deed of one run for the page: every promise with what became of it, what breaches cost, and the moments."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..game.word_and_deed import promised_in
from ..records.errors import ConfigError
from ..records.log_reader import DamagedLogError

if TYPE_CHECKING:
    from ..analysis.breaches import Breach, BreachFigures
    from ..analysis.game_record import GameRecord


class Deeds:
    """What was promised and done in a run. Nothing is looked at before it is asked for, and no breach is priced twice.

    Not to be used from two threads at once.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._prices: dict[str, BreachFigures] = {}

    def document(self) -> dict[str, Any]:
        """``promises``: a row for each promise and reader, as they were made; ``stabs``: each breach of movement
        phases, and whether it is a stab; ``moments``: those of the game, the largest first. Of a fork, stabs and
        moments are those of its own phases. Raises ``ConfigError``."""
        from ..analysis.breaches import breaches
        from ..analysis.course import course
        from ..analysis.read_games import read_game

        try:
            game = read_game(self._path, self._path)
        except DamagedLogError as error:
            raise ConfigError(str(error)) from None
        except OSError as error:
            raise ConfigError(f"cannot read {error.filename or self._path}: {error.strerror or error}") from None
        priced = [(breach, self._price(breach)) for breach in breaches(game)]
        told = course(game, priced)
        return {
            "promises": _promises(game, priced),
            "stabs": [asdict(row) for row in told.stabs],
            "moments": [asdict(moment) for moment in told.moments],
        }

    def _price(self, breach: Breach) -> BreachFigures:
        key = breach.key
        if key not in self._prices:
            self._prices[key] = breach.priced()
        return self._prices[key]


def _promises(game: GameRecord, priced: list[tuple[Breach, BreachFigures]]) -> list[dict[str, Any]]:
    from ..analysis.stabs import line_about

    messages = {message.sequence: message for message in game.messages}
    prices = {promised: figures for breach, figures in priced for promised in breach.promises}
    rows = []
    for row in promised_in(game.turns, finished=game.ending is not None):
        about = [promise] if (promise := row.commitment.promise) is not None else []
        sent, price = messages.get(row.sequence), prices.get(row)
        said = "" if sent is None else line_about(sent.body, row.sender, about, row.ordered, game.map)
        names = ("phase", "round", "sequence", "verdict", "decided", "by", "reason", "contradictory", "source")
        rows.append(
            {
                **{name: getattr(row, name) for name in (*names, "account", "where", "quote")},
                "from": row.sender,
                "to": row.recipient,
                "promise": row.commitment,
                "said": said,
                "ordered": list(row.ordered),
                "cost": price and price.cost,
                "gain": price and price.gain,
            }
        )
    return sorted(rows, key=lambda row: (row["phase"], row["round"], row["sequence"]))
