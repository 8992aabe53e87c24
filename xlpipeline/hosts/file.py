"""The file host: a closed workbook, read as tables and changed losslessly.

``ClosedWorkbook`` is what jobs are given; ``open_book`` and ``apply_changes`` are its two halves.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from xlpipeline.errors import BookError, BusyError
from xlpipeline.hosts.workbook import Saved
from xlpipeline.model.book import Book, ChangeSet
from xlpipeline.ooxml.package import Package, open_package
from xlpipeline.ooxml.patch import apply_to_package
from xlpipeline.ooxml.reader import read_package
from xlpipeline.ooxml.save import changed_meanwhile, refuse_locked, replace_file, swap_with_backup


@dataclass(frozen=True)
class OpenBook:
    """A workbook as read, with the hash of the very bytes it was read from."""

    path: Path
    book: Book
    hash: str


class ClosedWorkbook:
    """A closed file as jobs see it (``hosts.workbook.Workbook``).

    ``keep_backup``: keep the previous file as ``.bak`` (a workbook that was only just built has none worth keeping).
    """

    def __init__(self, path: Path, *, keep_backup: bool = True) -> None:
        self.path = path
        self._keep_backup = keep_backup
        self._read_hash: str | None = None

    @property
    def title(self) -> str:
        """The file's name."""
        return self.path.name

    @property
    def place(self) -> str:
        """The path as it was given."""
        return str(self.path)

    @property
    def kind(self) -> str:
        """A closed file."""
        return "file"

    def read(self) -> Book:
        """See ``open_book``."""
        opened = open_book(self.path)
        self._read_hash = opened.hash
        return opened.book

    def apply(self, changes: ChangeSet) -> Saved:
        """See ``apply_changes``."""
        return apply_changes(self.path, changes, expected_hash=self._read_hash, keep_backup=self._keep_backup)


def open_book(path: Path, tables: Collection[str] | None = None) -> OpenBook:
    """Read a closed workbook (all its tables, or those named) and the hash of its bytes.

    Raises:
        BookError: the file is missing or unreadable, or no .xlsx or .xlsm workbook.
    """
    data = read_bytes(path)
    with _damage_told(path.name):
        book = read_package(open_package(data, path.name), tables)
    return OpenBook(path, book, _hash(data))


def read_book(path: Path, tables: Collection[str] | None = None) -> Book:
    """Tables and single-cell names of a closed workbook.

    Dates without a time of day are ``datetime.date``, errors CellError, blanks None, numbers floats. A name that
    holds a constant instead of a cell gives the constant.

    Raises:
        BookError: as for ``open_book``.
    """
    return open_book(path, tables).book


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex."""
    return _hash(read_bytes(path))


def apply_changes(
    path: Path, changes: ChangeSet, *, expected_hash: str | None = None, keep_backup: bool = True
) -> Saved:
    """Write exactly the given changes into a closed workbook; every other part keeps its bytes.

    The new file replaces the old one in one step, and the old one is kept as ``NAME.bak``. An empty change set writes
    nothing. ``expected_hash`` is that of the bytes the changes were computed from.

    Raises:
        BusyError: Excel has the workbook open, or it is not the file of ``expected_hash`` any more.
        GrowthError: a table has no room to grow; the cells in the way are named.
        BookError: the workbook cannot be read or must not be written.
    """
    if not changes:
        return Saved(written=False, sentence="Nothing had changed, so nothing was written.")
    refuse_locked(path)
    data = read_bytes(path)
    read_hash = _hash(data)
    if expected_hash is not None and read_hash != expected_hash:
        raise changed_meanwhile(path)
    with _damage_told(path.name):
        package = open_package(data, path.name)
        cells = apply_to_package(package, changes)
    backup = replace_if_same(path, package, read_hash, keep_backup=keep_backup)
    kept = f"; the previous file is kept as {backup.name}." if backup else "."
    return Saved(written=True, sentence=f"Saved{kept}", cells=cells)


def write_new(path: Path, content: bytes) -> None:
    """Write a new workbook, complete or not at all; an existing file of that name is kept as ``NAME.bak``.

    Raises:
        BusyError: Excel has a workbook of that name open, or the folder may not be written.
        BookError: the folder does not exist, or the disk is full.
    """
    refuse_locked(path)
    replace_file(path, [content])


def restore_backup(path: Path) -> Path:
    """Bring the kept previous file back; the two swap places, so a second restore undoes the first.

    Raises:
        BookError: no file is kept beside the workbook.
        BusyError: Excel has the workbook open.
    """
    return swap_with_backup(path)


def replace_if_same(path: Path, package: Package, expected_hash: str, *, keep_backup: bool = True) -> Path | None:
    """Put a changed package in the place of its file, if that still has the hash; gives where the old one is kept.

    Raises:
        BusyError: Excel has the workbook open, or it was changed meanwhile.
        BookError: the folder cannot be written, or the disk is full.
    """
    refuse_locked(path)
    return replace_file(path, package.pieces(), still_same=_still_same(path, expected_hash), keep_backup=keep_backup)


@contextmanager
def _damage_told(title: str) -> Iterator[None]:
    """Parts are read where they stand, so damage shows as a number or a tag that is none: one sentence for all."""
    try:
        yield
    except (ValueError, LookupError) as fault:
        raise BookError(
            f"{title} is damaged and cannot be read; please save it again in Excel and try again."
        ) from fault


def _still_same(path: Path, read_hash: str) -> Iterator[bool]:
    """Checked only when asked: right before the file is replaced."""
    refuse_locked(path)
    yield file_hash(path) == read_hash


def read_bytes(path: Path) -> bytes:
    """Bytes of a file.

    Raises:
        BookError: there is no such file, it is a folder, or it may not be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError as fault:
        raise BookError(f"There is no file {path}; please check the name and the folder.") from fault
    except IsADirectoryError as fault:
        raise BookError(f"{path} is a folder; please name the workbook in it.") from fault
    except PermissionError as fault:
        if path.is_dir():
            raise BookError(f"{path} is a folder; please name the workbook in it.") from fault
        sentence = f"{path.name} cannot be read; please close it in other programs, or ask for the right to read it."
        raise BusyError(sentence) from fault
    except OSError as fault:
        raise BookError(f"{path.name} cannot be read ({fault.strerror or fault}).") from fault


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
