"""Who is sure to play the next turn: never a power that is gone by then, and nobody where the game may be over."""

import random

import pytest
from playing import adjudicate, position, scattered, step

from ai_diplomacy.board.board import Board
from ai_diplomacy.board.survival import sure_survivors

DRIVEN_OUT = {"GERMANY": ("A BUR - MAR", "A GAS S A BUR - MAR")}
"""Orders before which an Italian army in Marseilles has to retreat, to Piedmont or Spain."""
GERMANS = ("A BUR", "A GAS")


def sure(board):
    return sure_survivors(board.situation(board.powers[0]))


def driven_out(phase, units, centers):
    """The position after an Italian army was dislodged from Marseilles."""
    held = {"GERMANY": ("MUN",), **centers}
    return adjudicate(
        position({"GERMANY": GERMANS, "ITALY": ("A MAR",), **units}, centers=held, phase=phase), DRIVEN_OUT
    )


def test_before_centres_change_hands_a_unit_or_a_centre_is_enough():
    board = driven_out("S1902M", {"FRANCE": ("A PIC",)}, {"AUSTRIA": ("SPA",)})
    assert board.phase == "S1902R"
    assert sure(board) == ("AUSTRIA", "FRANCE", "GERMANY")


def test_a_last_centre_that_somebody_may_retreat_to_is_not_sure_nor_is_a_unit_without_one():
    board = driven_out("F1902M", {"FRANCE": ("A PIC",), "TURKEY": ("A CON",)}, {"AUSTRIA": ("SPA",), "ITALY": ("ROM",)})
    assert board.phase == "F1902R"
    assert sure(board) == ("GERMANY", "ITALY", "TURKEY")


def test_a_centre_under_the_unit_of_another_is_lost_already():
    board = driven_out("F1902M", {"TURKEY": ("A CON", "A VIE")}, {"AUSTRIA": ("VIE",), "ITALY": ("ROM",)})
    assert sure(board) == ("GERMANY", "ITALY", "TURKEY")


@pytest.mark.parametrize(("count", "may_end"), [(16, False), (17, True)])
def test_nobody_is_sure_where_a_retreat_may_win_the_game(count, may_end):
    others = [at for at in Board().terrain.centers if at not in ("SPA", "MAR", "MUN")]
    board = driven_out("F1902M", {}, {"ITALY": others[:count], "TURKEY": others[count : count + 2]})
    assert board.phase == "F1902R"
    assert sure(board) == (() if may_end else ("GERMANY", "ITALY", "TURKEY"))


def test_in_winter_who_has_no_centre_is_gone_and_the_last_power_plays_on_against_nobody():
    board = position({"FRANCE": ("A PIC",)}, centers={"ITALY": ("ROM",), "TURKEY": ("CON",)}, phase="W1902A")
    assert sure(board) == ("ITALY", "TURKEY")
    board = position({"FRANCE": ("A PIC",)}, centers={"ITALY": ("ROM",)}, phase="W1902A")
    assert sure(board) == ()


def crowded(rng):
    """Two powers that share the board, or more that own little or nothing."""
    units, centers, powers = rng.choice(((17, 40, 2), (8, 12, 3), (4, 5, 7), (4, 0, 7)))
    return scattered("standard", rng, "M", units=units, centers=centers, powers=powers)


@pytest.mark.slow
def test_whoever_is_sure_plays_the_next_turn():
    met = gone = over = 0
    for seed in range(300):
        rng = random.Random(seed)
        board, expected, waiting = crowded(rng), set(), set()
        for _ in range(6):
            step(board, rng)
            if board.completed:
                assert not expected
                over += bool(waiting)
                break
            if board.phase.kind == "M":
                assert expected <= set(board.survivors)
                assert len(board.survivors) > 1 or not expected
                assert sure(board) == board.survivors
                gone += not waiting <= set(board.survivors)
                expected, waiting = set(), set()
            else:
                met += 1
                expected |= set(sure(board))
                waiting |= set(board.survivors) - expected
    # What may happen does, now and then.
    assert met > 300
    assert gone > 10
    assert over > 0
