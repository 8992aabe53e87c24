"""The tabs that people fill in: every table once, room to grow, and a start page that leads everywhere."""

from __future__ import annotations

import pytest

from tests.model.criteria_book import book, criterion
from xlpipeline.model.book import column_number
from xlpipeline.model.schema import CHOICES, INPUT_TABLES, LISTS, SCHEMA_VERSION, STAGE_LIST
from xlpipeline.tabs import TABS
from xlpipeline.tabs.layout import Filter, Swatch, Tab, TableBlock, Text, split_anchor

SMALL_SALE = book([], [criterion("A", "filled", "Text")])
ROLES = [tab.role for tab in TABS]


def blocks(tab: Tab) -> list[TableBlock]:
    return [block for block in tab.blocks if isinstance(block, TableBlock)]


def test_tabs_have_names_that_excel_allows_and_each_name_once() -> None:
    names = [tab.name for tab in TABS]
    assert len({name.casefold() for name in names}) == len(names)
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\'") for name in names)


def test_the_book_opens_on_start_here() -> None:
    assert ROLES[0] == "start"


def test_every_input_table_stands_on_the_tab_that_the_schema_names() -> None:
    found = {block.table.name: tab.name for tab in TABS for block in blocks(tab)}
    assert {table.name: found.get(table.name) for table in INPUT_TABLES} == {
        table.name: table.tab for table in INPUT_TABLES
    }


def test_table_names_and_named_cells_never_meet() -> None:
    tables = [block.table.name.casefold() for tab in TABS for block in blocks(tab)]
    names = [
        block.name.casefold() for tab in TABS for block in tab.blocks if isinstance(block, Text | Filter) and block.name
    ]
    lists = [name.casefold() for name in CHOICES]
    assert len({*tables, *names, *lists}) == len(tables) + len(names) + len(lists)


@pytest.mark.parametrize("tab", [tab for tab in TABS if tab.role in ("input", "setup")], ids=lambda tab: tab.name)
def test_nothing_stands_below_a_table_that_people_fill(tab: Tab) -> None:
    for block in blocks(tab):
        first, top = split_anchor(block.anchor)
        columns = range(column_number(first), column_number(first) + len(block.table.columns))
        below = [
            other.anchor
            for other in tab.blocks
            if column_number(split_anchor(other.anchor)[0]) in columns and split_anchor(other.anchor)[1] > top
        ]
        assert below == []


@pytest.mark.parametrize("tab", TABS, ids=lambda tab: tab.name)
def test_every_computed_column_of_a_table_has_its_formula(tab: Tab) -> None:
    for block in blocks(tab):
        computed = {column.name for column in block.table.columns if column.writer == "formula"}
        compiled = set() if block.compiled is None else set(block.compiled(SMALL_SALE))
        assert computed == set(block.formulas) | compiled
        assert not set(block.formulas) & compiled


def test_every_drop_down_has_its_list() -> None:
    tables = {table.name: table for table in (*INPUT_TABLES, STAGE_LIST)}
    assert {column.choices for table in INPUT_TABLES for column in table.columns if column.choices} <= set(CHOICES)
    for source in CHOICES.values():
        if isinstance(source, str):
            table, head = source.rstrip("]").split("[")
            assert head in tables[table].heads


def test_start_here_leads_to_every_tab_that_is_shown() -> None:
    start = TABS[0]
    links = {block.link for block in start.blocks if isinstance(block, Text) and block.link}
    assert links == {tab.name for tab in TABS[1:] if tab.role != "hidden"}


def test_start_here_explains_all_flags_and_three_kinds_of_heads() -> None:
    swatches = [(block.colour, block.text) for block in TABS[0].blocks if isinstance(block, Swatch)]
    assert [text for _, text in swatches] == ["Head", "Head", "Head", "T", "C", "B", "I", "N"]
    assert [colour for colour, _ in swatches[:3]] == ["input", "formula", "refresh"]


def test_start_here_holds_the_stamp_of_the_last_refresh_and_the_version() -> None:
    named = {block.name: block.text for block in TABS[0].blocks if isinstance(block, Text) and block.name}
    assert str(named["refreshed_line"]).startswith("Not refreshed yet")
    assert named["xlp_schema"] == SCHEMA_VERSION


def test_lists_stand_side_by_side() -> None:
    tab = next(tab for tab in TABS if tab.name == "Lists")
    assert [block.anchor for block in blocks(tab)] == ["B4", "D4", "F4", "H4", "K4", "M4", "O4", "Q4"]
    assert [block.table for block in blocks(tab)] == [*LISTS, STAGE_LIST]
