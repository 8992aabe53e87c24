"""What the dashboards look like on paper: sentences end inside the print area, headings stay with their tables."""

from __future__ import annotations

import io
from collections.abc import Iterator

import openpyxl
import pytest

from tests.tabs.dashboard_laws import CASES, REASON_HEADS, frames_of
from tests.workbooks.conftest import NOW
from xlpipeline.model.book import column_letters, column_number
from xlpipeline.tabs import conversion, coverage, dashboard, velocity
from xlpipeline.tabs.coverage_reps import CHART_ROWS, LOWEST, MONEY
from xlpipeline.tabs.layout import ChartBlock, Tab, TableBlock, split_anchor
from xlpipeline.workbooks.build import build_workbook
from xlpipeline.workbooks.recipes import load_recipe

pytestmark = pytest.mark.slow

LETTER = 0.78
"""Width of a letter of the body font, in units of a column's width."""


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("tab", [dashboard.TAB, coverage.TAB, conversion.TAB, velocity.TAB], ids=lambda tab: tab.name)
def test_reasons_end_inside_the_print_area(tab: Tab, case: str) -> None:
    bodies = frames_of(tab.fill(CASES[case]()))
    for block, head, column in _reason_columns(tab):
        room = _room(tab, column)
        for text in bodies[block.table.name][head]:
            assert len(str(text)) * LETTER <= room, (block.table.name, room, text)


def _reason_columns(tab: Tab) -> Iterator[tuple[TableBlock, str, int]]:
    for block in tab.blocks:
        if isinstance(block, TableBlock) and block.table.heads[-1] in REASON_HEADS:
            first = column_number(split_anchor(block.anchor)[0])
            yield block, block.table.heads[-1], first + len(block.table.columns) - 1


def _room(tab: Tab, column: int) -> float:
    last = column_number(tab.print_columns.split(":")[1])
    return sum(tab.widths.get(column_letters(number), 8.4) for number in range(column, last + 1))


def test_tables_that_grow_begin_a_page() -> None:
    growing = [block for block in conversion.TAB.blocks if isinstance(block, TableBlock) and block.grows]
    built = build_workbook(load_recipe("eight"), now=NOW)
    sheet = openpyxl.load_workbook(io.BytesIO(built))["Conversion"]
    assert len(growing) == 2
    for table in growing:
        assert split_anchor(table.anchor)[1] - 1 in [one.id for one in sheet.row_breaks.brk]


@pytest.mark.parametrize("tab", [dashboard.TAB, coverage.TAB], ids=lambda tab: tab.name)
def test_a_chart_by_rep_says_how_many_reps_it_shows(tab: Tab) -> None:
    by_rep = (LOWEST.name, MONEY.name)
    titles = [block.title for block in tab.blocks if isinstance(block, ChartBlock) and block.table in by_rep]
    assert titles
    assert all(f"up to {CHART_ROWS} reps" in title for title in titles)
