"""Plan the import of a log of activities into ``Activities``: matched to deals, each once however often it comes."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from typing import Final

import pandas as pd

from xlpipeline.errors import BookError, SourceError
from xlpipeline.importers.activity_log import DEAL_NAME, DONE, days_of, is_planned, meaning, targets_of, tells_calls
from xlpipeline.importers.cells import read_texts
from xlpipeline.importers.columns import ColumnChoice
from xlpipeline.importers.complete import ids_in_book
from xlpipeline.importers.dates import Zones, order_by_itself, read_dates
from xlpipeline.importers.fault import RowFault
from xlpipeline.importers.mapping_file import MappingChoices
from xlpipeline.importers.plan import MADE_HERE, ImportPlan, local_day, pipeline_table, zones_of
from xlpipeline.importers.respell import ACTIVITY_LISTS, activity_values, respelled_activities
from xlpipeline.importers.salesforce import long_id
from xlpipeline.importers.source import Source
from xlpipeline.importers.spellings import Learned, spelled
from xlpipeline.importers.system import many, texts_of
from xlpipeline.importers.upsert import deal_id_text, remember
from xlpipeline.model.applied import appended_rows, applied
from xlpipeline.model.book import Book, BookTable, ChangeSet, canonical, is_blank
from xlpipeline.model.decided import remembered, spelling_key
from xlpipeline.model.schema import ACTIVITIES
from xlpipeline.model.settings import read_settings

_HEADS: Final = ("Date", "Deal ID", "Type", "Outcome", "By")
_CALL: Final = "Call"
_INBOUND: Final = "Inbound call"
_MISSED: Final = "Missed call"
_DIRECTIONS: Final = {
    "outbound": _CALL, "outgoing": _CALL, "inbound": _INBOUND, "incoming": _INBOUND, "missed": _MISSED
}  # fmt: skip


def plan_activities(book: Book, source: Source, choices: MappingChoices, *, now: dt.datetime) -> ImportPlan:
    """Plan to add the activities of a log; those that the table holds already, cell by cell, are not added again.

    Raises:
        BookError: the workbook has no table Activities or Pipeline.
        SourceError: the dates are undecidable, or no deal of the log is known here.
        SetupError: a setting is not right.
    """
    table = book.tables.get(ACTIVITIES.name)
    if table is None:
        raise BookError(f"{book.title} has no table Activities; run 'xlpipeline upgrade' to get it back.")
    zones = zones_of(read_settings(book), choices)
    today = local_day(now, zones.book)
    targets = targets_of(source)
    days, how = _days(source, choices, zones)
    deals = _deals(book, source, targets)
    rows = pd.DataFrame({"Date": days, "Deal ID": deals, "Type": _types(source, targets)}, dtype=object)
    for name in ("Outcome", "By"):
        rows[name] = read_texts(source.rows[targets[name]]).values if name in targets else None
    if len(rows) and not deals.map(len).any():
        raise SourceError(
            f"No activity of {source.title} is of a deal in Pipeline (by ID or name); please import the deals first."
        )
    learned: list[Learned] = []
    kept, faults, notes = _kept(rows, source, targets, today)
    for name in ACTIVITY_LISTS:
        learned += _spell(book, kept, name, column=targets.get(name, name), choices=choices, faults=faults)
    kept, several = _per_deal(kept)
    mappings = ChangeSet(tuple(filter(None, (remember(book.tables.get("Mappings"), learned, today),))))
    held = ChangeSet(tuple(filter(None, (respelled_activities(applied(book, mappings)),))))
    table = applied(book, held).tables[ACTIVITIES.name]
    new = _new(table, kept)
    change = ChangeSet((appended_rows(table, new),)) if len(new) else ChangeSet()
    return ImportPlan(
        held + change + mappings,
        _preview(source, targets, how),
        len(new),
        0,
        len(kept) - len(new),
        (),
        tuple(sorted((*source.faults, *faults), key=lambda fault: fault.row)),
        (*source.notes, *notes, *several),
        kind="activities",
        system="activities",
    )


def _days(source: Source, choices: MappingChoices, zones: Zones) -> tuple[pd.Series, str]:
    """The day of each row by the surest column that has one there, and how the first of them was read."""
    heads = days_of(source)
    hint = next((known for head in heads if (known := order_by_itself(source.rows[head]))[0]), ("", ""))
    days, told = pd.Series(None, index=source.rows.index, dtype=object), ""
    for head in heads:
        if days.isna().any():
            order = choices.date_orders.get(head, choices.date_order)
            read = read_dates(source.rows[head], column=head, zones=zones, order=order, hint=hint)
            days, told = days.where(days.notna(), read.values), told or read.how
    return days, told


def _deals(book: Book, source: Source, targets: dict[str, str]) -> pd.Series:
    """Per row the deals as the workbook has them: by ID, else by a name that only one has."""
    table = pipeline_table(book)
    by_id = _known_ids(book, table)
    names = Counter(spelling_key(name) for name in table.frame.get("Opportunity", ()) if not is_blank(name))
    by_name = {
        spelling_key(name): deal_id_text(deal)
        for name, deal in zip(table.frame.get("Opportunity", ()), table.frame["Deal ID"], strict=False)
        if not is_blank(name) and names[spelling_key(name)] == 1 and deal_id_text(deal)
    }
    ids = texts_of(source, targets.get("Deal ID")).tolist()
    told = texts_of(source, targets.get(DEAL_NAME)).tolist()
    cells = [
        _known_of(one, lambda text: by_id.get(_plain_id(text)))
        or _known_of(name, lambda text: by_name.get(spelling_key(text)) or by_id.get(_plain_id(text)))
        for one, name in zip(ids, told, strict=True)
    ]
    return pd.Series(cells, index=source.rows.index, dtype=object)


def _known_ids(book: Book, pipeline: BookTable) -> dict[str, str]:
    """IDs of deals, and of leads that became none."""
    known = ids_in_book(pipeline, _plain_id)
    leads = book.frame("Leads")
    if "Lead ID" in leads.columns:
        for cell in leads["Lead ID"].tolist():
            if text := deal_id_text(cell):
                known.setdefault(_plain_id(text), text)
    return known


def _plain_id(text: str) -> str:
    return long_id(text).removeprefix("zcrm_").casefold()


def _known_of(text: str, look_up: Callable[[str], str | None]) -> tuple[str, ...]:
    """The deals that a cell names: the whole text, else its parts between “;”."""
    whole = look_up(text) if text else None
    parts = (look_up(part.strip()) for part in text.split(";") if part.strip())
    return (whole,) if whole else tuple(dict.fromkeys(filter(None, parts)))


def _per_deal(rows: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """A row for each deal of an activity, with a note if there are several."""
    shared = int(rows["Deal ID"].map(len).gt(1).sum())
    told = many(shared, "activity is of several deals and was", "activities are of several deals and were")
    return rows.explode("Deal ID"), (f"{told} logged for each of them.",) if shared else ()


def _types(source: Source, targets: dict[str, str]) -> pd.Series:
    """Types as written; a mere direction is a call, and only an outbound one is ``Call``, which answers a lead."""
    calls = tells_calls(source)
    if "Type" not in targets:
        return pd.Series(_CALL if calls else None, index=source.rows.index, dtype=object)
    texts = read_texts(source.rows[targets["Type"]]).values
    folded = texts.map(lambda text: spelling_key(text) if text else "")
    return folded.map(_DIRECTIONS).where(folded.isin(_DIRECTIONS), texts.where(~(folded.eq("") & calls), _CALL))


def _kept(
    rows: pd.DataFrame, source: Source, targets: dict[str, str], today: dt.date
) -> tuple[pd.DataFrame, list[RowFault], list[str]]:
    """Rows that are activities of known deals and have happened; the others with the reason."""
    faults, notes = [], []
    planned = texts_of(source, targets.get(DONE)).map(is_planned)
    if planned.any():
        left = many(int(planned.sum()), "activity is only planned and was", "activities are only planned and were")
        notes.append(f"{left} left out.")
    undated = rows["Date"].isna() & ~planned
    future = rows["Date"].map(lambda day: not is_blank(day) and day > today) & ~planned
    strange = ~rows["Deal ID"].map(len).astype(bool) & ~planned & ~undated & ~future
    for wrong, sentence, cure in (
        (undated, "The activity has no date that can be read.", "Correct it in the source and import again."),
        (future, "The activity lies in the future.", "Import it again when it has happened."),
        (strange, "The activity names no deal of Pipeline, by ID or by a name that only one has.",
         "Import the deal first, or add the Deal ID to the log."),
    ):  # fmt: skip
        faults += [RowFault(int(str(row)), "", sentence, f"{cure} It was left out.") for row in rows.index[wrong]]
    return rows[~(planned | undated | future | strange)].copy(), faults, notes


def _spell(
    book: Book, rows: pd.DataFrame, name: str, *, column: str, choices: MappingChoices, faults: list[RowFault]
) -> list[Learned]:
    """Bring Type or By into the workbook's spelling, in place; what is not on the list stays and is told."""
    kind = ACTIVITY_LISTS[name][0]
    done = spelled(
        rows[name],
        kind,
        column=column,
        allowed=activity_values(book, name),
        told=choices.values.get(kind, {}),
        remembered=remembered(book.tables.get("Mappings")).get(kind, {}),
    )
    rows[name] = done.values
    faults += done.faults
    return list(done.learned)


def _new(table: BookTable, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows that the table does not hold; of equal ones as many as are missing."""
    heads = [head for head in _HEADS if head in table.frame.columns]
    held = Counter(_key(row) for row in table.frame[heads].itertuples(index=False))
    fresh = []
    for row in rows[heads].itertuples(index=False):
        key = _key(row)
        held[key] -= 1
        fresh.append(held[key] < 0)
    new = rows.loc[fresh, heads]
    order = sorted(range(len(new)), key=[tuple(map(str, row)) for row in new.itertuples(index=False)].__getitem__)
    new = new.iloc[order].reset_index(drop=True)
    return new.astype(object).where(new.notna(), None)


def _key(row: tuple[object, ...]) -> tuple[object, ...]:
    return tuple(spelling_key(cell) if isinstance(cell, str) else canonical(cell) for cell in row)


def _preview(source: Source, targets: dict[str, str], how: str) -> tuple[ColumnChoice, ...]:
    by_head = {head: target for target, head in targets.items()}
    later = days_of(source)[1:]
    lines = []
    for head in source.columns:
        target = by_head.get(head, "")
        if target == "Date":
            lines.append(ColumnChoice(head, "Date", f"known name of a log; {how}" if how else "known name of a log"))
        elif head in later:
            lines.append(ColumnChoice(head, "Date", f"the day where “{targets['Date']}” is blank"))
        elif target in _HEADS:
            lines.append(ColumnChoice(head, target, "known name of a log"))
        elif target == DEAL_NAME:
            lines.append(ColumnChoice(head, "Deal ID", "names the deal, where no ID does"))
        elif target == DONE:
            lines.append(ColumnChoice(head, "", "tells what was done from what is planned"))
        else:
            known = meaning(head)
            reason = f"{known[0]} is already taken from “{targets[known[0]]}”" if known else "not needed in Activities"
            lines.append(ColumnChoice(head, "", reason))
    if "Type" not in targets and tells_calls(source):
        lines.append(ColumnChoice(MADE_HERE, "Type", "a log of calls: every row is a call"))
    return tuple(lines)
