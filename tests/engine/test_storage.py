"""The file of the journal: private, consistent, durable, and owned by the user."""

from __future__ import annotations

import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sharedbox_cli.core.errors import JournalError
from sharedbox_cli.engine.journal import Journal
from sharedbox_cli.engine.storage import is_on_network
from tests.asked import every
from tests.engine.fakes import plan_with
from tests.engine.observations import grant


def mode(path: Path) -> int:
    """Return the permission bits."""
    return path.stat().st_mode & 0o777


def test_journal_when_made_then_only_its_owner_can_read_it(path: Path) -> None:
    with Journal.open(path, for_writing=True) as journal:
        journal.probe()
        assert [mode(found) for found in sorted(path.parent.iterdir())] == [0o600] * 3  # file, shared memory, log
    assert mode(path.parent) == 0o700


def test_journal_when_open_then_commits_survive_a_power_cut(journal: Journal) -> None:
    values = [journal._connection.execute(f"pragma {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    assert values == ["wal", 2]


def test_journal_when_on_a_network_drive_then_without_wal(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sharedbox_cli.engine.storage.is_on_network", lambda _path: True)
    with Journal.open(path, for_writing=True) as journal:
        names = ("journal_mode", "synchronous")
        assert [journal._connection.execute(f"pragma {name}").fetchone()[0] for name in names] == ["delete", 3]


@pytest.mark.parametrize(
    ("table", "is_network"),
    [
        ("/dev/sda1 / ext4 rw 0 0\n", False),
        ("/dev/sda1 / ext4 rw 0 0\nnas:/x {here} nfs4 rw 0 0\n", True),
        ("nas:/ / nfs rw 0 0\n/dev/sdb1 {here} ext4 rw 0 0\n", False),
        ("/dev/sda1 / ext4 rw 0 0\nnas:/x {here}-other cifs rw 0 0\n", False),
        ("broken line\n\n", False),
    ],
)
def test_place_when_mounts_say_so_then_it_is_a_network_drive(tmp_path: Path, table: str, is_network: bool) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(table.format(here=tmp_path), encoding="utf-8")
    assert is_on_network(tmp_path / "state" / "j.sqlite3", mounts) is is_network
    assert not is_on_network(tmp_path, tmp_path / "missing")


@pytest.mark.parametrize("bits", [0o620, 0o602, 0o666])
def test_journal_when_others_can_write_to_it_then_refused(path: Path, bits: int) -> None:
    Journal.open(path, for_writing=True).close()
    path.chmod(bits)
    with pytest.raises(JournalError, match="Other users can write"):
        Journal.open(path, for_writing=True)


@pytest.mark.parametrize("bits", [0o770, 0o707])
def test_folder_when_others_can_put_files_there_then_refused(path: Path, bits: int) -> None:
    path.parent.mkdir()
    path.parent.chmod(bits)
    with pytest.raises(JournalError, match="Other users can"):
        Journal.open(path, for_writing=True)


def test_journal_when_it_belongs_to_somebody_else_then_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Journal.open(path, for_writing=True).close()
    monkeypatch.setattr(os, "getuid", lambda: path.stat().st_uid + 1)
    with pytest.raises(JournalError, match="another user"):
        Journal.open(path, for_writing=True)


@pytest.mark.parametrize("for_writing", [True, False])
@pytest.mark.parametrize("target", ["there", "nowhere"])
def test_journal_when_it_is_a_link_then_refused(path: Path, target: str, for_writing: bool) -> None:
    path.parent.mkdir(mode=0o700)
    (path.parent / "there").write_text("precious", encoding="utf-8")
    path.symlink_to(path.parent / target)
    with pytest.raises(JournalError, match="regular file"):
        Journal.open(path, for_writing=for_writing)
    assert (path.parent / "there").read_text(encoding="utf-8") == "precious"
    assert not (path.parent / "nowhere").exists()


@pytest.mark.parametrize("for_writing", [True, False])
def test_journal_when_a_newer_version_made_it_then_refused_and_untouched(path: Path, for_writing: bool) -> None:
    with Journal.open(path, for_writing=True) as journal:
        journal._connection.execute("pragma user_version = 99")
    before = path.read_bytes()
    with pytest.raises(JournalError, match="newer"):
        Journal.open(path, for_writing=for_writing)
    assert path.read_bytes() == before


def damaged(path: Path, *, where: str) -> bytes:
    """Return the bytes of a journal with a thousand steps after damage at its head or in its middle."""
    with Journal.open(path, for_writing=True) as journal:
        run = journal.begin_run(plan_with(), "plan", "prod", ())
        with journal._writing() as connection:
            for number in range(1000):
                connection.execute(
                    "insert into steps values (?, ?, 'k', '{}', '{}', 'r', 'now', null, null, null, null, null)",
                    (run, number),
                )
    content = bytearray(path.read_bytes())
    at = 0 if where == "head" else len(content) // 2
    content[at : at + 6000] = b"\xff" * 6000
    path.write_bytes(content)
    return bytes(content)


@pytest.mark.parametrize("where", ["head", "middle"])
def test_journal_when_damaged_then_apply_is_refused_and_all_is_kept(path: Path, where: str) -> None:
    content = damaged(path, where=where)
    for _ in range(2):
        with pytest.raises(JournalError, match="damaged"):
            Journal.open(path, for_writing=True)
    assert path.read_bytes() == content
    kept = [found for found in path.parent.iterdir() if "damaged" in found.name]
    assert [found.read_bytes() for found in kept] == [content]


def test_journal_when_it_is_a_database_of_something_else_then_refused_and_untouched(path: Path) -> None:
    path.parent.mkdir(mode=0o700)
    other = sqlite3.connect(path)
    other.execute("create table recipes (name text)")
    other.commit()
    other.close()
    path.chmod(0o600)
    with pytest.raises(JournalError, match="another program"):
        Journal.open(path, for_writing=True)
    reader = sqlite3.connect(path)
    assert [row[0] for row in reader.execute("select name from sqlite_master")] == ["recipes"]
    reader.close()


def test_journal_when_only_read_then_none_is_made(path: Path) -> None:
    with pytest.raises(JournalError):
        Journal.open(path, for_writing=False)
    assert not path.exists()


def test_journal_when_read_while_it_is_written_then_both_go_on(journal: Journal, path: Path) -> None:
    run = journal.begin_run(plan_with(), "plan", "prod", ())

    def read(_: int) -> int:
        with Journal.open(path, for_writing=False) as reader:
            return len(reader.runs())

    with ThreadPoolExecutor(4) as pool:
        found = pool.map(read, range(40))
        for number in range(40):
            journal.intend(run, number, grant("support"))
        assert list(found) == [1] * 40


def test_disk_when_full_then_the_probe_says_so(journal: Journal) -> None:
    pages = journal._connection.execute("pragma page_count").fetchone()[0]
    journal._connection.execute(f"pragma max_page_count = {pages + 20}")
    run = journal.begin_run(plan_with(), "plan", "prod", ())
    with pytest.raises(JournalError, match="full"):
        for number in range(100):
            journal.intend(run, number, grant("support", why="x" * 2000))
    assert every(step.intent_at for step in journal.steps(run))


def test_place_when_it_cannot_be_made_then_a_refusal_and_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(JournalError):
        Journal.open(tmp_path / "file" / "state" / "j.sqlite3", for_writing=True)
