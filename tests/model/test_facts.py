"""Facts: what becomes of each cell, by hand; the reader never fails on a bad one."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlpipeline.errors import SetupError
from xlpipeline.model.book import Book, BookTable, CellError
from xlpipeline.model.facts import NO_OWNER, Facts, read_facts
from xlpipeline.model.schema import PIPELINE
from xlpipeline.model.settings import Settings

AS_OF = dt.date(2026, 3, 31)
STAGE_HEADS = ("Order", "Stage", "Type", "Default probability", "Max business days", "Counts as qualified")
STAGES: tuple[tuple[object, ...], ...] = (
    (1, "Prospect", "open", 0.1, 10, None),
    (2, "Offer", "open", 0.5, None, "y"),
    (3, "Won", "won", 1, None, None),
    (4, "After sale", "post", 1, None, None),
    (5, "Lost", "lost", 0, None, None),
    (6, "No decision", "derailed", 0, None, None),
)


def table(name: str, heads: tuple[str, ...], rows: Any) -> BookTable:  # noqa: ANN401
    frame = pd.DataFrame([list(row) for row in rows], columns=list(heads), dtype=object)
    return BookTable(name, f"{name} tab", 4, 2, frame)


def book_of(*deals: dict[str, Any], stages: Any = STAGES, tables: tuple[BookTable, ...] = ()) -> Book:  # noqa: ANN401
    heads = tuple(dict.fromkeys(head for deal in deals for head in deal)) or PIPELINE.heads
    pipeline = table("Pipeline", heads, [[deal.get(head) for head in heads] for deal in deals])
    every = (pipeline, table("Stages", STAGE_HEADS, stages), *tables)
    return Book({one.name: one for one in every})


def facts_of(*deals: dict[str, Any], as_of: dt.date = AS_OF, tables: tuple[BookTable, ...] = (), **own: Any) -> Facts:  # noqa: ANN401
    return read_facts(book_of(*deals, tables=tables), as_of, Settings(**own))


def only_deal(**cells: Any) -> pd.Series:  # noqa: ANN401
    deals = facts_of({"Opportunity": "x"} | {head.replace("_", " "): cell for head, cell in cells.items()}).deals
    assert len(deals) == 1
    return deals.iloc[0]


def test_rows_without_any_mark_are_no_deals_and_the_others_keep_their_position() -> None:
    facts = facts_of(
        {"Deal ID": None, "Notes": "n"}, {"Deal ID": "A"}, {"Deal ID": " "}, {"Account": "Acme"}, {"Amount": 0}
    )
    assert facts.deals.index.tolist() == [1, 3, 4]


@pytest.mark.parametrize(
    ("stage", "kind", "flags"),
    [
        ("Offer", "open", "is_open"),
        ("won", "won", "is_won"),
        ("AFTER SALE", "post", "is_won"),
        ("Lost", "lost", "is_lost"),
        ("No decision", "derailed", "is_derailed"),
        ("Won ", "", ""),
        ("?", "", ""),
        (None, "", ""),
    ],
)
def test_a_stage_is_known_whatever_its_case_but_not_with_other_letters(stage: object, kind: str, flags: str) -> None:
    deal = only_deal(Stage=stage)
    assert deal["stage_type"] == kind
    assert [flag for flag in ("is_open", "is_won", "is_lost", "is_derailed") if deal[flag]] == [flags] * bool(flags)
    assert bool(deal["is_closed"]) is (kind not in {"open", ""})


@pytest.mark.parametrize(
    ("own", "used"), [(None, 0.5), (0, 0.0), (1, 1.0), (0.9, 0.9), (1.01, 0.5), (-0.1, 0.5), ("x", 0.5)]
)
def test_a_probability_outside_zero_to_one_gives_way_to_the_stages(own: object, used: float) -> None:
    assert only_deal(Stage="Offer", Probability=own)["probability"] == used


def test_amounts_are_whole_minor_units_and_their_sum_is_exact() -> None:
    facts = facts_of(*[{"Amount": 0.1}] * 3)
    assert facts.deals["amount"].tolist() == [10, 10, 10]
    assert facts.deals["amount"].sum() / facts.money_unit == 0.3


def test_a_currency_without_decimals_has_no_minor_unit() -> None:
    facts = facts_of({"Amount": 1234.4}, currency="JPY", minor_unit_digits=0)
    assert (facts.deals["amount"].tolist(), facts.money_unit) == ([1234], 1)


@pytest.mark.parametrize(
    "cell", ["1,000", "abc", True, CellError("#REF!"), float("inf"), 1e15, 10**400, dt.date(2026, 1, 1)]
)
def test_an_amount_that_is_no_number_is_blank_and_listed(cell: object) -> None:
    facts = facts_of({"Opportunity": "x", "Amount": cell})
    assert facts.deals["amount"].isna().all()
    assert facts.unreadable[["position", "column"]].to_numpy().tolist() == [[0, "Amount"]]


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        (dt.date(2026, 3, 1), "2026-03-01"),
        (dt.datetime(2026, 3, 1, 23, 59), "2026-03-01"),  # noqa: DTZ001 - as a cell holds it
        (pd.Timestamp("2026-03-01 08:00"), "2026-03-01"),
        (46082, "2026-03-01"),
        (46082.99, "2026-03-01"),
        (None, None),
        ("", None),
        (pd.NaT, None),
        (float("nan"), None),
    ],
)
def test_a_date_is_read_to_the_day(cell: object, read: str | None) -> None:
    created = only_deal(Created=cell)["created"]
    assert (None if pd.isna(created) else f"{created:%Y-%m-%d %H}") == (read and f"{read} 00")


@pytest.mark.parametrize("cell", ["2026-03-01", True, 0, -5, 3e6, float("inf"), CellError("#N/A")])
def test_a_date_that_is_none_is_blank_and_listed_with_what_was_found(cell: object) -> None:
    facts = facts_of({"Opportunity": "x", "Created": cell})
    assert facts.deals["created"].isna().all()
    assert facts.unreadable.to_numpy().tolist() == [[0, "Created", str(cell)]]


def test_texts_read_numbers_as_they_are_shown() -> None:
    deal = only_deal(Account=17.0, Product=1.5, Source=None, Notes=CellError("#N/A"))
    assert deal[["account", "product", "source", "notes"]].tolist() == ["17", "1.5", "", ""]


def test_an_actual_close_counts_only_for_closed_deals() -> None:
    facts = facts_of({"Stage": "Offer", "Actual close": AS_OF}, {"Stage": "Lost", "Actual close": AS_OF})
    assert facts.deals["closed_on"].isna().tolist() == [True, False]


def test_without_any_actual_close_the_expected_close_of_closed_deals_is_assumed() -> None:
    rows: list[dict[str, Any]] = [{"Stage": stage, "Expected close": AS_OF} for stage in ("Offer", "Won", "Lost")]
    assert facts_of(*rows).deals["close_assumed"].tolist() == [False, True, True]
    blank = [row | {"Actual close": None} for row in rows]
    assert facts_of(*blank).deals["closed_on"].notna().tolist() == [False, True, True]
    one_given = [*rows, {"Stage": "Won", "Actual close": AS_OF}]
    assert not facts_of(*one_given).deals["close_assumed"].any()
    assert facts_of(*one_given).deals["closed_on"].notna().sum() == 1


@pytest.mark.parametrize(
    ("stage", "last", "reached", "qualified", "unknown"),
    [
        ("Prospect", None, 1, False, False),
        ("Offer", None, 2, True, False),
        ("Won", None, 2, True, False),
        ("Lost", "Prospect", 1, False, False),
        ("Lost", "offer ", 2, True, False),
        ("Lost", None, np.nan, False, True),
        ("No decision", "Won", np.nan, False, True),
        ("?", None, np.nan, False, False),
    ],
)
def test_how_far_a_deal_came(stage: str, last: object, reached: float, qualified: bool, unknown: bool) -> None:
    deal = only_deal(Stage=stage, Last_stage_before_loss=last)
    assert deal["reached_order"] == pytest.approx(reached, nan_ok=True)
    assert (bool(deal["qualified"]), bool(deal["qualified_unknown"])) == (qualified, unknown)


def test_a_mark_on_won_alone_is_no_qualified_stage() -> None:
    stages = [(*stage[:5], "Y" if stage[1] == "Won" else None) for stage in STAGES]
    assert not read_facts(book_of(stages=stages), AS_OF).has_qualified_stage
    assert read_facts(book_of(), AS_OF).has_qualified_stage


FX = table(
    "FX",
    ("Currency", "Period start", "Rate"),
    [
        ("usd", dt.date(2026, 1, 1), 0.9),
        ("USD", dt.date(2026, 3, 1), 0.8),
        ("USD", dt.date(2026, 4, 1), 0.1),
        ("CHF", dt.date(2026, 1, 1), 0),
        (None, None, None),
    ],
)


def test_closed_deals_take_the_rate_of_their_close_and_open_ones_that_of_the_as_of_date() -> None:
    usd = {"Currency": " usd", "Amount": 100}
    facts = facts_of(
        usd | {"Stage": "Offer"},
        usd | {"Stage": "Won", "Actual close": dt.date(2026, 2, 28)},
        usd | {"Stage": "Won", "Actual close": dt.date(2026, 3, 1)},
        {"Amount": 100, "Currency": "EUR"},
        {"Amount": 100},
        tables=(FX,),
    )
    assert facts.deals["amount"].tolist() == [8000, 9000, 8000, 10000, 10000]
    assert facts.deals["local_amount"].tolist() == [100] * 5


def test_without_a_rate_that_has_begun_a_foreign_amount_is_unknown() -> None:
    early = {"Currency": "USD", "Amount": 1, "Stage": "Won", "Actual close": dt.date(2025, 12, 31)}
    rows = [early, {"Currency": "CHF", "Amount": 1}, {"Currency": "XYZ", "Amount": 1}]
    assert facts_of(*rows, tables=(FX,)).deals["amount"].isna().all()
    assert facts_of(*rows).deals["amount"].isna().all()


def test_reps_are_one_whatever_their_spelling() -> None:
    reps = table("Reps", ("Rep",), [["Ann"], [" Bob "], [None]])
    quotas = table("Quotas", ("Rep", "Period start", "Period end", "Quota"), [["ANN", AS_OF, AS_OF, 12.5]])
    rows = [{"Deal ID": str(i), "Owner": owner} for i, owner in enumerate(["ann ", "BOB", "zoe", "Zoe", None])]
    facts = facts_of(*rows, tables=(reps, quotas))
    assert facts.deals["rep"].tolist() == ["Ann", "Bob", "Zoe", "Zoe", NO_OWNER]
    assert facts.rep_names() == ["Ann", "Bob", "Zoe", NO_OWNER]
    assert [(rep, len(own.deals), len(own.quotas)) for rep, own in facts.by_owner()] == [
        ("Ann", 1, 1),
        ("Bob", 1, 0),
        ("Zoe", 2, 0),
        (NO_OWNER, 1, 0),
    ]
    for rep, own in facts.by_owner():
        pd.testing.assert_frame_equal(facts.of_owner(rep.upper()).deals, own.deals)
    assert facts.of_owner("nobody").deals.empty


def test_quotas_end_on_the_day_after_their_last_and_unfinished_rows_are_skipped() -> None:
    heads = ("Rep", "Period start", "Period end", "Quota")
    rows = [["Ann", dt.date(2026, 1, 1), AS_OF, 100.0], ["Bob", None, AS_OF, 1], ["Bob", AS_OF, AS_OF, None]]
    quotas = facts_of(tables=(table("Quotas", heads, rows),)).quotas
    assert quotas["end"].dt.date.tolist() == [dt.date(2026, 4, 1)]
    assert quotas["quota"].tolist() == [10_000]


def test_closed_within_is_half_open_and_stops_at_the_as_of_date() -> None:
    days = ["2025-12-31", "2026-01-01", "2026-03-31", "2026-04-01"]
    rows = [{"Stage": "Won", "Actual close": dt.date.fromisoformat(day)} for day in days]
    facts = facts_of(*rows, {"Stage": "Won"}, {"Stage": "Offer", "Actual close": AS_OF})
    assert facts.closed_within(facts.quarter).tolist() == [False, True, True, False, False, False]
    assert facts.closed_within(None).tolist() == [True, True, True, False, True, False]


def test_a_book_without_deals_or_tables_has_empty_facts() -> None:
    facts = read_facts(Book({"Stages": table("Stages", STAGE_HEADS, STAGES)}), AS_OF)
    assert facts.deals.empty
    assert facts.rep_names() == []
    assert facts.by_owner() == []
    assert facts.window.days == 365


def refusal(stages: Any = STAGES, *tables: BookTable) -> str:  # noqa: ANN401
    with pytest.raises(SetupError) as found:
        read_facts(book_of(stages=stages, tables=tables), AS_OF)
    return str(found.value)


def test_stages_stand_in_their_order() -> None:
    assert read_facts(book_of(stages=STAGES[::-1]), AS_OF).stages["stage"].tolist() == [str(s[1]) for s in STAGES]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ((1, "Offer", "opened", None, None, None), "the type of stage Offer is 'opened'; allowed are open, won, lost"),
        ((1, "Off*er", "open", None, None, None), "the stage name 'Off*er' is not allowed"),
        ((1, None, "open", None, None, None), "the stage name '' is not allowed"),
        ((None, "Offer", "open", None, None, None), "the Order of stage Offer is blank"),
        (("2nd", "Offer", "open", None, None, None), "Order is '2nd'; please enter a number from 0 to 1000"),
        ((2, "Offer", "open", 1.5, None, None), "Default probability is '1.5'; please enter a number from 0 to 1"),
        ((2, "Offer", "open", None, 0, None), "Max business days is '0'; please enter a number from 1 to 10000"),
    ],
)
def test_a_bad_stage_is_one_sentence_with_sheet_and_row(changed: tuple[object, ...], sentence: str) -> None:
    found = refusal([STAGES[0], changed, *STAGES[2:]])
    assert found.startswith(f"Stages tab, row 6: {sentence}")


def test_stages_that_contradict_each_other_are_refused() -> None:
    assert "the stage WON is there twice" in refusal([*STAGES, (7, "WON", "won", None, None, None)])
    assert "among open stages the Order 2 is there twice" in refusal([*STAGES, (2, "Talk", "open", None, None, None)])
    assert "no stage has the type open" in refusal(STAGES[2:])
    assert "no stage has the type won" in refusal(STAGES[:2])
    with pytest.raises(SetupError, match="has no Stages table"):
        read_facts(Book({}), AS_OF)


@pytest.mark.parametrize(
    ("name", "heads", "row", "sentence"),
    [
        ("Holidays", ("Date",), ["Easter"], "Date is 'Easter'; please enter a date."),
        ("Quotas", ("Rep", "Period start", "Quota"), ["Ann", AS_OF, "100k"], "Quota is '100k'; please enter a number."),
        ("Quotas", ("Period start", "Period end"), [AS_OF, dt.date(2026, 1, 1)], "the period ends before it starts"),
        ("Periods", ("Period", "Start", "End"), ["P", AS_OF, dt.date(2026, 3, 30)], "the period ends before it starts"),
        ("Periods", ("Period", "Start"), ["P", "soon"], "Start is 'soon'; please enter a date."),
    ],
)
def test_a_bad_cell_of_a_setup_table_is_one_sentence_with_sheet_and_row(
    name: str, heads: tuple[str, ...], row: list[object], sentence: str
) -> None:
    assert refusal(STAGES, table(name, heads, [row])).startswith(f"{name} tab, row 5: {sentence}")


def test_a_bad_rate_is_refused_when_it_is_needed() -> None:
    fx = table("FX", ("Currency", "Period start", "Rate"), [["USD", AS_OF, "0,9"]])
    with pytest.raises(SetupError, match=r"FX tab, row 5: Rate is '0,9'; please enter a number\."):
        facts_of({"Amount": 1, "Currency": "USD"}, tables=(fx,))


def test_periods_of_the_teams_own_become_its_quarters() -> None:
    heads = ("Period", "Start", "End")
    rows = [["P2", dt.date(2026, 3, 29), dt.date(2026, 6, 27)], ["P1", dt.date(2025, 12, 28), dt.date(2026, 3, 28)]]
    assert facts_of(tables=(table("Periods", heads, rows),)).quarter.name == "P2"
    overlapping = [["P2", dt.date(2026, 3, 28), dt.date(2026, 6, 27)], rows[1]]
    assert "P1 and P2 overlap" in refusal(STAGES, table("Periods", heads, overlapping))


anything = st.one_of(
    st.none(),
    st.text(max_size=5),
    st.booleans(),
    st.floats(),
    st.integers(),
    st.dates(),
    st.datetimes(),
    st.just(CellError("#N/A")),
)


def reading_changes_nothing(rows: list[dict[str, object]]) -> None:
    book = book_of(*rows)
    before = book.frame("Pipeline").copy()
    deals = read_facts(book, AS_OF).deals
    pd.testing.assert_frame_equal(book.frame("Pipeline"), before)
    assert not np.isinf(deals.select_dtypes(float)).any(axis=None)
    assert (deals["amount"].dropna() % 1 == 0).all()
    kinds = deals[["is_open", "is_won", "is_lost", "is_derailed"]].sum(axis=1)
    assert (kinds == (deals["stage_type"] != "").astype(int)).all()


@pytest.mark.slow
@settings(max_examples=8, deadline=None)
@given(
    st.lists(st.fixed_dictionaries(dict.fromkeys(PIPELINE.heads[:12] + PIPELINE.heads[20:25], anything)), max_size=5)
)
def test_reading_never_fails_and_never_changes_the_book(rows: list[dict[str, object]]) -> None:
    reading_changes_nothing(rows)


@pytest.mark.slow
@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.fixed_dictionaries(dict.fromkeys(PIPELINE.heads[:12] + PIPELINE.heads[20:25], anything)), max_size=5)
)
def test_reading_never_fails_and_never_changes_the_book_over_many(rows: list[dict[str, object]]) -> None:
    reading_changes_nothing(rows)
