"""A bundle holds all that its reader needs, nothing that is nobody's business, and names what was changed in it."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from command_runs import ROOT, run

from ai_diplomacy.bundle.contents import environment
from ai_diplomacy.bundle.manifest import Manifest, differences, hashes, read_manifest
from ai_diplomacy.bundle.scrubbing import Scrubber
from ai_diplomacy.command.main import main
from ai_diplomacy.models.ids import ModelId
from ai_diplomacy.offline.server.local import LocalServer
from ai_diplomacy.offline.server.options import ServerOptions
from ai_diplomacy.records.errors import ConfigError
from ai_diplomacy.records.log_reader import LogReader
from ai_diplomacy.records.sealing import sealed

KEY = "sk-0123456789abcdef"

pytest.importorskip("pyarrow", reason="pyarrow is an extra: pip install '.[parquet]'")


@pytest.fixture(scope="module")
def games(tmp_path_factory) -> Path:
    """A folder with a game against a server of one's own with a folder of one's own templates, and a fork of it."""
    folder = tmp_path_factory.mktemp("secret") / "games"
    shutil.copytree(ROOT / "prompts", folder.parent / "mine")
    (folder.parent / "mine" / "plan.j2").write_text("Plan well.\n" + (ROOT / "prompts" / "plan.j2").read_text())

    async def play() -> None:
        async with LocalServer(ServerOptions()) as server:
            flags = ["--models", f"openai:m@{server.url}/v1#{KEY}", "--max_year", "1901", "--display", "none"]
            flags += ["--prompts_dir", f"FRANCE={folder.parent / 'mine'}", "--num_negotiation_rounds", "1"]
            command = [sys.executable, str(ROOT / "lm_game.py"), "--run_dir", str(folder / "x" / "first"), *flags]
            await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True)
            told = ["--run_dir", str(folder / "x" / "first"), "--models", f"openai:m@{server.url}/v1#{KEY}"]
            command = [sys.executable, str(ROOT / "lm_game.py"), *told, "--fork_to", str(folder / "y" / "fork")]
            command += ["--edit", "add S1901M 1 FRANCE>ITALY: Hello", "--display", "none"]
            await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True)

    asyncio.run(play())
    return folder


@pytest.fixture(scope="module")
def bundle(games, tmp_path_factory) -> Path:
    made = tmp_path_factory.mktemp("made") / "bundle"
    flags = ["--out", str(made), "--title", "Two: games", "--author", "Ada", "--author", "Ben"]
    assert main(["bundle", str(games), *flags]) == 0
    return made


@pytest.mark.slow
def test_a_bundle_is_checked_by_another_program_somewhere_else(bundle, tmp_path):
    moved = tmp_path / "elsewhere"
    shutil.copytree(bundle, moved)
    command = [sys.executable, "-m", "ai_diplomacy", "bundle", "--verify", str(moved)]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}
    checked = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert checked.stdout == f"{moved}: every file, game and table is as it was\n"


@pytest.mark.slow
def test_a_fork_of_a_run_that_is_not_given_away_is_the_same_wherever_it_is_read(tmp_path, monkeypatch, capsys):
    flags = ("--max_year", "1901", "--num_negotiation_rounds", "0", "--display", "none")
    assert run("--run_dir", str(tmp_path / "run"), *flags) == 0
    monkeypatch.chdir(tmp_path)
    for source, fork in ((str(tmp_path / "run"), "one"), ("run", "two")):
        assert run("--run_dir", source, "--resume_from_phase", "F1901M", "--fork_to", f"forks/{fork}") == 0
    assert main(["bundle", "forks"]) == 0
    assert main(["bundle", "forks/two", "--out", "alone"]) == 0
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    (tmp_path / "run").rename(tmp_path / "gone")
    capsys.readouterr()
    for made in ("forks-bundle", "alone"):
        assert main(["bundle", "--verify", str(tmp_path / made)]) == 0
    assert capsys.readouterr().out.count("every file, game and table is as it was") == 2


@pytest.mark.slow
def test_a_bundle_holds_nothing_of_the_machine_it_was_made_on(bundle, games):
    server = json.loads((games / "x" / "first" / "overview.jsonl").read_text().splitlines()[1])["FRANCE"]
    secrets = (KEY, server.partition("//")[2].partition("/")[0], str(games.parent), str(ROOT))
    for path in filter(Path.is_file, bundle.rglob("*")):
        content = path.read_bytes()
        assert not [secret for secret in secrets if secret.encode() in content], path
    for name in ("calls.jsonl", "events.jsonl"):
        assert list(LogReader(bundle / "runs" / "x" / "first" / name))
    assert "openai:m@http://server-1.invalid/v1" in (bundle / "settings.json").read_text()


@pytest.mark.slow
def test_a_bundle_tells_what_it_is_made_of(bundle):
    import pyarrow.parquet as pq

    assert json.loads((bundle / "environment.json").read_text())["libraries"]["diplomacy"]
    settings = json.loads((bundle / "settings.json").read_text())
    assert list(settings) == ["runs/x/first", "runs/y/fork"]
    assert settings["runs/y/fork"][-1]["edits"] == ["add S1901M 1 FRANCE>ITALY: Hello"]
    templates = bundle / settings["runs/x/first"][0]["prompts"]["FRANCE"]
    assert (templates / "plan.j2").read_text().startswith("Plan well.")
    (served,) = json.loads((bundle / "models.json").read_text()).values()
    assert served[0]["served"] == "m"
    citation = (bundle / "CITATION.cff").read_text()
    assert 'title: "Two: games"' in citation
    assert '  - name: "Ben"' in citation
    card = (bundle / "DATA_CARD.md").read_text()
    assert "2 finished, 0 unfinished" in card
    seats = pq.read_table(bundle / "tables" / "seats.parquet").to_pylist()
    assert {(row["game"], row["cluster"]) for row in seats} == {("x/first", "x/first"), ("y/fork", "x/first")}
    for name in pq.read_table(bundle / "tables" / "messages.parquet").column_names:
        assert f"- `{name}`: " in card


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "change", "told"),
    [
        ("runs/x/first/powers/ITALY.md", b"Turkey", "runs/x/first/powers/ITALY.md was changed"),
        ("tables/orders.parquet", None, "tables/orders.parquet is missing"),
        ("runs/x/first/more.txt", b"", "runs/x/first/more.txt does not belong to the bundle"),
    ],
)
def test_whatever_was_changed_is_named(bundle, tmp_path, capsys, name, change, told):
    copied = tmp_path / "copy"
    shutil.copytree(bundle, copied)
    if change is None:
        (copied / name).unlink()
    else:
        (copied / name).touch()
        (copied / name).write_bytes((copied / name).read_bytes() + change)
    assert main(["bundle", "--verify", str(copied)]) == 1
    assert capsys.readouterr().out == f"{told}\n{copied}: 1 differences\n"


def forged(copied: Path) -> None:
    """The list of files agrees again with what was changed."""
    manifest = read_manifest(copied)
    forged = Manifest(hashes(copied), manifest.default_templates, manifest.not_replayable)
    (copied / "manifest.json").write_text(forged.text())


@pytest.mark.slow
def test_a_change_that_the_list_of_files_agrees_with_is_found_by_playing_again(bundle, tmp_path, capsys):
    copied = tmp_path / "copy"
    shutil.copytree(bundle, copied)
    path = copied / "runs" / "x" / "first" / "calls.jsonl"
    calls = [{name: value for name, value in call.items() if name != "line"} for call in LogReader(path)]
    order = next(call for call in calls if call["key"]["step"] == "order")
    order["reply"]["text"] = '{"orders": []}'
    path.write_bytes(b"".join(sealed(call, number) for number, call in enumerate(calls, 1)))
    forged(copied)
    assert main(["bundle", "--verify", str(copied)]) == 1
    assert "runs/x/first: " in capsys.readouterr().out


@pytest.mark.slow
def test_a_table_that_the_runs_do_not_tell_is_found_by_making_it_anew(bundle, tmp_path, capsys):
    import pyarrow.parquet as pq

    copied = tmp_path / "copy"
    shutil.copytree(bundle, copied)
    table = pq.read_table(copied / "tables" / "orders.parquet")
    pq.write_table(table.slice(1), copied / "tables" / "orders.parquet")
    measures = copied / "analysis" / "analysis.json"
    document = json.loads(measures.read_text())
    document["seats"]["rows"] = []
    measures.write_text(json.dumps(document))
    forged(copied)
    assert main(["bundle", "--verify", str(copied)]) == 1
    said = capsys.readouterr().out
    assert "tables/orders.parquet is not what the runs tell\n" in said
    assert "analysis/seats.csv is not what the runs tell\n" in said


@pytest.mark.slow
def test_what_is_no_folder_of_runs_and_no_bundle_is_refused_in_a_line(games, tmp_path, capsys):
    (tmp_path / "there").mkdir()
    for given, problem in (
        ([str(tmp_path / "there")], "no run was found"),
        (["--verify", str(games)], "is no bundle: it has no manifest.json"),
        ([str(games), "--out", str(tmp_path / "there")], "is there already"),
    ):
        with pytest.raises(SystemExit) as left:
            main(["bundle", *given])
        assert left.value.code == 2
        said = capsys.readouterr().err
        assert problem in said
        assert said.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["there"]


def test_keys_of_the_environment_and_addresses_are_replaced_everywhere_alike(monkeypatch, tmp_path):
    monkeypatch.setenv("MY_API_KEY", KEY)
    scrubber = Scrubber()
    one, two = (ModelId("openai", "m", f"http://10.0.0.{number}:8000/v1") for number in (1, 2))
    scrubber.hide_servers([one, two, one])
    scrubber.rename({Path("/home/ada/games"): "runs", Path("/home/ada"): "~"})
    text = f"{KEY} {one} {two} /home/ada/games/1 /home/ada/x"
    assert scrubber.text(text) == (
        "[key] openai:m@http://server-1.invalid/v1 openai:m@http://server-2.invalid/v1 runs/1 ~/x"
    )
    log = tmp_path / "events.jsonl"
    log.write_bytes(sealed({"type": "a", "said": text}, 1) + b'{"torn')
    (tmp_path / "clean").mkdir()
    (tmp_path / "clean" / "events.jsonl").write_bytes(scrubber.file(log))
    (record,) = LogReader(tmp_path / "clean" / "events.jsonl")
    assert record["said"] == scrubber.text(text)


def test_the_list_of_files_is_read_strictly(tmp_path):
    (tmp_path / "file").write_text("x")
    manifest = Manifest(hashes(tmp_path), "prompts", {})
    (tmp_path / "manifest.json").write_text(manifest.text())
    assert read_manifest(tmp_path) == manifest
    assert differences(tmp_path, manifest) == []
    (tmp_path / "manifest.json").write_text(manifest.text().replace('"format": 1', '"format": 9'))
    with pytest.raises(ConfigError, match="has format 9, and this version reads 1"):
        read_manifest(tmp_path)
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_manifest(tmp_path)


def test_the_software_is_named_with_its_commit():
    found = environment()
    assert found["python"].count(".") == 2
    assert found["commit"] is None or len(found["commit"]) >= 40


def test_nothing_is_bundled_that_ended_in_the_middle(tmp_path):
    assert (
        run("--run_dir", str(tmp_path / "run"), "--max_year", "1901", "--display", "none", "--end_at_phase", "S1901M")
        == 0
    )
    (tmp_path / "run" / "calls.jsonl").write_bytes(b"no line\n")
    with pytest.raises(SystemExit):
        main(["bundle", str(tmp_path / "run"), "--out", str(tmp_path / "out")])
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
