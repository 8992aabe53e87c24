"""A history file that is imported again after its stages were decided brings nothing twice."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest

from tests.model.ledger import Ledger
from tests.model.test_decided import MONDAY, book, lived
from xlpipeline.importers.stage_history import HEADS, told_stages
from xlpipeline.model.applied import applied
from xlpipeline.model.book import Book, BookTable
from xlpipeline.model.history_table import HISTORY

ENTERED = MONDAY - dt.timedelta(days=3, hours=2)


def with_history(told: Ledger, *decided: tuple[str, str, str]) -> Book:
    known = book(told, *decided)
    return replace(known, tables={**known.tables, HISTORY.name: BookTable(HISTORY.name, HISTORY.name, 1, 1, told.body)})


@pytest.mark.parametrize(("moment", "added"), [(ENTERED, 0), (ENTERED + dt.timedelta(hours=1), 1)])
def test_an_entry_that_was_told_under_another_name_is_known_again(moment: dt.datetime, added: int) -> None:
    told, now = lived("Discovery"), MONDAY + dt.timedelta(days=30)
    entry = {"row": 2, "deal_id": "D1", "stage": "Value Proposition", "moment": ENTERED, "note": ""}
    first = told_stages(with_history(told), pd.DataFrame([entry], columns=list(HEADS)), {}, now)
    assert first.added == 1
    told.body = applied(with_history(told), first.changes).frame(HISTORY.name)
    decided = with_history(told, ("Stage", "Value Proposition", "Discovery"))
    again = pd.DataFrame([entry | {"stage": "Discovery", "moment": moment}], columns=list(HEADS))
    assert told_stages(decided, again, {}, now).added == added
