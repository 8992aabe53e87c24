"""A made-up sales team with about 18 months of deals, the same to the last byte for the same seed.

What was chosen, so that figures look like those of a real team:

* Deals are created over the 390 business days up to as_of: slow growth (25 %), fewer in the last month of a quarter, in
  August and at the end of December. Half of them began as a lead.
* Of all decided deals 25-30 % are won, of those that reached Discovery (the first qualified stage) about 40 %. Median
  cycle of won deals about 70 days. Time in a stage is log-normal-like on business days (one stay in twenty is three
  times the usual), so some stays exceed the bounds of the process. 3 % of moves go back, 5 % skip a stage, about 1 % of
  lost deals are reopened. Wins early in a quarter are often pulled into the last days of the quarter before.
* Five products, three sizes of buyer (small 45 %, mid-market 40 %, enterprise 15 % of accounts; enterprise deals are
  2.6 times as large and take 1.4 times as long), amounts log-normal-like. Reasons for a loss fit the stage of the loss.
* Eight reps of different style: among them a star, one who pushes close dates in many small steps, one who lets deals
  idle (where there is mess), a new hire of eight months. Four regions. Quotas are round and set so that attainment lies
  around 75-115 % by rep (the new hire's lower; no quota before the first day, less in the first two quarters).
* Close dates are pushed when they come and the deal is still open; a third of them stand on a quarter's last day.
* The cadence is kept in 84 of 100 cases, after the sale too. A lead that is qualified becomes a deal or is turned down:
  of those without a deal only leads of the last three weeks are qualified.
* Criteria columns agree with the stage: what a stage asks for is there once the deal has left it forward.
* With ``mess=0`` every row is sound: open deals have a future close date and next step and a touch in the last seven
  business days. What ``mess`` adds is listed in ``mess_made``, one fault per deal (mess.py).

Only uniform draws of PCG64 and plain arithmetic are used: see draws.py.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from xlpipeline.errors import RequestError
from xlpipeline.model import schema
from xlpipeline.samples import words
from xlpipeline.samples.closings import Closings, draw_closings
from xlpipeline.samples.contacts import Contacts, draw_contacts
from xlpipeline.samples.deal_rows import HEADS, deal_columns, deal_ids
from xlpipeline.samples.draws import Cells, Whole, cells, where
from xlpipeline.samples.export import export_csv, write_csv
from xlpipeline.samples.follow_ups import lead_touches
from xlpipeline.samples.journeys import Journeys, draw_journeys
from xlpipeline.samples.lead_facts import cost_rows, lead_facts
from xlpipeline.samples.mess import choose_faults, duplicate_count, put_faults, with_twins
from xlpipeline.samples.milestones import CRITERIA_COLUMNS, draw_milestones
from xlpipeline.samples.presets import EIGHT_STAGES, style_of
from xlpipeline.samples.prospects import Prospects, draw_prospects
from xlpipeline.samples.records import SampleTeam, StageSpec
from xlpipeline.samples.scene import Course, Scene, course_of
from xlpipeline.samples.targets import quota_rows
from xlpipeline.samples.traits import Traits, draw_traits, rep_names
from xlpipeline.samples.workdays import NEVER, holidays_around, quarters_until, workdays

__all__ = ["EIGHT_STAGES", "SampleTeam", "StageSpec", "export_csv", "make_team", "write_csv"]

_QUARTERS = 5
_MOST_MESS = 5


def make_team(
    seed: int,
    deals: int,
    as_of: dt.date,
    *,
    reps: int = 8,
    stages: Sequence[StageSpec] = EIGHT_STAGES,
    mess: float = 1.0,
    currency: str = "EUR",
    fiscal_year_start_month: int = 1,
) -> SampleTeam:
    """A team with exactly so many rows in Pipeline, as it stood on ``as_of``.

    ``mess``: 0 for none, 1 for as much as real tables have, up to 5.

    Raises:
        RequestError: a number is out of range, or the stages cannot make a process.
    """
    _refuse_numbers(
        ("seed", seed, 0, 2**63),
        ("deals", deals, 1, 1_000_000),
        ("reps", reps, 1, 500),
        ("mess", mess, 0, _MOST_MESS),
        ("fiscal_year_start_month", fiscal_year_start_month, 1, 12),
    )
    holidays = holidays_around(as_of)
    scene = Scene(
        seed=seed,
        as_of=as_of,
        course=course_of(stages, CRITERIA_COLUMNS),
        styles=tuple(style_of(rep) for rep in range(reps)),
        names=tuple(rep_names(seed, reps)),
        calendar=workdays(as_of, holidays, fiscal_year_start_month),
        currency=currency,
    )
    twice = duplicate_count(deals, mess)
    traits = draw_traits(scene, deals - twice)
    journeys = draw_journeys(scene, traits)
    chosen = choose_faults(scene, traits, journeys, mess, twice)
    traits = with_twins(traits, chosen["near_duplicate"])
    untouched = np.isin(np.arange(len(traits.created)), chosen["untouched"])
    milestones = draw_milestones(scene, traits, journeys, untouched)
    contacts = draw_contacts(scene, traits, journeys, milestones, untouched)
    closings = draw_closings(scene, traits, journeys)
    leads = draw_prospects(scene, traits)
    dates = {"Expected close": closings.expected, "Last touch": contacts.last_touch}
    known = {**milestones.filled, **{name: scene.calendar.dates(at) for name, at in dates.items()}}
    columns = deal_columns(scene, traits, journeys, known)
    put_faults(scene, columns, chosen)
    ids = deal_ids(len(traits.created))
    return SampleTeam(
        as_of=as_of,
        stages=scene.course.stages,
        pipeline=_with_duplicates(_frame(columns, HEADS), chosen["duplicate_id"]),
        stage_moves=_stage_moves(scene, ids, journeys),
        close_moves=_close_moves(scene, ids, closings),
        activities=_activities(scene, ids, contacts, leads, traits),
        leads=_leads(scene, ids, leads, traits),
        reps=_reps(scene, journeys, leads),
        costs=_rows(schema.COSTS.heads, cost_rows(scene)),
        quotas=_quotas(scene, traits, journeys, quarters_until(as_of, _QUARTERS, fiscal_year_start_month)),
        holidays=_rows(schema.HOLIDAYS.heads, holidays),
        products=_list("Product", [name for name, *_ in words.PRODUCTS]),
        sources=_list("Source", [name for name, _ in words.SOURCES]),
        lost_reasons=_list("Lost reason", _reasons(scene.course)),
        activity_types=_list("Activity type", words.ACTIVITY_TYPES),
        mess_made=_rows(("Deal ID", "fault"), [(ids[i], name) for name, at in chosen.items() for i in at.tolist()]),
    )


def _refuse_numbers(*given: tuple[str, float, int, int]) -> None:
    """Refuse the first value that lies outside its least and most."""
    for name, value, least, most in given:
        if not least <= value <= most:
            raise RequestError(f"A sample's {name} cannot be {value}; please give {least} to {most}.")


def _frame(columns: dict[str, Cells], heads: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame({head: pd.Series(columns[head], dtype=object) for head in heads}, columns=list(heads))


def _rows(heads: Sequence[str], rows: Sequence[tuple[object, ...]]) -> pd.DataFrame:
    return _frame({head: cells([row[i] for row in rows]) for i, head in enumerate(heads)}, heads)


def _list(head: str, texts: Sequence[str]) -> pd.DataFrame:
    return _frame({head: cells(texts)}, (head,))


def _reasons(course: Course) -> list[str]:
    fitting = [reason for spec in course.stages[: course.open_count] for reason in spec.lost_reasons]
    return list(dict.fromkeys([*fitting, *words.DERAILED_REASONS]))


def _with_duplicates(pipeline: pd.DataFrame, rows: Whole) -> pd.DataFrame:
    """The rows once more at the end, as somebody pasted them, with another amount."""
    if not len(rows):
        return pipeline
    again = pipeline.iloc[rows].copy()
    again["Amount"] = pd.Series([amount + 1_000 for amount in again["Amount"]], index=again.index, dtype=object)
    return pd.concat([pipeline, again], ignore_index=True)


def _stage_moves(scene: Scene, ids: Cells, journeys: Journeys) -> pd.DataFrame:
    names = cells([*(spec.name for spec in scene.course.stages), None])
    moves = journeys.moves
    columns = {"Deal ID": ids[moves.deal], "From": names[moves.source], "To": names[moves.target]}
    return _frame({**columns, "On": scene.calendar.dates(moves.at)}, ("Deal ID", "From", "To", "On"))


def _close_moves(scene: Scene, ids: Cells, closings: Closings) -> pd.DataFrame:
    dates = {"From": closings.before, "To": closings.after, "On": closings.on}
    columns = {"Deal ID": ids[closings.deal], **{name: scene.calendar.dates(at) for name, at in dates.items()}}
    return _frame(columns, ("Deal ID", "From", "To", "On"))


MOST_ACTIVITIES: Final = 1_000_000
"""The latest that are kept: a sheet has 1,048,576 rows."""


def _activities(scene: Scene, ids: Cells, contacts: Contacts, leads: Prospects, traits: Traits) -> pd.DataFrame:
    """Activities of the deals and the first responses to leads, by day."""
    answered = np.flatnonzero(leads.responded < NEVER)
    again, again_at, again_kind = lead_touches(scene.stream("lead touches"), scene, leads)
    at = np.concatenate([contacts.at, leads.responded[answered], again_at])
    order = np.argsort(at, kind="stable")[-MOST_ACTIVITIES:]
    by = np.concatenate([traits.rep[contacts.deal], traits.rep[leads.like[answered]], traits.rep[leads.like[again]]])
    names = _lead_ids(len(leads.like))
    columns = {
        "Date": scene.calendar.dates(at),
        "Deal ID": np.concatenate([ids[contacts.deal], names[answered], names[again]]),
        "Type": np.concatenate([contacts.type, cells(["Call", "E-mail"])[answered % 2], again_kind]),
        "Outcome": np.concatenate(
            [contacts.outcome, np.full(len(answered), "First response", object), np.full(len(again), None, object)]
        ),
        "By": cells(scene.names)[by],
    }
    return _frame({head: values[order] for head, values in columns.items()}, schema.ACTIVITIES.heads)


def _lead_ids(count: int) -> Cells:
    return cells([f"L-{number:05d}" for number in range(1, count + 1)])


def _leads(scene: Scene, ids: Cells, leads: Prospects, traits: Traits) -> pd.DataFrame:
    calendar = scene.calendar
    columns = {
        "Lead ID": _lead_ids(len(leads.like)),
        "Lead": leads.person,
        "Account": traits.account_name[leads.like],
        "Owner": cells(scene.names)[traits.rep[leads.like]],
        "Source": cells([name for name, _ in words.SOURCES])[traits.source[leads.like]],
        "Created": calendar.dates(leads.created),
        "First response": calendar.dates(leads.responded),
        "Status": leads.status,
        "Converted on": calendar.dates(leads.converted),
        "Deal ID": where(leads.converted < NEVER, ids[leads.like]),
        **lead_facts(scene, leads, traits),
    }
    return _frame(columns, [c.name for c in schema.LEADS.columns if c.writer == "user"])


def _reps(scene: Scene, journeys: Journeys, leads: Prospects) -> pd.DataFrame:
    """Reps with a manager for every two regions, and a capacity near what they carry now."""
    names = scene.names
    regions = min(len(words.REGIONS), len(names))
    managers = [name for name in rep_names(scene.seed, len(names) + 2) if name not in names][:2]
    in_play = int((journeys.stage < scene.course.open_count).sum())
    worked = int(((leads.converted == NEVER) & (leads.status != "disqualified")).sum())
    load = (in_play + worked) // len(names)
    capacity = max(10, (load * 115 // 100 + 4) // 5 * 5)
    rows = [
        (name, managers[rep % regions // 2], words.REGIONS[rep % regions][0], "Y", capacity, _booking_page(name))
        for rep, name in enumerate(names)
    ]
    return _rows(schema.REPS.heads, rows)


def _booking_page(name: str) -> str:
    return "https://booking.example.com/" + "-".join(name.casefold().split())


def _quotas(scene: Scene, traits: Traits, journeys: Journeys, quarters: list[tuple[dt.date, dt.date]]) -> pd.DataFrame:
    won_at = np.where(scene.course.types(journeys.stage) == 1, journeys.closed, NEVER)
    rows = quota_rows(scene, quarters, traits.rep, won_at, traits.amount)
    return _rows(schema.QUOTAS.heads, [(scene.names[rep], start, end, quota) for rep, start, end, quota in rows])
