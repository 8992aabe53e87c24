"""Figures that history tells, asked as a cell asks: by hand, and the same as the engine's over a made-up year."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
import pytest

from tests.addin.given_tables import Cells, ask, com_tables, serial, value
from tests.addin.made_up_year import made_up, made_up_tables
from tests.metrics.lived_team import deal, due, lived, won
from tests.metrics.small_team import day
from xlpipeline.addin.functions import VALUE_ERROR, Answer
from xlpipeline.metrics import (
    at_risk,
    benchmarks,
    bottleneck,
    conversion,
    created_pipeline,
    experiments,
    forecast_accuracy,
    forecast_calibration,
    forecast_categories,
    growth,
    rep_comparison,
    slippage,
    time_in_stage,
    win_curve,
)
from xlpipeline.metrics.forecast_landmark import landmark
from xlpipeline.metrics.forecast_outcome import outcome
from xlpipeline.metrics.required_coverage import required_level
from xlpipeline.metrics.waterfall import quarter_story
from xlpipeline.model.book import NOT_AVAILABLE
from xlpipeline.model.facts import Facts

APRIL, JUNE = "2026-04-01", "2026-06-30"
HISTORY = "_History"


def column(found: Answer, head: str) -> list[Any]:
    """The cells under one head of a spilled table."""
    at = found.cells[0].index(head)
    return [row[at] for row in found.cells[1:]]


@functools.cache
def one_deal() -> dict[str, Cells]:
    """Tables of a team that refreshed once, with one open deal."""
    return com_tables(lived((APRIL, [deal("D1")])).book)


def quarter(n: int, out: int) -> dict[str, Cells]:
    """Tables of a team with ``n`` deals open at the start of the second quarter, ``out`` of them put off past it."""
    deals = [deal(f"D{i}") for i in range(n)]
    now = [due(one, "2026-07-01" if i < out else "2026-06-30") for i, one in enumerate(deals)]
    return com_tables(lived((APRIL, deals), ("2026-05-04", now)).book)


def test_the_waterfall_spills_opening_lines_with_their_signs_and_closing() -> None:
    first = [deal("D1", 100), deal("D2", 250), deal("D3", 40)]
    now = [won(first[0], "2026-04-20"), due(first[1], "2026-07-01"), first[2] | {"Amount": 55}, deal("D4", 70)]
    tables = com_tables(lived((APRIL, first), ("2026-05-04", now)).book)
    found = ask("XLP_WATERFALL", tables, day("2026-05-04"))
    told = {line: (n, amount) for line, n, amount in found.cells[1:]}
    assert found.cells[0] == ("Line", "Deals", "Amount")
    assert (told["Opening"], told["Closing"]) == ((3, 390), (2, 125))
    assert (told["New"], told["Increased"], told["Won"], told["Pushed out"]) == ((1, 70), (1, 15), (1, -100), (1, -250))
    amounts = column(found, "Amount")
    assert sum(amounts[:-1]) == amounts[-1]
    assert found.why.startswith("Given: n = 3 deals at the opening, basis 2026 Q2 from")


@pytest.mark.slow
def test_the_waterfall_of_a_rep_and_that_of_a_team_without_a_past() -> None:
    first = [deal("D1", 100), deal("D2", 250, Owner="Bob")]
    tables = com_tables(lived((APRIL, first), ("2026-05-04", [first[0], first[1] | {"Owner": "Ann"}])).book)
    told = {line: amount for line, _, amount in ask("XLP_WATERFALL", tables, day("2026-05-04"), Rep="bob").cells[1:]}
    assert (told["Opening"], told["Transferred out"], told["Closing"]) == (250, -250, 0)
    nothing = ask("XLP_WATERFALL", com_tables(lived((APRIL, first)).book), day("2026-03-31"))
    assert value(nothing) == NOT_AVAILABLE
    assert nothing.why.startswith("History begins today")


@pytest.mark.slow
@pytest.mark.parametrize(("n", "shown"), [(4, NOT_AVAILABLE), (5, 0.2)])
def test_one_of_five_slipped_and_one_of_four_is_no_rate(n: int, shown: object) -> None:
    found = ask("XLP_SLIPPAGE", quarter(n, 1), day("2026-05-04"))
    assert value(found) == shown
    assert "1 of 4 slipped: too few" in found.why if n == 4 else found.why.startswith("Given: n = 5,")


def test_each_measure_of_slippage() -> None:
    given = quarter(6, 2)
    asked = {"slip-value": 1 / 3, "base": 600, "pushed": 1.0, "pushes": 6, "push-days": (2 * 42 + 4 * 41) / 6}
    for measure, shown in asked.items():
        assert value(ask("XLP_SLIPPAGE", given, day("2026-05-04"), Measure=measure)) == pytest.approx(shown), measure


def test_decay_counts_the_week_in_which_deals_left_the_quarter() -> None:
    found = ask("XLP_DECAY", quarter(6, 2), day("2026-05-12"))
    assert column(found, "Week") == [0, 1, 2, 3, 4, 5, 6]
    assert column(found, "This quarter") == pytest.approx([1, 1, 1, 1, 1, 4 / 6, 4 / 6])
    assert set(column(found, "Past quarters")) == {NOT_AVAILABLE}


@pytest.mark.slow
def test_history_gives_the_deals_of_an_earlier_day_and_without_it_they_are_as_now() -> None:
    rows = [deal("D1", 300)]
    tables = com_tables(lived((APRIL, [deal("D1", 100)]), ("2026-05-04", rows)).book)
    without = {name: cells for name, cells in tables.items() if name != HISTORY}
    for on, amount in (("2026-03-31", 300), (APRIL, 100), ("2026-05-03", 100), ("2026-05-04", 300)):
        assert value(ask("XLP_FORECAST", tables, day(on), Basis="open", Quarter="2026 Q2")) == amount, on
        assert value(ask("XLP_FORECAST", without, day(on), Basis="open", Quarter="2026 Q2")) == 300


def test_history_is_asked_for_where_a_figure_cannot_do_without() -> None:
    tables = one_deal()
    without = {name: cells for name, cells in tables.items() if name != HISTORY}
    found = ask("XLP_WATERFALL", without, day(APRIL))
    assert (value(found), found.why) == (
        VALUE_ERROR,
        "The fourth argument must be a whole table with its head, such as _History[#All].",
    )


def test_required_coverage_is_the_rule_of_thumb_until_history_holds_four_quarters() -> None:
    tables = one_deal()
    found = ask("XLP_REQUIRED_COVERAGE", tables, day(APRIL))
    assert value(found) == 3
    assert "basis rule of thumb" in found.why
    lowest = ask("XLP_REQUIRED_COVERAGE", tables, day(APRIL), Measure="lowest")
    assert (value(lowest), lowest.why) == (
        NOT_AVAILABLE,
        "The level is the rule of thumb. 0 of the 4 past quarters needed are known.",
    )


def test_a_forecast_without_past_stays_says_so() -> None:
    for rows, sentence in (
        ([deal("D1")], "No stage has ten past stays yet"),
        ([won(deal("D1"), APRIL)], "No deal is open"),
    ):
        tables = com_tables(lived((APRIL, rows)).book)
        for name in ("XLP_N_DAY_FORECAST", "XLP_OUTCOME"):
            found = ask(name, tables, day(APRIL))
            if value(found) == NOT_AVAILABLE:
                assert found.why.startswith(sentence), name
    over = ask("XLP_OUTCOME", tables, day(APRIL), Quarter="2026 Q1")
    assert (value(over), over.why) == (
        VALUE_ERROR,
        "2026 Q1 is over on 2026-04-01; please ask for a quarter that is not.",
    )


@pytest.mark.parametrize("days", [0.0, -1.0, 1.5, 3651.0, True, "soon"])
def test_days_must_be_a_whole_number(days: object) -> None:
    found = ask("XLP_N_DAY_FORECAST", one_deal(), day(APRIL), Days=days)
    assert (value(found), found.why) == (
        VALUE_ERROR,
        "The sixth argument (Days) must be a whole number of days from 1 to 3650.",
    )


@pytest.mark.parametrize(
    ("name", "given", "sentence"),
    [
        ("XLP_WIN_RATE", {"Days": 30.0}, "Days is only for the basis curve or curve-qualified"),
        ("XLP_WIN_RATE", {"Basis": "value", "Base": "all"}, "Base is only for the basis closed-broad or"),
        ("XLP_WIN_RATE", {"Undated": "include"}, "Undated is only for the basis created"),
        ("XLP_WIN_RATE", {"Basis": "curve", "Window": "2026 Q1"}, "Window is only for the basis"),
        ("XLP_STAGE_CONVERSION", {"Days": 30.0}, "Days says nothing in the view stages"),
        ("XLP_STAGE_CONVERSION", {"View": "flow", "Skips": "strict"}, "Skips says nothing in the view flow"),
        ("XLP_STAGE_CONVERSION", {"View": "rep", "Window": "2026 Q1"}, "Window says nothing in the view rep"),
    ],
)
def test_an_option_that_says_nothing_there_is_never_left_aside_in_silence(
    name: str, given: dict[str, object], sentence: str
) -> None:
    found = ask(name, one_deal(), day(APRIL), **given)
    assert value(found) == VALUE_ERROR
    assert found.why.startswith(sentence)
    assert "please leave it out" in found.why


@pytest.mark.slow
def test_a_day_is_a_number_in_a_spilled_table_and_a_reason_stands_beside_its_deal() -> None:
    rows = [deal("D1", 100, "2026-04-30"), deal("D2", 100, "2026-07-01")]
    found = ask("XLP_DEALS_AT_RISK", com_tables(lived((APRIL, rows)).book), day("2026-05-04"))
    assert column(found, "Expected close") == [serial(day("2026-04-30"))]
    assert column(found, "Reasons")[0].startswith("overdue by 4 days; ")
    assert found.why == "Given: n = 1 of 1 open deals that should close by the end of 2026 Q2."


# The same as the engine's


Wanted = Mapping[str, Sequence[object]]


def of(frame: pd.DataFrame, money: tuple[str, ...] = (), **heads: str) -> Wanted:
    """Columns of the engine's table under the heads of the spilled one; money is in minor units there."""
    return {
        head.replace("_", " "): [one / 100 if name in money else one for one in frame[name].tolist()]
        for head, name in heads.items()
    }


TABLES: Final[tuple[tuple[str, dict[str, object], Callable[[Facts], Wanted]], ...]] = (
    ("XLP_WIN_CURVE", {}, lambda f: of(win_curve.by_days(f), Won="won", Low="low", Lost="lost", Followed="followed")),
    ("XLP_WIN_CURVE", {"Start": "qualified"}, lambda f: of(win_curve.by_days(f, "qualified"), Won="won", High="high")),
    ("XLP_STAGE_CONVERSION", {}, lambda f: of(conversion.by_stage(f), Conversion="rate", Skipped="skipped", Low="low")),
    (
        "XLP_STAGE_CONVERSION",
        {"View": "quarter", "Skips": "strict"},
        lambda f: of(
            conversion.by_group(f, "quarter", skips="strict"), Quarter="group", Entered="entered", High="high"
        ),
    ),
    ("XLP_STAGE_CONVERSION", {"View": "source"}, lambda f: of(conversion.by_group(f, "source"), Conversion="rate")),
    ("XLP_STAGE_CONVERSION", {"View": "flow"}, lambda f: of(conversion.flow(f), Flow="flow", Flow_in="entries")),
    (
        "XLP_STAGE_CONVERSION",
        {"View": "within", "Days": 20.0},
        lambda f: of(conversion.within(f, 20), Went_on_in_time="rate", Lost_in_time="lost_rate", Followed="followed"),
    ),
    ("XLP_TIME_IN_STAGE", {}, lambda f: of(time_in_stage.by_stage(f), Median_days="median_days", Stays="n")),
    (
        "XLP_TIME_IN_STAGE",
        {"Basis": "cumulative"},
        lambda f: of(time_in_stage.by_stage(f, "cumulative"), Median_days="median_days", High="high_days"),
    ),
    (
        "XLP_BOTTLENECKS",
        {},
        lambda f: of(bottleneck.by_stage(f), Slower="is_slower", Ratio="time_ratio", Change="drop_change"),
    ),
    (
        "XLP_FORECAST_CATEGORIES",
        {"Quarter": "2026 Q3"},
        lambda f: of(
            forecast_categories.quarter_forecast(f, quarter=f.fiscal.quarter(day("2026-07-01"))).categories,
            ("amount", "cumulative"),
            Deals="n",
            Single="amount",
            Cumulative="cumulative",
        ),
    ),
    ("XLP_CALIBRATION", {}, lambda f: of(forecast_calibration.by_band(f), Mean_stated="stated", Actual="share")),
    ("XLP_FORECAST_ACCURACY", {}, lambda f: of(forecast_accuracy.by_kind(f), Snapshots="n", WAPE="wape", Bias="bias")),
    (
        "XLP_DEALS_AT_RISK",
        {},
        lambda f: of(at_risk.at_risk(f), ("amount",), Deal_ID="deal_id", Amount="amount", Reasons="reasons"),
    ),
    ("XLP_DECAY", {}, lambda f: of(slippage.decay(f), Week="week", This_quarter="share", Past_quarters="past")),
    ("XLP_GROWTH", {}, lambda f: of(growth.growth(f), ("won_amount",), Won_value="won_amount", Growth="prior_growth")),
    ("XLP_BENCHMARKS", {}, lambda f: of(benchmarks.comparison(f), Peers="peers", Own_past="verdict", n="n")),
    ("XLP_EXPERIMENTS", {}, lambda f: of(experiments.results(f), Days="days", Change="change", p="p_value")),
    ("XLP_REP_COMPARISON", {}, lambda f: of(rep_comparison.win_rates(f), Won="hits", Difference="difference")),
    ("XLP_REP_COMPARISON", {"Rate": "conversion"}, lambda f: of(rep_comparison.conversions(f), Stage="stage", Of="n")),
    (
        "XLP_CREATED_PIPELINE",
        {},
        lambda f: of(
            created_pipeline.by_week(f), ("created_amount",), Created="created_n", Created_value="created_amount"
        ),
    ),
)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "given", "engine"), TABLES, ids=[f"{one[0]} {one[1]}" for one in TABLES])
def test_a_spilled_table_is_the_engines(name: str, given: dict[str, object], engine: Callable[[Facts], Wanted]) -> None:
    found, known = ask(name, made_up_tables(), made_up().as_of, **given), 0
    for head, cells in engine(made_up()).items():
        assert column(found, head) == [_cell(cell) for cell in cells], head
        known += sum(cell not in (NOT_AVAILABLE, 0, "", False) for cell in column(found, head))
    assert known > 2


def _cell(cell: Any) -> object:  # noqa: ANN401
    return NOT_AVAILABLE if isinstance(cell, float) and not np.isfinite(cell) else cell


NUMBERS: Final[tuple[tuple[str, dict[str, object], Callable[[Facts, str], float | None]], ...]] = (
    ("XLP_N_DAY_FORECAST", {}, lambda f, rep: landmark(f, rep=rep).wins),
    ("XLP_N_DAY_FORECAST", {"Measure": "value", "Days": 60.0}, lambda f, rep: landmark(f, 60, rep).value / 100),
    ("XLP_N_DAY_FORECAST", {"Measure": "high"}, lambda f, rep: landmark(f, rep=rep).high),
    ("XLP_OUTCOME", {}, lambda f, rep: outcome(f, f.quarter, rep).p50 / 100),
    ("XLP_OUTCOME", {"Measure": "p10"}, lambda f, rep: outcome(f, f.quarter, rep).p10 / 100),
    ("XLP_SLIPPAGE", {}, lambda f, rep: slippage.slippage(f, rep).slip_rate.value),
    ("XLP_SLIPPAGE", {"Measure": "stalled"}, lambda f, rep: slippage.slippage(f, rep).stalled.value),
    ("XLP_REQUIRED_COVERAGE", {}, lambda f, _: required_level(f).value),
    ("XLP_REQUIRED_COVERAGE", {"Measure": "highest"}, lambda f, _: required_level(f).high),
    ("XLP_WIN_RATE", {"Basis": "curve", "Days": 60.0}, lambda f, rep: win_curve.won_within(_own(f, rep), 60).value),
)


def _own(facts: Facts, rep: str) -> Facts:
    return facts.of_owner(rep) if rep else facts


@pytest.mark.slow
@pytest.mark.parametrize("rep", ["", "Bob"])
@pytest.mark.parametrize(("name", "given", "engine"), NUMBERS, ids=[f"{one[0]} {one[1]}" for one in NUMBERS])
def test_a_number_is_the_engines_for_the_team_and_for_a_rep(
    name: str, given: dict[str, object], engine: Callable[[Facts, str], float | None], rep: str
) -> None:
    with_rep = given | ({} if name == "XLP_REQUIRED_COVERAGE" or not rep else {"Rep": rep})
    wanted = engine(made_up(), rep)
    assert wanted is not None
    assert value(ask(name, made_up_tables(), made_up().as_of, **with_rep)) == wanted


@pytest.mark.slow
def test_the_waterfall_of_a_made_up_year_is_the_engines() -> None:
    fall = quarter_story(made_up()).team
    assert fall is not None
    found = ask("XLP_WATERFALL", made_up_tables(), made_up().as_of)
    amounts = column(found, "Amount")
    assert (amounts[0], amounts[-1]) == (fall.opening / 100, fall.closing / 100)
    assert [abs(one) for one in amounts[1:-1]] == [abs(one) / 100 for one in fall.lines["amount"]]
    assert sum(amounts[:-1]) == pytest.approx(amounts[-1], abs=1e-6)
