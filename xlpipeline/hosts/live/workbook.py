"""The live host: a workbook that Excel has open, read and written through plain xlwings.

``read`` and ``apply`` make a number of calls to Excel that does not grow with the rows. Writing clears Excel's Undo, as
every macro does; an empty change set touches nothing, so an idle refresh keeps it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from xlpipeline.errors import BookError, BusyError, XlpipelineError
from xlpipeline.hosts.live import excel_calls
from xlpipeline.hosts.live.checks import refuse_changed, refuse_growth, refuse_unwritable
from xlpipeline.hosts.live.orders import Plan
from xlpipeline.hosts.live.places import Seen
from xlpipeline.hosts.live.plan import plan_writes
from xlpipeline.hosts.live.read import see_workbook
from xlpipeline.hosts.live.settings import quiet, unprotected
from xlpipeline.hosts.live.write import Writing
from xlpipeline.hosts.workbook import Saved
from xlpipeline.model.book import Book, ChangeSet

if TYPE_CHECKING:
    import xlwings as xw

Progress = Callable[[str], None]
"""Is told each step in a few words; the caller shows it, and clears it at the end."""

_NOTHING: Final = Saved(written=False, sentence="Nothing had changed, so nothing was written.")


def _silent(step: str) -> None:
    del step


class LiveWorkbook:
    """A workbook in a running Excel as jobs see it (``hosts.workbook.Workbook``)."""

    def __init__(self, book: xw.Book, progress: Progress = _silent) -> None:
        self._book, self._progress = book, progress
        self._title: str = book.name
        self._seen: Seen | None = None

    @property
    def title(self) -> str:
        """The file's name."""
        return self._title

    @property
    def place(self) -> str:
        """Full path or address of the file, as Excel knows it."""
        return excel_calls.full_name(self._book)

    @property
    def kind(self) -> str:
        """A running Excel."""
        return "Excel"

    def read(self) -> Book:
        """All tables (hidden tabs too), single named cells and named constants, as the file host gives them.

        Raises:
            BusyError: a cell is being edited.
            BookError: Excel refuses to be read.
        """
        with _refusals_told(self._title), excel_calls.bounded_patience():
            self._seen = see_workbook(self._book, self._title)
        return self._seen.book

    def apply(self, changes: ChangeSet) -> Saved:
        """Write what was computed from the last ``read``; the workbook is not saved, that is the user's.

        Raises:
            BusyError: a cell is being edited, or a table was changed since it was read.
            GrowthError: a table has no room to grow; the cells in the way are named.
            BookError: a tab has a password, the workbook is read-only, or Excel refused: then it is as it was, or
                the sentence says what is not.
        """
        if not changes:
            return _NOTHING
        if self._seen is None:
            self.read()
        seen = self._seen
        assert seen is not None  # noqa: S101 - read has just set it
        plan = plan_writes(changes, seen)
        if not plan:
            return _NOTHING
        troubles: list[str] = []
        with _refusals_told(self._title, troubles):
            sheets = {name: self._book.sheets(name) for name in plan.sheets}
            with excel_calls.bounded_patience():
                self._refuse(plan, seen, sheets)
            with unprotected(sheets, troubles), quiet(self._book.app, troubles):
                self._write(plan, sheets)
        self._seen = None
        return Saved(written=True, sentence=" ".join([_told(plan, self._title), *troubles]), cells=plan.cells)

    def _refuse(self, plan: Plan, seen: Seen, sheets: dict[str, xw.Sheet]) -> None:
        refuse_unwritable(self._book, self._title)
        refuse_changed(plan.tables, sheets, self._title)
        for resizing in plan.resizings:
            refuse_growth(resizing, seen.tables.values(), sheets[resizing.table.sheet])

    def _write(self, plan: Plan, sheets: dict[str, xw.Sheet]) -> None:
        writing = Writing(self._book, sheets)
        try:
            writing.write(plan, self._progress)
        except BaseException as fault:
            left = writing.put_back()
            if not left and not excel_calls.is_refusal(fault):
                raise  # a bug of ours, or Ctrl+C: the workbook is as it was
            raise _refused(fault, writing.at, left, self._title) from fault


def _refused(fault: BaseException, what: str, left: list[str], title: str) -> BookError:
    words = excel_calls.words_of(fault)
    if left:
        return BookError(
            f"Excel refused to write {what} ({words}), and these could not be put back: {'; '.join(left)}. Please "
            f"close {title} without saving and open it again."
        )
    if excel_calls.is_busy(fault):
        return BusyError("Excel is busy; please finish typing in the cell and try again. The workbook is as it was.")
    return BookError(f"Excel refused to write {what} ({words}); the workbook is as it was.")


@contextlib.contextmanager
def _refusals_told(title: str, troubles: Sequence[str] = ()) -> Iterator[None]:
    """What Excel refuses comes as exceptions of COM, of Apple events or of xlwings: one sentence for each.

    ``troubles``: more sentences that the user must be told.
    """
    try:
        yield
    except XlpipelineError as fault:
        if not troubles:
            raise
        raise type(fault)(" ".join([str(fault), *troubles])) from fault
    except Exception as fault:
        if not excel_calls.is_refusal(fault):
            raise
        if excel_calls.is_busy(fault):
            sentence = "Excel is busy; please finish typing in the cell (press Enter or Esc) and try again."
            raise BusyError(sentence) from fault
        raise BookError(
            f"Excel did not answer about {title} ({excel_calls.words_of(fault)}); please close any open dialog and try "
            "again."
        ) from fault


def _told(plan: Plan, title: str) -> str:
    tables = len({table.name for table in plan.tables})
    where = f" in {tables} {'table' if tables == 1 else 'tables'}" if tables else ""
    cells = f"{plan.cells:,} {'cell' if plan.cells == 1 else 'cells'}"
    keys = "Cmd+S" if excel_calls.ON_MAC else "Ctrl+S"
    return f"Written: {cells}{where}. {title} is not saved yet: {keys} keeps it. Undo of earlier steps is gone."
