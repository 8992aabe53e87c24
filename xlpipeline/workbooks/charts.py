"""Draws native charts: bars from zero, direct labels, no legend for one or two series, targets as marks."""

from __future__ import annotations

from openpyxl.chart import BarChart, LineChart
from openpyxl.chart.axis import ChartLines
from openpyxl.chart.data_source import AxDataSource, NumDataSource, NumRef, StrRef
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.layout import Layout, ManualLayout
from openpyxl.chart.legend import Legend, LegendEntry
from openpyxl.chart.marker import Marker
from openpyxl.chart.series import Series, SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText
from openpyxl.chart.text import Text as ChartText
from openpyxl.chart.title import Title
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor
from openpyxl.drawing.text import (
    CharacterProperties,
    Paragraph,
    ParagraphProperties,
    RegularTextRun,
    RichTextProperties,
)
from openpyxl.worksheet.worksheet import Worksheet

from xlpipeline.model.book import column_number
from xlpipeline.tabs.layout import ChartBlock, split_anchor
from xlpipeline.tabs.layout import Series as ChartSeries
from xlpipeline.workbooks import style
from xlpipeline.workbooks.places import PlacedTable

_EMU_PER_POINT = 12_700


def draw_chart(sheet: Worksheet, block: ChartBlock, placed: PlacedTable) -> None:
    """Put the chart over its cells; ``placed`` is the table it shows."""
    bars = [one for one in block.series if one.look == "bar"]
    others = [one for one in block.series if one.look != "bar"]
    hollow = [one for one in others if one.look == "marker"] if block.kind == "bar" else []
    chart: BarChart | LineChart
    if block.kind == "line" or not (bars or hollow):
        chart = _line_chart(block, [*bars, *others], placed)
    else:
        chart = _bar_chart(block, bars, hollow, placed)
        rest = [one for one in others if one not in hollow]
        if rest:
            chart += _line_chart(block, rest, placed)
    _dress(chart, block, placed)
    chart.anchor = _anchor(block)  # type: ignore[assignment] # the stubs know only its text form
    sheet.add_chart(chart)


def _bar_chart(block: ChartBlock, bars: list[ChartSeries], hollow: list[ChartSeries], placed: PlacedTable) -> BarChart:
    chart = BarChart()
    chart.type = "bar" if block.kind == "bar" else "col"
    chart.grouping = "stacked" if block.stacked else "clustered"
    chart.gapWidth = 60
    chart.overlap = 100 if block.stacked or hollow else (0 if len(bars) > 1 else None)
    for one in bars:
        series = _series(one, block, placed)
        series.graphicalProperties = _bar_look(one)
        series.invertIfNegative = False
        chart.series.append(series)
    for one in hollow:
        series = _series(one, block, placed)
        outline = LineProperties(solidFill=style.SERIES[one.colour], w=int(1.5 * _EMU_PER_POINT))
        series.graphicalProperties = GraphicalProperties(noFill=True, ln=outline)
        series.invertIfNegative = False
        chart.series.append(series)
    return chart


def _bar_look(one: ChartSeries) -> GraphicalProperties:
    if one.colour == "none":
        return GraphicalProperties(noFill=True, ln=LineProperties(noFill=True))
    return GraphicalProperties(solidFill=style.SERIES[one.colour], ln=LineProperties(noFill=True))


def _line_chart(block: ChartBlock, lines: list[ChartSeries], placed: PlacedTable) -> LineChart:
    chart = LineChart()
    for one in lines:
        series = _series(one, block, placed)
        colour = style.SERIES[one.colour]
        series.smooth = False
        if one.look == "marker":
            series.graphicalProperties = GraphicalProperties(ln=LineProperties(noFill=True))
            ink = GraphicalProperties(solidFill=colour, ln=LineProperties(solidFill=colour))
            series.marker = Marker(symbol="dash", size=16, spPr=ink)
        else:
            series.graphicalProperties = GraphicalProperties(ln=LineProperties(solidFill=colour, w=2 * _EMU_PER_POINT))
            series.marker = Marker(symbol="none")
        chart.series.append(series)
    return chart


def _series(one: ChartSeries, block: ChartBlock, placed: PlacedTable) -> Series:
    series = Series(
        tx=SeriesLabel(strRef=StrRef(f=placed.head_cell(one.column))),
        val=NumDataSource(numRef=NumRef(f=placed.body_range(one.column))),
    )
    categories = placed.body_range(block.categories)
    is_date = placed.block.table.column(block.categories).kind in ("date", "moment")
    series.cat = AxDataSource(numRef=NumRef(f=categories)) if is_date else AxDataSource(strRef=StrRef(f=categories))
    if one.labels:
        series.dLbls = _labels(one, block)
    return series


def _labels(one: ChartSeries, block: ChartBlock) -> DataLabelList:
    position = {"bar": "ctr" if block.stacked else "outEnd", "line": "t", "marker": "r"}[one.look]
    if block.kind == "bar" and one.look == "marker":
        position = "inEnd"
    labels = DataLabelList(dLblPos=position, numFmt=block.number_format, txPr=_text_look(900, style.INK))
    labels.showVal = True
    labels.showSerName = labels.showCatName = labels.showLegendKey = labels.showPercent = False
    return labels


def _dress(chart: BarChart | LineChart, block: ChartBlock, placed: PlacedTable) -> None:
    chart.title = _title(block.title)
    chart.legend = (
        None if len(block.series) < 2 else Legend(legendPos="b", overlay=False, txPr=_text_look(900, style.GREY_TEXT))
    )
    if chart.legend is not None:
        unseen = [place for place, one in enumerate(block.series) if one.colour == "none"]
        chart.legend.legendEntry = [LegendEntry(idx=place, delete=True) for place in unseen]
    chart.graphical_properties = GraphicalProperties(noFill=True, ln=LineProperties(noFill=True))
    chart.display_blanks = "gap"
    chart.roundedCorners = False
    chart.visible_cells_only = False
    names, values = chart.x_axis, chart.y_axis
    names.delete = False
    names.majorTickMark = names.minorTickMark = "none"
    names.graphicalProperties = GraphicalProperties(ln=LineProperties(solidFill=style.LIGHT_GREY))
    names.txPr = _text_look(900, style.GREY_TEXT)
    names.tickLblPos = "low"
    column = placed.block.table.column(block.categories)
    if column.kind in ("date", "moment"):
        names.number_format = "yyyy\\-mm"
    if block.kind == "bar":
        names.scaling.orientation = "maxMin"
        # first row on top turns the axis over; this puts the scale back below the bars
        values.crosses = "max"
    values.scaling.min, values.scaling.max = 0, block.top
    values.number_format = block.number_format
    values.majorTickMark = values.minorTickMark = "none"
    values.graphicalProperties = GraphicalProperties(ln=LineProperties(noFill=True))
    values.txPr = _text_look(900, style.GREY_TEXT)
    labelled = all(one.labels for one in block.series if one.look != "marker" and one.colour != "none")
    values.delete = labelled
    if labelled:
        values.majorGridlines = None
    else:
        faint = GraphicalProperties(ln=LineProperties(solidFill=style.GRIDLINE))
        values.majorGridlines = ChartLines(spPr=faint)


def _title(text: str) -> Title:
    look = CharacterProperties(sz=1100, b=True, solidFill=style.INK)
    run = RegularTextRun(rPr=look, t=text)
    rich = RichText(bodyPr=RichTextProperties(), p=[Paragraph(pPr=ParagraphProperties(algn="l", defRPr=look), r=[run])])
    corner = Layout(manualLayout=ManualLayout(xMode="edge", yMode="edge", x=0.01, y=0.02))
    return Title(tx=ChartText(rich=rich), overlay=False, layout=corner)


def _text_look(size: int, colour: str) -> RichText:
    look = CharacterProperties(sz=size, solidFill=colour)
    return RichText(
        bodyPr=RichTextProperties(),
        p=[Paragraph(pPr=ParagraphProperties(defRPr=look), endParaRPr=CharacterProperties())],
    )


def _anchor(block: ChartBlock) -> TwoCellAnchor:
    letters, row = split_anchor(block.anchor)
    column = column_number(letters)
    first = AnchorMarker(col=column - 1, row=row - 1)
    last = AnchorMarker(col=column - 1 + block.columns, row=row - 1 + block.rows)
    return TwoCellAnchor(editAs="oneCell", _from=first, to=last)
