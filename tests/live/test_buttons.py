"""Buttons that write, on a small team's open workbook: every cell is afterwards as the file host leaves it."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import xlwings as xw

from tests.conftest import AS_OF, NOW
from tests.live.call_count import failing
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
from xlpipeline.jobs.convert_lead import convert_in
from xlpipeline.jobs.import_deals import import_in
from xlpipeline.jobs.refresh import refresh_in
from xlpipeline.jobs.review import review_in
from xlpipeline.jobs.snapshot import snapshot_in
from xlpipeline.model.book import ChangeSet, TableChange

pytestmark = [pytest.mark.libreoffice, pytest.mark.slow]

LATER = NOW + dt.timedelta(hours=3)
CSV = "Deal ID,Opportunity,Account,Stage,Amount,Created,Expected close\n"


@pytest.fixture(autouse=True)
def _fixed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(macros, "_now", lambda: LATER)
    give_tables_filters(monkeypatch)


@pytest.fixture(scope="module")
def prepared(built_books: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = Path(shutil.copy(built_books["messy"], tmp_path_factory.mktemp("buttons") / "team.xlsx"))
    prepare(path, AS_OF, NOW)
    return path


@pytest.fixture
def twin(prepared: Path, tmp_path: Path) -> Path:
    """The closed copy, which the file host works on."""
    return Path(shutil.copy(prepared, tmp_path / "team.xlsx"))


@pytest.fixture
def team(prepared: Path, open_copy: Callable[[Path], xw.Book]) -> xw.Book:
    """The open copy, on which buttons are pressed."""
    return open_copy(prepared)


def edit(path: Path, book: xw.Book, head: str, position: int, value: object) -> None:
    """The same edit in the closed and in the open copy."""
    change = TableChange("Pipeline", {head: pd.Series([value], index=[position], dtype=object)})
    apply_changes(path, ChangeSet((change,)))
    select(book, "Pipeline", head, position).value = value


def test_a_refresh_leaves_every_cell_as_the_file_host_does(twin: Path, team: xw.Book) -> None:
    row = deal_rows(read_book(twin), Stage_type="open")[0]
    edit(twin, team, "Amount", row, 98_765.0)
    edit(twin, team, "Next step", row, None)
    outcome = refresh_in(ClosedWorkbook(twin), now=LATER, user=USER)
    [told] = press("refresh_metrics", team)
    assert told.split("\n")[:2] == list(outcome.sentences[:2])
    assert "Issues tab" in told
    assert "is not saved yet" in told
    steps = [str(step) for step in team.app.impl.status_history if step]
    assert [step for step in steps if step.startswith("xlpipeline: reading team.xlsx")]
    assert "xlpipeline: measuring …" in steps
    assert differences(cells_of(team), read_book(twin)) == []


def test_advance_moves_the_deal_of_the_selected_row(twin: Path, team: xw.Book) -> None:
    before = read_book(twin)
    row = deal_rows(before, Stage_type="open", Missing_criteria=None)[0]
    deal, stage = (str(before.frame("Pipeline").at[row, head]) for head in ("Deal ID", "Stage"))
    select(team, "Pipeline", "Notes", row)
    asked, told = press("advance_stage", team, None)
    assert asked.startswith(f"Move {deal} from {stage} to which stage? ")
    assert told.startswith(f"{deal} moved from {stage} to ")
    advance_in(ClosedWorkbook(twin), MoveRequest(deal), now=LATER, user=USER)
    assert differences(cells_of(team), read_book(twin)) == []


def test_missing_criteria_are_told_and_an_override_with_a_reason_is_kept(twin: Path, team: xw.Book) -> None:
    before = read_book(twin)
    row = deal_rows(before, Missing_criteria="decision-maker")[0]
    deal = str(before.frame("Pipeline").at[row, "Deal ID"])
    select(team, "Pipeline", "Stage", row)
    _, missing, why, told = press("advance_stage", team, None, "yes", "The boss said so")
    assert f"{deal} cannot move from" in missing
    assert "fill in Decision maker" in missing
    assert "--override" not in missing
    assert why == f"Why may {deal} move without it?"
    assert "Overridden: decision-maker." in told
    advance_in(ClosedWorkbook(twin), MoveRequest(deal, override="The boss said so"), now=LATER, user=USER)
    assert differences(cells_of(team), read_book(twin)) == []


def test_a_move_back_asks_why_and_off_pipeline_the_deal_is_asked_for(twin: Path, team: xw.Book) -> None:
    before = read_book(twin)
    row = deal_rows(before, Stage="Handling objections", Stage_type="open")[0]
    deal = str(before.frame("Pipeline").at[row, "Deal ID"])
    team.sheets["Dashboard"].activate()
    which, _, why, told = press("advance_stage", team, deal.lower(), "Prospecting", "They have no budget")
    assert which.startswith("Which deal?")
    assert why == f"To move {deal} back from Handling objections to Prospecting, please say why."
    assert told.startswith(f"{deal.lower()} moved from Handling objections to Prospecting.")
    request = MoveRequest(deal, "Prospecting", reason="They have no budget")
    advance_in(ClosedWorkbook(twin), request, now=LATER, user=USER)
    assert differences(cells_of(team), read_book(twin)) == []


def test_convert_makes_the_opportunity_of_the_selected_lead(twin: Path, team: xw.Book) -> None:
    leads = read_book(twin).frame("Leads")
    row = int(leads.index[leads["Status"].isin(["new", "working"]) & leads["Deal ID"].isna()][0])
    lead = str(leads.at[row, "Lead ID"])
    select(team, "Leads", "Lead", row)
    asked, told = press("convert_lead", team, "Roll-out")
    assert asked.startswith(f"What shall the opportunity of {lead} be called?")
    assert told.startswith(f"The lead {lead} is now the opportunity ")
    convert_in(ClosedWorkbook(twin), lead, name="Roll-out", now=LATER, user=USER)
    live = cells_of(team)
    assert differences(live, read_book(twin)) == []
    assert live.frame("Pipeline")["Opportunity"].tolist().count("Roll-out") == 1


def filter_on(book: xw.Book) -> set[int]:
    return {one.field for one in table(book, "Pipeline").autofilter.criteria if one.type != "none"}


def test_three_clicks_show_stale_rows_then_all_then_tint_again(twin: Path, team: xw.Book) -> None:
    heads = table(team, "Pipeline").header_row_range.value
    owner, flags = heads.index("Owner") + 1, heads.index("Flags") + 1
    table(team, "Pipeline").autofilter.apply_comparison(owner, "not_equal_to", None)
    frame = read_book(twin).frame("Pipeline")
    stale = frame["Flags"].notna()
    [told] = press("colour_stale_rows", team)
    assert f"{int(stale.sum()):,} of " in told
    assert "stale as of 2026-05-15:" in told
    assert "Only stale rows are shown now." in told
    assert filter_on(team) == {owner, flags}, "the user's own filter stays"
    shown = [not select(team, "Pipeline", "Flags", i).rows.hidden for i in range(0, len(frame), 5)]
    assert shown == (stale & frame["Owner"].notna()).iloc[::5].tolist()
    [told] = press("colour_stale_rows", team)
    assert "All rows are shown again, and the tint is off." in told
    assert filter_on(team) == {owner}
    closed = ClosedWorkbook(twin)
    closed.apply(switched(closed.read(), "off"))
    assert differences(cells_of(team), read_book(twin)) == []
    assert cells_of(team).names["ColourRows"] == "off"
    [told] = press("colour_stale_rows", team)
    assert "Stale rows are tinted now." in told
    assert cells_of(team).names["ColourRows"] == "on"


def test_a_review_is_that_of_the_file_host_and_keeps_what_was_typed(twin: Path, team: xw.Book) -> None:
    told = press("start_review", team)[-1]
    assert told.startswith("Review of 2026-05-15 started, compared with ")
    review_in(ClosedWorkbook(twin), now=LATER, user=USER)
    assert differences(cells_of(team), read_book(twin)) == []
    table = team.sheets["Review"].tables["Review"]
    note = table.range.value[0].index("Manager note") + 1
    table.range[1, note - 1].value = "Call the CFO"
    assert press("start_review", team)[-1].startswith("Review of 2026-05-15 brought up to date")
    assert table.range[1, note - 1].value == "Call the CFO"


def test_a_snapshot_is_that_of_the_file_host(twin: Path, team: xw.Book) -> None:
    asked, told = press("take_snapshot", team, "Monday review")
    assert asked == "What shall the snapshot be called? It may stay blank."
    assert told.startswith("Snapshot “Monday review” of 2026-05-15 taken: ")
    snapshot_in(ClosedWorkbook(twin), "Monday review", now=LATER, user=USER)
    assert press("take_snapshot", team, None)[-1].startswith("Snapshot of 2026-05-15 taken: ")
    snapshot_in(ClosedWorkbook(twin), "", now=LATER, user=USER)
    assert differences(cells_of(team), read_book(twin)) == []


def test_an_import_shows_a_preview_imports_and_refreshes(twin: Path, team: xw.Book, tmp_path: Path) -> None:
    source = tmp_path / "deals.csv"
    rows = (
        "N-1,New thing,Acme,Prospecting,1200,2026-05-01,2026-07-13\n",
        "N-2,Other thing,Brown,Qualification,800.5,2026-05-02,2026-08-14\n",
    )
    source.write_text(CSV + "".join(rows), encoding="utf-8")
    box, preview, told = press("import_deals", team, str(source), "yes")
    assert "*.csv;*.xlsx" in box
    assert preview.startswith("deals.csv: 2 new, 0 updated, 0 unchanged.")
    assert "Opportunity → Opportunity" in preview
    assert preview.endswith("Import it?")
    assert told.startswith("Imported deals.csv: 2 added, 0 updated, 0 unchanged.")
    import_in(ClosedWorkbook(twin), source, now=LATER)
    refresh_in(ClosedWorkbook(twin), now=LATER, user=USER)
    assert differences(cells_of(team), read_book(twin)) == []
    with nothing_written(team):
        assert press("import_deals", team, str(source))[-1].startswith("deals.csv holds nothing new: 2 opportunities")


def test_a_mapping_file_beside_the_source_decides_and_is_mentioned(team: xw.Book, tmp_path: Path) -> None:
    source = tmp_path / "crm.csv"
    source.write_text(f"{CSV}N-1,New,Acme,Prospecting,1200,03/04/2026,05/06/2026\n", encoding="utf-8")
    with nothing_written(team):
        _, refused = press("import_deals", team, str(source))
    assert "A mapping file is read where it lies beside the source as crm.toml." in refused
    assert team.app.impl.asked[-1][2] == "Import: the file cannot be imported"
    source.with_suffix(".toml").write_text('[dates]\norder = "day-first"\n', encoding="utf-8")
    _, preview, told = press("import_deals", team, str(source), "yes")
    assert "The mapping file crm.toml beside it is used." in preview
    assert told.startswith("Imported crm.csv: 1 added")
    frame = cells_of(team).frame("Pipeline").set_index("Deal ID")
    assert frame.at["N-1", "Created"] == dt.date(2026, 4, 3)


def test_a_new_team_workbook_is_built_and_opened(team: xw.Book, tmp_path: Path) -> None:
    target = tmp_path / "EMEA"
    with nothing_written(team):
        *asked, told = press("new_team_workbook", team, "five", "EMEA", "usd", str(target))
    assert asked[0].startswith("Which template? five, seven, eight")
    assert asked[3] == "EMEA.xlsx"
    assert told.startswith(f"Built {target}.xlsx from the template five")
    made = team.app.books.active
    assert made is not None
    assert made.name == "EMEA.xlsx"
    settings = cells_of(made).frame("Settings").set_index("Key")["Value"]
    assert (settings["team"], settings["currency"]) == ("EMEA", "USD")
    refused = press("new_team_workbook", made, "five", "EMEA", "usd", str(target))[-1]
    assert refused == "A workbook called EMEA.xlsx is open; please choose another name or close it."


def test_a_refusal_by_excel_half_way_is_one_message_and_the_workbook_is_as_it_was(team: xw.Book) -> None:
    select(team, "Pipeline", "Amount", deal_rows(cells_of(team), Stage_type="open")[0]).value = 12.0
    before = cells_of(team)
    with failing(team.app, after=3, of="Range.raw_value=") as fault:
        [told] = press("refresh_metrics", team)
    assert fault.happened
    assert "the workbook is as it was" in told
    assert differences(cells_of(team), before) == []


def test_a_dashboard_with_a_password_is_one_message_and_nothing_is_written(team: xw.Book) -> None:
    select(team, "Pipeline", "Amount", deal_rows(cells_of(team), Stage_type="open")[0]).value = 12.0
    sheet = team.sheets["Dashboard"].api
    sheet.Unprotect("")
    sheet.Protect("secret")
    before = cells_of(team)
    [told] = press("refresh_metrics", team)
    assert "The tab Dashboard is protected with a password" in told
    assert differences(cells_of(team), before) == []
    assert all(team.sheets[name].api.ProtectContents for name in ("Dashboard", "Coverage", "Aging"))


def test_a_protected_pipeline_is_said_and_not_filtered(team: xw.Book) -> None:
    team.sheets["Pipeline"].api.Protect("secret")
    with nothing_written(team):
        [told] = press("colour_stale_rows", team)
    assert told == "The tab Pipeline is protected, so it cannot be filtered; please unprotect it first."
