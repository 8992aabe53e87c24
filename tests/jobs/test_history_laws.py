"""Law: whatever people do to the rows between refreshes, replaying _History gives exactly the table."""

from __future__ import annotations

import datetime as dt
import re

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.jobs.edit_stamps import typed
from tests.jobs.story_book import Story, new_book
from xlpipeline.model.book import canonical
from xlpipeline.model.history import appended, read_history
from xlpipeline.model.history_table import HISTORY
from xlpipeline.model.identity import logged_columns
from xlpipeline.model.replay import replay

pytestmark = pytest.mark.slow

_STAGES = ("Talk", "Offer", "Close", "Won", "Lost", "No decision", "No such stage", None)
_CELLS = {
    "Stage": st.sampled_from(_STAGES),
    "Amount": st.sampled_from((None, 0.0, 12.5, -3.0, "much")),
    "Expected close": st.sampled_from((None, dt.date(2026, 7, 1), dt.date(2026, 1, 1), "soon")),
    "Owner": st.sampled_from((None, "Ann", "Bob", "=1+1")),
    "Probability": st.sampled_from((None, 0.25, 2.0)),
    "Need confirmed": st.sampled_from((None, "Y")),
    "Notes": st.sampled_from((None, "|x", "00123", "long " * 50)),
}
_WHERE = st.integers(0, 30)
_CELL = st.sampled_from(sorted(_CELLS)).flatmap(lambda head: st.tuples(st.just(head), _CELLS[head]))
_EDITS = st.one_of(
    st.tuples(st.just("cell"), _WHERE, _CELL),
    st.tuples(st.just("delete"), _WHERE, st.none()),
    st.tuples(st.just("add"), _WHERE, st.none()),
    st.tuples(st.just("copy"), _WHERE, st.none()),
    st.tuples(st.just("sort"), _WHERE, st.sampled_from(("Opportunity", "Deal ID", "Stage"))),
    st.tuples(st.just("clear id"), _WHERE, st.none()),
    st.tuples(st.just("refresh"), _WHERE, st.none()),
)


def edit(story: Story, what: str, where: int, with_: object, number: int) -> None:
    """One thing that a person does."""
    frame = story.rows().astype(object)
    row = where % len(frame) if len(frame) else 0
    if what == "add" or not len(frame):
        story.add(Opportunity=f"New {number}")
    elif what == "cell" and isinstance(with_, tuple):
        frame = frame.copy()
        frame.at[row, with_[0]] = with_[1]
        story.put(frame)
    elif what == "delete" and len(frame) > 1:
        story.put(frame.drop(index=row))
    elif what == "copy":
        story.put(pd.concat([frame, frame.iloc[[row]]], ignore_index=True))
    elif what == "sort":
        story.put(frame.iloc[frame[str(with_)].map(str).argsort(kind="stable")])
    elif what == "clear id":
        frame = frame.copy()
        frame.at[row, "Deal ID"] = None
        story.put(frame)


def rows_of(frame: pd.DataFrame) -> dict[str, dict[str, object]]:
    """Filled logged cells by ID."""
    heads = [head for head in logged_columns(list(frame.columns)) if head in frame.columns]
    return {
        str(name).casefold(): {h: canonical(row[h]) for h in heads if canonical(row[h]) is not None}
        for name, row in frame.iterrows()
    }


def check_law(story: Story) -> None:
    """Each ID's row is what replaying gives; of rows that share an ID, one is."""
    told = rows_of(replay(story.history()))
    table = story.rows()
    named = table[table["Deal ID"].notna()]
    shown: dict[str, list[dict[str, object]]] = {}
    for position in named.index:
        one = named.loc[[position]].set_index("Deal ID")
        shown.setdefault(str(named.at[position, "Deal ID"]).casefold(), []).append(next(iter(rows_of(one).values())))
    assert told.keys() == shown.keys()
    for name, row in told.items():
        assert row in shown[name]


@settings(max_examples=8, deadline=None)
@given(st.lists(_EDITS, max_size=14), st.sampled_from(("flag", "revert")))
def test_replaying_the_history_gives_the_table(edits: list[tuple[str, int, object]], policy: str) -> None:
    story = Story(new_book(({"Deal ID": "D-1"}, {"Deal ID": "D-2", "Stage": "Offer"}, {}), policy))
    today = dt.date(2026, 5, 4)
    for number, (what, where, with_) in enumerate([*edits, ("refresh", 0, None)]):
        if what == "refresh":
            story.refresh(today)
            check_law(story)
            assert not story.refresh(today, hour=20).changes
            today += dt.timedelta(days=3)
        else:
            edit(story, what, where, with_, number)


@settings(max_examples=4, deadline=None)
@given(st.lists(_EDITS, max_size=6), st.permutations(range(3)))
def test_two_refreshes_of_copies_merge_without_doubles(edits: list[tuple[str, int, object]], order: list[int]) -> None:
    story = Story(new_book(({"Deal ID": "D-1"}, {"Deal ID": "D-2", "Stage": "Offer"}, {})))
    story.refresh(dt.date(2026, 5, 4))
    for number, (what, where, with_) in enumerate(edits):
        edit(story, what, where, with_, number)
    other = Story(story.book)
    rest = [i for i in range(len(other.rows())) if i not in order]
    other.put(other.rows().iloc[[i for i in order if i < len(other.rows())] + rest])
    story.refresh(dt.date(2026, 5, 5), hour=8)
    other.refresh(dt.date(2026, 5, 5), hour=17)
    both = read_history(appended(story.book.frame(HISTORY.name), other.book.frame(HISTORY.name)))
    assert set(both.events["event_id"]) == set(story.history().events["event_id"])


@settings(max_examples=4, deadline=None)
@given(
    st.lists(st.tuples(_WHERE, st.sampled_from(_STAGES), st.integers(0, 40)), max_size=8),
    st.sampled_from(("flag", "revert")),
)
def test_stamps_change_no_stage_and_no_issue(edits: list[tuple[int, str | None, int]], policy: str) -> None:
    """With the add-in and without it: the same stages, the same criteria, the same deals put back."""
    plain, stamped = (
        Story(new_book(({"Deal ID": "D-1"}, {"Deal ID": "D-2", "Stage": "Offer"}), policy)) for _ in range(2)
    )
    for story in (plain, stamped):
        story.refresh(dt.date(2026, 5, 4))
    moment = dt.datetime(2026, 5, 4, 18)  # noqa: DTZ001 - cells know no time zone
    for where, stage, hours in [*edits, (0, "Talk", 30)]:
        deal = f"D-{where % 2 + 1}"
        moment += dt.timedelta(hours=hours)
        typed(stamped, deal, "Stage", stage, moment)
        plain.edit(deal, Stage=stage)
        if hours > 24:
            moment += dt.timedelta(days=1)
            for story in (plain, stamped):
                story.refresh(moment.date(), hour=23)
                check_law(story)
    assert stamped.rows()["Stage"].tolist() == plain.rows()["Stage"].tolist()
    judged = ("Advanced without criteria", "Moved back without a reason", "Stage put back", "Stage skipped")
    told = [
        {(check, re.sub(r" on \d{4}-\d\d-\d\d", "", sentence)) for check, sentence in story.issues(*judged)}
        for story in (plain, stamped)
    ]
    assert told[0] == told[1]
    assert not stamped.refresh(moment.date(), hour=23).changes
