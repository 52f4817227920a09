"""Lower floors never import higher ones, and two rooms on a floor do not import each other."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "ai_diplomacy"

FLOORS = {
    "records": 0,
    "board": 1,
    "models": 1,
    "run": 2,
    "offline": 2,
    "web": 2,
    "bots": 3,
    "agent": 3,
    "game": 4,
    "analysis": 5,
    "tournament": 6,
    "viewer": 6,
    "command": 7,
    "lm_game": 8,
    "__main__": 8,
}


def room_of(module: str) -> str:
    return module.removeprefix("ai_diplomacy").lstrip(".").partition(".")[0]


def files() -> list[Path]:
    return [ROOT / "lm_game.py", *sorted(PACKAGE.rglob("*.py"))]


def imported(path: Path) -> set[str]:
    """The project's modules that a file imports anywhere, function bodies included."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(parts[: len(parts) - node.level]) if node.level else ""
            module = ".".join(part for part in (base, node.module or "") if part)
            found |= {f"{module}.{alias.name}" for alias in node.names} if module == "ai_diplomacy" else {module}
    return {name for name in found if name.startswith("ai_diplomacy.")}


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_room_imports_only_what_stands_below_it(path):
    room = room_of(".".join(path.relative_to(ROOT).with_suffix("").parts))
    if room in ("", "__init__"):
        assert imported(path) == set()
        return
    for module in imported(path):
        other = room_of(module)
        if other in (room, "__version__"):
            continue
        assert FLOORS[other] < FLOORS[room], f"{room} (floor {FLOORS[room]}) imports {module}"


def test_every_module_has_a_floor():
    rooms = {room_of(".".join(path.relative_to(ROOT).with_suffix("").parts)) for path in files()} - {"", "__init__"}
    assert rooms <= set(FLOORS)


def test_every_file_says_in_its_first_line_what_it_is():
    for path in files():
        first = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").strip()
        assert first, f"{path} has no docstring"
