"""Files that survive: appended lines, shared syncs, failing disks, whole files replaced."""

import asyncio
import errno
import json
import os

import pytest

from ai_diplomacy.records.durable import AppendLog, DiskError, LogInUseError, as_listed, replace_files
from ai_diplomacy.records.log_reader import LogReader
from ai_diplomacy.records.sealing import sealed


async def test_a_line_is_on_the_disk_once_it_is_synced(tmp_path):
    log = AppendLog(tmp_path / "log.jsonl")
    log.append({"n": 1})
    await log.synced()
    assert (tmp_path / "log.jsonl").read_bytes() == sealed({"n": 1}, 1)
    await log.close()


async def test_one_sync_serves_all_that_wait_for_it(tmp_path, monkeypatch):
    syncs = []
    monkeypatch.setattr(os, "fsync", lambda handle: syncs.append(handle))
    log = AppendLog(tmp_path / "log.jsonl")

    async def record(n: int) -> None:
        log.append({"n": n})
        await log.synced()

    await asyncio.gather(*(record(n) for n in range(50)))
    await log.close()
    written = [json.loads(line)["n"] for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert written == list(range(50))
    assert len(syncs) <= 3


async def test_a_cancelled_waiter_does_not_lose_the_line_or_the_others(tmp_path):
    log = AppendLog(tmp_path / "log.jsonl")
    log.append({"n": 1})
    waiter = asyncio.create_task(log.synced())
    await asyncio.sleep(0)
    waiter.cancel()
    log.append({"n": 2})
    await log.synced()
    await log.close()
    assert (tmp_path / "log.jsonl").read_text().count("\n") == 2


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EACCES])
async def test_a_failing_disk_is_said_once_and_nothing_is_appended_behind_it(tmp_path, monkeypatch, code):
    log = AppendLog(tmp_path / "log.jsonl")

    def fail(handle: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", fail)
    log.append({"n": 1})
    with pytest.raises(DiskError, match=os.strerror(code)):
        await log.synced()
    with pytest.raises(DiskError):
        log.append({"n": 2})
    with pytest.raises(DiskError):
        await log.close()


async def test_a_log_is_written_by_one_program_at_a_time(tmp_path):
    log = AppendLog(tmp_path / "log.jsonl")
    with pytest.raises(LogInUseError, match="written by another program"):
        AppendLog(tmp_path / "log.jsonl")
    await log.close()
    AppendLog(tmp_path / "log.jsonl").release()


@pytest.mark.parametrize("left", [b"", b'{"n":3,"li', b"\0" * 40])
async def test_a_log_goes_on_behind_the_last_line_that_stands(tmp_path, left):
    path = tmp_path / "log.jsonl"
    path.write_bytes(sealed({"n": 1}, 1) + sealed({"n": 2}, 2) + left)
    reader = LogReader(path)
    assert [record["n"] for record in reader] == [1, 2]
    assert reader.end.torn == len(left)
    log = AppendLog(path)
    log.go_on(reader.end)
    log.append({"n": 3})
    await log.close()
    assert [record["n"] for record in LogReader(path)] == [1, 2, 3]


async def test_a_line_that_lacks_nothing_but_its_newline_is_kept(tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_bytes((sealed({"n": 1}, 1) + sealed({"n": 2}, 2))[:-1])
    reader = LogReader(path)
    assert [record["n"] for record in reader] == [1, 2]
    log = AppendLog(path)
    log.go_on(reader.end)
    log.append({"n": 3})
    await log.close()
    assert [record["n"] for record in LogReader(path)] == [1, 2, 3]


def test_replaced_files_are_the_old_ones_or_the_new_ones(tmp_path, monkeypatch):
    one, other = tmp_path / "one.txt", tmp_path / "other.txt"
    replace_files({one: b"old", other: b"old"})
    really, count = os.replace, 0

    def fail_at_the_second(*names: object) -> None:
        nonlocal count
        count += 1
        if count == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        really(*names)

    monkeypatch.setattr(os, "replace", fail_at_the_second)
    with pytest.raises(OSError, match="No space"):
        replace_files({one: b"new", other: b"new"})
    assert sorted((one.read_bytes(), other.read_bytes())) == [b"new", b"old"]
    assert {path.name for path in tmp_path.iterdir()} == {"one.txt", "other.txt"}


def test_what_a_dead_program_left_of_a_file_is_written_over(tmp_path):
    (tmp_path / ".one.txt.part").write_bytes(b"half of somethi")
    replace_files({tmp_path / "one.txt": b"new"})
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("one.txt", b"new")]


@pytest.fixture
def forgetful(tmp_path, monkeypatch):
    """A folder on a file system that forgets case, and has another file behind each spelling."""
    for name in ("Game", "game", "GAME", "gAME"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(os, "listdir", lambda path: ["Game"] if path == tmp_path else os_listdir(path))
    return tmp_path


os_listdir = os.listdir


def test_a_folder_in_another_spelling_is_the_same_folder(forgetful):
    log = AppendLog(forgetful / "game" / "log.jsonl")
    for spelling in ("Game", "GAME", "gAME"):
        with pytest.raises(LogInUseError, match=f"{spelling}/log.jsonl is being written by another program"):
            AppendLog(forgetful / spelling / "log.jsonl")
    log.release()
    assert os_listdir(forgetful / "game") == []


def test_two_folders_that_differ_in_case_are_two_where_case_counts(tmp_path):
    for name in ("Game", "game", "gAME", "GAME"):
        (tmp_path / name).mkdir()
        assert as_listed(tmp_path / name / "log.jsonl") == tmp_path / name / "log.jsonl"
