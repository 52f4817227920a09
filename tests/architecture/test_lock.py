"""The lock files fit pyproject.toml: every dependency is pinned inside its range, and every pin has its hashes."""

import itertools
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
WANTED = {
    "requirements.txt": PROJECT["dependencies"] + EXTRAS["analysis"],
    "requirements-dev.txt": [*PROJECT["dependencies"], *itertools.chain.from_iterable(EXTRAS.values())],
}
files = pytest.mark.parametrize("name", WANTED)


def entries(name: str) -> list[str]:
    """Each requirement of a lock file with its hashes, on one line, without comments."""
    text = re.sub(r"(?m)^ *#.*\n", "", (ROOT / name).read_text())
    return text.replace("\\\n", " ").splitlines()


def pins(name: str) -> dict[str, Requirement]:
    read = [Requirement(entry.partition(" --hash")[0]) for entry in entries(name)]
    found = {canonicalize_name(pin.name): pin for pin in read}
    assert len(found) == len(read)
    return found


@files
def test_every_dependency_is_pinned_inside_its_range(name):
    """When this fails, run the command at the head of each file, ``requirements.txt`` first."""
    found = pins(name)
    for dependency in map(Requirement, WANTED[name]):
        pin = found[canonicalize_name(dependency.name)]
        (exact,) = pin.specifier
        assert exact.operator == "=="
        assert dependency.specifier.contains(exact.version), f"{dependency} is pinned at {exact.version}"
        assert dependency.extras <= pin.extras
        assert pin.marker is None


@files
def test_every_pin_is_exact_and_has_its_hashes_and_nothing_else(name):
    for entry in entries(name):
        assert re.fullmatch(r"[a-z0-9.\[\]-]+==[^ ;*]+( ; [^#]+?)?( +--hash=sha256:[0-9a-f]{64})+", entry), entry[:80]


def test_what_is_played_with_is_what_is_tested():
    assert pins("requirements.txt").items() <= pins("requirements-dev.txt").items()
