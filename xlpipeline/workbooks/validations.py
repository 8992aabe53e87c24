"""Data validations of a table's columns: lists, dates, numbers, and formulas that refuse to be typed over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from xlpipeline.model.schema import CHOICES, Column
from xlpipeline.workbooks.places import PlacedTable

_OPEN_LISTS: Final = (
    "RepChoices",
    "SourceChoices",
    "ProductChoices",
    "LostReasonChoices",
    "ActivityTypeChoices",
    "CurrencyChoices",
    "ObjectionChoices",
    "PersonaChoices",
)
"""Lists that the team adds to: another value is asked about, not refused."""
_FIRST_DATE: Final = "32874"
"""1990-01-01 as a serial number."""
_LAST_DATE: Final = "73050"
"""2099-12-31."""


def add_validations(sheet: Worksheet, placed: PlacedTable) -> None:
    """Give each column of an input or set-up table, and each computed column, its validation."""
    if placed.tab.role == "dashboard":
        return
    for column in placed.block.table.columns:
        rule = _rule(column, placed)
        if rule is not None:
            rule.add(placed.body_range(column.name, sheet=False))
            sheet.add_data_validation(rule)


def _rule(column: Column, placed: PlacedTable) -> DataValidation | None:
    if column.writer == "formula":
        return _refusing(
            column, "This column fills itself by formula. To change it, change the columns with dark blue heads."
        )
    if column.writer == "refresh":
        return None
    if column.choices == "StageMoves" and "Furthest stage" in placed.block.table.heads:
        return _stage_rule(column, placed)
    if column.highest:
        return _mark_rule(column)
    if column.choices:
        return list_rule(column.choices, column.name)
    return _asking(column, *column.within) if column.within else _kind_rule(column)


def _refusing(column: Column, text: str) -> DataValidation:
    return DataValidation(
        type="custom",
        formula1="FALSE",
        allow_blank=False,
        showErrorMessage=True,
        errorTitle=column.name[:32],
        error=text,
    )


def _stage_rule(column: Column, placed: PlacedTable) -> DataValidation:
    """The stages a deal may move to: its list is cut below the row's Furthest stage.

    A validation may hold no structured reference and no other sheet's range, only names; INDEX makes it non-volatile.
    """
    row = placed.head_row + 1
    rule = list_rule(column.choices, column.name)
    rule.formula1 = f"StageFirst:INDEX(StageMoves,${placed.letters('Furthest stage')}{row})"
    rule.error = (
        "The deal cannot move there yet: the column Missing criteria says what is still to do; Process explains it. "
        "Please choose a stage from the list."
    )
    return rule


def list_rule(choices: str, head: str) -> DataValidation:
    """A drop-down over ``choices`` (a key of CHOICES, or any defined name)."""
    source = CHOICES.get(choices, choices)
    is_open = choices in _OPEN_LISTS
    if isinstance(source, str):
        formula = choices
        home = source.split("[")[0]
        hint = f"'{_HOMES.get(home, home)}' holds the list."
    else:
        formula = '"' + ",".join(source) + '"'
        hint = "Allowed are " + ", ".join(source) + "."
    text = f"Please choose from the list. {hint}"
    return DataValidation(
        type="list",
        formula1=formula,
        # with a blank line in its source, a list that ignores blanks would let everything pass
        allow_blank=False,
        showErrorMessage=True,
        errorStyle="warning" if is_open else "stop",
        errorTitle=head[:32],
        error=(f"This is not in the list yet. {hint} Keep it all the same?" if is_open else text)[:225],
    )


_HOMES: Final = {"Stages": "Process", "StageList": "Process", "Reps": "Team", "Stage": "Process"} | dict.fromkeys(
    ("Products", "Sources", "LostReasons", "ActivityTypes", "Currencies", "Objections", "Personas"), "Lists"
)


_MOST_OFFERED: Final = 20


def _mark_rule(column: Column) -> DataValidation:
    """A drop-down of the whole numbers from 0 to the highest mark; where they are too many, their limits."""
    offered = column.highest <= _MOST_OFFERED
    return DataValidation(
        type="list" if offered else "whole",
        operator=None if offered else "between",
        formula1=f'"{",".join(map(str, range(column.highest + 1)))}"' if offered else "0",
        formula2=None if offered else str(column.highest),
        allow_blank=not offered,
        showErrorMessage=True,
        errorTitle=column.name[:32],
        error=f"Please enter a whole number from 0 to {column.highest}; leave it blank where nobody has asked yet.",
    )


def _asking(column: Column, least: int, most: int) -> DataValidation:
    """Usual bounds: a team may set its own, so what lies beyond is asked about, not refused."""
    return DataValidation(
        type="decimal",
        operator="between",
        formula1=str(least),
        formula2=str(most),
        allow_blank=True,
        showErrorMessage=True,
        errorStyle="warning",
        errorTitle=column.name[:32],
        error=f"A number from {least} to {most} is usual; beyond the bounds in Settings it does not count. Keep it?",
    )


def _kind_rule(column: Column) -> DataValidation | None:
    limit = _LIMITS.get(column.kind)
    if limit is None:
        return None
    return DataValidation(
        type=limit.type,
        operator="between",
        formula1=limit.least,
        formula2=limit.most,
        allow_blank=True,
        showErrorMessage=True,
        errorTitle=column.name[:32],
        error=limit.error,
    )


@dataclass(frozen=True)
class _Limit:
    type: Literal["date", "decimal", "whole"]
    least: str
    most: str
    error: str


_LIMITS: Final = {
    "date": _Limit("date", _FIRST_DATE, _LAST_DATE, "Please enter a date from 1990 to 2099, such as 2026-03-31."),
    "moment": _Limit("date", _FIRST_DATE, _LAST_DATE, "Please enter a date and time from 1990 to 2099."),
    "money": _Limit("decimal", "0", "1000000000000", "Please enter a number, 0 or more, without a currency sign."),
    "share": _Limit("decimal", "0", "1", "Please enter a share from 0 % to 100 %, such as 40 %."),
    "whole": _Limit("whole", "0", "1000000", "Please enter a whole number, 0 or more."),
    "number": _Limit("decimal", "-1000000000", "1000000000", "Please enter a number."),
    "ratio": _Limit("decimal", "0", "1000000", "Please enter a number, 0 or more."),
}
