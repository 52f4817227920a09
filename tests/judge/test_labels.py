"""What people say of promises is read from a CSV file, and judges and rules are measured by it."""

import csv

import pytest
from readings import analyze, game, read, scripted

HEAD = "game,phase,sender,recipient,commitment,verdict,on_purpose,retracted"


def labelled(path, *rows, head=HEAD):
    file = path / "labels.csv"
    file.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return str(file)


def against(path):
    with (path / "games" / "analysis" / "against_labels.csv").open(encoding="utf-8", newline="") as file:
        return {(row["what"], row["who"]): row for row in csv.DictReader(file)}


async def test_judges_and_rules_are_measured_by_labels(tmp_path, capsys):
    await read([game(tmp_path / "games" / "run")], scripted())
    labels = labelled(
        tmp_path,
        "run,S1901M,FRANCE,ENGLAND,out of ENG,broken,yes,no",
        "run,S1901M,FRANCE,ITALY,A MAR - SPA,broken,no,yes",
        "run,S1901M,FRANCE,ITALY,peace ITALY,,,",
    )
    ended = analyze(capsys, str(tmp_path / "games"), "--labels", labels)
    assert (ended.status, ended.errors) == (0, "")
    found = against(tmp_path)
    purpose, back = found["on purpose", "scripted"], found["taken back", "scripted"]
    assert (purpose["hits"], purpose["found"], purpose["there"]) == ("1", "1", "1")
    assert (back["hits"], back["found"], back["there"]) == ("1", "1", "1")
    prose = found["promises in prose", "scripted"]
    assert (prose["hits"], prose["found"], prose["there"]) == ("1", "1", "2")
    assert (found["verdicts", "by rule"]["hits"], found["verdicts", "by rule"]["there"]) == ("1", "1")
    # The rules know of no promise that is neither declared nor confessed.
    assert found["promises in prose", "by rule"]["there"] == "2"
    assert "Against human labels" in ended.output


@pytest.mark.parametrize(
    ("rows", "line", "why"),
    [
        (["run,S1901M,FRANCE,ENGLAND,be nice,,,"], 2, "no promise"),
        (["run,S1901M,FRANCE,ENGLAND,withdraw all,,,"], 2, "promises nothing"),
        (["run,S1901M,FRANCE,ITALY,peace ITALY,,,", "run,S1901M,FRANCE,ITALY,out of ENG,lied,,"], 3, "verdict 'lied'"),
        (["run,S1901M,FRANCE,ENGLAND,out of ENG,,perhaps,"], 2, "on_purpose is 'perhaps'"),
        (["run,S1901M,FRANCE,ENGLAND,out of ENG,,,never"], 2, "retracted is 'never'"),
        (["run,soon,FRANCE,ENGLAND,out of ENG,,,"], 2, "is no phase"),
        (["run,W1901A,FRANCE,ENGLAND,out of ENG,,,"], 2, "is no movement phase"),
        (["run,S1901M,FRANCE,ENGLAND,out of ENG,,,,,more"], 2, "more fields than the first line"),
        (["run,S1901M,FRANCE,ITALY,peace ITALY,,,"] * 2, 3, "the same promise as in line 2"),
        (["other,S1901M,FRANCE,ENGLAND,out of ENG,,,"], 2, "there is no finished game 'other'"),
        (["run,F1905M,FRANCE,ENGLAND,out of ENG,,,"], 2, "run has no movement phase F1905M"),
        (["run,S1901M,FRANCE,SPAIN,out of ENG,,,"], 2, "run has no power SPAIN"),
    ],
)
def test_a_label_that_cannot_be_is_refused_with_its_line(tmp_path, capsys, rows, line, why):
    game(tmp_path / "games" / "run")
    ended = analyze(capsys, str(tmp_path / "games"), "--labels", labelled(tmp_path, *rows))
    assert ended.status == 2
    assert f"labels.csv, line {line}: " in ended.errors
    assert why in ended.errors
    assert ended.errors.count("\n") == 1
    assert not (tmp_path / "games" / "analysis").exists()


def test_a_file_without_the_columns_is_refused(tmp_path, capsys):
    game(tmp_path / "games" / "run")
    ended = analyze(capsys, str(tmp_path / "games"), "--labels", labelled(tmp_path, head="game,phase"))
    assert ended.status == 2
    assert "line 1: the columns sender, recipient, commitment are missing" in ended.errors


async def test_a_template_holds_every_promise_that_is_known_of_and_can_be_read_when_it_is_filled_in(tmp_path, capsys):
    await read([game(tmp_path / "games" / "run")], scripted())
    file = tmp_path / "template.csv"
    ended = analyze(capsys, str(tmp_path / "games"), "--labels_template", str(file))
    assert (ended.status, ended.errors) == (0, "")
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert [(row["recipient"], row["commitment"]) for row in rows] == [
        ("ITALY", "A MAR - SPA"),
        ("ENGLAND", "out of ENG"),
    ]
    assert rows[1]["message"].startswith("I will keep my fleets")
    assert {row[name] for row in rows for name in ("verdict", "on_purpose", "retracted")} == {""}
    assert analyze(capsys, str(tmp_path / "games"), "--labels", str(file)).status == 0
    again = analyze(capsys, str(tmp_path / "games"), "--labels_template", str(file))
    assert (again.status, "is there already" in again.errors) == (2, True)
