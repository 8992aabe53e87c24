"""Saving: complete or not at all, the previous file kept, nobody's work overwritten."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import ROOT
from tests.ooxml.books import plain_book
from xlpipeline.errors import BookError, BusyError
from xlpipeline.hosts.file import apply_changes, file_hash, open_book, read_book, restore_backup, write_new
from xlpipeline.model.book import ChangeSet, TableChange, needed_changes, whole_table


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A small book."""
    return plain_book(tmp_path / "team.xlsx", ("A",), [(1,), (2,)])


def new_values(path: Path, *values: object) -> ChangeSet:
    """Other values for column A."""
    frame = read_book(path).frame("T").copy()
    frame["A"] = pd.Series(list(values), dtype=object)
    return ChangeSet((whole_table("T", frame),))


def names_in(folder: Path) -> set[str]:
    """What lies in a folder."""
    return {file.name for file in folder.iterdir()}


def test_the_previous_file_is_kept(path: Path) -> None:
    before = path.read_bytes()
    saved = apply_changes(path, new_values(path, 5, 6))
    assert (saved.written, saved.cells) == (True, 2)
    assert saved.sentence == "Saved; the previous file is kept as team.xlsx.bak."
    assert path.with_name("team.xlsx.bak").read_bytes() == before
    assert names_in(path.parent) == {"team.xlsx", "team.xlsx.bak"}


def test_a_second_save_keeps_the_file_before_it(path: Path) -> None:
    apply_changes(path, new_values(path, 5, 6))
    middle = path.read_bytes()
    apply_changes(path, new_values(path, 7, 8))
    assert path.with_name("team.xlsx.bak").read_bytes() == middle


def test_no_backup_is_kept_when_none_is_asked_for(path: Path) -> None:
    assert apply_changes(path, new_values(path, 5, 6), keep_backup=False).sentence == "Saved."
    assert names_in(path.parent) == {"team.xlsx"}


def test_nothing_to_change_writes_nothing_and_leaves_the_backup_alone(path: Path) -> None:
    apply_changes(path, new_values(path, 5, 6))
    stamp, kept = path.stat().st_mtime_ns, path.with_name("team.xlsx.bak").read_bytes()
    opened = open_book(path)
    idle = needed_changes(ChangeSet((TableChange("T", {"A": opened.book.frame("T")["A"]}),)), opened.book)
    assert not apply_changes(path, idle, expected_hash=opened.hash).written
    assert path.stat().st_mtime_ns == stamp
    assert path.with_name("team.xlsx.bak").read_bytes() == kept


def test_a_book_open_in_excel_is_refused(path: Path) -> None:
    path.with_name("~$team.xlsx").write_bytes(b"owner")
    before = path.read_bytes()
    with pytest.raises(BusyError, match=r"^team\.xlsx is open in Excel; please close it there and try again\.$"):
        apply_changes(path, new_values(path, 5, 6))
    assert path.read_bytes() == before


def test_a_book_changed_since_it_was_read_is_refused(path: Path) -> None:
    opened = open_book(path)
    apply_changes(path, new_values(path, 5, 6))
    with pytest.raises(BusyError, match="was changed by somebody else meanwhile"):
        apply_changes(path, ChangeSet((TableChange("T", {}, 5),)), expected_hash=opened.hash)
    assert read_book(path).frame("T")["A"].tolist() == [5, 6]


def test_a_book_changed_while_it_is_saved_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changes, other = new_values(path, 5, 6), path.read_bytes() + b" "
    real = os.fsync

    def somebody_saves(handle: int) -> None:
        real(handle)
        path.write_bytes(other)

    monkeypatch.setattr(os, "fsync", somebody_saves)
    with pytest.raises(BusyError, match="was changed by somebody else meanwhile"):
        apply_changes(path, changes)
    assert path.read_bytes() == other
    assert names_in(path.parent) == {"team.xlsx"}


def test_a_full_disk_leaves_the_file_as_it_was(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changes, before = new_values(path, 5, 6), path.read_bytes()

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(
        BookError, match=r"^team\.xlsx could not be saved \(No space left on device\); it is unchanged\.$"
    ):
        apply_changes(path, changes)
    assert path.read_bytes() == before
    assert names_in(path.parent) == {"team.xlsx"}


@pytest.mark.parametrize("moment", ["fsync", "replace"])
def test_a_killed_save_leaves_the_file_whole(path: Path, moment: str) -> None:
    before = path.read_bytes()
    script = f"""
import os
from pathlib import Path
import pandas as pd
from xlpipeline.hosts.file import apply_changes
from xlpipeline.model.book import ChangeSet, TableChange
def killed(*_args, **_kwargs):
    os._exit(9)
if {moment!r} == "fsync":
    os.fsync = killed
else:
    os.replace = killed
    Path.replace = killed
apply_changes(Path({str(path)!r}), ChangeSet((TableChange("T", {{"A": pd.Series([5.0, 6.0])}}),)))
"""
    done = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, cwd=ROOT)
    assert done.returncode == 9, done.stderr
    assert path.read_bytes() == before
    assert all(name == "team.xlsx" or name.endswith(".xlp-tmp") for name in names_in(path.parent))
    apply_changes(path, new_values(path, 5, 6))
    assert read_book(path).frame("T")["A"].tolist() == [5, 6]


def test_the_mode_of_the_file_stays(path: Path) -> None:
    path.chmod(0o640)
    apply_changes(path, new_values(path, 5, 6))
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_link_to_the_book_stays_a_link(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "elsewhere"
    link.mkdir()
    link = link / "team.xlsx"
    link.symlink_to(path)
    apply_changes(link, new_values(link, 5, 6))
    assert link.is_symlink()
    assert read_book(path).frame("T")["A"].tolist() == [5, 6]


def test_restoring_swaps_the_two_files_and_back(path: Path) -> None:
    old = path.read_bytes()
    apply_changes(path, new_values(path, 5, 6))
    new, kept = path.read_bytes(), path.with_name("team.xlsx.bak")
    restore_backup(path)
    assert (path.read_bytes(), kept.read_bytes()) == (old, new)
    restore_backup(path)
    assert (path.read_bytes(), kept.read_bytes()) == (new, old)
    assert names_in(path.parent) == {"team.xlsx", "team.xlsx.bak"}


def test_restoring_needs_a_kept_file(path: Path) -> None:
    with pytest.raises(BookError, match=r"^There is no kept file team\.xlsx\.bak beside team\.xlsx"):
        restore_backup(path)


def test_restoring_a_book_open_in_excel_is_refused(path: Path) -> None:
    apply_changes(path, new_values(path, 5, 6))
    path.with_name("~$team.xlsx").write_bytes(b"owner")
    with pytest.raises(BusyError, match="is open in Excel"):
        restore_backup(path)


def test_a_lost_book_comes_back_from_the_kept_file(path: Path) -> None:
    old = path.read_bytes()
    apply_changes(path, new_values(path, 5, 6))
    path.unlink()
    restore_backup(path)
    assert path.read_bytes() == old


def test_a_new_book_is_written_complete(tmp_path: Path, path: Path) -> None:
    new = tmp_path / "new.xlsx"
    write_new(new, path.read_bytes())
    assert file_hash(new) == file_hash(path)
    with pytest.raises(BookError, match="could not be saved"):
        write_new(tmp_path / "none" / "new.xlsx", b"x")
