"""The tab Marketing view: what became of each source's leads and opportunities, and why the others ended."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from xlpipeline.metrics.lead_sources import (
    ALL_SOURCES,
    NO_REASON,
    by_source,
    disqualify_reasons,
    loss_reasons,
    total,
    undated,
)
from xlpipeline.model.book import ChangeSet, whole_table
from xlpipeline.model.facts import Facts
from xlpipeline.model.schema import Table
from xlpipeline.tabs.layout import ChartBlock, Series, Tab, TableBlock, Text, Tint
from xlpipeline.tabs.wording import (
    EMPTY,
    REFRESH_HINT,
    SHORT_MONEY,
    counted,
    given,
    known,
    money_text,
    quiet,
    rate_interval,
    result,
    share_text,
    title_line,
)

_MOST_SOURCES: Final = 25
_MOST_BARS: Final = 10
RESULTS: Final = Table(
    "SourceResults",
    "Marketing view",
    "From source to result",
    (
        result("Source", "text", "Where the lead or the opportunity came from."),
        result("Leads", "whole", "Leads that came in within the window.", "leads"),
        result("Qualified leads", "whole", "Of them, marked qualified or converted.", "leads"),
        result("Converted", "whole", "Of them, became an opportunity.", "leads"),
        result("Disqualified", "whole", "Of them, disqualified.", "leads"),
        result("Opportunities", "whole", "Opportunities created within the window, with or without a lead.", "deals"),
        result("Qualified", "whole", "Of them, reached a stage that counts as qualified.", "deals"),
        result("Open", "whole", "Of them, open.", "deals"),
        result("Won", "whole", "Of them, won.", "deals"),
        result("Lost", "whole", "Of them, lost or derailed.", "deals"),
        result("Won value", "money", "Amount of the won deals.", "currency"),
        result("Open value", "money", "Amount of the open deals.", "currency"),
        result("Won share", "share", "Won / (won + lost)."),
        result("95 % interval", "text", "Wilson interval of the won share; with few closed deals the counts."),
        result("Closed", "whole", "Closed deals behind the share.", "deals"),
        result("Note", "text", "Why the share is not given."),
    ),
    key="Source",
)
LOSSES: Final = Table(
    "LossReasons",
    "Marketing view",
    "Why opportunities were lost",
    (
        result("Source", "text", "Where the opportunity came from."),
        result("Reason", "text", "Lost reason of Pipeline."),
        result("Deals", "whole", "Lost and derailed deals.", "deals"),
        result("Share", "share", "Of the source's lost and derailed deals."),
        result("Amount", "money", "Their amount, as it stands now.", "currency"),
    ),
)
DISQUALIFIED: Final = Table(
    "DisqualifyReasons",
    "Marketing view",
    "Why leads were disqualified",
    (
        result("Lead source", "text", "Where the lead came from."),
        result("Why", "text", "Disqualified reason of Leads."),
        result("Leads", "whole", "Disqualified leads.", "leads"),
        result("Share", "share", "Of the source's disqualified leads."),
    ),
)
CHART: Final = Table(
    "SourceValueChart",
    "_Cards",
    "Behind the chart of won value by source",
    (
        result("Source", "text", "Where the opportunity came from."),
        result("Won value", "money", "Amount of the won deals.", "currency"),
        result("Open value", "money", "Amount of the open deals.", "currency"),
    ),
)


def fill(facts: Facts) -> ChangeSet:
    """Results and reasons by source, of the trailing window."""
    window = facts.window
    found = by_source(facts, window)
    everything = total(facts, window)
    records: list[dict[Any, Any]] = found.head(_MOST_SOURCES).to_dict("records")
    lost, disqualified = loss_reasons(facts, window), disqualify_reasons(facts, window)
    names: dict[str, object] = {
        "line_marketing_view": " · ".join(filter(None, (title_line(facts), _window(facts), _more(len(found))))),
        "marketing_says": _says(found, everything, facts),
        "marketing_reasons_say": _reasons_say(lost, disqualified),
    }
    bodies = (
        (RESULTS, [_row(row, facts) for row in [everything, *records]]),
        (LOSSES, [_loss(row, facts) for row in lost.to_dict("records")]),
        (DISQUALIFIED, [tuple(row[h] for h in ("source", "reason", "deals", "share"))
                        for row in disqualified.to_dict("records")]),
        (CHART, _bars(found, facts)),
    )  # fmt: skip
    frames = (
        whole_table(table.name, pd.DataFrame(rows, columns=list(table.heads), dtype=object)) for table, rows in bodies
    )
    return ChangeSet(tuple(frames), names)


_COUNTS: Final = (
    "leads", "qualified_leads", "converted", "disqualified", "opportunities", "qualified", "open", "won", "lost",
)  # fmt: skip


def _row(row: dict[Any, Any], facts: Facts) -> tuple[object, ...]:
    unit, closed = facts.money_unit, row["won"] + row["lost"]
    return (
        row["source"],
        *(row[head] for head in _COUNTS),
        known(row["won_amount"], unit),
        known(row["open_amount"], unit),
        given(row["rate"]),
        rate_interval(row["low"], row["high"], row["won"], closed, facts.settings),
        closed,
        row["note"] or None,
    )


def _loss(row: dict[Any, Any], facts: Facts) -> tuple[object, ...]:
    return (row["source"], row["reason"], row["deals"], row["share"], known(row["amount"], facts.money_unit))


def _bars(found: pd.DataFrame, facts: Facts) -> list[tuple[object, ...]]:
    unit, first = facts.money_unit, found.head(_MOST_BARS).to_dict("records")
    return [(row["source"], row["won_amount"] / unit, row["open_amount"] / unit) for row in first]


def _says(found: pd.DataFrame, everything: dict[str, Any], facts: Facts) -> str:
    if found.empty or not everything["leads"] + everything["opportunities"]:
        return "Neither leads nor opportunities came in within the window."
    first = found.iloc[0]
    if not everything["won_amount"] > 0:
        came = f"{counted(everything['leads'], 'lead')}, {counted(everything['opportunities'], 'opportunity')}"
        return f"{came}, nothing won yet."
    share = first["won_amount"] / everything["won_amount"]
    return (
        f"{first['source']} brought most: {money_text(first['won_amount'], facts)} won, {share_text(share)} of the won "
        f"value, from {counted(first['opportunities'], 'opportunity')}."
    )


def _window(facts: Facts) -> str:
    told = [counted(n, noun) for n, noun in zip(undated(facts), ("lead", "opportunity"), strict=True) if n]
    without = f" (in no window, for Created is blank: {' and '.join(told)})" if told else ""
    return f"leads and opportunities created in {facts.window.name}{without}"


def _more(sources: int) -> str:
    more = sources - _MOST_SOURCES
    return f"the first {_MOST_SOURCES} sources and {more:,} more, not listed" if more > 0 else ""


def _reasons_say(lost: pd.DataFrame, disqualified: pd.DataFrame) -> str:
    parts = [
        _reason_says(frame, *words)
        for frame, words in (
            (lost, ("deals were lost", "lost deal")),
            (disqualified, ("leads were disqualified", "disqualified lead")),
        )
        if len(frame)
    ]
    told = "; ".join(parts)
    return f"{told[:1].upper()}{told[1:]}." if told else "Nothing was lost or disqualified within the window."


def _reason_says(reasons: pd.DataFrame, happened: str, noun: str) -> str:
    counts = reasons.groupby("reason")["deals"].sum()
    without = int(counts.get(NO_REASON, 0))
    told = counts.drop(NO_REASON, errors="ignore").sort_values(ascending=False, kind="stable")
    if told.empty:
        return f"no reason is given for {counted(without, noun)}"
    return f"most {happened} for: {told.index[0]}" + (f" ({without:,} without a reason)" if without else "")


TAB: Final = Tab(
    "Marketing view",
    "dashboard",
    (
        Text("B1", "Marketing view", "title"),
        Text("B2", REFRESH_HINT, "line", name="line_marketing_view"),
        Text("B3", "", "line", name="refreshed_on_marketing_view", formula="refreshed_line"),
        Text("B4", EMPTY, "strong", name="marketing_says", across=12),
        Text("B5", EMPTY, "body", name="marketing_reasons_say", across=12),
        ChartBlock(
            "B7",
            "source_value",
            "bar",
            "Won and open value by source, opportunities created in the window",
            "Bars show the won and the open value of the opportunities of each source.",
            CHART.name,
            "Source",
            (Series("Won value", labels=True), Series("Open value", "context", labels=True)),
            columns=10,
            rows=16,
            number_format=SHORT_MONEY,
        ),
        TableBlock(
            "B25",
            RESULTS,
            rows=_MOST_SOURCES + 1,
            hint="Read across: what marketing brought, and what sales made of it. Newest opportunities are still open.",
            tints=(
                Tint(f'{{Source}}="{ALL_SOURCES}"', "grey"),
                *quiet(RESULTS, small="Closed", rated=("Won share", "95 % interval")),
            ),
        ),
        TableBlock("B56", LOSSES, grows=True, hint="Opportunities created in the window that ended without a win."),
        TableBlock("H56", DISQUALIFIED, grows=True, hint="Leads that came in within the window."),
    ),
    fill,
    widths={"A": 2.0, "B": 22, "C": 20, "D": 11, "E": 11, "F": 13, "G": 13, "H": 18, "I": 20, "J": 9, "K": 9, "L": 13}
    | {"M": 13, "N": 11, "O": 13, "P": 9, "Q": 34},
    freeze="B4",
    page_break_before=(56,),
)
