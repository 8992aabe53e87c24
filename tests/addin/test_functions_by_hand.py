"""Figures of a few deals that can be computed in the head, asked as a cell asks; as of 2026-03-31, the end of Q1."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from tests.addin.given_tables import BY_NAME, Cells, ask, com_table, com_tables, serial, value
from tests.metrics.small_team import AS_OF, day, derailed, facts_of, in_play, lost, won
from xlpipeline.addin.functions import FUNCTIONS, VALUE_ERROR, _record, answer
from xlpipeline.metrics.average_deal import median_bounds
from xlpipeline.model.book import NOT_AVAILABLE
from xlpipeline.tabs import wording

FIVE = [won(amount=100), won(amount=300), won(amount=200), lost(), derailed()]
HOLIDAYS: Cells = (("Date", "Holiday"), (serial(day("2026-03-27")), "Day off"))


def tables(*deals: dict[str, object], **settings: object) -> dict[str, Cells]:
    """The tables of a few deals; settings become the table Settings."""
    facts = facts_of(deals, reps=["Ann", "Bob"], quotas=[("Ann", "2026-01-01", "2026-03-31", 1000)])
    rows = pd.DataFrame({"Key": list(settings), "Value": list(settings.values())}, dtype=object)
    return com_tables(facts.book) | ({"Settings": com_table(rows)} if settings else {})


def test_three_of_five_closed_deals_were_won() -> None:
    found = ask("XLP_WIN_RATE", tables(*FIVE), AS_OF)
    assert value(found) == 0.6
    assert found.why == (
        "Given: n = 5, basis closed-broad, qualified deals, 2025 Q2 to 2026-03-31; 95 % interval 23% to 88%. "
        "Only 5 deals: read the interval. Left-truncated: early in this window only fast deals can have closed."
    )


def test_four_deals_are_too_few_for_a_rate_and_why_says_so() -> None:
    found = ask("XLP_WIN_RATE", tables(*FIVE), AS_OF, Basis="closed-narrow")
    assert (value(found), found.why) == (NOT_AVAILABLE, "3 of 4 won: too few for a rate.")


def test_a_setting_counts_only_when_its_table_is_given() -> None:
    given = tables(*FIVE, counts_only_below=4)
    assert value(ask("XLP_WIN_RATE", given, AS_OF, Basis="closed-narrow")) == 0.75
    del given["Settings"]
    assert value(ask("XLP_WIN_RATE", given, AS_OF, Basis="closed-narrow")) == NOT_AVAILABLE


def test_a_deal_closed_on_the_last_day_of_the_quarter_is_in_and_on_the_next_day_not() -> None:
    given = tables(*[won(closed="2026-03-31")] * 5, *[lost(closed="2026-04-01")] * 5)
    for quarter in ("2026 Q1", "2026q1", serial(day("2026-01-01")), dt.date(2026, 3, 31)):
        assert value(ask("XLP_WIN_RATE", given, day("2026-05-15"), Window=quarter)) == 1.0
    assert value(ask("XLP_WIN_RATE", given, day("2026-05-15"), Window="quarter")) == 0.0
    assert value(ask("XLP_WIN_RATE", given, day("2026-05-15"), Window="all")) == 0.5


def test_every_figure_with_a_window_keeps_to_it() -> None:
    old = ("2025-08-20", "2025-08-01")
    given = tables(*[won()] * 4, *[lost()] * 2, *[won(*old, 700)] * 6, lost(*old), in_play())
    asked = {
        "XLP_WIN_RATE": (4 / 6, 10 / 13),
        "XLP_WON_LOST": (2.0, 10 / 3),
        "XLP_AVERAGE_DEAL": (100, 460),
        "XLP_CYCLE": (10, 15.4),
    }
    for name, (of_the_quarter, of_all) in asked.items():
        for window, figure in (("quarter", of_the_quarter), ("all", of_all), (None, of_all)):
            assert value(ask(name, given, AS_OF, Window=window)) == pytest.approx(figure), (name, window)
    assert value(ask("XLP_VELOCITY", given, AS_OF, Window="2026 Q1")) == pytest.approx(4 / 6 * 100 / 10)
    entered = [ask("XLP_STAGE_CONVERSION", given, AS_OF, Window=w).cells[1][1] for w in (None, "2025 Q3", "quarter")]
    assert entered == [14, 7, 7]


def test_what_the_cycle_leaves_out_is_told() -> None:
    given = tables(*[won()] * 2, won(closed="2026-02-09"))
    assert "closed before" in ask("XLP_CYCLE", given, AS_OF).why


def test_fiscal_periods_of_ones_own_count_where_their_table_is_given() -> None:
    given = tables(*[won(closed="2026-02-28")] * 5, *[lost(closed="2026-03-01")] * 5)
    periods: Cells = (("Period", "Start", "End"), ("P2", serial(day("2026-02-01")), serial(day("2026-02-28"))))
    assert value(ask("XLP_WIN_RATE", given | {"Periods": periods}, AS_OF, Window="p2")) == 1.0
    assert value(ask("XLP_WIN_RATE", given | {"Periods": periods}, AS_OF, Window="quarter")) == 0.0
    assert value(ask("XLP_WIN_RATE", given, AS_OF, Window="quarter")) == 0.5


@pytest.mark.slow
def test_win_rate_by_value_is_refused_where_lost_deals_have_no_amount() -> None:
    found = ask("XLP_WIN_RATE", tables(*FIVE, *[lost(amount=None)] * 2), AS_OF, Basis="value")
    assert value(found) == NOT_AVAILABLE
    assert found.why.startswith("Lost deals have no amount (2 of 3)")


def test_two_won_for_each_one_lost_and_no_ratio_when_all_are_won() -> None:
    assert value(ask("XLP_WON_LOST", tables(*[won()] * 4, *[lost()] * 2), AS_OF)) == 2.0
    found = ask("XLP_WON_LOST", tables(*[won()] * 4), AS_OF)
    assert (value(found), found.why) == (NOT_AVAILABLE, "All won (4 : 0), so there is no ratio.")


@pytest.mark.parametrize(("measure", "amount"), [("mean", 300), ("median", 200), ("Mean ", 300)])
def test_average_deal_in_whole_money(measure: str, amount: float) -> None:
    given = tables(won(amount=100), won(amount=200), won(amount=600))
    assert value(ask("XLP_AVERAGE_DEAL", given, AS_OF, Measure=measure)) == amount


def test_the_bounds_of_the_median_deal_need_enough_deals() -> None:
    deals = [won(amount=100 * i) for i in range(1, 13)]
    low, high = median_bounds(facts_of(deals))
    shown = [value(ask("XLP_AVERAGE_DEAL", tables(*deals), AS_OF, Measure=m)) for m in ("low", "median", "high")]
    assert shown == [low / 100, 650, high / 100]
    few = ask("XLP_AVERAGE_DEAL", tables(*[won()] * 4), AS_OF, Measure="low")
    assert (value(few), few.why) == (NOT_AVAILABLE, "4 won deals are too few for this bound.")


def test_all_deals_or_only_qualified_ones_whatever_the_setting_says() -> None:
    early = lost() | {"Last stage before loss": "Prospect"}
    given = tables(*FIVE, *[early] * 5)
    shown = [value(ask("XLP_WIN_RATE", given, AS_OF, Base=b)) for b in ("setting", "qualified", "all")]
    assert shown == [0.6, 0.6, 0.3]


def test_undated_deals_count_in_by_creation_only_when_asked() -> None:
    given = tables(*FIVE, *[won(created="2026-02-10") | {"Created": None}] * 5)
    created = {"Basis": "created", "Window": "all"}
    shown = [value(ask("XLP_WIN_RATE", given, AS_OF, Undated=u, **created)) for u in ("exclude", "include")]
    assert shown == [0.6, 0.8]


def test_won_within_days_counts_the_last_of_them() -> None:
    given = tables(*[won()] * 3, *[lost()] * 2)
    asked = {days: value(ask("XLP_WIN_RATE", given, AS_OF, Basis="curve", Days=days)) for days in (9.0, 10.0, 11.0)}
    assert asked == {9.0: 0, 10.0: 0.6, 11.0: 0.6}


@pytest.mark.parametrize(("measure", "days"), [("mean", 12), ("median", 10), ("all-closed mean", 11.5)])
def test_cycle_in_days(measure: str, days: float) -> None:
    given = tables(won(), won(), won(created="2026-02-04"), lost())
    assert value(ask("XLP_CYCLE", given, AS_OF, Measure=measure)) == days


def test_velocity_is_deals_times_rate_times_amount_by_days() -> None:
    given = tables(*FIVE, in_play(), in_play())
    assert value(ask("XLP_VELOCITY", given, AS_OF)) == pytest.approx(2 * 0.6 * 200 / 10)
    assert value(ask("XLP_VELOCITY", given, AS_OF, Measure="per month")) == pytest.approx(720)
    assert value(ask("XLP_VELOCITY", given, AS_OF, Measure="realised-per-day")) == pytest.approx(600 / 365)
    assert value(ask("XLP_VELOCITY", given, AS_OF, Measure="closed-per-day")) == pytest.approx(5 * 0.6 * 200 / 10)
    assert value(ask("XLP_VELOCITY", given, AS_OF, Measure="created-per-day")) == pytest.approx(7 * 0.6 * 200 / 10)


def test_open_pipeline_and_what_of_it_counts() -> None:
    given = tables(in_play(100), in_play(300), in_play(None), won())
    shown = [value(ask("XLP_OPEN_PIPELINE", given, AS_OF, Measure=m)) for m in ("amount", "weighted", "count")]
    assert shown == [400, 200, 3]
    nothing = ask("XLP_OPEN_PIPELINE", tables(won()), AS_OF, Measure="count")
    assert (value(nothing), nothing.why) == (0, "No deal is open; please enter open deals in Pipeline.")


def test_inflation_is_the_share_of_open_value_that_is_overdue() -> None:
    given = tables(in_play(300), in_play(100, closes="2026-03-30"))
    shown = [value(ask("XLP_INFLATION", given, AS_OF, Measure=m)) for m in ("share", "clean", "as-entered")]
    assert shown == [0.25, 300, 400]


@pytest.mark.parametrize(
    ("basis", "ratio"), [("to-go", 0.5), ("gross", 0.4), ("weighted", 0.25), ("incl-won", 0.6), ("required", 3)]
)
def test_coverage_on_each_basis(basis: str, ratio: float) -> None:
    given = tables(won(amount=200), in_play(400), in_play(9, closes="2026-03-30"))
    assert value(ask("XLP_COVERAGE", given, AS_OF, Basis=basis)) == ratio


def test_coverage_of_a_reached_quota_is_not_a_number_and_says_so() -> None:
    found = ask("XLP_COVERAGE", tables(won(amount=1000), in_play(400)), AS_OF)
    assert (value(found), found.why) == (NOT_AVAILABLE, "Quota reached")
    assert value(ask("XLP_COVERAGE", tables(won(amount=999), in_play(400)), AS_OF)) == 400


def test_forecast_weighs_what_should_close_in_the_quarter() -> None:
    given = tables(won(amount=200), in_play(400), in_play(100, closes="2026-04-01"))
    shown = {b: value(ask("XLP_FORECAST", given, AS_OF, Basis=b)) for b in ("weighted", "open", "won", "with-won")}
    assert shown == {"weighted": 200, "open": 400, "won": 200, "with-won": 400}
    assert value(ask("XLP_FORECAST", given, AS_OF, Quarter="2026 Q2")) == 50


def test_forecast_by_category_alone_and_with_what_is_surer() -> None:
    sure, likely = in_play(400, **{"Forecast category": "Commit"}), in_play(50, **{"Forecast category": "best case"})
    left_out = in_play(7, **{"Forecast category": "Omitted"})
    given = tables(won(amount=200), sure, likely, in_play(30), left_out)
    assert [value(ask("XLP_FORECAST", given, AS_OF, Basis=b)) for b in ("commit", "best-case")] == [600, 680]
    found = ask("XLP_FORECAST_CATEGORIES", given, AS_OF)
    assert found.cells == (
        ("Category", "Deals", "Single", "Cumulative deals", "Cumulative"),
        ("Closed", 1, 200, 1, 200),
        ("Commit", 1, 400, 2, 600),
        ("Best case", 2, 80, 4, 680),
        ("Pipeline", 0, 0, 4, 680),
        ("Omitted", 1, 7, NOT_AVAILABLE, NOT_AVAILABLE),
    )


def test_what_no_quarter_holds_is_told_beside_coverage_and_forecast() -> None:
    given = tables(in_play(400), in_play(9, closes="2026-03-30"), in_play(9, closes=None), in_play(9, closes=None))
    for name in ("XLP_COVERAGE", "XLP_FORECAST"):
        found = ask(name, given, AS_OF)
        assert found.why.endswith("Not in it: 1 open deals whose expected close is past and 2 without one.")
    assert "Not in it" not in ask("XLP_FORECAST", tables(in_play(400)), AS_OF).why


def test_stage_conversion_spills_a_head_and_a_row_per_open_stage() -> None:
    found = ask("XLP_STAGE_CONVERSION", tables(*FIVE, in_play()), AS_OF)
    head, prospect, qualified, offer = found.cells
    assert head[:7] == ("Stage", "Entered", "Went on", "Lost here", "Still here", "Unknown", "Conversion")
    assert prospect[:7] == ("Prospect", 6, 6, 0, 0, 0, 1.0)
    assert qualified[:5] == ("Qualified", 6, 4, 2, 0)
    assert qualified[6] == pytest.approx(4 / 6)
    assert offer[:7] == ("Offer", 4, 3, 0, 1, 0, NOT_AVAILABLE)
    assert "Offer: 3 of 4 went on: too few for a rate." in found.why
    assert "History was left out" in found.why


def test_stale_flags_stand_in_the_rows_of_their_deals_and_blank_rows_stay_blank() -> None:
    given = tables(in_play(), in_play(closes="2026-03-30"), won(), in_play() | {"Next step": ""})
    blank = tuple(None for _ in given["Pipeline"][0])
    given["Pipeline"] = (*given["Pipeline"][:2], blank, *given["Pipeline"][2:], blank)
    found = ask("XLP_STALE_FLAGS", given, AS_OF)
    assert [cell for (cell,) in found.cells] == [None, None, "C", None, "N", None]
    assert found.why.startswith("Given: n = 3 open deals, 2 of them with a flag.")


def test_idle_on_the_tenth_business_day_is_fine_and_on_the_eleventh_not() -> None:
    touched = {"Created": day("2026-03-01"), "Stage": "Prospect", "Stage since": day("2026-03-16")}
    given = tables(in_play() | touched | {"Last touch": day("2026-03-17")}, in_play() | touched)
    given["Pipeline"] = given["Pipeline"][:2]
    assert value(ask("XLP_STALE_FLAGS", given, AS_OF)) == "T"
    assert value(ask("XLP_STALE_FLAGS", given, day("2026-03-30"))) is None
    assert value(ask("XLP_STALE_FLAGS", given, day("2026-04-01"))) == "TICN"
    assert value(ask("XLP_STALE_FLAGS", given | {"Holidays": HOLIDAYS}, AS_OF)) is None


def test_missing_criteria_name_what_bars_the_way() -> None:
    criteria: Cells = (
        ("Stage", "Direction", "ID", "Text", "Kind", "Argument 1", "Argument 2", "Argument 3", "Blocking"),
        ("Offer", "exit", "has-amount", "Amount known", "value", "Amount", ">", 50.0, "Y"),
        ("Offer", "exit", "called", "A call", "activity", "Call", 1.0, None, "Y"),
        ("Nowhere", "exit", "odd", "No such stage", "filled", "Amount", None, None, "Y"),
    )
    calls: Cells = (("Date", "Deal ID", "Type"), (serial(AS_OF), "D1", "Call"))
    given = tables(in_play(50), in_play(51), won()) | {"Criteria": criteria}
    left_out = ask("XLP_MISSING_CRITERIA", given, AS_OF)
    assert left_out.cells == ((VALUE_ERROR,),)
    assert left_out.why == "Some criteria count activities; please give Activities[#All] too."
    found = ask("XLP_MISSING_CRITERIA", given | {"Activities": calls}, AS_OF)
    assert found.cells == (("has-amount, called",), (None,), (None,))
    assert found.why.startswith(
        "Given: n = 2 blocking criteria, 1 rows that miss some. Left out: Table Criteria, row 3:"
    )


def test_amounts_in_another_currency_are_never_left_out_silently() -> None:
    given = tables(*[won(amount=100)] * 2, won(amount=100, Currency="USD"))
    found = ask("XLP_AVERAGE_DEAL", given, AS_OF)
    assert value(found) == VALUE_ERROR
    assert found.why.startswith("1 deals are not in EUR but in USD; please give FX[#All] too")
    rates: Cells = (("Currency", "Period start", "Rate"), ("USD", serial(day("2026-01-01")), 0.7))
    assert value(ask("XLP_AVERAGE_DEAL", given | {"FX": rates}, AS_OF)) == 90
    assert value(ask("XLP_WON_LOST", given, AS_OF)) == NOT_AVAILABLE  # counts need no rates


def test_business_days_from_a_day_to_itself_are_none_and_a_holiday_is_none_either() -> None:
    friday, monday = day("2026-03-27"), day("2026-03-30")
    starts = [(serial(friday),), (serial(monday),), (serial(day("2026-04-02")),), (None,), ("soon",)]
    found = ask("XLP_BUSINESS_DAYS", {}, AS_OF, StartDate=starts)
    assert [cell for (cell,) in found.cells] == [2, 1, 0, None, VALUE_ERROR]
    since = {"StartDate": serial(day("2026-03-26"))}
    assert value(ask("XLP_BUSINESS_DAYS", {}, AS_OF, **since)) == 3
    off = ask("XLP_BUSINESS_DAYS", {"Holidays": HOLIDAYS}, AS_OF, **since)
    assert (value(off), off.why) == (2, "Given: the start is day 0; days off: Sat Sun; 1 holidays.")


def test_only_the_first_faulty_criteria_are_told() -> None:
    head = ("Stage", "Direction", "ID", "Text", "Kind", "Argument 1", "Blocking")
    bad = [("Nowhere", "exit", f"odd {n}", "No such stage", "filled", "Amount", "Y") for n in range(7)]
    told = ask("XLP_MISSING_CRITERIA", tables(in_play()) | {"Criteria": (head, *bad)}, AS_OF).why
    assert told.count("Table Criteria, row") == 5
    assert told.endswith("Left out: 2 more.")


def test_the_filter_cells_of_the_dashboards_say_team_too() -> None:
    assert wording.TEAM.casefold() == _record.TEAM


def test_a_rep_is_found_however_the_name_is_written_and_team_means_everybody() -> None:
    given = tables(*FIVE, *[won(Owner="Bob")] * 5)
    for name in ("Ann", " ann", "ANN "):
        assert value(ask("XLP_WIN_RATE", given, AS_OF, Rep=name)) == 0.6
    for everybody in ("Team", "", None):
        assert value(ask("XLP_WIN_RATE", given, AS_OF, Rep=everybody)) == 0.8
    assert value(ask("XLP_COVERAGE", given | tables(in_play(500)), AS_OF, Rep="Bob")) == NOT_AVAILABLE


@pytest.mark.parametrize(
    ("name", "part", "begins"),
    [
        ("win_rate", "definition", "Of the qualified deals that were closed in the window"),
        ("Win rate", "formula", "closed-broad (headline): won"),
        ("XLP_CYCLE", "definition", "Calendar days from first contact"),
        ("xlp_coverage", "What to do", "Below the required level"),
        ("missing_next_steps", "definition", ""),
        ("idle_deals", "why", ""),
    ],
)
def test_definitions_by_every_name(name: str, part: str, begins: str) -> None:
    text = value(ask("XLP_DEFINITION", {}, AS_OF, Figure=name, Part=part))
    assert text.startswith(begins)
    assert len(text) > 20


def test_why_gives_the_sentence_of_the_other_function() -> None:
    given = tables(*FIVE)
    same = [given["Pipeline"], given["Stages"], serial(AS_OF), "closed-narrow"]
    assert _why("XLP_WIN_RATE", *same) == "3 of 4 won: too few for a rate."
    assert _why("win rate", *same) == "3 of 4 won: too few for a rate."
    assert _why("XLP_WIN_RATE", *same[:2], "soon") == (
        "The third argument (AsOf) must be a day, such as AsOf or DATE(2026,3,31)."
    )


def _why(name: str, *given: object) -> object:
    return value(answer(BY_NAME["XLP_WHY"], [name, *given], FUNCTIONS))
