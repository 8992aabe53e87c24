"""Every button on the 8,800 deals of a CRM export in a live spreadsheet; its cells are always those of the file host.

One workbook is open for all tests and a closed twin goes with it: whatever order they run in, each does the same to
both and then compares every cell.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest
import xlwings as xw

from tests.conftest import SHARED
from tests.live.press import (
    USER,
    cells_of,
    deal_rows,
    differences,
    give_tables_filters,
    nothing_written,
    prepare,
    press,
    select,
    table,
)
from xlpipeline.addin import macros
from xlpipeline.hosts.file import ClosedWorkbook, apply_changes, read_book
from xlpipeline.jobs.advance import MoveRequest, advance_in
from xlpipeline.jobs.colour import switched
from xlpipeline.jobs.import_deals import import_in
from xlpipeline.jobs.new import TeamRequest, new_file
from xlpipeline.jobs.refresh import refresh_in
from xlpipeline.jobs.snapshot import snapshot_in
from xlpipeline.model.book import ChangeSet, TableChange

if TYPE_CHECKING:
    from tests.live.engine import LiveApp

MAVEN = SHARED / "data" / "maven_crm"
RECIPE = Path(__file__).parents[1] / "data" / "maven.toml"
NOW = dt.datetime(2026, 11, 21, 9, 30, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(hours=2)
AS_OF = dt.date(2017, 12, 31)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.libreoffice,
    pytest.mark.skipif(not MAVEN.is_dir(), reason="the shared data is not beside the checkout"),
]


@dataclass(frozen=True)
class Pair:
    """The open workbook and its closed twin."""

    book: xw.Book
    twin: Path

    @property
    def closed(self) -> ClosedWorkbook:
        return ClosedWorkbook(self.twin, keep_backup=False)

    def edit(self, head: str, position: int, value: object) -> None:
        """The same edit in both."""
        change = TableChange("Pipeline", {head: pd.Series([value], index=[position], dtype=object)})
        apply_changes(self.twin, ChangeSet((change,)), keep_backup=False)
        select(self.book, "Pipeline", head, position).value = value

    def assert_alike(self) -> None:
        found = differences(cells_of(self.book), read_book(self.twin))
        assert not found, f"{len(found):,} cells differ, such as {found[:5]}"


@pytest.fixture(scope="module")
def opened(_office: LiveApp, tmp_path_factory: pytest.TempPathFactory) -> Generator[Pair, None, None]:
    folder = tmp_path_factory.mktemp("maven")
    path = folder / "twin" / "team.xlsx"
    path.parent.mkdir()
    new_file(path, TeamRequest(str(RECIPE), "Hardware", "USD", reps=MAVEN / "sales_teams.csv"), now=NOW, user=USER)
    import_in(ClosedWorkbook(path), MAVEN / "sales_pipeline.csv", now=NOW)
    prepare(path, AS_OF, NOW)
    _office.impl.reset()
    yield Pair(_office.open(Path(shutil.copy(path, folder / "team.xlsx"))), path)
    _office.impl.reset()


@pytest.fixture
def pair(opened: Pair, monkeypatch: pytest.MonkeyPatch) -> Pair:
    monkeypatch.setattr(macros, "_now", lambda: LATER)
    give_tables_filters(monkeypatch)
    opened.book.activate()
    return opened


def test_refresh_metrics(pair: Pair) -> None:
    row = deal_rows(read_book(pair.twin), Stage="Engaging")[7]
    pair.edit("Amount", row, 4_321.5)
    pair.edit("Next step", row, "Call the buyer")
    outcome = refresh_in(pair.closed, now=LATER, user=USER)
    [told] = press("refresh_metrics", pair.book)
    assert told.split("\n")[:2] == list(outcome.sentences[:2])
    assert f"{len(read_book(pair.twin).frame('Pipeline')):,} opportunities" in told
    pair.assert_alike()
    with nothing_written(pair.book):
        assert "Nothing had changed" in press("refresh_metrics", pair.book)[0]


def test_advance_stage(pair: Pair) -> None:
    before = read_book(pair.twin)
    row = deal_rows(before, Stage="Prospecting")[11]
    deal = str(before.frame("Pipeline").at[row, "Deal ID"])
    select(pair.book, "Pipeline", "Stage", row)
    asked, told = press("advance_stage", pair.book, None)
    advance_in(pair.closed, MoveRequest(deal), now=LATER, user=USER)
    assert asked == f"Move {deal} from Prospecting to which stage? Engaging, Won, After-sales, Lost, Derailed"
    assert told.startswith(f"{deal} moved from Prospecting to Engaging.")
    pair.assert_alike()


def test_take_snapshot(pair: Pair) -> None:
    _, told = press("take_snapshot", pair.book, "Year end")
    outcome = snapshot_in(pair.closed, "Year end", now=LATER, user=USER)
    assert told.split("\n")[0] == outcome.sentences[0]
    pair.assert_alike()


def test_import_deals(pair: Pair, tmp_path: Path) -> None:
    """Rows of the same export with new amounts, and deals it has not had yet."""
    export = pd.read_csv(MAVEN / "sales_pipeline.csv", dtype=str, keep_default_na=False)
    won = export[export["deal_stage"] == "Won"].head(3).assign(close_value=["1001", "1002", "1003"])
    new = export[export["deal_stage"] == "Engaging"].head(2).assign(opportunity_id=["NEW-1", "NEW-2"])
    source = tmp_path / "update.csv"
    pd.concat([won, new]).to_csv(source, index=False)
    _, preview, told = press("import_deals", pair.book, str(source), "yes")
    imported = import_in(pair.closed, source, now=LATER).data
    refresh_in(pair.closed, now=LATER, user=USER)
    assert (imported["added"], imported["updated"], len(imported["faults"])) == (2, 3, 1)
    assert preview.startswith("update.csv: 2 new, 3 updated, 0 unchanged.")
    assert told.startswith("Imported update.csv: 2 added, 3 updated, 0 unchanged; 1 to mend, listed on Issues.")
    pair.assert_alike()


def test_colour_stale_rows(pair: Pair) -> None:
    flags = read_book(pair.twin).frame("Pipeline")["Flags"].notna()
    assert not flags.all(), "a closed deal is never stale"
    [told] = press("colour_stale_rows", pair.book)
    assert told.startswith(f"{int(flags.sum()):,} of ")
    assert "Only stale rows are shown now." in told
    fresh, stale = flags.tolist().index(False), flags.tolist().index(True)
    assert select(pair.book, "Pipeline", "Flags", fresh).rows.hidden
    assert not select(pair.book, "Pipeline", "Flags", stale).rows.hidden
    assert "the tint is off" in press("colour_stale_rows", pair.book)[0]
    assert "tinted now" in press("colour_stale_rows", pair.book)[0]
    for colouring in ("off", "on"):
        closed = pair.closed
        closed.apply(switched(closed.read(), colouring))
    pair.assert_alike()


def test_validate(pair: Pair) -> None:
    counts = read_book(pair.twin).frame("Issues")["Check"].value_counts()
    with nothing_written(pair.book):
        [told] = press("validate", pair.book, "yes")
    assert f"  {counts['Blank account']:,}  Blank account" in told
    assert pair.book.sheets.active.name == "Issues"


def test_next_issue(pair: Pair) -> None:
    issues = read_book(pair.twin).frame("Issues")
    select(pair.book, "Issues", "Check", len(issues) - 1)
    with nothing_written(pair.book):
        [told] = press("next_issue", pair.book)
    assert str(issues["What is wrong"].iloc[-1]) in told
    selection = pair.book.app.selection
    assert selection is not None
    assert f"'{selection.sheet.name}'!{selection.address.replace('$', '')}" == issues["Cell"].iloc[-1]


def test_explain_figure(pair: Pair) -> None:
    cell = pair.book.names["win_rate"].refers_to_range
    cell.sheet.activate()
    cell.select()
    with nothing_written(pair.book):
        [told] = press("explain_figure", pair.book)
    assert "Definition: Of the qualified deals that were closed in the window" in told
    assert f"Beside it: {pair.book.names['win_rate_n'].refers_to_range.value}" in told


def test_new_team_workbook(pair: Pair, tmp_path: Path) -> None:
    with nothing_written(pair.book):
        told = press("new_team_workbook", pair.book, "seven", "North", "USD", str(tmp_path / "north.xlsx"))[-1]
    assert told.startswith(f"Built {tmp_path / 'north.xlsx'} from the template seven")
    made = pair.book.app.books.active
    assert made is not None
    assert table(made, "Stages").range.shape[0] > 7
    made.close()


def test_about(pair: Pair) -> None:
    with nothing_written(pair.book):
        [told] = press("about", pair.book)
    assert f"Workbook: {pair.book.fullname}" in told
    assert pair.book.sheets.active.name == "Settings"
