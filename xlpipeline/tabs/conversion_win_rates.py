"""The tables of win rates on the tab Conversion: on every basis, by quarter of the close, and by days."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Final

import pandas as pd

from xlpipeline.metrics.win_curve import Start, by_days, won_within
from xlpipeline.metrics.win_rate import all_bases, by_close_quarter, by_created_quarter
from xlpipeline.model.facts import Facts
from xlpipeline.model.schema import Table
from xlpipeline.tabs.wording import (
    EMPTY,
    all_given,
    all_known,
    interval_text,
    is_missing,
    rate_interval,
    result,
    share_text,
)

WIN_RATES: Final = Table(
    "WinRates",
    "Conversion",
    "Win rate on every basis",
    (
        result(
            "Basis",
            "text",
            "closed-broad: won / closed. closed-narrow: won / (won + lost). created: won / created. value: by amount.",
        ),
        result("Won", "whole", "Deals won.", "deals"),
        result("Of", "whole", "Deals in the denominator.", "deals"),
        result("Win rate", "share", "Won / of."),
        result("95 % interval", "text", "Wilson interval; with few deals the counts."),
        result("Low", "share", "Lower end of the interval."),
        result("High", "share", "Upper end of the interval."),
        result(
            "Window",
            "text",
            "When the deals were closed (or created), and what belongs to the figure, or why there is none.",
        ),
    ),
)
BY_QUARTER: Final = Table(
    "WinRateByQuarter",
    "Conversion",
    "Win rate by quarter of the close",
    (
        result("Quarter", "text", "Fiscal quarter of the actual close."),
        result("Won", "whole", "Deals won.", "deals"),
        result("Closed", "whole", "Qualified deals that were won, lost or derailed.", "deals"),
        result("Win rate", "share", "Won / closed."),
        result("95 % interval", "text", "Wilson interval; with few deals the counts."),
        result("Low", "share", "Lower end of the interval."),
        result("High", "share", "Upper end of the interval."),
        result(
            "Note", "text", "Left-truncated: only fast deals can have closed so soon after the first deal was created."
        ),
    ),
)
BY_CREATED: Final = Table(
    "WinRateByCreated",
    "Conversion",
    "What became of the deals of each quarter of creation",
    (
        result("Created in", "text", "Fiscal quarter of Created."),
        result("Created", "whole", "Qualified deals created in it.", "deals"),
        result("Won", "whole", "Of them, deals won by now.", "deals"),
        result("Lost", "whole", "Of them, deals lost or derailed by now.", "deals"),
        result("Open", "whole", "Of them, deals that are not decided yet.", "deals"),
        result("Won by now", "share", "Won / created: the open ones can only raise it."),
        result("95 % interval", "text", "Wilson interval of won by now; with few deals the counts."),
        result("At most", "share", "If every open deal is won."),
        result("Note", "text", "Immature: more than 20 % are not decided yet, so read both shares."),
    ),
)
WIN_CURVE: Final = Table(
    "WinCurve",
    "Conversion",
    "Win curve: what becomes of the deals that are created",
    (
        result("Within days", "whole", "Calendar days since Created.", "days"),
        result("Won", "share", "Share of all created deals won by then (Aalen-Johansen)."),
        result("95 % interval", "text", "95 % interval of the share won."),
        result("Lost", "share", "Share lost or derailed by then."),
        result("Still open", "share", "Share neither won nor lost by then."),
        result("Followed", "whole", "Deals that are known of for so many days and were open until then.", "deals"),
        result("Note", "text", "What belongs to the figure, or why there is none."),
    ),
)


def bases_table(facts: Facts) -> pd.DataFrame:
    """Body of WinRates."""
    bases = all_bases(facts)
    if not _is_on_an_older_tab(facts):
        bases = pd.concat([bases, _curve_bases(facts)], ignore_index=True)
    counts = zip(bases["low"], bases["high"], bases["won"], bases["n"], strict=True)
    table = {
        "Basis": _basis_names(bases),
        "Won": all_known(bases["won"]),
        "Of": bases["n"].tolist(),
        "Win rate": all_given(bases["rate"]),
        "95 % interval": [
            interval_text(low, high) or EMPTY if is_missing(won) else rate_interval(low, high, won, n, facts.settings)
            for low, high, won, n in counts
        ],
        "Low": all_given(bases["low"]),
        "High": all_given(bases["high"]),
        "Window": [
            _fitting(f"{window}. {note}") if note else window
            for window, note in zip(bases["window"], bases["note"], strict=True)
        ],
    }
    return pd.DataFrame(table, columns=list(WIN_RATES.heads), dtype=object)


def _is_on_an_older_tab(facts: Facts) -> bool:
    """Whether the tab was built when it had no curve: then there is no room for it, and WinCurve alone tells it."""
    tables = facts.book.tables
    if WIN_RATES.name not in tables:
        return False
    return WIN_CURVE.name not in tables or tables[WIN_CURVE.name].sheet != tables[WIN_RATES.name].sheet


_MOST_LETTERS: Final = 220
"""As many as the last column of WinRates shows on paper."""


def _fitting(text: str) -> str:
    """As many whole sentences as there is room for."""
    while len(text) > _MOST_LETTERS and ". " in text:
        text = text.rsplit(". ", 1)[0] + "."
    return text


def _curve_bases(facts: Facts) -> pd.DataFrame:
    """The win curve as two bases more, in the columns of ``all_bases``."""
    limit, rows = facts.settings.conversion_days, []
    starts: tuple[Start, ...] = ("created", "qualified")
    for start in starts:
        found = won_within(facts, limit, start)
        cells = [float("nan") if v is None else v for v in (found.value, found.low, found.high)]
        word = "creation" if start == "created" else "qualification"
        name = f"curve, {limit} days from {word}"
        rows.append((name, "all time", None, found.n, *cells, found.reason or found.note))
    return pd.DataFrame(rows, columns=["basis", "window", "won", "n", "rate", "low", "high", "note"])


def _basis_names(bases: pd.DataFrame) -> list[str]:
    """Each basis, with its window where it is there twice."""
    twice = bases["basis"].duplicated(keep=False)
    whole = bases["window"] == "all time"
    return [
        f"{basis}, {'all time' if everything else 'trailing'}" if repeated else str(basis)
        for basis, repeated, everything in zip(bases["basis"], twice, whole, strict=True)
    ]


MOST_QUARTERS: Final = 12


def quarter_table(facts: Facts) -> pd.DataFrame:
    """Body of WinRateByQuarter: the last quarters."""
    quarters = by_close_quarter(facts).tail(MOST_QUARTERS)
    counts = zip(quarters["low"], quarters["high"], quarters["won"], quarters["n"], strict=True)
    table = {
        "Quarter": quarters["period"].tolist(),
        "Won": quarters["won"].tolist(),
        "Closed": quarters["n"].tolist(),
        "Win rate": all_given(quarters["rate"]),
        "95 % interval": [rate_interval(*of, facts.settings) for of in counts],
        "Low": all_given(quarters["low"]),
        "High": all_given(quarters["high"]),
        "Note": [_quarter_note(row, facts) for row in quarters.to_dict("records")],
    }
    return pd.DataFrame(table, columns=list(BY_QUARTER.heads), dtype=object)


def _quarter_note(row: Mapping[Hashable, object], facts: Facts) -> str:
    parts = []
    if row["left_truncated"]:
        parts.append("Left-truncated.")
    if row["period"] == facts.quarter.name and facts.as_of < facts.quarter.end:
        parts.append(f"Up to {facts.as_of.isoformat()}.")
    if is_missing(row["rate"]):
        parts.append("Too few deals." if row["n"] else "No deal was closed.")
    return " ".join(parts) or EMPTY


def cohort_table(facts: Facts) -> pd.DataFrame:
    """Body of WinRateByCreated: the last quarters."""
    cohorts = by_created_quarter(facts).tail(MOST_QUARTERS)
    counts = zip(cohorts["low"], cohorts["high"], cohorts["won"], cohorts["created"], strict=True)
    table = {
        "Created in": cohorts["period"].tolist(),
        "Created": cohorts["created"].tolist(),
        "Won": cohorts["won"].tolist(),
        "Lost": cohorts["lost"].tolist(),
        "Open": cohorts["open"].tolist(),
        "Won by now": all_given(cohorts["rate"]),
        "95 % interval": [rate_interval(*of, facts.settings) for of in counts],
        "At most": all_given(cohorts["upper_bound"]),
        "Note": [
            " ".join(filter(None, ("Immature." if late else "", "Too few deals." if is_missing(rate) else ""))) or EMPTY
            for late, rate in zip(cohorts["immature"], cohorts["rate"], strict=True)
        ],
    }
    return pd.DataFrame(table, columns=list(BY_CREATED.heads), dtype=object)


def quarter_says(facts: Facts) -> str:
    """The win rate of the last quarter in words."""
    quarters = by_close_quarter(facts)
    known = quarters.dropna(subset="rate") if len(quarters) else quarters
    if known.empty:
        return "Too few closed deals for a win rate by quarter."
    last = known.iloc[-1]
    text = f"{last['period']}: {share_text(last['rate'])} won (95 %: {interval_text(last['low'], last['high'])})"
    early = int(known["left_truncated"].sum())
    return (
        f"{text}; the first {early} are left-truncated."
        if early > 1
        else f"{text}; the first is left-truncated."
        if early
        else f"{text}."
    )


def curve_table(facts: Facts) -> pd.DataFrame:
    """Body of WinCurve."""
    curve = by_days(facts)
    table = {
        "Within days": curve["days"].tolist(),
        "Won": all_given(curve["won"]),
        "95 % interval": intervals(curve["low"], curve["high"]),
        "Lost": all_given(curve["lost"]),
        "Still open": all_given(curve["open"]),
        "Followed": curve["followed"].tolist(),
        "Note": [note or EMPTY for note in curve["note"]],
    }
    return pd.DataFrame(table, columns=list(WIN_CURVE.heads), dtype=object)


def curve_says(facts: Facts) -> str:
    """The win curve in words."""
    limit = facts.settings.conversion_days
    won = won_within(facts, limit)
    if won.value is None:
        return f"No win curve yet. {won.reason}"
    between = interval_text(won.low, won.high)
    return f"Of 100 new deals, {100 * won.value:.0f} are won within {limit} days (95 %: {between})."


def intervals(lows: pd.Series, highs: pd.Series) -> list[str]:
    """95 % intervals in words, a dash where there is none."""
    return [interval_text(low, high) or EMPTY for low, high in zip(lows, highs, strict=True)]
