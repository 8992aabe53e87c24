"""The hidden tab _Cards, and what holds for the dashboards taken together."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tests.tabs.dashboard_laws import sure
from xlpipeline.model.book import ChangeSet
from xlpipeline.tabs import (
    activity,
    aging,
    behind,
    benchmarks,
    coaching,
    conversion,
    coverage,
    dashboard,
    deal_guide,
    definitions,
    forecast,
    leads_summary,
    marketing_view,
    velocity,
    waterfall,
    win_score,
)
from xlpipeline.tabs.layout import Card, ChartBlock, Filter, Tab, TableBlock, Text

DASHBOARDS = tuple(
    module.TAB
    for module in (
        dashboard,
        conversion,
        coverage,
        velocity,
        aging,
        waterfall,
        forecast,
        benchmarks,
        activity,
        deal_guide,
        leads_summary,
        marketing_view,
        coaching,
        win_score,
        definitions,
    )
)
TABS = (*DASHBOARDS, behind.TAB)


@pytest.fixture(scope="module")
def filled() -> tuple[ChangeSet, ...]:
    """What each dashboard writes for five deals."""
    return tuple(tab.fill(sure()) for tab in DASHBOARDS)


def test_every_hidden_table_is_written_by_exactly_one_tab(filled: tuple[ChangeSet, ...]) -> None:
    written = Counter(change.table for changes in filled for change in changes.tables)
    assert {table.name: written[table.name] for table in behind.TABLES} == {table.name: 1 for table in behind.TABLES}
    assert set(written.values()) == {1}


def test_tables_and_named_cells_have_names_of_their_own(filled: tuple[ChangeSet, ...]) -> None:
    tables = Counter(block.table.name.lower() for tab in TABS for block in tab.blocks if isinstance(block, TableBlock))
    names = Counter(name.lower() for changes in filled for name in changes.names)
    filters = Counter(block.name.lower() for tab in TABS for block in tab.blocks if isinstance(block, Filter))
    assert set((tables + names + filters).values()) == {1}


@pytest.mark.parametrize("tab", DASHBOARDS, ids=lambda tab: tab.name)
def test_charts_show_columns_that_exist_and_say_their_message_in_words(tab: Tab) -> None:
    tables = {block.table.name: block.table for one in TABS for block in one.blocks if isinstance(block, TableBlock)}
    for block in tab.blocks:
        if isinstance(block, ChartBlock):
            heads = tables[block.table].heads
            assert {block.categories, *(series.column for series in block.series)} <= set(heads)
            assert len(block.alt_text) > 40


@pytest.mark.parametrize("tab", DASHBOARDS[:-1], ids=lambda tab: tab.name)
def test_every_dashboard_says_when_it_was_refreshed(tab: Tab) -> None:
    stamps = [block for block in tab.blocks if isinstance(block, Text) and block.formula == "refreshed_line"]
    assert [stamp.name for stamp in stamps] == [f"refreshed_on_{tab.name.lower().replace(' ', '_')}"]


def test_cards_name_a_definition_that_exists() -> None:
    known = set(definitions.definitions()["Name"])
    cards = [block for tab in DASHBOARDS for block in tab.blocks if isinstance(block, Card)]
    assert {card.definition for card in cards} <= known


def test_a_filter_offers_the_names_that_its_cards_follow() -> None:
    """Where there are two filters, what is looked up is made of both."""
    offered = {table.name: table.heads for table in behind.TABLES}
    for tab in DASHBOARDS:
        for block in tab.blocks:
            if isinstance(block, Filter) and block.choices.endswith("[Name]"):
                table, head = block.choices.removesuffix("]").split("[")
                assert head in offered[table]
                formulas = [text for card in tab.blocks if isinstance(card, Card) for text in card.formulas.values()]
                assert formulas
                assert all(re.search(rf"MATCH\([^,]*\b{block.name}\b", text) for text in formulas)
