"""Required coverage by hand: four past quarters at the same day, and the rule of thumb with fewer."""

from __future__ import annotations

import pytest

from tests.metrics.lived_team import Row, deal, due, lived, won
from tests.metrics.small_team import day, facts_of
from xlpipeline.metrics.coverage import by_rep, coverage
from xlpipeline.metrics.required_coverage import required_level, same_day_of_past_quarters
from xlpipeline.model.facts import Facts

STARTS = ("2025-04-01", "2025-07-01", "2025-10-01", "2026-01-01")


def past_year(quarters: int = 4, *, besides: float = 0.0) -> Facts:
    """At the 20th day of each past quarter 400 were open, of which 100 were won; as of the 20th day of 2026 Q2.

    ``besides``: won in each quarter of a deal that was created after that day.
    """
    refreshes: list[tuple[str, list[Row]]] = []
    done: list[Row] = []
    for start in STARTS[4 - quarters :]:
        first, month = start[:8], start[:7]
        name = month.replace("-", "")
        rows = [deal(f"{name}{i}", 100, f"{first}28") for i in range(4)]
        refreshes.append((f"{first}02", [*done, *rows, due(deal(f"{name}X", 500), "2027-01-01")]))
        ended = [won(rows[0], f"{first}25"), *(due(row, "2027-06-30") for row in rows[1:])]
        if besides:
            ended.append(won(deal(f"{name}N", besides), f"{first}26"))
        refreshes.append((f"{first}27", [*done, *ended]))
        done = [*done, ended[0], *ended[4:]]
    return lived(
        *refreshes,
        ("2026-04-20", [*done, deal("now", 800, "2026-06-30")]),
        quotas=[("Ann", "2026-04-01", "2026-06-30", 200)],
    )


@pytest.mark.slow
def test_a_quarter_of_the_open_amount_was_won_so_four_times_is_needed() -> None:
    level = required_level(past_year())
    assert (level.value, level.n, level.basis) == (4.0, 4, "own 4 past quarters")
    assert (level.low, level.high) == (4.0, 4.0)
    assert level.note == "25 % of the open amount was won; 0 % of what was won came later."


@pytest.mark.slow
def test_what_is_created_and_closed_later_lowers_the_level() -> None:
    """Of 200 won per quarter 100 came later: (1 - 0.5) / 0.25 = 2."""
    facts = past_year(besides=100)
    assert required_level(facts).value == 2.0
    past = same_day_of_past_quarters(facts)
    assert past["quarter"].tolist() == ["2026 Q1", "2025 Q4", "2025 Q3", "2025 Q2"]
    assert [str(one) for one in past["day"]] == ["2026-01-20", "2025-10-20", "2025-07-20", "2025-04-20"]
    assert (
        past[["open_n", "open_amount", "won_of_open", "won_other"]].to_numpy().tolist()
        == [[4, 40_000, 10_000, 10_000]] * 4
    )
    assert past[["conversion", "create_and_close", "required"]].to_numpy().tolist() == [[0.25, 0.5, 2.0]] * 4


@pytest.mark.slow
@pytest.mark.parametrize("quarters", [3, 4])
def test_three_quarters_are_too_few(quarters: int) -> None:
    level = required_level(past_year(quarters))
    assert level.basis == ("own 4 past quarters" if quarters == 4 else "rule of thumb")
    assert level.value == (4.0 if quarters == 4 else 3.0)
    assert (level.note == "3 of the 4 past quarters needed are known.") is (quarters == 3)


def test_without_history_it_is_the_rule_of_thumb() -> None:
    level = required_level(facts_of([], required_coverage=2.5))
    assert (level.value, level.n, level.basis, level.low) == (2.5, 0, "rule of thumb", None)


def test_quarters_in_which_nothing_was_won_give_no_level() -> None:
    refreshes = [(start, [deal("A", due="2027-01-01")]) for start in STARTS]
    level = required_level(lived(*refreshes, ("2026-04-20", [deal("A")])))
    assert level.basis == "rule of thumb"
    assert level.note == "Nothing was open or won after this day of the past quarters."


@pytest.mark.slow
def test_a_won_deal_that_left_the_table_still_counts() -> None:
    facts = past_year()
    gone = facts.book.frame("Pipeline")
    assert len(gone) == 5
    refreshes = [("2025-04-02", [deal("A", 100, "2025-05-01")]), ("2025-05-01", [won(deal("A"), "2025-05-01")])]
    rest = [(start, [deal("B", 100, "2027-01-01")]) for start in STARTS[1:]]
    level = required_level(lived(*refreshes, *rest, ("2026-04-20", [deal("B")])))
    assert (level.value, level.n) == (1.0, 4)


@pytest.mark.slow
def test_the_colour_goes_by_the_own_level_and_is_the_teams_for_every_rep() -> None:
    facts = past_year()
    found = coverage(facts)
    assert (found.to_go.value, found.required.value, found.status) == (4.0, 4.0, "green")
    assert by_rep(facts)["required"].tolist() == [4.0, 4.0]
    assert coverage(facts.of_owner("Bob")).required.value == 4.0


@pytest.mark.slow
def test_the_next_quarter_is_measured_by_what_past_ones_had_before_they_began() -> None:
    """On 20 April the next quarter is 72 days off: of past quarters only those count that were over by then."""
    facts = past_year()
    coming = facts.fiscal.quarter(day("2026-07-01"))
    past = same_day_of_past_quarters(facts, coming)
    assert past["quarter"].tolist() == ["2026 Q1", "2025 Q4", "2025 Q3"]
    assert [str(one) for one in past["day"]] == ["2025-10-21", "2025-07-21", "2025-04-20"]
    assert past["open_n"].tolist() == [0, 0, 0], "the deals of a quarter are created in it"
    assert required_level(facts, coming).basis == "rule of thumb"
    assert coverage(facts, coming).required.value == facts.settings.required_coverage


def test_the_same_day_of_a_shorter_quarter_is_its_last() -> None:
    facts = lived(("2026-01-02", [deal("A")]), ("2026-06-30", [deal("A")]))
    assert same_day_of_past_quarters(facts)["day"].tolist() == [day("2026-03-31")]
