"""The main job on real input: 8,800 deals of a CRM export through new, import and refresh, read back from the cells."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.conftest import SHARED
from xlpipeline.hosts.file import ClosedWorkbook, apply_changes, read_book
from xlpipeline.jobs.import_deals import import_in
from xlpipeline.jobs.new import TeamRequest, new_file
from xlpipeline.jobs.refresh import refresh_in
from xlpipeline.model.book import Book, CellError, ChangeSet, TableChange

MAVEN = SHARED / "data" / "maven_crm"
NOW = dt.datetime(2026, 11, 21, 9, 30, tzinfo=dt.UTC)
RECIPE = Path(__file__).parents[1] / "data" / "maven.toml"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not MAVEN.is_dir(), reason="the shared data is not beside the checkout"),
]


AS_OF = dt.date(2017, 12, 31)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("maven") / "team.xlsx"
    request = TeamRequest(str(RECIPE), "Hardware", "USD", reps=MAVEN / "sales_teams.csv")
    new_file(path, request, now=NOW)
    import_in(ClosedWorkbook(path), MAVEN / "sales_pipeline.csv", now=NOW)
    refresh_in(ClosedWorkbook(path), now=NOW, as_of=AS_OF)
    return path


@pytest.fixture(scope="module")
def book(path: Path) -> Book:
    """The trailing window is the default of four quarters: all closes of the data lie in it."""
    return read_book(path)


@pytest.fixture(scope="module")
def last_quarter_book(path: Path, tmp_path_factory: pytest.TempPathFactory) -> Book:
    """The same workbook after a manager has set the window to one quarter."""
    copy = Path(shutil.copy(path, tmp_path_factory.mktemp("quarter") / "team.xlsx"))
    settings = read_book(copy).frame("Settings")
    row = settings.index[settings["Key"] == "window_quarters"]
    change = TableChange("Settings", {"Value": pd.Series([1], index=row, dtype=object)})
    apply_changes(copy, ChangeSet((change,)))
    refresh_in(ClosedWorkbook(copy), now=NOW, as_of=AS_OF)
    return read_book(copy)


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((MAVEN / "expected.json").read_text())
    return found


def rate_row(book: Book, basis: str, window: str) -> pd.Series:
    frame = book.frame("WinRates")
    rows = frame[frame["Basis"].str.startswith(basis) & frame["Window"].str.startswith(window)]
    assert len(rows) == 1, frame[["Basis", "Window"]].to_string()
    return rows.iloc[0]


def card(book: Book, name: str) -> tuple[object, str, str]:
    return book.names[name], str(book.names[f"{name}_note"] or ""), str(book.names[f"{name}_n"] or "")


def test_all_8800_deals_arrive_with_their_outcomes(book: Book, expected: dict[str, Any]) -> None:
    pipeline = book.frame("Pipeline")
    kinds = pipeline.loc[pipeline["Deal ID"].notna(), "Stage type"].value_counts()
    assert int(kinds.sum()) == expected["rows"]
    assert (kinds["won"], kinds["lost"], kinds["open"]) == (expected["won"], expected["lost"], expected["open"])


def test_the_win_rate_of_closed_deals_has_its_wilson_bounds(book: Book, expected: dict[str, Any]) -> None:
    for basis in ("closed-broad", "closed-narrow"):
        row = rate_row(book, basis, "all time")
        assert (row["Won"], row["Of"]) == (expected["won"], expected["won"] + expected["lost"])
        assert row["Win rate"] == pytest.approx(expected["win_rate_closed"], abs=1e-6)
        assert [row["Low"], row["High"]] == pytest.approx(expected["win_rate_closed_wilson"], abs=1e-6)


def test_the_win_rate_of_created_deals_counts_undated_ones_only_where_it_says_so(
    book: Book, expected: dict[str, Any]
) -> None:
    rates = book.frame("WinRates")
    undated = rates[rates["Basis"] == "created, undated included"].iloc[0]
    dated = rate_row(book, "created, all time", "all time")
    assert undated["Win rate"] == pytest.approx(expected["win_rate_created"], abs=1e-6)
    assert (undated["Won"], undated["Of"]) == (4238, 8800)
    assert (dated["Won"], dated["Of"]) == (4238, 8300)
    assert "500" in undated["Window"] + dated["Window"]


def test_the_value_win_rate_refuses_and_says_why(book: Book, expected: dict[str, Any]) -> None:
    row = rate_row(book, "value", "all time")
    assert isinstance(row["Win rate"], CellError)
    assert "amount" in row["Window"]
    value, note, _ = card(book, "value_win_rate")
    assert value == "n/a"
    assert "amount" in note
    assert not (book.frame("WinRates")["Win rate"] == expected["value_win_rate_trap"]).any()


def test_win_rates_by_quarter_of_the_close_equal_the_expected_ones(book: Book, expected: dict[str, Any]) -> None:
    quarters = book.frame("WinRateByQuarter").set_index("Quarter")
    for name, (won, closed, rate) in expected["win_rate_by_close_quarter"].items():
        row = quarters.loc[f"{name[:4]} {name[4:]}"]
        assert (row["Won"], row["Closed"]) == (won, closed)
        assert row["Win rate"] == pytest.approx(rate, abs=1e-4)
    assert "Left-truncated" in str(quarters.loc["2017 Q1", "Note"])
    assert "Left-truncated" not in str(quarters.loc["2017 Q4", "Note"])


def test_blank_accounts_undated_deals_and_unknown_products_are_issues(book: Book, expected: dict[str, Any]) -> None:
    counts = book.frame("Issues")["Check"].value_counts()
    assert counts["Blank account"] == expected["blank_account"]
    assert counts["Undated deal"] == expected["no_engage_date"]
    assert counts["Unknown product"] == expected["product_not_in_products"]


def test_coverage_is_refused_with_its_reason_and_is_not_zero(book: Book) -> None:
    table = book.frame("CoverageByRep")
    for head in ("Gross", "To go", "Weighted to go"):
        assert all(isinstance(cell, CellError) for cell in table[head])
    assert table["Note"].str.contains("No open deal has both an amount and an expected close").all()
    value, note, _ = card(book, "coverage_to_go")
    assert value == "n/a"
    assert "No open deal has both an amount and an expected close" in note


def test_won_value_average_deal_and_cycle_equal_the_expected_ones(book: Book, expected: dict[str, Any]) -> None:
    team = book.frame("Scorecard").set_index("Name").loc["Team"]
    assert team["Won value"] == expected["won_value"]
    assert team["Average deal"] == pytest.approx(expected["avg_deal_won"], abs=1e-4)
    assert card(book, "average_deal")[0] == pytest.approx(expected["avg_deal_won"], abs=1e-4)
    assert float(book.frame("WonByMonth")["Won value"].sum()) == expected["won_value"]
    days = book.frame("CycleTimes").set_index("Measure")["Days"]
    assert days["Won, mean"] == pytest.approx(expected["cycle_won_mean"], abs=1e-6)
    assert days["Won, median"] == expected["cycle_won_median"]
    assert days["All closed, mean"] == pytest.approx(expected["cycle_all_closed_mean"], abs=1e-6)


def test_the_ages_of_open_deals_equal_the_expected_ones(book: Book, expected: dict[str, Any]) -> None:
    engaging = book.frame("AgingByStage").set_index("Stage").loc["Engaging"]
    assert engaging["Open deals"] == expected["open_engaging"]
    assert engaging["Median age"] == expected["open_age_median"]
    assert card(book, "median_age")[0] == expected["open_age_median"]


def test_the_velocity_of_the_last_quarter_has_the_expected_parts(
    last_quarter_book: Book, expected: dict[str, Any]
) -> None:
    velocity = expected["velocity_q4_2017"]
    assert card(last_quarter_book, "velocity_n")[0] == velocity["n_open_now"]
    assert card(last_quarter_book, "velocity_w")[0] == pytest.approx(velocity["win_rate"], abs=1e-6)
    assert card(last_quarter_book, "velocity_a")[0] == pytest.approx(velocity["avg_deal"], abs=1e-4)
    assert card(last_quarter_book, "velocity_c")[0] == pytest.approx(velocity["cycle"], abs=1e-6)
    assert card(last_quarter_book, "velocity_day")[0] == pytest.approx(velocity["per_day_open_now"], abs=0.01)
    assert card(last_quarter_book, "velocity_realised")[0] == pytest.approx(
        velocity["actual_won_value_per_day"], abs=0.01
    )
    assert "2.0 times the realised value" in str(last_quarter_book.names["velocity_says"])


def test_a_second_refresh_changes_nothing(path: Path) -> None:
    before = path.read_bytes()
    outcome = refresh_in(ClosedWorkbook(path), now=NOW + dt.timedelta(hours=5), as_of=AS_OF)
    assert not outcome.data["written"]
    assert path.read_bytes() == before


def test_importing_the_same_file_again_changes_nothing(path: Path) -> None:
    before = path.read_bytes()
    outcome = import_in(ClosedWorkbook(path), MAVEN / "sales_pipeline.csv", now=NOW)
    assert (outcome.data["added"], outcome.data["updated"], outcome.data["unchanged"]) == (0, 0, 8800)
    assert path.read_bytes() == before
