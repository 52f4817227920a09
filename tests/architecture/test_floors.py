"""Lower floors never import higher ones, two rooms on a floor do not import each other, and names mean one thing."""

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
    "promises": 2,
    "search": 2,
    "offline": 2,
    "web": 2,
    "bots": 3,
    "agent": 3,
    "game": 4,
    "analysis": 5,
    "importing": 5,
    "bundle": 6,
    "tournament": 6,
    "exam": 6,
    "judge": 6,
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


def test_there_are_few_rooms_and_few_ways_between_them():
    """Rooms are the folders of the package and the files that stand alone, in it and beside it."""
    experiments = sorted((ROOT / "experiments").glob("*.py"))
    rooms = {room_of(".".join(path.relative_to(ROOT).with_suffix("").parts)) for path in files()} - {"", "__init__"}
    ways = {
        (room_of(".".join(path.relative_to(ROOT).with_suffix("").parts)).partition(".")[0], other)
        for path in [*files(), *experiments]
        for other in map(room_of, imported(path) - {"ai_diplomacy.__version__"})
    }
    assert len(rooms | {"experiments"}) <= 22
    assert len({(one, other) for one, other in ways if one not in ("", "__init__", other)}) <= 104


def test_no_class_name_means_two_things_and_no_file_is_long():
    names = [
        node.name
        for path in files()
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef)
    ]
    assert [name for name in names if names.count(name) > 1] == []
    assert [path for path in files() if path.read_text(encoding="utf-8").count("\n") > 400] == []


def test_one_class_reads_runs():
    """Everybody else asks it, so that one place knows what the logs hold."""
    readers = {
        str(path.relative_to(PACKAGE))
        for path in files()
        if path.name != "lm_game.py" and {"LogReader", "call_from", "event_from"} & names_in(path)
    }
    assert readers == {
        "records/log_reader.py",
        "records/events.py",
        "models/call_log.py",
        "run/history.py",
        "run/create.py",
    }


def names_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported_names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
    defined = {node.name for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef)}
    return imported_names | defined
