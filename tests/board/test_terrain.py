"""The geography against the published map, against the engine, and the choice of maps."""

from __future__ import annotations

import hashlib
import os
import pickle
import random
import subprocess
import sys
from pathlib import Path

import pytest
from playing import play

from ai_diplomacy.board.board import Board
from ai_diplomacy.board.terrain import MAPS, engine, province_of, terrain
from ai_diplomacy.board.units import Unit

ENGINE = Path(engine().__file__).parent


def test_the_standard_map_is_the_published_one() -> None:
    ground = terrain()
    assert ground.powers == ("AUSTRIA", "ENGLAND", "FRANCE", "GERMANY", "ITALY", "RUSSIA", "TURKEY")
    kinds = [ground.kinds[province] for province in ground.provinces]
    assert (kinds.count("land"), kinds.count("coast"), kinds.count("sea")) == (14, 42, 19)
    assert len(ground.centers) == 34
    assert ground.victory == 18
    assert ground.homes["RUSSIA"] == ("MOS", "SEV", "STP", "WAR")
    assert (ground.start, ground.first_year) == ("S1901M", 1901)
    assert "SWI" not in ground.provinces
    assert not ground.build_anywhere
    assert ground.adjectives["TURKEY"] == "Turkish"


@pytest.mark.parametrize(
    ("unit", "reach"),
    [
        ("A PAR", "BRE BUR GAS PIC"),
        ("A MUN", "BER BOH BUR KIE RUH SIL TYR"),
        ("A STP", "FIN LVN MOS NWY"),
        ("A CON", "ANK BUL SMY"),
        ("A DEN", "KIE SWE"),
        ("F KIE", "BAL BER DEN HEL HOL"),
        ("F STP/NC", "BAR NWY"),
        ("F STP/SC", "BOT FIN LVN"),
        ("F SPA/NC", "GAS MAO POR"),
        ("F SPA/SC", "LYO MAO MAR POR WES"),
        ("F BUL/EC", "BLA CON RUM"),
        ("F BUL/SC", "AEG CON GRE"),
        ("F CON", "AEG ANK BLA BUL/EC BUL/SC SMY"),
        ("F MAO", "BRE ENG GAS IRI NAF NAO POR SPA/NC SPA/SC WES"),
        ("F BOT", "BAL FIN LVN STP/SC SWE"),
        ("F ROM", "NAP TUS TYS"),  # Rome and Apulia touch, but not at sea.
        ("F VEN", "ADR APU TRI"),
        ("F EDI", "CLY NTH NWG YOR"),
        ("F NWY", "BAR NTH NWG SKA STP/NC SWE"),
    ],
)
def test_steps_of_one_unit(unit: str, reach: str) -> None:
    assert terrain().reach(Unit(unit)) == tuple(reach.split())


def test_a_unit_touches_the_provinces_that_it_may_support_into() -> None:
    ground = terrain()
    assert ground.touches(Unit("F CON"), "BUL")
    assert ground.touches(Unit("F STP/SC"), "LVN")
    assert not ground.touches(Unit("F STP/SC"), "NWY")
    assert not ground.touches(Unit("F ROM"), "APU")
    assert not ground.touches(Unit("A TUN"), "NAF/NC")


def test_distances() -> None:
    ground = terrain()
    army, fleet = ground.distances(Unit("A PAR")), ground.distances(Unit("F BRE"))
    assert [army[at] for at in ("PAR", "BUR", "MUN", "BER", "MOS")] == [0, 1, 2, 3, 5]
    assert "LON" not in army
    assert [fleet[at] for at in ("ENG", "LON", "STP", "SPA", "TUN")] == [1, 2, 4, 2, 3]
    assert "PAR" not in fleet
    assert ground.distances(Unit("F STP/NC"))["BOT"] == 3  # by Norway and Sweden
    assert ground.distances(Unit("F STP/SC"))["BOT"] == 1


@pytest.mark.parametrize("name", MAPS)
def test_steps_go_both_ways(name: str) -> None:
    ground = terrain(name)
    for steps in (ground.armies, ground.fleets):
        for here, places in steps.items():
            assert here not in places
            assert all(here in steps[there] for there in places)


@pytest.mark.parametrize("name", MAPS)
def test_steps_are_the_moves_that_the_engine_lists(name: str) -> None:
    board, rng = Board(name), random.Random(name)
    for _ in range(4):
        play(board, rng, 3)
        if board.phase.kind != "M":
            continue
        for power in board.powers:
            for unit, orders in board.situation(power).legal_orders.items():
                moves = {o.removeprefix(f"{unit} - ") for o in orders if o.startswith(f"{unit} - ") and " VIA" not in o}
                assert set(board.terrain.reach(Unit(unit))) == moves


@pytest.mark.parametrize("name", MAPS)
def test_tables_fit_together(name: str) -> None:
    ground = terrain(name)
    assert terrain(name) is ground
    assert set(ground.kinds) == set(ground.provinces)
    assert set(ground.centers) <= set(ground.provinces)
    assert set(ground.armies) == {at for at, kind in ground.kinds.items() if kind != "sea"}
    assert {province_of(at) for at in ground.fleets} <= {at for at, kind in ground.kinds.items() if kind != "land"}
    assert {home for homes in ground.homes.values() for home in homes} <= set(ground.centers)
    assert set(ground.homes) == set(ground.adjectives) == set(ground.powers)
    assert set(ground.provinces) <= set(ground.names)
    assert all(at in ground.names for at in ground.aliases.values())
    assert len({power[:3] for power in ground.powers}) == len(ground.powers)  # how a saved game names its winners


def test_an_unknown_map_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"unknown map 'middle_earth'; the maps are ancmed, .*standard"):
        terrain("middle_earth")
    with pytest.raises(ValueError, match="unknown map"):
        Board("world")


def test_maps_are_those_with_a_drawing_and_ready_convoy_paths() -> None:
    ready = pickle.loads((ENGINE / "maps" / "convoy_paths_cache.pkl").read_bytes())
    maps = (ENGINE / "maps").glob("*.map")
    found = [path.stem for path in maps if hashlib.md5(path.read_bytes()).hexdigest() in ready]
    assert tuple(sorted(name for name in found if engine().Map(name).svg_path)) == MAPS


@pytest.mark.slow
def test_loading_every_map_writes_no_file_and_prints_nothing(tmp_path: Path) -> None:
    program = """
import logging
from ai_diplomacy.board.board import Board
from ai_diplomacy.board.terrain import MAPS, engine
for name in MAPS:
    Board(name).adjudicate()
logging.getLogger("diplomacy.engine.game").error("the engine complains")
"""
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        env={**os.environ, "HOME": str(tmp_path), "PYTHONPATH": str(root)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", MAPS)
def test_every_map_plays_ten_random_years_and_can_be_drawn(name: str) -> None:
    board, rng = Board(name), random.Random(f"years {name}")
    first = board.terrain.first_year
    while not board.completed and board.phase.year < first + 10:
        play(board, rng, 1)
    for power in board.powers:
        board.situation(power)
    drawing = engine_game(board).render()
    assert drawing.startswith("<?xml")
    assert board.phase in drawing


def engine_game(board: Board) -> object:
    from diplomacy.utils.export import from_saved_game_format

    return from_saved_game_format(board.to_saved_game())
