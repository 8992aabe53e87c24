"""Amounts and shares are read by what the whole column shows."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlpipeline.errors import SourceError
from xlpipeline.importers.amounts import read_amounts, read_shares
from xlpipeline.importers.cells import Reading


def column(*cells: object) -> pd.Series:
    return pd.Series(list(cells), dtype=object)


def values(reading: Reading) -> list[object]:
    return reading.values.tolist()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.234,56", 1234.56),
        ("1,234.56", 1234.56),
        ("1'234.56", 1234.56),
        ("1’234.56", 1234.56),
        ("1 234,56", 1234.56),
        ("1\u00a0234,56", 1234.56),
        ("1\u202f234,56 €", 1234.56),
        ("USD 1,234.00", 1234.0),
        ("1,234.00 USD", 1234.0),
        ("€1.234,00", 1234.0),
        ("-€1.234,00", -1234.0),
        ("(1,234)", -1234.0),
        ("($1,234.50)", -1234.5),
        ("1,234-", -1234.0),
        ("−12.5", -12.5),
        ("1,234,567", 1234567.0),
        ("1.234.567", 1234567.0),
        ("12,34,567.00", 1234567.0),
        ("1234,5", 1234.5),
        ("0.125", 0.125),
        ("1,234", 1234.0),
        ("1.234", 1234.0),
        ("12345.678", 12345.678),
        (".5", 0.5),
        ("1.2E+05", 120000.0),
        ("42", 42.0),
        (42, 42.0),
        (-1.5, -1.5),
        ("n/a", None),
        (" - ", None),
        (None, None),
    ],
)
def test_one_amount_alone_is_read(text: object, value: float | None) -> None:
    reading = read_amounts(column(text), column="Amount")
    assert values(reading) == [value]
    assert not reading.unread.any()


@pytest.mark.parametrize(
    "text", ["abc", "1.2.3,4,5", "12,34.5,6", "1,2345.00", "EUR 5 USD", "12%", True, "9" * 16, "1" * 99]
)
def test_what_is_no_amount_is_marked(text: object) -> None:
    reading = read_amounts(column(text, "1.00"), column="Amount")
    assert values(reading) == [None, 1.0]
    assert reading.unread.tolist() == [True, False]


def test_one_telling_value_decides_for_the_whole_column() -> None:
    assert values(read_amounts(column("1.234", "12,5"), column="Amount")) == [1234.0, 12.5]
    assert values(read_amounts(column("1.234", "12.5"), column="Amount"))[1] == 12.5


def test_a_column_written_in_two_ways_is_refused_with_the_way_out() -> None:
    with pytest.raises(SourceError, match=r"“Value” are written in two ways \(.*\); .*\[amounts\] decimal = "):
        read_amounts(column("1.234,50", "1,234.50"), column="Value")
    with pytest.raises(SourceError, match=r"both the comma and the point stand before three digits"):
        read_amounts(column("1.234", "5,678"), column="Value")


def test_the_mapping_file_decides_what_the_column_cannot() -> None:
    reading = read_amounts(column("1.234", "5,678"), column="Value", decimal=",")
    assert values(reading) == [1234.0, 5.678]


def test_a_rare_slip_does_not_overrule_the_column() -> None:
    cells = [f"{n}.25" for n in range(1, 40)]
    reading = read_amounts(column(*cells, "1.234,5"), column="Value")
    assert reading.unread.tolist() == [False] * 39 + [True]


def test_currencies_in_the_amounts_are_kept() -> None:
    reading = read_amounts(column("USD 5", "7 €", "£1", "CA$3", "$2", "1"), column="Value")
    assert reading.codes is not None
    assert reading.codes.tolist() == ["USD", "EUR", "GBP", "CAD", "$", None]


@given(
    st.lists(st.integers(-(10**11), 10**11), min_size=1),
    st.sampled_from([(",", "."), (".", ","), ("'", "."), (" ", ",")]),
)
def test_every_column_of_cents_is_read_back(cents: list[int], signs: tuple[str, str]) -> None:
    thousands, decimal = signs
    plain = [f"{value / 100:,.2f}" for value in cents]
    texts = [text.translate(str.maketrans(",.", thousands + decimal)) for text in plain]
    assert values(read_amounts(column(*texts), column="Amount")) == [value / 100 for value in cents]


def test_shares_above_one_make_the_column_percent() -> None:
    assert values(read_shares(column("0", "1", "50"), column="p")) == [0.0, 0.01, 0.5]
    assert values(read_shares(column("0", "1", "0.5"), column="p")) == [0.0, 1.0, 0.5]


def test_percent_signs_are_read_and_impossible_shares_are_marked() -> None:
    reading = read_shares(column("35 %", "7.5%", "110%", "-5%", "high", None), column="p")
    assert values(reading) == [0.35, 0.075, None, None, None, None]
    assert reading.unread.tolist() == [False, False, True, True, True, False]


def test_a_share_may_have_a_decimal_comma() -> None:
    assert values(read_shares(column("0,5", "0,125"), column="p")) == [0.5, 0.125]
