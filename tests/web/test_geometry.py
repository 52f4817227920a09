"""Every map that can be played can be drawn."""

import pytest

from ai_diplomacy.board.terrain import MAPS, terrain
from ai_diplomacy.web.geometry import geometry


@pytest.mark.parametrize("name", MAPS)
def test_each_map_has_a_shape_for_each_province_and_a_place_for_each_unit(name):
    drawn, ground = geometry(name), terrain(name)
    left, top, width, height = drawn["size"]
    assert set(drawn["provinces"]) == set(ground.provinces)
    for province in drawn["provinces"].values():
        assert province["shape"].startswith("M")
    places = [place["unit"] for place in drawn["places"].values()]
    assert len({tuple(place) for place in places}) == len(places)
    assert all(left <= x <= left + width and top <= y <= top + height for x, y in places)
    for location in (*ground.provinces, *(coast for coasts in ground.coasts.values() for coast in coasts)):
        assert len(drawn["places"][location]["dislodged"]) == 2
    assert {name for name, province in drawn["provinces"].items() if province["center"]} == set(ground.centers)


def test_names_of_the_drawing_that_the_engine_spells_otherwise():
    drawn = geometry("standard")
    assert drawn["provinces"]["MAO"]["name"] == "Mid-Atlantic Ocean"
    assert drawn["provinces"]["LYO"]["shape"]
    assert set(drawn["places"]) >= {"STP/NC", "STP/SC", "SPA/NC", "BUL/EC"}
