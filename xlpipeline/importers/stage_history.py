"""Entries to stages that another system's history tells, as lines of ``_History`` (kind *entered*).

They change nothing that Pipeline holds: ``model.told_entries`` weaves them into what refreshes saw. An entry that is
there already is not told again, so that importing twice is importing once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from xlpipeline.importers.fault import RowFault
from xlpipeline.importers.upsert import deal_id_text
from xlpipeline.model.applied import appended_rows, applied
from xlpipeline.model.book import Book, ChangeSet, TableChange, is_blank, same_cell
from xlpipeline.model.decided import in_decided_spelling
from xlpipeline.model.history import History, extend, read_history
from xlpipeline.model.history_table import ENTERED, HISTORY, deal_key
from xlpipeline.model.history_values import event_id, pack, to_cell, unpack
from xlpipeline.model.schema import PIPELINE
from xlpipeline.model.stints import stage_entries

_TOOL: Final = "xlpipeline import"
HEADS: Final = ("row", "deal_id", "stage", "moment", "note")
"""Columns of entries: row in the file, Deal ID and stage as the workbook spells them, naive moment, note."""


@dataclass(frozen=True)
class ToldStages:
    """``changes`` of ``_History`` and of Stage since; entries that are new, and those that were known."""

    changes: ChangeSet
    added: int
    known: int
    faults: tuple[RowFault, ...]
    notes: tuple[str, ...] = ()


def told_stages(book: Book, entries: pd.DataFrame, orders: Mapping[str, float], now: dt.datetime) -> ToldStages:
    """Plan to keep entries (``HEADS``) in a book whose Pipeline is as it will be after the import.

    ``orders``: order of each stage (where moments are equal, the earlier stage was entered first); ``now``: naive, in
    the workbook's zone: what lies after it is left out. Entries of one deal to the stage in which it stood are one.
    """
    if HISTORY.name not in book.tables:
        return ToldStages(
            ChangeSet(), 0, 0, (), ("The workbook has no table _History, so stage history was left out: upgrade it.",)
        )
    history = in_decided_spelling(read_history(book.frame(HISTORY.name)), book)
    if history.is_broken:
        return ToldStages(ChangeSet(), 0, 0, (), ("_History is damaged, so stage history was left out; see Issues.",))
    future = entries[entries["moment"] > now]
    faults = tuple(
        RowFault(int(row), "", f"The deal entered {stage} on {moment:%Y-%m-%d}, which is still to come.",
                 "Correct the date in the source; this entry was left out.", deal)
        for row, deal, stage, moment in future[["row", "deal_id", "stage", "moment"]].itertuples(index=False)
    )  # fmt: skip
    ordered = _ordered(entries[entries["moment"] <= now], orders)
    rows = _rows(ordered)
    fresh = ~rows["Event ID"].isin(history.event_ids) & ~_told_to_the_day(rows, history)
    new = rows[fresh].drop_duplicates("Event ID").reset_index(drop=True)
    changes = ChangeSet((appended_rows(book.tables[HISTORY.name], new),)) if len(new) else ChangeSet()
    since = _stage_since(applied(book, changes), extend(history, new), {deal_key(one) for one in rows["Deal ID"]})
    if since is not None:
        changes += ChangeSet((since,))
    return ToldStages(changes, len(new), len(rows) - len(new), faults)


def _ordered(entries: pd.DataFrame, orders: Mapping[str, float]) -> pd.DataFrame:
    """Entries by deal and moment; one to the stage in which the deal stood already is none."""
    keys = entries.assign(
        key=entries["deal_id"].map(deal_key), at=entries["stage"].map(lambda stage: orders.get(stage, 0.0))
    )
    keys = keys.sort_values(["key", "moment", "at", "note"], kind="stable")
    again = (keys["stage"] == keys["stage"].shift()) & (keys["key"] == keys["key"].shift())
    return keys[~again]


def _rows(entries: pd.DataFrame) -> pd.DataFrame:
    """Rows of ``_History``; the Event ID comes from deal, stage and moment, so the same entry has it again."""
    columns: dict[str, list[object]] = {head: [] for head in HISTORY.heads}
    for deal, stage, moment, note in entries[["deal_id", "stage", "moment", "note"]].itertuples(index=False):
        exact = pd.Timestamp(moment).to_pydatetime().replace(microsecond=0)
        cell = to_cell(pack(stage))
        told = (deal_key(deal), ENTERED, "Stage", exact.isoformat(), cell)
        row = {
            "Event ID": event_id(told, 0), "Deal ID": deal, "Kind": ENTERED, "Column": "Stage", "New": cell,
            "Not before": exact, "Not after": exact, "Tool": _TOOL, "Note": note or None,
        }  # fmt: skip
        for head, cells in columns.items():
            cells.append(row.get(head))
    return pd.DataFrame({head: pd.Series(cells, dtype=object) for head, cells in columns.items()})


def _told_to_the_day(rows: pd.DataFrame, history: History) -> pd.Series:
    """Entries that history holds with the same deal, stage and moment, or day where one of the two knows no more.

    Their ID may be another one: when they were imported first, the stage may have been spelled otherwise.
    """
    known: dict[tuple[str, str, dt.date], set[dt.datetime]] = {}
    told = history.imported
    for deal, cell, moment in zip(told["deal"], told["new"], told["not_after"], strict=True):
        known.setdefault((deal, str(unpack(cell)), moment.date()), set()).add(moment)
    out = []
    for deal, cell, moment in zip(rows["Deal ID"], rows["New"], rows["Not after"], strict=True):
        moments = known.get((deal_key(deal), str(unpack(cell)), moment.date()), set())
        out.append(bool(moments) and (moment in moments or _is_day(moment) or any(map(_is_day, moments))))
    return pd.Series(out, index=rows.index, dtype=bool)


def _is_day(moment: dt.datetime) -> bool:
    return moment.time() == dt.time()


def _stage_since(book: Book, history: History, deals: set[str]) -> TableChange | None:
    """Stage since of deals whose present stage is the last that was told, unless a refresh saw them move later."""
    frame = book.frame(PIPELINE.name)
    if not {"Deal ID", "Stage", "Stage since"} <= set(frame.columns):
        return None
    last = _last_entries(history)
    cells = {}
    for at, (name, stage, since) in enumerate(zip(frame["Deal ID"], frame["Stage"], frame["Stage since"], strict=True)):
        key = deal_key(deal_id_text(name))
        if key in deals and key in last and not is_blank(stage):
            told, day = last[key]
            if told.casefold() == str(stage).strip().casefold() and not same_cell(since, day):
                cells[at] = day
    return TableChange(PIPELINE.name, {"Stage since": pd.Series(cells, dtype=object)}) if cells else None


def _last_entries(history: History) -> dict[str, tuple[str, dt.date]]:
    """Per deal the last stage told by an import, and its day; a deal that moved after that has none."""
    told = history.imported.sort_values("not_after", kind="stable").drop_duplicates("deal", keep="last")
    last = {
        deal: (str(unpack(cell)).strip(), moment.date())
        for deal, cell, moment in zip(told["deal"], told["new"], told["not_after"], strict=True)
    }
    if history.is_empty:
        return last
    woven = stage_entries(history).drop_duplicates("deal", keep="last")
    for deal, stage, day in zip(woven["deal"], woven["stage"], woven["entered_on"], strict=True):
        known = last.get(deal)
        if known and known != (stage.strip(), day.date()):
            del last[deal]
    return last


def orders_of(book: Book) -> dict[str, float]:
    """Order of each stage as the workbook spells it."""
    frame = book.frame("Stages")
    if not {"Stage", "Order"} <= set(frame.columns):
        return {}
    pairs = zip(frame["Stage"], frame["Order"], strict=True)
    return {
        str(stage).strip(): float(order) if isinstance(order, int | float) and not np.isnan(order) else 0.0
        for stage, order in pairs
        if not is_blank(stage)
    }
