"""Forgetting a person: the name goes out of every text of the history and of any table; that it went is recorded.

A name counts where it stands as words of its own, case and the width of spaces aside: forgetting *Ann Lee* touches
neither *Annual* nor *Leeds*. Other ways to write it (*Lee, Ann*; initials) are names of their own.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import numpy as np
import pandas as pd

from xlpipeline.errors import RequestError
from xlpipeline.model.book import CellError, is_blank
from xlpipeline.model.history import appended, event_rows, read_history
from xlpipeline.model.history_table import BIRTHS, DRAFT, Stamp
from xlpipeline.model.history_values import (
    Packed,
    clean,
    from_cell,
    pack,
    pack_number,
    read_rows,
    shortened_row_text,
    to_cell,
    unpack,
)
from xlpipeline.model.schema import PIPELINE

FORGOTTEN = "(forgotten)"


@dataclass(frozen=True)
class Forgetting:
    """``history``: the whole body of ``_History``, the ``forgotten`` event last. ``current``: Pipeline's body.

    ``history_rows``: positions of the events rewritten; ``cells``: position and column of Pipeline's cells rewritten.
    ``ids_left``: Deal IDs and column heads that hold the name: they tie tables together, so a person must rename them.
    """

    history: pd.DataFrame
    current: pd.DataFrame
    history_rows: list[int]
    cells: list[tuple[int, str]]
    ids_left: list[str]

    @property
    def found(self) -> bool:
        """Whether the name stood anywhere."""
        return bool(self.history_rows or self.cells or self.ids_left)


def name_pattern(contact: str) -> re.Pattern[str]:
    """Pattern of a person's name.

    Raises:
        RequestError: the name is blank or has no letter.
    """
    words = contact.split()
    if not any(letter.isalpha() for letter in contact):
        raise RequestError("Please give the name of the person to forget.")
    ways = {r"\s+".join(re.escape(unicodedata.normalize(form, word)) for word in words) for form in ("NFC", "NFD")}
    return re.compile(r"(?<!\w)(?:" + "|".join(sorted(ways)) + r")(?![\w\u0300-\u036f])", re.IGNORECASE)


def without_name(frame: pd.DataFrame, pattern: re.Pattern[str]) -> tuple[pd.DataFrame, list[tuple[int, str]]]:
    """A table's body without the name, and where it stood (position, column); texts only, errors stay."""
    out, cells = frame.copy(), []
    for place, head in enumerate(frame.columns):
        column = frame.iloc[:, place].tolist()
        new = [_without(cell, pattern) for cell in column]
        changed = [i for i, (before, after) in enumerate(zip(column, new, strict=True)) if before is not after]
        if changed:
            out.isetitem(place, np.fromiter(new, dtype=object, count=len(new)))
            cells += [(i, str(head)) for i in changed]
    return out, sorted(cells)


def _without(cell: object, pattern: re.Pattern[str]) -> object:
    if not isinstance(cell, str) or isinstance(cell, CellError) or not pattern.search(cell):
        return cell
    return unpack(pack(pattern.sub(FORGOTTEN, cell)))  # packing cuts what has become too long for a cell


def forget(
    history: pd.DataFrame, current: pd.DataFrame, contact: str, stamp: Stamp, *, elsewhere: int = 0
) -> Forgetting:
    """Take a person's name out of the history and of Pipeline.

    Event IDs stay, so copies of the workbook still merge; a copy that has not forgotten brings the name back.

    Args:
        history: body of ``_History`` (damaged rows are cleaned, too).
        current: body of Pipeline.
        contact: the name, as a person writes it.
        stamp: when and by whom, for the ``forgotten`` event, which does not hold the name.
        elsewhere: cells rewritten in other tables (``without_name``), for the event's note.

    Raises:
        RequestError: the name is blank or has no letter.
    """
    pattern = name_pattern(contact)
    before = history.reset_index(drop=True).astype(object)
    after = before.copy()
    for head in before.columns.intersection(["Old", "New"]):
        after[head] = pd.Series([_clean_cell(cell, pattern) for cell in before[head].tolist()], dtype=object)
    if {"Kind", "New"} <= set(before.columns):
        born = before["Kind"].isin(BIRTHS)
        rows = before["New"][born]
        after.loc[born, "New"] = pd.Series(_clean_rows(rows.tolist(), pattern), index=rows.index, dtype=object)
    texts, _ = without_name(after[after.columns.intersection(["User", "Tool", "Note"])], pattern)
    after[texts.columns] = texts
    cleaned, cells = without_name(current.drop(columns=PIPELINE.key, errors="ignore"), pattern)
    pipeline = current.assign(**{head: cleaned[head] for _, head in cells})
    rewritten = [i for i, same in enumerate(_same_rows(before, after)) if not same]
    if rewritten or cells or elsewhere:
        told = (len(rewritten), len(cells) + elsewhere)
        note = "A name was removed: {} events and {} cells of other tables.".format(*told)
        draft = pd.DataFrame([("", "forgotten", "", None, None, note)], columns=DRAFT, dtype=object)
        after = appended(after, event_rows(read_history(after), draft, stamp))
    return Forgetting(after, pipeline, rewritten, cells, _left(before, current, pattern))


def _clean_cell(cell: object, pattern: re.Pattern[str]) -> object:
    if not isinstance(cell, str) or isinstance(cell, CellError):
        return cell
    packed = from_cell(cell)
    cleaned = _clean_packed(packed, pattern)
    return cell if cleaned == packed else to_cell(cleaned)


def _clean_rows(texts: list[object], pattern: re.Pattern[str]) -> list[object]:
    """Births, cleaned cell by cell; the text of a damaged one as a whole."""
    out: list[object] = []
    for text, row in zip(texts, read_rows(texts), strict=True):
        if row is None:
            out.append(_without(text, pattern))
            continue
        cleaned = {name: _clean_packed(cell, pattern) for name, cell in row.items()}
        out.append(text if cleaned == row else shortened_row_text(cleaned))
    return out


def _clean_packed(cell: object, pattern: re.Pattern[str]) -> Packed:
    packed = clean(cell)
    value = unpack(packed)
    if isinstance(value, str) and not isinstance(value, CellError) and pattern.search(value):
        return pack(pattern.sub(FORGOTTEN, value))
    return pack_number(packed) if isinstance(packed, float) else packed


def _same_rows(before: pd.DataFrame, after: pd.DataFrame) -> list[bool]:
    pairs = [zip(before[head].tolist(), after[head].tolist(), strict=True) for head in before.columns]
    return [all(old is new or old == new or is_blank(old) for old, new in row) for row in zip(*pairs, strict=True)]


def _left(history: pd.DataFrame, current: pd.DataFrame, pattern: re.Pattern[str]) -> list[str]:
    names: set[object] = set(current.columns)
    for frame, head in ((history, "Deal ID"), (history, "Column"), (current, PIPELINE.key)):
        names |= set(frame[head].tolist()) if head in frame.columns else set()
    return sorted(name for name in names if isinstance(name, str) and pattern.search(name))
