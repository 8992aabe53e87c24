"""The stamps on a workbook as xlpipeline builds it: found by name, written, and read by the engine as typed."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from pathlib import Path

import pytest
from pyopenvba.apps.excel import Workbook

from tests.addin.vba_excel import JULY_31, NOW, Excel, start_excel
from tests.conftest import AS_OF
from xlpipeline.hosts.file import read_book
from xlpipeline.jobs.demo import demo_tables
from xlpipeline.jobs.new import TeamRequest, new_file
from xlpipeline.model import edits
from xlpipeline.model.history_table import deal_key
from xlpipeline.samples.team_year import make_team

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")


def cell_of(excel: Excel, book: Workbook, head: str, row: int) -> str:
    """The address of a cell of Pipeline: a column, and a row of its body."""
    found = excel.app.run("XlpColumnCells", excel.app.run("XlpTable", book, "Pipeline"), head)
    return str(found.vba_get("Cells", [row, 1]).vba_get("Address")).replace("$", "")


@pytest.mark.slow
def test_what_a_rep_typed_reaches_the_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "team.xlsx"
    tables = demo_tables(make_team(11, 20, AS_OF))
    new_file(path, TeamRequest(team="Test team", tables=tables, as_of=AS_OF), now=NOW.replace(tzinfo=dt.UTC))
    excel = start_excel(monkeypatch)
    book = excel.app.open_workbook(path)
    excel.deliver("WorkbookOpen", book)
    sheet = next(sheet for sheet in book.sheets_ if sheet.name == "Pipeline")
    typed = {"Stage": "Proposal", "Amount": 1234.5, "Expected close": JULY_31}
    ids = excel.app.sheet("Pipeline", workbook=book).value(cell_of(excel, book, "Deal ID", 3))
    for head, value in typed.items():
        excel.type(book, cell_of(excel, book, head, 3), value, sheet)
    assert excel.is_enabled("XlpRefresh") is True
    excel.click("XlpRefresh")
    assert excel.told() == []

    saved = excel.app.save(tmp_path / "saved.xlsx", workbook=book)

    frame = read_book(saved).frame("_Edits")
    window = edits.Window(NOW - dt.timedelta(days=1), NOW + dt.timedelta(hours=1), BERLIN)
    found = edits.read_edits(frame, window, ["Proposal"])
    assert {column: edit.value for (_, column), (edit,) in found.items()} == {**typed, "Expected close": JULY_31.date()}
    assert {deal for deal, _ in found} == {deal_key(str(ids))}
    assert {(edit.moment, edit.in_utc, edit.user) for (edit,) in found.values()} == {
        (NOW, NOW.replace(tzinfo=dt.UTC) - dt.timedelta(minutes=120), "Rita Rep")
    }
