"""Color stale rows: how many open deals are stale by which flag, and the setting that tints them.

The tints are conditional formats that read the live cell ``ColourRows``; no cell is ever painted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import pandas as pd

from xlpipeline.jobs.outcome import counted
from xlpipeline.jobs.refresh import local_moment, require_pipeline
from xlpipeline.model.applied import appended_rows
from xlpipeline.model.book import Book, ChangeSet, Formula, TableChange, needed_changes
from xlpipeline.model.computed import stale_flags
from xlpipeline.model.facts import read_facts
from xlpipeline.model.schema import SETTINGS
from xlpipeline.model.settings import read_settings, setting_fields
from xlpipeline.tabs.settings import LIVE_FORMULAS

FLAG_WORDS: Final = {
    "T": "over the stage's time-bound",
    "B": "over it with earlier stays (bounced)",
    "I": "idle, no touch for too long",
    "C": "expected close is past",
    "N": "next step missing or past",
}
Colouring = Literal["on", "off"]


@dataclass(frozen=True)
class Stale:
    """``by_flag``: deals per letter (a deal may have several); ``stale``: open deals with at least one."""

    as_of: dt.date
    open_deals: int
    stale: int
    by_flag: Mapping[str, int]
    colouring: Colouring


def stale_rows(book: Book, *, now: dt.datetime) -> Stale:
    """What is stale on the day that the workbook's own flags are for: its live cell AsOf, else the setting, else today.

    Raises:
        BookError: there is no table Pipeline.
        SetupError: a set-up table holds something that is not allowed.
    """
    require_pipeline(book)
    settings = read_settings(book)
    as_of = book.day("AsOf") or settings.as_of or local_moment(now, settings).date()
    facts = read_facts(book, as_of, settings)
    flags = stale_flags(facts)
    by_flag = {str(letter): int(flags[letter].sum()) for letter in flags.columns}
    is_on: Colouring = "on" if settings.colour_rows == "on" else "off"
    return Stale(as_of, int(facts.deals["is_open"].sum()), int(flags.any(axis=1).sum()), by_flag, is_on)


def switched(book: Book, colouring: Colouring) -> ChangeSet:
    """The setting ``colour_rows`` and the live cell that reads it; a row that was deleted from Settings comes back."""
    names = {"ColourRows": Formula(LIVE_FORMULAS["ColourRows"], colouring)}
    table = book.tables.get(SETTINGS.name)
    if table is None or not {"Key", "Value"} <= set(table.frame.columns):
        return ChangeSet()
    rows = [i for i, key in enumerate(table.frame["Key"]) if str(key or "").strip() == "colour_rows"]
    if rows:
        change = TableChange(SETTINGS.name, {"Value": pd.Series([colouring] * len(rows), index=rows, dtype=object)})
    else:
        told = next(f.metadata for f in setting_fields() if f.name == "colour_rows")
        row: dict[str, Any] = {
            "Key": "colour_rows",
            "Value": colouring,
            "Unit": told["unit"],
            "Meaning": told["meaning"],
        }
        heads = [head for head in SETTINGS.heads if head in table.frame.columns]
        change = appended_rows(table, pd.DataFrame([[row[head] for head in heads]], columns=heads, dtype=object))
    return needed_changes(ChangeSet((change,), names), book)


def sentences(stale: Stale) -> tuple[str, ...]:
    """How many open deals are stale, then one line per flag that is set."""
    day = stale.as_of.isoformat()
    if not stale.stale:
        return (f"None of {counted(stale.open_deals, 'open deal')} is stale as of {day}.",)
    verb = "is" if stale.stale == 1 else "are"
    lines = [f"{stale.stale:,} of {counted(stale.open_deals, 'open deal')} {verb} stale as of {day}:"]
    lines += [f"  {letter}  {n:,}  {FLAG_WORDS[letter]}" for letter, n in stale.by_flag.items() if n]
    return tuple(lines)
