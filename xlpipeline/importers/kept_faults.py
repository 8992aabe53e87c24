"""What imports could not read, kept in the workbook until it is mended: a file's rows go when it comes in again."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from xlpipeline.importers.plan import ImportPlan
from xlpipeline.model.book import Book, TableChange, whole_table
from xlpipeline.model.cells import texts
from xlpipeline.model.decided import spelling_key
from xlpipeline.model.schema import IMPORT_FAULTS

_FAULT = ("Deal ID", "Column", "What is wrong")


def kept_faults(book: Book, plan: ImportPlan, title: str, day: dt.date) -> TableChange:
    """The table ImportFaults after the import of the file ``title``: its own faults in place of its older ones.

    What other files brought stays; a fault of one deal's cell that this file tells again is not kept twice.
    """
    targets = {choice.source: choice.target for choice in plan.preview}
    rows = [(f.deal_id, f.row, title, targets.get(f.column, ""), f.wrong, f.what_to_do, day) for f in plan.faults]
    heads = list(IMPORT_FAULTS.heads)
    new = pd.DataFrame(rows, columns=heads, dtype=object)
    held = book.frame(IMPORT_FAULTS.name).reindex(columns=heads).astype(object)
    told = {one for one in _faults(new) if one[0]}
    again = pd.Series([one in told for one in _faults(held)], index=held.index, dtype=bool)
    others = (texts(held, "What is wrong") != "") & (texts(held, "File").map(spelling_key) != spelling_key(title))
    stays = held[others & ~again]
    body = pd.concat([stays, new], ignore_index=True) if len(stays) else new
    return whole_table(IMPORT_FAULTS.name, body.astype(object).where(body.notna(), None))


def _faults(frame: pd.DataFrame) -> list[tuple[str, ...]]:
    """Deal, column and sentence of each row."""
    return list(zip(*(texts(frame, head) for head in _FAULT), strict=True))
