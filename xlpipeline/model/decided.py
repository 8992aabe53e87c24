"""Spellings that the table Mappings has decided, and history told in them: to decide what a text means is no move."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd

from xlpipeline.model.book import Book, BookTable, is_blank
from xlpipeline.model.history import History
from xlpipeline.model.history_table import SETTING_KINDS
from xlpipeline.model.history_values import Packed, pack, unpack
from xlpipeline.model.schema import MAPPINGS, PIPELINE

LISTED: Final = {
    "Stage": ("Stages", "Stage"),
    "Last stage before loss": ("Stages", "Stage"),
    "Owner": ("Reps", "Rep"),
    "Currency": ("Currencies", "Currency"),
    "Lost reason": ("LostReasons", "Lost reason"),
    "Source": ("Sources", "Source"),
    "Product": ("Products", "Product"),
}
"""Pipeline column → table and column that hold its allowed values."""
STAGE_COLUMNS: Final = frozenset(target for target, (table, _) in LISTED.items() if table == "Stages")
_RESPELLED: Final = frozenset({*SETTING_KINDS} - {"reopened", "reverted"})
"""Kinds of events that told nothing if they only brought in another spelling."""


def spelling_key(text: object) -> str:
    """A text for comparing: case and white space do not matter."""
    return " ".join(str(text).split()).casefold()


def listed_values(book: Book, target: str) -> tuple[str, ...]:
    """Allowed values of a Pipeline column in the workbook's own spelling; empty where there is no list."""
    table, column = LISTED.get(target, ("", ""))
    frame = book.frame(table)
    if column not in frame.columns:
        return ()
    return tuple(dict.fromkeys(str(cell).strip() for cell in frame[column] if not is_blank(cell)))


def remembered(table: BookTable | None) -> dict[str, dict[str, str]]:
    """What Mappings holds: kind → spelling as written → meaning; undecided rows are left out."""
    found: dict[str, dict[str, str]] = {}
    if table is None or not {"Kind", "From", "To"} <= set(table.frame.columns):
        return found
    for kind, source, to in zip(table.frame["Kind"], table.frame["From"], table.frame["To"], strict=True):
        if not (is_blank(kind) or is_blank(source) or is_blank(to)):
            found.setdefault(str(kind).strip(), {})[spelling_key(source)] = str(to).strip()
    return found


def in_decided_spelling(history: History, book: Book) -> History:
    """History as if every deal had always been spelled as Mappings decides now; the table itself stays as it is.

    Old, new and first rows are translated, and changes that only brought in the decided spelling are left out.
    A name that is on its list, or that Pipeline still says, is nobody's other spelling.
    """
    meant = {column: means for column in LISTED if (means := _meanings(book, column))}
    if not meant:
        return history
    events = _translated(history.events, meant)
    imported = _translated(history.imported, {"Stage": meant["Stage"]}) if "Stage" in meant else history.imported
    return replace(history, events=events, imported=imported)


def _meanings(book: Book, column: str) -> dict[str, str]:
    """Key of a spelling → the name that it means in a column of Pipeline."""
    told = remembered(book.tables.get(MAPPINGS.name)).get(column, {})
    if not told:
        return {}
    right = {spelling_key(name): name for name in listed_values(book, column)}
    frame = book.frame(PIPELINE.name)
    said = {spelling_key(text) for text in set(filter(_is_text, frame[column]))} if column in frame.columns else set()
    return {
        key: right.get(spelling_key(name), name)
        for key, name in told.items()
        if key not in right and key not in said and (spelling_key(name) in right or column not in STAGE_COLUMNS)
    }


def _is_text(cell: object) -> bool:
    return isinstance(cell, str)


def _translated(events: pd.DataFrame, meant: Mapping[str, Mapping[str, str]]) -> pd.DataFrame:
    columns: dict[str, Any] = {name: events[name].to_numpy(dtype=object, copy=True) for name in ("old", "new", "row")}
    gone = np.zeros(len(events), dtype=bool)
    for column, means in meant.items():
        at: list[int] = (events["column"] == column).to_numpy().nonzero()[0].tolist()
        other = _other_spellings([*columns["old"][at], *columns["new"][at]], means)
        for place in at if other else ():
            old, new = (columns[name][place] for name in ("old", "new"))
            columns["old"][place], columns["new"][place] = other.get(old, old), other.get(new, new)
            gone[place] = (old in other or new in other) and _same(columns["old"][place], columns["new"][place])
        births = [place for place, row in enumerate(columns["row"]) if isinstance(row, dict)]
        other = _other_spellings((columns["row"][place].get(column) for place in births), means)
        for place in births if other else ():
            row = columns["row"][place]
            if row.get(column) in other:
                columns["row"][place] = {**row, column: other[row[column]]}
    kept = ~(gone & events["kind"].isin(_RESPELLED).to_numpy())
    told = {name: pd.Series(cells, index=events.index, dtype=object) for name, cells in columns.items()}
    return events.assign(**told)[kept].reset_index(drop=True)


def _other_spellings(cells: Iterable[object], means: Mapping[str, str]) -> dict[Packed, Packed]:
    """Of packed cells those that mean something else: cell → packed name."""
    texts = {cell for cell in cells if isinstance(cell, str)}
    keys = {cell: spelling_key(unpack(cell)) for cell in texts}
    return {cell: pack(means[key]) for cell, key in keys.items() if key in means}


def _same(one: Packed, other: Packed) -> bool:
    return spelling_key(unpack(one)) == spelling_key(unpack(other))
