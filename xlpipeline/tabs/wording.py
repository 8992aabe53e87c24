"""Words and cells that several tabs share: intervals, counts, money in sentences, figures that are not given.

A figure that cannot honestly be given is NOT_AVAILABLE (#N/A) in its cell and has its reason beside it (DESIGN rule 7).
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable
from typing import Final

from xlpipeline.model.book import NOT_AVAILABLE
from xlpipeline.model.facts import Facts
from xlpipeline.model.figure import Figure
from xlpipeline.model.schema import Column, Kind, Table
from xlpipeline.model.settings import Settings
from xlpipeline.tabs.layout import Tint

TEAM: Final = "Team"
"""Name of the row that stands for everybody."""
TEAM_ROW: Final = Tint('{Name}="Team"', "grey")
"""Sets the team's row apart from those of the reps."""
EMPTY: Final = "–"
SHORT_MONEY: Final = '[>=1000000]0.0,,"M";[>=10000]0,"k";#,##0'
"""Number format of money beside the marks of a chart."""
SHORT_MONEY_IF_LARGE: Final = '[>=1000000]0.0,,"M";[>=10000]0,"k";'
"""The same for stacked bars, without small numbers that their part of a bar has no room for."""
UNKNOWN: Final = "n/a"
REFRESH_HINT: Final = "Click Refresh metrics or run 'xlpipeline refresh' to fill this tab."

_SYMBOLS: Final = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "INR": "₹", "KRW": "₩", "CNY": "¥"}
_COUNTS: Final = re.compile(r"[\d,]+ of [\d,]+(?= won)")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SHORT: Final = ((1e9, "bn"), (1e6, "M"), (1e3, "k"))


def result(name: str, kind: Kind, note: str, unit: str = "") -> Column:
    """A column of a result table: written by refresh only; ``note`` is the definition that stands on its head."""
    return Column(name, kind, note, 14, "refresh", unit)


def quiet(table: Table, *, small: str = "", rated: tuple[str, ...] = ()) -> tuple[Tint, ...]:
    """Tints: #N/A in grey; the columns ``rated`` too where n in the column ``small`` is below the setting."""
    tints = tuple(
        Tint(f"ISNA({{{column.name}}})", "grey", (column.name,), "text")
        for column in table.columns
        if column.kind != "text"
    )
    if rated:
        tints = (Tint(f"AND(ISNUMBER({{{small}}}),{{{small}}}<GreyBelow)", "grey", rated, "text"), *tints)
    return tints


def title_line(facts: Facts) -> str:
    """The grey line under a tab's title: team, as-of date, number of opportunities."""
    return f"{facts.settings.team} · as of {facts.as_of.isoformat()} · {counted(len(facts.deals), 'opportunity')}"


def counted(n: float, noun: str) -> str:
    """``1 deal``, ``1,234 deals``, ``2 opportunities``."""
    whole = int(n)
    if whole == 1:
        return f"1 {noun}"
    return f"{whole:,} {noun[:-1]}ies" if noun.endswith("ty") else f"{whole:,} {noun}s"


def money_text(minor: float, facts: Facts) -> str:
    """Money in a sentence, short: ``€1.2M``, ``$830``. ``minor``: minor units of the base currency."""
    value = minor / facts.money_unit
    sign = "-" if value < 0 else ""
    code = facts.settings.currency.upper()
    symbol = _SYMBOLS.get(code, f"{code} ")
    size = abs(value)
    for step, letter in _SHORT:
        if size >= step * 0.9995:
            short = size / step
            return f"{sign}{symbol}{short:,.{0 if short >= 99.95 else 1}f}{letter}"
    return f"{sign}{symbol}{size:,.0f}"


def month_text(day: dt.date) -> str:
    """A month as ``Nov 26``."""
    return f"{_MONTHS[day.month - 1]} {day.year % 100:02d}"


def day_text(day: dt.date) -> str:
    """A day of these months as ``3 Nov``."""
    return f"{day.day} {_MONTHS[day.month - 1]}"


def share_text(share: float) -> str:
    """A share as ``63 %``."""
    return f"{100 * share:.0f} %"


def points_text(now: float, before: float) -> str:
    """How far a share has moved, as ``▲ 3 points``."""
    points = round(100 * (now - before))
    return f"{_arrow(points)} {abs(points)} {'point' if abs(points) == 1 else 'points'}"


def change_text(now: float, before: float) -> str:
    """How far an amount has moved, as ``▼ 12 %``; an empty text where the earlier one is not above 0."""
    if before <= 0:
        return ""
    change = round(100 * (now / before - 1))
    return f"{_arrow(change)} {abs(change)} %"


def _arrow(change: float) -> str:
    return "▲" if change > 0 else "▼" if change < 0 else "="


def ratio_text(ratio: float) -> str:
    """A ratio as ``2.4 ×``."""
    return f"{ratio:,.1f} ×"


def interval_text(low: object, high: object) -> str | None:
    """A 95 % interval of a rate as ``48–64 %``; None where there is none."""
    if is_missing(low) or is_missing(high):
        return None
    return f"{100 * _number(low):.0f}–{100 * _number(high):.0f} %"


def is_missing(value: object) -> bool:
    """True for None and NaN (and NaT, NA): a number that a metric did not give."""
    return value is None or not isinstance(value, int | float) or math.isnan(value)


def _number(value: object) -> float:
    assert isinstance(value, int | float)  # noqa: S101 - callers have asked is_missing
    return float(value)


def given(value: object, unit: float = 1) -> object:
    """A figure's cell: the number (divided by ``unit``), or NOT_AVAILABLE where the metric gives none."""
    value = value.item() if hasattr(value, "item") else value
    return NOT_AVAILABLE if is_missing(value) else _number(value) / unit


def known(value: object, unit: float = 1) -> float | None:
    """A plain fact's cell: the number (divided by ``unit``), or blank where there is none."""
    value = value.item() if hasattr(value, "item") else value
    return None if is_missing(value) else _number(value) / unit


def all_given(values: Iterable[object], unit: float = 1) -> list[object]:
    """``given`` of each."""
    return [given(value, unit) for value in values]


def all_known(values: Iterable[object], unit: float = 1) -> list[float | None]:
    """``known`` of each."""
    return [known(value, unit) for value in values]


def rate_interval(low: float | None, high: float | None, hits: float, n: float, settings: Settings) -> str:
    """What stands beside a rate: its interval, with too few deals the counts ("3 of 4"), without deals a dash."""
    if n <= 0:
        return EMPTY
    if n < settings.counts_only_below:
        return f"{int(hits)} of {int(n)}"
    return interval_text(low, high) or EMPTY


def counts_of(rate: Figure) -> str:
    """The counts of a rate that is withheld because there are too few deals ("3 of 4"); else an empty text."""
    found = _COUNTS.match(rate.reason)
    return found[0] if found else ""


def why(figure: Figure) -> str:
    """The sentence beside a figure: the reason where it is refused, else its note."""
    return figure.reason or figure.note


def n_text(n: float, definition: str) -> str:
    """Third line of a card: ``n = 312 · win_rate``."""
    return f"n = {int(n):,} · {definition}"


def inside(sentence: str) -> str:
    """A sentence as the second half of another: its first letter small."""
    return sentence[:1].lower() + sentence[1:]


def first_sentence(text: str, most: int = 96) -> str:
    """What a card has room for: the first sentence, cut at a word when it is longer than ``most`` letters."""
    sentence = text.split(". ", maxsplit=1)[0].split("; ", maxsplit=1)[0].rstrip(".")
    if len(sentence) <= most:
        return sentence
    return sentence[: most - 2].rsplit(" ", 1)[0].rstrip(",:") + " …"
