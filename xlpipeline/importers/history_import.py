"""Plan the import of another system's stage history: entries to stages of deals that Pipeline holds."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pandas as pd

from xlpipeline.errors import SourceError
from xlpipeline.importers.columns import ColumnChoice
from xlpipeline.importers.complete import closed_words_note, ids_in_book, known_stages
from xlpipeline.importers.dates import read_dates
from xlpipeline.importers.fault import RowFault
from xlpipeline.importers.history_file import HistoryFile, Told
from xlpipeline.importers.mapping_file import MappingChoices
from xlpipeline.importers.plan import TO_HISTORY, ImportPlan, local_day, pipeline_table, stage_types, zones_of
from xlpipeline.importers.source import Source
from xlpipeline.importers.spellings import Learned, spelled
from xlpipeline.importers.stage_history import HEADS, orders_of, told_stages
from xlpipeline.importers.system import System, many, plain
from xlpipeline.importers.upsert import remember
from xlpipeline.model.book import Book, ChangeSet, is_blank
from xlpipeline.model.decided import listed_values, remembered
from xlpipeline.model.settings import read_settings


def plan_history(
    book: Book, source: Source, kind: HistoryFile, choices: MappingChoices, *, now: dt.datetime
) -> ImportPlan:
    """Plan to bring a stage history into ``_History``.

    Raises:
        SourceError: the file names no deal, or its dates are undecidable.
        SetupError: the mapping file or a setting is not right.
        BookError: the workbook has no table Pipeline.
    """
    table = pipeline_table(book)
    settings = read_settings(book)
    zones = zones_of(settings, choices)
    told = kind.read(source)
    order = choices.date_orders.get(told.moment_head, choices.date_order)
    found = read_dates(told.moments, column=told.moment_head, zones=zones, order=order, keep_time=True)
    faults = [*source.faults, *_undated(told, found.unread)]
    entries = _entries(told, found.values, table.frame, kind)
    known = ids_in_book(table, kind.system.canonical_id)
    entries["deal_id"] = [known.get(kind.system.canonical_id(text), "") for text in entries["deal_id"]]
    strangers = entries[entries["deal_id"] == ""]
    if len(entries) and len(strangers) == len(entries):
        raise SourceError(
            f"None of the deals in {source.title} is in Pipeline; please import the deals first, with the same IDs."
        )
    entries = entries[entries["deal_id"] != ""]
    entries, learned, more, words = in_own_stages(book, entries, choices, kind.system)
    done = told_stages(book, entries, orders_of(book), local_now(now, zones.book))
    mappings = remember(book.tables.get("Mappings"), learned, local_day(now, zones.book))
    notes = [*source.notes, *told.notes, *filter(None, (words,)), *done.notes]
    if len(strangers):
        left = many(len(strangers), "entry is of a deal", "entries are of deals")
        notes.append(f"{left} that Pipeline does not hold, and left out.")
    return ImportPlan(
        done.changes + ChangeSet(tuple(filter(None, (mappings,)))),
        _preview(source, told, found.how),
        done.added,
        0,
        done.known,
        (),
        tuple(sorted((*faults, *more, *done.faults), key=lambda fault: fault.row)),
        tuple(notes),
        kind="entries",
        system=kind.name,
    )


def in_own_stages(
    book: Book, entries: pd.DataFrame, choices: MappingChoices, system: System, column: str = "Stage"
) -> tuple[pd.DataFrame, list[Learned], list[RowFault], str]:
    """Entries with stages as the workbook spells them; those to stages that it lacks are left out and told."""
    types = stage_types(book)
    memory = remembered(book.tables.get("Mappings")).get("Stage", {})
    memory, added = known_stages(memory, system.outcomes, types)
    texts = pd.Series(entries["stage"].tolist(), index=entries["row"].tolist(), dtype=object)
    texts = texts.where(texts != "", None)
    done = spelled(
        texts,
        "Stage",
        column=column,
        allowed=listed_values(book, "Stage"),
        told=choices.values.get("Stage", {}),
        remembered=memory,
    )
    own = entries.assign(stage=done.values.tolist())
    own = own[own["stage"].isin(types)]
    return own, list(done.learned), list(done.faults), closed_words_note(texts, added, system.name)


def local_now(now: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """A moment as clocks in the workbook's zone show it."""
    return now.astimezone(zone).replace(tzinfo=None) if now.tzinfo else now


def _undated(told: Told, unread: pd.Series) -> list[RowFault]:
    bad = told.moments[unread.to_numpy(dtype=bool) | told.moments.isna().to_numpy()]
    return [
        RowFault(
            int(str(row)),
            told.moment_head,
            f"“{'' if cell is None else cell!s:.40}” is no moment, so nobody knows when the stage was entered.",
            "Correct it in the source and import again; this entry was left out.",
        )
        for row, cell in bad.items()
    ]


def _entries(told: Told, moments: pd.Series, pipeline: pd.DataFrame, kind: HistoryFile) -> pd.DataFrame:
    """Entries with IDs and stages as written; first stages, whose entry the first change tells, included."""
    rows = pd.DataFrame(
        {
            "row": told.ids.index.to_numpy(),
            "deal_id": told.ids.to_numpy(),
            "stage": told.stages.to_numpy(),
            "moment": pd.Series(moments.tolist(), dtype=object),
            "note": kind.note or kind.name,
        }
    )
    rows["left"] = told.left.to_numpy() if told.left is not None else ""
    rows["stayed"] = pd.Series(told.stayed.tolist(), dtype=object) if told.stayed is not None else None
    rows["began"] = told.began.to_numpy() if told.began is not None else False
    rows = rows[rows["moment"].notna() & (rows["deal_id"] != "")].sort_values("moment", kind="stable")
    firsts = _first_stages(rows, pipeline, kind)
    changes = rows[~rows["began"].astype(bool)]
    told_rows = changes[list(HEADS)]
    return pd.concat([told_rows, firsts], ignore_index=True) if len(firsts) else told_rows.reset_index(drop=True)


def _first_stages(rows: pd.DataFrame, pipeline: pd.DataFrame, kind: HistoryFile) -> pd.DataFrame:
    """The stage in which each deal began: the one that its first change left, since its creation or so many days."""
    changes = rows[~rows["began"].astype(bool) & (rows["left"] != "")].drop_duplicates("deal_id")
    left = dict(zip(changes["deal_id"], changes["left"], strict=True))
    moved = set(rows.loc[~rows["began"].astype(bool), "deal_id"])
    canonical = kind.system.canonical_id
    now = {
        canonical(str(name).strip()): str(stage)
        for name, stage in zip(pipeline["Deal ID"], pipeline.get("Stage", pipeline["Deal ID"]), strict=True)
        if not is_blank(name) and not is_blank(stage)
    }
    out = []
    began = rows[rows["began"].astype(bool)].drop_duplicates("deal_id")
    for row, deal, moment in zip(began["row"], began["deal_id"], began["moment"], strict=True):
        stage = left.get(deal, "" if deal in moved else now.get(canonical(deal), ""))
        if stage:
            out.append((row, deal, stage, moment, f"{kind.name}: since the deal was created"))
    first = changes[changes["stayed"].notna()]
    for row, deal, stage, moment, stayed in zip(
        first["row"], first["deal_id"], first["left"], first["moment"], first["stayed"], strict=True
    ):
        day = (moment - stayed).replace(hour=0, minute=0, second=0, microsecond=0)
        out.append((row, deal, stage, day, f"{kind.name}: first stage, its day by the duration"))
    return pd.DataFrame(out, columns=list(HEADS)) if out else rows[list(HEADS)].iloc[:0]


def _preview(source: Source, told: Told, how: str) -> tuple[ColumnChoice, ...]:
    meant = {plain(head): text for head, text in told.columns.items()}
    return tuple(
        ColumnChoice(
            head,
            TO_HISTORY if plain(head) in meant else "",
            _reason(meant.get(plain(head), "a stage history needs no more than deal, stage and moment"),
                    how if head == told.moment_head else ""),
        )
        for head in source.columns
    )  # fmt: skip


def _reason(text: str, how: str) -> str:
    return f"{text}; {how}" if how else text
