"""What a refresh learns of the deals: Pipeline compared with its history, IDs given, events appended (SEMANTICS 0, 4).

Pure: a book in, the same book with IDs and new events out, beside the changes that make it so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from xlpipeline.model.applied import appended_rows, applied
from xlpipeline.model.book import Book, ChangeSet, TableChange
from xlpipeline.model.cells import texts
from xlpipeline.model.decided import in_decided_spelling
from xlpipeline.model.edits import edits_of, emptied, previous_refresh
from xlpipeline.model.exact_events import standing_cells, told_exactly
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.history import History, event_rows, extend, read_history
from xlpipeline.model.history_diff import diff
from xlpipeline.model.history_table import DRAFT, HISTORY, Stamp, deal_key
from xlpipeline.model.history_values import Packed, pack, to_cell
from xlpipeline.model.replay import packed_state, replay
from xlpipeline.model.schema import PIPELINE
from xlpipeline.model.stints import earlier_days, last_change

TOUCHES: Final = ("Stage", "Amount", "Expected close", "Notes")
"""Columns whose change counts as a touch (SEMANTICS 14); a planned next step does not."""
EDITED: Final = "ID typed over"
REUSED: Final = "ID of another deal"
"""How the notes of events begin that a check must show for as long as the deal lives."""
_IDENTITY: Final = ("Opportunity", "Account", "Created")
_NAMING: Final = ("Activities", "Leads")
"""Tables that name deals by ID, whose IDs are never given to a new row."""


@dataclass(frozen=True)
class Approval:
    """A move that a person made through the job: its reason; ``overridden``: criteria that it was made without."""

    reason: str
    overridden: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tracked:
    """``book`` holds the IDs and the events; ``changes`` write them. ``found``: IDs of the events of this refresh."""

    book: Book
    history: History
    """As it is kept; what asks what happened asks ``told``."""
    changes: ChangeSet
    found: frozenset[str]
    notes: tuple[str, ...] = ()
    compared: bool = False
    """Whether Pipeline could be compared with its history at all."""

    @property
    def told(self) -> History:
        """The history in the spelling that Mappings has decided."""
        return in_decided_spelling(self.history, self.book)


def history_of(facts: Facts) -> History:
    """The history of the facts' book in the spelling that Mappings has decided, read once."""
    return facts.remember_of_book(
        "history", lambda: in_decided_spelling(read_history(facts.book.frame(HISTORY.name)), facts.book)
    )


@once
def deal_keys(facts: Facts) -> pd.Series:
    """The key of each deal, by which history knows it."""
    names = facts.deals["deal_id"]
    return pd.Series([deal_key(name) for name in names.tolist()], index=names.index, dtype=object)


def last_refresh(history: History) -> dt.datetime | None:
    """The latest moment that history tells of, as a rule that of a refresh; None before the first."""
    events = history.events
    latest = events.loc[events["kind"] != "forgotten", "not_after"].max()  # forgetting compares nothing
    return None if pd.isna(latest) else latest.to_pydatetime()


def track(
    book: Book,
    *,
    stage_types: Mapping[str, str],
    now: dt.datetime,
    user: str,
    tool: str,
    approvals: Mapping[str, Approval],
) -> Tracked:
    """Compare Pipeline with history, give IDs, append events.

    Args:
        book: as read; where it has no ``_History`` (an older one) or that is broken, nothing is compared.
        stage_types: type of each stage.
        now: naive moment in the workbook's zone.
        user: who refreshes.
        tool: what refreshes.
        approvals: by deal key, moves of this refresh that a person made through the job.
    """
    history = read_history(book.frame(HISTORY.name))
    if not {HISTORY.name, PIPELINE.name} <= set(book.tables) or history.is_broken:
        return Tracked(book, history, ChangeSet(), frozenset())
    pipeline = book.tables[PIPELINE.name]
    before = previous_refresh(book, last_refresh(history))
    stamp = Stamp(None if before is None else min(before, now), now, user, tool)
    found = diff(
        history,
        pipeline.frame,
        stage_types=stage_types,
        stamp=stamp,
        formula_columns=pipeline.formula_columns,
        taken=[name for table in _NAMING for name in texts(book.frame(table), PIPELINE.key) if name],
    )
    events = _marked(found.events, found.faults)
    moved = {(deal, "Stage") for deal in approvals}  # by the job itself, just now
    edits = {cell: told for cell, told in edits_of(book, before, now, stage_types).items() if cell not in moved}
    events = told_exactly(history, events, edits, standing_cells(pipeline, found.positions), tool)
    events = _approved(events, approvals)
    extended = extend(history, events)
    overrides = _override_drafts(events, approvals)
    if len(overrides):
        remarks = event_rows(extended, overrides, stamp)
        events, extended = pd.concat([events, remarks], ignore_index=True), extend(extended, remarks)
    compared = PIPELINE.key in pipeline.frame.columns
    changes = [*emptied(book)] if compared else []
    if len(events):
        changes.append(appended_rows(book.tables[HISTORY.name], events))
    if len(found.ids_given):
        changes.append(TableChange(PIPELINE.name, {PIPELINE.key: found.ids_given}))
    told = ChangeSet(tuple(changes))
    return Tracked(
        applied(book, told), extended, told, frozenset(events["Event ID"]), _notes(found.faults), compared=compared
    )


def _notes(faults: pd.DataFrame) -> tuple[str, ...]:
    return tuple(faults.loc[faults["fault"] == "id_removed", "detail"])


def _marked(events: pd.DataFrame, faults: pd.DataFrame) -> pd.DataFrame:
    """Events with a note where a deal's ID was typed over or now names another deal: later refreshes still know it."""
    notes = events["Note"].to_numpy(dtype=object, copy=True)
    keys = np.array([deal_key(name or "") for name in events["Deal ID"]], dtype=object)
    new = (events["Kind"] == "created").to_numpy()  # an old ID that is back is no mistake, but its cure
    for fault, mark, which in (
        ("edited_id", EDITED, new),
        ("reused_id", REUSED, np.full(len(events), fill_value=True)),
    ):
        for name, detail in faults.loc[faults["fault"] == fault, ["deal_id", "detail"]].itertuples(index=False):
            of_deal = np.flatnonzero((keys == deal_key(name)) & which)
            if len(of_deal):
                notes[of_deal[0]] = f"{mark}: {detail}"
    return events.assign(Note=pd.Series(notes, index=events.index, dtype=object))


def _is_move(events: pd.DataFrame) -> pd.Series:
    return events["Kind"].isin(["stage", "reopened"])


def _approved(events: pd.DataFrame, approvals: Mapping[str, Approval]) -> pd.DataFrame:
    if not approvals:
        return events
    notes = [
        approvals[key].reason if move and (key := deal_key(name or "")) in approvals else note
        for name, move, note in zip(events["Deal ID"], _is_move(events), events["Note"], strict=True)
    ]
    return events.assign(Note=pd.Series(notes, index=events.index, dtype=object))


def _override_drafts(events: pd.DataFrame, approvals: Mapping[str, Approval]) -> pd.DataFrame:
    rows = []
    for _, event in events[_is_move(events)].iterrows():
        approval = approvals.get(deal_key(event["Deal ID"]))
        if approval is not None and approval.overridden:
            without = to_cell(pack(", ".join(approval.overridden)))
            rows.append((event["Deal ID"], "override", "Stage", event["Old"], without, approval.reason))
    return pd.DataFrame(rows, columns=list(DRAFT), dtype=object)


def put_back(tracked: Tracked, moves: pd.DataFrame, *, now: dt.datetime, user: str, tool: str) -> Tracked:
    """Put typed-over stages back: the cell, and a ``reverted`` event after the ``stage`` event.

    Args:
        tracked: what ``track`` gave.
        moves: position (row of Pipeline), event_id, why (one sentence).
        now: as for ``track``.
        user: who refreshes.
        tool: what refreshes.
    """
    if moves.empty:
        return tracked
    events = tracked.history.events.set_index("event_id")
    told = events.loc[moves["event_id"]]
    stood = _stages_before(tracked, told["deal"])
    drafts = pd.DataFrame(
        {
            "deal_id": told["deal_id"].to_numpy(),
            "kind": "reverted",
            "column": "Stage",
            "old": [to_cell(cell) for cell in told["new"]],
            "new": [to_cell(cell) for cell in stood],
            "note": moves["why"].to_numpy(),
        },
        dtype=object,
    )
    stamp = Stamp(now, now, user, tool)
    rows = event_rows(tracked.history, drafts, stamp)
    stages = replay(extend(tracked.history, rows))["Stage"].reindex(told["deal_id"]).tolist()
    cells = pd.Series(stages, index=moves["position"].to_numpy(), dtype=object)
    change = TableChange(PIPELINE.name, {"Stage": cells})
    history = appended_rows(tracked.book.tables[HISTORY.name], rows)
    book = applied(tracked.book, ChangeSet((history, change)))
    kept = tuple(one for one in tracked.changes.tables if one.table != HISTORY.name)
    new = _new_rows(book, tracked, len(rows))
    return Tracked(
        book,
        extend(tracked.history, rows),
        ChangeSet((new, *kept, change)),
        tracked.found | frozenset(rows["Event ID"]),
        tracked.notes,
        tracked.compared,
    )


def _stages_before(tracked: Tracked, deals: pd.Series) -> list[Packed]:
    """Stages in which deals stood at the previous refresh, whatever steps led away from there."""
    events = tracked.history.events
    earlier = replace(tracked.history, events=events[~events["event_id"].isin(tracked.found)])
    state = packed_state(earlier, only=set(deals))
    stages = dict(zip(state.deal_ids.index, state.columns.get("Stage", ()), strict=False))
    return [stages.get(deal) for deal in deals]


def _new_rows(book: Book, tracked: Tracked, more: int) -> TableChange:
    """One change of ``_History`` for all rows that this refresh adds."""
    first = next(one for one in tracked.changes.tables if one.table == HISTORY.name)
    start = min(int(cells.index.min()) for cells in first.columns.values())
    last = max(int(cells.index.max()) for cells in first.columns.values()) + more
    frame = book.tables[HISTORY.name].frame
    return TableChange(HISTORY.name, {str(h): frame[h].loc[start:last] for h in frame.columns}, rows=len(frame))


def history_columns(facts: Facts, history: History) -> tuple[Facts, TableChange]:
    """``Earlier days`` and ``Last change`` from history: in the facts, and as cells of Pipeline."""
    deals = facts.deals
    current = pd.DataFrame({"Deal ID": deals["deal_id"], "Stage": deals["stage"]})
    earlier = earlier_days(history, current, facts.calendar, facts.as_of)
    earlier = earlier.where(deals["is_open"] & (earlier > 0))
    moments = last_change(history, TOUCHES).reindex(pd.Index(deal_keys(facts), dtype=object))
    changed = pd.Series(moments.to_numpy().astype("datetime64[s]"), index=deals.index).dt.normalize()
    days = [None if value != value else value for value in earlier.tolist()]  # noqa: PLR0124 - NaN
    dates = changed.to_numpy().astype("datetime64[D]").astype(object).tolist()
    cells = {
        "Earlier days": pd.Series(days, index=deals.index, dtype=object),
        "Last change": pd.Series(dates, index=deals.index, dtype=object),
    }
    known = facts.only(deals.assign(earlier_days=earlier.astype(float), last_change=changed))
    return known, TableChange(PIPELINE.name, cells)


def marked_deals(facts: Facts, mark: str) -> pd.DataFrame:
    """Rows of the facts' deals whose history bears a mark (EDITED, REUSED), with the sentence in ``wrong``.

    The mark ends when a later refresh finds the deal's name, account or creation changed.
    """
    events = history_of(facts).events
    noted = events[events["note"] != ""]
    marks = noted[noted["note"].str.startswith(f"{mark}: ")].drop_duplicates("deal", keep="last")
    naming = events[events["column"].isin(_IDENTITY)].groupby("deal")["not_after"].max()
    ended = naming.reindex(pd.Index(marks["deal"], dtype=object)).to_numpy() > marks["not_after"].to_numpy()
    marks = marks[~ended]
    return _deals_of(facts, marks).assign(wrong=lambda rows: rows["note"].str.removeprefix(f"{mark}: "))


def restored_deals(facts: Facts) -> pd.DataFrame:
    """Rows of the facts' deals that got their own ID back on the as-of date or later."""
    events = history_of(facts).events
    given = events[(events["kind"] == "id_given") & (events["note"] != "")]
    return _deals_of(facts, given[given["not_after"] >= pd.Timestamp(facts.as_of)])


def _deals_of(facts: Facts, events: pd.DataFrame) -> pd.DataFrame:
    """The deals that events tell of, one row each, with the last event's note in ``note``."""
    notes = dict(zip(events["deal"], events["note"], strict=True))
    keys = deal_keys(facts)
    keys = keys[keys.isin(list(notes))]
    return facts.deals.loc[keys.index].assign(note=keys.map(notes).astype(object))
