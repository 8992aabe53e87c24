"""Renders the tabs into a new team workbook, the same bytes for the same input."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping

import pandas as pd
from openpyxl import Workbook
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.workbook.properties import CalcProperties
from openpyxl.worksheet.worksheet import Worksheet

from xlpipeline.model.recipe_rows import Recipe
from xlpipeline.model.schema import CHOICES, STAGE_LIST
from xlpipeline.model.settings import Settings
from xlpipeline.tabs import TABS
from xlpipeline.tabs.layout import Card, ChartBlock, Filter, Swatch, Tab, TableBlock, Text, with_tables
from xlpipeline.workbooks import style
from xlpipeline.workbooks.bodies import book_of, table_bodies, team_settings, team_tables
from xlpipeline.workbooks.charts import draw_chart
from xlpipeline.workbooks.finish import Drawing, finished
from xlpipeline.workbooks.places import Names, PlacedTable, place_tables
from xlpipeline.workbooks.sheets import set_page, set_widths
from xlpipeline.workbooks.tables import draw_table
from xlpipeline.workbooks.texts import draw_card, draw_filter, draw_swatch, draw_text
from xlpipeline.workbooks.validations import list_rule


def build_workbook(
    recipe: Recipe,
    *,
    now: dt.datetime,
    settings: Mapping[str, object] | None = None,
    reps: pd.DataFrame | None = None,
    quotas: pd.DataFrame | None = None,
    tables: Mapping[str, pd.DataFrame] | None = None,
    tabs: tuple[Tab, ...] = TABS,
) -> bytes:
    """An .xlsx of the recipe. ``settings``: what the team sets; ``tables``: bodies of input tables to begin with.

    ``tabs``: some tabs only, such as those that an older book lacks.

    Formula cells have no cached values yet: Excel computes on opening, and a refresh fills them in.

    Raises:
        SetupError: a setting has a value that is not allowed.
        RequestError: ``settings`` or ``tables`` name something that the workbook does not have.
    """
    own = {name: frame for name, frame in (("Reps", reps), ("Quotas", quotas)) if frame is not None}
    team = team_settings(recipe, settings or {})
    bodies = table_bodies(recipe, team, {**(tables or {}), **own})
    started = book_of(bodies, team_tables(recipe).values())
    tabs = with_tables(tabs, team_tables(recipe))
    placed = place_tables(tabs, bodies, started)
    # some tabs alone (to graft into an older book) may hold charts of tables that stand elsewhere
    charted = {**place_tables(TABS, bodies, started), **placed}
    book, names, drawings = _new_book(now), Names(), []
    for tab in tabs:
        sheet = book.create_sheet(tab.name)
        _draw_tab(sheet, tab, placed, names, team)
        charts = [block for block in tab.blocks if isinstance(block, ChartBlock)]
        for chart in charts:
            draw_chart(sheet, chart, charted[chart.table])
        drawings.append([Drawing(chart.name, chart.alt_text) for chart in charts])
    _add_names(book, names, placed)
    stream = io.BytesIO()
    book.save(stream)
    return finished(stream.getvalue(), [one for one in drawings if one], now)


def _new_book(now: dt.datetime) -> Workbook:
    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.creator = "xlpipeline"
    book.properties.created = book.properties.modified = now.replace(microsecond=0, tzinfo=None)
    book.calculation = CalcProperties(fullCalcOnLoad=True)
    return book


def _draw_tab(sheet: Worksheet, tab: Tab, placed: Mapping[str, PlacedTable], names: Names, team: Settings) -> None:
    own = [one for one in placed.values() if one.tab is tab]
    set_widths(sheet, tab, own)
    symbol = style.SYMBOLS.get(team.currency, team.currency)
    for block in tab.blocks:
        match block:
            case Text():
                draw_text(sheet, block, tab, names)
            case Swatch():
                draw_swatch(sheet, block)
            case Card():
                draw_card(sheet, block, tab, names, style.number_format("money", 0, symbol=symbol))
            case Filter():
                draw_filter(sheet, block, tab, names, list_rule(_named_list(block.choices, names), block.label))
            case TableBlock():
                one = placed[block.table.name]
                digits = 0 if tab.role == "dashboard" else team.minor_unit_digits
                draw_table(sheet, one, list(placed).index(one.name) + 1, digits)
    set_page(sheet, tab, own)


def _named_list(choices: str, names: Names) -> str:
    """A defined name for the list: validations may hold no structured references."""
    if "[" not in choices:
        return choices
    name = "".join(letter for letter in choices if letter.isalnum()) + "Choices"
    names.targets.setdefault(name, choices)
    return name


def _add_names(book: Workbook, names: Names, placed: Mapping[str, PlacedTable]) -> None:
    for name, source in CHOICES.items():
        if isinstance(source, str) and source.split("[")[0] in placed:
            names.targets.setdefault(name, source)
    if STAGE_LIST.name in placed:
        listed = placed[STAGE_LIST.name]
        names.add_cell("StageFirst", listed.tab.name, f"{listed.letters(STAGE_LIST.heads[0])}{listed.head_row + 1}")
    for name in sorted(names.targets, key=str.casefold):
        book.defined_names[name] = DefinedName(name, attr_text=names.targets[name])
