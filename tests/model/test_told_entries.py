"""Imported entries are woven into what refreshes saw: exact where they agree with it, before it where they do not."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from xlpipeline.model.history import History, extend, read_history
from xlpipeline.model.history_table import ENTERED, HISTORY
from xlpipeline.model.history_values import pack, row_text
from xlpipeline.model.past import reaches_back
from xlpipeline.model.replay import replay
from xlpipeline.model.steps import until
from xlpipeline.model.stints import entered_exactly, stage_entries
from xlpipeline.model.told_entries import COMPLETE_SHARE, told_from
from xlpipeline.model.tracking import last_refresh

MARCH = dt.datetime(2026, 3, 2, 9)  # noqa: DTZ001


def at(day: int, month: int = 3, hour: int = 9) -> dt.datetime:
    return dt.datetime(2026, month, day, hour)  # noqa: DTZ001


def event(number: int, kind: str, new: str, after: dt.datetime, before: dt.datetime | None = None) -> dict[str, object]:
    return {
        "Event ID": f"e{number}", "Deal ID": "A", "Kind": kind, "Column": "" if kind == "created" else "Stage",
        "New": new, "Not before": before, "Not after": after,
    }  # fmt: skip


def born(number: int, stage: str, after: dt.datetime = MARCH, deal: str = "A", **row: object) -> dict[str, object]:
    cells = {"Stage": stage, **{name.replace("_", " "): pack(cell) for name, cell in row.items()}}
    return {**event(number, "created", row_text(cells), after), "Deal ID": deal}


def told(number: int, stage: str, moment: dt.datetime, deal: str = "A") -> dict[str, object]:
    return {**event(number, ENTERED, stage, moment, moment), "Deal ID": deal}


def history(*events: dict[str, object]) -> History:
    frame = pd.DataFrame([{head: one.get(head) for head in HISTORY.heads} for one in events], dtype=object)
    return read_history(frame)


def ways(of: History) -> list[tuple[str, str]]:
    entries = stage_entries(of)
    return [(stage, f"{day:%m-%d}") for stage, day in zip(entries["stage"], entries["entered_on"], strict=True)]


def test_before_the_first_refresh_the_imported_way_is_told() -> None:
    found = history(born(1, "C"), told(2, "A", at(5, 1)), told(3, "C", at(1, 2)), told(4, "B", at(12, 1)))
    assert ways(found) == [("A", "01-05"), ("B", "01-12"), ("C", "02-01")]


def test_the_stage_seen_comes_last_where_no_import_leads_to_it() -> None:
    found = history(born(1, "B"), told(2, "A", at(5, 1)), told(3, "C", at(1, 2)))
    assert ways(found) == [("A", "01-05"), ("C", "02-01"), ("B", "03-02")]
    closed = history(born(1, "Won", Actual_close=dt.date(2026, 2, 20)), told(2, "A", at(5, 1)))
    assert ways(closed) == [("A", "01-05"), ("Won", "02-20")]
    since = history(born(1, "B", Stage_since=dt.date(2026, 2, 3)), told(2, "A", at(5, 1)))
    assert ways(since) == [("A", "01-05"), ("B", "02-03")]
    too_early = history(born(1, "Won", Actual_close=dt.date(2026, 1, 4)), told(2, "A", at(5, 1)))
    assert ways(too_early) == [("A", "01-05"), ("Won", "03-02")]


def test_an_entry_of_the_day_of_the_refresh_may_be_later_than_it() -> None:
    move = event(3, "stage", "C", at(10), at(2))
    same_day = (born(1, "B"), told(2, "B", at(1)), told(4, "C", at(2, hour=0)), move)
    assert ways(history(*same_day)) == [("B", "03-01"), ("C", "03-02")]
    day_before = (born(1, "B"), told(2, "B", at(1, 2)), told(4, "C", at(1)), move)
    assert ways(history(*day_before)) == [("B", "02-01"), ("C", "03-01"), ("B", "03-02"), ("C", "03-10")]


def test_between_two_refreshes_an_import_gives_the_day_and_the_stages_between() -> None:
    events = (born(1, "A"), event(2, "stage", "C", at(10), at(2)), told(3, "B", at(4)), told(4, "C", at(6)))
    found = history(*events)
    assert ways(found) == [("A", "03-02"), ("B", "03-04"), ("C", "03-06")]
    assert entered_exactly(found, {"e2"}).to_dict() == {"a": pd.Timestamp("2026-03-06")}
    assert entered_exactly(found, {"e1"}).empty
    assert entered_exactly(history(*events[:2]), {"e2"}).empty


def test_an_exact_stamp_is_not_moved_by_an_import() -> None:
    found = history(born(1, "A"), event(2, "stage", "C", at(8), at(8)), told(3, "C", at(6)))
    assert ways(found) == [("A", "03-02"), ("C", "03-08")]


def test_what_an_import_tells_after_the_last_refresh_waits() -> None:
    found = history(born(1, "A"), told(2, "A", at(1, 2)), told(3, "B", at(20)))
    assert ways(found) == [("A", "02-01")]


def test_a_deal_that_no_refresh_has_seen_has_no_way_yet() -> None:
    found = history(told(1, "A", at(5, 1)))
    assert ways(found) == []
    assert found.is_empty
    assert last_refresh(found) is None
    assert found.ids_seen == frozenset()


def test_replaying_ignores_what_was_imported_and_the_first_refresh_stays_the_first() -> None:
    found = history(born(1, "A"), told(2, "C", at(5, 1)), told(3, "Z", at(20)))
    assert replay(found)["Stage"].tolist() == ["A"]
    assert last_refresh(found) == MARCH
    assert not reaches_back(found, dt.date(2026, 2, 1))
    assert found.events["event_id"].tolist() == ["e1"]
    assert {"e1", "e2", "e3"} == found.event_ids


def test_a_past_day_knows_only_what_had_been_entered_by_then() -> None:
    found = until(history(born(1, "B"), told(2, "A", at(5, 1)), told(3, "B", at(9))), at(5))
    assert found.imported["event_id"].tolist() == ["e2"]


def test_more_rows_of_an_import_join_once() -> None:
    found = history(born(1, "B"), told(2, "A", at(5, 1)))
    rows = pd.DataFrame(
        [{head: told(n, "B", at(9, 1)).get(head) for head in HISTORY.heads} for n in (2, 3)], dtype=object
    )
    joined = extend(found, rows)
    assert joined.imported["event_id"].tolist() == ["e2", "e3"]
    assert len(joined.events) == 1


def test_a_damaged_imported_row_is_told() -> None:
    broken = {**told(2, "A", at(5, 1)), "Column": None}
    assert history(born(1, "B"), broken).faults["detail"].tolist() == ["The event names no column."]


@pytest.mark.parametrize(("known", "expected"), [(20, "2026-01-05"), (19, "2026-01-05"), (18, "NaT"), (0, "NaT")])
def test_an_import_tells_of_the_team_if_it_knows_nearly_all_deals_first_seen(known: int, expected: str) -> None:
    assert COMPLETE_SHARE == 0.95
    births = [born(n, "A", deal=f"D{n}") for n in range(20)]
    later = born(99, "A", at(9), deal="new")
    imported = [told(100 + n, "A", at(5, 1), deal=f"D{n}") for n in range(known)]
    assert str(told_from(history(*births, later, *imported)).astype("datetime64[D]")) == expected
    assert np.isnat(told_from(history()))
