"""Filters of tables as Excel's AutoFilter: by what a cell shows, whatever its case; a formula's "" counts as blank.

LibreOffice's own filter counts that as filled and keeps rows hidden when its criteria go, so the engine decides which
rows to hide, and LibreOffice hides them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from operator import ge, gt, le, lt
from typing import TYPE_CHECKING, Final

from tests.live.call_count import ComError
from tests.live.cells import runs
from tests.live.typed_text import typed

if TYPE_CHECKING:
    from tests.live.tables import Table

_COMPARISONS: Final[tuple[tuple[str, Callable[[float, float], bool]], ...]] = (
    (">=", ge), ("<=", le), (">", gt), ("<", lt),
)  # fmt: skip


def filtered(table: Table) -> bool:
    """Whether any column of the table has a criterion, of a macro or from the file."""
    return bool(_criteria(table)) or bool(table.uno.getFilterDescriptor().getFilterFields3())


def set_filter(table: Table, column: int, criterion: object) -> None:
    """Filter a table by one more column (1-based); None takes that column's criterion off."""
    if not 1 <= column <= table.range.shape[1]:
        raise ComError("AutoFilter method of Range class failed")
    criteria = _criteria(table)
    criteria.pop(column, None)
    if criterion is not None:
        criteria[column] = criterion
    body = table.data_body_range
    if body is None:
        return
    data = body.uno.getDataArray()
    body.uno.Rows.IsVisible = True
    hidden = [
        at
        for at, line in enumerate(data)
        if not all(_passes(line[one - 1], sought) for one, sought in criteria.items())
    ]
    for first, last in runs(hidden):
        body.uno.getCellRangeByPosition(0, first, 0, last).Rows.IsVisible = False


def show_all(table: Table) -> None:
    """Take off all criteria of a table."""
    _criteria(table).clear()
    table.uno.getFilterDescriptor().setFilterFields3(())
    body = table.data_body_range
    if body is not None:
        body.uno.Rows.IsVisible = True


def _criteria(table: Table) -> dict[int, object]:
    """A table's criteria by column, as macros set them."""
    return table.sheet.book.filters.setdefault(table.name, {})


def _passes(cell: object, criterion: object) -> bool:
    if isinstance(criterion, Sequence) and not isinstance(criterion, str):
        return any(_passes(cell, text) for text in criterion)
    text = str(criterion)
    if text.startswith("<>"):
        return not _equals(cell, text[2:])
    for sign, compare in _COMPARISONS:
        if text.startswith(sign):
            limit = typed(text.removeprefix(sign)).value
            return isinstance(cell, float) and isinstance(limit, float) and compare(cell, limit)
    return _equals(cell, text.removeprefix("="))


def _equals(cell: object, text: str) -> bool:
    if text == "" or cell in ("", None):
        return text == "" and cell in ("", None)
    number = typed(text).value
    if isinstance(cell, float):
        return cell == number
    pattern = re.escape(text).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(pattern, str(cell), re.IGNORECASE | re.DOTALL) is not None
