"""Spellings in Pipeline itself: what the table Mappings has decided is applied, the rest can be proposed to it."""

from __future__ import annotations

import pandas as pd

from xlpipeline.importers.spellings import LISTED, Learned, listed_values, spelling_key
from xlpipeline.importers.upsert import remembered
from xlpipeline.model.book import Book, TableChange, is_blank
from xlpipeline.model.schema import PIPELINE
from xlpipeline.model.spelling import closest


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
