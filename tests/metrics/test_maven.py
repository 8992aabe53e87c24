"""The first figures of a real CRM export, against figures that others computed from the same file."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.conftest import SHARED
from tests.metrics.small_team import STAGE_HEADS
from xlpipeline.metrics import (
    aging,
    average_deal,
    conversion,
    coverage,
    cycle,
    open_pipeline,
    scorecard,
    time_in_stage,
    velocity,
    win_curve,
    win_loss,
    win_rate,
    won_trend,
)
from xlpipeline.model.book import Book, BookTable
from xlpipeline.model.facts import Facts, read_facts
from xlpipeline.model.settings import Settings
from xlpipeline.tabs import TABS
from xlpipeline.tabs import conversion as conversion_tab
from xlpipeline.tabs.layout import Tab

FOLDER = SHARED / "data" / "maven_crm"
pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason="the Maven sample is not here")

STAGES = (
    (1, "Prospecting", "open", 0.1, 10, ""),
    (2, "Engaging", "open", 0.3, 20, ""),
    (3, "Won", "won", 1, None, ""),
    (4, "Lost", "lost", 0, None, ""),
)
HEADS = {
    "opportunity_id": "Deal ID",
    "sales_agent": "Owner",
    "product": "Product",
    "account": "Account",
    "deal_stage": "Stage",
    "engage_date": "Created",
    "close_date": "Actual close",
    "close_value": "Amount",
}


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))
    return found


def maven(**settings: Any) -> Facts:  # noqa: ANN401
    deals = pd.read_csv(FOLDER / "sales_pipeline.csv").rename(columns=HEADS)
    for head in ("Created", "Actual close"):
        deals[head] = pd.to_datetime(deals[head]).dt.date
    tables = {
        "Pipeline": deals.astype(object),
        "Stages": pd.DataFrame([list(stage) for stage in STAGES], columns=list(STAGE_HEADS), dtype=object),
    }
    book = Book({name: BookTable(name, name, 4, 2, frame) for name, frame in tables.items()})
    return read_facts(book, dt.date(2017, 12, 31), Settings(**settings))


@pytest.fixture(scope="module")
def facts() -> Facts:
    return maven()


def test_rows_by_outcome(facts: Facts, expected: dict[str, Any]) -> None:
    deals = facts.deals
    found = {
        "rows": len(deals),
        "won": deals["is_won"].sum(),
        "lost": deals["is_lost"].sum(),
        "open": deals["is_open"].sum(),
    }
    assert found == {key: expected[key] for key in found}
    assert (deals["account"] == "").sum() == expected["blank_account"]
    assert deals["created"].isna().sum() == expected["no_engage_date"]
    assert facts.unreadable.empty


@pytest.mark.parametrize("basis", ["closed-broad", "closed-narrow"])
def test_win_rate_of_closed_deals_with_its_interval(facts: Facts, expected: dict[str, Any], basis: Any) -> None:  # noqa: ANN401
    """W/(W+L): without derailed deals broad and narrow are the same; all time and the trailing year too."""
    for window in (None, facts.window):
        figure = win_rate.win_rate(facts, basis=basis, window=window)
        assert figure.value == pytest.approx(expected["win_rate_closed"], abs=5e-7)
        assert (figure.low, figure.high) == pytest.approx(tuple(expected["win_rate_closed_wilson"]), abs=5e-7)
        assert figure.n == expected["won"] + expected["lost"]
        assert "no stage counts as qualified" in figure.basis


def test_win_rate_of_created_deals_with_and_without_the_undated(facts: Facts, expected: dict[str, Any]) -> None:
    included = win_rate.win_rate(facts, basis="created", undated="include")
    assert [included.value, included.n] == pytest.approx([expected["win_rate_created"], 8800], abs=5e-7)
    without = win_rate.win_rate(facts, basis="created")
    assert (without.value, without.n) == (4238 / 8300, 8300)
    assert "500 deals without a created date are left out" in without.note


def test_win_rate_by_quarter_of_the_close_with_the_first_left_truncated(facts: Facts, expected: dict[str, Any]) -> None:
    table = win_rate.by_close_quarter(facts)
    found = {
        row.period.replace(" ", ""): [row.won, row.n, round(row.rate, 4)]  # type: ignore[union-attr, arg-type]
        for row in table.itertuples()
    }
    assert found == expected["win_rate_by_close_quarter"]
    assert table["left_truncated"].tolist() == [True, False, False, False]


def test_every_figure_that_others_computed_is_compared_here_or_is_a_trap(expected: dict[str, Any]) -> None:
    here = Path(__file__).read_text(encoding="utf-8")
    elsewhere = {"product_not_in_products"}  # tests/jobs/test_maven_main_job.py
    assert [key for key in expected if f'"{key}"' not in here and key not in elsewhere] == []


def test_win_rate_by_value_is_refused_and_never_the_trap(facts: Facts, expected: dict[str, Any]) -> None:
    assert expected["value_win_rate_trap"] == 1
    figure = win_rate.value_win_rate(facts)
    assert figure.value is None
    assert figure.reason.startswith("Lost deals have no amount (2,473 of 2,473)")


def test_won_value_and_average_deal(facts: Facts, expected: dict[str, Any]) -> None:
    assert average_deal.won_amounts(facts).sum() / facts.money_unit == expected["won_value"]
    figure = average_deal.average_deal(facts)
    assert (figure.value or 0) / facts.money_unit == pytest.approx(expected["avg_deal_won"], abs=5e-5)
    assert won_trend.by_month(facts)["won_amount"].sum() / facts.money_unit == expected["won_value"]


def test_cycle_from_created(facts: Facts, expected: dict[str, Any]) -> None:
    found = cycle.cycle(facts)
    assert found.mean.value == pytest.approx(expected["cycle_won_mean"], abs=5e-7)
    assert found.median.value == expected["cycle_won_median"]
    assert found.all_closed_mean.value == pytest.approx(expected["cycle_all_closed_mean"], abs=5e-7)
    assert (found.start, found.negative_n) == ("from Created", 0)


def test_open_deals_and_their_age(facts: Facts, expected: dict[str, Any]) -> None:
    table = aging.by_stage(facts).set_index("stage")
    assert table.at["Engaging", "n"] == expected["open_engaging"]
    assert table.at["Engaging", "median_age_days"] == expected["open_age_median"]
    assert table["median_age_days"].isna().tolist() == [True, False]
    days = time_in_stage.per_deal(facts)["current_days"]
    assert (days > 138).sum() == expected["open_older_than_138d"]
    assert facts.as_of.isoformat() == expected["as_of"]


def test_velocity_of_the_last_quarter_with_all_open_deals(expected: dict[str, Any]) -> None:
    facts = maven(window_quarters=1)
    found, wanted, unit = velocity.velocity(facts), expected["velocity_q4_2017"], facts.money_unit
    assert found.win_rate.value == pytest.approx(wanted["win_rate"], abs=5e-7)
    assert (found.average.value or 0) / unit == pytest.approx(wanted["avg_deal"], abs=5e-5)
    assert found.cycle_days.value == pytest.approx(wanted["cycle"], abs=5e-7)
    assert found.n_open.value == wanted["n_open_now"]
    assert (found.per_day.value or 0) / unit == pytest.approx(wanted["per_day_open_now"], abs=5e-3)
    assert (found.realised_per_day.value or 0) / unit == pytest.approx(wanted["actual_won_value_per_day"], abs=5e-3)
    assert "2.0 times the realised value" in found.note


def test_velocity_with_the_two_other_numbers_of_deals_as_options(expected: dict[str, Any]) -> None:
    facts, wanted = maven(window_quarters=1), expected["velocity_q4_2017"]
    table = velocity.options(facts).set_index("stock")
    assert table["n"].to_dict() == {
        "open": wanted["n_open_now"],
        "closed": wanted["n_worked_closed"],
        "created": wanted["n_created"],
    }
    found = table["per_day"] / facts.money_unit
    assert found.to_dict() == pytest.approx(
        {
            "open": wanted["per_day_open_now"],
            "closed": wanted["per_day_closed"],
            "created": wanted["per_day_created"],
        },
        abs=5e-3,
    )


@pytest.mark.parametrize("days", ["30", "60", "90", "120", "138", "365"])
def test_the_win_curve_has_lost_deals_compete(facts: Facts, expected: dict[str, Any], days: str) -> None:
    row = win_curve.by_days(facts, days=(int(days),)).iloc[0]
    wanted = expected["aj"][days]
    assert row[["won", "lost", "open"]].tolist() == pytest.approx(list(wanted.values()), abs=5e-7)
    assert win_curve.win_curve(facts).n == expected["survival_n"]
    assert row["low"] < row["won"] < row["high"]


@pytest.mark.parametrize(
    "tabs", [(conversion_tab.TAB,), pytest.param(TABS, marks=pytest.mark.slow)], ids=["Conversion", "every tab"]
)
def test_lost_deals_as_merely_not_yet_won_would_promise_more_and_are_never_shown(
    facts: Facts, expected: dict[str, Any], tabs: tuple[Tab, ...]
) -> None:
    """The trap of one minus Kaplan-Meier: no cell of any tab holds one of its figures."""
    curve = win_curve.by_days(facts, days=(30, 60, 90, 120, 138, 365)).set_index("days")["won"]
    traps = {int(days): value for days, value in expected["one_minus_km_lost_censored"].items()}
    assert all(curve[days] < trap for days, trap in traps.items())
    filled = [tab.fill(facts) for tab in tabs]
    cells = [cell for one in filled for change in one.tables for column in change.columns.values() for cell in column]
    cells += [getattr(cell, "cached", cell) for one in filled for cell in one.names.values()]
    shown = [float(cell) for cell in cells if isinstance(cell, int | float) and 0 < cell < 1]
    assert len(shown) > 50
    assert [cell for cell in shown for trap in traps.values() if cell == pytest.approx(trap, abs=5e-6)] == []


def test_what_became_of_each_quarter_of_creation(facts: Facts, expected: dict[str, Any]) -> None:
    table = win_rate.by_created_quarter(facts)
    heads = ["created", "won", "lost", "open"]
    found = {
        str(row["period"]).replace(" ", ""): {head: int(row[head]) for head in heads}
        for row in table.to_dict("records")
    }
    assert found == expected["cohort_by_engage_quarter"]
    assert table["immature"].tolist() == [False, False, False, True, False]


def test_coverage_and_open_value_are_refused_because_open_deals_have_neither_amount_nor_date(facts: Facts) -> None:
    reason = "No open deal has both an amount and an expected close; please fill these columns in Pipeline."
    found = coverage.coverage(facts)
    for figure in (found.gross, found.to_go, found.weighted_to_go, found.open_amount):
        assert (figure.value, figure.reason) == (None, reason)
    assert set(coverage.by_rep(facts)["reason"]) == {reason}
    assert open_pipeline.total(facts).value is None


def test_conversion_gives_bounds_and_not_the_hundred_percent_of_known_losses(
    facts: Facts, expected: dict[str, Any]
) -> None:
    table = conversion.by_stage(facts)
    assert table["rate"].isna().all()
    assert table["unknown"].tolist() == [expected["lost"]] * 2
    assert table["lower_bound"].tolist() == [5827 / 8800, 4238 / 8300]


@pytest.mark.slow
def test_scorecard_has_thirty_reps_that_add_up(facts: Facts, expected: dict[str, Any]) -> None:
    table = scorecard.scorecard(facts)
    assert len(table) == 31
    assert table["win_n"].iloc[1:].sum() == table["win_n"].iloc[0] == expected["won"] + expected["lost"]
    assert win_loss.win_loss(facts).value == expected["won"] / expected["lost"]
