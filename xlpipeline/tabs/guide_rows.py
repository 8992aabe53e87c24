"""What the formulas of the tab Deal guide show now, by the engine: their cached values (see ``guide_formulas``)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from xlpipeline.metrics.cadence import next_touch_columns
from xlpipeline.model.activities import activity_log
from xlpipeline.model.applied import with_frame
from xlpipeline.model.book import canonical
from xlpipeline.model.cells import numbers, texts
from xlpipeline.model.computed_columns import computed_columns
from xlpipeline.model.facts import Facts
from xlpipeline.model.history_table import deal_key
from xlpipeline.model.schema import PIPELINE
from xlpipeline.tabs import guide_formulas as guide

_LONGEST: Final = 120
Rows = list[tuple[object, ...]]


@dataclass(frozen=True)
class Chosen:
    """The deal that the guide shows. ``cells``: its row of Pipeline after this refresh; ``row``: from 1, 0 = none."""

    label: str
    deal_id: str
    row: int
    stage: str
    since: dt.date | None
    cells: dict[str, object]


def labels(facts: Facts) -> list[str]:
    """What the drop-down offers: the open deals, by owner."""
    deals = facts.deals[facts.deals["is_open"] & (facts.deals["deal_id"].str.strip() != "")]
    deals = deals.sort_values(["rep", "deal_id"], kind="stable")
    heads = ("deal_id", "account", "opportunity", "rep")
    return [_label(*row) for row in zip(*(deals[head] for head in heads), strict=True)]


def _label(deal_id: str, account: str, opportunity: str, rep: str) -> str:
    names = guide.DOT.join(filter(None, (deal_id.strip(), account.strip(), opportunity.strip())))
    return f"{names[:_LONGEST]} ({rep})"


def chosen_deal(facts: Facts, offered: Sequence[str]) -> Chosen:
    """The deal of the filter cell; where it names none that is offered, the first one."""
    given = str(canonical(facts.book.names.get(guide.DEAL)) or "")
    label = next((one for one in offered if one.casefold() == given.casefold()), offered[0] if offered else "")
    deal_id = label.split(guide.DOT, maxsplit=1)[0].strip()
    names = texts(facts.book.frame(PIPELINE.name), PIPELINE.key)
    found = [at for at, name in enumerate(names) if deal_id and deal_key(name) == deal_key(deal_id)]
    if not found or found[0] not in facts.deals.index:
        return Chosen(label, deal_id, 0, "", None, {})
    cells = _row_cells(facts, found[0])
    known = [day for head in ("In stage since", "Stage since") if isinstance(day := cells.get(head), dt.date)]
    return Chosen(label, deal_id, found[0] + 1, str(cells["Stage"] or ""), max(known, default=None), cells)


def _row_cells(facts: Facts, at: int) -> dict[str, object]:
    """The row of Pipeline as it stands after this refresh, by head."""
    frame = facts.book.frame(PIPELINE.name)
    alone = with_frame(facts.book, PIPELINE.name, frame.loc[[at]].reset_index(drop=True))
    one = replace(facts, book=alone, deals=facts.deals.loc[[at]].reset_index(drop=True))
    cells: dict[str, object] = {str(head): frame.at[at, head] for head in frame.columns}
    cells["Stage"] = one.deals.at[0, "stage"]
    for head, column in (("Stage since", "stage_since"), ("Last activity", "last_activity")):
        day = one.deals[column].dt.date.iloc[0]
        cells[head] = day if isinstance(day, dt.date) and not pd.isna(day) else None
    cells |= {column.name: column.evaluate(one).reindex([0]).iloc[0] for column in computed_columns(facts.book)}
    return cells | {head: cells.iloc[0] for head, cells in next_touch_columns(one).columns.items()}


def now_row(facts: Facts, deal: Chosen) -> tuple[object, ...]:
    """Cells of GuideNow."""
    since = 0 if deal.since is None else (deal.since - dt.date(1899, 12, 30)).days
    return deal.label or None, deal.deal_id or None, deal.row, deal.stage or None, since, _activities_text(facts, deal)


def _activities_text(facts: Facts, deal: Chosen) -> str:
    given = [row["Required activities"] for row in _lines(facts, "Playbook", deal.stage)]
    return ";".join((given + [""] * guide.PLAYBOOK_ROWS)[: guide.PLAYBOOK_ROWS])


def _lines(facts: Facts, table: str, stage: str) -> list[dict[str, str]]:
    """Rows of a table for a stage, as texts."""
    frame = facts.book.frame(table)
    columns = {str(head): [" ".join(text.split(" ")).strip() for text in texts(frame, head)] for head in frame.columns}
    stages = columns.get("Stage", [])
    wanted = [at for at, name in enumerate(stages) if stage and name.casefold() == stage.casefold()]
    return [{head: cells[at] for head, cells in columns.items()} | {"at": str(at)} for at in wanted]


def step_rows(facts: Facts, deal: Chosen) -> Rows:
    """Cells of GuideSteps."""
    lines = _lines(facts, "Playbook", deal.stage)[: guide.PLAYBOOK_ROWS]
    rows: Rows = [(line["Process step"], line["Content"], line["Conversation guide"]) for line in lines]
    return _numbered(rows, guide.PLAYBOOK_ROWS, 3)


def activity_rows(facts: Facts, deal: Chosen) -> Rows:
    """Cells of GuideActivities."""
    rows: Rows = []
    for name in (part.strip() for part in _activities_text(facts, deal).split(";")[: guide.ACTIVITY_ROWS]):
        n = _logged(facts, deal, name)
        rows.append((name, n, "done" if n else "missing") if name else (None, None, None))
    return _numbered(rows, guide.ACTIVITY_ROWS, 3)


def _logged(facts: Facts, deal: Chosen, kind: str) -> int:
    log = activity_log(facts)
    mine = (log["logged_as"] == deal_key(deal.deal_id)) & (log["type"].str.casefold() == kind.casefold())
    mine &= log["day"] <= pd.Timestamp(facts.as_of)
    return int((mine & (log["day"] >= pd.Timestamp(deal.since))).sum() if deal.since else mine.sum())


def criterion_rows(facts: Facts, deal: Chosen) -> Rows:
    """Cells of GuideCriteria."""
    frame = facts.book.frame("Criteria")
    told = {name.casefold(): text for name, text in zip(texts(frame, "ID"), texts(frame, "Text"), strict=True)}
    missing = str(deal.cells.get("Missing criteria") or "").split(", ")[: guide.CRITERIA_ROWS]
    rows: Rows = [(told.get(one.replace(" (late)", "").casefold(), ""), one) for one in missing if one]
    return _numbered(rows, guide.CRITERIA_ROWS, 2)


def cadence_rows(facts: Facts, deal: Chosen) -> Rows:
    """Cells of GuideCadence."""
    days = numbers(facts.book.frame("Cadence"), "Day")[0].fillna(0).tolist()
    rows: Rows = []
    turns: dict[str, int] = {}
    for line in _lines(facts, "Cadence", deal.stage)[: guide.CADENCE_ROWS]:
        channel, day = line["Channel"], float(days[int(line["at"])])
        turns[channel.casefold()] = turn = turns.get(channel.casefold(), 0) + 1
        due = _due(facts, deal, day)
        is_done = _logged(facts, deal, channel) >= turn
        state = "done" if is_done else "open" if due is None else _state(due, facts.as_of)
        rows.append((channel, day, due, state, turn, line["Purpose"] or None) if channel else (None,))
    return _numbered([row if row[0] else (None,) * 6 for row in rows], guide.CADENCE_ROWS, 6)


def _due(facts: Facts, deal: Chosen, day: float) -> dt.date | None:
    if deal.since is None or day < 1:
        return deal.since
    due = facts.calendar.due(np.array([deal.since], dtype="datetime64[D]"), np.array([float(int(day))]))
    found: dt.date = due.astype(object)[0]
    return found


def _state(due: dt.date, as_of: dt.date) -> str:
    return "overdue" if due < as_of else "today" if due == as_of else "coming"


def _numbered(rows: Rows, most: int, width: int) -> Rows:
    filled = [*rows, *[(None,) * width] * (most - len(rows))]
    return [(at, *(cell if cell != "" else None for cell in row)) for at, row in enumerate(filled, 1)]


def item_rows(deal: Chosen, heads: Sequence[str], *, as_text: bool) -> Rows:
    """Cells of GuideTexts and GuideDays: the columns of Pipeline that they name."""
    rows: Rows = []
    for head in heads:
        cell = canonical(deal.cells.get(head))
        day = cell.date() if isinstance(cell, dt.datetime) else None
        rows.append((head, (str(cell).strip() or None if isinstance(cell, str) else None) if as_text else day))
    return rows
