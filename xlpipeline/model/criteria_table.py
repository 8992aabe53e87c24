"""The table Criteria, read into records; a row that cannot be used is one fault, and the rest still works."""

from __future__ import annotations

from typing import Final

import pandas as pd

from xlpipeline.model.book import Book, BookTable, filled_positions, is_blank, once_per_book
from xlpipeline.model.criteria import PATH_TYPES, Criterion, CriterionFault, StagePath
from xlpipeline.model.criteria_arguments import LONGEST_LITERAL, RefusedRowError, read_arguments
from xlpipeline.model.criteria_formula import LONGEST_FORMULA, furthest_formula, missing_formula
from xlpipeline.model.schema import CRITERIA
from xlpipeline.model.setup_tables import read_stages

_TIMED: Final = "Within business days"


@once_per_book
def read_path(book: Book) -> StagePath:
    """The path of a book's stages.

    Raises:
        SetupError: Stages holds something that is not allowed.
    """
    stages = read_stages(book)
    on_path = stages["type"].isin(PATH_TYPES)
    return StagePath(*(tuple(str(name) for name in stages.loc[rows, "stage"]) for rows in (on_path, ~on_path)))


@once_per_book
def read_criteria(book: Book) -> tuple[tuple[Criterion, ...], tuple[CriterionFault, ...]]:
    """The criteria of a book that can be used, in table order, and one fault for each row that cannot.

    Raises:
        SetupError: Stages holds something that is not allowed.
    """
    table = book.tables.get(CRITERIA.name)
    if table is None or table.frame.empty:
        return (), ()
    path = read_path(book)
    criteria: list[Criterion] = []
    faults: list[CriterionFault] = []
    for position in filled_positions(table.frame, ["Stage", "ID", "Text", "Kind", "Argument 1"]):
        try:
            criteria.append(_criterion(table, position, path, book, {c.id.casefold() for c in criteria}))
        except RefusedRowError as refused:
            row = table.first_row + 1 + position
            faults.append(CriterionFault(position, refused.column, f"{table.sheet}, row {row}: {refused.sentence}"))
    criteria, too_long = _fitting(criteria, path, table)
    faults += too_long
    return tuple(criteria), tuple(faults)


def _fitting(
    criteria: list[Criterion], path: StagePath, table: BookTable
) -> tuple[list[Criterion], list[CriterionFault]]:
    """The criteria that fit into one formula each way; each that does not is a fault with its row."""
    kept: list[Criterion] = []
    faults: list[CriterionFault] = []
    for criterion in criteria:
        longest = max(len(missing_formula([*kept, criterion], path)), len(furthest_formula([*kept, criterion], path)))
        if criterion.blocking and longest > LONGEST_FORMULA:
            place = f"{table.sheet}, row {table.first_row + 1 + criterion.position}"
            wrong = (
                f"{place}: {criterion.id} makes the formula of the criteria longer than Excel allows; "
                "please set Blocking to N, or use fewer or simpler criteria."
            )
            faults.append(CriterionFault(criterion.position, "ID", wrong))
        else:
            kept.append(criterion)
    return kept, faults


def _criterion(table: BookTable, position: int, path: StagePath, book: Book, taken: set[str]) -> Criterion:
    cells = pd.Series(table.frame.iloc[position])
    name = _line(cells, "ID")
    if not name:
        raise RefusedRowError("ID", "the criterion has no ID; please give it a short name.")
    if name.casefold() in taken:
        raise RefusedRowError("ID", f"the ID {name} is there twice; please give each criterion its own.")
    direction = _line(cells, "Direction").lower() or "exit"
    if direction not in {"exit", "entry"}:
        raise RefusedRowError(
            "Direction", f"the direction of {name} is '{direction:.40}'; please choose exit or entry."
        )
    stage, step = _place(_line(cells, "Stage"), direction, name, path)
    kind = _line(cells, "Kind").lower()
    within = _within(cells, name, kind, direction)
    arguments = read_arguments(name, kind, cells, book, dated=within > 0)
    blocking = _line(cells, "Blocking").upper() in {"Y", "YES", "TRUE", "1"}
    return Criterion(position, stage, direction, name, _line(cells, "Text"), kind, arguments, within, blocking, step)


def _line(cells: pd.Series, head: str) -> str:
    """A cell's text on one line; "" where blank or missing."""
    cell = cells.get(head)
    text = "" if is_blank(cell) else " ".join(str(cell).split())
    if head in {"ID", "Stage"} and len(text) > LONGEST_LITERAL:
        raise RefusedRowError(head, f"this {head} is longer than {LONGEST_LITERAL} letters; please shorten it.")
    return text


def _place(stage: str, direction: str, name: str, path: StagePath) -> tuple[str, int]:
    """The stage as Stages spells it, and the step of the path that the criterion guards."""
    known = {s.casefold(): i for i, s in enumerate(path.names)}
    if stage.casefold() not in known:
        raise RefusedRowError("Stage", f"{name} guards '{stage:.40}'; please choose one of {', '.join(path.names)}.")
    at = known[stage.casefold()]
    if direction == "exit" and at == len(path.names) - 1:
        raise RefusedRowError(
            "Stage", f"{name} guards the way out of {stage}, the last stage; please make it an entry criterion."
        )
    if direction == "entry" and at == 0:
        raise RefusedRowError(
            "Stage", f"{name} guards the way into {stage}, the first stage; please make it an exit criterion."
        )
    return path.names[at], at if direction == "exit" else at - 1


def _within(cells: pd.Series, name: str, kind: str, direction: str) -> int:
    cell = cells.get(_TIMED)
    if is_blank(cell):
        return 0
    if isinstance(cell, bool) or not isinstance(cell, int | float) or cell != int(cell) or not 1 <= cell <= 10_000:
        raise RefusedRowError(
            _TIMED, f"{name} is to be met within '{cell!s:.40}'; please enter a whole number from 1 to 10,000."
        )
    if kind not in {"filled", "date_order", "activity"}:
        raise RefusedRowError(_TIMED, f"{name} is of the kind {kind:.40}, which has no date; please clear {_TIMED}.")
    if direction == "entry":
        raise RefusedRowError(_TIMED, f"{name} is met before its stage is entered; please clear {_TIMED}.")
    return int(cell)
