"""Which tests run where nothing is asked for."""

from pathlib import Path
from types import SimpleNamespace

import pytest


def collected(pytestconfig, expression: str) -> tuple[list[str], list[str]]:
    """Names of the tests that are kept and left out, of one that is marked and one that is not."""

    def test(name: str, *markers: str):
        return SimpleNamespace(name=name, get_closest_marker=lambda marker: marker if marker in markers else None)

    items, left = [test("usual"), test("real", "slow", "external")], []
    config = SimpleNamespace(
        getoption={"markexpr": expression}.get,
        hook=SimpleNamespace(pytest_deselected=lambda items: left.extend(items)),
    )
    conftest = pytestconfig.pluginmanager.getplugin(str(Path(__file__).with_name("conftest.py")))
    conftest.pytest_collection_modifyitems(config, items)
    return [item.name for item in items], [item.name for item in left]


@pytest.mark.parametrize("expression", ["", "not slow", "slow"])
def test_what_ci_cannot_have_is_left_out(pytestconfig, expression):
    assert collected(pytestconfig, expression) == (["usual"], ["real"])


@pytest.mark.parametrize("expression", ["external", "external or slow", "not external"])
def test_an_expression_that_names_it_is_left_to_pytest(pytestconfig, expression):
    assert collected(pytestconfig, expression) == (["usual", "real"], [])
