"""Aging and the four flags by hand."""

from __future__ import annotations

import pytest

from tests.metrics.small_team import Row, day, facts_of, in_play, won
from xlpipeline.metrics.aging import FLAGS, by_rep, by_stage, median_age_days, oldest, stale_counts

FRESH = in_play(Stage="Qualified")


def entered(since: str, **cells: object) -> Row:
    return FRESH | {"Created": day("2026-01-01"), "Stage since": day(since)} | cells


def flags_of(deal: Row) -> dict[str, int]:
    table = stale_counts(facts_of([deal])).set_index("flag")
    return dict(zip(FLAGS, table.loc[list(FLAGS), "n"].tolist(), strict=True))


def test_a_fresh_deal_carries_no_flag() -> None:
    assert flags_of(FRESH) == {"T": 0, "B": 0, "I": 0, "C": 0, "N": 0}


@pytest.mark.parametrize(("since", "over"), [("2026-03-24", 0), ("2026-03-23", 1)])
def test_over_the_bound_of_five_business_days(since: str, over: int) -> None:
    """2026-03-31 is a Tuesday: the fifth business day after Tuesday the 24th."""
    assert flags_of(entered(since))["T"] == over


@pytest.mark.parametrize(("earlier", "flag"), [(None, ""), (2, ""), (3, "B"), (9, "B")])
def test_earlier_stays_count_against_the_bound_and_are_a_flag_of_their_own(earlier: int | None, flag: str) -> None:
    """Three business days since Thursday 26 March, of five."""
    flags = flags_of(entered("2026-03-26", **{"Earlier days": earlier}))
    assert "".join(letter for letter in "TB" if flags[letter]) == flag


def test_a_deal_over_the_bound_by_its_present_stay_has_not_bounced_too() -> None:
    flags = flags_of(entered("2026-03-23", **{"Earlier days": 9}))
    assert (flags["T"], flags["B"]) == (1, 0)


@pytest.mark.parametrize(("touch", "idle"), [("2026-03-17", 0), ("2026-03-16", 1)])
def test_idle_for_more_than_ten_business_days(touch: str, idle: int) -> None:
    deal = FRESH | {"Created": day("2026-03-01"), "Last touch": day(touch)}
    assert flags_of(deal)["I"] == idle


@pytest.mark.parametrize(("closes", "past"), [("2026-03-31", 0), ("2026-03-30", 1)])
def test_expected_close_is_past_from_the_next_day_on(closes: str, past: int) -> None:
    assert flags_of(in_play(closes=closes))["C"] == past


@pytest.mark.parametrize(
    ("cells", "flagged"),
    [({}, 0), ({"Next step date": day("2026-03-30")}, 1), ({"Next step": None}, 1), ({"Next step date": None}, 0)],
)
def test_next_step_blank_or_past(cells: Row, flagged: int) -> None:
    assert flags_of(FRESH | cells)["N"] == flagged


def test_flags_are_never_merged_and_shares_are_of_open_deals() -> None:
    both = in_play(300, closes="2026-03-30", **{"Next step": None})
    table = stale_counts(facts_of([both, FRESH, FRESH, FRESH, won()])).set_index("flag")
    assert table["n"].tolist() == [0, 0, 0, 1, 1]
    assert table["share"].tolist() == [0, 0, 0, 0.25, 0.25]
    assert table["amount"].tolist() == [0, 0, 0, 30_000, 30_000]


def test_ages_are_medians_in_calendar_days() -> None:
    rows = [entered("2026-03-30"), entered("2026-03-29", Created=day("2026-03-21")), entered("2026-03-01")]
    table = by_stage(facts_of(rows)).set_index("stage")
    assert table.at["Qualified", "median_days_in_stage"] == 2
    assert table.at["Qualified", "median_age_days"] == 89
    assert (table.at["Qualified", "over_bound"], table.at["Qualified", "amount_over"]) == (1, 10_000)
    assert table["bound_days"].fillna(0).tolist() == [10, 5, 0]
    assert table["n"].tolist() == [0, 3, 0]
    assert median_age_days(facts_of(rows)) == 89


def test_a_deal_created_after_the_as_of_date_has_no_age() -> None:
    table = by_stage(facts_of([FRESH | {"Created": day("2026-04-01")}]))
    assert table["n"].sum() == 1
    assert table["median_age_days"].isna().all()


def test_every_rep_has_a_row_and_a_deal_with_two_flags_is_one_stale_deal() -> None:
    both = in_play(300, closes="2026-03-30", **{"Next step": None})
    table = by_rep(facts_of([both, FRESH], reps=["Ann", "Bob"])).set_index("rep")
    assert table[["open_n", "T", "I", "C", "N", "stale_n"]].to_numpy().tolist()[0] == [2, 0, 0, 1, 1, 1]
    assert (table.at["Ann", "stale_amount"], table.at["Ann", "stale_share"]) == (30_000, 0.5)
    assert table["stale_share"].isna().tolist() == [False, True]


def test_the_worst_deal_stands_first_and_fresh_ones_are_not_listed() -> None:
    rows = [
        FRESH,
        in_play(closes="2026-03-30", Opportunity="one flag"),
        in_play(closes="2026-03-30", Opportunity="two flags", **{"Next step": None}),
        entered("2026-03-20", Opportunity="one over"),
        entered("2026-03-02", Opportunity="long over"),
    ]
    table = oldest(facts_of(rows))
    assert table["opportunity"].tolist() == ["long over", "one over", "two flags", "one flag"]
    assert table["flags"].tolist() == ["T", "T", "CN", "C"]
    assert table["days_over"].tolist()[:2] == [16, 2]
    assert oldest(facts_of(rows), most=1)["opportunity"].tolist() == ["long over"]
