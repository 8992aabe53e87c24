"""What holds for every dashboard tab: it writes exactly what its layout has, whatever the data."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import pandas as pd
import pytest

from tests.metrics.small_team import facts_of, in_play, lost, won
from xlpipeline.model.book import Book, BookTable, CellError, ChangeSet, Formula, column_number
from xlpipeline.model.facts import Facts
from xlpipeline.model.snapshot_table import SNAPSHOTS
from xlpipeline.tabs import behind
from xlpipeline.tabs.layout import Card, ChartBlock, Filter, Tab, TableBlock, Text, split_anchor

QUOTAS: Final = (("Ann", "2026-01-01", "2026-03-31", 300), ("Bob", "2026-01-01", "2026-03-31", 200))
LONG: Final = "Maximiliane Theodora von und zu Hohenberg-Langenfeld the Elder, north and south " * 2
MANY_STAGES: Final = (
    *((number, f"Stage {number}", "open", 0.1, 5, "Y") for number in range(1, 16)),
    (16, "Won", "won", 1, None, "Y"),
    (17, "Lost", "lost", 0, None, ""),
)
FUNCTIONS_OF_2016: Final = {
    "ABS", "AND", "COUNT", "COUNTIF", "COUNTIFS", "DATE", "FALSE", "FIND", "HYPERLINK", "IF", "IFERROR", "INDEX", "INT",
    "ISERROR", "ISNA", "ISNUMBER", "LARGE", "LEFT", "LEN", "LOWER", "MATCH", "MAX", "MID", "MIN", "N",
    "NETWORKDAYS.INTL", "NOT", "OR", "ROUND",
    "REPT", "ROW", "SEARCH", "SUBSTITUTE", "SUM", "SUMIFS", "SUMPRODUCT",
    "T", "TEXT", "TODAY", "TRIM", "TRUE", "VALUE", "WORKDAY.INTL",
}  # fmt: skip
"""Functions that Excel 2016, Excel for the web and LibreOffice 7.4 all have."""
REASON_HEADS: Final = ("Note", "Window", "Not given")


@functools.cache
def five_deals(**settings: Any) -> Facts:  # noqa: ANN401 - any setting
    """Ann: one won (100), one lost, one open (400); Bob: one won (300), one open that is not qualified (200)."""
    deals = [
        won(amount=100),
        lost(),
        won(amount=300, created="2026-02-05", closed="2026-02-25", Owner="Bob"),
        in_play(400),
        in_play(200, Stage="Prospect", Owner="Bob"),
    ]
    return facts_of(deals, reps=("Ann", "Bob"), quotas=QUOTAS, **settings)


def sure(**settings: Any) -> Facts:  # noqa: ANN401 - any setting
    """The five deals of a team that is content with any number of deals."""
    return five_deals(counts_only_below=1, **settings)


def _forty_reps() -> Facts:
    names = [f"Rep {number:02}" for number in range(40)]
    deals = [won(Owner=name) for name in names for _ in range(6)] + [in_play(Owner=name) for name in names]
    quotas = [(name, "2026-01-01", "2026-03-31", 1000) for name in names]
    return facts_of(deals, reps=names, quotas=quotas)


def _many_stages() -> Facts:
    return facts_of([in_play(Stage=f"Stage {number}") for number in range(1, 16)], stages=MANY_STAGES)


CASES: Final[dict[str, Callable[[], Facts]]] = {
    "five deals": five_deals,
    "any number of deals": sure,
    "no deal": lambda: facts_of([]),
    "no deal but reps": lambda: facts_of([], reps=("Ann", "Bob"), quotas=QUOTAS),
    "one open deal": lambda: facts_of([in_play()]),
    "one won deal": lambda: facts_of([won()]),
    "one lost deal": lambda: facts_of([lost()]),
    "one rep": lambda: facts_of([won(), lost(), in_play()] * 5, reps=("Ann",), quotas=QUOTAS[:1]),
    "forty reps": _forty_reps,
    "fifteen stages": _many_stages,
    "no amount": lambda: facts_of([won(amount=None), lost(amount=None), in_play(None, None)] * 6, quotas=QUOTAS),
    "no dates": lambda: facts_of([{"Stage": "Offer"}, {"Stage": "Won"}, {"Stage": "Lost"}] * 6),
    "no owner": lambda: facts_of([won(Owner=None), in_play(Owner=None)]),
    "long names": lambda: facts_of([won(Owner=LONG), in_play(Owner=LONG, Opportunity=LONG)] * 4, reps=(LONG,)),
    "overdue only": lambda: facts_of(
        [in_play(100, "2026-01-05"), in_play(None, None)], quotas=QUOTAS, reps=("Ann", "Bob")
    ),
}


FAST: Final = ("five deals", "no deal", "one open deal", "one lost deal", "no amount", "no dates")
EVERY_CASE: Final = [case if case in FAST else pytest.param(case, marks=pytest.mark.slow) for case in CASES]
"""For ``parametrize``: the kinds of data that take long, or seldom find anything of their own, run in CI."""


def frames_of(changes: ChangeSet) -> dict[str, Any]:
    """Bodies that a fill writes, by table (frames; Any, because the stubs of pandas know no object columns)."""
    return {change.table: pd.DataFrame(dict(change.columns), dtype=object) for change in changes.tables}


def shown(changes: ChangeSet, card: str) -> tuple[object, object, object]:
    """Value, note and n that a card shows."""
    cells = [changes.names[name] for name in (card, f"{card}_note", f"{card}_n")]
    value, note, n = (cell.cached if isinstance(cell, Formula) else cell for cell in cells)
    return value, note, n


def choosing(facts: Facts, name: str, choice: str) -> Facts:
    """The facts of a workbook whose reader has chosen a rep."""
    return dataclasses.replace(facts, book=Book(facts.book.tables, {name: choice}))


def with_snapshots(facts: Facts, *rows: dict[str, object]) -> Facts:
    """The facts of a workbook in which these snapshots were taken (some heads of ``_Snapshots`` each)."""
    frame = pd.DataFrame(list(rows), columns=list(SNAPSHOTS.heads), dtype=object)
    kept = {SNAPSHOTS.name: BookTable(SNAPSHOTS.name, SNAPSHOTS.name, 4, 2, frame)}
    book = Book({**facts.book.tables, **kept}, facts.book.names)
    return dataclasses.replace(facts, book=book, remembered_of_book={})


def check_writes_what_the_layout_has(tab: Tab, changes: ChangeSet) -> None:
    """Every named cell and table that the fill writes is in the layout, and the other way round.

    A live text keeps its formula: the fill may bring what it shows now.
    """
    live = {block.name: block.formula for block in tab.blocks if isinstance(block, Text) and block.formula}
    assert set(changes.names) - set(live) == set(_named_cells(tab))
    for name in set(changes.names) & set(live):
        cell = changes.names[name]
        assert isinstance(cell, Formula)
        assert cell.text == live[name]
    tables = {block.table.name: block.table for block in tab.blocks if isinstance(block, TableBlock)}
    hidden = {table.name: table for table in behind.TABLES}
    written = [change.table for change in changes.tables]
    assert len(written) == len(set(written))
    assert set(tables) <= set(written) <= set(tables) | set(hidden)
    used = {block.table for block in tab.blocks if isinstance(block, ChartBlock)} & set(hidden)
    used |= {found for formula in _formulas(tab) for found in re.findall(r"(\w+)\[", formula) if found in hidden}
    for change in changes.tables:
        table = (tables | hidden)[change.table]
        assert tuple(change.columns) == table.heads
        assert change.rows == max(1, *(len(column) for column in change.columns.values()))
        assert all(column.note and column.writer in {"refresh", "formula"} for column in table.columns)
    assert used <= set(written) | {"CoverageLowest"}


def check_cells_are_plain(changes: ChangeSet) -> None:
    """No NaN, no numpy scalar, no text that a spreadsheet would take for a formula."""
    plain = {type(None), str, int, float, dt.date, CellError}
    cells = [cell for change in changes.tables for column in change.columns.values() for cell in column.tolist()]
    named = [cell.cached if isinstance(cell, Formula) else cell for cell in changes.names.values()]
    for cell in (*cells, *named):
        assert type(cell) in plain, (cell, type(cell))
        assert cell == cell, "NaN"  # noqa: PLR0124 - NaN is the one number unequal to itself
    assert all(cell is not None and cell != "" for cell in named)


def check_refusals_have_reasons(changes: ChangeSet) -> None:
    """Beside every #N/A stands why."""
    for name, frame in frames_of(changes).items():
        head = next((head for head in REASON_HEADS if head in frame.columns), None)
        if head is None:
            continue
        for _, row in frame.iterrows():
            if any(isinstance(cell, CellError) for cell in row):
                assert row[head] not in (None, "", "–"), f"{name}: {row.to_dict()}"
    for name, cell in changes.names.items():
        value = cell.cached if isinstance(cell, Formula) else cell
        if isinstance(value, CellError) or value == "n/a":
            note = changes.names[f"{name}_note"]
            assert (note.cached if isinstance(note, Formula) else note) not in ("", "–"), name


def check_same(first: ChangeSet, second: ChangeSet) -> None:
    """The same deals, in whatever order, give the same: an idle refresh and sorting change nothing."""
    assert first.names == second.names
    left, right = frames_of(first), frames_of(second)
    assert left.keys() == right.keys()
    for name, frame in left.items():
        pd.testing.assert_frame_equal(frame, right[name])


def check_nothing_collides(tab: Tab, changes: ChangeSet) -> None:
    """No block lies over another once the tables are filled, and below a growing table there is nothing."""
    rows = {change.table: change.rows or 1 for change in changes.tables}
    areas = [(block, _area(block, rows)) for block in tab.blocks]
    for index, (block, one) in enumerate(areas):
        for other_block, other in areas[index + 1 :]:
            apart = one[2] < other[0] or other[2] < one[0] or one[3] < other[1] or other[3] < one[1]
            assert apart, f"{block.anchor} lies over {other_block.anchor}"


def check_formulas_are_old(tab: Tab) -> None:
    """Formulas use only functions that Excel 2016 and LibreOffice share."""
    for formula in _formulas(tab):
        assert set(re.findall(r"([A-Z][A-Z0-9.]+)\(", formula)) <= FUNCTIONS_OF_2016, formula


@functools.cache
def _made(make: Callable[[], Facts]) -> Facts:
    """The team, once for all tabs: facts remember what was asked, and the next tab finds it."""
    return make()


@functools.cache
def _made_again(make: Callable[[], Facts]) -> Facts:
    """The same team in another order, made anew, because facts remember what was asked."""
    again = make()
    return dataclasses.replace(again, deals=again.deals.sample(frac=1, random_state=1), remembered_of_book={})


def check_everything(tab: Tab, make: Callable[[], Facts]) -> None:
    """All laws for one tab and one team."""
    changes = tab.fill(_made(make))
    check_writes_what_the_layout_has(tab, changes)
    check_cells_are_plain(changes)
    check_refusals_have_reasons(changes)
    check_same(changes, tab.fill(_made_again(make)))
    check_nothing_collides(tab, changes)


def _named_cells(tab: Tab) -> Iterator[str]:
    for block in tab.blocks:
        if isinstance(block, Card):
            yield from (block.name, f"{block.name}_note", f"{block.name}_n")
        elif isinstance(block, Text) and block.name and not block.formula:
            yield block.name


def _formulas(tab: Tab) -> Iterator[str]:
    for block in tab.blocks:
        if isinstance(block, Card):
            yield from block.formulas.values()
        elif isinstance(block, Text) and block.formula:
            yield block.formula
        elif isinstance(block, TableBlock):
            yield from block.formulas.values()
            yield from (tint.when for tint in block.tints)


def _area(block: object, rows: dict[str, int]) -> tuple[int, int, int, int]:
    """First row, first column, last row, last column of a block."""
    assert isinstance(block, Text | Card | TableBlock | ChartBlock | Filter)
    letters, row = split_anchor(block.anchor)
    column = column_number(letters)
    if isinstance(block, TableBlock):
        head = row + 2 if block.titled else row
        last = 1_048_576 if block.grows else head + max(rows[block.table.name], block.rows)
        return row, column, last, column + len(block.table.columns) - 1
    if isinstance(block, ChartBlock):
        return row, column, row + block.rows - 1, column + block.columns - 1
    height = 4 if isinstance(block, Card) else block.rows if isinstance(block, Text) else 1
    return row, column, row + height - 1, column + block.across - (0 if isinstance(block, Filter) else 1)
