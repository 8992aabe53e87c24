"""Charts: bars from zero with direct labels, targets as marks, gaps where there is no figure."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import Literal

from lxml import etree

from xlpipeline.model.schema import Column, Table
from xlpipeline.tabs.layout import ChartBlock, Series, Tab, TableBlock
from xlpipeline.workbooks.build import build_workbook
from xlpipeline.workbooks.recipes import load_recipe

MONTHS = Table(
    "Months",
    "Figures",
    "Months",
    (
        Column("Month", "date", "First day.", 12, "refresh"),
        Column("Name", "text", "Name of the month.", 12, "refresh"),
        Column("Won", "money", "Value won.", 12, "refresh"),
        Column("Target", "money", "Value wanted.", 12, "refresh"),
    ),
)
WON, TARGET = Series("Won", labels=True), Series("Target", "attention", "marker")
NAMES = {"c": "http://schemas.openxmlformats.org/drawingml/2006/chart"}


def chart_of(
    kind: Literal["bar", "column", "line"], *series: Series, categories: str = "Name", stacked: bool = False
) -> etree._Element:
    """The chart part of a book with one table and one chart."""
    block = ChartBlock(
        "G2", "months", kind, "Won by month", "How much was won.", "Months", categories, series, stacked=stacked
    )
    rows = ((dt.date(2026, 1, 1), "January", 10, 12), (dt.date(2026, 2, 1), "February", 20, 12))
    tab = Tab("Figures", "dashboard", (TableBlock("B2", MONTHS, body=rows), block))
    content = build_workbook(load_recipe("five"), now=dt.datetime(2026, 4, 1), tabs=(tab,))  # noqa: DTZ001
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return etree.fromstring(package.read("xl/charts/chart1.xml"))


def values(chart: etree._Element, path: str) -> list[str]:
    return [str(one) for one in chart.xpath(path, namespaces=NAMES)]


def test_bars_lie_in_the_order_of_the_table_from_zero() -> None:
    chart = chart_of("bar", WON)
    assert values(chart, "//c:barDir/@val") == ["bar"]
    assert values(chart, "//c:catAx/c:scaling/c:orientation/@val") == ["maxMin"]
    assert values(chart, "//c:valAx/c:scaling/c:min/@val") == ["0"]
    assert 50 <= int(values(chart, "//c:gapWidth/@val")[0]) <= 70


def test_one_labelled_series_needs_neither_legend_nor_scale() -> None:
    chart = chart_of("column", WON)
    assert values(chart, "//c:legend") == []
    assert values(chart, "//c:valAx/c:delete/@val") == ["1"]
    assert values(chart, "//c:dLbls/c:showVal/@val") == ["1"]


def test_series_read_the_body_of_the_table_and_take_their_name_from_its_head() -> None:
    chart = chart_of("column", WON)
    assert values(chart, "//c:ser/c:val//c:f/text()") == ["'Figures'!$D$5:$D$6"]
    assert values(chart, "//c:ser/c:tx//c:f/text()") == ["'Figures'!$D$4"]
    assert values(chart, "//c:ser/c:cat//c:f/text()") == ["'Figures'!$C$5:$C$6"]


def test_dates_are_a_scale_of_numbers() -> None:
    assert values(chart_of("line", Series("Won", look="line"), categories="Month"), "//c:cat/c:numRef/c:f/text()") == [
        "'Figures'!$B$5:$B$6"
    ]


def test_a_target_is_a_dash_over_columns() -> None:
    chart = chart_of("column", WON, TARGET)
    assert values(chart, "//c:lineChart//c:marker/c:symbol/@val") == ["dash"]
    assert len(values(chart, "//c:barChart/c:ser")) == 1
    assert len(values(chart, "//c:catAx")) == 1


def test_a_target_is_an_outline_around_lying_bars() -> None:
    chart = chart_of("bar", WON, TARGET)
    assert len(values(chart, "//c:barChart/c:ser")) == 2
    assert values(chart, "//c:overlap/@val") == ["100"]
    assert values(chart, "//c:lineChart") == []


def test_stacked_columns_cover_each_other_fully() -> None:
    chart = chart_of("column", WON, Series("Target", "context"), stacked=True)
    assert values(chart, "//c:grouping/@val") == ["stacked"]
    assert values(chart, "//c:overlap/@val") == ["100"]
    assert values(chart, "//c:valAx/c:delete/@val") == ["0"]


def test_what_is_not_available_is_a_gap() -> None:
    assert values(chart_of("line", Series("Won", look="line")), "//c:dispBlanksAs/@val") == ["gap"]


def test_a_label_keeps_the_number_format_of_its_chart() -> None:
    assert values(chart_of("column", WON), "//c:dLbls/c:numFmt/@sourceLinked") == ["0"]
