# ruff: noqa: DTZ001 - cells know no time zone
"""Laws of stamps over random edits: history leads to the same table with and without them, only more exactly."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.model.ledger import TYPES
from xlpipeline.model.applied import with_frame
from xlpipeline.model.book import Book, BookTable, CellError, canonical, needed_changes
from xlpipeline.model.edits_table import EDITS, REFRESHED_AT, STAMPED
from xlpipeline.model.history import History, appended, read_history
from xlpipeline.model.history_table import HISTORY
from xlpipeline.model.replay import replay
from xlpipeline.model.schema import PIPELINE
from xlpipeline.model.tracking import Tracked, track

START = dt.datetime(2026, 5, 4, 9)
DEALS = ("D-1", "d-2", "D-10")
HEADS = ("Deal ID", "Opportunity", *STAMPED)
VALUES = {
    "Stage": ("Discovery", "Proposal", "proposal", "Won", "Lost", None),
    "Amount": (None, 0.0, 12.5, 7, -1.0),
    "Expected close": (None, dt.date(2026, 7, 1), dt.date(2026, 8, 1)),
}
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
"""No shrinking: a script of edits takes minutes to shrink, and its seed is printed."""
ODD = ("No stage", "=1+1", CellError("#N/A"), True, "soon")
"""Values that no stamp may have; the cells take them all the same."""

Edit = tuple[int, str, object, str]
"""Number of the deal, column, value, and how it is stamped: well, not at all, or wrongly."""


def edits(values: Mapping[str, tuple[object, ...]], *ways: str) -> st.SearchStrategy[Edit | None]:
    """An edit, or None: a refresh."""
    one = st.sampled_from(STAMPED).flatmap(
        lambda head: st.tuples(
            st.integers(0, len(DEALS) - 1), st.just(head), st.sampled_from(values[head]), st.sampled_from(ways)
        )
    )
    return st.one_of(one, one, one, st.none())


EXACT = st.lists(edits(VALUES, "well"), max_size=20)
MIXED = st.lists(
    edits({head: (*cells, *ODD) for head, cells in VALUES.items()}, "well", "well", "not", "early", "late", "lie"),
    max_size=20,
)


def table(name: str, heads: tuple[str, ...], rows: list[dict[str, object]]) -> BookTable:
    """A table of plain cells."""
    frame = pd.DataFrame({head: pd.Series([row.get(head) for row in rows], dtype=object) for head in heads})
    return BookTable(name, name, 4, 2, frame)


@dataclass
class Desk:
    """A workbook on which people edit cells, with the add-in or without."""

    with_stamps: bool
    book: Book = field(init=False)
    now: dt.datetime = START
    last: dt.datetime = START

    def __post_init__(self) -> None:
        rows: list[dict[str, object]] = [{"Deal ID": name, "Opportunity": "x", "Stage": "Discovery"} for name in DEALS]
        tables = (
            table(PIPELINE.name, HEADS, rows),
            table(HISTORY.name, HISTORY.heads, [{}]),
            table(EDITS.name, EDITS.heads, [{}]),
        )
        self.book = Book({one.name: one for one in tables})
        self.refresh()

    def edit(self, step: Edit) -> None:
        """Type into a cell, some hours later."""
        deal, head, value, way = step
        self.now += dt.timedelta(hours=7)
        frame = self.book.frame(PIPELINE.name).copy()
        frame[head] = pd.Series([value if i == deal else c for i, c in enumerate(frame[head].tolist())], dtype=object)
        self.book = with_frame(self.book, PIPELINE.name, frame)
        if not self.with_stamps or way == "not":
            return
        moment = {"early": self.last, "late": self.now + dt.timedelta(days=9)}.get(way, self.now)
        row = (DEALS[deal].upper(), head, "Lost" if way == "lie" else value, moment, None, "rep")
        stamps = self.book.frame(EDITS.name).dropna(how="all")
        rows = [*stamps.to_dict("records"), dict(zip(EDITS.heads, row, strict=True))]
        self.book = with_frame(self.book, EDITS.name, table("", EDITS.heads, rows).frame)  # type: ignore[arg-type]

    def look(self) -> Tracked:
        """What a refresh would find an hour later."""
        moment = self.now + dt.timedelta(hours=1)
        return track(self.book, stage_types=TYPES, now=moment, user="boss", tool="test", approvals={})

    def refresh(self) -> None:
        """Find and write; the clock goes on."""
        tracked = self.look()
        self.now += dt.timedelta(hours=1)
        self.last, self.book = self.now, replace(tracked.book, names={REFRESHED_AT: self.now})
        assert self.book.frame(EDITS.name).isna().all(axis=None)
        assert not needed_changes(self.look().changes, self.book)

    @property
    def history(self) -> History:
        """What ``_History`` tells."""
        return read_history(self.book.frame(HISTORY.name))

    def standing(self) -> dict[str, list[object]]:
        """Cells of the deals."""
        return rows_of(self.book.frame(PIPELINE.name).set_index("Deal ID"))


def rows_of(frame: pd.DataFrame) -> dict[str, list[object]]:
    """Cells that are stamped, by deal; a column that nobody ever filled is blank."""
    cells = frame.reindex(columns=list(STAMPED)).astype(object)
    return {str(name): [canonical(cell) for cell in row] for name, *row in cells.itertuples()}


def in_order(history: History) -> bool:
    """Whether the moments of each cell's events only go up."""
    events = history.events[history.events["column"] != ""]
    return all(group["not_after"].is_monotonic_increasing for _, group in events.groupby(["deal", "column"]))


@pytest.mark.slow
@settings(max_examples=3, deadline=None, phases=PHASES)
@given(EXACT.map(lambda script: script[:9]))
def test_stamped_edits_can_be_replayed_at_every_moment(script: list[Edit | None]) -> None:
    check_every_moment(script)


@pytest.mark.slow
@settings(max_examples=12, deadline=None, phases=PHASES)
@given(EXACT)
def test_many_stamped_edits_can_be_replayed_at_every_moment(script: list[Edit | None]) -> None:
    check_every_moment(script)


def check_every_moment(script: list[Edit | None]) -> None:
    """Each moment of the script is found again in the history."""
    desk = Desk(with_stamps=True)
    seen = [(desk.now, desk.standing())]
    for step in [*script, None]:
        if step is None:
            desk.refresh()
        else:
            desk.edit(step)
        seen.append((desk.now, desk.standing()))
    events = desk.history.events
    told = events[(events["column"] != "") & (events["user"] == "rep")]
    assert (told["not_before"] == told["not_after"]).all()
    assert in_order(desk.history)
    for moment, state in seen:
        then = rows_of(replay(desk.history, moment))
        assert _folded(then) == _folded(state)


def _folded(state: dict[str, list[object]]) -> dict[str, list[object]]:
    """Another spelling of a stage is no edit that is told step by step."""
    return {name: [str(stage).casefold(), *rest] for name, (stage, *rest) in state.items()}


@pytest.mark.slow
@settings(max_examples=2, deadline=None, phases=PHASES)
@given(MIXED.map(lambda script: script[:9]))
def test_with_stamps_history_tells_the_same_changes_only_more_exactly(script: list[Edit | None]) -> None:
    check_same_changes(script)


@pytest.mark.slow
@settings(max_examples=12, deadline=None, phases=PHASES)
@given(MIXED)
def test_with_many_stamps_history_tells_the_same_changes_only_more_exactly(script: list[Edit | None]) -> None:
    check_same_changes(script)


def check_same_changes(script: list[Edit | None]) -> None:
    """The same edits with and without the add-in lead to histories that differ only in what stamps know."""
    stamped, plain = Desk(with_stamps=True), Desk(with_stamps=False)
    for step in [*script, None]:
        for desk in (stamped, plain):
            if step is None:
                desk.refresh()
                assert rows_of(replay(desk.history)) == desk.standing()
            else:
                desk.edit(step)
    told, expected = stamped.history.events, plain.history.events
    steps = told["kind"] == "step"
    same = ["event_id", "deal_id", "kind", "column", "new", "tool", "note"]
    pd.testing.assert_frame_equal(told.loc[~steps, same].reset_index(drop=True), expected[same])
    found = told[~steps].reset_index(drop=True)
    born = found["column"] == ""
    assert (found["not_after"] <= expected["not_after"]).all()
    assert ((found["not_before"] >= expected["not_before"]) | born).all()
    exact = told["not_before"] == told["not_after"]
    assert (exact == (told["user"] == "rep")).all()
    assert stamped.history.faults.empty
    assert in_order(stamped.history)
    assert not told["event_id"].duplicated().any()
    _check_merge(stamped, plain)


def _check_merge(stamped: Desk, plain: Desk) -> None:
    bodies = [desk.book.frame(HISTORY.name) for desk in (stamped, plain)]
    for first in (0, 1):
        merged = read_history(appended(bodies[first], bodies[1 - first]))
        assert sorted(merged.events["event_id"]) == sorted(stamped.history.events["event_id"])
        assert rows_of(replay(merged)) == stamped.standing()
