"""Edits as the Excel add-in stamps them, for stories."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from tests.jobs.story_book import Story
from xlpipeline.model.applied import with_frame
from xlpipeline.model.edits_table import EDITS


def at(number: int, hour: int = 12, minute: int = 0, month: int = 5) -> dt.datetime:
    """A moment of 2026."""
    return dt.datetime(2026, month, number, hour, minute)  # noqa: DTZ001 - cells know no time zone


def stamp(story: Story, deal: object, column: object, value: object, when: object, **more: object) -> None:
    """A row more in ``_Edits``; ``more``: offset, user."""
    row = (deal, column, value, when, more.get("offset"), more.get("user", "rep"))
    body = story.book.frame(EDITS.name).astype(object)
    body = body[body.notna().any(axis=1)]
    new = pd.DataFrame([dict(zip(EDITS.heads, row, strict=True))], dtype=object)
    rows = new if body.empty else pd.concat([body, new], ignore_index=True)
    story.book = with_frame(story.book, EDITS.name, rows.astype(object).where(rows.notna(), None))


def typed(story: Story, deal: str, column: str, value: object, when: dt.datetime, **more: object) -> None:
    """A cell typed in Excel with the add-in: the cell and its stamp."""
    story.edit(deal, **{column.replace(" ", "_"): value})
    stamp(story, deal, column, value, when, **more)


def waiting(story: Story) -> int:
    """Stamps that no refresh has used."""
    return int(story.book.frame(EDITS.name).notna().any(axis=1).sum())
