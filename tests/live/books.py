"""Open workbooks: the engine's ``Books`` and ``Book``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from xlwings import base_classes

from tests.live.call_count import ComError, crossing
from tests.live.names import Names
from tests.live.number_formats import NumberFormats
from tests.live.office import path_of, properties
from tests.live.protection import Protection, protections_of
from tests.live.ranges import Box, Range
from tests.live.sheets import Sheet, Sheets
from tests.live.workbook_api import Workbook

if TYPE_CHECKING:
    from tests.live.app import App

_FILTERS: Final = {".xlsx": "Calc MS Excel 2007 XML", ".xlsm": "Calc MS Excel 2007 VBA XML"}
_TABLE_PART: Final = re.compile(r"(\w+)(?:\[([^\[\]]+)\])?")


@crossing()
class Books(base_classes.Books):  # type: ignore[misc, unused-ignore]
    """An app's open books."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.boundary = app.boundary

    @property
    def api(self) -> Any:  # noqa: ANN401
        raise NotImplementedError

    @property
    def active(self) -> Book | None:
        return self.app.open_books[-1] if self.app.open_books else None

    def __len__(self) -> int:
        return len(self.app.open_books)

    def __iter__(self) -> Iterator[Book]:
        return iter(list(self.app.open_books))

    def __call__(self, key: int | str) -> Book:
        if isinstance(key, int) and 1 <= key <= len(self):
            return self.app.open_books[key - 1]
        for book in self.app.open_books:
            if book.name.lower() == str(key).lower():
                return book
        raise KeyError(key)

    def add(self) -> Book:
        return Book(self.app, self.app.office.load("private:factory/scalc"), {})

    def open(self, fullname: str, *_options: object, **_named: object) -> Book:
        """A book that is open already is only activated; one of the same name elsewhere is refused."""
        path = Path(fullname).resolve()
        for book in self.app.open_books:
            if book.name.lower() == path.name.lower():
                if Path(book.fullname) != path:
                    raise ComError(f"Sorry, Excel can't open two workbooks with the same name: {path.name}")
                book.activate()
                return book
        document = self.app.office.load(path.as_uri()) if path.is_file() else None
        if document is None:
            raise ComError(f"Sorry, we couldn't find {path}")
        return Book(self.app, document, protections_of(path))


@crossing(free=("protection", "rename_sheet", "table_part", "first_visible_sheet", "take_calculation", "selection"))
class Book(base_classes.Book):  # type: ignore[misc, unused-ignore]
    """One open workbook."""

    def __init__(self, app: App, document: Any, protections: dict[str, Protection]) -> None:  # noqa: ANN401
        self._app, self.uno = app, document
        self.boundary = app.boundary
        self.formats = NumberFormats(document, self.boundary)
        self.protections = protections
        self.hidden_totals: dict[str, Any] = {}
        self.is_read_only = self.is_shared = False
        self.filters: dict[str, dict[int, object]] = {}
        self.selections: dict[str, Box] = {}
        self.tables_seen: tuple[object, dict[str, int]] | None = None
        """Names of sheets and tables when they were last looked at, and the sheet of each table."""
        self._number = len(app.open_books) + 1
        self.active_sheet = self._sheet_at_opening()
        document.lockControllers()  # nobody looks; without it LibreOffice measures the rows' heights at each write
        document.UndoManager.lock()
        app.open_books.append(self)
        self.take_calculation()

    def _sheet_at_opening(self) -> str:
        controller = self.uno.CurrentController
        return str(controller.ActiveSheet.Name) if controller else self.first_visible_sheet()

    @property
    def api(self) -> Workbook:
        return Workbook(self)

    @property
    def app(self) -> App:
        return self._app

    @property
    def sheets(self) -> Sheets:
        return Sheets(self)

    @property
    def names(self) -> Names:
        return Names(self)

    @property
    def fullname(self) -> str:
        return path_of(self.uno.URL) if self.uno.URL else self.name

    @property
    def name(self) -> str:
        return Path(path_of(self.uno.URL)).name if self.uno.URL else f"Book{self._number}"

    def activate(self) -> None:
        self._app.open_books.remove(self)
        self._app.open_books.append(self)

    def close(self) -> None:
        self._app.open_books.remove(self)
        self.uno.close(True)

    def save(self, path: str | None = None, password: str | None = None) -> None:
        del password
        target = Path(path).resolve() if path else Path(self.fullname)
        self.uno.storeAsURL(target.as_uri(), properties(FilterName=_FILTERS[target.suffix]))

    def protection(self, sheet: str) -> Protection:
        """A sheet's protection; the engine's own, like all below."""
        return self.protections.setdefault(sheet, Protection())

    def rename_sheet(self, old: str, new: str) -> None:
        self.protections[new] = self.protections.pop(old, Protection())
        if old in self.selections:
            self.selections[new] = self.selections.pop(old)
        if self.active_sheet == old:
            self.active_sheet = new

    def first_visible_sheet(self) -> str:
        sheets = self.uno.Sheets
        return next(str(name) for name in sheets.ElementNames if sheets.getByName(name).IsVisible)

    def take_calculation(self) -> None:
        """Follow the app's mode; going back to automatic calculates what waited."""
        automatic = self._app.calculation != "manual"
        self.uno.enableAutomaticCalculation(automatic)
        if automatic:
            self.uno.calculate()

    def selection(self) -> Range:
        return Range(Sheet(self, self.active_sheet), self.selections.get(self.active_sheet, (1, 1, 1, 1)))

    def table_part(self, text: str) -> Range | None:
        """Cells of ``Table``, ``Table[Column]``, ``Table[#All]`` or ``Table[#Headers]``; None if there are none."""
        found = _TABLE_PART.fullmatch(text)
        ranges = self.uno.DatabaseRanges
        if not found or not ranges.hasByName(found[1]):
            return None
        table = self.sheets(ranges.getByName(found[1]).DataArea.Sheet + 1).tables(found[1])
        part = found[2] or "#Data"
        if part.startswith("#"):
            return {"#All": table.range, "#Headers": table.header_row_range, "#Data": table.data_body_range}[part]
        heads = list(table.header_row_range.uno.getDataArray()[0])
        body = table.data_body_range
        if body is None or part not in heads:
            return None
        column = body.column + heads.index(part)
        return Range(table.sheet, (body.box[0], column, body.box[2], column))
