"""Makes the bank of the examination anew: ``python experiments/make_exam_bank.py VERSION`` writes it into the package.

The rule. Positions are movement phases of 1901 to 1909 in which a power has four units or more, from 1903 on five, and
something is at stake. They come from games of bots of all strengths (each game has the players of ``SEATS``, through
all powers in turn) and from the recorded games between people in the engine's package. For each power and each of four
spans of years seven are drawn by lot, one of them from a recorded game where there is one; no board is drawn twice, and
of no phase of a game more than one power. The bank's order takes the powers and the years in turn, so that every
beginning of it is balanced. The best reply is found on one sample of the others' orders, and its value, the value of
all that is asked later and what is at stake are taken on another, which is frozen with it.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from known_players import play
from recorded_games import recorded_games

import ai_diplomacy.exam
from ai_diplomacy.analysis.position_kinds import position_kind
from ai_diplomacy.board.board import Board
from ai_diplomacy.board.chance import chance
from ai_diplomacy.board.phase import Phase
from ai_diplomacy.board.situation import Situation
from ai_diplomacy.board.terrain import terrain
from ai_diplomacy.exam.bank import BANK, BankPosition, digest_of
from ai_diplomacy.search.candidates import Force
from ai_diplomacy.search.position import Position
from ai_diplomacy.search.pricing import PRICING, price

GAMES = 28
SEATS = ("search", "dumbbot", "dumbbot", "dumbbot 10 % random", "dumbbot 10 % random", "dumbbot 30 % random", "random")
SPANS = ((1901, 1902), (1903, 1904), (1905, 1906), (1907, 1909))
OF_A_CELL = 7
"""Positions of one power and one span of years."""
FEWEST_UNITS, FEWEST_LATER = 4, 5
"""In the first two years, and later: a few orders tell little of who gave them."""
LEAST_STAKE = 0.8
"""Centres; where less is at stake all orders are nearly as good."""
SAMPLES, SEED = 16, 0


@dataclass(frozen=True)
class Found:
    """A position that may be drawn."""

    game: str
    power: str
    saved: dict[str, Any]

    @property
    def phase(self) -> Phase:
        return Phase(self.saved["phases"][-1]["name"])

    @property
    def board(self) -> str:
        """Equal for equal boards."""
        state = self.saved["phases"][-1]["state"]
        return json.dumps([self.power, self.phase[0], state["units"], state["centers"]], sort_keys=True)


def bot_games() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each played game in the saved format."""
    powers = terrain().powers
    for number in range(GAMES):
        seats = {power: SEATS[(at + number) % len(SEATS)] for at, power in enumerate(powers)}
        yield f"bots {number}", play(seats, 1000 + number, SPANS[-1][1]).to_saved_game()
        print(f"game {number + 1} of {GAMES} is played", flush=True)


def positions(game: str, saved: dict[str, Any]) -> Iterator[Found]:
    """All of a game that the rule allows, but for what is at stake."""
    phases = saved["phases"]
    movements = [at for at, phase in enumerate(phases) if phase["name"].endswith("M")]
    for before, at in zip([None, *movements], movements, strict=False):
        if Phase(phases[at]["name"]).year > SPANS[-1][1]:
            return
        turn = phases[at if before is None else before : at + 1]
        kept = {"id": "position", "map": "standard", "phases": [_kept(phase) for phase in turn]}
        kept["phases"][-1] |= {"orders": {}, "results": {}}
        fewest = FEWEST_UNITS if Phase(phases[at]["name"]).year <= SPANS[0][1] else FEWEST_LATER
        for power, units in phases[at]["state"]["units"].items():
            if len(units) >= fewest:
                yield Found(game, power, kept)


def _kept(phase: dict[str, Any]) -> dict[str, Any]:
    """What a position needs of a phase."""
    state = phase["state"]
    kept = {"name": phase["name"], "units": state["units"], "centers": state["centers"]}
    for what, told in (("retreats", bool), ("builds", lambda due: bool(due["count"]))):
        kept[what] = {power: here for power, here in state.get(what, {}).items() if told(here)}
    return {
        "name": phase["name"],
        "state": kept,
        "orders": {power: orders for power, orders in phase["orders"].items() if orders},
        "results": {unit: [str(word) for word in words] for unit, words in phase["results"].items() if words},
        "messages": [],
    }


def cells() -> Iterator[tuple[str, tuple[int, int]]]:
    """The cells in an order of which every beginning is balanced."""
    powers = terrain().powers
    for row in range(len(SPANS)):
        for at, power in enumerate(powers):
            yield power, SPANS[(row + at) % len(SPANS)]


def drawn(found: list[Found]) -> Iterator[BankPosition]:
    """The bank in its order."""
    boards: set[str] = set()
    phases: set[tuple[str, str]] = set()
    number = 0
    for round in range(OF_A_CELL):
        for cell, (power, span) in enumerate(cells()):
            fitting = [one for one in found if one.power == power and span[0] <= one.phase.year <= span[1]]
            chance("bank", power, span, round).shuffle(fitting)
            # One of a cell is from a recorded game, each time in another round; sorting is stable.
            people = cell % OF_A_CELL == round
            fitting.sort(key=lambda one: one.game.startswith("recorded") != people)
            for one in fitting:
                if one.board in boards or (one.game, one.phase) in phases:
                    continue
                number += 1
                made = frozen(f"P{number:03}", one)
                if made is None:
                    number -= 1
                    continue
                boards.add(one.board)
                phases.add((one.game, one.phase))
                yield made
                break


def frozen(name: str, found: Found) -> BankPosition | None:
    """The position with its prices; ``None`` where too little is at stake."""
    situation = Board.from_saved_game(found.saved).situation(found.power)
    found_best = price(situation, (), samples=SAMPLES, seed=SEED)
    if found_best.stake < LEAST_STAKE:
        return None
    return BankPosition(
        name=name,
        power=found.power,
        kind=position_kind(situation),
        source=found.game.split()[0],
        board=found.saved,
        others=priced_on(situation),
        orders=list(map(str, found_best.orders)),
        best=round(found_best.best, 6),
        stake=round(found_best.stake, 6),
    )


def priced_on(situation: Situation) -> list[dict[str, list[str]]]:
    """The sample of the others' orders on which ``price`` prices: the second half of its draws."""
    board = Position.of(situation)
    forces = {name: Force(board, at) for at, name in enumerate(board.geography.powers) if name != situation.power}
    draws = {name: force.draws(2 * SAMPLES, SEED)[SAMPLES:] for name, force in forces.items() if force.size}
    return [
        {name: list(map(str, forces[name].orders(plans[at]))) for name, plans in draws.items()} for at in range(SAMPLES)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description="Makes the bank of the examination and freezes it.")
    parser.add_argument("version", type=int, help="above that of the bank before")
    parser.add_argument("--out", type=Path, default=Path(ai_diplomacy.exam.__file__).parent / BANK)
    flags = parser.parse_args()
    began = time.perf_counter()
    found = [one for games in (recorded_games, bot_games) for game in games() for one in positions(*game)]
    print(f"{len(found)} positions to draw from", flush=True)
    bank = []
    for position in drawn(found):
        bank.append(position)
        print(f"{position.name} {position.power} {position.phase} {position.kind}, of {position.source}", flush=True)
    document = {
        "version": flags.version,
        "sha256": digest_of(bank),
        "pricing": PRICING,
        "samples": SAMPLES,
        "positions": [position.document() for position in bank],
    }
    flags.out.write_bytes(gzip.compress(json.dumps(document, separators=(",", ":")).encode(), 9, mtime=0))
    seconds = time.perf_counter() - began
    print(f"{flags.out}: {len(bank)} positions, {flags.out.stat().st_size:,} bytes, in {seconds:.0f} s")
    for what in ("power", "kind", "source"):
        names = [getattr(position, what) for position in bank]
        print(f"by {what}: {', '.join(f'{name} {names.count(name)}' for name in sorted(set(names)))}")


if __name__ == "__main__":
    main()
