"""Defined names: of cells, of table columns, and of constants."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from xlwings import base_classes

from tests.live.call_count import Boundary, ComError, crossing
from tests.live.formula_text import quoted_sheet, to_api, to_excel
from tests.live.office import struct

if TYPE_CHECKING:
    from tests.live.books import Book
    from tests.live.ranges import Range

_BUILT_IN: Final = "_xlnm."
"""How files, and LibreOffice, begin names such as Print_Area, which Excel shows without it."""

_TABLE_PART: Final = re.compile(r"\w+\[[^\[\]]+\]")


@crossing(("add",))
class Names(base_classes.Names):  # type: ignore[misc, unused-ignore]
    """A book's names, with those of its sheets as ``Sheet!Name``; or (``sheet``) one sheet's own."""

    def __init__(self, book: Book, sheet: str | None = None) -> None:
        self._book, self._sheet = book, sheet
        self.boundary: Boundary = book.boundary

    @property
    def api(self) -> Any:  # noqa: ANN401
        raise NotImplementedError

    def _texts(self) -> list[str]:
        """All names in order of the alphabet, as Excel lists them."""
        sheets = [self._sheet] if self._sheet else list(self._book.uno.Sheets.ElementNames)
        found = [] if self._sheet else list(self._book.uno.NamedRanges.ElementNames)
        for sheet in sheets:
            local = self._book.uno.Sheets.getByName(sheet).NamedRanges.ElementNames
            found += [f"{quoted_sheet(sheet)}!{name.removeprefix(_BUILT_IN)}" for name in local]
        return sorted(found, key=str.lower)

    def snapshot(self) -> list[tuple[str, Name]]:
        return [(text, Name(self._book, text)) for text in self._texts()]

    def __len__(self) -> int:
        return len(self._texts())

    def __iter__(self) -> Iterator[Name]:
        return iter([name for _, name in self.snapshot()])

    def __call__(self, key: int | str) -> Name:
        texts = self._texts()
        if isinstance(key, int):
            return Name(self._book, texts[key - 1])
        for text in texts:
            if text.lower() in {key.lower(), f"{quoted_sheet(self._sheet or '')}!{key}".lower()}:
                return Name(self._book, text)
        raise ComError(f"There is no name {key}")

    def contains(self, key: int | str) -> bool:
        try:
            self(key)
        except (ComError, IndexError):
            return False
        return True

    def add(self, name: str, refers_to: str) -> Name:
        """``refers_to``: in Excel's writing, with ``=``."""
        container = self._book.uno.Sheets.getByName(self._sheet).NamedRanges if self._sheet else None
        container = container or self._book.uno.NamedRanges
        if container.hasByName(name):
            container.removeByName(name)
        container.addNewByName(name, to_api(refers_to).removeprefix("="), struct("table.CellAddress"), 0)
        return Name(self._book, f"{quoted_sheet(self._sheet)}!{name}" if self._sheet else name)


@crossing(("delete",))
class Name(base_classes.Name):  # type: ignore[misc, unused-ignore]
    """One defined name."""

    def __init__(self, book: Book, text: str) -> None:
        self._book, self._text = book, text
        self.boundary: Boundary = book.boundary

    @property
    def api(self) -> Any:  # noqa: ANN401
        raise NotImplementedError

    @property
    def _container(self) -> Any:  # noqa: ANN401
        if "!" not in self._text:
            return self._book.uno.NamedRanges
        sheet = self._text.rsplit("!", 1)[0]
        return self._book.uno.Sheets.getByName(sheet.strip("'").replace("''", "'")).NamedRanges

    @property
    def uno(self) -> Any:  # noqa: ANN401
        """LibreOffice's named range."""
        return self._container.getByName(self._key)

    @property
    def _key(self) -> str:
        text = self._text.rsplit("!", 1)[-1]
        return text if self._container.hasByName(text) else f"{_BUILT_IN}{text}"

    @property
    def name(self) -> str:
        return self._text

    @name.setter
    def name(self, text: str) -> None:
        self.uno.Name = text
        self._text = text

    def delete(self) -> None:
        self._container.removeByName(self._key)

    @property
    def refers_to(self) -> str:
        return to_excel(f"={self.uno.Content}")

    @refers_to.setter
    def refers_to(self, text: str) -> None:
        self.uno.Content = to_api(text).removeprefix("=")

    @property
    def refers_to_range(self) -> Range:
        """Excel refuses where the name means no cells (a constant, a lost reference)."""
        found = self._cells()
        if found is None:
            raise ComError("Application-defined or object-defined error")
        return found

    def _cells(self) -> Range | None:
        cells = self.uno.getReferredCells()
        if cells is not None:
            return self._book.sheets(cells.RangeAddress.Sheet + 1).range_at(cells.RangeAddress)
        content = str(self.uno.Content)
        return self._book.table_part(content) if _TABLE_PART.fullmatch(content) else None

    @property
    def place(self) -> Range | None:
        """What ``refers_to_range`` gives, or None (the engine's own, xlwings has no such member)."""
        return self._cells()
