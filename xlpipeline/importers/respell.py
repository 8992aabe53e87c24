"""Spellings in Pipeline and Activities themselves: what Mappings has decided is applied, the rest can be proposed."""

from __future__ import annotations

from typing import Final

import pandas as pd

from xlpipeline.importers.spellings import Learned
from xlpipeline.model.book import Book, TableChange, is_blank
from xlpipeline.model.decided import LISTED, listed_values, remembered, spelling_key
from xlpipeline.model.schema import ACTIVITIES, PIPELINE
from xlpipeline.model.spelling import closest

ACTIVITY_LISTS: Final = {
    "Type": ("Activity type", "ActivityTypes", "Activity type"),
    "By": ("Owner", "Reps", "Rep"),
}
"""Column of Activities → kind under which Mappings remembers its spellings, table and column of its allowed values."""


def activity_values(book: Book, name: str) -> tuple[str, ...]:
    """Allowed values of a column of Activities in the workbook's own spelling; empty where there is no list."""
    _, table, column = ACTIVITY_LISTS[name]
    frame = book.frame(table)
    if column not in frame.columns:
        return ()
    return tuple(dict.fromkeys(str(cell).strip() for cell in frame[column] if not is_blank(cell)))


def respelled_activities(book: Book) -> TableChange | None:
    """Cells of Activities whose spelling Mappings gives a meaning; None where there are none.

    An import spells new rows by the same decisions, so that a row which is held already is known again.
    """
    memory = remembered(book.tables.get("Mappings"))
    frame = book.frame(ACTIVITIES.name)
    columns: dict[str, pd.Series] = {}
    for name, (kind, _, _) in ACTIVITY_LISTS.items():
        decided = memory.get(kind, {})
        if not decided or name not in frame.columns:
            continue
        right = {spelling_key(one): one for one in activity_values(book, name)}
        held = {cell for cell in frame[name].tolist() if isinstance(cell, str)}
        keys = {text: spelling_key(text) for text in held if spelling_key(text) not in right}
        new = {
            text: right.get(spelling_key(decided[key]), decided[key])
            for text, key in keys.items()
            if key in decided and spelling_key(decided[key]) not in decided
        }
        cells = frame[name][frame[name].map(lambda cell, new=new: isinstance(cell, str) and cell in new)]
        if len(cells):
            columns[name] = cells.map(new).astype(object)
    return TableChange(ACTIVITIES.name, columns) if columns else None


def respelled(book: Book) -> TableChange | None:
    """Cells of Pipeline whose spelling Mappings gives a meaning on the workbook's lists; None where there are none."""
    memory = remembered(book.tables.get("Mappings"))
    frame = book.frame(PIPELINE.name)
    columns: dict[str, pd.Series] = {}
    for target in LISTED:
        decided = memory.get(target, {})
        if not decided or target not in frame.columns:
            continue
        right = {spelling_key(one): one for one in listed_values(book, target)}
        new = {
            text: right[spelling_key(decided[spelling_key(text)])]
            for text in _strangers(frame, target, book)
            if spelling_key(decided.get(spelling_key(text), "")) in right
        }
        cells = frame[target][frame[target].map(lambda cell, new=new: isinstance(cell, str) and cell in new)]
        if len(cells):
            columns[target] = cells.map(new).astype(object)
    return TableChange(PIPELINE.name, columns) if columns else None


def proposals(book: Book) -> tuple[Learned, ...]:
    """Spellings in Pipeline that are on no list and not yet decided, each with the listed value it most likely means.

    ``target`` is empty where nothing is near: such a row waits for a person.
    """
    memory = remembered(book.tables.get("Mappings"))
    frame = book.frame(PIPELINE.name)
    found = []
    for target in (one for one in LISTED if one in frame.columns):
        allowed = listed_values(book, target)
        right = {spelling_key(one): one for one in allowed}
        for text in _strangers(frame, target, book):
            key = spelling_key(text)
            if key not in memory.get(target, {}):
                found.append(Learned(target, text, right.get(key) or closest(text, allowed)))
    return tuple(found)


def _strangers(frame: pd.DataFrame, target: str, book: Book) -> list[str]:
    """Distinct texts of a column that its list does not hold, by every letter but case; none where there is no list."""
    known = {one.casefold() for one in listed_values(book, target)}
    texts = dict.fromkeys(cell for cell in frame[target].tolist() if isinstance(cell, str) and not is_blank(cell))
    return [text for text in texts if known and text.casefold() not in known]
