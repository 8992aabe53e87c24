"""Settings: one frozen record, read from the workbook's own ``Settings`` table (key, value, unit, meaning).

The table that the builder writes is made from this record's fields, so there is no second list to maintain.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from dataclasses import Field, dataclass, field, fields, replace
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from xlpipeline.errors import SetupError
from xlpipeline.model.book import Book, CellError, is_blank


def _setting(default: Any, unit: str, meaning: str, *, allowed: tuple[Any, ...] = ()) -> Any:  # noqa: ANN401
    """A field with what the Settings table shows of it; ``allowed``: texts, or (least, most) of a number."""
    return field(default=default, metadata={"unit": unit, "meaning": meaning, "allowed": allowed})


@dataclass(frozen=True)
class Settings:
    """What a team may set; thresholds of SEMANTICS.md are defaults here, never constants in code."""

    team: str = _setting("Our team", "text", "Name shown on every dashboard.")
    currency: str = _setting("EUR", "ISO code", "Base currency: quotas and all figures are in it.")
    amount_measure: str = _setting(
        "as entered",
        "text",
        "What Amount and Quota both measure; named beside the average deal.",
        allowed=("as entered", "acv", "tcv", "first year", "mrr x 12"),
    )
    minor_unit_digits: int = _setting(
        2, "digits", "Decimal places of the base currency (EUR 2, JPY 0).", allowed=(0, 4)
    )
    as_of: dt.date | None = _setting(None, "date", "Day the figures are for. Blank = today.")  # noqa: RUF009 - it makes a field
    time_zone: str = _setting("Europe/Berlin", "IANA name", "Zone in which a time stamp becomes a date.")
    weekend: str = _setting("0000011", "Mon-Sun, 1 = off", "Days that are not worked, Monday first.")
    fiscal_year_start_month: int = _setting(1, "month", "First month of the fiscal year.", allowed=(1, 12))
    idle_business_days: int = _setting(
        10, "business days", "No touch for longer than this is stale (flag I).", allowed=(1, 365)
    )
    forecast_days: int = _setting(
        30, "days", "N of the N-day forecast: wins expected within N days, back-tested on past dates.", allowed=(1, 366)
    )
    probability_source: str = _setting(
        "stage",
        "stage or history",
        "Weighted forecast of a deal without a probability of its own: its stage's default, or what history won.",
        allowed=("stage", "history"),
    )
    commit_from: float = _setting(
        0.75, "share", "A deal of this probability or more is Commit where Forecast category is blank.", allowed=(0, 1)
    )
    best_case_from: float = _setting(0.5, "share", "The same for Best case; what is below is Pipeline.", allowed=(0, 1))
    amount_drop_share: float = _setting(
        0.2,
        "share",
        "An open deal whose amount fell by at least this share from its highest is at risk.",
        allowed=(0.01, 1),
    )
    required_coverage: float = _setting(
        3.0, "x", "Rule of thumb used until past periods give a better figure.", allowed=(0.1, 20)
    )
    amber_coverage_share: float = _setting(
        0.8, "share", "Coverage from this share of the required level is amber, below is red.", allowed=(0, 1)
    )
    required_from_quarters: int = _setting(
        4, "quarters", "Past quarters behind the required coverage; with fewer, the rule of thumb.", allowed=(4, 8)
    )
    waterfall_from: dt.date | None = _setting(  # noqa: RUF009 - it makes a field
        None, "date", "The waterfall opens with the latest snapshot up to here. Blank = start of the quarter."
    )
    listed_pushes: int = _setting(
        2, "pushes", "Open deals that were put off at least so often are listed on Waterfall.", allowed=(1, 100)
    )
    window_quarters: int = _setting(
        4, "quarters", "Trailing fiscal quarters behind win rate, average deal, cycle and velocity.", allowed=(1, 40)
    )
    win_rate_base: str = _setting(
        "qualified",
        "text",
        "Deals that count: those that reached a qualified stage, or all.",
        allowed=("qualified", "all"),
    )
    velocity_low: float = _setting(
        0.67, "x", "Velocity below this multiple of the realised value per day gets a note.", allowed=(0, 1)
    )
    velocity_high: float = _setting(
        1.5, "x", "Velocity above this multiple of the realised value per day gets a note.", allowed=(1, 10)
    )
    counts_only_below: int = _setting(5, "deals", "Below this n only counts are shown, no rate.", allowed=(1, 100))
    grey_below: int = _setting(30, "deals", "Below this n a rate is shown in grey.", allowed=(1, 1000))
    immature_share: float = _setting(
        0.2, "share", "A cohort with more than this share still open is immature.", allowed=(0, 1)
    )
    conversion_days: int = _setting(
        90, "days", "N of the share that goes on from a stage, or is lost in it, within N days.", allowed=(1, 3650)
    )
    bottleneck_days: int = _setting(
        180, "days", "Entries of this many last days are compared with as many of a year ago.", allowed=(14, 3650)
    )
    blank_lost_amount_share: float = _setting(
        0.2, "share", "Above this share of lost deals without amount, no value win rate.", allowed=(0, 1)
    )
    late_entry_share: float = _setting(
        0.1, "share", "Above this share of wins created on the day they closed, entry is late.", allowed=(0, 1)
    )
    absurd_amount_multiple: float = _setting(
        100.0, "x", "An amount above this multiple of the median won deal is listed in Issues.", allowed=(2, 1_000_000)
    )
    stage_change_policy: str = _setting(
        "flag",
        "flag or revert",
        "A stage typed over against the criteria is listed in Issues, or put back.",
        allowed=("flag", "revert"),
    )
    inflated_amount_multiple: float = _setting(
        3.0,
        "x",
        "An open amount above this multiple of the rep's median won deal counts as inflation.",
        allowed=(1, 1000),
    )
    clean_up_overdue_days: int = _setting(
        30, "days", "A deal whose expected close is past by more than this is proposed for clean-up.", allowed=(1, 3650)
    )
    clean_up_idle_multiple: float = _setting(
        2.0,
        "x",
        "A deal without a next step and idle for more than this multiple of idle_business_days is proposed, too.",
        allowed=(1, 100),
    )
    lead_fit_share: float = _setting(
        0.5, "share", "Weight of fit in a lead's score; the rest is behaviour.", allowed=(0, 1)
    )
    lead_adjustment: float = _setting(
        20.0,
        "points",
        "A manual adjustment of a lead's score beyond this, up or down, does not count.",
        allowed=(0, 100),
    )
    top_share: float = _setting(
        0.2, "share", "Share of the open leads that is flagged as the best; ties at the cut are in.", allowed=(0.01, 1)
    )
    top_least: int = _setting(10, "leads", "With fewer scored open leads nobody is flagged.", allowed=(1, 1000))
    response_unit: str = _setting(
        "business days",
        "text",
        "How the time to the first response is counted; hours need a time of day in both cells.",
        allowed=("business days", "days", "business hours", "hours"),
    )
    response_target: float = _setting(
        1.0, "response units", "A response within this counts as in time.", allowed=(0, 10_000)
    )
    working_hours: str = _setting("09:00-17:00", "from-to", "Hours of a business day, for business hours.")
    qualified_lead_days: int = _setting(
        30,
        "days",
        "A qualified lead that has no opportunity for longer than this is listed in Issues.",
        allowed=(1, 3650),
    )
    cost_lag_months: int = _setting(
        0, "months", "Costs of a month are set against opportunities qualified so many months later.", allowed=(0, 24)
    )
    win_score_least: int = _setting(
        200, "deals", "The win score needs more won and more lost deals than this.", allowed=(200, 1_000_000)
    )
    win_score_days: int = _setting(92, "days", "A win score whose model is older than this says so.", allowed=(1, 3650))
    win_score_columns: str = _setting(
        "",
        "column heads",
        "Own columns of Pipeline, with commas between, that are known at entry and stay: they count.",
    )
    review_days: int = _setting(
        7, "days", "Days between two reviews; the first one looks back so far.", allowed=(1, 92)
    )
    review_lines: int = _setting(
        10, "lines", "Most lines of one block of a rep's review; the rest is counted.", allowed=(1, 200)
    )
    colour_rows: str = _setting("on", "on or off", "Tint stale rows of Pipeline.", allowed=("on", "off"))
    edit_stamps: str = _setting(
        "on",
        "on or off",
        "The Excel add-in keeps when stage, amount and expected close are edited.",
        allowed=("on", "off"),
    )


def setting_fields() -> tuple[Field[Any], ...]:
    """The fields in the order of the Settings table; ``metadata`` holds unit, meaning and allowed values."""
    return fields(Settings)


def read_settings(book: Book) -> Settings:
    """Settings of the workbook; a missing or blank key takes its default.

    Raises:
        SetupError: a value is not of its kind; the sentence gives sheet, row and what is allowed.
    """
    frame = book.frame("Settings")
    if frame.empty or not {"Key", "Value"} <= set(frame.columns):
        return Settings()
    known = {f.name: f for f in setting_fields()}
    table = book.tables["Settings"]
    given: dict[str, Any] = {}
    for position, (key, value) in enumerate(zip(frame["Key"], frame["Value"], strict=True)):
        name = str(key or "").strip()
        if name in known and not is_blank(value):
            given[name] = _typed(known[name], value, f"{table.sheet}, row {table.first_row + 1 + position}")
    return replace(Settings(), **given)


def read_settings_values(values: Mapping[str, object], place: str) -> Settings:
    """Settings from plain values (a recipe, a command's options); blank ones take the default.

    Raises:
        SetupError: a value is not of its kind; the sentence begins with ``place`` and says what is allowed.
    """
    known = {f.name: f for f in setting_fields()}
    given = {key: _typed(known[key], value, place) for key, value in values.items() if not is_blank(value)}
    return replace(Settings(), **given)


def _typed(one: Field[Any], value: object, place: str) -> Any:  # noqa: ANN401
    kind = str(one.type)
    allowed: tuple[Any, ...] = one.metadata["allowed"]
    if "date" in kind:
        return _date(one.name, value, place)
    if kind == "str":
        return _text(one.name, value, allowed, place)
    number = _number(value)
    least, most = allowed or (-math.inf, math.inf)
    if number is None or (kind == "int" and number % 1 != 0) or not least <= number <= most:
        span = f" from {least:,} to {most:,}" if allowed else ""
        raise _refusal(place, one.name, value, f"a {'whole ' if kind == 'int' else ''}number{span}")
    return int(number) if kind == "int" else number


def _date(name: str, value: object, place: str) -> dt.date:
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    try:  # a cell formatted as text holds what was typed
        return dt.date.fromisoformat(str(value).strip())
    except ValueError:
        raise _refusal(place, name, value, "a date such as 2026-03-31, or nothing for today") from None


def _number(value: object) -> float | None:
    """A number, also one that a cell formatted as text holds; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _text(name: str, value: object, allowed: tuple[Any, ...], place: str) -> str:
    if isinstance(value, CellError):
        raise _refusal(place, name, value, "a text")
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()
    if name == "time_zone" and not _is_zone(text):
        raise _refusal(place, name, value, "a time zone such as Europe/Berlin")
    if name == "working_hours" and not _are_hours(text):
        raise _refusal(place, name, value, "hours such as 09:00-17:00")
    if name == "weekend":
        text = text.zfill(7)
        if set(text) - {"0", "1"} or len(text) != 7 or "0" not in text:
            raise _refusal(place, name, value, "seven digits 0 or 1, Monday first, not all 1")
    if allowed and text.lower() not in allowed:
        raise _refusal(place, name, value, "one of " + _listed(allowed))
    return text.lower() if allowed else text


def _are_hours(text: str) -> bool:
    try:
        opens, closes = (dt.time.fromisoformat(part.strip()) for part in text.split("-"))
    except ValueError:
        return False
    return opens < closes


def _is_zone(text: str) -> bool:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _refusal(place: str, key: str, value: object, allowed: str) -> SetupError:
    told = f"{value:g}" if isinstance(value, float) else f"{value!s:.60}"
    return SetupError(f"{place}: the setting {key} is {told}; please enter {allowed}.")


def _listed(texts: Iterable[Any]) -> str:
    return ", ".join(str(t) for t in texts)
