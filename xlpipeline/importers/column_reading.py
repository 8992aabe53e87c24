"""One source column read as what its target holds, with its preview line and the faults of its rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd

from xlpipeline.importers.amounts import read_amounts, read_shares
from xlpipeline.importers.cells import Reading, distinct, read_extra, read_texts, read_yes_no
from xlpipeline.importers.columns import KINDS, ColumnChoice
from xlpipeline.importers.dates import Hint, Zones, order_by_itself, read_dates
from xlpipeline.importers.fault import RowFault
from xlpipeline.importers.mapping_file import MappingChoices
from xlpipeline.model.schema import PIPELINE

_YES_NO: Final = frozenset(column.name for column in PIPELINE.columns if column.choices == "YesNo")
_DOLLARS: Final = frozenset({"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN"})
"""Currencies whose people write a bare $."""
_WRONG: Final = {
    "date": ("is not a date in the order of this column", "comes in without this date"),
    "moment": ("is not a date in the order of this column", "counts as the older of two rows"),
    "money": ("is not an amount", "comes in without an amount"),
    "share": ("is not a share from 0 to 100 %", "comes in without a probability"),
}
"""Kind → what is wrong with a cell that cannot be read, and what becomes of its deal."""


def read_cells(
    cells: pd.Series, choice: ColumnChoice, choices: MappingChoices, zones: Zones, hint: Hint = ("", "")
) -> Reading:
    """Read a source column as the kind of its target; ``hint``: date order where the column does not tell.

    Raises:
        SourceError: the column's dates or amounts are undecidable.
    """
    head, kind = choice.source, KINDS.get(choice.target, "extra")
    if kind in {"date", "moment"}:
        order = choices.date_orders.get(head, choices.date_order)
        return read_dates(cells, column=head, zones=zones, order=order, keep_time=kind == "moment", hint=hint)
    if kind == "money":
        return read_amounts(cells, column=head, decimal=choices.decimal)
    if kind == "share":
        return read_shares(cells, column=head, decimal=choices.decimal)
    if choice.target in _YES_NO:
        return read_yes_no(cells)
    return read_extra(cells) if kind == "extra" else read_texts(cells)


def shared_order(rows: pd.DataFrame, chosen: Sequence[ColumnChoice]) -> Hint:
    """Date order that columns of one system's export show for those that do not tell: one person's settings made all.

    Empty where no column shows one, or two show different ones.
    """
    found: dict[str, str] = {}
    for choice in chosen:
        if KINDS.get(choice.target) in {"date", "moment"}:
            order, example = order_by_itself(rows[choice.source])
            if order:
                found.setdefault(order, f"as {example} in “{choice.source}” shows")
    return next(iter(found.items())) if len(found) == 1 else ("", "")


def faults_of(cells: pd.Series, choice: ColumnChoice, found: Reading) -> list[RowFault]:
    """One fault per row whose cell could not be read."""
    bad = cells[found.unread.to_numpy(dtype=bool)]
    kind = KINDS.get(choice.target, "extra")
    wrong, effect = _WRONG.get(kind, ("is longer than a cell can hold", "comes in with the beginning of the text"))
    what_to_do = f"Correct it in the source and import again, or type it in Pipeline; the deal {effect}."
    return [
        RowFault(row, choice.source, f"{choice.target}: “{cell!s:.60}” {wrong}.", what_to_do)
        for row, cell in zip(bad.index.tolist(), bad.tolist(), strict=True)
    ]


def value_range(choice: ColumnChoice, values: pd.Series) -> tuple[str, str]:
    """Least and largest value for the preview; empty for texts."""
    filled = values.dropna().tolist()
    if not filled or KINDS.get(choice.target, "extra") in {"text", "extra"}:
        return "", ""
    low, high = min(filled), max(filled)
    if isinstance(low, float):
        return f"{low:,.2f}".removesuffix(".00"), f"{high:,.2f}".removesuffix(".00")
    return str(low), str(high)


def currency_codes(cells: pd.Series, base: str) -> pd.Series:
    """Currencies in capital letters; a bare $ is the workbook's own dollar, else the American."""
    known = distinct(cells)
    dollar = base if base in _DOLLARS else "USD"
    return known.spread([dollar if code == "$" else code.upper() if len(code) == 3 else code for code in known.cells])
