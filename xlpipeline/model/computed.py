"""Computed columns of Pipeline: one definition, two evaluators (DESIGN rule 3; SEMANTICS 4, 9, 13, 14).

Each column is a native Excel formula that lives while a rep types, and a pandas evaluation of the same meaning.
A formula reads its own row, the small tables Stages and Holidays, and the live cells ``AsOf``, ``Weekend`` and
``IdleLimit``, so its cost does not grow with the rows. Functions are those that Excel 2016 and LibreOffice 7.4 share.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from xlpipeline.model.facts import Facts, once

LIVE_NAMES: Final = {
    "AsOf": "Day the live columns are for: the setting as_of, or today.",
    "Weekend": "The setting weekend.",
    "IdleLimit": "The setting idle_business_days.",
    "ColourRows": "The setting colour_rows.",
    "GreyBelow": "The setting grey_below.",
}
"""Defined names of single cells that formulas read."""


@dataclass(frozen=True)
class ComputedColumn:
    """``formula``: Excel text without ``=``; ``evaluate``: one cell per deal (None = the formula's empty text)."""

    name: str
    formula: str
    evaluate: Callable[[Facts], pd.Series]


def _row(head: str) -> str:
    return f"Pipeline[[#This Row],[{head}]]"


_STAGE = _row("Stage")
# MATCH takes * and ? for wildcards, and ~ for the mark that takes their power away
_STAGE_ROW = f'MATCH(SUBSTITUTE(SUBSTITUTE(SUBSTITUTE({_STAGE},"~","~~"),"*","~*"),"?","~?"),Stages[Stage],0)'
_NOT_OPEN = f'{_row("Stage type")}<>"open"'
_SINCE = _row("In stage since")
_LAST_SERIAL = 2_958_466


def day_number(head: str) -> str:
    """A date cell's serial number; 0 or less where it holds no date (a text, an error, a number beyond year 9999).

    N makes 0 of a text, and a text is never below a number; the engine reads such a cell as blank, too.
    """
    return f"IFERROR(N({_row(head)})*({_row(head)}<{_LAST_SERIAL}),0)"


_SINCE_KNOWN = f"INT({day_number('Stage since')})"
_CREATED = f"INT({day_number('Created')})"
_TOUCHES = ",".join(map(day_number, ("Last touch", "Last activity", "Last change", "Stage since", "Created")))
_TOUCH = f"INT(MAX({_TOUCHES}))"
_MOVED = f'IFERROR(AND({_row("Stage seen")}<>"",{_row("Stage seen")}<>{_STAGE}),FALSE)'
_BOUND = f"INDEX(Stages[Max business days],{_STAGE_ROW})"
_EARLIER = _row("Earlier days")
_DEFAULT = f"INDEX(Stages[Default probability],{_STAGE_ROW})"
_AMOUNT = _row("Amount")
_OWN = _row("Probability")


def _business_days_since(day: str) -> str:
    """Business days after ``day``; from the end back to the start the function counts below 0."""
    return f"MAX(0,NETWORKDAYS.INTL({day}+1,AsOf,Weekend,Holidays[Date]))"


_STAY = _business_days_since(_SINCE)
_BOUNCED = (  # where the present stay alone is over the bound, the letter is T
    f'IF({_row("Stage due")}="","",IF(IFERROR(AND(ISNUMBER({_EARLIER}),{_EARLIER}>0,'
    f'{_EARLIER}+{_STAY}>INT({_BOUND})),FALSE),"B",""))'
)


def _is_past(head: str) -> str:
    return f"INT({day_number(head)})>=1,{day_number(head)}<AsOf"


def _stage_type(facts: Facts) -> pd.Series:
    return _cells(facts.deals["stage_type"].where(facts.deals["stage_type"] != ""))


@once
def in_stage_since(facts: Facts) -> pd.Series:
    """Day each open deal entered its stage (datetime64): the as-of date if the stage changed since the last refresh."""
    return entered_stage_on(facts).where(facts.deals["is_open"])


def entered_stage_on(facts: Facts) -> pd.Series:
    """The same of every deal, whatever became of it; Created where nothing else is known."""
    deals = facts.deals
    stages = zip(deals["stage_seen"].tolist(), deals["stage"].tolist(), strict=True)
    moved = np.array([bool(seen) and seen.casefold() != stage.casefold() for seen, stage in stages], dtype=bool)
    since, created = deals["stage_since"].to_numpy(), deals["created"].to_numpy()
    known = np.where(moved, np.datetime64(facts.as_of), np.where(np.isnat(since), created, since))
    return pd.Series(known.astype("datetime64[s]"), index=deals.index)


def _days_in_stage(facts: Facts) -> pd.Series:
    days = (pd.Timestamp(facts.as_of) - in_stage_since(facts)).dt.days.clip(lower=0)
    return _cells(days.where(facts.deals["is_open"]))


@once
def stage_due(facts: Facts) -> pd.Series:
    """Last day within the stage's bound (datetime64, NaT where there is none): open deals only."""
    bound = facts.deals["max_business_days"].where(facts.deals["is_open"], np.nan).to_numpy(dtype=float)
    due = facts.calendar.due(in_stage_since(facts).to_numpy().astype("datetime64[D]"), bound)
    return pd.Series(due.astype("datetime64[s]"), index=facts.deals.index)


@once
def days_over(facts: Facts) -> pd.Series:
    """Business days past Stage due (float, 0 = in time, NaN = no bound)."""
    due = stage_due(facts).to_numpy().astype("datetime64[D]")
    return pd.Series(facts.calendar.elapsed(due, facts.as_of), index=facts.deals.index)


@once
def over_by_bounces(facts: Facts) -> pd.Series:
    """Business days over the bound, earlier stays in the stage included, of deals whose present stay is in time.

    Float; 0 = in time (or over by the present stay alone, see ``days_over``), NaN = no bound.
    """
    since = in_stage_since(facts).to_numpy().astype("datetime64[D]")
    deals, late = facts.deals, days_over(facts).to_numpy()
    bound, earlier = deals["max_business_days"].to_numpy(), deals["earlier_days"].to_numpy()
    over = earlier + facts.calendar.elapsed(since, facts.as_of) - np.floor(bound)
    is_judged = deals["is_open"].to_numpy(dtype=bool) & (earlier > 0) & (bound >= 1) & ~np.isnan(over)
    has_bound = ~np.isnan(late)
    counted = np.where(is_judged, np.maximum(over, 0), np.where(has_bound, 0.0, np.nan))
    return pd.Series(np.where(late > 0, 0.0, counted), index=deals.index)


@once
def idle_days(facts: Facts) -> pd.Series:
    """Business days since the last touch, activity, logged change or creation (float, NaN = closed or no such date)."""
    deals = facts.deals
    heads = ("last_touch", "last_activity", "last_change", "stage_since", "created")
    dates = [deals[head].to_numpy() for head in heads]
    touch = functools.reduce(np.fmax, dates)  # passes over blanks
    idle = facts.calendar.elapsed(touch.astype("datetime64[D]"), facts.as_of)
    return pd.Series(idle, index=deals.index).where(deals["is_open"])


@once
def stale_flags(facts: Facts) -> pd.DataFrame:
    """The flags per deal, never merged: T (over time-bound), I (idle), C (close date past), N (next step).

    B (bounced) stands for T where the present stay is in time, but not together with earlier stays in the stage.
    """
    deals, as_of = facts.deals, np.datetime64(facts.as_of)
    flags = {
        "T": days_over(facts).to_numpy() > 0,
        "B": over_by_bounces(facts).to_numpy() > 0,
        "I": idle_days(facts).to_numpy() > facts.settings.idle_business_days,
        "C": deals["expected_close"].to_numpy() < as_of,
        "N": (deals["next_step"] == "").to_numpy() | (deals["next_step_date"].to_numpy() < as_of),
    }
    is_open = deals["is_open"].to_numpy(dtype=bool)
    return pd.DataFrame({letter: flag & is_open for letter, flag in flags.items()}, index=deals.index)


def _flag_letters(facts: Facts) -> pd.Series:
    flags = stale_flags(facts)
    cells, raised = np.full(len(flags), None, dtype=object), flags.to_numpy()
    for row in np.flatnonzero(raised.any(axis=1)).tolist():
        cells[row] = "".join(itertools.compress(flags.columns, raised[row].tolist()))
    return pd.Series(cells, index=flags.index, dtype=object)


def _weighted_amount(facts: Facts) -> pd.Series:
    deals = facts.deals
    return _cells((deals["local_amount"] * deals["probability"]).where(deals["is_open"]))


def _cells(values: pd.Series) -> pd.Series:
    """Values as cells: None for missing, dates as dates."""
    if pd.api.types.is_datetime64_any_dtype(values):
        cells = values.to_numpy().astype("datetime64[D]").astype(object).tolist()
    else:
        cells = [None if v is None or v != v else v for v in values.tolist()]  # noqa: PLR0124 - NaN
    return pd.Series(cells, index=values.index, dtype=object)


COMPUTED: Final = (
    ComputedColumn(
        "Stage type",
        f'IFERROR(LOWER(TRIM(INDEX(Stages[Type],{_STAGE_ROW}))),"")',
        _stage_type,
    ),
    ComputedColumn(
        "In stage since",
        f'IF({_NOT_OPEN},"",IF({_MOVED},AsOf,IF({_SINCE_KNOWN}>=1,{_SINCE_KNOWN},IF({_CREATED}>=1,{_CREATED},""))))',
        lambda facts: _cells(in_stage_since(facts)),
    ),
    ComputedColumn(
        "Days in stage",
        f'IF({_SINCE}="","",MAX(0,AsOf-{_SINCE}))',
        _days_in_stage,
    ),
    ComputedColumn(
        "Stage due",
        f'IF({_SINCE}="","",IF(N({_BOUND})<1,"",WORKDAY.INTL({_SINCE},{_BOUND},Weekend,Holidays[Date])))',
        lambda facts: _cells(stage_due(facts)),
    ),
    ComputedColumn(
        "Days over",
        f'IF({_row("Stage due")}="","",{_business_days_since(_row("Stage due"))})',
        lambda facts: _cells(days_over(facts)),
    ),
    ComputedColumn(
        "Idle days",
        f'IF({_NOT_OPEN},"",IF({_TOUCH}<1,"",{_business_days_since(_TOUCH)}))',
        lambda facts: _cells(idle_days(facts)),
    ),
    ComputedColumn(
        "Flags",
        f'IF({_NOT_OPEN},"",IF(N({_row("Days over")})>0,"T",{_BOUNCED})&IF(N({_row("Idle days")})>IdleLimit,"I","")'
        f'&IF(AND({_is_past("Expected close")}),"C","")'
        f'&IF(IFERROR({_row("Next step")}="",TRUE),"N",IF(AND({_is_past("Next step date")}),"N","")))',
        _flag_letters,
    ),
    ComputedColumn(
        "Weighted amount",
        f'IF(OR({_NOT_OPEN},NOT(ISNUMBER({_AMOUNT}))),"",'
        f"IF(IFERROR(AND(ISNUMBER({_OWN}),{_OWN}>=0,{_OWN}<=1),FALSE),{_AMOUNT}*{_OWN},"
        f'IF(ISNUMBER({_DEFAULT}),{_AMOUNT}*{_DEFAULT},"")))',
        _weighted_amount,
    ),
)
"""In the order of evaluation: a column may read those before it."""
