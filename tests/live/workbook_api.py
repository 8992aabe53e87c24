"""Excel's Workbook: the members that hosts and macros ask for by ``book.api``."""

# ruff: noqa: N802 - these are Excel's names
from __future__ import annotations

from typing import TYPE_CHECKING

from tests.live.call_count import Boundary, crossing

if TYPE_CHECKING:
    from tests.live.books import Book


@crossing()
class Workbook:
    """``is_read_only`` and ``is_shared`` of the engine's book are what a test says; LibreOffice opened it to write."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self.boundary: Boundary = book.boundary

    @property
    def FullName(self) -> str:
        return self._book.fullname

    @property
    def ReadOnly(self) -> bool:
        return self._book.is_read_only

    @property
    def MultiUserEditing(self) -> bool:
        """A shared workbook of the old kind."""
        return self._book.is_shared

    @property
    def Date1904(self) -> bool:
        return bool(self._book.uno.NullDate.Year == 1904)
