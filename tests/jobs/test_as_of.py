"""Law: any past day computed again from history gives every figure that the refresh on that day gave (SEMANTICS 0).

What is not logged (set-up tables, quotas, rates) is held fixed: it is taken as known now.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.jobs.story_book import Row, Story, new_book
from tests.metrics.test_laws import FUNCTIONS, LAWS, Trial, answers, same
from tests.tabs.dashboard_laws import frames_of
from xlpipeline.jobs.snapshot import stamped_rows
from xlpipeline.metrics import time_in_stage
from xlpipeline.model.applied import appended_rows, applied, with_frame
from xlpipeline.model.book import ChangeSet, Formula
from xlpipeline.model.facts import Facts
from xlpipeline.tabs import TABS

START = dt.date(2026, 5, 4)
_DAYS = st.sampled_from([None, *(START + dt.timedelta(days=n) for n in (-40, -3, 0, 2, 9, 30, 60))])
_CELLS = {
    "Stage": st.sampled_from(("Talk", "Offer", "Close", "Won", "Lost", "No decision", "no such stage", None)),
    "Amount": st.sampled_from((None, 0.0, 250.0, 1000.0, 99.99, "much")),
    "Currency": st.sampled_from((None, "EUR", "USD", "XXX")),
    "Expected close": _DAYS,
    "Actual close": _DAYS,
    "Created": _DAYS,
    "First contact": _DAYS,
    "Owner": st.sampled_from((None, "Ann", "Bob", "Cem")),
    "Probability": st.sampled_from((None, 0.25, 2.0)),
    "Last stage before loss": st.sampled_from((None, "Talk", "Offer")),
    "Lost reason": st.sampled_from((None, "Price")),
    "Source": st.sampled_from((None, "Fair")),
    "Next step": st.sampled_from((None, "Call")),
    "Next step date": _DAYS,
    "Last touch": _DAYS,
    "Need confirmed": st.sampled_from((None, "Y")),
    "Notes": st.sampled_from((None, "x")),
}
_WHERE = st.integers(0, 30)
_CELL = st.sampled_from(["Stage", "Stage", "Stage", *sorted(_CELLS)]).flatmap(
    lambda head: st.tuples(st.just(head), _CELLS[head])
)
_EDITS = st.one_of(
    st.tuples(st.just("cell"), _WHERE, _CELL),
    st.tuples(st.just("cell"), _WHERE, _CELL),
    st.tuples(st.just("delete"), _WHERE, st.none()),
    st.tuples(st.just("add"), _WHERE, st.none()),
    st.tuples(st.just("sort"), _WHERE, st.sampled_from(("Opportunity", "Stage"))),
)
_VISITS = st.lists(st.tuples(st.lists(_EDITS, max_size=6), st.integers(1, 25), st.booleans()), min_size=2, max_size=5)
"""Between two refreshes: what people do, how many days pass, and whether a snapshot is taken."""


def team_book(policy: str = "flag", money: int = 1) -> Story:
    """Five deals, quotas for two reps, a rate that changes."""
    sold, begun = START - dt.timedelta(days=9), START - dt.timedelta(days=60)
    deals: tuple[Row, ...] = (
        {"Deal ID": "D-1"},
        {"Deal ID": "D-2", "Stage": "Offer", "Owner": "Bob", "Currency": "USD"},
        {"Deal ID": "D-3", "Stage": "Won", "Actual close": sold, "Created": begun},
        {"Deal ID": "D-4", "Stage": "Lost", "Actual close": START},
        {"Deal ID": "D-5"},
    )
    book = new_book(tuple({"Amount": 1000.0 * money, **deal} for deal in deals), policy)
    stages = book.frame("Stages").copy()
    stages["Counts as qualified"] = pd.Series([None, None, None, "Y", "Y", "Y"], dtype=object)
    quotas = [[rep, dt.date(2026, 4, 1), dt.date(2026, 6, 30), 5000.0 * money] for rep in ("Ann", "Bob")]
    rates = [["USD", dt.date(2026, 1, 1), 0.9], ["USD", dt.date(2026, 5, 10), 0.8]]
    chosen = [["time_zone", "Europe/Berlin"], ["stage_change_policy", policy], ["counts_only_below", 1]]
    tried = [["Ask first", "Talk", START + dt.timedelta(days=12), "More go on"]]
    bodies = {
        "Stages": stages,
        "Quotas": pd.DataFrame(quotas, columns=book.frame("Quotas").columns, dtype=object),
        "FX": pd.DataFrame(rates, columns=book.frame("FX").columns, dtype=object),
        "Settings": pd.DataFrame(chosen, columns=["Key", "Value"], dtype=object),
        "Experiments": pd.DataFrame(tried, columns=book.frame("Experiments").columns, dtype=object),
    }
    for name, body in bodies.items():
        book = with_frame(book, name, body.reindex(columns=book.frame(name).columns).astype(object))
    return Story(book)


def edit(story: Story, what: str, where: int, with_: object, name: str, money: int = 1) -> None:  # noqa: PLR0917
    frame = story.rows().astype(object).copy()
    row = where % len(frame) if len(frame) else 0
    if what == "add" or not len(frame):
        story.add(Opportunity=name, Amount=1000.0 * money)
    elif what == "cell" and isinstance(with_, tuple):
        head, cell = with_
        frame.at[row, head] = cell * money if head == "Amount" and isinstance(cell, float) else cell
        story.put(frame)
    elif what == "delete" and len(frame) > 1:
        story.put(frame.drop(index=row))
    elif what == "sort":
        story.put(frame.iloc[frame[str(with_)].map(str).argsort(kind="stable")])


def take_snapshot(story: Story, on: dt.date) -> None:
    assert story.last is not None
    rows = stamped_rows(story.last.facts, "", taken_on=dt.datetime.combine(on, dt.time(18)), user="", tool="test")
    story.book = applied(story.book, ChangeSet((appended_rows(story.book.tables["_Snapshots"], rows),)))


def figures(facts: Facts) -> dict[str, object]:
    """Every answer of every metric; what is told row by row stands under the deal's ID, not under its place."""
    found = {f"{name}/{key}": value for name in FUNCTIONS for key, value in answers(facts, name).items()}
    found = {key: value for key, value in found.items() if not key.startswith("time_in_stage/2/")}
    for place, row in time_in_stage.per_deal(facts).iterrows():
        found |= {
            "/".join(("per deal", str(facts.deals.at[place, "deal_id"]), str(head))): cell for head, cell in row.items()
        }
    return found


def cells_of_dashboards(facts: Facts) -> dict[str, object]:
    """Every cell that a refresh writes on a dashboard, sentences and notes included.

    Not of the Deal guide, which is about rows of the table as it is sorted now.
    """
    found: dict[str, object] = {}
    for tab in TABS:
        if tab.role == "dashboard" and tab.name != "Deal guide":
            changes = tab.fill(facts)
            found |= {f"{tab.name}/{name}": cell for name, cell in changes.names.items()}
            for table, body in frames_of(changes).items():
                for head in body:
                    found |= {f"{tab.name}/{table}/{head}/{i}": cell for i, cell in enumerate(body[head].tolist())}
    return {key: cell.cached if isinstance(cell, Formula) else cell for key, cell in found.items()}


Visits = list[tuple[list[tuple[str, int, object]], int, bool]]


Shown = Callable[[Facts], dict[str, object]]


def tell(
    visits: Visits, policy: str = "flag", money: int = 1, told_by: Shown = figures
) -> tuple[Story, dict[dt.date, dict[str, object]], dt.date]:
    """The story, the figures that each day's refresh showed, and the day after the last."""
    story, day = team_book(policy, money), START
    shown: dict[dt.date, dict[str, object]] = {}
    for visit, (edits, days, snapshot) in enumerate([([], 1, True), *visits]):
        for number, (what, where, with_) in enumerate(edits):
            edit(story, what, where, with_, f"New {visit}.{number}", money)
        shown[day] = told_by(story.refresh(day).facts)
        if snapshot:
            take_snapshot(story, day)
        day += dt.timedelta(days=days)
    return story, shown, day


def check_law(visits: Visits, policy: str, told_by: Shown = figures) -> None:
    story, shown, day = tell(visits, policy, told_by=told_by)
    story.refresh(day)
    for past, told in shown.items():
        found = told_by(story.refresh(day, hour=20, as_of=past).facts)
        differ = {key: (told.get(key), found.get(key)) for key in told.keys() | found.keys()
                  if not same(told.get(key, "absent"), found.get(key, "absent"))}  # fmt: skip
        assert not differ, f"as of {past}, shown then and computed now: {differ}"


def check_other_laws(visits: Visits) -> None:
    """The laws of tests/metrics over a team with a past: row order, rates, money, nothing changed."""
    (story, _, day), (richer, _, _) = tell(visits), tell(visits, money=3)
    facts, rich = story.refresh(day).facts, richer.refresh(day).facts
    before = facts.deals.copy()
    turned = facts.only(facts.deals.iloc[::-1])
    for name in FUNCTIONS:
        trial = Trial(name, answers(facts, name), answers(turned, name), answers(rich, name))
        for law in LAWS:
            law(trial)
    pd.testing.assert_frame_equal(facts.deals, before)


A_MONTH: Visits = [
    ([("cell", 0, ("Stage", "Offer")), ("cell", 2, ("Amount", 250.0)), ("cell", 1, ("Owner", "Ann"))], 9, True),
    (
        [("sort", 0, "Stage"), ("cell", 4, ("Expected close", START + dt.timedelta(days=60))), ("add", 0, None)],
        12,
        False,
    ),
    (
        [
            ("cell", 0, ("Stage", "Won")),
            ("cell", 0, ("Actual close", START + dt.timedelta(days=9))),
            ("delete", 3, None),
        ],
        3,
        True,
    ),
]
"""A story to begin with; the slow tests tell many others."""


def test_any_past_day_gives_the_figures_that_its_refresh_gave() -> None:
    check_law(A_MONTH[:1], "flag")


@pytest.mark.slow
@settings(max_examples=8, deadline=None)
@given(_VISITS, st.sampled_from(("flag", "revert")))
@example(A_MONTH, "flag")
def test_any_past_day_gives_the_figures_that_its_refresh_gave_over_many_stories(visits: Visits, policy: str) -> None:
    check_law(visits, policy)


@pytest.mark.slow
@settings(max_examples=3, deadline=None)
@given(_VISITS, st.sampled_from(("flag", "revert")))
@example(A_MONTH, "flag")
def test_any_past_day_shows_every_cell_that_its_refresh_showed(visits: Visits, policy: str) -> None:
    """All dashboards, to the letter; Issues is exempt, because it is about the table as it is now."""
    check_law(visits, policy, cells_of_dashboards)


@pytest.mark.slow
@settings(max_examples=5, deadline=None)
@given(_VISITS)
@example(A_MONTH)
def test_all_metrics_keep_the_laws_with_a_history(visits: Visits) -> None:
    check_other_laws(visits)
