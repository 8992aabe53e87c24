"""Workbooks of versions 1 and 3 get all that version 4 has: tabs, tables, columns, settings and cells.

The old books are those of today without what came later. Version 3 had no room below its win rates.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

import pandas as pd
import pytest

from tests.conftest import AS_OF, NOW
from tests.validators import all_complaints
from xlpipeline.hosts.file import ClosedWorkbook, apply_changes, file_hash, read_book, write_new
from xlpipeline.jobs.demo import demo_tables
from xlpipeline.jobs.refresh import refresh_in
from xlpipeline.jobs.upgrade import Missing, find_missing, upgrade_file
from xlpipeline.model.book import Book, ChangeSet, TableChange, column_letters, column_number
from xlpipeline.model.schema import SCHEMA_VERSION
from xlpipeline.model.settings import setting_fields
from xlpipeline.samples.team_year import make_team
from xlpipeline.tabs import TABS
from xlpipeline.tabs.layout import Block, Card, ChartBlock, Filter, Tab, TableBlock, Text, split_anchor
from xlpipeline.workbooks.build import build_workbook
from xlpipeline.workbooks.recipes import load_recipe

pytestmark = pytest.mark.slow

NEW_TABS: Final = {"Waterfall", "Forecast", "Benchmarks", "Costs"}
TABLES_OF_3: Final = {
    "OpenByStage", "WonByMonth", "Scorecard", "WinRates", "StageConversion", "WinRateByQuarter", "CoverageByRep",
    "VelocityPaces", "CycleTimes", "VelocityByRep", "StaleFlags", "Inflation", "OldestDeals", "CleanUp",
    "AgingByStage", "StaleByRep", "DataQualityByRep", "DashboardCards", "OpenByStageChart", "CoverageCards",
    "CoverageLowest", "CoverageMoney", "VelocityCards",
}  # fmt: skip
"""Tables of dashboards, and those behind them, that version 3 had."""
NEW_COLUMNS: Final = {
    "Pipeline": {"Forecast category"},
    "OldestDeals": {"Rank"},
    "CleanUp": {"Rank"},
    "_Snapshots": {"Weighted forecast", "Commit forecast", "Outcome P50", "N-day wins", "N-day value"},
}
NEW_SETTINGS: Final = {
    "amount_measure", "forecast_days", "probability_source", "commit_from", "best_case_from", "amount_drop_share",
    "required_from_quarters", "waterfall_from", "listed_pushes", "conversion_days", "bottleneck_days",
}  # fmt: skip
OLDER_TABS: Final = {"_History", "_Snapshots", "_Edits"}
"""Version 1 had no history."""
INPUTS: Final = ("Leads", "Activities", "Stages", "Criteria", "Reps", "Quotas", "Playbook", "Holidays", "FX")


def as_of_3(tab: Tab) -> Tab:
    """The tab without the tables, columns and cells that version 4 brought."""
    blocks = tuple(old for block in tab.blocks for old in _old_blocks(tab, block))
    return replace(tab, blocks=blocks)


def _old_blocks(tab: Tab, block: Block) -> tuple[Block, ...]:
    is_shown = tab.role == "dashboard" or tab.name == "_Cards"
    if isinstance(block, ChartBlock):
        return (block,) if block.table in TABLES_OF_3 else ()
    if isinstance(block, TableBlock):
        name = block.table.name
        if name in {"Experiments"} or (is_shown and name not in TABLES_OF_3):
            return ()
        columns = tuple(replace(c, writer="refresh") if is_shown and name in {"OldestDeals", "CleanUp"} else c
                        for c in block.table.columns if c.name not in NEW_COLUMNS.get(name, ()))  # fmt: skip
        old = replace(block, table=replace(block.table, columns=columns), tints=())
        if name in {"OldestDeals", "CleanUp"}:
            old = replace(old, formulas={}, body=())
        return _without_room(old) if name == "WinRates" else (old,)
    if is_shown and isinstance(block, Card | Filter):
        return (block,) if block.name.startswith(("dashboard_", "coverage_", "velocity_")) else ()
    return () if isinstance(block, Text) and block.name in {"dashboard_says", "conversion_basis"} else (block,)


def _without_room(block: TableBlock) -> tuple[Block, ...]:
    letters, row = split_anchor(block.anchor)
    below = Text(f"{column_letters(column_number(letters))}{row + 12}", "What stands below", "hint")
    return replace(block, rows=8), below


def build_old(path: Path, version: int) -> None:
    tabs = tuple(as_of_3(tab) for tab in TABS if tab.name not in NEW_TABS)
    if version == 1:
        tabs = tuple(tab for tab in tabs if tab.name not in OLDER_TABS)
    tables = demo_tables(make_team(11, 60, AS_OF, mess=0.0))
    tables["Pipeline"] = tables["Pipeline"].drop(columns=["Forecast category"], errors="ignore")
    kept = {name: frame for name, frame in tables.items() if name not in {"Experiments", "Benchmarks"}}
    write_new(path, build_workbook(load_recipe("eight"), now=NOW, tables=kept, tabs=tabs))
    rows = read_book(path).frame("Settings")
    rows = rows[~rows["Key"].isin(NEW_SETTINGS)].reset_index(drop=True)
    rows.loc[rows["Key"] == "team", "Value"] = "Our own name"
    settings = TableChange("Settings", {str(head): rows[head].astype(object) for head in rows}, rows=len(rows))
    old = ChangeSet((settings,), {"xlp_schema": version})
    apply_changes(path, old, expected_hash=file_hash(path), keep_backup=False)


@pytest.fixture(params=[1, 3])
def old_book(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "old.xlsx"
    build_old(path, request.param)
    refresh_in(ClosedWorkbook(path, keep_backup=False), now=NOW, as_of=AS_OF)
    return path


def all_tables() -> dict[str, set[str]]:
    blocks = (block for tab in TABS for block in tab.blocks if isinstance(block, TableBlock))
    return {block.table.name: set(block.table.heads) for block in blocks}


def without_formulas(book: Book, name: str, heads: pd.Index) -> pd.DataFrame:
    return book.frame(name)[[head for head in heads if head not in book.tables[name].formula_columns]]


def test_an_old_book_gets_all_that_is_new_and_keeps_what_people_wrote(old_book: Path) -> None:
    before = read_book(old_book)
    assert NEW_SETTINGS.isdisjoint(before.frame("Settings")["Key"])
    assert {"WaterfallLines", "Benchmarks", "Experiments", "ForecastByRep"}.isdisjoint(before.tables)
    outcome = upgrade_file(old_book, now=NOW)
    after = read_book(old_book)
    assert outcome.data["refused"] == []
    assert find_missing(after) == Missing((), {}, ())
    assert after.names["xlp_schema"] == SCHEMA_VERSION == 4
    assert {name: heads - set(after.frame(name).columns) for name, heads in all_tables().items()} == {
        name: set() for name in all_tables()
    }
    settings = after.frame("Settings").set_index("Key")["Value"]
    assert set(settings.index) >= {one.name for one in setting_fields()}
    assert settings["team"] == "Our own name"
    for name in INPUTS:
        pd.testing.assert_frame_equal(after.frame(name), before.frame(name))
    heads = before.frame("Pipeline").columns
    pd.testing.assert_frame_equal(
        without_formulas(after, "Pipeline", heads)[list(without_formulas(before, "Pipeline", heads))],
        without_formulas(before, "Pipeline", heads),
    )
    assert after.frame("WinRates")["Basis"].tolist() == before.frame("WinRates")["Basis"].tolist()


def test_after_the_upgrade_the_new_tabs_are_filled_and_a_second_refresh_is_idle(old_book: Path) -> None:
    upgrade_file(old_book, now=NOW)
    book = read_book(old_book)
    for table in ("WaterfallLines", "BenchmarkResults", "ForecastByCategory", "CoveragePast", "TimeInStage"):
        assert book.frame(table).iloc[:, 0].notna().all(), table
    assert book.frame("OldestDeals")["Deal ID"].notna().any()
    assert book.names["waterfall_says"]
    assert refresh_in(ClosedWorkbook(old_book, keep_backup=False), now=NOW).data["written"] is False


def test_an_upgraded_book_has_no_fault(old_book: Path) -> None:
    upgrade_file(old_book, now=NOW)
    assert all_complaints(old_book) == []
