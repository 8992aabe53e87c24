"""A lead becomes an opportunity: its row, the link on both sides, and what is refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final
from unittest.mock import patch

import pandas as pd
import pytest

from tests.jobs.story_book import new_book
from tests.metrics.small_leads import frame_of
from xlpipeline.errors import RequestError
from xlpipeline.jobs.convert_lead import Converted, convert_lead
from xlpipeline.metrics.lead_conversion import by_source
from xlpipeline.model.applied import applied, with_frame
from xlpipeline.model.book import Book, CellError
from xlpipeline.model.facts import read_facts
from xlpipeline.model.history import read_history
from xlpipeline.model.schema import ACTIVITIES, LEADS
from xlpipeline.tabs import issues

NOW: Final = dt.datetime(2026, 5, 6, 15, tzinfo=dt.UTC)
TODAY: Final = dt.date(2026, 5, 6)
LEAD: Final[dict[str, Any]] = {
    "Lead ID": "L-1",
    "Lead": "Pia Roe",
    "Account": "Acme",
    "Owner": "Ann",
    "Source": "Referral",
    "Created": dt.date(2026, 5, 1),
    "First response": dt.date(2026, 5, 4),
    "Status": "working",
    "Industry": "Software",
}


@pytest.fixture(autouse=True)
def only_issues() -> Iterator[None]:
    """This book has no other result tab."""
    with patch("xlpipeline.jobs.refresh.TABS", (issues.TAB,)):
        yield


def book(*leads: dict[str, Any], deals: int = 1) -> Book:
    return with_frame(new_book(({},) * deals), "Leads", frame_of(LEADS, leads or (LEAD,)))


def convert(one: Book, lead: str = "L-1", **how: Any) -> tuple[Converted, Book]:  # noqa: ANN401
    done = convert_lead(one, lead, now=NOW, user="ann", **how)
    return done, applied(one, done.changes)


def test_the_opportunity_takes_over_what_leads_knows_and_stands_in_the_first_stage() -> None:
    done, after = convert(book())
    row = after.frame("Pipeline").iloc[1].to_dict()
    first = str(after.frame("Stages").sort_values("Order")["Stage"].iloc[0])
    assert (row["Deal ID"], row["Opportunity"], row["Stage"]) == (done.deal_id, "Acme: Pia Roe", first)
    assert (row["Account"], row["Owner"], row["Source"]) == ("Acme", "Ann", "Referral")
    assert (row["Created"], row["First contact"]) == (TODAY, dt.date(2026, 5, 4))
    assert row["Amount"] is None


def test_both_sides_keep_the_link() -> None:
    done, after = convert(book())
    lead = after.frame("Leads").iloc[0]
    assert (lead["Deal ID"], lead["Converted on"], lead["Status"]) == (done.deal_id, TODAY, "qualified")
    (row,) = by_source(read_facts(after, TODAY)).to_dict("records")
    assert (row["leads"], row["converted"]) == (1, 1)


@pytest.mark.slow
def test_history_tells_of_the_new_deal_once() -> None:
    done, after = convert(book())
    events = read_history(after.frame("_History")).events
    assert events.loc[events["deal_id"] == done.deal_id, "kind"].tolist() == ["created"]


@pytest.mark.slow
def test_the_id_was_never_used_before() -> None:
    one = book(LEAD, LEAD | {"Lead ID": "L-2", "Deal ID": "D-00007"})
    done, after = convert(one)
    assert after.frame("Pipeline")["Deal ID"].tolist() == ["D-00008", "D-00009"]  # the first row had none yet
    assert done.deal_id == "D-00009"


@pytest.mark.slow
def test_the_team_may_name_the_opportunity() -> None:
    assert convert(book(), name="  Roll-out ")[1].frame("Pipeline").at[1, "Opportunity"] == "Roll-out"
    assert convert(book(LEAD | {"Account": None}))[0].opportunity == "Pia Roe"


@pytest.mark.slow
def test_a_column_of_the_teams_own_that_both_tables_have_comes_along() -> None:
    one = book()
    wider = one.frame("Pipeline").assign(Industry=pd.Series([None], dtype=object))
    assert convert(with_frame(one, "Pipeline", wider))[1].frame("Pipeline").at[1, "Industry"] == "Software"


@pytest.mark.slow
def test_case_and_outer_space_of_the_lead_id_do_not_matter() -> None:
    assert convert(book(), " l-1 ")[0].lead_id == "L-1"


@pytest.mark.slow
def test_a_first_free_row_below_the_deals_is_used() -> None:
    one = book()
    blank = pd.DataFrame([dict.fromkeys(one.frame("Pipeline").columns)], dtype=object)
    longer = pd.concat([one.frame("Pipeline").astype(object), blank, blank], ignore_index=True)
    after = convert(with_frame(one, "Pipeline", longer.where(longer.notna(), None)))[1].frame("Pipeline")
    assert len(after) == 3
    assert after.at[1, "Opportunity"] == "Acme: Pia Roe"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"Deal ID": "D-00001"}, "is the opportunity D-00001 already"),
        ({"Converted on": dt.date(2026, 5, 2)}, "was converted on 2026-05-02 already"),
        ({"Status": "Disqualified", "Disqualified reason": "No need"}, "is disqualified (No need)"),
        ({"Status": "disqualified"}, "is disqualified; if it is one after all"),
    ],
)
def test_a_decided_lead_is_refused_kindly(cells: dict[str, Any], says: str) -> None:
    with pytest.raises(RequestError) as refusal:
        convert(book(LEAD | cells))
    assert says in str(refusal.value)


@pytest.mark.slow
def test_an_unknown_lead_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(RequestError, match="There is no lead L-11; did you mean L-1"):
        convert(book(), "L-11")
    with pytest.raises(RequestError, match="There is no lead X; please check the column Lead ID"):
        convert(book(LEAD, LEAD | {"Lead ID": None}), "X")


@pytest.mark.parametrize("nothing", ["", "  "])
def test_without_a_lead_one_is_asked_for_in_one_sentence(nothing: str) -> None:
    with pytest.raises(RequestError) as refusal:
        convert(book(LEAD, LEAD | {"Lead ID": None}), nothing)
    assert str(refusal.value) == "Please name the lead by its Lead ID; it stands in the first column of Leads."


@pytest.mark.slow
def test_a_lead_that_comes_in_after_the_as_of_date_is_refused() -> None:
    with pytest.raises(RequestError, match="came in on 2026-05-07, after the as-of date 2026-05-06; please correct"):
        convert(book(LEAD | {"Created": TODAY + dt.timedelta(days=1)}))
    assert convert(book(LEAD | {"Created": TODAY}))[0].lead_id == "L-1"


def logged(*days: int, **cells: object) -> Book:
    """The book with calls to the lead on some days of May, and other cells of the lead."""
    rows = [(dt.date(2026, 5, on), "l-1", "Call") for on in days]
    return with_frame(book(LEAD | cells), "Activities", frame_of(ACTIVITIES, rows))


@pytest.mark.slow
@pytest.mark.parametrize("written", [None, "soon", CellError("#REF!")])
def test_a_first_response_that_only_activities_know_comes_along(written: object) -> None:
    row = convert(logged(5, 2, **{"First response": written}))[1].frame("Pipeline").iloc[1]
    assert (row["First contact"], row["Last touch"]) == (dt.date(2026, 5, 2), dt.date(2026, 5, 2))
    assert row["Last activity"] == dt.date(2026, 5, 5)  # the log of the lead is the deal's now


@pytest.mark.slow
def test_only_what_was_read_is_copied() -> None:
    wrong = CellError("#N/A")
    cells = {"First response": "soon", "Account": wrong, "Owner": wrong, "Source": wrong, "Industry": wrong}
    one = book(LEAD | cells)
    wider = one.frame("Pipeline").assign(Industry=pd.Series([None], dtype=object))
    done, after = convert(with_frame(one, "Pipeline", wider))
    row = after.frame("Pipeline").iloc[1]
    heads = ["First contact", "Last touch", "Account", "Owner", "Source", "Industry"]
    assert row[heads].isna().all()
    assert done.opportunity == "Pia Roe"


@pytest.mark.slow
def test_the_persona_comes_along() -> None:
    assert convert(book(LEAD | {"Persona": "Head of IT"}))[1].frame("Pipeline").at[1, "Persona"] == "Head of IT"


@pytest.mark.slow
def test_a_formula_column_of_the_teams_own_is_left_to_its_formula() -> None:
    one = book()
    wider = one.frame("Pipeline").assign(Industry=pd.Series([None], dtype=object))
    one = with_frame(one, "Pipeline", wider)
    table = one.tables["Pipeline"]
    own = replace(table, formulas={**table.formulas, "Industry": "1+1"})
    assert convert(replace(one, tables={**one.tables, "Pipeline": own}))[1].frame("Pipeline").at[1, "Industry"] is None


@pytest.mark.slow
def test_two_leads_of_one_id_are_refused() -> None:
    with pytest.raises(RequestError, match="2 rows of Leads have the Lead ID L-1"):
        convert(book(LEAD, LEAD))


@pytest.mark.slow
def test_converting_twice_is_refused() -> None:
    _, after = convert(book())
    with pytest.raises(RequestError, match="already"):
        convert(after)
