"""Which cells of a calculated column hold no formula, whatever bytes the sheet is made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

from xlpipeline.ooxml.bare_cells import CellsWithout

ROWS = (
    b'<sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row>'
    b'<row r="2" spans="1:3"><c r="A2" s="1"><f>B2</f><v>1</v></c><c r="B2"><v>5</v></c></row>'
    b'<row r="3"><c r="A3" s="1"><v>7</v></c><c r="AA3"><v>1</v></c></row>'
    b'<row r="4"><c r="A4" s="1"/><c r="B4"/></row>'
    b'<row r="5"><c r="A5" t="str"><f t="shared" si="0"/><v>x</v></c></row>'
    b'<row r="6"><c r="A6" t="inlineStr"><is><t>typed</t></is></c></row>'
    b'<row r="7"><c r="A7">\n  <f>B7</f>\n</c></row>'
    b"</sheetData>"
)


def pieces(size: int) -> Iterator[bytes]:
    return (ROWS[start : start + size] for start in range(0, len(ROWS), size))


def cells_without(chunks: Iterable[bytes], columns: tuple[bytes, ...]) -> list[tuple[bytes, int]]:
    cells = CellsWithout(columns)
    return [found for chunk in chunks for found in cells.see(chunk)]


@pytest.mark.parametrize("size", [*range(1, 60), 500, len(ROWS)])
def test_constants_and_cleared_cells_are_found_however_the_bytes_are_cut(size: int) -> None:
    found = [(letters, row) for letters, row in cells_without(pieces(size), (b"A",)) if row > 1]
    assert found == [(b"A", 3), (b"A", 4), (b"A", 6)]


def test_only_the_columns_asked_for_are_looked_at() -> None:
    assert cells_without(pieces(40), (b"AA", b"C")) == [(b"AA", 3)]


def test_tags_with_a_prefix_tell_nothing() -> None:
    prefixed = ROWS.replace(b"<", b"<x:").replace(b"<x:/", b"</x:")
    assert cells_without([prefixed], (b"A",)) == []
