"""A filled demo workbook from data that the package makes itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pandas as pd

from xlpipeline.hosts.file import ClosedWorkbook
from xlpipeline.jobs.new import TeamRequest, new_file
from xlpipeline.jobs.outcome import Outcome, Progress, no_progress
from xlpipeline.jobs.review import review_in
from xlpipeline.jobs.snapshot import stamped_rows
from xlpipeline.metrics.at_risk import at_risk
from xlpipeline.metrics.stuck_deals import stuck_deals
from xlpipeline.model.applied import applied, with_frame
from xlpipeline.model.book import Book, ChangeSet, whole_table
from xlpipeline.model.criteria_table import read_criteria, read_path
from xlpipeline.model.facts import Facts
from xlpipeline.model.history import extend, read_history
from xlpipeline.model.history_diff import diff
from xlpipeline.model.history_table import HISTORY, Stamp, deal_key
from xlpipeline.model.past import past_facts
from xlpipeline.model.review_table import BLOCKS, REVIEW_NOTES, review_label
from xlpipeline.model.schema import BENCHMARKS, EXPERIMENTS
from xlpipeline.model.settings import read_settings
from xlpipeline.model.snapshot_table import SNAPSHOTS

if TYPE_CHECKING:
    from xlpipeline.samples.lived import LivedTeam
    from xlpipeline.samples.records import SampleTeam

_SEED = 11
_DEALS = 600
_AFTER_WORK = dt.time(18)
_TOOL = "xlpipeline demo"
_SNAPSHOTS = 12
_EXPERIMENTS: Final = (
    ("Call before the second mail", 1, 150, "A call first: five of a hundred more deals reach the next stage."),
    ("Demo with own data", 3, 90, "A demo on the buyer's own data: fewer deals end after the presentation."),
)
_PEERS: Final = (
    ("Win rate", None, 0.3, "Made up for this demo: put a report, its page and year here", None),
    ("Sales cycle", None, 84, "Made up for this demo", None),
    ("Stage conversion", "Qualification", 0.6, "Made up for this demo", None),
)
_LONG: Final = ("Pipeline", "Activities", "Leads")


def demo_file(
    path: Path, *, now: dt.datetime, user: str = "", deals: int = _DEALS, seed: int = _SEED,
    replace_existing: bool = False, progress: Progress = no_progress,
) -> Outcome:  # fmt: skip
    """Build ``path`` with a believable team-year up to today, refresh it, and say what was found.

    Raises:
        RequestError: the file exists already.
    """
    # numpy's generator is not needed elsewhere
    from xlpipeline.samples.after_sale import with_after_sale  # noqa: PLC0415
    from xlpipeline.samples.marks import with_marks  # noqa: PLC0415
    from xlpipeline.samples.team_year import make_team  # noqa: PLC0415

    progress("making a team-year")
    team = with_after_sale(with_marks(make_team(seed, deals, now.date()), seed), seed)
    tables = demo_tables(team)
    long = {name: tables.pop(name) for name in _LONG}
    request = TeamRequest(
        template="eight", team="Demo team", currency="EUR", tables=tables, past=partial(_filled, team, long)
    )
    built = new_file(path, request, now=now, user=user, replace_existing=replace_existing, progress=progress)
    progress("starting a review")
    review_in(ClosedWorkbook(path, keep_backup=False), now=now, user=user)
    sentences = (
        f"Built {path.resolve()} with a made-up team-year.",
        *built.sentences[1:],
        "Open it in Excel: begin with the tab Start here. Check again any time: xlpipeline refresh " + path.name,
    )
    return Outcome(sentences, built.data, built.errors)


def _filled(team: SampleTeam, bodies: Mapping[str, pd.DataFrame], book: Book) -> ChangeSet:
    """The long tables, which a host writes much faster than the builder draws them, and what happened before."""
    from xlpipeline.workbooks.places import SPARE_ROWS  # noqa: PLC0415 - as above

    tables = (replace(whole_table(name, body), rows=len(body) + SPARE_ROWS) for name, body in bodies.items())
    filled = ChangeSet(tuple(tables))
    return filled + lived_past(team, applied(book, filled))


def lived_past(team: SampleTeam, book: Book) -> ChangeSet:
    """The history that a refresh at the end of every day would have written, and snapshots of the last months.

    Deals do not look at each other, so the first change of all deals is compared at once, then the second of those
    that have one, and so on; each is stamped with its own day.
    """
    from xlpipeline.samples.lived import LivedTeam  # noqa: PLC0415 - as above
    from xlpipeline.samples.overriding import with_overrides  # noqa: PLC0415

    lived, settings = LivedTeam(team), read_settings(book)
    stamp = Stamp(None, _evening(team.as_of), "", _TOOL)
    events = with_overrides(lived_events(team, lived), read_criteria(book)[0], read_path(book), stamp)
    history = read_history(events)
    book = with_frame(book, HISTORY.name, events)
    days: list[dt.date] = lived.month_starts[-_SNAPSHOTS:].tolist()
    facts = [past_facts(book, history, day, settings) for day in days]
    snapshots = [
        stamped_rows(then, f"Start of {day:%B %Y}", taken_on=_evening(day), user="", tool=_TOOL)
        for day, then in zip(days, facts, strict=True)
    ]
    reviewed = past_facts(book, history, team.as_of - dt.timedelta(days=settings.review_days), settings)
    taken_on = _evening(reviewed.as_of)
    snapshots.append(stamped_rows(reviewed, review_label(""), taken_on=taken_on, user="", tool=_TOOL))
    bodies = ((HISTORY, [events]), (SNAPSHOTS, snapshots), (REVIEW_NOTES, [_talk(reviewed)]))
    tables = [whole_table(table.name, pd.concat(rows, ignore_index=True)) for table, rows in bodies if rows]
    return ChangeSet(tuple(tables))


def _talk(facts: Facts) -> pd.DataFrame:
    """What was written in the last review: beside each rep's deal most at risk and the one that was stuck longest."""
    from xlpipeline.samples.review_talk import talked_of  # noqa: PLC0415 - as above

    found = ((BLOCKS[4], at_risk(facts), "reasons"), (BLOCKS[2], stuck_deals(facts), "what"))
    lines = [
        (str(row["rep"]), block, row["deal_id"], row["opportunity"], row[what])
        for block, table, what in found
        for row in table.drop_duplicates("rep").to_dict("records")
    ]
    order = {rep: place for place, rep in enumerate(facts.rep_names())}
    return talked_of(facts.as_of, sorted(lines, key=lambda line: (order[str(line[0])], line[1])))


def lived_events(team: SampleTeam, lived: LivedTeam) -> pd.DataFrame:
    """The body of ``_History``: what a refresh at the end of every day would have found."""
    types = {stage.name: stage.type for stage in team.stages}
    history = read_history(pd.DataFrame(columns=HISTORY.heads, dtype=object))
    changes, found = lived.changes(), [pd.DataFrame(columns=[*HISTORY.heads, "on"], dtype=object)]
    for positions in changes.rounds():
        rows, on = lived.rows(changes.deal[positions], changes.on[positions]), changes.on[positions].tolist()
        of_these = history.events["deal"].isin({deal_key(name) for name in rows["Deal ID"]})
        known = replace(history, events=history.events[of_these].reset_index(drop=True))
        events = diff(known, rows, stage_types=types, stamp=Stamp(None, _evening(team.as_of), "", _TOOL)).events
        day_of = dict(zip(rows["Deal ID"], on, strict=True))
        found.append(events.assign(on=events["Deal ID"].map(day_of)))
        history = extend(history, events)
    events = pd.concat(found).sort_values(["on", "Deal ID"], kind="stable", ignore_index=True)
    days = sorted(set(events["on"]))
    before = dict(zip(days, [None, *map(_evening, days)], strict=False))
    events["Not before"] = pd.Series([before[day] for day in events["on"]], dtype=object)
    events["Not after"] = pd.Series([_evening(day) for day in events["on"]], dtype=object)
    events["Note"] = events["Note"].where(events["on"].isin(days[:1]), None)  # what the first evening saw
    return events[list(HISTORY.heads)]


def _evening(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, _AFTER_WORK)


def demo_tables(team: SampleTeam) -> dict[str, pd.DataFrame]:
    """Bodies of the input tables; open deals stand first, the next to close on top, as a rep would sort them."""
    types = {stage.name: stage.type for stage in team.stages}
    pipeline = team.pipeline
    is_closed = pipeline["Stage"].map(types).ne("open")
    close = pd.to_datetime(pipeline["Expected close"], errors="coerce")
    order = pd.DataFrame({"closed": is_closed, "close": close.where(~is_closed), "id": pipeline["Deal ID"]})
    ordered = pipeline.loc[order.sort_values(["closed", "close", "id"], kind="stable").index]
    return {
        "Pipeline": ordered.reset_index(drop=True),
        "Activities": team.activities,
        "Leads": team.leads,
        "Costs": team.costs,
        "Reps": team.reps,
        "Quotas": team.quotas,
        "Holidays": team.holidays,
        "Products": team.products,
        "Sources": team.sources,
        "LostReasons": team.lost_reasons,
        "ActivityTypes": team.activity_types,
        "Experiments": _tried(team),
        "Benchmarks": pd.DataFrame(_PEERS, columns=list(BENCHMARKS.heads), dtype=object),
    }


def _tried(team: SampleTeam) -> pd.DataFrame:
    """Two experiments of the past year, on the second and the fourth stage; neither changed the sample's true odds.

    Where one of them shows a difference, it shows how chance may look.
    """
    rows = [
        (name, team.stages[stage].name, team.as_of - dt.timedelta(days=days_ago), hypothesis)
        for name, stage, days_ago, hypothesis in _EXPERIMENTS
        if stage < len(team.stages) and team.stages[stage].type == "open"
    ]
    return pd.DataFrame(rows, columns=list(EXPERIMENTS.heads), dtype=object)
