"""History: every change of every deal, found by comparing Pipeline at each refresh with what was known.

``_History`` is append-only. A refresh reads it (``read_history``), compares Pipeline with what replaying it gives
(``history_diff.diff``) and appends the events. Nobody has to keep it: sorting, filtering and pasting rows lose nothing.

The *order of the rows* is the order of what happened; a clock that goes wrong or two histories put together can never
make the last state unclear. Two bounds say when: not before the previous refresh, not after this one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Final

import numpy as np
import pandas as pd

from xlpipeline.model.book import is_blank
from xlpipeline.model.cells import texts
from xlpipeline.model.history_table import (
    BIRTHS,
    ENTERED,
    HISTORY,
    KINDS,
    SETTING_KINDS,
    STEP,
    TABLE_HEAD,
    Stamp,
    deal_key,
)
from xlpipeline.model.history_values import event_id, from_cell, read_rows

_NEEDED: Final = ("Event ID", "Deal ID", "Kind", "Column", "Old", "New", "Not after")
_EPOCH: Final = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - cells know no time zone


def _no_events() -> pd.DataFrame:
    return _parsed(pd.DataFrame(columns=HISTORY.heads, dtype=object))


@dataclass(frozen=True)
class History:
    """What ``_History`` tells.

    ``events``: sound events in order, index 0..n-1: event_id, deal (key: case and outer space aside), deal_id, kind,
    column, old, new (packed), row (of births: dict of packed cells), not_before, not_after (datetime64[s]), user,
    tool, note.
    ``faults``: position (row of the table, -1 = the table itself), fault, deal_id, detail.
    ``ids_seen``: keys of every Deal ID that the table names, damaged rows included.
    """

    events: pd.DataFrame
    faults: pd.DataFrame
    ids_seen: frozenset[str]
    event_ids: frozenset[str]
    """Every Event ID in the table, those of damaged rows included."""
    imported: pd.DataFrame = field(default_factory=_no_events)
    """Entries to stages that an import told, columns as of ``events``; they are none of these, and no refresh."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was ever recorded: the next diff is a baseline."""
        return self.events.empty

    @property
    def is_broken(self) -> bool:
        """Whether columns are missing, so that nothing may be compared with it or appended to it."""
        return bool((self.faults["position"] == TABLE_HEAD).any())


def read_history(frame: pd.DataFrame) -> History:
    """History from the body of ``_History``.

    Events named twice (two copies put together) count once, blank rows not at all. A row that cannot be understood is
    left out and listed in ``faults``; nothing raises.
    """
    if not len(frame.columns):
        frame = pd.DataFrame(columns=HISTORY.heads, dtype=object)
    raw = frame.reset_index(drop=True)
    missing = [head for head in _NEEDED if head not in raw.columns]
    if missing:
        named = ", ".join(missing)
        found = [(TABLE_HEAD, "history_broken", "", f"The table _History has lost the column {named}.")]
        return History(
            _parsed(pd.DataFrame(columns=HISTORY.heads, dtype=object)),
            _faults(found),
            frozenset(map(deal_key, texts(raw, "Deal ID"))) - {""},
            frozenset(texts(raw, "Event ID")) - {""},
        )
    events = _parsed(raw)
    wrong = _wrong(events)
    blank = (events["event_id"] == "") & (events["deal"] == "") & (events["kind"] == "")
    damaged = (wrong != "") & ~blank
    faults = [
        (int(position), "history_damaged", str(events["deal_id"].loc[position]), str(wrong.loc[position]))
        for position in events.index[damaged]
    ]
    sound = events[~damaged & ~blank]
    sound = sound[~sound["event_id"].duplicated()]
    faults += _told_twice(sound)
    told = sound["kind"] == ENTERED
    # An import's entries make no deal one that was seen: it is born by the first refresh that finds it.
    ids = frozenset(events.loc[events["kind"] != ENTERED, "deal"]) - {""}
    names = frozenset(events["event_id"]) - {""}
    imported = sound[told].reset_index(drop=True)
    return History(sound[~told].reset_index(drop=True), _faults(faults), ids, names, imported)


def _faults(rows: list[tuple[int, str, str, str]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["position", "fault", "deal_id", "detail"])


def _parsed(raw: pd.DataFrame) -> pd.DataFrame:
    told = {name: texts(raw, head) for name, head in _TEXT_HEADS.items()}
    events = pd.DataFrame(told)
    events["kind"] = events["kind"].str.strip()
    events["deal"] = pd.Series([deal_key(name) for name in events["deal_id"]], index=raw.index, dtype=object)
    born = events["kind"].isin(BIRTHS).to_numpy()
    rows = np.full(len(raw), None, dtype=object)
    rows[born] = np.fromiter(read_rows(raw.loc[born, "New"].tolist()), dtype=object)
    events["row"] = _objects(rows.tolist())
    events["new"] = _objects([from_cell(cell) for cell in raw["New"].where(~born, None).tolist()])
    events["old"] = _objects([from_cell(cell) for cell in raw["Old"].tolist()])
    for name, head in (("not_before", "Not before"), ("not_after", "Not after")):
        cells = raw[head].tolist() if head in raw.columns else [None] * len(raw)
        known = {cell: _moment(cell) for cell in set(cells)}
        events[name] = np.array([known[cell] for cell in cells], dtype="datetime64[s]")
    return events


_TEXT_HEADS: Final = {
    "event_id": "Event ID",
    "deal_id": "Deal ID",
    "kind": "Kind",
    "column": "Column",
    "user": "User",
    "tool": "Tool",
    "note": "Note",
}


def _objects(values: Sequence[object]) -> pd.Series:
    return pd.Series(values, dtype=object)  # said aloud, or pandas makes texts of it and NaN of None


def _moment(cell: object) -> np.datetime64:
    if isinstance(cell, dt.date) and not is_blank(cell):  # NaT calls itself a date
        return np.datetime64(cell.replace(tzinfo=None) if isinstance(cell, dt.datetime) else cell, "s")
    if isinstance(cell, int | float) and not isinstance(cell, bool) and 1 <= cell < 2_958_466:
        return np.datetime64(_EPOCH + dt.timedelta(days=float(cell)), "s")
    return np.datetime64("NaT", "s")


def _wrong(events: pd.DataFrame) -> pd.Series:
    """Per row, what makes it useless; "" for a sound one."""
    kind, is_birth = events["kind"], events["kind"].isin(BIRTHS)
    rules = (
        (events["event_id"] == "", "The event has no Event ID."),
        (~kind.isin(KINDS), "The kind of event is not known."),
        ((events["deal"] == "") & (kind != "forgotten"), "The event names no deal."),
        (events["not_after"].isna(), "Not after is no date and time."),
        (kind.isin([*SETTING_KINDS, STEP, ENTERED]) & (events["column"] == ""), "The event names no column."),
        (is_birth & events["row"].isna(), "New does not hold the row as it was."),
    )
    wrong = pd.Series("", index=events.index, dtype=object)
    for broken, sentence in rules:
        wrong = wrong.mask(broken & (wrong == ""), sentence)
    return wrong


def _told_twice(events: pd.DataFrame) -> list[tuple[int, str, str, str]]:
    """Deals that two copies of the workbook, refreshed apart, have each given life: perhaps two deals with one ID."""
    steps = events.loc[events["kind"].isin([*BIRTHS, "deleted"]), ["deal", "deal_id", "kind"]]
    before = steps.groupby("deal", sort=False)["kind"].shift()
    twice = steps[steps["kind"].isin(BIRTHS) & before.isin(BIRTHS)]
    return [
        (position, "id_collision", name, f"Two copies of this workbook each began a deal {name:.40}.")
        for position, name in zip(twice.index.tolist(), twice["deal_id"].tolist(), strict=True)
    ]


def extend(history: History, events: pd.DataFrame) -> History:
    """History with more rows (of ``HISTORY``'s columns) below; events that it holds already count once."""
    if events.empty:
        return history
    more = read_history(events)
    return History(
        _joined(history.events, more.events),
        history.faults,
        history.ids_seen | more.ids_seen,
        history.event_ids | more.event_ids,
        _joined(history.imported, more.imported),
    )


def _joined(known: pd.DataFrame, more: pd.DataFrame) -> pd.DataFrame:
    new = more[~more["event_id"].isin(known["event_id"])]
    joined = new if known.empty else known if new.empty else pd.concat([known, new], ignore_index=True)
    return joined.reset_index(drop=True)


def event_rows(history: History, drafts: pd.DataFrame, stamp: Stamp) -> pd.DataFrame:
    """Rows to append to ``_History`` for drafts of events (deal_id, kind, column, old, new, note).

    ``old`` and ``new`` are cells of Old and New as ``to_cell`` gives them. A job's own events (override, reverted …)
    go through here too, so that each gets its ID.
    """
    rows = len(drafts)
    return pd.DataFrame(
        {
            "Event ID": _objects(_new_event_ids(history, drafts)),
            "Deal ID": _cells(drafts["deal_id"]),
            "Kind": _cells(drafts["kind"]),
            "Column": _cells(drafts["column"]),
            "Old": _cells(drafts["old"]),
            "New": _cells(drafts["new"]),
            "Not before": pd.Series([_whole_second(stamp.not_before)] * rows, dtype=object),
            "Not after": pd.Series([_whole_second(stamp.not_after)] * rows, dtype=object),
            "User": pd.Series([stamp.user or None] * rows, dtype=object),
            "Tool": pd.Series([stamp.tool or None] * rows, dtype=object),
            "Note": _cells(drafts["note"]),
        }
    )


def appended(table: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """The body of ``_History`` with events below, blank rows of a fresh table left out."""
    heads = list(HISTORY.heads)
    body = (
        table.reindex(columns=heads).astype(object) if len(table.columns) else pd.DataFrame(columns=heads, dtype=object)
    )
    filled = body.notna().any(axis=1)
    return pd.concat([body[filled], events], ignore_index=True)[heads] if filled.any() else events[heads]


def _new_event_ids(history: History, drafts: pd.DataFrame) -> list[str]:
    keys = [deal_key(name) for name in drafts["deal_id"]]
    earlier = _earlier(history, keys, drafts["column"].tolist())
    told = zip(keys, drafts["kind"], drafts["column"], drafts["old"], drafts["new"], strict=True)
    names = []
    for event, number in zip(told, earlier, strict=True):
        free = (name for more in count() if (name := event_id(event, number + more)) not in history.event_ids)
        names.append(next(free))  # the first, unless a damaged row has it: that must not swallow the new event
    return names


def _earlier(history: History, keys: list[str], columns: list[str]) -> list[int]:
    """How many events each deal and column had before, those above in the same list included.

    Steps do not count: a copy that was refreshed without the stamps must name what follows as this one does.
    """
    of_deals = history.events["deal"].isin(set(keys)) & (history.events["kind"] != STEP)
    known = history.events.loc[of_deals, ["deal", "column"]]
    counts: dict[tuple[str, str], int] = {}
    for pair in zip(known["deal"].tolist(), known["column"].tolist(), strict=True):
        counts[pair] = counts.get(pair, 0) + 1
    out = []
    for pair in zip(keys, columns, strict=True):
        out.append(counts.get(pair, 0))
        counts[pair] = out[-1] + 1
    return out


def _cells(values: pd.Series) -> pd.Series:
    return _objects([None if value != value else value or None for value in values.tolist()])  # noqa: PLR0124 - NaN


def _whole_second(moment: dt.datetime | None) -> dt.datetime | None:
    return None if moment is None else moment.replace(microsecond=0, tzinfo=None)
