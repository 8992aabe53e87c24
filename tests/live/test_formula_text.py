"""Formulas between Excel's writing and LibreOffice's; pure, so it runs everywhere."""

from __future__ import annotations

import pytest

from tests.live.formula_text import to_api, to_excel

PAIRS = [
    ("=SUM(A1:B2,3)", "=SUM(A1:B2;3)"),
    ('=IF(A1="a,b;c",1,"x;y")', '=IF(A1="a,b;c";1;"x;y")'),
    ("=Settings!$M$6+1", "=$Settings.$M$6+1"),
    ("='Start here'!$A$1", "=$'Start here'.$A$1"),
    ("=N(Pipeline[[#This Row],[Days over]])", "=N(Pipeline[[#This Row];[Days over]])"),
    ("=MATCH(1,Stages[Max business days],0)", "=MATCH(1;Stages[Max business days];0)"),
    ("=SUM({1,2;3,4})", "=SUM({1;2|3;4})"),
    ('=LEN({"a,b","c;d"})', '=LEN({"a,b";"c;d"})'),
    ("=IFERROR(A1,FALSE)", "=IFERROR(A1;FALSE())"),
    ("=NETWORKDAYS.INTL(A1,B1,1)", "=NETWORKDAYS.INTL(A1;B1;1)"),
]


@pytest.mark.parametrize(("excel", "api"), PAIRS)
def test_a_formula_comes_back_as_it_went(excel: str, api: str) -> None:
    assert to_api(excel) == api
    assert to_excel(api) == excel


def test_a_whole_table_is_bracketed_twice_for_libreoffice() -> None:
    assert to_api("=XLP_WIN_RATE(Pipeline[#All],Stages[#All])") == "=XLP_WIN_RATE(Pipeline[[#All]];Stages[[#All]])"
