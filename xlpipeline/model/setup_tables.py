"""The small tables that a manager keeps: Stages, Reps, Quotas, Holidays, Periods and FX, typed.

A cell of the wrong kind is refused with its sheet and row, because every figure would be wrong. Rows that are not yet
filled in are skipped.
"""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from xlpipeline.errors import SetupError
from xlpipeline.model.book import Book, filled_positions, is_blank, once_per_book
from xlpipeline.model.calendar import Period
from xlpipeline.model.cells import dates, numbers, texts
from xlpipeline.model.schema import STAGE_TYPES
from xlpipeline.model.settings import Settings

_STAGE_COLUMNS = ["stage", "order", "type", "default_probability", "max_business_days", "qualified", "forecast"]


@once_per_book
def read_stages(book: Book) -> pd.DataFrame:
    """The Stages table, typed and by order.

    Raises:
        SetupError: no open or no won stage, an unknown type, a name twice or with one of ``* ? ~``, a bad number, an
            order that is blank or that two open stages share.
    """
    frame = book.frame("Stages")
    if frame.empty:
        raise SetupError("This workbook has no Stages table; please build one with 'xlpipeline new'.")
    table = book.tables["Stages"]
    rows = [
        _stage(frame.iloc[position].to_dict(), _place(book, "Stages", position))
        for position in filled_positions(frame, ["Stage", "Type"])
    ]
    stages = pd.DataFrame(rows, columns=_STAGE_COLUMNS)
    _refuse_twice(stages["stage"], stages["stage"].str.casefold(), f"{table.sheet}: the stage")
    for kind in ("open", "won"):
        if kind not in set(stages["type"]):
            raise SetupError(f"{table.sheet}: no stage has the type {kind}; please give one that type.")
    in_play = stages[stages["type"] == "open"]
    _refuse_twice(in_play["order"].map("{:g}".format), in_play["order"], f"{table.sheet}: among open stages the Order")
    return stages.sort_values("order", kind="stable").reset_index(drop=True)


def _refuse_twice(shown: pd.Series, key: pd.Series, what: str) -> None:
    if key.duplicated().any():
        raise SetupError(f"{what} {shown[key.duplicated()].iloc[0]} is there twice; please keep one.")


def _stage(cells: dict[Any, object], place: str) -> dict[str, object]:
    name, kind = str(cells.get("Stage") or "").strip(), str(cells.get("Type") or "").strip().lower()
    if not name or set(name) & set("*?~"):
        raise SetupError(f"{place}: the stage name '{name}' is not allowed; please use letters without * ? ~.")
    if kind not in STAGE_TYPES:
        raise SetupError(f"{place}: the type of stage {name} is '{kind}'; allowed are {', '.join(STAGE_TYPES)}.")
    if is_blank(cells.get("Order")):
        raise SetupError(f"{place}: the Order of stage {name} is blank; please enter its place among the stages.")
    return {
        "stage": name,
        "order": _setup_number(cells.get("Order"), place, "Order", (0, 1000)),
        "type": kind,
        "default_probability": _setup_number(cells.get("Default probability"), place, "Default probability", (0, 1)),
        "max_business_days": _setup_number(cells.get("Max business days"), place, "Max business days", (1, 10_000)),
        "qualified": _yes(cells.get("Counts as qualified")),
        "forecast": _yes(cells.get("Counts as forecast")),
    }


def _setup_number(cell: object, place: str, head: str, bounds: tuple[float, float]) -> float:
    if is_blank(cell):
        return float("nan")
    if isinstance(cell, bool) or not isinstance(cell, int | float) or not bounds[0] <= cell <= bounds[1]:
        raise SetupError(f"{place}: {head} is '{cell}'; please enter a number from {bounds[0]:g} to {bounds[1]:g}.")
    return float(cell)


def _yes(cell: object) -> bool:
    return str(cell or "").strip().upper() in {"Y", "YES", "TRUE", "1"}


def read_reps(book: Book) -> pd.DataFrame:
    """Reps as rep, manager, region, active: texts without outer blanks."""
    frame = book.frame("Reps")
    reps = pd.DataFrame(
        {name: texts(frame, name.title()).str.strip() for name in ("rep", "manager", "region", "active")}
    )
    return reps[reps["rep"] != ""].reset_index(drop=True)


def read_quotas(book: Book, settings: Settings) -> pd.DataFrame:
    """Quotas as rep, start, end (exclusive), quota in minor units.

    Raises:
        SetupError: a date or quota is of the wrong kind, or a period ends before it starts.
    """
    start, end = _dates(book, "Quotas", "Period start"), _dates(book, "Quotas", "Period end")
    _refuse_backward(book, "Quotas", start, end)
    rep = texts(book.frame("Quotas"), "Rep").str.strip()
    quota = (_numbers(book, "Quotas", "Quota") * 10**settings.minor_unit_digits).round()
    quotas = pd.DataFrame({"rep": rep, "start": start, "end": end + pd.Timedelta(days=1), "quota": quota})
    return quotas.dropna().reset_index(drop=True)


def read_holidays(book: Book) -> tuple[dt.date, ...]:
    """Days of Holidays, in order.

    Raises:
        SetupError: a cell is no date.
    """
    return tuple(sorted({stamp.date() for stamp in _dates(book, "Holidays", "Date").dropna()}))


def read_own_periods(book: Book) -> tuple[Period, ...]:
    """The team's own fiscal periods, by start.

    Raises:
        SetupError: a cell is no date, a period ends before it starts, or two overlap.
    """
    starts, ends = _dates(book, "Periods", "Start"), _dates(book, "Periods", "End")
    _refuse_backward(book, "Periods", starts, ends)
    found = pd.DataFrame({"name": texts(book.frame("Periods"), "Period"), "start": starts, "end": ends}).dropna()
    periods = [
        Period(name.strip() or start.date().isoformat(), start.date(), end.date() + dt.timedelta(days=1))
        for name, start, end in zip(found["name"], found["start"], found["end"], strict=True)
    ]
    periods.sort(key=lambda period: period.start)
    for before, after in pairwise(periods):
        if after.start < before.end:
            raise SetupError(f"Periods: {before.name} and {after.name} overlap; please let each day lie in one period.")
    return tuple(periods)


def exchange_rates(book: Book, currency: pd.Series, when: pd.Series) -> pd.Series:
    """Rate of the latest FX row that has begun by ``when``, per deal; NaN where there is none (SEMANTICS 10).

    Raises:
        SetupError: a cell of FX is of the wrong kind.
    """
    known = pd.DataFrame(
        {
            "currency": texts(book.frame("FX"), "Currency").str.strip().str.upper(),
            "start": _dates(book, "FX", "Period start"),
            "rate": _numbers(book, "FX", "Rate"),
        }
    )
    known = known[known["rate"] > 0].dropna().sort_values("start", kind="stable")
    wanted = pd.DataFrame({"currency": currency, "when": when.astype("datetime64[s]")}).sort_values("when")
    rates = pd.Series(np.nan, index=currency.index)
    for code, asked in wanted.groupby("currency"):
        of_code = known[known["currency"] == code]
        at = of_code["start"].searchsorted(asked["when"], side="right") - 1
        begun = at >= 0
        rates[asked.index[begun]] = of_code["rate"].to_numpy()[at[begun]]
    return rates


def _dates(book: Book, table: str, head: str) -> pd.Series:
    found, bad = dates(book.frame(table), head)
    _refuse_first(book, table, bad, "a date")
    return found


def _numbers(book: Book, table: str, head: str) -> pd.Series:
    found, bad = numbers(book.frame(table), head)
    _refuse_first(book, table, bad, "a number")
    return found


def _refuse_first(book: Book, table: str, bad: pd.DataFrame, wanted: str) -> None:
    for position, head, found in bad.itertuples(index=False):
        raise SetupError(f"{_place(book, table, position)}: {head} is '{found:.60}'; please enter {wanted}.")


def _refuse_backward(book: Book, table: str, start: pd.Series, end: pd.Series) -> None:
    for position in start.index[end < start]:
        raise SetupError(f"{_place(book, table, position)}: the period ends before it starts; please mend a date.")


def _place(book: Book, table: str, position: int) -> str:
    found = book.tables[table]
    return f"{found.sheet}, row {found.first_row + 1 + position}"
