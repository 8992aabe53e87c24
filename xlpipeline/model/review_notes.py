"""What people have written into the review: kept beside its line, or moved to ReviewNotes; never lost.

A line is known again by its block and its deal (by its rep, where it is about a whole block). Within one review what
was written stays with its line. A new review begins with empty cells: what was written before goes to ReviewNotes and
is shown once more under *Last time*, on the deal's first line. Columns and rows of people's own are treated alike.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from xlpipeline.model.book import Book, BookTable, is_blank
from xlpipeline.model.history_table import deal_key
from xlpipeline.model.review_table import BLOCKS, MANAGER, REPLY, REVIEW, REVIEW_NOTES, TYPED

Key = tuple[str, str]
"""Block, and deal (or rep, where there is none); each as it compares."""


@dataclass(frozen=True)
class Written:
    """One line in which somebody has written. ``cells``: all its cells by head; ``is_own``: people made the row."""

    key: Key
    cells: dict[str, object]
    is_own: bool

    @property
    def review_of(self) -> dt.date | None:
        """The day of its review."""
        day = self.cells.get("Review of")
        return day.date() if isinstance(day, dt.datetime) else day if isinstance(day, dt.date) else None


def own_columns(table: BookTable) -> list[str]:
    """Columns of the review that people added; those with a formula fill themselves."""
    return [str(h) for h in table.frame.columns if h not in REVIEW.heads and h not in table.formula_columns]


def written(book: Book) -> list[Written]:
    """The lines of the review in which somebody has written, from the top."""
    table = book.tables.get(REVIEW.name)
    if table is None:
        return []
    typed = [head for head in (*TYPED, *own_columns(table)) if head in table.frame.columns]
    found = []
    for row in _records(table.frame):
        cells = {head: cell for head, cell in row.items() if head not in table.formula_columns}
        is_own = cells.get("Block") not in BLOCKS
        told = cells if is_own else {head: cells[head] for head in typed}
        if not all(map(is_blank, told.values())):
            found.append(Written(line_key(cells), cells, is_own))
    return found


def line_key(cells: dict[str, object]) -> Key:
    """What a line is known again by."""
    block, deal, rep = (deal_key(_text(cells.get(head))) for head in ("Block", "Deal ID", "Rep"))
    return block, f"deal {deal}" if deal else f"rep {rep}"


def put_in_place(
    lines: pd.DataFrame, wrote: Iterable[Written], as_of: dt.date, own: Sequence[str], *, again: bool
) -> tuple[pd.DataFrame, list[Written]]:
    """The review's lines with what was written in this very review, and what has no place there.

    ``again``: the review of this day was started before; only then anything stays, people's own rows at the end.
    """
    place = {line_key(row): at for at, row in reversed(list(enumerate(_records(lines))))}
    heads = [*REVIEW.heads, *own]
    cells: dict[str, list[object]] = {
        head: lines[head].tolist() if head in lines.columns else [None] * len(lines) for head in heads
    }
    left: list[Written] = []
    for one in wrote:
        at = place.get(one.key)
        if again and one.is_own:
            for head in heads:
                cells[head].append(one.cells.get(head))
        elif again and one.review_of == as_of and at is not None:
            del place[one.key]
            for head in (*TYPED, *own):
                cells[head][at] = one.cells.get(head)
        else:
            left.append(one)
    return pd.DataFrame({head: pd.Series(column, dtype=object) for head, column in cells.items()}), left


def _records(frame: pd.DataFrame) -> list[dict[str, object]]:
    return [{str(head): cell for head, cell in row.items()} for row in frame.to_dict("records")]


def note_rows(left: Sequence[Written], own: Sequence[str], day: dt.date) -> pd.DataFrame:
    """Rows of ReviewNotes for what has no place in the review any more; ``day``: of rows that say no review."""
    rows = []
    for one in left:
        extra = [h for h in one.cells if h not in REVIEW_NOTES.heads] if one.is_own else own
        other = "; ".join(f"{h}: {_text(one.cells[h])}" for h in extra if not is_blank(one.cells.get(h)))
        kept = {head: one.cells.get(head) for head in REVIEW_NOTES.heads}
        rows.append({**kept, "Review of": one.review_of or day, "Other text": other or None})
    return pd.DataFrame({head: pd.Series([row[head] for row in rows], dtype=object) for head in REVIEW_NOTES.heads})


def last_words(notes: pd.DataFrame) -> dict[str, str]:
    """By deal (and by block and rep, for lines without one) what was written about it in the latest review.

    Keys as the second part of ``line_key`` for deals; ``block|rep`` for the others.
    """
    told: dict[str, tuple[str, list[str]]] = {}
    for cells in _records(notes):
        day = _text(cells.get("Review of"))[:10]
        words = [f"{who}: {_text(cells.get(head))}" for who, head in (("manager", MANAGER), ("rep", REPLY))]
        said = " · ".join(word for word in words if not word.endswith(": "))
        key = word_key(cells)
        if said and (key not in told or day >= told[key][0]):
            before = told[key][1] if key in told and told[key][0] == day else []
            told[key] = (day, [*before, said] if said not in before else before)
    return {key: f"{day} {' · '.join(words)}".strip() for key, (day, words) in told.items()}


def word_key(cells: dict[str, object]) -> str:
    """What a note is about: the deal, or a rep's block."""
    about = line_key(cells)[1]
    return about if about.startswith("deal ") else block_key(cells)


def block_key(cells: dict[str, object]) -> str:
    """The key of a note about the rep's block as a whole in which a line stands."""
    return "|".join(line_key({**cells, "Deal ID": None}))


def _text(cell: object) -> str:
    return "" if is_blank(cell) else str(cell).strip()
