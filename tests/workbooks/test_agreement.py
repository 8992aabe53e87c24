"""Each native cell of Pipeline equals the engine after LibreOffice has computed it anew: none is skipped."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from tests.recalculate import recalculated
from xlpipeline.model.book import Book, BookTable, CellError, canonical
from xlpipeline.model.computed_columns import computed_columns
from xlpipeline.model.facts import read_facts
from xlpipeline.model.marks import pipeline_with_marks
from xlpipeline.workbooks.build import build_workbook
from xlpipeline.workbooks.recipes import load_recipe

AS_OF = dt.date(2026, 3, 31)
NOW = dt.datetime(2026, 4, 1, 9)  # noqa: DTZ001 - cells know no zone
ROWS = 600
HOLIDAYS = [dt.date(2026, 1, 1), dt.date(2026, 3, 30), AS_OF, dt.date(2025, 12, 25), dt.date(2026, 3, 14)]

STAGE_CELLS = (
    "Prospecting", "prospecting", "QUALIFICATION", "Discovery", "Solution presentation", "Handling objections",
    "Negotiation/Proposal", "Closing", "closing", "Won", "Post-sale", "Lost", "Derailed", "Clos*", "Closin?",
    "Clo~sing", "No such stage", "Closing ", " ", None, 5, CellError("#N/A"),
)  # fmt: skip


MARK_CELLS = (None, None, 0, 1, 2, 3, 5, 6, -1, 0.5, "2", " ", "yes", CellError("#N/A"))


def date_cell(draw: random.Random) -> object:
    """A date near the as-of date, often with a time of day, sometimes what does not belong in a date column."""
    day = AS_OF - dt.timedelta(days=draw.choice((0, 1, 2, 3, draw.randrange(-20, 20), draw.randrange(-60, 400))))
    odd = draw.random()
    if odd < 0.18:
        return None
    if odd < 0.34:
        return draw.choice(
            (
                "soon",
                "2026-03-01",
                "46000",
                " ",
                CellError("#N/A"),
                CellError("#DIV/0!"),
                0,
                -5,
                0.5,
                20_260_331,
                46_000,
                45_990.75,
            )
        )
    if odd < 0.6:
        return dt.datetime.combine(day, dt.time(draw.randrange(24), draw.randrange(60), draw.randrange(60)))
    return day


def pipeline_rows(draw: random.Random, rows: int, marks: tuple[str, ...] = ()) -> pd.DataFrame:
    """Rows of Pipeline with whatever people make of them."""
    out = []
    for number in range(rows):
        stage = draw.choice(STAGE_CELLS) if draw.random() < 0.4 else draw.choice(STAGE_CELLS[:9])
        row: dict[str, object] = {
            "Deal ID": None if draw.random() < 0.2 else f"D-{number}",
            "Opportunity": None if draw.random() < 0.2 else f"Deal {number}",
            "Stage": stage,
            "Amount": draw.choice(
                (None, 0, 100, 12_345.67, -50, "a lot", "100", CellError("#VALUE!"), draw.randrange(10**6) / 100)
            ),
            "Probability": draw.choice((None, 0, 0.25, 1, 1.5, -0.1, "high", "0.5", CellError("#N/A"), draw.random())),
            "Next step": draw.choice((None, "Call", "", " ", 0, 7, CellError("#N/A"))),
            "Stage seen": draw.choice((None, stage, stage, draw.choice(STAGE_CELLS))),
            "Earlier days": draw.choice(
                (None, 0, draw.randrange(1, 30), draw.randrange(1, 30), -3, "5", CellError("#N/A"))
            ),
        }
        for head in (
            "Expected close",
            "Next step date",
            "Last touch",
            "Last change",
            "Created",
            "Stage since",
            "Actual close",
        ):
            row[head] = date_cell(draw)
        for head in marks:
            row[head] = draw.choice(MARK_CELLS)
        out.append(row)
    return pd.DataFrame(out, dtype=object)


def read_tables(path: Path) -> Book:
    """The tables of a workbook with the values that it holds, by openpyxl."""
    with path.open("rb") as stream:
        book = openpyxl.load_workbook(stream, data_only=True)
    tables = {}
    for sheet in book.worksheets:
        for table in sheet.tables.values():
            first, *body = sheet[table.ref]
            heads = [str(cell.value) for cell in first]
            rows = [[cell_of(cell) for cell in row] for row in body]
            frame = pd.DataFrame(rows, columns=heads, dtype=object)
            tables[table.displayName] = BookTable(table.displayName, sheet.title, first[0].row, first[0].column, frame)
    return Book(tables)


def cell_of(cell: object) -> object:
    value, kind = cell.value, cell.data_type  # type: ignore[attr-defined]
    if kind == "e":
        return CellError(value)
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date()
    return value


def as_cell(value: object, *, is_date: bool) -> object:
    """A cell in the form that both sides are compared in; LibreOffice may show a date as its serial number."""
    value = canonical(value)
    if is_date and isinstance(value, float):
        return dt.datetime(1899, 12, 30) + dt.timedelta(days=value)  # noqa: DTZ001
    return round(value, 6) if isinstance(value, float) else value


def with_inputs(book: Book, given: pd.DataFrame) -> Book:
    """The book with the inputs of Pipeline as they were given: openpyxl cannot read every number in a date column."""
    table = book.tables["Pipeline"]
    frame = table.frame.copy()
    for head in given.columns:
        frame[head] = given[head].reindex(frame.index).astype(object).where(lambda cells: cells.notna(), None)
    return replace(book, tables={**book.tables, "Pipeline": replace(table, frame=frame)})


@pytest.mark.libreoffice
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Cell .* is marked as a date but the serial value")
@pytest.mark.parametrize("seed", [1, 2])
def test_every_computed_cell_is_what_the_engine_says(seed: int, tmp_path: Path) -> None:
    draw = random.Random(seed)  # noqa: S311 - sample rows
    weekend = draw.choice(("0000011", "0000110", "0000000"))
    recipe = load_recipe(("five", "seven", "eight")[seed % 3])
    marks = pipeline_with_marks(recipe.scoring, recipe.framework).columns
    given = pipeline_rows(draw, ROWS, tuple(one.name for one in marks if one.highest))
    content = build_workbook(
        recipe,
        now=NOW,
        settings={"as_of": AS_OF, "weekend": weekend, "idle_business_days": draw.choice((3, 10))},
        tables={
            "Pipeline": given,
            "Holidays": pd.DataFrame({"Date": [*HOLIDAYS, None], "Holiday": "off"}, dtype=object),
        },
    )
    path = tmp_path / "agreement.xlsx"
    path.write_bytes(content)

    book = with_inputs(read_tables(recalculated(path, tmp_path / "out")), given)

    facts = read_facts(book, AS_OF)
    sheet = book.frame("Pipeline")
    assert len(facts.deals) > ROWS / 2
    wrong = []
    for column in computed_columns(book):
        is_date = column.name in {"In stage since", "Stage due"}
        # a row that is no deal shows empty texts
        engine = column.evaluate(facts).reindex(sheet.index)
        assert engine.notna().sum() >= 100, column.name
        for position in sheet.index:
            native, wanted = (as_cell(one[position], is_date=is_date) for one in (sheet[column.name], engine))
            if native != wanted:
                wrong.append(
                    (
                        column.name,
                        position,
                        native,
                        wanted,
                        sheet.loc[position, ["Stage", "Stage seen", "Stage since", "Created"]].tolist(),
                    )
                )
    assert not wrong, wrong[:10]
