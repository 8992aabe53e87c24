"""The tab Aging: its layout, and the cells that five deals give."""

from __future__ import annotations

import datetime as dt
import functools

import pytest

from tests.metrics.small_team import facts_of, in_play
from tests.tabs.dashboard_laws import (
    CASES,
    check_everything,
    check_formulas_are_old,
    choosing,
    frames_of,
    shown,
    with_snapshots,
)
from xlpipeline.model.book import NOT_AVAILABLE
from xlpipeline.model.facts import Facts
from xlpipeline.tabs.aging import FILTER, TAB
from xlpipeline.tabs.aging_lists import WORST


@pytest.mark.parametrize(
    "case", ["five deals", "no deal", "no deal but reps", "fifteen stages", "no amount", "no dates", "long names"]
)
def test_it_writes_what_its_layout_has_whatever_the_data(case: str) -> None:
    check_everything(TAB, CASES[case])


def test_its_formulas_use_only_functions_of_excel_2016() -> None:
    check_formulas_are_old(TAB)


OLD = dt.date(2026, 3, 2)


@functools.cache
def stale_team() -> Facts:
    """Ann: a fresh deal, and one that is over its bound, idle and overdue; Bob: one without a next step."""
    over = {"Stage": "Prospect", "Created": OLD, "Last touch": OLD, "Expected close": dt.date(2026, 3, 30)}
    return facts_of(
        [
            in_play(100),
            in_play(40) | over | {"Opportunity": "Old one"},
            in_play(60, Owner="Bob", **{"Next step": None}),
        ],
        reps=("Ann", "Bob"),
    )


def test_the_four_flags_are_counted_each_by_itself() -> None:
    flags = frames_of(TAB.fill(stale_team()))["StaleFlags"]
    assert flags.to_numpy().tolist() == [
        ["T · over time-bound", 1, 40, pytest.approx(1 / 3), "Over the stage's time-bound."],
        ["B · over (bounced)", 0, 0, 0, "Over the time-bound together with earlier stays in the stage (bounced)."],
        ["I · idle", 1, 40, pytest.approx(1 / 3), "No touch for more than 10 business days."],
        ["C · close date past", 1, 40, pytest.approx(1 / 3), "Expected close is past."],
        ["N · no next step", 1, 60, pytest.approx(1 / 3), "Next step is blank or past."],
    ]


def test_cards_show_count_share_and_value() -> None:
    changes = TAB.fill(stale_team())
    assert shown(changes, "stale_t") == (1, "33 % of open deals, worth €40", "n = 3 · aging")
    assert shown(changes, "stale_n") == (1, "33 % of open deals, worth €60", "n = 3 · aging")
    assert shown(changes, "median_age") == (0, "since Created", "n = 3 · aging")
    assert changes.names["aging_says"] == "Team: 1 deal over the time-bound, most in Prospect (1 of 1)."
    assert changes.names["stale_says"] == "Team: 1 of 3 open deals has no next step ahead."


def test_without_open_deals_the_cards_say_so() -> None:
    assert shown(TAB.fill(facts_of([])), "stale_i") == ("n/a", "No deal is open", "n = 0 · aging")


def test_the_worst_deals_come_first_and_fresh_ones_not_at_all() -> None:
    worst = frames_of(TAB.fill(stale_team()))["OldestDeals"]
    assert worst["Opportunity"].tolist() == ["Old one", "Deal 2"]
    assert worst.loc[0].tolist() == ["Old one", "Ann", "Prospect", "TIC", 11, 21, 29, dt.date(2026, 3, 30), 40, "D1", 1]


@pytest.mark.slow
def test_the_list_ends_at_25_deals() -> None:
    facts = facts_of([in_play(**{"Next step": None}) for _ in range(WORST + 1)])
    assert frames_of(TAB.fill(facts))["OldestDeals"]["Rank"].tolist() == list(range(1, WORST + 1))


def test_stages_show_how_many_are_in_time() -> None:
    stages = frames_of(TAB.fill(stale_team()))["AgingByStage"]
    assert stages.to_numpy().tolist() == [
        ["Prospect", 1, 29, 29, 10, 0, 1, 40],
        ["Qualified", 0, "–", "–", 5, 0, 0, 0],
        ["Offer", 2, 0, 0, None, 2, 0, 0],
    ]


@pytest.mark.slow
def test_reps_with_most_flagged_deals_come_first() -> None:
    facts = facts_of([in_play(), in_play(Owner="Bob", **{"Next step": None})], reps=("Ann", "Bob"))
    by_rep = frames_of(TAB.fill(facts))["StaleByRep"]
    assert by_rep.to_numpy().tolist() == [["Bob", 1, 0, 0, 0, 0, 1, 1, 1, 100], ["Ann", 1, 0, 0, 0, 0, 0, 0, 0, 0]]


@pytest.mark.slow
def test_the_pipeline_stands_as_entered_and_clean_side_by_side() -> None:
    """Of 200, 40 is old in every way and in an unqualified stage, 60 has no next step; 100 is clean."""
    changes = TAB.fill(stale_team())
    parts = frames_of(changes)["Inflation"]
    assert parts[["Part", "Deals", "Value", "Share"]].to_numpy().tolist() == [
        ["As entered", 3, 200, None],
        ["· stale", 2, 100, pytest.approx(0.5)],
        ["· overdue", 1, 40, pytest.approx(0.2)],
        ["· unqualified", 1, 40, pytest.approx(0.2)],
        ["· oversized", 0, 0, 0],
        ["Clean", 1, 100, pytest.approx(0.5)],
    ]
    assert changes.names["inflation_says"] == (
        "Team pipeline: as entered €200, clean €100, inflation 50 % (1 of 3 open deals clean). "
        "Too few deals are won to say what is oversized."
    )


@pytest.mark.slow
def test_deals_that_look_dead_are_listed_with_their_reasons() -> None:
    changes = TAB.fill(stale_team())
    rows = frames_of(changes)["CleanUp"].to_numpy().tolist()
    reason = "Over the stage's time-bound and idle for 21 business days."
    assert rows == [["Old one", "Ann", "Prospect", "D1", 40, 1, reason]]
    assert changes.names["clean_up_says"] == "1 open deal worth €40 looks dead."
    assert TAB.fill(facts_of([in_play()])).names["clean_up_says"] == "No open deal is proposed for clean-up."


@pytest.mark.slow
def test_more_than_25_deals_that_look_dead_are_counted_and_the_largest_listed() -> None:
    facts = facts_of([in_play(n, "2026-01-01") for n in range(1, WORST + 2)])
    changes = TAB.fill(facts)
    assert frames_of(changes)["CleanUp"]["Value"].tolist() == list(range(WORST + 1, 1, -1))
    assert changes.names["clean_up_says"] == "26 open deals worth €351 look dead; the largest 25 are below."


@pytest.mark.slow
def test_data_quality_by_rep_gives_counts_below_five_deals() -> None:
    deals = [in_play(None), *(in_play() for _ in range(4)), in_play(Owner="Bob")]
    rows = frames_of(TAB.fill(facts_of(deals, reps=("Ann", "Bob"))))["DataQualityByRep"].to_numpy().tolist()
    assert rows == [
        ["Ann", 5, 1, 0.8, "38–96 %", 0, 1, "–"],
        ["Bob", 1, 0, NOT_AVAILABLE, "1 of 1", 0, NOT_AVAILABLE, "1 of 1 without an error: too few for a rate."],
    ]


@pytest.mark.slow
def test_everything_above_inflation_follows_the_rep_that_the_reader_has_chosen() -> None:
    changes = TAB.fill(choosing(stale_team(), FILTER, "Bob"))
    tables = frames_of(changes)
    assert shown(changes, "stale_n") == (1, "100 % of open deals, worth €60", "n = 1 · aging")
    assert tables["StaleFlags"]["Deals"].tolist() == [0, 0, 0, 0, 1]
    assert tables["AgingByStage"]["Open deals"].tolist() == [0, 0, 1]
    assert tables["OldestDeals"]["Opportunity"].tolist() == ["Deal 2", ""]
    assert tables["CleanUp"]["Opportunity"].tolist() == [""]
    assert tables["Inflation"]["Deals"].tolist()[0] == 3


def test_the_sentence_tells_how_many_carried_a_flag_at_the_last_snapshot() -> None:
    marks = [(dt.date(2026, 3, 2), 9, 12), (dt.date(2026, 3, 31), 1, 1)]  # the second is of today
    rows = ({"Date": on, "Stale deals": stale, "Open deals": every} for on, stale, every in marks)
    said = TAB.fill(with_snapshots(stale_team(), *rows)).names["stale_says"]
    assert said == "Team: 1 of 3 open deals has no next step ahead. 2 carry a flag, 9 of 12 did on 2026-03-02."
