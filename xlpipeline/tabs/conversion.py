"""The tab Conversion: win rate on its named bases and by quarter, and how many deals go on from each stage."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Final

import pandas as pd

from xlpipeline.metrics.average_deal import average_deal, median_deal
from xlpipeline.metrics.conversion import by_stage
from xlpipeline.metrics.win_loss import win_loss
from xlpipeline.metrics.win_rate import all_bases, by_close_quarter, closed_counts, value_win_rate, win_rate
from xlpipeline.model.book import ChangeSet, whole_table
from xlpipeline.model.facts import Facts
from xlpipeline.model.figure import Figure
from xlpipeline.model.schema import Table
from xlpipeline.tabs.cards import Shown, card_names, shown
from xlpipeline.tabs.layout import Card, ChartBlock, Series, Tab, TableBlock, Text
from xlpipeline.tabs.wording import (
    EMPTY,
    REFRESH_HINT,
    all_given,
    counts_of,
    interval_text,
    is_missing,
    money_text,
    quiet,
    rate_interval,
    result,
    share_text,
    title_line,
)

STAGE_CONVERSION: Final = Table(
    "StageConversion",
    "Conversion",
    "Stage conversion",
    (
        result("Stage", "text", "Open stages, in their order."),
        result("Entered", "whole", "Deals that entered this stage or a later one.", "deals"),
        result("Went on", "whole", "Of them, deals that reached a later stage or were won.", "deals"),
        result("Lost here", "whole", "Of them, deals that were lost or derailed in this stage.", "deals"),
        result("Still here", "whole", "Of them, deals that are still open in this stage.", "deals"),
        result("Unknown", "whole", "Lost deals that do not say in which stage; they widen the bounds.", "deals"),
        result("Conversion", "share", "Went on / (went on + lost here)."),
        result("95 % interval", "text", "Wilson interval of the conversion; with few deals the counts."),
        result("Decided", "whole", "Went on + lost here: the deals behind the conversion.", "deals"),
        result("At least", "share", "If every undecided and unknown deal is lost here."),
        result("At most", "share", "If every undecided and unknown deal goes on."),
        result("Note", "text", "Immature: more than 20 % of the deals are undecided, so read the bounds too."),
    ),
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
CHART: Final = Table(
    "ConversionChart",
    "_Cards",
    "Behind the chart of stage conversion",
    (
        result("Stage", "text", "Stage with interval and n."),
        result("Share", "share", "Went on / (went on + lost here); where that is not given, the lower bound."),
    ),
)

CARDS: Final = (
    Card("B4", "win_rate", "Win rate", "share", "win_rate"),
    Card("D4", "win_rate_narrow", "Win rate, won : lost only", "share", "win_rate", across=3),
    Card("G4", "win_rate_created", "Win rate of all created", "share", "win_rate", across=3),
    Card("J4", "value_win_rate", "Win rate by value", "share", "win_rate", across=3),
    Card("M4", "win_loss", "Won : lost", "ratio", "win_loss", across=3),
    Card("P4", "average_deal", "Average deal", "money", "average_deal", across=3),
)

FALLBACK_NOTE: Final = (
    "There is no stage history yet: won deals count as having passed every stage, lost deals every stage up to the one "
    "they were lost in, open deals every stage up to their own. Lost deals that do not say where widen the bounds."
)


def fill(facts: Facts) -> ChangeSet:
    """Win rates on their bases, by quarter, and stage conversion of all deals."""
    stages = by_stage(facts)
    quarters = by_close_quarter(facts)
    names: dict[str, object] = {
        "line_conversion": f"{title_line(facts)} · trailing window {facts.window.name}",
        "conversion_says": _stage_says(stages),
        "win_rate_says": _quarter_says(quarters),
        **card_names(CARDS, _shown(facts)),
    }
    tables = (
        whole_table(STAGE_CONVERSION.name, _stage_table(stages, facts)),
        whole_table(CHART.name, _chart(stages)),
        whole_table(WIN_RATES.name, _bases(facts)),
        whole_table(BY_QUARTER.name, _quarter_table(quarters, facts)),
    )
    return ChangeSet(tables, names)


def _shown(facts: Facts) -> tuple[Shown, ...]:
    """What the cards show, in their order; all of the trailing window."""
    window, unit = facts.window, facts.money_unit
    counts = closed_counts(facts, window)
    broad, narrow = win_rate(facts, window=window), win_rate(facts, window=window, basis="closed-narrow")
    created = win_rate(facts, window=window, basis="created")
    ratio, average, median = win_loss(facts, window), average_deal(facts, window), median_deal(facts, window)
    return (
        shown(broad, "closed-broad", note=_interval(broad), instead=counts_of(broad)),
        shown(narrow, "closed-narrow", note=_interval(narrow), instead=counts_of(narrow)),
        shown(created, "created", note=created.note or _interval(created), instead=counts_of(created)),
        shown(value_win_rate(facts, window), "value", note="Σ won ÷ (Σ won + Σ lost)"),
        shown(ratio, "win_loss", instead=f"{counts.won} : {counts.lost}" if ratio.n else ""),
        shown(
            average,
            "average_deal",
            unit,
            note="" if median.value is None else f"median {money_text(median.value, facts)}",
        ),
    )


def _interval(rate: Figure) -> str:
    text = interval_text(rate.low, rate.high)
    return f"95 %: {text}" if text else ""


def _stage_table(stages: pd.DataFrame, facts: Facts) -> pd.DataFrame:
    decided = stages["advanced"] + stages["lost"]
    counts = zip(stages["low"], stages["high"], stages["advanced"], decided, strict=True)
    table = {
        "Stage": stages["stage"].tolist(),
        "Entered": stages["entered"].tolist(),
        "Went on": stages["advanced"].tolist(),
        "Lost here": stages["lost"].tolist(),
        "Still here": stages["open"].tolist(),
        "Unknown": stages["unknown"].tolist(),
        "Conversion": all_given(stages["rate"]),
        "95 % interval": [rate_interval(*of, facts.settings) for of in counts],
        "Decided": decided.tolist(),
        "At least": all_given(stages["lower_bound"]),
        "At most": all_given(stages["upper_bound"]),
        "Note": [note or EMPTY for note in stages["note"]],
    }
    return pd.DataFrame(table, columns=list(STAGE_CONVERSION.heads), dtype=object)


def _chart(stages: pd.DataFrame) -> pd.DataFrame:
    """Bars of the stage chart: the conversion, or where it is withheld the lower bound; the label says which."""
    body: list[tuple[object, ...]] = []
    for row in stages.to_dict("records"):
        n = f"n {int(row['advanced']) + int(row['lost']):,}"
        interval = interval_text(row["low"], row["high"])
        if interval:
            body.append((f"{row['stage']} ({interval}, {n})", row["rate"]))
        elif not is_missing(row["lower_bound"]):
            bounds = interval_text(row["lower_bound"], row["upper_bound"])
            body.append((f"{row['stage']} ({bounds} possible)", row["lower_bound"]))
        else:
            body.append((f"{row['stage']} (too few)", None))
    return pd.DataFrame(body, columns=list(CHART.heads), dtype=object)


def _stage_says(stages: pd.DataFrame) -> str:
    known = stages.dropna(subset="rate")
    if known.empty:
        unknown = int(stages["unknown"].max()) if len(stages) else 0
        if unknown:
            return f"Bars show the least possible: {unknown:,} lost deals do not say in which stage they were lost."
        return "Too few decided deals for a conversion rate."
    worst = known.iloc[int(known["rate"].to_numpy(dtype=float).argmin())]
    return f"Most deals drop out in {worst['stage']}: {share_text(worst['rate'])} go on."


def _bases(facts: Facts) -> pd.DataFrame:
    bases = all_bases(facts)
    counts = zip(bases["low"], bases["high"], bases["won"], bases["n"], strict=True)
    table = {
        "Basis": _basis_names(bases),
        "Won": bases["won"].tolist(),
        "Of": bases["n"].tolist(),
        "Win rate": all_given(bases["rate"]),
        "95 % interval": [rate_interval(*of, facts.settings) for of in counts],
        "Low": all_given(bases["low"]),
        "High": all_given(bases["high"]),
        "Window": [
            f"{window}. {note}" if note else window for window, note in zip(bases["window"], bases["note"], strict=True)
        ],
    }
    return pd.DataFrame(table, columns=list(WIN_RATES.heads), dtype=object)


def _basis_names(bases: pd.DataFrame) -> list[str]:
    """Each basis, with its window where it is there twice."""
    twice = bases["basis"].duplicated(keep=False)
    whole = bases["window"] == "all time"
    return [
        f"{basis}, {'all time' if everything else 'trailing'}" if repeated else str(basis)
        for basis, repeated, everything in zip(bases["basis"], twice, whole, strict=True)
    ]


def _quarter_table(quarters: pd.DataFrame, facts: Facts) -> pd.DataFrame:
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
        parts.append("Left-truncated: only fast deals can have closed so soon after the first was created.")
    if row["period"] == facts.quarter.name and facts.as_of < facts.quarter.end:
        parts.append(f"Up to {facts.as_of.isoformat()}.")
    if is_missing(row["rate"]):
        parts.append("Too few closed deals for a rate." if row["n"] else "No deal was closed.")
    return " ".join(parts) or EMPTY


def _quarter_says(quarters: pd.DataFrame) -> str:
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


TAB: Final = Tab(
    "Conversion",
    "dashboard",
    (
        Text("B1", "Conversion", "title"),
        Text("B2", REFRESH_HINT, "line", name="line_conversion", across=12),
        Text("N2", "", "line", name="refreshed_on_conversion", across=6, formula="refreshed_line"),
        *CARDS,
        Text("B9", EMPTY, "strong", name="conversion_says", across=9),
        ChartBlock(
            "B10",
            "stage_conversion",
            "bar",
            "Deals that go on from each stage, % of decided (95 % interval, n)",
            "One bar per stage: the share of decided deals that went on, with its 95 % interval and n.",
            CHART.name,
            "Stage",
            (Series("Share", "data", labels=True),),
            columns=8,
            rows=16,
            number_format="0 %",
        ),
        Text("K9", EMPTY, "strong", name="win_rate_says", across=9),
        ChartBlock(
            "K10",
            "win_rate_by_quarter",
            "column",
            "Win rate by quarter of the close, % of closed deals",
            "One column per quarter shows the share of qualified closed deals that was won.",
            BY_QUARTER.name,
            "Quarter",
            (Series("Win rate", "data", labels=True),),
            columns=9,
            rows=16,
            number_format="0 %",
        ),
        Text("B27", FALLBACK_NOTE, "hint", across=18),
        TableBlock(
            "B29",
            WIN_RATES,
            rows=8,
            grey_when_small="Of",
            tints=quiet(WIN_RATES),
            hint="closed-broad is the headline. Compare only figures of the same basis.",
        ),
        TableBlock(
            "B41",
            STAGE_CONVERSION,
            grey_when_small="Decided",
            tints=quiet(STAGE_CONVERSION),
            hint="Deals of all time, by the stage they are known to have reached.",
        ),
        TableBlock(
            "B64",
            BY_QUARTER,
            grows=True,
            grey_when_small="Closed",
            tints=quiet(BY_QUARTER),
            hint="closed-broad; the running quarter is not over yet.",
        ),
    ),
    fill=fill,
    widths={"A": 2, "B": 28, "T": 34} | dict.fromkeys("CDEFGHIJKLMNOPQRS", 11.3),
    freeze="A3",
    print_columns="B:T",
    page_break_before=(64,),
)
