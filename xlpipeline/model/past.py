"""A book as it stood on a past day: Pipeline by replaying its history, other tables as they are now (SEMANTICS 0)."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from xlpipeline.model.activities import last_activity
from xlpipeline.model.applied import with_frame
from xlpipeline.model.book import Book
from xlpipeline.model.cells import texts
from xlpipeline.model.facts import Facts, read_facts
from xlpipeline.model.history import History
from xlpipeline.model.history_table import BIRTHS, BORN_WITH, HISTORY, deal_key
from xlpipeline.model.history_values import unpack
from xlpipeline.model.replay import replay
from xlpipeline.model.schema import PIPELINE
from xlpipeline.model.settings import Settings
from xlpipeline.model.steps import until
from xlpipeline.model.stints import stage_entries
from xlpipeline.model.tracking import history_columns


def end_of(day: dt.date) -> dt.datetime:
    """The last second of a day."""
    return dt.datetime.combine(day, dt.time(23, 59, 59))


def reaches_back(history: History, day: dt.date) -> bool:
    """Whether the first refresh that history tells of lies on or before ``day``."""
    first = history.events["not_after"].min()
    return not pd.isna(first) and first <= pd.Timestamp(end_of(day))


def book_at(book: Book, history: History, day: dt.date) -> Book:
    """The book with Pipeline and ``_History`` as they stood at the end of ``day``: see ``book_at_moment``."""
    return book_at_moment(book, history, end_of(day))


def book_at_moment(book: Book, history: History, moment: dt.datetime) -> Book:
    """The book with Pipeline and ``_History`` as they stood at a naive moment in the workbook's zone.

    Each deal stands in the row where it stands now, so that references stay right; those that are gone since stand
    below. Columns that refresh writes come from history, too; all other tables are as they are now.
    """
    past = until(history, moment)
    then = replay(past)
    pipeline = book.tables[PIPELINE.name].frame
    rows = {deal_key(str(name)): i for i, name in reversed(list(enumerate(texts(pipeline, PIPELINE.key)))) if name}
    places, below = [], len(pipeline)
    for name in then.index:
        place = rows.get(deal_key(str(name)))
        places.append(below if place is None else place)
        below += place is None
    body = pd.DataFrame(None, index=range(below), columns=pipeline.columns, dtype=object)
    told = then.assign(**{PIPELINE.key: then.index.to_series()}, **_seen(past, then))
    for head in body.columns.intersection(told.columns):
        cells = np.full(below, None, dtype=object)
        cells[places] = told[head].to_numpy(dtype=object)
        body[head] = pd.Series(cells, dtype=object)
    events = book.frame(HISTORY.name)
    known = texts(events, HISTORY.key).isin({*past.events["event_id"], *past.imported["event_id"]})
    return with_frame(with_frame(book, PIPELINE.name, body), HISTORY.name, events[known].reset_index(drop=True))


def _seen(past: History, then: pd.DataFrame) -> dict[str, pd.Series]:
    """What the refresh of that day wrote: the stage, and since when it holds."""
    entries = stage_entries(past)
    entered = dict(zip(entries["deal"], entries["entered_on"], strict=True))
    moved = set(entries.loc[entries["deal"].duplicated(), "deal"])
    births = past.events[past.events["kind"].isin(BIRTHS)].drop_duplicates("deal").set_index("deal")["row"]
    since: list[object] = []
    for name in then.index:
        key = deal_key(str(name))
        if key in moved:
            since.append(entered[key].date())
        else:
            born = births[key]
            since.append(unpack(born.get(BORN_WITH)) or unpack(born.get("Created")))
    stages = then["Stage"].tolist() if "Stage" in then.columns else [None] * len(then)
    cells = {"Stage seen": stages, BORN_WITH: since}
    return {head: pd.Series(column, index=then.index, dtype=object) for head, column in cells.items()}


def past_facts(book: Book, history: History, day: dt.date, settings: Settings) -> Facts:
    """The facts of a past day, as the last refresh up to its end would have read them (``history``: of the book)."""
    facts = read_facts(book_at(book, history, day), day, settings)
    known = until(history, end_of(day))
    facts, _ = history_columns(facts, known)
    facts, _ = last_activity(facts)
    facts.remember_of_book("history", lambda: known)
    return facts
