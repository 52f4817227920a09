"""A game is saved in the engine's format, opens in its tools, and goes on as if it had never been put away."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playing import adjudicate, play, position, random_orders

from ai_diplomacy.board.board import Board
from ai_diplomacy.board.press import ALL, Message


def as_read(saved: dict[str, Any]) -> dict[str, Any]:
    return json.loads(json.dumps(saved, default=str))


def timeless(saved: dict[str, Any]) -> dict[str, Any]:
    again = as_read(saved)
    for phase in again["phases"]:
        del phase["state"]["timestamp"]
    return again


def assert_same(board: Board, other: Board) -> None:
    assert timeless(board.to_saved_game()) == timeless(other.to_saved_game())
    assert (board.phase, board.winners, board.last_turn) == (other.phase, other.winners, other.last_turn)
    assert (board.units, board.centers, board.dislodged) == (other.units, other.centers, other.dislodged)
    assert (board.survivors, board.choosers()) == (other.survivors, other.choosers())
    for power in board.powers:
        assert board.situation(power) == other.situation(power)


@pytest.mark.parametrize(
    ("name", "seed"),
    [("standard", 1), ("standard", 2), pytest.param("modern", 1, marks=pytest.mark.slow), ("ancmed_age_of_empires", 1)],
)
def test_a_loaded_game_goes_on_identically(name: str, seed: int) -> None:
    board, rng = Board(name, game_id="kept"), random.Random(f"saved {name} {seed}")
    kinds = set()
    for number in range(1, 22):
        if board.completed:
            break
        kinds.add(board.phase[-1])
        board.add_messages(
            [
                Message(board.powers[0], board.powers[1:3], f"in {board.phase}", (), board.phase, 1, 2 * number - 1),
                Message(board.powers[1], (ALL,), "é \U0001f600", (), board.phase, 2, 2 * number),
            ]
        )
        early = board.powers[: len(board.powers) // 2]
        for power in early:
            board.submit(power, random_orders(board.situation(power), rng))
        loaded = Board.from_saved_game(as_read(board.to_saved_game()))
        assert_same(board, loaded)
        late = {power: random_orders(board.situation(power), rng) for power in board.powers if power not in early}
        for each in (board, loaded):
            for power, orders in late.items():
                each.submit(power, orders)
        assert board.adjudicate() == loaded.adjudicate()
        assert_same(board, loaded)
        board = loaded
    assert kinds >= {"M", "A"}


@pytest.mark.parametrize("name", ["standard", "ancmed_age_of_empires"])
def test_it_is_what_the_engine_itself_would_write_also_in_parts(name: str) -> None:
    from diplomacy.utils.export import to_saved_game_format

    board = Board(name)
    rng = random.Random(3)
    parts: list[Any] = []
    for _ in range(8):
        play(board, rng, 1)
        expected = timeless(to_saved_game_format(board._game))
        assert timeless(board.to_saved_game()) == expected
        parts += timeless(board.to_saved_game(since=len(parts)))["phases"][:-1]
        assert parts == expected["phases"][:-1]


def test_dislodged_units_and_their_end_come_back() -> None:
    board = position({"FRANCE": ["A PAR", "A PIC"], "GERMANY": ["A BUR"], "ITALY": ["A ROM"]})
    adjudicate(board, {"FRANCE": ["A PAR - BUR", "A PIC S A PAR - BUR"]})
    loaded = Board.from_saved_game(as_read(board.to_saved_game()))
    assert_same(board, loaded)
    for each in (board, loaded):
        adjudicate(each, {"GERMANY": ["A BUR D"]})
    assert_same(board, loaded)


def test_a_unit_destroyed_at_once_is_told_of_alike() -> None:
    board = position({"FRANCE": ["A TUN", "F WES", "F NAF"], "ITALY": ["F TYS", "F ION"]}, phase="F1901M")
    adjudicate(board, {"ITALY": ["F TYS - TUN", "F ION S F TYS - TUN"], "FRANCE": ["F WES H", "F NAF H"]})
    assert board.phase == "W1901A"
    loaded = Board.from_saved_game(as_read(board.to_saved_game()))
    assert board.adjudicate() == loaded.adjudicate()
    assert_same(board, loaded)


@pytest.mark.parametrize("kind", "MRA")
def test_a_draw_comes_back(kind: str) -> None:
    board, rng = Board(), random.Random("draw")
    while not board.phase.endswith(kind) or not board.last_turn:
        play(board, rng, 1)
    board.draw(["TURKEY", "ITALY"])
    loaded = Board.from_saved_game(as_read(board.to_saved_game()))
    assert loaded.winners == ("ITALY", "TURKEY")
    assert_same(board, loaded)


def test_a_solo_comes_back() -> None:
    names = "PAR BRE MAR SPA POR BEL HOL LON LVP EDI MUN KIE BER DEN SWE NWY VEN"
    board = position({"FRANCE": ["A TUS"]}, centers={"FRANCE": names.split()}, phase="F1905M")
    adjudicate(board, {"FRANCE": ["A TUS - ROM"]})
    loaded = Board.from_saved_game(as_read(board.to_saved_game()))
    assert loaded.winners == ("FRANCE",)
    assert_same(board, loaded)


def decorated(saved: dict[str, Any]) -> dict[str, Any]:
    """With the keys that a run's ``lmvsgame.json`` adds to the format."""
    saved["config"] = {"seed": 1, "models": ["offline"]}
    for phase in saved["phases"]:
        phase["state_agents"] = {"FRANCE": {"goals": ["peace"], "diary": []}}
        phase["agent_relationships"] = {"FRANCE": {"ITALY": "Ally"}}
        phase["press"] = [{"from": "FRANCE", "to": ["ITALY"], "text": "hello"}]
    return saved


def test_the_engines_own_reader_takes_it_with_keys_of_ours_and_drops_them() -> None:
    from diplomacy.utils.export import from_saved_game_format, is_valid_saved_game, to_saved_game_format

    board = play(Board(game_id="ours"), random.Random("engine"), 14)
    plain = as_read(board.to_saved_game())
    game = from_saved_game_format(decorated(as_read(plain)))
    assert game.get_current_phase() == board.phase
    assert {power: sorted(units) for power, units in game.get_units().items()} == {
        power: sorted([*board.units[power], *(f"*{unit}" for unit in board.dislodged.get(power, ()))])
        for power in board.powers
    }
    again = to_saved_game_format(game)
    assert set(again) == {"id", "map", "rules", "phases"}
    assert set(again["phases"][0]) == {"name", "state", "orders", "results", "messages"}
    assert is_valid_saved_game(decorated(as_read(plain)))


def test_keys_that_the_format_does_not_know_change_nothing() -> None:
    board = play(Board(), random.Random("extra"), 9)
    saved = decorated(as_read(board.to_saved_game()))
    for phase in saved["phases"]:
        del phase["state"]["game_id"]  # which the engine's writer would put back
    before = copy.deepcopy(saved)
    assert_same(board, Board.from_saved_game(saved))
    assert saved == before


def test_a_loaded_game_has_the_rules_that_the_format_leaves_out() -> None:
    board = Board("modern")
    assert set(Board.from_saved_game(board.to_saved_game())._game.rules) == set(board._game.rules)


def game_of_three_kinds() -> dict[str, Any]:
    board = position({"FRANCE": ["A PAR", "A PIC"], "GERMANY": ["A BUR"], "ITALY": ["A ROM"]})
    adjudicate(board, {"FRANCE": ["A PAR - BUR", "A PIC S A PAR - BUR"]})
    board.add_messages([Message("FRANCE", ("ITALY",), "now", (), board.phase, 1, n) for n in (1, 2)])
    board.submit("GERMANY", ["A BUR R MUN"])
    return as_read(board.to_saved_game())


SAVED = game_of_three_kinds()


def damage(path: str, value: Any) -> dict[str, Any]:
    saved = copy.deepcopy(SAVED)
    *parents, last = (int(key) if key.lstrip("-").isdigit() else key for key in path.split("."))
    place: Any = saved
    for key in parents:
        place = place[key]
    place[last] = value
    return saved


@pytest.mark.parametrize(
    ("path", "value", "complaint"),
    [
        ("map", "atlantis", "unknown map 'atlantis'"),
        ("map", None, "names no map"),
        ("map", "ancmed", "another map or other rules in phase S1901M"),
        ("phases", [], "phases: List should have at least 1 item"),
        ("phases", {}, "phases: Input should be a valid list"),
        ("phases.0", None, "phases.0"),
        ("phases.0.orders", ["A PAR H"], "phases.0.orders"),
        ("phases.0.results.A PAR", "bounce", "phases.0.results.A PAR"),
        ("phases.0.name", "S1901X", "phase 'S1901X' that the map does not know"),
        ("phases.0.name", "spring", "phase 'spring' that the map does not know"),
        ("phases.0.name", "F1901M", "a position of 'S1901M' in phase F1901M"),
        ("phases.1.name", "S1901M", "the phase S1901M after S1901M"),
        ("phases.1.state.name", "F1901M", "a position of 'F1901M' in phase S1901R"),
        ("phases.1.state.units.ITALY", ["A ADR"], "a unit 'A ADR' that cannot stand there"),
        ("phases.1.state.units.ITALY", ["F SPA"], "a unit 'F SPA' that cannot stand there"),
        ("phases.1.state.units.ITALY", ["army in Rome"], "cannot stand there"),
        ("phases.1.state.units.ITALY", [""], "not a saved game: IndexError"),
        ("phases.1.state.units.ITALY", ["A BUR"], "unit .* twice|two units|cannot stand there"),
        ("phases.1.state.units.ITALY", ["A ROM", "A ROM"], "twice"),
        ("phases.1.state.units.ITALY", ["A ROM", "F ROM"], "two units in one province|cannot stand there"),
        ("phases.1.state.units.GERMANY", [], "contradicts itself about its dislodged"),
        ("phases.1.state.retreats.GERMANY", {}, "contradicts itself about its dislodged"),
        ("phases.1.state.retreats.GERMANY", {"A BUR": ["ATL"]}, "a place 'ATL' that the map does not know"),
        ("phases.1.state.units", {}, "other powers"),
        ("phases.1.state.centers.ITALY", ["RUH"], "a centre 'RUH' that is none"),
        ("phases.1.state.centers.ITALY", ["BRE"], "a unit or a centre twice"),
        ("phases.1.state.homes.ATLANTIS", ["BRE"], "other powers in its position"),
        ("phases.1.orders.GERMANY", ["A BUR R PAR R"], "an order 'A BUR R PAR R' of GERMANY"),
        ("phases.1.orders.GERMANY", ["A BUR R MUN", "A BUR D"], "an order 'A BUR D' of GERMANY"),
        ("phases.1.orders.ATLANTIS", [], "other powers"),
        ("phases.1.messages.0.time_sent", "noon", "time_sent"),
        ("rules", ["NO_CHECK"], "the rule NO_CHECK"),
        ("rules", ["BUILD_ANY"], "other rules for builds than its map"),
        ("phases.0.state.rules", ["NO_CHECK"], "other rules in phase S1901M"),
        ("phases.1.state.map", "pure", "another map .* in phase S1901R"),
        ("phases.1.state.builds.ITALY.count", 10**30, "builds.ITALY.count"),
        ("rules", "NO_CHECK", "rules: Input should be a valid list"),
    ],
)
def test_damage_is_refused_with_a_reason(path: str, value: Any, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Board.from_saved_game(damage(path, value))


def test_what_is_left_out_where_there_is_nothing_to_tell_is_empty() -> None:
    board = play(Board(), random.Random("gone"), 12)
    saved = as_read(board.to_saved_game())
    board = Board.from_saved_game(saved)
    del saved["id"]
    for phase in saved["phases"]:
        for table in ("units", "centers"):
            held = phase["state"][table]
            phase["state"][table] = {power: things for power, things in held.items() if things}
        phase["orders"] = {power: orders for power, orders in phase["orders"].items() if orders}
        assert phase.pop("messages") == []
    del saved["phases"][-1]["results"]
    again = Board.from_saved_game(saved)
    assert (again.phase, again.units, again.centers) == (board.phase, board.units, board.centers)
    assert [again.situation(power) for power in again.powers] == [board.situation(power) for power in board.powers]


def test_messages_of_one_moment_come_one_after_another() -> None:
    time = SAVED["phases"][1]["messages"][1]["time_sent"]
    saved = Board.from_saved_game(damage("phases.1.messages.0.time_sent", time)).to_saved_game()
    assert [message["time_sent"] for message in saved["phases"][1]["messages"]] == [time, time + 1]


@pytest.mark.parametrize("note", ["", "Victory by: ", "Victory by: ATL", "FRANCE"])
def test_a_completed_game_must_say_who_won(note: str) -> None:
    board = Board()
    board.draw(["FRANCE"])
    saved = as_read(board.to_saved_game())
    saved["phases"][-1]["state"]["note"] = note
    with pytest.raises(ValueError, match=r"won|winners"):
        Board.from_saved_game(saved)


@pytest.mark.parametrize("saved", [{}, [], None, "saved", 7, {"map": "standard"}, {"map": "standard", "phases": 1}])
def test_something_else_is_refused(saved: Any) -> None:
    with pytest.raises(ValueError, match="not a saved game"):
        Board.from_saved_game(saved)


def paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [at] if at else []
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in entries:
        found += paths(below, (*at, key))
    return found


junk = st.sampled_from(
    [
        None,
        True,
        -1,
        1.5,
        "",
        "x",
        "COMPLETED",
        "FORMING",
        "A PAR",
        "*A PAR",
        "F SPA/NC",
        "A BUR R",
        [],
        {},
        [None],
        [[]],
        {"": 1},
    ]
)


@pytest.mark.slow
@settings(derandomize=True, deadline=None, max_examples=400)
@given(st.data())
def test_whatever_is_damaged_the_error_is_a_clear_one(data: st.DataObject) -> None:
    saved = copy.deepcopy(SAVED)
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(paths(saved)))
        place: Any = saved
        for key in path[:-1]:
            place = place[key]
        if data.draw(st.booleans()):
            place[path[-1]] = data.draw(junk)
        else:
            del place[path[-1]]
        if not paths(saved):
            break
    try:
        board = Board.from_saved_game(saved)
    except ValueError:
        return
    if not board.completed:
        board.adjudicate()
