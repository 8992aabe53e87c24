"""One cell edited in workbooks that real Excel made: every other part and every other row keeps its bytes."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from tests.conftest import SHARED
from xlpipeline.hosts.file import read_book
from xlpipeline.ooxml.package import Package, open_package
from xlpipeline.ooxml.patch import write_cells
from xlpipeline.ooxml.rows import scan
from xlpipeline.ooxml.tables import find_sheets

CORPUS = sorted((SHARED / "corpus").glob("*.xlsx"))
FOLLOWERS = {"xl/workbook.xml", "xl/calcChain.xml"}
ROW, COLUMN = 3, 2

pytestmark = pytest.mark.skipif(not CORPUS, reason="the corpus is not here")


def edited(package: Package, value: object) -> bytes:
    """The book with B3 of its first sheet edited."""
    write_cells(package, {find_sheets(package)[0].name: {(ROW, COLUMN): value}})
    return b"".join(package.pieces())


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.name)
def test_one_cell_changes_one_row_of_one_sheet(path: Path) -> None:
    before = path.read_bytes()
    package = open_package(before, path.name)
    sheet = find_sheets(package)[0]
    after = edited(package, 42)
    with zipfile.ZipFile(io.BytesIO(before)) as old, zipfile.ZipFile(io.BytesIO(after)) as new:
        assert new.testzip() is None
        gone = set(old.namelist()) - set(new.namelist())
        assert gone <= {"xl/calcChain.xml"}
        changed = {name for name in new.namelist() if old.read(name) != new.read(name)}
        allowed = {sheet.part, *FOLLOWERS} | ({"[Content_Types].xml", "xl/_rels/workbook.xml.rels"} if gone else set())
        assert changed <= allowed
        rows = [dict(scan([book.read(sheet.part)], sheet.part)) for book in (old, new)]
    assert {n for n in rows[1] if n > 0 and rows[0].get(n) != rows[1][n]} == {ROW}
    assert rows[0][-1] == rows[1][-1]
    read = CalamineWorkbook.from_filelike(io.BytesIO(after)).get_sheet_by_name(sheet.name)
    cells = read.to_python(skip_empty_area=False)
    assert cells[ROW - 1][COLUMN - 1] is not None
    assert str(cells[ROW - 1][COLUMN - 1]) in {"42.0", "1900-02-11", "1904-02-12", "42 days, 0:00:00"}


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.name)
def test_every_table_of_the_corpus_is_read(path: Path) -> None:
    book = read_book(path)
    theirs = CalamineWorkbook.from_path(path, load_tables=True)
    assert set(book.tables) == set(theirs.table_names or ())
    for name, table in book.tables.items():
        found = theirs.get_table_by_name(name)
        assert list(table.frame.columns) == found.columns
        assert len(table.frame) == found.height or found.height == 0
