"""A built workbook with criteria of every kind: each native cell of Pipeline equals the engine, and each drop-down."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import openpyxl
import pandas as pd
import pytest
from openpyxl.workbook import Workbook

from tests.recalculate import recalculated
from tests.workbooks.test_agreement import (
    AS_OF,
    HOLIDAYS,
    NOW,
    as_cell,
    date_cell,
    pipeline_rows,
    read_tables,
    with_inputs,
)
from xlpipeline.model.book import Book, CellError, column_letters
from xlpipeline.model.computed_columns import computed_columns, stage_list
from xlpipeline.model.criteria_table import read_criteria
from xlpipeline.model.facts import read_facts
from xlpipeline.model.marks import pipeline_with_marks
from xlpipeline.model.schema import ACTIVITIES, CRITERIA, CRITERION_KINDS, PIPELINE
from xlpipeline.tabs import TABS
from xlpipeline.tabs.layout import Tab, Text
from xlpipeline.workbooks.build import build_workbook
from xlpipeline.workbooks.recipes import load_recipe

DEALS: Final = 2_100
TYPES: Final = ("Call", "Demo", "E-mail")
CRITERIA_ROWS: Final = (
    ("Prospecting", "exit", "account", "filled", "Account", None, None, None),
    ("Prospecting", "exit", "reached", "activity", "call", 1, None, None),
    ("Qualification", "exit", 'the "who"', "filled", "Decision maker", None, None, None),
    ("Qualification", "exit", "worth it", "value", "Amount", ">", 100, None),
    ("Discovery", "exit", "called", "filled", "Needs call on", None, None, 5),
    ("Discovery", "exit", "held", "value", "Needs call on", "<=", "today", None),
    ("Discovery", "exit", "demos", "activity", "Demo", 2, None, 15),
    ("Solution presentation", "entry", "need", "tick", "Need confirmed", None, None, None),
    ("Solution presentation", "exit", "approval", "list", "Approval needed", "Y; N; 7", None, None),
    ("Handling objections", "exit", "ahead", "value", "Expected close", ">=", dt.date(2026, 3, 1), None),
    ("Handling objections", "exit", "not idle", "value", "Idle days", "<", 20, None),
    ("Handling objections", "exit", "not lost", "value", "Lost reason", "<>", "Price", None),
    ("Negotiation/Proposal", "exit", "sent", "date_order", "Proposal sent on", "Proposal acknowledged on", None, None),
    ("Closing", "exit", "paid", "date_order", "Signed on", "Payment received on", None, 10),
    ("Post-sale", "entry", "thanked", "tick", "Notes", None, None, None),
)  # fmt: skip


ODD_MARKS: Final = (1.5, -1, "2", "yes", "", CellError("#N/A"))


def criteria_table() -> pd.DataFrame:
    heads = ("Stage", "Direction", "ID", "Kind", "Argument 1", "Argument 2", "Argument 3", "Within business days")
    rows = [dict(zip(heads, row, strict=True)) | {"Text": "A sentence.", "Blocking": "Y"} for row in CRITERIA_ROWS]
    return pd.DataFrame(rows, columns=list(CRITERIA.heads), dtype=object)


def deals(draw: random.Random) -> pd.DataFrame:
    """Rows as people make them, most of them with much of what the criteria ask."""
    frame = pipeline_rows(draw, DEALS)
    texts = {
        "Account": ("Acme", "Bolt", "", "  ", None, 7, CellError("#N/A")),
        "Decision maker": ("Kim", "Lee", "Sam", None, " "),
        "Need confirmed": ("Y", "Y", "y", "N", None, " Y "),
        "Approval needed": ("Y", "N", "n", 7, None, "maybe"),
        "Lost reason": ("Price", "PRICE", "No need", None, CellError("#REF!")),
        "Notes": ("Y", None, "Yes"),
    }
    for head, cells in texts.items():
        frame[head] = pd.Series([draw.choice(cells) for _ in range(DEALS)], dtype=object)
    for head in ("Needs call on", "Proposal sent on", "Proposal acknowledged on", "Signed on", "Payment received on"):
        frame[head] = pd.Series([date_cell(draw) for _ in range(DEALS)], dtype=object)
    recipe = load_recipe("eight")
    for column in pipeline_with_marks(recipe.scoring, recipe.framework).columns:
        if column.highest:
            offered: tuple[object, ...] = (None, None, *range(column.highest + 2), *ODD_MARKS)
            frame[column.name] = pd.Series([draw.choice(offered) for _ in range(DEALS)], dtype=object)
    return frame


def activities(draw: random.Random) -> pd.DataFrame:
    ids = [f"D-{number}" for number in range(DEALS)] + ["d-1", "D-*", "unknown"]
    rows = [
        {
            "Date": AS_OF - dt.timedelta(days=draw.randint(-3, 40)),
            "Deal ID": draw.choice(ids),
            "Type": draw.choice(TYPES),
        }
        for _ in range(6_000)
    ]
    return pd.DataFrame(rows, columns=list(ACTIVITIES.heads), dtype=object)


def built(given: pd.DataFrame, log: pd.DataFrame) -> bytes:
    return build_workbook(
        load_recipe("eight"),
        now=NOW,
        settings={"as_of": AS_OF, "idle_business_days": 10},
        tables={
            "Pipeline": given,
            "Activities": log,
            "Criteria": criteria_table(),
            "Holidays": pd.DataFrame({"Date": [*HOLIDAYS, None], "Holiday": "off"}, dtype=object),
        },
        tabs=(*TABS, offers(DEALS, len(load_recipe("eight").stages))),
    )


CUT: Final = f"StageFirst:INDEX(StageMoves,${column_letters(2 + PIPELINE.heads.index('Furthest stage'))}5)"
"""The validation of the first row."""


def offers(rows: int, listed: int) -> Tab:
    """A tab that reads, for each row of Pipeline, the range its drop-down is cut to: its length, then its cells."""
    blocks: list[Text] = []
    for number in range(rows):
        # as Excel moves the validation down, and seen from another sheet
        here = CUT.replace("$", "Pipeline!$").replace("5)", f"{number + 5})")
        blocks.append(Text(f"A{number + 1}", "", formula=f"ROWS({here})"))
        blocks += [
            Text(f"{column_letters(1 + n)}{number + 1}", "", formula=f"INDEX({here},{n})") for n in range(1, listed + 1)
        ]
    return Tab("Offers", "hidden", tuple(blocks))


def wrong_cells(book: Book, heads: Sequence[str]) -> list[tuple[object, ...]]:
    facts, sheet = read_facts(book, AS_OF), book.frame("Pipeline")
    wrong: list[tuple[object, ...]] = []
    columns = computed_columns(book)
    assert sorted(column.name for column in columns) == sorted(heads)
    for column in columns:
        engine = column.evaluate(facts).reindex(sheet.index)
        assert engine.notna().sum() >= 100, column.name
        is_date = column.name in {"In stage since", "Stage due"}
        for position in sheet.index:
            native, wanted = (as_cell(one[position], is_date=is_date) for one in (sheet[column.name], engine))
            if native != wanted:
                wrong.append((column.name, position, native, wanted, sheet.loc[position].to_dict()))
    return wrong


@pytest.mark.libreoffice
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Cell .* is marked as a date but the serial value")
def test_every_computed_cell_and_every_drop_down_is_what_the_engine_says(tmp_path: Path) -> None:
    draw = random.Random(7)  # noqa: S311 - sample rows
    given, log = deals(draw), activities(draw)
    path = tmp_path / "criteria.xlsx"
    path.write_bytes(built(given, log))
    native = recalculated(path, tmp_path / "out")

    book = with_inputs(read_tables(native), given)
    criteria, faults = read_criteria(book)
    assert faults == ()
    assert {one.kind for one in criteria} == set(CRITERION_KINDS)
    wrong = wrong_cells(book, [column.name for column in PIPELINE.columns if column.writer == "formula"])
    assert not wrong, (len(wrong), wrong[:3])

    listed = stage_list(book)["Stages offered"].tolist()
    furthest = [int(cell) for cell in book.frame("Pipeline")["Furthest stage"]]
    assert set(furthest) == set(range(3, len(listed) + 1))
    shown = openpyxl.load_workbook(native, data_only=True)["Offers"]
    for position, (count, *names) in enumerate(shown.iter_rows(values_only=True, max_row=DEALS)):
        assert count == furthest[position]
        assert names[: furthest[position]] == listed[: furthest[position]]


@pytest.mark.slow
def test_the_cut_that_is_evaluated_is_that_of_the_validation(eight_read: Workbook) -> None:
    sheet = eight_read["Pipeline"]
    assert CUT in [rule.formula1 for rule in sheet.data_validations.dataValidation]
