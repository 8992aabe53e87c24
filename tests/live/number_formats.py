"""Number formats of cells: which kind each cell of a range has, in a few calls for any size."""

from __future__ import annotations

from typing import Any, Final

from tests.live.call_count import Boundary
from tests.live.office import struct

DATE: Final = 2
TIME: Final = 4
CURRENCY: Final = 8
LOGICAL: Final = 1024
TEXT: Final = 256
"""Bits of com.sun.star.util.NumberFormat."""

Rectangle = tuple[int, int, int, int]
"""First row, first column, last row, last column: 0-based within a range, the last ones included."""


class NumberFormats:
    """One document's number formats; texts and kinds by key are remembered, as keys never change.

    Which cells have which format is remembered until something is written: a job reads a book several times.
    """

    def __init__(self, document: Any, boundary: Boundary) -> None:  # noqa: ANN401 - a UNO object
        self._formats = document.NumberFormats
        self._boundary = boundary
        self._found: dict[tuple[int, ...], list[tuple[Rectangle, int]]] = {}
        self._found_after = -1
        self._locale = struct("lang.Locale", Language="en", Country="US")
        self._kinds: dict[int, int] = {}
        self._texts: dict[int, str] = {}
        self._keys: dict[str, int] = {}

    def key(self, text: str) -> int:
        """The key of a format's text, which is made if it is new."""
        if text not in self._keys:
            found = self._formats.queryKey(text, self._locale, False)
            self._keys[text] = found if found != -1 else self._formats.addNew(text, self._locale)
        return self._keys[text]

    def kind(self, key: int) -> int:
        """The bits of a format's kind."""
        if key not in self._kinds:
            found = self._formats.getByKey(key)
            self._kinds[key], self._texts[key] = found.Type, found.FormatString
        return self._kinds[key]

    def text(self, key: int) -> str:
        """A format's text, such as ``YYYY-MM-DD``."""
        self.kind(key)
        return self._texts[key]

    def is_general(self, key: int) -> bool:
        """Whether it is the format of cells that nobody formatted."""
        return self.text(key) == "General"

    def of(self, cells: Any) -> list[tuple[Rectangle, int]]:  # noqa: ANN401 - a UNO cell range
        """Rectangles of cells with their format's key; together they cover the range."""
        area = cells.RangeAddress
        if self._boundary.writing:
            return self._ask(cells, area)
        if self._found_after != self._boundary.writes:
            self._found, self._found_after = {}, self._boundary.writes
        place = (area.Sheet, area.StartRow, area.StartColumn, area.EndRow, area.EndColumn)
        if place not in self._found:
            self._found[place] = self._ask(cells, area)
        return self._found[place]

    @staticmethod
    def _ask(cells: Any, area: Any) -> list[tuple[Rectangle, int]]:  # noqa: ANN401 - UNO objects
        if cells.getPropertyState("NumberFormat").value != "AMBIGUOUS_VALUE":
            whole = (0, 0, area.EndRow - area.StartRow, area.EndColumn - area.StartColumn)
            return [(whole, cells.NumberFormat)]
        groups = cells.getUniqueCellFormatRanges()
        found = []
        for at in range(groups.Count):
            group = groups.getByIndex(at)
            key = group.NumberFormat
            for one in group.RangeAddresses:
                corner = (one.StartRow - area.StartRow, one.StartColumn - area.StartColumn)
                found.append(((*corner, one.EndRow - area.StartRow, one.EndColumn - area.StartColumn), key))
        return found
