"""One click on a button: the workbook it is about, when, and by whom. Every action is given one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import xlwings as xw

from xlpipeline.addin import dialogs
from xlpipeline.errors import BookError

if TYPE_CHECKING:
    from xlpipeline.hosts.live import LiveWorkbook

TITLE = "xlpipeline"


@dataclass
class Click:
    """``now`` is an aware moment. ``title`` is what boxes are called: the button's label."""

    book: xw.Book
    now: dt.datetime
    user: str
    title: str = TITLE
    step: str = field(default="", init=False)
    """What is being done, for the status bar and for a report of a fault of ours."""
    _tables: dict[str, xw.main.Table] = field(default_factory=dict, init=False, repr=False)

    @property
    def app(self) -> xw.App:
        """The running Excel."""
        return self.book.app

    def workbook(self) -> LiveWorkbook:
        """The workbook as jobs see it.

        Raises:
            BookError: it is none of ours.
        """
        from xlpipeline.hosts.live import LiveWorkbook  # noqa: PLC0415 - pandas takes a second

        self.require_ours()
        return LiveWorkbook(self.book, self.progress)

    def require_ours(self) -> None:
        """Raise BookError if the workbook is none of ours: it has no table Pipeline."""
        if self.table("Pipeline") is None:
            raise BookError(
                f"{self.book.name} is no workbook of xlpipeline: it has no table Pipeline. Please open your team's "
                "workbook first, or choose New team workbook."
            )

    def progress(self, step: str) -> None:
        """Show a step in the status bar."""
        self.step = step
        self.app.status_bar = f"{TITLE}: {step} …"

    def confirm(self, question: str, about: str = "") -> bool:
        """Ask a question that is answered by Yes or No; ``about`` stands above it."""
        return dialogs.confirm(self.app, question, self.title, about)

    def ask(self, prompt: str, default: str = "") -> str | None:
        """Ask for a line of text; None: cancelled."""
        return dialogs.ask_text(self.app, prompt, self.title, default)

    def table(self, name: str) -> xw.main.Table | None:
        """The table of that name, on whichever tab it is; None where there is none."""
        if not self._tables:  # asked of Excel once per click
            self._tables = {table.name: table for sheet in self.book.sheets for table in sheet.tables}
        return self._tables.get(name)

    def value_of(self, name: str) -> object:
        """The value of a named cell; None where there is none of that name."""
        if name not in self.book.names:
            return None
        return self.book.names[name].refers_to_range.value
