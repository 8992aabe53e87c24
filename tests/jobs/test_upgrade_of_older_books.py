"""Ready workbooks that earlier versions shipped get all that today's has, with what a team has entered meanwhile."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

import pandas as pd
import pytest

from tests.conftest import AS_OF, NOW, ROOT
from tests.validators import all_complaints
from xlpipeline.hosts.file import ClosedWorkbook, apply_changes, file_hash, read_book
from xlpipeline.jobs.demo import demo_tables
from xlpipeline.jobs.refresh import refresh_in
from xlpipeline.jobs.upgrade import Missing, find_missing, upgrade_file
from xlpipeline.model.book import Book, ChangeSet, TableChange
from xlpipeline.model.schema import INPUT_TABLES, SCHEMA_VERSION
from xlpipeline.model.settings import setting_fields
from xlpipeline.samples.team_year import make_team
from xlpipeline.tabs import TABS
from xlpipeline.tabs.layout import TableBlock

pytestmark = pytest.mark.slow

OLDER: Final = ROOT / "tests" / "data" / "older"
VERSIONS: Final = tuple(range(1, SCHEMA_VERSION))
DEALS: Final = 60
FILLED: Final = ("Pipeline", "Leads", "Activities", "Reps", "Quotas")


def test_every_earlier_version_has_its_book() -> None:
    mend = f"please put workbook_templates/eight.xlsx of the last version into {OLDER.name}, as eight_<version>.xlsx"
    assert sorted(path.name for path in OLDER.glob("*.xlsx")) == [f"eight_{one}.xlsx" for one in VERSIONS], mend


@pytest.fixture(params=VERSIONS)
def old_book(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The ready workbook of an earlier version, with a team's deals, activities, leads, reps and quotas."""
    path = Path(shutil.copy(OLDER / f"eight_{request.param}.xlsx", tmp_path / "old.xlsx"))
    book = read_book(path)
    assert book.names["xlp_schema"] == request.param
    tables = demo_tables(make_team(11, DEALS, AS_OF, mess=0.0))
    changes = ChangeSet(tuple(_entered(book, name, tables[name]) for name in FILLED))
    apply_changes(path, changes, expected_hash=file_hash(path), keep_backup=False)
    return path


def _entered(book: Book, name: str, rows: pd.DataFrame) -> TableChange:
    """What people enter into the columns that the old table has."""
    table = book.tables[name]
    own = [str(head) for head in rows if head in table.frame.columns and head not in table.formula_columns]
    cells = {head: rows[head].reset_index(drop=True).astype(object) for head in own}
    return TableChange(name, cells, rows=len(rows))


def entered(book: Book, name: str, heads: list[str]) -> pd.DataFrame:
    return book.frame(name)[heads].reset_index(drop=True)


def test_an_old_book_gets_all_that_is_new_and_keeps_what_people_wrote(old_book: Path) -> None:
    before = read_book(old_book)
    assert find_missing(before) != Missing((), {}, ())
    outcome = upgrade_file(old_book, now=NOW)
    after = read_book(old_book)
    assert outcome.data["refused"] == []
    assert find_missing(after) == Missing((), {}, ())
    assert after.names["xlp_schema"] == SCHEMA_VERSION
    blocks = (block for tab in TABS for block in tab.blocks if isinstance(block, TableBlock))
    lacking = {block.table.name: set(block.table.heads) - set(after.frame(block.table.name)) for block in blocks}
    assert not {name: heads for name, heads in lacking.items() if heads}
    assert set(after.frame("Settings")["Key"]) >= {one.name for one in setting_fields()}
    for table in INPUT_TABLES:
        if table.name in before.tables and table.name != "Settings":
            kept = [
                column.name
                for column in table.columns
                if column.writer == "user" and column.name in before.frame(table.name).columns
            ]
            pd.testing.assert_frame_equal(entered(after, table.name, kept), entered(before, table.name, kept))


def test_after_the_upgrade_the_new_tabs_are_filled_and_a_second_refresh_is_idle(old_book: Path) -> None:
    upgrade_file(old_book, now=NOW)
    refresh_in(ClosedWorkbook(old_book, keep_backup=False), now=NOW, as_of=AS_OF)
    book = read_book(old_book)
    for table in ("WaterfallLines", "BenchmarkResults", "ForecastByCategory", "LeadSources", "ActivityByRep"):
        assert book.frame(table).iloc[:, 0].notna().all(), table
    assert f"{DEALS} opportunities" in str(book.names["line_dashboard"])
    assert all_complaints(old_book) == []
    rows = book.frame("Pipeline")
    is_open = rows["Stage type"] == "open"
    assert rows.loc[is_open & rows["Amount"].notna(), "Priority"].between(0, 100).all()
    assert (rows.loc[is_open, "Value touches"] >= 0).all()
    assert rows.loc[~is_open, ["Priority", "Value touches"]].isna().to_numpy().all()
    assert rows["Persona"].isna().all()
    assert refresh_in(ClosedWorkbook(old_book, keep_backup=False), now=NOW, as_of=AS_OF).data["written"] is False
