"""The job score: fits, keeps and scores; refuses kindly; writes nothing into anybody's probability."""

from __future__ import annotations

import datetime as dt
import functools
import sys
from pathlib import Path
from unittest.mock import patch

import pandas as pd
import pytest

from tests.conftest import NOW
from tests.metrics.scored_team import AS_OF, big_book
from xlpipeline.errors import RequestError
from xlpipeline.hosts.file import ClosedWorkbook
from xlpipeline.jobs.refresh import refresh
from xlpipeline.jobs.win_score import Scored, score, score_in
from xlpipeline.metrics.win_model.trial import Trial
from xlpipeline.metrics.win_score import scores
from xlpipeline.model.applied import applied
from xlpipeline.model.book import Book, BookTable
from xlpipeline.tabs import win_score

THEN = dt.datetime(2026, 3, 31, 17, tzinfo=dt.UTC)


def book() -> Book:
    """The big team's book as of its day."""
    settings = pd.DataFrame([("as_of", AS_OF)], columns=["Key", "Value"], dtype=object)
    own = big_book()
    return Book({**own.tables, "Settings": BookTable("Settings", "Settings", 4, 2, settings)}, own.names)


def scored(of: Book) -> Scored:
    with patch("xlpipeline.jobs.refresh.TABS", (win_score.TAB,)):
        return score(of, now=THEN)


@functools.cache
def first() -> Scored:
    return scored(book())


def test_it_fits_keeps_and_scores_and_a_second_time_changes_nothing() -> None:
    assert isinstance(first().found, Trial)
    assert len(scores(first().refreshed.facts)) == 20
    known = applied(book(), first().changes)
    assert known.frame("WinModel").loc[0, "Deals"] == 480
    assert not scored(known).changes
    with patch("xlpipeline.jobs.refresh.TABS", (win_score.TAB,)):
        assert not refresh(known, now=THEN).changes, "an idle refresh writes nothing"


@pytest.mark.slow
def test_it_touches_no_cell_of_pipeline_that_a_refresh_does_not() -> None:
    with patch("xlpipeline.jobs.refresh.TABS", (win_score.TAB,)):
        plain = refresh(book(), now=THEN).changes
    done = first().changes
    ours = {change.table for change in done.tables} - {change.table for change in plain.tables}
    assert ours <= {"WinModel", "WinModelPoints", "WinModelTest", "WinModelBands"}
    left, right = applied(book(), plain).frame("Pipeline"), applied(book(), done).frame("Pipeline")
    pd.testing.assert_frame_equal(left, right)


@pytest.mark.slow
def test_a_new_deal_is_scored_by_the_next_refresh_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    known = applied(book(), first().changes)
    frame = known.frame("Pipeline")
    row = dict.fromkeys(frame.columns) | {"Opportunity": "New", "Stage": "Prospect", "Source": "Referral"}
    row |= {"Created": AS_OF, "Owner": "Ann", "Amount": 5000.0}
    more = pd.concat([frame, pd.DataFrame([row], dtype=object)], ignore_index=True)
    known = Book({**known.tables, "Pipeline": BookTable("Pipeline", "Pipeline", 4, 2, more)}, known.names)
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with patch("xlpipeline.jobs.refresh.TABS", (win_score.TAB,)):
        facts = refresh(known, now=THEN).facts
    assert len(scores(facts)) == 21


@pytest.mark.slow
def test_without_the_library_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.linear_model", None)
    with pytest.raises(RequestError, match="pip install"):
        scored(book())


def test_a_book_without_room_is_asked_to_upgrade() -> None:
    old = Book({name: table for name, table in book().tables.items() if name != "WinModel"})
    with pytest.raises(RequestError, match="xlpipeline upgrade"):
        score(old, now=THEN)


@pytest.mark.slow
def test_a_team_with_few_deals_gets_the_reason_and_no_model() -> None:
    few = book()
    table = few.tables["Pipeline"]
    rows = table.frame.head(100).reset_index(drop=True)
    few = Book({**few.tables, "Pipeline": BookTable("Pipeline", "Pipeline", 4, 2, rows)}, few.names)
    done = scored(few)
    assert str(done.found).startswith("A win score needs more than 200 won")
    assert not {change.table for change in done.changes.tables} & {"WinModel", "WinModelPoints"}


@pytest.mark.slow
def test_a_team_with_few_deals_gets_the_reason_and_keeps_its_file(small_book: Path) -> None:
    done = score_in(ClosedWorkbook(small_book), now=NOW)
    assert done.sentences[0].startswith("No deal is scored. A win score needs more than 200 won")
    assert done.data["reason"] in done.sentences[0]
