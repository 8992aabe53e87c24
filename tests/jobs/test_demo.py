"""The demo: the same bytes for the same day and seed, and a past that every tab can show."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import NOW
from xlpipeline.hosts.file import ClosedWorkbook
from xlpipeline.jobs.demo import demo_file
from xlpipeline.jobs.refresh import refresh

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "demo.xlsx"
    demo_file(path, now=NOW, deals=120)
    return path


def test_the_same_day_and_seed_give_the_same_bytes(demo: Path, tmp_path: Path) -> None:
    again = tmp_path / "demo.xlsx"
    demo_file(again, now=NOW, deals=120)
    assert again.read_bytes() == demo.read_bytes()


def test_a_second_refresh_finds_nothing_to_do(demo: Path) -> None:
    assert not refresh(ClosedWorkbook(demo).read(), now=NOW).changes


def test_each_snapshot_is_what_its_day_computed_again_says(demo: Path) -> None:
    book = ClosedWorkbook(demo).read()
    frame = book.frame("_Snapshots")
    team = frame[frame["Stage"].isna()]
    of_reviews = team["Label"].str.startswith("Review")
    assert (int(of_reviews.sum()), len(team)) == (2, 14), "one of every month, one of each review"
    for row in team.iloc[[0, 6, 11, 13]].to_dict("records"):
        then = refresh(book, now=NOW, as_of=row["Date"]).facts
        assert int(then.deals["is_open"].sum()) == row["Open deals"]
        assert then.deals.loc[then.deals["is_open"], "amount"].sum() / then.money_unit == row["Open amount"]


def test_few_deals_pass_over_a_stage_and_few_stand_stale(demo: Path) -> None:
    book = ClosedWorkbook(demo).read()
    issues, team = book.frame("Issues")["Check"], book.frame("_Snapshots")
    assert 0 < (issues == "Stage skipped").sum() <= 12  # the sample's own share of skips: one move in twenty
    team = team[team["Stage"].isna()]
    assert 0.1 < (team["Stale deals"] / team["Open deals"]).mean() < 0.6
