"""One game on the board: who decides, what happens when nobody does, and how a game ends."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from playing import adjudicate, play, position, step

from ai_diplomacy.board.board import Board
from ai_diplomacy.board.orders import interpret
from ai_diplomacy.board.press import ALL, Message
from ai_diplomacy.board.units import Order


def test_the_first_phase() -> None:
    board = Board()
    assert (board.phase, board.completed, board.winners, board.last_turn) == ("S1901M", False, (), ())
    assert board.survivors == board.powers == board.choosers()
    assert board.units["FRANCE"] == ("A MAR", "A PAR", "F BRE")
    assert board.centers["RUSSIA"] == ("MOS", "SEV", "STP", "WAR")
    assert board.dislodged == {}


def test_the_tables_are_copies() -> None:
    board = Board()
    board.units.clear()
    board.centers["FRANCE"] = ("LON",)
    assert board.units["FRANCE"] == ("A MAR", "A PAR", "F BRE")
    assert "LON" not in board.situation("FRANCE").centers["FRANCE"]


@pytest.mark.parametrize("power", ["", "france", "ATLANTIS"])
def test_an_unknown_power_is_an_error(power: str) -> None:
    board = Board()
    with pytest.raises(KeyError):
        board.situation(power)
    with pytest.raises(KeyError):
        board.submit(power, ["A PAR H"])


def test_a_year_without_orders() -> None:
    board = Board()
    spring, fall = board.adjudicate(), board.adjudicate()
    assert (spring.phase, fall.phase, board.phase) == ("S1901M", "F1901M", "S1902M")
    assert spring.orders["FRANCE"] == ("F BRE H", "A MAR H", "A PAR H")
    assert (spring.results, spring.captures) == ({}, {})
    saved = board.to_saved_game()
    assert sorted(saved["phases"][0]["orders"]["FRANCE"]) == ["A MAR H", "A PAR H", "F BRE H"]
    assert board.last_turn == (fall,)


def test_a_unit_without_an_order_holds_and_that_is_written_down() -> None:
    board = Board()
    report = board.submit("FRANCE", ["A PAR - BUR"])
    assert set(report.defaults) == {"F BRE H", "A MAR H"}
    result = board.adjudicate()
    assert result.orders["FRANCE"] == ("F BRE H", "A MAR H", "A PAR - BUR")


def test_retreats_without_orders_are_disbands() -> None:
    board = position({"FRANCE": ["A PAR", "A PIC"], "GERMANY": ["A BUR"]})
    adjudicate(board, {"FRANCE": ["A PAR - BUR", "A PIC S A PAR - BUR"]})
    assert board.choosers() == ("GERMANY",)
    assert board.dislodged == {"GERMANY": {"A BUR": ("BEL", "GAS", "MAR", "MUN", "RUH")}}
    assert "GERMANY" in board.survivors
    result = board.adjudicate()
    assert result.orders == {"GERMANY": ("A BUR D",)}
    assert board.units["GERMANY"] == ()
    assert [past.phase for past in board.last_turn] == ["S1901M", "S1901R"]


def test_two_retreats_to_one_place_disband_both() -> None:
    board = position(
        {"FRANCE": ["A PIC", "A BRE", "A MAR", "A PIE"], "GERMANY": ["A PAR", "A TYR"], "ITALY": ["A GAS", "A SPA"]}
    )
    adjudicate(
        board,
        {
            "FRANCE": ["A PIC - PAR", "A BRE S A PIC - PAR"],
            "ITALY": ["A SPA - MAR", "A GAS S A SPA - MAR"],
        },
    )
    assert board.phase == "S1901R"
    assert board.choosers() == ("FRANCE", "GERMANY")
    assert "A MAR R BUR" in board.situation("FRANCE").legal_orders["A MAR"]
    board.submit("FRANCE", ["A MAR R BUR"])
    board.submit("GERMANY", ["A PAR R BUR"])
    result = board.adjudicate()
    assert result.results == {"A MAR": ("bounce", "disband"), "A PAR": ("bounce", "disband")}
    assert result.outcome(Order("A MAR R BUR")) == ("bounce", "disband")


def test_builds_without_orders_are_waived_and_disbands_follow_the_rule() -> None:
    board = position(
        {"FRANCE": ["A PAR"], "RUSSIA": ["A MOS", "A SYR", "F EAS"]},
        centers={"FRANCE": ["PAR", "BRE", "MAR"], "RUSSIA": ["MOS"]},
        phase="W1901A",
    )
    assert board.situation("FRANCE").adjustments == {"FRANCE": 2, "RUSSIA": -2}
    assert board.situation("FRANCE").legal_orders == {
        "BRE": ("A BRE B", "F BRE B"),
        "MAR": ("A MAR B", "F MAR B"),
    }
    assert board.situation("RUSSIA").disband_order == ("F EAS", "A SYR", "A MOS")
    assert board.choosers() == ("FRANCE", "RUSSIA")
    result = board.adjudicate()
    assert result.orders == {"FRANCE": ("WAIVE", "WAIVE"), "RUSSIA": ("F EAS D", "A SYR D")}
    assert result.results == {}
    assert board.units == {**dict.fromkeys(board.powers, ()), "FRANCE": ("A PAR",), "RUSSIA": ("A MOS",)}
    saved = board.to_saved_game()["phases"][0]["orders"]
    assert (saved["FRANCE"], sorted(saved["RUSSIA"])) == ([], ["A SYR D", "F EAS D"])


def test_no_more_builds_are_due_than_there_is_room_for() -> None:
    board = position(
        {"FRANCE": ["A PAR", "F BRE"], "ITALY": ["A ROM", "A NAP", "A VEN"]},
        centers={"FRANCE": ["PAR", "BRE", "MAR", "SPA", "POR"], "ITALY": ["ROM", "NAP", "VEN", "TUN"]},
        phase="W1901A",
    )
    assert board.situation("FRANCE").adjustments == {"FRANCE": 1}
    assert board.choosers() == ("FRANCE",)
    assert board.situation("ITALY").legal_orders == {}


def test_who_must_disband_all_has_no_choice() -> None:
    board = position({"FRANCE": ["A PAR", "F BRE"], "ITALY": ["A ROM"]}, centers={"ITALY": ["ROM"]}, phase="W1901A")
    assert board.situation("FRANCE").due == -2
    assert board.choosers() == ()
    board.adjudicate()
    assert board.survivors == ("ITALY",)


def test_centres_are_captured_in_the_fall_only() -> None:
    board = Board()
    adjudicate(board, {"FRANCE": ["A MAR - SPA"], "GERMANY": ["F KIE - DEN"]})
    assert board.last_turn[0].captures == {}
    board.adjudicate()
    assert board.last_turn[0].captures == {"DEN": "GERMANY", "SPA": "FRANCE"}
    assert board.phase == "W1901A"
    assert board.centers["FRANCE"] == ("BRE", "MAR", "PAR", "SPA")
    board.adjudicate()
    assert [past.phase for past in board.last_turn] == ["F1901M", "W1901A"]
    assert board.last_turn[1].captures == {}


def test_a_centre_is_captured_after_the_retreats() -> None:
    board = position(
        {"FRANCE": ["A PAR", "A PIC"], "GERMANY": ["A BUR"], "ITALY": ["A ROM"]},
        centers={"FRANCE": ["PAR"], "GERMANY": ["MUN"], "ITALY": ["ROM"]},
        phase="F1901M",
    )
    adjudicate(board, {"FRANCE": ["A PAR - BUR", "A PIC S A PAR - BUR"]})
    assert board.last_turn[0].captures == {}
    adjudicate(board, {"GERMANY": ["A BUR R MAR"]})
    assert board.last_turn[1].captures == {"MAR": "GERMANY"}


def test_elimination() -> None:
    board = position(
        {"FRANCE": ["A BUR", "A RUH"], "GERMANY": ["A MUN"]},
        centers={"FRANCE": ["PAR"], "GERMANY": ["MUN"]},
        phase="F1901M",
    )
    assert board.survivors == ("FRANCE", "GERMANY")
    adjudicate(board, {"FRANCE": ["A BUR - MUN", "A RUH S A BUR - MUN"]})
    assert board.survivors == ("FRANCE", "GERMANY")  # its last army is dislodged, and its last centre not yet lost
    board.adjudicate()
    assert board.survivors == ("FRANCE",)
    assert board.submit("GERMANY", ["A MUN H"]).orders == ()
    assert board.situation("GERMANY").legal_orders == {}


def test_a_unit_with_nowhere_to_go_is_disbanded_in_the_phase_itself() -> None:
    board = position({"FRANCE": ["A TUN", "F WES", "F NAF"], "ITALY": ["F TYS", "F ION"]})
    adjudicate(board, {"ITALY": ["F TYS - TUN", "F ION S F TYS - TUN"], "FRANCE": ["F WES H", "F NAF H"]})
    assert board.phase == "F1901M"
    assert board.last_turn[0].results == {"A TUN": ("dislodged", "disband")}
    board.adjudicate()
    # The engine reports the end of A TUN once more, a phase late.
    assert all("A TUN" not in result.results for result in board.last_turn)


def test_the_end_of_one_unit_is_not_told_of_another_of_its_name() -> None:
    board = position(
        {"FRANCE": ["A TUN"], "ITALY": ["A NAF", "F TYS"]}, centers={"FRANCE": ["TUN", "PAR"]}, phase="F1901M"
    )
    adjudicate(board, {"ITALY": ["A NAF - TUN", "F TYS S A NAF - TUN"]})
    assert board.last_turn[0].results == {"A TUN": ("dislodged", "disband")}
    assert board.choosers() == ("FRANCE", "ITALY")
    adjudicate(board, {"ITALY": ["A TUN D"]})
    assert board.last_turn[1].results == {}


def nearly_won() -> Board:
    names = "PAR BRE MAR SPA POR BEL HOL LON LVP EDI MUN KIE BER DEN SWE NWY VEN"
    return position(
        {"FRANCE": ["A TUS"], "ITALY": ["A NAP"]},
        centers={"FRANCE": names.split(), "ITALY": ["NAP", "ROM"]},
        phase="F1905M",
    )


def test_eighteen_centres_win() -> None:
    board = nearly_won()
    assert len(board.centers["FRANCE"]) == 17
    result = adjudicate(board, {"FRANCE": ["A TUS - ROM"]}).last_turn[-1]
    assert result.captures == {"ROM": "FRANCE"}
    assert (board.phase, board.completed, board.winners) == ("COMPLETED", True, ("FRANCE",))
    assert board.choosers() == ()


def test_seventeen_do_not() -> None:
    board = nearly_won()
    board.adjudicate()
    assert not board.completed
    assert board.winners == ()


def test_a_draw() -> None:
    board = play(Board(), random.Random(0), 6)
    phase = board.phase
    board.submit("FRANCE", [])
    result = board.draw(["ITALY", "FRANCE", "ITALY"])
    assert (result.phase, result.orders, result.results, result.captures) == (phase, {}, {}, {})
    assert (board.completed, board.winners) == (True, ("FRANCE", "ITALY"))
    assert board.last_turn[-1] == result
    assert board.to_saved_game()["phases"][-2]["name"] == phase


def test_a_draw_in_winter_waives_nothing() -> None:
    board = position({"FRANCE": ["A PAR"]}, centers={"FRANCE": ["PAR", "BRE"]}, phase="W1901A")
    assert board.draw(["FRANCE"]).orders == {}


@pytest.mark.parametrize("powers", [[], ["ATLANTIS"], ["FRANCE", "TURKEY"]])
def test_a_draw_is_among_survivors(powers: list[str]) -> None:
    board = position({"FRANCE": ["A PAR"], "ITALY": ["A ROM"]}, centers={"FRANCE": ["PAR"], "ITALY": ["ROM"]})
    with pytest.raises(ValueError, match="a draw is among survivors"):
        board.draw(powers)
    assert not board.completed


def test_after_the_end_nothing_can_be_done() -> None:
    board = Board()
    board.draw(board.survivors)
    for act in (board.adjudicate, lambda: board.draw(board.survivors), lambda: board.submit("ITALY", [])):
        with pytest.raises(RuntimeError, match="the game is over"):
            act()
    assert board.situation("ITALY").phase == "COMPLETED"


def test_a_century_ends_in_a_draw() -> None:
    board = position({"FRANCE": ["A PAR"], "ITALY": ["A ROM"]}, phase="F2000M")
    board.adjudicate()
    assert board.winners == ("FRANCE", "ITALY")
    assert Board.from_saved_game(board.to_saved_game()).winners == ("FRANCE", "ITALY")


def test_an_engine_that_refuses_an_order_is_not_passed_over_in_silence() -> None:
    board = Board()
    report = replace(interpret(["A VEN H"], board.situation("ITALY")), power="FRANCE")
    with pytest.raises(RuntimeError, match="the engine refused orders of FRANCE"):
        board.submit("FRANCE", report)


def test_a_report_is_taken_in_its_phase_and_for_its_power_only() -> None:
    board = Board()
    report = interpret(["A PAR - BUR"], board.situation("FRANCE"))
    assert board.submit("FRANCE", report) is report
    with pytest.raises(ValueError, match="orders of FRANCE in S1901M are none of ITALY"):
        board.submit("ITALY", report)
    board.adjudicate()
    assert "A BUR" in board.units["FRANCE"]
    with pytest.raises(ValueError, match="orders of FRANCE in S1901M are none of FRANCE in F1901M"):
        board.submit("FRANCE", report)


def test_press_is_saved_once_a_recipient() -> None:
    board = Board()
    board.add_messages(
        [
            Message("FRANCE", ("ENGLAND", "ITALY"), "to two", (), "S1901M", 1, 1),
            Message("FRANCE", (ALL,), "to all", (), "S1901M", 1, 2),
        ]
    )
    board.adjudicate()
    board.add_messages([Message("ITALY", ("FRANCE",), "later", (), "F1901M", 1, 3)])
    first, second = board.to_saved_game()["phases"]
    assert [(m["sender"], m["recipient"], m["message"]) for m in first["messages"]] == [
        ("FRANCE", "ENGLAND", "to two"),
        ("FRANCE", "ITALY", "to two"),
        ("FRANCE", "GLOBAL", "to all"),
    ]
    stamps = [m["time_sent"] for m in first["messages"] + second["messages"]]
    assert stamps == sorted(set(stamps))
    with pytest.raises(ValueError, match="a message of S1901M cannot be added in F1901M"):
        board.add_messages([Message("ITALY", ("FRANCE",), "too late", (), "S1901M", 1, 4)])


def test_the_same_orders_lead_to_the_same_game() -> None:
    games = [play(Board("modern"), random.Random(9), 25).to_saved_game() for _ in range(2)]
    for game in games:
        for phase in game["phases"]:
            del phase["state"]["timestamp"]
    assert games[0] == games[1]


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    board, rng = Board(), random.Random(2)
    for _ in range(15):
        board.submit("ITALY", ["nonsense", "A VEN - MOS", "WAIVE"])
        step(board, rng)
    Board.from_saved_game(board.to_saved_game())
    with pytest.raises(ValueError, match="not a saved game"):
        Board.from_saved_game({"map": "standard", "id": "x", "phases": [{}]})
    assert capfd.readouterr() == ("", "")
