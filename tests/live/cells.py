"""Values and formulas of a cell range, in bulk, as Excel would give and take them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Final

from tests.live.call_count import ComError
from tests.live.formula_text import CONSTANTS, to_api, to_excel
from tests.live.number_formats import CURRENCY, DATE, LOGICAL, TEXT, TIME, NumberFormats
from tests.live.office import enum
from tests.live.typed_text import FIRST_NO_DATE, LONGEST_TEXT, Typed, may_be_more, moment, serial, typed

ERROR_CODES: Final = {
    "#DIV/0!": -2146826281, "#N/A": -2146826246, "#NAME?": -2146826259, "#NULL!": -2146826288,
    "#NUM!": -2146826252, "#REF!": -2146826265, "#VALUE!": -2146826273,
}  # fmt: skip
"""What COM gives for an error cell: a whole number, which xlwings knows by its value."""

_ERROR_TEXTS: Final = {
    32767: "#N/A", 532: "#DIV/0!", 525: "#NAME?", 524: "#REF!", 519: "#VALUE!", 521: "#NULL!",
    502: "#NUM!", 503: "#NUM!", 523: "#NUM!",
}  # fmt: skip
_NO_FORMULA: Final = frozenset({501, 507, 508, 509, 510, 511, 514, 516, 517, 518, 520})
"""LibreOffice keeps a formula that it cannot parse; Excel refuses to take it."""

_ERROR_RESULT: Final = 4
_BOOLEANS: Final = {"1": "TRUE", "0": "FALSE"}
_AS_IT_WAS: Final = "(as it was)"
"""LibreOffice gives the cell of a text that looks like a number the format @; Excel leaves the format alone."""

_DATE_FORMATS: Final = ("M/D/YYYY", "M/D/YYYY H:MM")

Block = list[list[Any]]


def read_values(cells: Any, formats: NumberFormats) -> Block:  # noqa: ANN401 - a UNO cell range
    """Cells as COM's ``Range.Value``: numbers, texts, booleans, datetimes, Decimals, codes of errors, None."""
    block = [list(row) for row in cells.getDataArray()]
    if any(cell is None for row in block for cell in row):
        _put_error_codes(cells, block)
    for (top, left, bottom, right), key in formats.of(cells):
        kind = formats.kind(key)
        convert = _from_number(kind)
        if convert is None:
            continue
        for row in block[top : bottom + 1]:
            for at in range(left, right + 1):
                if type(row[at]) is float:
                    row[at] = convert(row[at])
    return [[None if cell == "" else cell for cell in row] for row in block]


def _from_number(kind: int) -> Any:  # noqa: ANN401 - a function or None
    if kind & (DATE | TIME):
        return lambda number: moment(number) if 0 <= number < FIRST_NO_DATE else number
    if kind & CURRENCY:  # COM's Currency has four decimal places; pywin32 makes it a Decimal
        return lambda number: Decimal(f"{number:.4f}")
    return bool if kind & LOGICAL else None


def _put_error_codes(cells: Any, block: Block) -> None:  # noqa: ANN401
    """The data array has nothing at an error; a call per cell is only spent where a formula made it."""
    formulas = cells.getFormulaArray()
    for down, row in enumerate(block):
        for across, cell in enumerate(row):
            if cell is None:
                text = CONSTANTS.get(formulas[down][across])
                if text is None:
                    text = _ERROR_TEXTS.get(cells.getCellByPosition(across, down).getError(), "#VALUE!")
                row[across] = ERROR_CODES[text]


def read_formulas(cells: Any, formats: NumberFormats) -> Block:  # noqa: ANN401
    """Cells as COM's ``Range.Formula``: formulas in Excel's writing, and constants as text."""
    block = [
        [_formula_of(text, value) for text, value in zip(texts, values, strict=True)]
        for texts, values in zip(cells.getFormulaArray(), cells.getDataArray(), strict=True)
    ]
    for (top, left, bottom, right), key in formats.of(cells):
        if formats.kind(key) & LOGICAL:
            for row in block[top : bottom + 1]:
                row[left : right + 1] = [_BOOLEANS.get(text, text) for text in row[left : right + 1]]
    return block


def _formula_of(text: str, value: object) -> str:
    if isinstance(value, str) and text in {value, f"'{value}"}:  # a text, even one that looks like a formula
        return value
    if text in CONSTANTS:
        return CONSTANTS[text]
    return to_excel(text) if text.startswith("=") else text


def has_formula(cells: Any) -> bool | None:  # noqa: ANN401
    """Whether all cells hold a formula (True), none (False) or some (None)."""
    pairs = zip(cells.getFormulaArray(), cells.getDataArray(), strict=True)
    kinds = {_is_formula(text, value) for row in pairs for text, value in zip(*row, strict=True)}
    return kinds.pop() if len(kinds) == 1 else None


def _is_formula(text: str, value: object) -> bool:
    return text.startswith("=") and text not in CONSTANTS and text != value


def write_values(cells: Any, block: Sequence[Sequence[object]], formats: NumberFormats) -> None:  # noqa: ANN401
    """Type a block of values into the cells of the same shape; nothing is written if one of them is refused."""
    for row in block:
        for value in row:
            if isinstance(value, str) and len(value) > LONGEST_TEXT:
                raise ComError("A cell takes at most 32,767 characters")
    keys = _key_grid(cells, len(block), len(block[0]), formats)
    plain: list[tuple[Any, ...]] = []
    formulas: dict[tuple[int, int], str] = {}
    changes: dict[tuple[int, str], list[int]] = {}
    for down, row in enumerate(block):
        line: list[object] = []
        for across, value in enumerate(row):
            kind = formats.kind(keys[down][across])
            content, number_format = _content(value, bool(kind & TEXT))
            if isinstance(content, Typed):
                formulas[down, across] = str(content.value) if content.formula else f"={content.value}"
                content = ""
            wanted = _wanted_format(content, number_format, formats, keys[down][across])
            if wanted:
                changes.setdefault((across, wanted), []).append(down)
            line.append(content)
        plain.append(tuple(line))
    _write(cells, tuple(plain), formulas)
    for (across, number_format), rows in changes.items():
        for first, last in runs(rows):
            cells.getCellRangeByPosition(across, first, across, last).NumberFormat = formats.key(number_format)


def _key_grid(cells: Any, rows: int, columns: int, formats: NumberFormats) -> list[list[int]]:  # noqa: ANN401
    grid = [[0] * columns for _ in range(rows)]
    for (top, left, bottom, right), key in formats.of(cells):
        for row in grid[top : bottom + 1]:
            row[left : right + 1] = [key] * (right - left + 1)
    return grid


def _content(value: object, in_text_cell: bool) -> tuple[float | str | Typed, str | None]:
    """What LibreOffice is to be given for one value, and the format that comes with it."""
    if isinstance(value, str):
        return _typed_content(typed(value, in_text_cell=in_text_cell), in_text_cell)
    if value is None:
        return "", None
    if isinstance(value, bool):
        return float(value), "BOOLEAN"
    if isinstance(value, dt.date):
        number = serial(value)
        return number, _DATE_FORMATS[number % 1 != 0]
    if isinstance(value, int | float | Decimal):
        return float(value), None
    raise ComError(f"A cell cannot hold {value!r}")


def _typed_content(text: Typed, in_text_cell: bool) -> tuple[float | str | Typed, str | None]:
    if text.formula or text.error:
        return text, None
    if isinstance(text.value, bool):
        return float(text.value), "BOOLEAN"
    if isinstance(text.value, str) and not in_text_cell and may_be_more(text.value):
        return text.value, _AS_IT_WAS
    return text.value, text.number_format


def _wanted_format(content: object, number_format: str | None, formats: NumberFormats, key: int) -> str | None:
    """The format that a cell must be given: Excel gives one to cells of format General only.

    For LibreOffice a boolean is a number of format BOOLEAN, which it must lose with the next number.
    """
    kind = formats.kind(key)
    if number_format == _AS_IT_WAS:
        return formats.text(key)
    if number_format == "BOOLEAN":
        return None if kind & LOGICAL else "BOOLEAN"
    if isinstance(content, float) and kind & LOGICAL:
        return number_format or "General"
    return number_format if formats.is_general(key) else None


def _write(cells: Any, plain: tuple[tuple[Any, ...], ...], formulas: dict[tuple[int, int], str]) -> None:  # noqa: ANN401
    _check(cells, formulas)
    cells.setDataArray(plain)
    columns: dict[int, list[int]] = {}
    for down, across in sorted(formulas):
        columns.setdefault(across, []).append(down)
    for across, rows in columns.items():
        for first, last in runs(rows):
            texts = tuple((to_api(formulas[down, across]),) for down in range(first, last + 1))
            cells.getCellRangeByPosition(across, first, across, last).setFormulaArray(texts)


def _check(cells: Any, formulas: dict[tuple[int, int], str]) -> None:  # noqa: ANN401
    """Excel refuses what it cannot parse, LibreOffice keeps it: each text is tried once, before anything is written."""
    places = {text: at for at, text in formulas.items() if text not in CONSTANTS}
    for text, (down, across) in places.items():
        cell = cells.getCellByPosition(across, down)
        before = cell.getFormula()
        _try_formula(cell, text)
        cell.setFormula(before)


def _try_formula(cell: Any, formula: str) -> None:  # noqa: ANN401
    before = cell.getFormula()
    cell.setFormula(to_api(formula))
    if cell.getError() in _NO_FORMULA:
        cell.setFormula(before)
        raise ComError("There's a problem with this formula")


def fill_formula(cells: Any, formula: str) -> None:  # noqa: ANN401
    """One formula for all cells; references move along from the first cell.

    LibreOffice's filling also copies the first cell's formats, which Excel's ``Range.Formula`` does not.
    """
    first = cells.getCellByPosition(0, 0)
    _try_formula(first, formula)
    area = cells.RangeAddress
    rows, columns = area.EndRow - area.StartRow, area.EndColumn - area.StartColumn
    if columns:
        cells.getCellRangeByPosition(0, 0, columns, 0).fillAuto(enum("sheet.FillDirection", "TO_RIGHT"), 1)
    if rows:
        cells.fillAuto(enum("sheet.FillDirection", "TO_BOTTOM"), 1)


def runs(rows: Iterable[int]) -> Iterable[tuple[int, int]]:
    """Rows that follow one another, as first and last of each run."""
    first = last = None
    for row in rows:
        if last is not None and row == last + 1:
            last = row
            continue
        if first is not None and last is not None:
            yield first, last
        first = last = row
    if first is not None and last is not None:
        yield first, last
