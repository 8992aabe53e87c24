"""Fit to the ideal customer: what is unknown lowers the confidence and never the fit."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.metrics.small_leads import PROFILE, converted, frame_of, lead, lead_facts, turned_down
from tests.metrics.small_team import in_play
from xlpipeline.metrics.icp_fit import icp_fit, of_deals, of_leads
from xlpipeline.model.book import Book, BookTable, CellError
from xlpipeline.model.profile import BrokenRow, fits, profile_rows, read_profile
from xlpipeline.model.schema import ICP, LEADS

BEST = {"Employees": 200, "Industry": "software", "Country": "Germany"}
CELL = st.one_of(st.none(), st.integers(0, 3000), st.sampled_from(["Software", "Retail", "Germany", "?"]))


def fit(profile: Any = PROFILE, **cells: object) -> tuple[float, float]:  # noqa: ANN401
    traits = read_profile(Book({"ICP": BookTable("ICP", "Scoring", 4, 2, frame_of(ICP, profile))}))
    values, shares = fits(frame_of(LEADS, [cells]), traits)
    return values[0], shares[0]


def test_who_matches_every_row_fits_fully_and_who_matches_none_not_at_all() -> None:
    assert fit(**BEST) == (100, 1)
    assert fit(Employees=5000, Industry="Retail", Country="Spain") == pytest.approx((30, 1))  # 5000 is 50 or more
    assert fit(Industry="Retail", Country="Spain") == (0, 0.5)


@pytest.mark.parametrize(("employees", "points"), [(49, 20), (50, 50), (2000, 50), (2001, 30)])
def test_both_sides_of_the_limits_of_size(employees: int, points: int) -> None:
    assert fit(Employees=employees) == (100 * points / 50, 0.5)


def test_unknown_lowers_the_confidence_and_not_the_fit() -> None:
    assert fit(**BEST | {"Country": None}) == (100, 0.8)
    assert fit(**BEST | {"Country": "Spain"}) == (80, 1)


@pytest.mark.parametrize("cell", [None, "  ", "many", CellError("#REF!")])
def test_what_is_no_number_is_unknown_where_numbers_are_compared(cell: object) -> None:
    assert fit(**BEST | {"Employees": cell}) == (100, 0.5)


@pytest.mark.parametrize("cell", ["10.000", "1.500", "1,500", " 2.000 "])
def test_a_text_that_may_be_two_numbers_is_unknown_and_never_lowers_the_fit(cell: str) -> None:
    assert fit(**BEST | {"Employees": cell}) == (100, 0.5)
    for sign, value in (("=", "1500"), ("<>", "1500"), ("in", "1500; 2000")):
        assert math.isnan(fit((("Employees", sign, value, 10),), Employees=cell)[0])
    assert fit((("Country", "=", "Germany", 10),), Country=cell)[0] == 0  # where texts are compared it is one


@pytest.mark.parametrize(
    ("cell", "matches"),
    [("1500", True), ("1499", False), ("1,234,567", True), ("1.234.567", True), ("1.500,0", True), ("1,499.9", False),
     ("1500,5", True), ("0.500", False), ("12,5", False), ("2e3", True), (1500.0, True), (1.125, False)],
)  # fmt: skip
def test_a_number_that_is_written_clearly_is_read(cell: object, matches: bool) -> None:
    assert fit((("Employees", ">=", "1500", 10),), Employees=cell) == (100 if matches else 0, 1)


@pytest.mark.parametrize(
    ("sign", "value", "says"),
    [
        (">=", "10.000", "compared with '10.000', which may be read as two numbers; is it 10000?"),
        ("=", "1,500", "is it 1500?"),
        ("in", "900; 1.500", "is it 1500?"),
        ("in", "Germany, Austria", "part the texts by semicolons"),
        ("in", " ; ", "is blank"),
        (">", "1 500", "which is no number"),
    ],
)
def test_a_value_that_would_be_misread_is_told_and_left_out(sign: str, value: str, says: str) -> None:
    book = Book({"ICP": BookTable("ICP", "Scoring", 4, 2, frame_of(ICP, (("Country", sign, value, 10),)))})
    (broken,) = profile_rows(book)
    assert isinstance(broken, BrokenRow)
    assert (broken.column, says in broken.wrong) == ("Value", True)
    assert read_profile(book) == ()


def test_numbers_in_cells_and_texts_with_a_comma_among_others_are_no_fault() -> None:
    assert fit((("Employees", ">=", 1.125, 10),), Employees=1.2)[0] == 100
    assert fit((("Employees", "<", 1500.0, 10),), Employees=1499)[0] == 100
    assert fit((("Country", "in", "Washington, D.C.; Spain", 10),), Country="washington, d.c.")[0] == 100
    assert fit((("Country", "=", "Germany, Austria", 10),), Country="Germany, Austria")[0] == 100


def test_a_company_of_which_nothing_is_known_has_no_fit() -> None:
    value, confidence = fit()
    assert math.isnan(value)
    assert confidence == 0


def test_points_below_zero_are_taken_off_where_they_match() -> None:
    profile = (("Industry", "=", "Gambling", -50), ("Country", "=", "Germany", 100))
    assert fit(profile, Industry="Gambling", Country="Germany") == (50, 1)
    assert fit(profile, Industry="Retail", Country="Germany") == (100, 1)
    assert fit(profile, Industry="Gambling", Country="Spain") == (0, 1)


def test_each_operator_on_both_sides() -> None:
    for sign, yes, no in ((">", 51, 50), (">=", 50, 49), ("<", 49, 50), ("<=", 50, 51), ("=", 50, 51), ("<>", 51, 50)):
        profile = (("Employees", sign, "50", 10),)
        assert (fit(profile, Employees=yes)[0], fit(profile, Employees=no)[0]) == (100, 0)
    assert fit((("Country", "<>", "Spain", 10),), Country="SPAIN")[0] == 0
    assert fit((("Country", "<>", "Spain", 10),), Country="Italy")[0] == 100
    assert fit((("Country", "=", "spain", 10),), Country=" Spain ")[0] == 100


def test_a_field_that_no_column_has_only_lowers_the_confidence() -> None:
    assert fit((*PROFILE, ("Shoe size", ">", "40", 100)), **BEST) == (100, 0.5)


def test_a_deal_is_judged_by_its_own_column_then_by_its_lead_and_never_by_a_mark() -> None:
    leads = [converted(**BEST | {"Industry": "Retail"})]
    profile = (*PROFILE, ("Budget", ">=", "1000", 100))
    found = of_deals(lead_facts(leads, [in_play(Budget=2, Industry="Services"), in_play(Budget=2)], icp=profile))
    assert found["fit"].iloc[0] == 100
    assert found["confidence"].iloc[0] == 0.5  # the mark Budget is no budget, and the lead's is not known
    assert math.isnan(found["fit"].iloc[1])


def test_every_lead_is_judged_in_its_row() -> None:
    found = of_leads(lead_facts([lead(**BEST), lead()]))
    assert found["fit"].tolist()[0] == 100
    assert found["confidence"].tolist() == [1, 0]


@pytest.mark.slow
def test_the_mean_is_of_open_leads_of_whom_something_is_known() -> None:
    facts = lead_facts([lead(**BEST), lead(Country="Spain"), lead(), turned_down(**BEST)])
    found = icp_fit(facts)
    assert (found.value, found.n, found.note) == (50, 2, "Mean confidence 60%.")
    assert "ICP" in icp_fit(lead_facts([lead(**BEST)], icp=())).reason
    assert "Of 1 open leads" in icp_fit(lead_facts([lead()])).reason


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.fixed_dictionaries({"Employees": CELL, "Industry": CELL, "Country": CELL}), CELL)
def test_a_fit_lies_from_0_to_100_and_a_cleared_field_never_raises_the_confidence(cells: Any, other: Any) -> None:  # noqa: ANN401
    value, confidence = fit(**cells)
    assert math.isnan(value) or 0 <= value <= 100
    assert 0 <= confidence <= 1
    assert fit(**cells | {"Country": None})[1] <= confidence
    if other is not None:
        assert fit(**cells | {"Country": other})[1] >= fit(**cells | {"Country": None})[1]
