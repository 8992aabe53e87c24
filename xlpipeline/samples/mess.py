"""The mess that people make, put in on purpose and written down, so that tests can tell what checks must find.

Each deal gets one fault at most. ``per_mille`` is of the deals that the fault can befall, at a mess of 1.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from xlpipeline.samples import words
from xlpipeline.samples.contacts import UNTOUCHED_DAYS
from xlpipeline.samples.draws import Cells, Mask, Real, Whole, pick
from xlpipeline.samples.journeys import Journeys
from xlpipeline.samples.scene import Course, Scene
from xlpipeline.samples.traits import Traits
from xlpipeline.samples.workdays import Workdays

Columns = dict[str, Cells]
Among = Literal["any", "open", "closed", "lost", "still", "need"]
_ALWAYS_FROM: Final = 200
"""From so many deals on, every fault occurs at least once."""


@dataclass(frozen=True)
class Fault:
    """One kind of fault. ``put`` writes it into the columns at the given rows; None: it is made elsewhere."""

    name: str
    per_mille: int
    among: Among
    put: Callable[[Columns, Whole, Real, dt.date], None] | None = None


def _blank(*names: str) -> Callable[[Columns, Whole, Real, dt.date], None]:
    def put(columns: Columns, rows: Whole, _u: Real, _as_of: dt.date) -> None:
        for name in names:
            columns[name][rows] = None

    return put


def _set(name: str, value: Callable[[object, float], object]) -> Callable[[Columns, Whole, Real, dt.date], None]:
    def put(columns: Columns, rows: Whole, u: Real, _as_of: dt.date) -> None:
        column = columns[name]
        for row, draw in zip(rows.tolist(), u.tolist(), strict=True):
            column[row] = value(column[row], draw)

    return put


def _amount_text(columns: Columns, rows: Whole, _u: Real, _as_of: dt.date) -> None:
    """12500 becomes 12.500 €, as in a cell that came from a mail."""
    for row in rows.tolist():
        unit = columns["Currency"][row]
        amount = f"{columns['Amount'][row]:,}".replace(",", ".")
        columns["Amount"][row] = f"{amount} {'€' if unit == 'EUR' else unit}"


def _past(name: str, days: int) -> Callable[[Columns, Whole, Real, dt.date], None]:
    """A date one to ``days`` days before as_of."""

    def put(columns: Columns, rows: Whole, u: Real, as_of: dt.date) -> None:
        for row, back in zip(rows.tolist(), pick(u, days).tolist(), strict=True):
            columns[name][row] = as_of - dt.timedelta(days=1 + back)

    return put


def _closed_too_early(columns: Columns, rows: Whole, u: Real, _as_of: dt.date) -> None:
    for row, back in zip(rows.tolist(), pick(u, 40).tolist(), strict=True):
        columns["Actual close"][row] = columns["Created"][row] - dt.timedelta(days=1 + back)


FAULTS: Final = (
    Fault("untouched", 800, "still"),
    Fault("near_duplicate", 6, "open"),
    Fault("blank_account", 8, "any", _blank("Account")),
    Fault("unknown_product", 10, "any", _set("Product", lambda _, u: words.FOREIGN_PRODUCTS[int(u * 2)])),
    Fault("unknown_owner", 12, "open", _set("Owner", lambda _, u: words.FORMER_REPS[int(u * 2)])),
    Fault("amount_as_text", 10, "open", _amount_text),
    Fault("negative_amount", 5, "open", _set("Amount", lambda amount, _: -amount)),  # type: ignore[operator]
    Fault("absurd_probability", 8, "open", _set("Probability", lambda *_: 1.5)),
    Fault("no_expected_close", 25, "open", _blank("Expected close")),
    Fault("expected_close_past", 80, "open", _past("Expected close", 45)),
    Fault("next_step_without_date", 40, "open", _blank("Next step date")),
    Fault("no_next_step", 60, "open", _blank("Next step", "Next step date")),
    Fault("next_step_past", 70, "open", _past("Next step date", 15)),
    Fault("need_not_confirmed", 40, "need", _blank("Need confirmed")),
    Fault("no_actual_close", 8, "closed", _blank("Actual close")),
    Fault("closed_before_created", 4, "closed", _closed_too_early),
    Fault("no_lost_reason", 20, "lost", _blank("Lost reason")),
    Fault("duplicate_id", 3, "any"),
)
"""Register of faults; the order is the order in which deals are chosen."""


def duplicate_count(deals: int, mess: float) -> int:
    """Rows of so many deals that are second rows with a known Deal ID."""
    return _count(next(f for f in FAULTS if f.name == "duplicate_id").per_mille, deals, deals, mess)


def choose_faults(scene: Scene, traits: Traits, journeys: Journeys, mess: float, duplicates: int) -> dict[str, Whole]:
    """Positions of the deals that get each fault; no deal stands in two of them."""
    deals = len(traits.created)
    u = scene.stream("mess").random(deals)
    idles = scene.style("idles")[traits.rep] == 1
    eligible = _eligible(journeys, scene.course, scene.calendar)
    free = np.ones(deals, dtype=bool)
    chosen: dict[str, Whole] = {}
    for fault in FAULTS:
        # The idler's deals come first where the fault is that nobody touches a deal.
        order = np.argsort(np.where(idles, u * 0.3, u) if fault.name == "untouched" else u, kind="stable")
        can = eligible[fault.among] & free
        if fault.name == "near_duplicate":
            can &= _has_neighbour(eligible["open"], free)
        count = duplicates if fault.name == "duplicate_id" else None
        if count is None:
            count = _count(fault.per_mille, int(eligible[fault.among].sum()), deals + duplicates, mess)
        rows = order[can[order]][:count]
        if fault.name == "near_duplicate":
            rows = _apart(rows)
            free[rows - 1] = False
        free[rows] = False
        chosen[fault.name] = np.sort(rows)
    return chosen


def _count(per_mille: int, eligible: int, deals: int, mess: float) -> int:
    count = int(per_mille * mess * eligible / 1000 + 0.5)
    return max(1, count) if mess > 0 and deals >= _ALWAYS_FROM else count


def _eligible(journeys: Journeys, course: Course, calendar: Workdays) -> dict[Among, Mask]:
    kind = course.types(journeys.stage)
    is_open = kind == 0
    need = [i for i, s in enumerate(course.stages[: course.open_count]) if "Need confirmed" in s.fills]
    passed = journeys.first_at[:, need[0] + 1] <= calendar.today if need else np.zeros(len(kind), dtype=bool)
    return {
        "any": np.ones(len(kind), dtype=bool),
        "open": is_open,
        "closed": ~is_open,
        "lost": kind == 2,
        "still": is_open & (journeys.since <= calendar.today - UNTOUCHED_DAYS),
        "need": is_open & passed,
    }


def _has_neighbour(is_open: Mask, free: Mask) -> Mask:
    """Deals whose forerunner by day of creation is open and free as well."""
    both = is_open & free
    return np.append(False, both[1:] & both[:-1])


def _apart(rows: Whole) -> Whole:
    """Rows of which no two are neighbours, so that pairs do not overlap."""
    kept: list[int] = []
    taken: set[int] = set()
    for row in rows.tolist():
        if not taken & {row, row - 1}:
            kept.append(row)
            taken |= {row, row - 1}
    return np.array(kept, dtype=np.int64)


def with_twins(traits: Traits, rows: Whole) -> Traits:
    """The deals at ``rows`` entered twice: account, product, amount and name (but for a letter) of the deal before."""
    account_name, opportunity = traits.account_name.copy(), traits.opportunity.copy()
    arrays = {name: getattr(traits, name).copy() for name in ("account", "product", "amount", "segment", "source")}
    for array in (account_name, *arrays.values()):
        array[rows] = array[rows - 1]
    for row in rows.tolist():
        name = str(opportunity[row - 1])
        opportunity[row] = name[:2] + name[3:]
    return replace(traits, account_name=account_name, opportunity=opportunity, **arrays)


def put_faults(scene: Scene, columns: Columns, chosen: dict[str, Whole]) -> None:
    """Write the chosen faults into the columns."""
    u = scene.stream("faults").random(len(columns["Deal ID"]))
    for fault in FAULTS:
        if fault.put is not None:
            rows = chosen[fault.name]
            fault.put(columns, rows, u[rows], scene.as_of)
