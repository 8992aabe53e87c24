"""Advance stage and the playbook: what was not logged is told and bars nobody; what comes next is said."""

from __future__ import annotations

import datetime as dt
from unittest.mock import patch

import pandas as pd
import pytest

from tests.jobs.story_book import Row, day, new_book
from xlpipeline.jobs.advance import Advanced, MoveRequest, advance
from xlpipeline.jobs.refresh import refresh
from xlpipeline.model.applied import applied
from xlpipeline.model.book import Book, BookTable
from xlpipeline.model.schema import PLAYBOOK
from xlpipeline.tabs import issues

pytestmark = pytest.mark.slow

ADVICE = (
    ("Talk", "Listen.", None, "What hurts?", "Call; Meeting"),
    ("Offer", "Send it.", "Template", "Is it clear?", "Proposal delivered"),
)
DEAL: Row = {"Deal ID": "D-1", "Need confirmed": "Y", "Stage": "Talk"}


def moved(deal: Row, to: str, *log: Row, reason: str = "") -> Advanced:
    book = new_book((deal,), activities=log)
    playbook = pd.DataFrame(ADVICE, columns=list(PLAYBOOK.heads), dtype=object)
    book = Book({**book.tables, "Playbook": BookTable("Playbook", "Process", 4, 2, playbook)}, book.names)
    with patch("xlpipeline.jobs.refresh.TABS", (issues.TAB,)):
        first = refresh(book, now=dt.datetime(2026, 5, 4, 15, tzinfo=dt.UTC))
        book = applied(book, first.changes)
        return advance(
            book, MoveRequest("d-1", to, reason=reason), now=dt.datetime(2026, 5, 5, 15, tzinfo=dt.UTC), user="ann"
        )


def test_what_is_not_logged_is_told_and_the_deal_moves_all_the_same() -> None:
    call: Row = {"Date": day(4), "Deal ID": "D-1", "Type": "call"}
    done = moved(DEAL, "Offer", call)
    assert (done.end, done.not_logged) == ("Offer", ("Meeting",))
    assert done.guide == ("Offer: Send it. Ask: Is it clear? Use: Template. Log: Proposal delivered.",)


def test_what_is_logged_before_the_deal_came_or_only_planned_does_not_count() -> None:
    early: Row = {"Date": day(3), "Deal ID": "D-1", "Type": "Call"}
    planned: Row = {"Date": day(6), "Deal ID": "D-1", "Type": "Meeting"}
    assert moved(DEAL, "Offer", early, planned).not_logged == ("Call", "Meeting")


def test_a_lost_deal_and_one_that_goes_back_are_asked_for_nothing() -> None:
    lost = moved(DEAL, "Lost")
    assert (lost.not_logged, lost.guide) == ((), ())
    back = moved(replace_stage("Offer"), "Talk", reason="again")
    assert (back.not_logged, len(back.guide)) == ((), 1)


def replace_stage(stage: str) -> Row:
    """The deal in another stage."""
    return {**DEAL, "Stage": stage}
