"""Tables that follow a rep filter: native formulas over a hidden table with the rows of the team and of every rep.

A column of the shown table that follows is one "formula" writes. Behind it stands a table on _Cards with the same
columns and the key ``Name|place``, where place is the cell of the shown table that tells its rows apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

import pandas as pd

from xlpipeline.model.book import ChangeSet, whole_table
from xlpipeline.model.facts import Facts
from xlpipeline.model.schema import Column, Kind, Table
from xlpipeline.tabs.layout import Tint
from xlpipeline.tabs.wording import EMPTY, TEAM, inside, result

KEY: Final = "Key"
Following = tuple[Table, str, Callable[[Facts, str], pd.DataFrame]]
"""A table that follows, the head that tells its rows apart, and its body for the team ("") or a rep."""
RANK_TINT: Final = Tint("ISNUMBER({Rank})", "grey", ("Rank",), "text")
"""Ranks are context, and some stand beside an empty row."""


def following(name: str, kind: Kind, note: str, unit: str = "") -> Column:
    """A column whose cells follow the filter; ``note`` is the definition that stands on its head."""
    return Column(name, kind, note, 14, "formula", unit)


def table_behind(table: Table, place: str) -> Table:
    """The hidden table behind a shown one: what the team and every rep would see in the columns that follow."""
    columns = (Column(name, _kinds(table)[name], "As in the table that follows.", 14, "refresh") for name in _of(table))
    title = f"Behind {inside(table.title)}"
    return Table(f"{table.name}Rows", "_Cards", title, (result(KEY, "text", f"Name|{place}."), *columns), key=KEY)


def row_formulas(table: Table, place: str, filter_name: str) -> dict[str, str]:
    """Formula of each column that follows: the chosen name's cell; an empty text where the name has no such row."""
    behind = table_behind(table, place).name
    row = f'MATCH({filter_name}&"|"&{table.name}[[#This Row],[{place}]],{behind}[{KEY}],0)'
    return {name: f'IF(ISNA({row}),"",INDEX({behind}[{name}],{row}))' for name in _of(table)}


def rows_behind(table: Table, place: str, bodies: Iterable[tuple[str, pd.DataFrame]]) -> pd.DataFrame:
    """Body of the hidden table from the body that each name would see (``place`` and the columns that follow).

    No cell is blank, because a formula shows a blank as 0.
    """
    columns: dict[str, list[object]] = {head: [] for head in (KEY, *_of(table))}
    for name, body in bodies:
        columns[KEY] += [f"{name}|{at}" for at in body[place].tolist()]
        for head in _of(table):
            columns[head] += body[head].tolist()
    rows = pd.DataFrame(columns, dtype=object)
    return rows.where(rows.notna(), EMPTY) if len(rows) else pd.DataFrame([dict.fromkeys(columns, EMPTY)])


def shown_rows(table: Table, place: str, still: pd.DataFrame, rows: pd.DataFrame, chosen: str) -> pd.DataFrame:
    """Body of the shown table as its formulas have it for the chosen name.

    Args:
        table: the shown one.
        place: head that tells its rows apart.
        still: the columns that do not follow, ``place`` among them.
        rows: of ``rows_behind``.
        chosen: whom the filter shows now.
    """
    known = rows.set_index(rows[KEY].str.casefold())
    known = known[~known.index.duplicated()]
    found = known.reindex([f"{chosen}|{at}".casefold() for at in still[place]])[_of(table)].astype(object)
    body = pd.concat([still.astype(object), found.set_axis(still.index)], axis=1)
    return body.where(body.notna() | body.columns.isin(still.columns), "")[list(table.heads)]


def followed_tables(tables: Sequence[Following], facts: Facts, names: Sequence[str], chosen: str) -> ChangeSet:
    """The tables that follow and those behind them, written for everybody; ``names``: the team's and the reps'."""
    changes = []
    for table, place, seen_by in tables:
        bodies = {name: seen_by(facts, "" if name == TEAM else name) for name in names}
        rows = rows_behind(table, place, bodies.items())
        shown = shown_rows(table, place, _still(table, bodies[TEAM]), rows, chosen)
        changes += [whole_table(table.name, shown), whole_table(table_behind(table, place).name, rows)]
    return ChangeSet(tuple(changes))


def _still(table: Table, team: pd.DataFrame) -> pd.DataFrame:
    """The columns that do not follow, as the team's rows have them; of a list its ranks."""
    if table.key == "Rank":
        return ranks(team)
    return team[[column.name for column in table.columns if column.writer == "refresh"]]


def ranks(team: pd.DataFrame, head: str = "Rank") -> pd.DataFrame:
    """The column that tells the rows of a list apart, as long as the team's list, which is the longest."""
    places: list[int | None] = [*range(1, len(team) + 1)]
    return pd.DataFrame({head: places or [None]}, dtype=object)


def _of(table: Table) -> list[str]:
    return [column.name for column in table.columns if column.writer == "formula"]


def _kinds(table: Table) -> dict[str, Kind]:
    return {column.name: column.kind for column in table.columns}
