"""What the table of a made-up team looked like on past days, as its reps would have kept it until then.

Stages and expected closes come from the team's true moves, so a refresh at the end of every day would have seen each of
them. Every seventh deal was entered too large and every eleventh too small, until half of its life was over; every 29th
was another rep's at first. Touches and next steps were brought up to date whenever a deal moved, on the first working
day of each month and on the last day, so that a demo's history does not fill with them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from xlpipeline.samples.categories import forecast_categories
from xlpipeline.samples.draws import Cells, where
from xlpipeline.samples.records import SampleTeam

_DATED: Final = (
    "First contact", "Needs call on", "Proposal sent on", "Proposal acknowledged on", "Approved on", "Signed on",
    "Payment received on",
)  # fmt: skip
"""Columns that hold the day on which they were filled."""
_AS_TODAY: Final = ("Last touch", "Next step", "Next step date")
_TOO_LARGE, _TOO_SMALL, _HANDED_OVER = 7, 11, 29
Days = npt.NDArray[np.datetime64]
Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.integer[Any]]
_DAY: Final = np.timedelta64(1, "D")
_LONGEST_SPAN: Final = 1_000_000
"""Days; more than lie between any two dates, so that deal and day make one number that sorts."""


@dataclass(frozen=True)
class Changes:
    """When deals changed: position of the deal and day, sorted by both; the first of a deal is its birth."""

    deal: Numbers
    on: Days

    def rounds(self) -> list[Numbers]:
        """Positions of the first change of every deal, of the second of those that have one, and so on."""
        first = np.flatnonzero(np.append([True], self.deal[1:] != self.deal[:-1])) if len(self.deal) else self.deal
        number = np.arange(len(self.deal)) - np.repeat(first, np.diff([*first, len(self.deal)]))
        return [np.flatnonzero(number == round_) for round_ in range(int(number.max(initial=-1)) + 1)]


class LivedTeam:
    """A team's past: every day on which a deal ``changes`` before the team's as-of date, and its ``rows`` then."""

    def __init__(self, team: SampleTeam) -> None:
        deals = team.pipeline.drop_duplicates("Deal ID", keep="first")
        known = set(team.stage_moves["Deal ID"])
        deals = deals[[name in known for name in deals["Deal ID"]]]
        self._now: dict[str, Cells] = {head: deals[head].to_numpy(dtype=object) for head in deals.columns}
        self._types = {spec.name: spec.type for spec in team.stages}
        self._place = {spec.name: place for place, spec in enumerate(team.stages)}
        self._steps = {spec.name: spec.next_steps for spec in team.stages}
        self._owners = team.reps["Rep"].tolist()
        row = {name: i for i, name in enumerate(deals["Deal ID"])}
        self._stages, self._closes = _Moves(team.stage_moves, row), _Moves(team.close_moves, row)
        self._number = deals["Deal ID"].str.extract(r"(\d+)", expand=False).astype(np.int64).to_numpy()
        self._born, self._last = self._stages.ends(len(deals))
        middle = self._born + (self._last - self._born) // 2
        holidays = _days(team.holidays["Date"])
        self._half = np.busday_offset(middle, 0, roll="forward", holidays=holidays)
        touched = team.activities[[name in row for name in team.activities["Deal ID"]]].sort_values("Date")
        self._touches = _Keyed(touched["Deal ID"].map(row).to_numpy(dtype=np.int64), _days(touched["Date"]))
        self._dated = {head: _days(self._now[head]) for head in _DATED}
        today = np.datetime64(team.as_of, "D")
        self._yesterday = np.busday_offset(today - _DAY, 0, roll="backward", holidays=holidays)
        self.month_starts = _month_starts(np.append(self._born, today).min(), self._yesterday, holidays)
        """The first working day of every month that the team has lived."""

    def changes(self) -> Changes:
        """Every day before the as-of date on which a deal moved, was corrected or was brought up to date."""
        count = len(self._number)
        every = np.arange(count)
        found = [(self._stages.deal, self._stages.on), (self._closes.deal, self._closes.on), (every, self._half)]
        found += [(every, np.full(count, day)) for day in (*self.month_starts, self._yesterday)]
        deal, on = (np.concatenate(part) for part in zip(*found, strict=True))
        # a deal that has ended is left alone, but for what happens on a later month's first day
        kept = (on >= self._born[deal]) & (on <= self._yesterday) & (on <= self._last[deal] + 31 * _DAY)
        key = np.unique(_key(deal[kept], on[kept]))
        return Changes(key // _LONGEST_SPAN, _day_of(key))

    def rows(self, deal: Numbers, on: Days) -> pd.DataFrame:
        """Deals at the end of days, a row each: the columns of the team's table, without the mess of today."""
        columns = {head: cells[deal] for head, cells in self._now.items()}
        stage = self._stages.place(deal, on)
        columns["Stage"], columns["Expected close"] = self._stages.to[stage], self._closes.held(deal, on)
        for head, days in self._dated.items():
            columns[head] = where(days[deal] <= on, columns[head])
        closed = np.array([self._types[name] != "open" for name in columns["Stage"]], dtype=bool)
        ended = closed & self._stages.is_last[stage]
        entered = self._stages.on[stage].astype(object)
        columns["Actual close"] = where(ended, columns["Actual close"], where(closed, entered))
        lost = np.array([self._types[name] in ("lost", "derailed") for name in columns["Stage"]], dtype=bool)
        came_from = where(lost, self._stages.came_from[stage])
        columns["Last stage before loss"] = where(ended, columns["Last stage before loss"], came_from)
        columns["Lost reason"] = where(closed, columns["Lost reason"])
        if "Follow-up due" in columns:
            columns["Follow-up due"] = where(closed, columns["Follow-up due"])
        young = on < self._half[deal]
        columns["Amount"] = _amounts(columns["Amount"], self._number[deal], young)
        columns["Forecast category"] = self._said(columns["Stage"], deal)
        columns["Owner"] = self._first_owners(columns["Owner"], self._number[deal], young)
        columns |= self._kept_up(deal, on, closed, columns)
        columns["Stage since"] = np.full(len(deal), None, dtype=object)
        return pd.DataFrame({head: pd.Series(columns[head], dtype=object) for head in self._now})

    def _said(self, stages: Cells, deal: Numbers) -> Cells:
        """What the reps told the forecast while their deals stood in these stages."""
        place = np.array([self._place[name] for name in stages], dtype=np.int64)
        return forecast_categories(
            self._number[deal].astype(np.int64), place, sum(type_ == "open" for type_ in self._types.values())
        )

    def _first_owners(self, owners: Cells, number: Numbers, young: Flags) -> Cells:
        out = owners.copy()
        for i in np.flatnonzero(young & (number % _HANDED_OVER == 0)).tolist():
            out[i] = self._owners[int(number[i]) % len(self._owners)]
        return out

    def _kept_up(self, deal: Numbers, on: Days, closed: Flags, now: dict[str, Cells]) -> dict[str, Cells]:
        """Last touch and next step: the latest activity and the one to come; on the last day what the table holds."""
        last, coming = self._touches.around(deal, on)
        open_until = where(~closed & ~np.isnat(coming), coming.astype(object))
        steps = [
            None if day is None else self._steps[name][number % len(self._steps[name])]
            for name, day, number in zip(now["Stage"], open_until, self._number[deal].tolist(), strict=True)
        ]
        then = {
            "Last touch": where(~np.isnat(last), last.astype(object)),
            "Next step": np.array(steps, dtype=object),
            "Next step date": open_until,
        }
        today = on == self._yesterday
        return {head: where(today, now[head], then[head]) for head in _AS_TODAY}


class _Keyed:
    """Days of deals, sorted by deal and day."""

    def __init__(self, deal: Numbers, on: Days) -> None:
        self.order = np.argsort(_key(deal, on), kind="stable")
        self.deal, self.on = deal[self.order], on[self.order]
        self._keys = _key(self.deal, self.on)

    def place(self, deal: Numbers, on: Days) -> Numbers:
        """Position of the last entry up to the end of each day; that of another deal, or -1, where there is none."""
        return np.searchsorted(self._keys, _key(deal, on), side="right").astype(np.int64) - 1

    def around(self, deal: Numbers, on: Days) -> tuple[Days, Days]:
        """The last day up to each day and the first after it, NaT where there is none."""
        at = self.place(deal, on)
        return self._own(at, deal), self._own(at + 1, deal)

    def _own(self, at: Numbers, deal: Numbers) -> Days:
        padded = np.append(self.on, np.datetime64("NaT", "D"))
        whose = np.append(self.deal, -1)
        at = np.where((at < 0) | (at >= len(self.on)), len(self.on), at)
        return np.where(whose[at] == deal, padded[at], np.datetime64("NaT", "D"))


class _Moves(_Keyed):
    """Moves by deal and day: what each deal came to hold."""

    def __init__(self, moves: pd.DataFrame, row: dict[object, int]) -> None:
        kept = moves[[name in row for name in moves["Deal ID"]]]
        super().__init__(kept["Deal ID"].map(row).to_numpy(dtype=np.int64), _days(kept["On"]))
        self.to = kept["To"].to_numpy(dtype=object)[self.order]
        self.came_from = kept["From"].to_numpy(dtype=object)[self.order]
        self.is_last = np.append(self.deal[1:] != self.deal[:-1], [True])[: len(self.deal)]

    def held(self, deal: Numbers, on: Days) -> Cells:
        """What each deal held at the end of a day; None before its first move."""
        at = self.place(deal, on)
        mine = (at >= 0) & (self.deal[at] == deal)
        return where(mine, self.to[at])

    def ends(self, count: int) -> tuple[Days, Days]:
        """Days of the first and of the last move of each deal."""
        first, last = np.full(count, np.datetime64("NaT", "D")), np.full(count, np.datetime64("NaT", "D"))
        first[self.deal[::-1]], last[self.deal] = self.on[::-1], self.on
        return first, last


def _key(deal: Numbers, on: Days) -> Numbers:
    return deal * _LONGEST_SPAN + on.astype("datetime64[D]").astype(np.int64)


def _day_of(key: Numbers) -> Days:
    return (key % _LONGEST_SPAN).astype("datetime64[D]")


def _days(cells: Iterable[object]) -> Days:
    days = [cell if isinstance(cell, dt.date) else None for cell in cells]
    return np.array(days, dtype="datetime64[D]")


def _month_starts(first: np.datetime64, last: np.datetime64, holidays: Days) -> Days:
    months = np.arange(first.astype("datetime64[M]") + 1, last.astype("datetime64[M]") + 1)
    days = np.busday_offset(months.astype("datetime64[D]"), 0, roll="forward", holidays=holidays)
    return days[days <= last]


def _amounts(amounts: Cells, number: Numbers, young: Flags) -> Cells:
    out = amounts.copy()
    off = young & ((number % _TOO_LARGE == 0) | (number % _TOO_SMALL == 0))
    for i in np.flatnonzero(off).tolist():
        if isinstance(out[i], int | float):
            out[i] = round(out[i] * (1.25 if number[i] % _TOO_LARGE == 0 else 0.8))
    return out
