"""Stage conversion from history: five deals by hand, both sides of every limit, and a naive loop."""

from __future__ import annotations

import datetime as dt
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.metrics.small_team import Q1, Row, day, lost, won
from tests.metrics.told_ways import lived, way
from xlpipeline.metrics.conversion import NO_SOURCE, by_group, by_stage, flow, within
from xlpipeline.model.facts import Facts
from xlpipeline.model.stage_paths import stage_paths

FIVE = (
    way(("2026-01-05", "Prospect"), ("2026-01-10", "Qualified"), ("2026-01-20", "Offer"), ("2026-02-01", "Won")),
    way(("2026-01-06", "Prospect"), ("2026-01-16", "Offer"), ("2026-03-01", "Lost")),  # skips Qualified
    way(("2026-01-07", "Prospect"), ("2026-01-12", "Lost")),
    way(("2026-01-08", "Prospect"), ("2026-01-18", "Qualified"), ("2026-02-08", "Prospect")),  # goes back
    way(("2026-03-20", "Prospect"), Source="Fair"),
)


def any_n(*ways: Row, **settings_: object) -> Facts:
    return lived(ways, counts_only_below=1, **settings_)  # type: ignore[arg-type]


@pytest.mark.slow
def test_five_deals_by_hand() -> None:
    table = by_stage(any_n(*FIVE)).set_index("stage")
    assert table["entered"].tolist() == [5, 3, 2]
    assert table["advanced"].tolist() == [3, 2, 1]
    assert table["lost"].tolist() == [1, 0, 1]
    assert table["open"].tolist() == [1, 1, 0]
    assert table["skipped"].tolist() == [0, 1, 0]
    assert table["regressed"].tolist() == [0, 1, 0]
    assert table["told"].tolist() == [5, 3, 2]
    assert table["rate"].tolist() == [0.75, 1, 0.5]
    assert table["lower_bound"].tolist() == pytest.approx([3 / 5, 2 / 3, 1 / 2])
    assert table["upper_bound"].tolist() == pytest.approx([4 / 5, 1, 1 / 2])
    assert table["regress_rate"].tolist() == pytest.approx([0, 1 / 3, 0])
    assert table["immature"].tolist() == [False, True, False]


@pytest.mark.slow
def test_strict_leaves_out_who_skipped() -> None:
    table = by_stage(any_n(*FIVE), skips="strict").set_index("stage")
    assert table["entered"].tolist() == [4, 2, 1]
    assert table["rate"].tolist() == pytest.approx([2 / 3, 1, 1])


def test_a_deal_counts_once_however_often_it_comes_back() -> None:
    back = [("2026-01-05", "Prospect"), ("2026-01-10", "Qualified")] + [
        (f"2026-02-{d:02}", stage) for d, stage in ((1, "Prospect"), (2, "Qualified"), (3, "Prospect"), (4, "Won"))
    ]
    table = by_stage(any_n(way(*back))).set_index("stage")
    assert [table.at["Qualified", head] for head in ("entered", "advanced", "regressed")] == [1, 1, 1]


def test_a_reopened_deal_goes_by_how_it_stands_today() -> None:
    reopened = way(("2026-01-05", "Prospect"), ("2026-01-10", "Lost"), ("2026-02-01", "Qualified"))
    facts = any_n(reopened)
    assert by_stage(facts)["lost"].tolist() == [0, 0, 0]
    assert by_stage(facts)["entered"].tolist() == [1, 1, 0]
    assert stage_paths(facts).reopened.tolist() == [True]


def test_after_sale_is_no_stage_to_go_on_to_and_never_loses_the_win() -> None:
    sold = way(("2026-01-05", "Prospect"), ("2026-02-01", "Won"), ("2026-03-01", "After sale"))
    assert by_stage(any_n(sold))["advanced"].tolist() == [1, 1, 1]


def test_the_cohort_goes_by_the_first_entry_and_the_window_is_half_open() -> None:
    """Entered Qualified on the last day before, on the first and the last day of Q1 (and Prospect before it)."""
    ways = [way(("2025-12-01", "Prospect"), (when, "Qualified")) for when in ("2025-12-31", "2026-01-01", "2026-03-31")]
    table = by_stage(lived(ways, counts_only_below=1), Q1).set_index("stage")
    assert table["entered"].tolist() == [0, 2, 0]


@pytest.mark.parametrize(("n_open", "immature"), [(2, False), (3, True)])
def test_more_than_a_fifth_undecided_is_immature(n_open: int, immature: bool) -> None:
    gone = [way(("2026-01-05", "Offer"), ("2026-01-10", "Won"))] * 8
    still = [way(("2026-01-05", "Offer"))] * n_open
    table = by_stage(lived([*gone, *still])).set_index("stage")
    assert bool(table.loc["Offer", "immature"]) is immature


def test_what_happened_before_the_first_refresh_is_imputed_and_no_skip() -> None:
    old = {"Stage": "Offer", "Created": day("2025-06-01")}
    closed = [won(created="2025-03-01", closed="2025-09-01"), lost(created="2025-03-01", closed="2025-09-01")]
    facts = lived([way(("2026-02-01", "Prospect"))], begins="2026-01-05", before=[old, *closed], counts_only_below=1)
    table = by_stage(facts).set_index("stage")
    assert table["entered"].tolist() == [4, 3, 2]  # the lost one was lost in Qualified
    assert table["told"].tolist() == [2, 1, 1]
    assert table["skipped"].tolist() == [0, 0, 0]
    assert stage_paths(facts).seen[:, 0].tolist() == [False, False, False, True]


def test_lost_between_two_refreshes_last_stage_before_loss_tells_where() -> None:
    quick = way(("2026-01-05", "Prospect"), ("2026-01-12", "Lost"), **{"Last stage before loss": "Offer"})
    table = by_stage(any_n(quick)).set_index("stage")
    assert table["lost"].tolist() == [0, 0, 1]
    assert table["advanced"].tolist() == [1, 1, 0]


@pytest.mark.slow
def test_what_comes_after_the_as_of_date_is_not_known_yet() -> None:
    facts = lived(FIVE, as_of=day("2026-01-17"), counts_only_below=1)
    assert by_stage(facts)["entered"].tolist() == [4, 2, 1]


@pytest.mark.slow
def test_within_n_days_on_both_sides_of_the_day() -> None:
    """From Prospect: on after 5, 10 and 10 days, lost after 5, open since 11 days."""
    facts = any_n(*FIVE)
    four, five, nine, ten = (within(facts, days).set_index("stage").loc["Prospect"] for days in (4, 5, 9, 10))
    assert [row["rate"] for row in (four, five, nine, ten)] == pytest.approx([0, 1 / 5, 1 / 5, 3 / 5])
    assert [row["lost_rate"] for row in (four, five)] == pytest.approx([0, 1 / 5])
    assert (ten["n"], ten["low"] < 0.6 < ten["high"]) == (5, True)


def test_no_rate_for_more_days_than_anybody_was_followed() -> None:
    open_deals = [way(("2026-03-01", "Prospect"))] * 5  # 30 days
    facts = lived(open_deals)
    assert within(facts, 30).loc[0, "rate"] == 0
    assert math.isnan(float(within(facts, 31).loc[0, "rate"]))  # type: ignore[arg-type]
    assert within(facts, 31).loc[0, "note"] == "No deal has been followed for 31 days yet."


@pytest.mark.parametrize(("n", "given_"), [(4, False), (5, True)])
def test_below_five_seen_entries_there_is_no_rate(n: int, given_: bool) -> None:
    table = within(lived([way(("2026-01-05", "Prospect"), ("2026-01-10", "Won"))] * n), 10)
    assert math.isnan(float(table.loc[0, "rate"])) is not given_  # type: ignore[arg-type]


def test_flow_counts_moves_of_the_window_and_can_exceed_a_hundred_percent() -> None:
    """Three entered Offer last year and are won in Q1; one entered it in Q1."""
    stock = [way(("2025-11-01", "Prospect"), ("2025-12-01", "Offer"), ("2026-02-01", "Won"))] * 3
    facts = lived([*stock, way(("2026-01-05", "Prospect"), ("2026-01-20", "Offer"))], counts_only_below=1)
    row = flow(facts, Q1).set_index("stage").loc["Offer"]
    assert (row["entries"], row["moves"], row["flow"]) == (1, 3, 3)
    assert row["note"] == "More left the stage than came: a stock was worked off."
    assert by_stage(facts, Q1)["rate"].max() <= 1


def test_without_history_there_is_no_flow_and_nothing_within_days() -> None:
    facts = lived([], begins="2026-01-05", before=[won()] * 6)
    assert flow(facts)["flow"].isna().all()
    assert flow(facts).loc[0, "note"] == "Flow needs history; it grows with every refresh."
    assert within(facts).loc[0, "note"] == "History saw no deal enter: too few for a rate within 90 days."
    assert by_stage(facts)["told"].tolist() == [0, 0, 0]


@pytest.mark.slow
def test_by_rep_source_and_quarter_add_up_to_the_whole() -> None:
    ways = [*FIVE, way(("2025-11-01", "Prospect"), ("2026-01-10", "Qualified"), Owner="Bob", Source="fair ")]
    facts = any_n(*ways)
    whole = by_stage(facts).set_index("stage")["entered"]
    for by, groups in (
        ("rep", ["Ann", "Bob"]),
        ("source", ["Fair", NO_SOURCE]),
        ("quarter", ["2025 Q4", "2026 Q1"]),
    ):
        table = by_group(facts, by)  # type: ignore[arg-type]
        assert table.groupby("stage")["entered"].sum().to_dict() == whole.to_dict()
        assert [name for name in table["group"].unique() if name in groups] == groups
    quarters = by_group(facts, "quarter").set_index(["group", "stage"])["entered"]
    assert quarters["2025 Q4", "Prospect"] == 1
    assert quarters["2026 Q1", "Qualified"] == 4  # the same deal, by its entry to this stage


NAMES = ["Prospect", "Qualified", "Offer", "Won", "Lost"]
stops = st.lists(st.sampled_from(NAMES), min_size=1, max_size=5).map(
    lambda names: [n for i, n in enumerate(names) if not i or n != names[i - 1]]
)


def naive(ways: list[list[str]], place: int) -> dict[str, int]:
    """One deal after the other: did it enter the stage or a later one, and what became of it."""
    found = {"entered": 0, "advanced": 0, "lost": 0, "open": 0, "regressed": 0}
    for names in ways:
        is_won, is_lost = names[-1] == "Won", names[-1] == "Lost"
        open_stages = [NAMES.index(n) for n in names if n not in ("Won", "Lost")]
        # Seen only when it was closed, a lost deal tells nothing and a won one has passed every stage.
        furthest = max([-1, *open_stages, *[3] * is_won])
        if furthest < place:
            continue
        found["entered"] += 1
        advanced = furthest > place
        found["advanced"] += advanced
        found["lost"] += is_lost and not advanced
        found["open"] += not advanced and not is_lost
        found["regressed"] += any(a >= place > b for i, b in enumerate(open_stages) for a in open_stages[:i])
    return found


def counts_equal_a_naive_loop(ways: list[list[str]]) -> None:
    start = dt.date(2026, 1, 1)
    rows = [
        way(*((f"{start + dt.timedelta(days=10 * i):%Y-%m-%d}", name) for i, name in enumerate(names)))
        for names in ways
    ]
    table = by_stage(lived(rows, counts_only_below=1))
    for place, row in enumerate(table.to_dict("records")):
        wanted = naive(ways, place)
        assert {key: row[key] for key in wanted} == wanted


@pytest.mark.slow
@settings(max_examples=3, deadline=None)
@given(st.lists(stops, min_size=1, max_size=6))
def test_counts_equal_a_naive_loop(ways: list[list[str]]) -> None:
    counts_equal_a_naive_loop(ways)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.lists(stops, min_size=1, max_size=6))
def test_counts_equal_a_naive_loop_over_many(ways: list[list[str]]) -> None:
    counts_equal_a_naive_loop(ways)
