"""Columns of a deals' export that tell when each stage was entered (HubSpot), as entries of the history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from xlpipeline.importers.columns import ColumnChoice
from xlpipeline.importers.dates import Zones, read_dates
from xlpipeline.importers.fault import RowFault
from xlpipeline.importers.history_import import in_own_stages
from xlpipeline.importers.hubspot import LATEST_ONLY
from xlpipeline.importers.mapping_file import MappingChoices
from xlpipeline.importers.plan import TO_HISTORY, Work, zones_of
from xlpipeline.importers.source import Source
from xlpipeline.importers.stage_history import HEADS, ToldStages, orders_of, told_stages
from xlpipeline.importers.system import StageColumn, System
from xlpipeline.model.book import Book, ChangeSet
from xlpipeline.model.settings import read_settings


def shown_as_history(preview: tuple[ColumnChoice, ...], columns: Sequence[StageColumn]) -> tuple[ColumnChoice, ...]:
    """Preview lines, those of stage columns pointing to the history."""
    stages = {one.head: one.stage for one in columns}
    why = "entry to the stage {}; only the first or latest one is known"
    return tuple(
        replace(line, target=TO_HISTORY, reason=why.format(stages[line.source]))
        if line.source in stages and not line.target
        else line
        for line in preview
    )


def entered_stages(
    book: Book,
    source: Source,
    system: System,
    columns: Sequence[StageColumn],
    *,
    ids: Mapping[int, str],
    choices: MappingChoices,
    now: dt.datetime,
    work: Work,
) -> ToldStages:
    """Plan the entries that ``columns`` tell of the deals that were taken (rows of ``work.cells``).

    Faults and what is to be remembered go to ``work``. ``book``: with the deals as they will be.
    """
    lines = {line.source for line in work.preview if line.target == TO_HISTORY}
    wanted = [one for one in columns if one.head in lines]
    if not wanted:
        return ToldStages(ChangeSet(), 0, 0, ())
    zones = zones_of(read_settings(book), choices)
    rows = source.rows.loc[work.cells["Deal ID"].index]
    found = [_of_column(rows[one.head], one, choices, zones, work) for one in wanted]
    entries = pd.DataFrame(
        [(row, ids[row], stage, moment, LATEST_ONLY) for part in found for row, stage, moment in part],
        columns=list(HEADS),
    )
    entries, learned, faults, _ = in_own_stages(book, entries, choices, system, column="Date entered")
    told_already = {one.wrong.partition(" is not on")[0] for one in work.faults}
    work.learned += learned
    work.faults += [one for one in faults if one.wrong.partition(" is not on")[0] not in told_already]
    return told_stages(book, entries, orders_of(book), now)


def _of_column(
    cells: pd.Series, column: StageColumn, choices: MappingChoices, zones: Zones, work: Work
) -> list[tuple[int, str, object]]:
    """Row, stage and moment of each filled cell of a stage's column."""
    order = choices.date_orders.get(column.head, choices.date_order)
    read = read_dates(cells, column=column.head, zones=zones, order=order, keep_time=True)
    bad = cells[read.unread.to_numpy(dtype=bool)]
    work.faults += [
        RowFault(
            int(str(row)),
            column.head,
            f"“{cell!s:.40}” is no moment, so nobody knows when {column.stage} was entered.",
            "Correct it in the source and import again; this entry was left out.",
        )
        for row, cell in bad.items()
    ]
    filled = read.values[read.values.notna()]
    return [(int(str(row)), column.stage, moment) for row, moment in filled.items()]
