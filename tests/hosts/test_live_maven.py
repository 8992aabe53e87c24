"""The live host on real input: 8,800 deals of a CRM export, refreshed in a running spreadsheet and as a closed file."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import SHARED
from tests.hosts.live_books import differences
from tests.live.call_count import counted
from xlpipeline.hosts.file import ClosedWorkbook, apply_changes, read_book
from xlpipeline.hosts.live import LiveWorkbook
from xlpipeline.jobs.import_deals import import_in
from xlpipeline.jobs.new import TeamRequest, new_file
from xlpipeline.jobs.refresh import refresh

if TYPE_CHECKING:
    from tests.live.engine import LiveApp

MAVEN = SHARED / "data" / "maven_crm"
RECIPE = Path(__file__).parents[1] / "data" / "maven.toml"
NOW = dt.datetime(2026, 11, 21, 9, 30, tzinfo=dt.UTC)
AS_OF = dt.date(2017, 12, 31)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.libreoffice,
    pytest.mark.skipif(not MAVEN.is_dir(), reason="the shared data is not beside the checkout"),
]


def test_a_first_refresh_in_excel_gives_the_cells_of_one_of_the_closed_file(live_app: LiveApp, tmp_path: Path) -> None:
    closed = tmp_path / "team.xlsx"
    new_file(closed, TeamRequest(str(RECIPE), "Hardware", "USD", reps=MAVEN / "sales_teams.csv"), now=NOW)
    import_in(ClosedWorkbook(closed), MAVEN / "sales_pipeline.csv", now=NOW)
    live = LiveWorkbook(live_app.open(Path(shutil.copy(closed, tmp_path / "open.xlsx"))))
    given = live.read()
    with counted(live_app) as calls:
        live.apply(refresh(given, now=NOW, as_of=AS_OF).changes)
    apply_changes(closed, refresh(read_book(closed), now=NOW, as_of=AS_OF).changes)
    found = live.read()
    assert differences(read_book(closed), found) == []
    assert not refresh(found, now=NOW, as_of=AS_OF).changes
    assert calls.total() < 9000  # constant, whatever the rows; it grows with the number of tabs
