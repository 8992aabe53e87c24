"""Laws: nothing but the cells decides, and what was computed once is not computed again."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.addin.given_tables import BY_NAME, EPOCH, OMITTED, Cells, arguments, ask, com_tables, value
from tests.addin.made_up_year import YEAR, made_up_tables
from tests.metrics.small_team import AS_OF, derailed, facts_of, in_play, lost, won
from xlpipeline.addin.functions import FUNCTIONS, Answer, _tables, answer
from xlpipeline.model.book import NOT_AVAILABLE, Book
from xlpipeline.model.facts import Facts, read_facts

pytestmark = pytest.mark.slow

DAY = st.dates(dt.date(2025, 4, 1), dt.date(2026, 3, 31))
AMOUNT = st.one_of(st.none(), st.integers(0, 5000).map(float))
DEAL = st.one_of(
    st.builds(lambda d, a: won(closed=d.isoformat(), created="2025-03-01", amount=a), DAY, AMOUNT),
    st.builds(lambda d, a: lost(closed=d.isoformat(), created="2025-03-01", amount=a), DAY, AMOUNT),
    st.builds(in_play, AMOUNT),
    st.just(derailed()),
)
FIGURES = ("XLP_WIN_RATE", "XLP_VELOCITY", "XLP_STAGE_CONVERSION", "XLP_COVERAGE")
"""One of each kind; the first three read the same tables."""
PER_ROW = ("XLP_STALE_FLAGS", "XLP_MISSING_CRITERIA")
CRITERIA: Cells = (
    ("Stage", "Direction", "ID", "Text", "Kind", "Argument 1", "Argument 2", "Argument 3", "Blocking"),
    ("Offer", "exit", "big", "Large enough", "value", "Amount", ">", 1000.0, "Y"),
    ("Offer", "exit", "soon", "Closes soon", "value", "Expected close", "<", "today", "Y"),
)


def tables(deals: list[dict[str, Any]]) -> dict[str, Cells]:
    facts = facts_of(deals, reps=["Ann"], quotas=[("Ann", "2026-01-01", "2026-03-31", 4000)])
    return com_tables(facts.book) | {"Criteria": CRITERIA}


def all_of(names: tuple[str, ...], given_tables: dict[str, Cells]) -> list[Answer]:
    return [ask(name, given_tables, AS_OF) for name in names]


@settings(max_examples=4, deadline=None)
@given(deals=st.lists(DEAL, min_size=1, max_size=9), seed=st.integers(0, 99))
def test_the_order_of_rows_decides_nothing(deals: list[dict[str, Any]], seed: int) -> None:
    straight = tables(deals)
    head, *body = straight["Pipeline"]
    random.Random(seed).shuffle(body)  # noqa: S311
    assert all_of(FIGURES, straight | {"Pipeline": (head, *body)}) == all_of(FIGURES, straight)


@settings(max_examples=4, deadline=None)
@given(deals=st.lists(DEAL, min_size=1, max_size=9), seed=st.integers(0, 99))
def test_extra_columns_their_order_and_blank_rows_decide_nothing(deals: list[dict[str, Any]], seed: int) -> None:
    straight = tables(deals)
    columns = [*zip(*straight["Pipeline"], strict=True), ("My own", *[7.0] * (len(straight["Pipeline"]) - 1))]
    random.Random(seed).shuffle(columns)  # noqa: S311
    rows = tuple(zip(*columns, strict=True))
    blank = tuple(None for _ in columns)
    wide = straight | {"Pipeline": (*rows, blank, blank)}
    assert all_of(FIGURES, wide) == all_of(FIGURES, straight)
    for longer, shorter in zip(all_of(PER_ROW, wide), all_of(PER_ROW, straight), strict=True):
        assert longer.cells == (*shorter.cells, (None,), (None,))


def _naive(day: dt.date) -> object:
    return dt.datetime(day.year, day.month, day.day)  # noqa: DTZ001 - what it is about


def _aware(day: dt.date) -> object:
    """What pywin32 makes of a date."""
    return dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)


@settings(max_examples=4, deadline=None)
@given(deals=st.lists(DEAL, min_size=1, max_size=9), as_date=st.sampled_from([_naive, _aware]))
def test_dates_as_numbers_are_dates_as_such_and_empty_texts_are_blank_cells(
    deals: list[dict[str, Any]],
    as_date: Any,  # noqa: ANN401
) -> None:
    straight = tables(deals)
    other = {
        name: (rows[0], *(tuple(map(_cell(as_date), rows[0], row)) for row in rows[1:]))
        for name, rows in straight.items()
    }
    assert other != straight
    assert all_of(FIGURES + PER_ROW, other) == all_of(FIGURES + PER_ROW, straight)


DATED = {"Created", "Actual close", "Expected close", "Next step date", "Last touch", "Period start", "Period end"}


def _cell(as_date: Any) -> Any:  # noqa: ANN401
    def made(head: object, cell: object) -> object:
        if head in DATED and isinstance(cell, float):
            return as_date(EPOCH + dt.timedelta(days=cell))
        return "" if cell is None else cell

    return made


@settings(max_examples=4, deadline=None)
@given(deals=st.lists(DEAL, min_size=1, max_size=9))
def test_a_rate_is_a_share_or_refused_and_every_answer_has_its_sentence(deals: list[dict[str, Any]]) -> None:
    straight = tables(deals)
    rate = value(ask("XLP_WIN_RATE", straight, AS_OF))
    assert rate == NOT_AVAILABLE or 0 <= rate <= 1
    for found in all_of(FIGURES, straight):
        assert found.why
        assert "unexpected" not in found.why


@pytest.mark.parametrize("refreshes", [8, 21, 35])
@pytest.mark.parametrize(
    "name",
    [one.name for one in FUNCTIONS if any(argument.name == "History" for argument in one.arguments)],
)
def test_with_history_a_past_day_shows_what_a_cell_showed_on_that_day(name: str, refreshes: int) -> None:
    on = YEAR[refreshes - 1]
    assert ask(name, made_up_tables(), on) == ask(name, made_up_tables(refreshes), on)


def test_ten_cells_over_the_same_tables_read_them_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read = []

    def counted(book: Book, day: dt.date) -> Facts:
        read.append(day)
        return read_facts(book, day)

    monkeypatch.setattr(_tables, "read_facts", counted)
    monkeypatch.setattr(_tables, "_FACTS", {})
    given_tables = tables([won(amount=12345)])
    for basis in (OMITTED, "closed-narrow", "created", "closed-broad") * 3:
        ask("XLP_WIN_RATE", given_tables, AS_OF, Basis=basis)
    assert read == [AS_OF]
    ask("XLP_WIN_RATE", given_tables, AS_OF - dt.timedelta(days=1))
    assert len(read) == 2


@pytest.mark.parametrize(("left", "right"), [(1.0, True), (0.0, False), (1.0, "1"), (None, ""), ("a", "A")])
def test_tables_that_differ_in_one_cell_are_not_taken_for_the_same(left: object, right: object) -> None:
    """Not even where Python calls both equal: TRUE is no amount, but 1 is."""
    head = ("Deal ID", "Stage", "Amount")
    digests = {
        found.digest
        for cell in (left, right)
        if (found := _tables.read_table("Pipeline", (head, ("D1", "Won", cell)))) is not None
    }
    assert len(digests) == 2


def test_an_edit_of_one_to_true_changes_the_figure() -> None:
    straight = tables([in_play(1), in_play(10)])
    at = straight["Pipeline"][0].index("Amount")
    typed = tuple(True if place == at else cell for place, cell in enumerate(straight["Pipeline"][1]))
    changed = straight | {"Pipeline": (straight["Pipeline"][0], typed, *straight["Pipeline"][2:])}
    found = [value(ask("XLP_OPEN_PIPELINE", one, AS_OF)) for one in (straight, changed, straight)]
    assert found == [11, 10, 11]


def test_only_the_last_few_sets_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_tables, "_FACTS", {})
    monkeypatch.setattr(_tables, "read_facts", lambda book, day: day)
    days = [AS_OF + dt.timedelta(days=n) for n in range(_tables.MOST_FACTS + 2)]
    assert [_tables.facts_of((), day) for day in days] == days
    assert [day for (day,) in _tables._FACTS] == days[2:]
    _tables.facts_of((), days[2])
    _tables.facts_of((), AS_OF)
    assert [day for (day,) in _tables._FACTS] == [*days[4:], days[2], AS_OF]


def test_what_is_given_stays_as_it_was() -> None:
    given_tables = tables([won(), in_play()])
    rows = [list(row) for row in given_tables["Pipeline"]]
    function = BY_NAME["XLP_OPEN_PIPELINE"]
    _, *others = arguments(function, given_tables, AS_OF)
    assert value(answer(function, [rows, *others], FUNCTIONS)) == 100
    assert tuple(tuple(row) for row in rows) == given_tables["Pipeline"]
