"""What a broken promise cost and brought: planted stabs whose worth is known, and whole games on the board."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from functools import cache

import pytest
from playing import adjudicate, play, position

from ai_diplomacy.board.board import Board
from ai_diplomacy.board.situation import Situation
from ai_diplomacy.board.units import Order
from ai_diplomacy.search.breaches import SAMPLES, BreachPrice, price_breach
from ai_diplomacy.search.candidates import Force
from ai_diplomacy.search.position import Position
from ai_diplomacy.search.value import CENTRE, FALL, SPRING, values

Orders = Mapping[str, list[str]]


def promised(text: str) -> Callable[[Order], bool]:
    """What breaks the promise of an order."""
    return lambda order: order.unit == Order(text).unit and order != text


def entering(province: str) -> Callable[[Order], bool]:
    return lambda order: order.goal == province


def found(
    board: Board,
    orders: Orders,
    breaks: Callable[[Order], bool],
    *,
    breaker: str = "FRANCE",
    victim: str = "GERMANY",
    samples: int = SAMPLES,
    seed: int = 0,
) -> BreachPrice:
    ordered = {power: tuple(map(Order, theirs)) for power, theirs in orders.items()}
    price = price_breach(board.situation(breaker), ordered, breaker, victim, breaks, samples=samples, seed=seed)
    assert price is not None
    return price


def border(phase: str, *, germans: Iterable[str] = ("A BER",)) -> Board:
    """A French army beside Munich, which Germany owns as it owns Berlin."""
    return position(
        {"FRANCE": ["A BUR"], "GERMANY": list(germans), "TURKEY": ["A SYR"]},
        centers={"FRANCE": ["PAR"], "GERMANY": ["MUN", "BER"]},
        phase=phase,
    )


def test_a_stab_that_takes_a_centre_in_fall_costs_what_the_centre_is_worth() -> None:
    price = found(border("F1903M"), {"FRANCE": ["A BUR - MUN"], "GERMANY": ["A BER H"]}, promised("A BUR H"))
    # Kept: Munich is reached by both, Berlin by Germany alone, which reaches Kiel as well and builds a second army.
    # Broken: Munich is French, no more German than French to step into; Berlin and Kiel are reached by both.
    kept = SPRING.held + SPRING.safe + SPRING.free + 2 * SPRING.unit
    broken = SPRING.even + SPRING.held + SPRING.even + SPRING.unit
    assert price.cost == pytest.approx((kept - broken) / CENTRE, rel=0.1)
    # Kept: from Burgundy it reaches Paris, Marseilles and Belgium alone, and Munich like Germany; one unit is all that
    # Paris feeds. Broken: from Munich it reaches Berlin and Kiel like Germany, and builds a second army.
    before = SPRING.safe + 2 * SPRING.free + SPRING.even + SPRING.unit
    after = SPRING.safe + SPRING.held + 2 * SPRING.even + 2 * SPRING.unit
    assert price.gain == pytest.approx((after - before) / CENTRE, rel=0.1)
    assert price.kept == ("A BUR H",)


def test_a_stab_in_spring_costs_what_standing_in_a_centre_is_worth() -> None:
    price = found(border("S1903M"), {"FRANCE": ["A BUR - MUN"], "GERMANY": ["A BER H"]}, promised("A BUR H"))
    kept = FALL.held + FALL.safe + FALL.free
    broken = FALL.lost + FALL.held + FALL.even
    assert price.cost == pytest.approx((kept - broken) / CENTRE, rel=0.1)


def test_a_promised_support_that_did_not_come_costs_what_the_move_would_have_won() -> None:
    board = position(
        {"FRANCE": ["A BUR"], "GERMANY": ["A RUH"], "ENGLAND": ["F BEL"]},
        centers={"FRANCE": ["PAR"], "GERMANY": ["KIE"], "ENGLAND": ["BEL", "LON"]},
        phase="F1903M",
    )
    price = found(
        board,
        {"FRANCE": ["A BUR H"], "GERMANY": ["A RUH - BEL"], "ENGLAND": ["F BEL H"]},
        promised("A BUR S A RUH - BEL"),
    )
    assert price.kept == ("A BUR S A RUH - BEL",)
    # Won: Belgium is German, and reached by no more Germans than Englishmen or Frenchmen.
    assert price.cost > 0.3


@pytest.mark.parametrize("broken", ["help in it", "the move alone"])
def test_what_broke_a_promise_is_replaced_by_the_best_that_keeps_it(broken: str) -> None:
    """And so is what helped it; all else stays as it was, though it could be better."""
    board = position(
        {"FRANCE": ["A BUR", "A TYR", "F BRE", "A GAS"], "GERMANY": ["A MUN"]},
        centers={"FRANCE": ["PAR", "BRE"], "GERMANY": ["MUN"], "ITALY": ["VEN"]},
        phase="F1903M",
    )
    rest, german = ["F BRE - PIC", "A GAS H"], ["A MUN H"]
    orders = {"FRANCE": ["A BUR - MUN", "A TYR S A BUR - MUN", *rest], "GERMANY": german}
    breaks = entering("MUN") if broken == "help in it" else lambda order: order.target == "MUN"
    price = found(board, orders, breaks)
    legal = board.situation("FRANCE").legal_orders
    saved = board.to_saved_game()

    def worth(french: list[str]) -> float:
        after = adjudicate(Board.from_saved_game(saved), {"FRANCE": french, "GERMANY": german})
        return values(Position.of(after.situation("FRANCE")))["FRANCE"]

    honest = [
        [one, other, *rest]
        for one in legal["A BUR"]
        for other in legal["A TYR"]
        if not breaks(one) and not breaks(other)
    ]
    assert price.gain == pytest.approx(worth(orders["FRANCE"]) - max(map(worth, honest)))
    assert {*rest} < {*price.kept}
    assert price.cost > 0.5


@pytest.mark.parametrize("seed", range(4))
def test_bait_switch_and_edge_are_of_a_victim_that_trusts_and_one_that_does_not(seed: int) -> None:
    """The army in Marseilles may guard it against Gascony or go for another centre; every way of it is played."""
    board = position(
        {"FRANCE": ["A GAS"], "GERMANY": ["A MAR"], "TURKEY": ["A SYR"]},
        centers={"FRANCE": ["DEN", "KIE", "BEL"], "GERMANY": ["MAR", "VIE"], "ENGLAND": ["BRE", "VEN", "MUN"]},
        phase="F1903M",
    )
    broken = "A GAS - MAR"
    price = found(board, {"FRANCE": [broken], "GERMANY": ["A MAR H"]}, entering("MAR"), samples=1, seed=seed)
    saved = board.to_saved_game()
    ways = [str(order) for order in board.situation("GERMANY").legal_orders["A MAR"]]

    @cache
    def worths(french: str, german: str) -> Mapping[str, float]:
        after = adjudicate(Board.from_saved_game(saved), {"FRANCE": [french], "GERMANY": [german]})
        return values(Position.of(after.situation("FRANCE")))

    def best(french: str) -> list[str]:
        most = max(worths(french, way)["GERMANY"] for way in ways)
        return [way for way in ways if worths(french, way)["GERMANY"] == most]

    (kept,) = price.kept
    (trusting,) = best(kept)
    assert trusting == "A MAR - SPA"
    hoped = worths(kept, trusting)["GERMANY"]
    assert price.switch == pytest.approx(hoped - worths(broken, trusting)["GERMANY"])
    assert price.switch > 0.5, "Marseilles is lost"
    force = Force(Position.of(board.situation("FRANCE")), board.powers.index("FRANCE"))
    ((drawn,),) = map(force.orders, force.draws(1, seed))
    assert (price.bait, price.edge) in [
        (
            pytest.approx(hoped - worths(kept, wary)["GERMANY"]),
            pytest.approx(worths(broken, trusting)["FRANCE"] - worths(broken, wary)["FRANCE"]),
        )
        for wary in best(str(drawn))
    ]
    doubts = trusting not in best(str(drawn))
    assert (price.bait > 0, price.edge > 0) == (doubts, doubts)
    assert doubts == (seed != 0), "the draw decides whether there is anything to lure away from"


def test_a_breach_that_moves_nothing_is_worth_nothing() -> None:
    board = position({"FRANCE": ["F POR"], "TURKEY": ["A SYR"]}, centers={"FRANCE": ["PAR"], "TURKEY": ["SMY"]})
    price = found(board, {"FRANCE": ["F POR H"], "TURKEY": ["A SYR H"]}, promised("F POR - MAO"), victim="TURKEY")
    assert (price.cost, price.switch, price.bait, price.edge) == (0, 0, 0, 0)


def test_nothing_is_priced_that_breaks_nothing_or_cannot_be_kept() -> None:
    board = border("F1903M")
    ordered = {"FRANCE": (Order("A BUR H"),)}
    situation: Situation = board.situation("FRANCE")
    assert price_breach(situation, ordered, "FRANCE", "GERMANY", entering("MUN")) is None
    assert price_breach(situation, ordered, "FRANCE", "GERMANY", lambda order: True) is None
    with pytest.raises(ValueError, match="no moves to price in W1903A"):
        price_breach(border("W1903A").situation("FRANCE"), ordered, "FRANCE", "GERMANY", entering("MUN"))


@pytest.mark.parametrize("seed", range(3))
def test_in_any_game_cost_and_gain_are_what_the_board_makes_of_both_orders(seed: int) -> None:
    """An order of a random game is the breach of a promise to hold; the engine plays both ways."""
    rng = random.Random(seed)
    tried = 0
    for phases in (0, 5, 10, 20):
        board = play(Board(), random.Random(seed), phases)
        if board.completed or board.phase.kind != "M":
            continue
        saved = board.to_saved_game()
        orders = {
            power: [str(rng.choice(legal)) for legal in board.situation(power).legal_orders.values()]
            for power in board.powers
        }
        breaker, victim = rng.sample([power for power in board.powers if board.units[power]], 2)
        breach = next((order for order in map(Order, orders[breaker]) if order.verb != "H"), None)
        if breach is None:
            continue
        tried += 1
        hold = f"{breach.unit} H"
        price = found(board, orders, promised(hold), breaker=breaker, victim=victim)
        happened = adjudicate(Board.from_saved_game(saved), orders)
        kept = adjudicate(Board.from_saved_game(saved), {**orders, breaker: [str(order) for order in price.kept]})
        broke, held = (values(Position.of(after.situation(breaker))) for after in (happened, kept))
        assert price.cost == pytest.approx(held[victim] - broke[victim])
        assert price.gain == pytest.approx(broke[breaker] - held[breaker])
        assert price.bait >= 0
        assert hold in price.kept
        again = found(board, orders, promised(hold), breaker=breaker, victim=victim)
        assert again == price
    assert tried
