"""Kept forecasts scored on paper: when their time is over, by how much, and on which side."""

from __future__ import annotations

import datetime as dt
import math
import random
from typing import Any

import pandas as pd
import pytest

from tests.metrics import lived_team
from tests.metrics.lived_team import deal, lost
from tests.metrics.lived_team import won as is_won
from tests.metrics.small_team import facts_of
from xlpipeline.metrics.forecast_accuracy import by_kind, kept_forecasts, scored, spans_held
from xlpipeline.model.applied import with_frame
from xlpipeline.model.facts import Facts, read_facts
from xlpipeline.model.snapshot_table import SNAPSHOTS

KEPT = {
    "Weighted forecast": 150, "Commit forecast": 100, "Best case forecast": 300, "Outcome P10": 80, "Outcome P50": 210,
    "Outcome P90": 250, "N days": 30, "N-day wins": 1.5, "N-day value": 150,
}  # fmt: skip


def team(as_of: str, **kept: Any) -> Facts:  # noqa: ANN401
    """Two of three deals that were open on 10 January were won, one within thirty days; each is worth 100."""
    a, b, c = deal("A"), deal("B"), deal("C")
    after = [is_won(a, "2026-02-09"), is_won(b, "2026-02-10"), lost(c, "2026-02-09")]
    facts = lived_team.lived(("2026-01-10", [a, b, c]), ("2026-02-12", after), as_of=as_of)
    row = {"Date": dt.date(2026, 1, 10), "Taken on": dt.datetime(2026, 1, 10, 9)} | KEPT | kept  # noqa: DTZ001
    by_stage = row | {"Stage": "Offer"}
    frame = pd.DataFrame([row, by_stage], columns=list(SNAPSHOTS.heads), dtype=object)
    return read_facts(with_frame(facts.book, SNAPSHOTS.name, frame), facts.as_of, facts.settings)


@pytest.mark.slow
def test_each_kind_has_its_error_and_bias_when_the_quarter_is_over() -> None:
    table = by_kind(team("2026-04-01")).set_index("kind")
    assert table["n"].tolist() == [1] * 6
    assert table["wape"].tolist() == pytest.approx([0.25, 0.5, 0.5, 0.05, 0.5, 0.5])
    assert table["bias"].tolist() == pytest.approx([-0.25, -0.5, 0.5, 0.05, 0.5, 0.5])
    assert spans_held(team("2026-04-01")) == (1, 1)
    assert spans_held(team("2026-04-01", **{"Outcome P90": 199})) == (0, 1)


def test_the_last_day_of_the_quarter_is_too_early() -> None:
    table = by_kind(team("2026-03-31")).set_index("kind")
    assert table["n"].to_dict() == dict.fromkeys(("Weighted", "Commit", "Best case", "Simulated P50"), 0) | {
        "N-day value": 1, "N-day wins": 1,
    }  # fmt: skip
    assert math.isnan(table["wape"]["Weighted"])


@pytest.mark.parametrize(("as_of", "n"), [("2026-02-12", 1), ("2026-02-08", 0)])
def test_the_n_day_forecast_is_scored_after_n_days_against_the_deals_open_then(as_of: str, n: int) -> None:
    found = scored(team(as_of))
    assert found[found["kind"] == "N-day wins"]["actual"].tolist() == [1.0] * n


def test_what_was_not_kept_is_not_scored() -> None:
    table = by_kind(team("2026-04-01", **{"Outcome P50": None, "N days": None})).set_index("kind")
    assert table["n"].tolist() == [1, 1, 1, 0, 0, 0]


def test_without_snapshots_there_is_nothing() -> None:
    facts = facts_of([])
    assert kept_forecasts(facts).empty
    assert by_kind(facts)["n"].tolist() == [0] * 6
    assert spans_held(facts) == (0, 0)


@pytest.mark.slow
def test_the_scores_are_those_of_a_naive_loop() -> None:
    """Thirty deals that close over three quarters, and a snapshot with some forecast on every tenth day."""
    draw, first = random.Random(1), dt.date(2026, 1, 5)  # noqa: S311 - made-up data
    deals = [deal(f"D{i}", draw.randrange(50, 150)) for i in range(30)]
    ends = [first + dt.timedelta(days=draw.randrange(1, 250)) for _ in deals]
    wins = [draw.random() < 0.6 for _ in deals]
    days = sorted({first, *ends})
    refreshes = [
        (
            today.isoformat(),
            [
                one if end > today else (is_won if won else lost)(one, end.isoformat())
                for one, end, won in zip(deals, ends, wins, strict=True)
            ],
        )
        for today in days
    ]
    as_of = dt.date(2026, 8, 10)
    refreshes = [(on, rows) for on, rows in refreshes if on <= as_of.isoformat()]
    facts = lived_team.lived(*refreshes, as_of=as_of.isoformat())
    marks: list[dict[str, Any]] = [
        {
            "Date": on, "Taken on": dt.datetime.combine(on, dt.time(18)), "N days": 30,
            "Weighted forecast": draw.randrange(500, 1500), "N-day wins": draw.random() * 5,
            "N-day value": draw.randrange(100, 400),
        }
        for on in (first + dt.timedelta(days=10 * i) for i in range(20))
    ]  # fmt: skip
    frame = pd.DataFrame(marks, columns=list(SNAPSHOTS.heads), dtype=object)
    facts = read_facts(with_frame(facts.book, SNAPSHOTS.name, frame), as_of, facts.settings)
    gaps: dict[str, list[tuple[float, float]]] = {"Weighted": [], "N-day wins": [], "N-day value": []}
    for mark in marks:
        on = mark["Date"]
        start = dt.date(2026, 3 * ((on.month - 1) // 3) + 1, 1)
        end = dt.date(2026, start.month + 3, 1)
        of_quarter = later = later_value = 0.0
        for one, closed, won in zip(deals, ends, wins, strict=True):
            if won and start <= closed < end:
                of_quarter += one["Amount"]
            if won and on < closed <= on + dt.timedelta(days=30):
                later, later_value = later + 1, later_value + one["Amount"]
        if end <= as_of:
            gaps["Weighted"].append((mark["Weighted forecast"], of_quarter))
        if on + dt.timedelta(days=30) <= as_of:
            gaps["N-day wins"].append((mark["N-day wins"], later))
            gaps["N-day value"].append((mark["N-day value"], later_value))
    table = by_kind(facts).set_index("kind")
    for kind, pairs in gaps.items():
        total = sum(actual for _, actual in pairs)
        assert table.loc[kind, "n"] == len(pairs)
        assert table.loc[kind, "wape"] == pytest.approx(sum(abs(said - actual) for said, actual in pairs) / total)
        assert table.loc[kind, "bias"] == pytest.approx(sum(said - actual for said, actual in pairs) / total)
