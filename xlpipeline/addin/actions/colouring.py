"""Color stale rows: one click tints them, the next shows them only, the next shows all again without the tint.

Which click it is, is read from the workbook: from the setting and from the filter on the column Flags.
"""

from __future__ import annotations

from dataclasses import dataclass

import xlwings as xw

from xlpipeline.addin.click import Click
from xlpipeline.addin.selection import heads_of
from xlpipeline.errors import BookError
from xlpipeline.hosts.live import excel_calls

_FLAGS = "Flags"


def run(click: Click) -> str:
    """Say what is stale, and take the next of the three steps.

    Raises:
        BookError: the workbook is none of ours, or must not be written.
        SetupError: a set-up table holds something that is not allowed.
    """
    from xlpipeline.jobs.colour import sentences, stale_rows, switched  # noqa: PLC0415 - pandas takes a second

    workbook = click.workbook()
    click.progress("looking at the flags")
    book = workbook.read()
    stale = stale_rows(book, now=click.now)
    flags = _flags(click)
    if stale.colouring == "off":
        workbook.apply(switched(book, "on"))
        done = "Stale rows are tinted now. Click again to see only them."
    elif flags.is_filtered:
        flags.show_all()
        workbook.apply(switched(book, "off"))
        done = "All rows are shown again, and the tint is off. Click again to tint stale rows."
    elif stale.stale:
        flags.show_stale()
        done = "Only stale rows are shown now. Click again to see all and to take the tint off."
    else:
        done = "There is nothing to show apart, so all rows stay."
    return "\n".join((*sentences(stale), done))


@dataclass(frozen=True)
class _Filter:
    """The filter on one column of Pipeline; those on other columns are the user's and stay."""

    table: xw.main.Table
    field: int

    @property
    def is_filtered(self) -> bool:
        return any(one.field == self.field and one.type != "none" for one in self.table.autofilter.criteria)

    def show_stale(self) -> None:
        self._refuse_protected()
        self.table.autofilter.apply_comparison(self.field, "not_equal_to", None)

    def show_all(self) -> None:
        self._refuse_protected()
        self.table.autofilter.clear(self.field)

    def _refuse_protected(self) -> None:
        sheet = self.table.parent
        protection = excel_calls.protection_of(sheet)
        if protection is not None and not _may_filter(protection.arguments):
            raise BookError(f"The tab {sheet.name} is protected, so it cannot be filtered; please unprotect it first.")


def _flags(click: Click) -> _Filter:
    table = click.table("Pipeline")
    heads = [] if table is None else heads_of(table)
    if table is None or _FLAGS not in heads:
        raise BookError(f"Pipeline has no column {_FLAGS}; please bring it back with 'xlpipeline upgrade'.")
    return _Filter(table, heads.index(_FLAGS) + 1)


def _may_filter(arguments: dict[str, bool]) -> bool:
    """Whether a protected tab lets people filter; Windows and macOS spell it in two ways."""
    return arguments.get("AllowFiltering", False) or arguments.get("allow_filtering", False)
