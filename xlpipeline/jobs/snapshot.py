"""Take snapshot: what the pipeline looks like now, kept under a date and a label; its deals come by replay."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from xlpipeline.errors import RequestError
from xlpipeline.hosts.workbook import Workbook
from xlpipeline.jobs.outcome import Outcome, Progress, counted, no_progress
from xlpipeline.jobs.refresh import TOOL, Refreshed, local_moment, refresh, tool_name
from xlpipeline.metrics.aging import by_rep
from xlpipeline.metrics.coverage import headline
from xlpipeline.metrics.forecast_categories import quarter_forecast
from xlpipeline.metrics.forecast_landmark import landmark
from xlpipeline.metrics.forecast_outcome import outcome
from xlpipeline.metrics.open_pipeline import by_stage
from xlpipeline.metrics.win_rate import win_rate
from xlpipeline.model.applied import appended_rows
from xlpipeline.model.book import Book, ChangeSet, needed_changes
from xlpipeline.model.facts import Facts
from xlpipeline.model.figure import Figure
from xlpipeline.model.snapshot_table import SNAPSHOTS
from xlpipeline.model.tracking import history_of


@dataclass(frozen=True)
class Snapshot:
    """``changes``: those of the refresh and the rows to append. ``rows``: the snapshot itself, the team's row first."""

    changes: ChangeSet
    refreshed: Refreshed
    rows: pd.DataFrame


def take_snapshot(book: Book, label: str, *, now: dt.datetime, user: str = "", tool: str = TOOL) -> Snapshot:
    """Refresh, and append a snapshot to ``_Snapshots``.

    Raises:
        RequestError: the book is too old to hold snapshots.
        SetupError: a set-up table holds something that is not allowed.
    """
    if SNAPSHOTS.name not in book.tables:
        raise RequestError("This workbook has no room for snapshots yet; please run 'xlpipeline upgrade' first.")
    refreshed = refresh(book, now=now, user=user, tool=tool)
    taken_on = local_moment(now, refreshed.facts.settings).replace(microsecond=0)
    rows = stamped_rows(refreshed.facts, label, taken_on=taken_on, user=user, tool=tool)
    change = ChangeSet((appended_rows(book.tables[SNAPSHOTS.name], rows),))
    return Snapshot(refreshed.changes + needed_changes(change, book), refreshed, rows)


def stamped_rows(facts: Facts, label: str, *, taken_on: dt.datetime, user: str, tool: str) -> pd.DataFrame:
    """A snapshot of the facts as ``_Snapshots`` holds it: the team's row and one per open stage."""
    rows = snapshot_rows(facts)
    stamp = {"Date": facts.as_of, "Label": label.strip() or None, "Taken on": taken_on}
    for head, value in (stamp | {"User": user or None, "Tool": tool}).items():
        rows[head] = pd.Series([value] * len(rows), dtype=object)
    return rows[list(SNAPSHOTS.heads)]


def snapshot_rows(facts: Facts) -> pd.DataFrame:
    """The team's row and one per open stage, without the stamp; money in units of the base currency."""
    stages = by_stage(facts)
    rows = [_team(facts, stages)]
    for stage in stages.to_dict("records"):
        amounts = {"Open amount": stage["amount"], "Weighted amount": stage["weighted"]}
        money = {head: _money(amount, facts) for head, amount in amounts.items()}
        rows.append({"Stage": stage["stage"], "Open deals": int(stage["n"]), **money})
    return pd.DataFrame(
        {head: pd.Series([row.get(head) for row in rows], dtype=object) for head in SNAPSHOTS.heads},
    )


def _team(facts: Facts, stages: pd.DataFrame) -> dict[str, object]:
    quarter, covered, wins = facts.quarter, headline(facts), win_rate(facts)
    won = facts.deals[facts.closed_within(quarter) & facts.deals["is_won"]]
    return {
        "Open deals": int(stages["n"].sum()),
        "Open amount": _money(stages["amount"].sum(), facts),
        "Weighted amount": _money(stages["weighted"].sum(), facts),
        "Quarter start": quarter.start,
        "Open in quarter": _figure(covered["open_amount"], facts.money_unit),
        "Won deals": len(won),
        "Won amount": _money(won["amount"].sum(), facts),
        "Quota": _figure(covered["quota"], facts.money_unit),
        "Remaining quota": _figure(covered["remaining"], facts.money_unit),
        "Coverage to go": _figure(covered["to_go"]),
        "Win rate": _figure(wins),
        "Win rate n": wins.n,
        "Stale deals": int(by_rep(facts)["stale_n"].sum()),
        "Overrides": int((history_of(facts).events["kind"] == "override").sum()),
        **_forecasts(facts),
    }


def _forecasts(facts: Facts) -> dict[str, object]:
    """What the forecasts say on this day, so that they can be scored when it is over."""
    by_quarter, next_days, result = quarter_forecast(facts), landmark(facts), outcome(facts)
    unit, told = facts.money_unit, next_days.from_history > 0
    return {
        "Weighted forecast": _figure(by_quarter.weighted, unit),
        "Commit forecast": _figure(by_quarter.commit, unit),
        "Best case forecast": _figure(by_quarter.best_case, unit),
        "Outcome P10": _money(result.p10, facts),
        "Outcome P50": _money(result.p50, facts),
        "Outcome P90": _money(result.p90, facts),
        "N days": next_days.days if told else None,
        "N-day wins": round(next_days.wins, 2) if told else None,
        "N-day value": _money(round(next_days.value), facts) if told else None,
    }


def _figure(figure: Figure, unit: int = 1) -> float | None:
    return None if figure.value is None else figure.value / unit


def _money(minor: float, facts: Facts) -> float | None:
    return None if minor != minor else float(minor) / facts.money_unit  # noqa: PLR0124 - NaN


def snapshot_in(
    workbook: Workbook, label: str = "", *, now: dt.datetime, user: str = "", progress: Progress = no_progress
) -> Outcome:
    """Refresh a workbook and append a snapshot.

    Raises:
        BookError: the workbook cannot be read or must not be written.
        RequestError: the book is too old to hold snapshots.
        SetupError: a set-up table holds something that is not allowed.
    """
    progress(f"reading {workbook.title}")
    book = workbook.read()
    progress("measuring")
    taken = take_snapshot(book, label, now=now, user=user, tool=tool_name(workbook))
    progress(f"writing {workbook.title}")
    saved = workbook.apply(taken.changes)
    facts, team = taken.refreshed.facts, taken.rows.iloc[0]
    called = f" “{label.strip()}”" if label.strip() else ""
    worth = f"{team['Open amount'] or 0:,.0f} {facts.settings.currency}"
    lines = (
        f"Snapshot{called} of {facts.as_of} taken: {counted(int(team['Open deals']), 'open deal')}, {worth}.",
        saved.sentence,
    )
    data = {"file": workbook.place, "date": facts.as_of.isoformat(), "label": label.strip(), "rows": len(taken.rows)}
    return Outcome(lines, data, int((taken.refreshed.issues["Severity"] == "error").sum()))
