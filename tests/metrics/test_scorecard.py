"""Scorecard: the same figures, by team and by rep."""

from __future__ import annotations

import pandas as pd

from tests.metrics.small_team import facts_of, in_play, lost, won
from xlpipeline.metrics.cycle import cycle
from xlpipeline.metrics.scorecard import scorecard
from xlpipeline.metrics.velocity import velocity
from xlpipeline.metrics.win_rate import win_rate

ANN = [won(), won(), won(), lost(), lost(), in_play(200)]
BOB = [won(Owner="Bob", amount=900), in_play(50, Owner="Bob", **{"Next step": None})]
FACTS = facts_of([*ANN, *BOB], reps=["Bob", "Ann", "Cem"], quotas=[("Ann", "2026-01-01", "2026-03-31", 400)])


def test_the_team_stands_first_and_then_each_rep_of_reps() -> None:
    assert scorecard(FACTS)["rep"].tolist() == ["Team", "Bob", "Ann", "Cem"]


def test_counts_and_amounts_of_reps_add_up_to_the_team() -> None:
    table = scorecard(FACTS).set_index("rep")
    for head in ("open_n", "open_amount", "weighted", "won_n", "won_amount", "stale_n"):
        assert table.loc[["Bob", "Ann", "Cem"], head].sum() == table.at["Team", head], head


def test_each_row_is_what_its_metric_says_of_that_rep() -> None:
    row, facts = scorecard(FACTS).set_index("rep").loc["Ann"], FACTS.of_owner("ann")
    rate = win_rate(facts, window=facts.window)
    assert (row["win_rate"], row["win_low"], row["win_high"], row["win_n"]) == (rate.value, rate.low, rate.high, 5)
    assert (row["win_loss"], row["average"]) == (1.5, 10_000)
    assert row["cycle_median"] == cycle(facts, facts.window).median.value == 10
    assert row["velocity_per_day"] == velocity(facts).per_day.value
    assert (row["gross"], row["to_go"], row["status"], row["stale_share"]) == (0.5, 2.0, "red", 0)


def test_a_figure_that_is_not_given_is_blank_with_its_reason() -> None:
    table = scorecard(FACTS).set_index("rep")
    row = table.loc["Bob"]
    assert table["win_rate"].isna().tolist() == [False, True, False, True]
    assert row["win_rate_reason"] == "1 of 1 won: too few for a rate."
    assert row["win_loss_reason"] == "All won (1 : 0), so there is no ratio."
    assert row["velocity_reason"] == row["win_rate_reason"]
    assert row["coverage_reason"].startswith("There is no quota for 2026 Q1")


def test_every_blank_figure_of_a_rep_without_deals_has_a_reason() -> None:
    (row,) = scorecard(FACTS).query("rep == 'Cem'").to_dict("records")
    assert [row["open_n"], row["won_n"], row["stale_n"]] == [0, 0, 0]
    assert all(
        pd.isna(row[head]) for head in ("win_rate", "win_loss", "average", "cycle_mean", "velocity_per_day", "to_go")
    )
    assert all(cell for head, cell in row.items() if str(head).endswith("_reason"))
