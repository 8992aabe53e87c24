"""The tab Benchmarks: the team beside its own past and its peers, and what experiments brought."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import pandas as pd

from xlpipeline.metrics.benchmarks import comparison, past_window
from xlpipeline.metrics.experiments import results
from xlpipeline.model.book import NOT_AVAILABLE, ChangeSet, whole_table
from xlpipeline.model.facts import Facts
from xlpipeline.model.schema import Table
from xlpipeline.tabs.layout import ChartBlock, Series, Tab, TableBlock, Text, Tint
from xlpipeline.tabs.wording import (
    EMPTY,
    REFRESH_HINT,
    counted,
    given,
    interval_text,
    is_missing,
    money_text,
    quiet,
    result,
    title_line,
)

_MOST_ROWS: Final = 24
"""The table below begins after so many."""
_SIDES: Final = "Of these days' entries, what was known when the days were over."
COMPARED: Final = Table(
    "BenchmarkResults",
    "Benchmarks",
    "The team beside its own past and its peers",
    (
        result("Figure", "text", "What is compared; a conversion names its stage."),
        result("Now", "text", "The figure of the trailing window."),
        result("Now: 95 %", "text", "Interval of a rate."),
        result("n", "whole", "Deals behind it.", "deals"),
        result("Before", "text", "The same figure of as many quarters before."),
        result("Before: 95 %", "text", "Interval of a rate."),
        result("n before", "whole", "Deals behind it.", "deals"),
        result("Own past", "text", "A change counts only where the interval of the difference excludes 0."),
        result("Peers", "text", "What others report, from Benchmarks on Costs."),
        result("Beside peers", "text", "Like peers: their figure lies within the team's own interval."),
        result("Source", "text", "Who says so."),
        result("From", "date", "The day that the figure of peers is from."),
        result("Note", "text", "Why a figure is not given."),
    ),
)
TRIED: Final = Table(
    "ExperimentResults",
    "Benchmarks",
    "Experiments: deals that went on, before and since",
    (
        result("Experiment", "text", "What is tried, from Experiments on Process."),
        result("Stage", "text", "The stage from which more deals should go on."),
        result("Since", "date", "First day of the new way."),
        result("Days", "whole", "Length of both sides.", "days"),
        result("Before", "share", f"Went on / (went on + lost). {_SIDES}"),
        result("Before: counts", "text", "Went on of decided; still open."),
        result("Before: 95 %", "text", "Wilson interval."),
        result("After", "share", f"Went on / (went on + lost). {_SIDES}"),
        result("After: counts", "text", "Went on of decided; still open."),
        result("After: 95 %", "text", "Wilson interval."),
        result("Change: 95 %", "text", "Interval of the change in points."),
        result("p", "number", "Fisher's exact test: how often chance alone shows so much. Below 0.05 counts."),
        result("Verdict", "text", "Higher, lower, or no difference shown."),
        result("Note", "text", "Why there is no verdict, or what else is worth knowing."),
    ),
)
CHART: Final = Table(
    "BenchmarkChart",
    "_Cards",
    "Behind the chart of rates",
    (
        result("Rate", "text", "Win rate or conversion of a stage, with n."),
        result("Now", "share", "The trailing window."),
        result("Before", "share", "As many quarters before."),
        result("Peers", "share", "The first figure of peers."),
    ),
)


def fill(facts: Facts) -> ChangeSet:
    """Figures beside their past and peers, and before and since each experiment."""
    found, tried = comparison(facts), results(facts)
    names: dict[str, object] = {
        "line_benchmarks": title_line(facts),
        "benchmarks_says": _says(found, facts),
        "experiments_says": _experiments_say(tried),
    }
    tables = (
        whole_table(COMPARED.name, _compared(found, facts)),
        whole_table(TRIED.name, _tried(tried)),
        whole_table(CHART.name, _chart(found)),
    )
    return ChangeSet(tables, names)


def _name(row: dict[Any, Any]) -> str:
    return f"Goes on from {row['stage']}" if row["stage"] else str(row["measure"])


def _says(found: pd.DataFrame, facts: Facts) -> str:
    first = found.drop_duplicates(["measure", "stage"])
    better, worse = ([_name(row) for row in first[first["verdict"] == told].to_dict("records")]
                     for told in ("better", "worse"))  # fmt: skip
    window = f"{facts.window.name}, compared with {past_window(facts).name}"
    if not (first["verdict"] != "").any():
        return f"Nothing can be compared with the team's own past yet ({window})."
    if not (better or worse):
        return f"No rate differs from its own past by more than chance ({window})."
    parts = [f"better than before: {', '.join(better)}"] if better else []
    parts += [f"worse than before: {', '.join(worse)}"] if worse else []
    told = "; ".join(parts)
    return f"{told[:1].upper()}{told[1:]} ({window})."


def _experiments_say(tried: pd.DataFrame) -> str:
    if tried.empty:
        return "Nothing is being tried: enter experiments on Process, and what they bring is measured here."
    n = int((tried["verdict"] != "").sum())
    shown = tried[tried["verdict"].isin(["higher", "lower"])]
    told = ", ".join(f"{row['experiment']} ({row['verdict']})" for row in shown.to_dict("records"))
    if not n:
        return f"{counted(len(tried), 'experiment')}, none with enough decided deals yet."
    return f"{n} of {counted(len(tried), 'experiment')} can be tested; a difference is shown by {told or 'none'}."


def _shown(kind: str, value: float, facts: Facts) -> str:
    if is_missing(value):
        return EMPTY
    if kind == "share":
        return f"{100 * value:.1f} %"
    return money_text(value, facts) if kind == "money" else f"{value:,.0f} days"


def _compared(found: pd.DataFrame, facts: Facts) -> pd.DataFrame:
    rows = []
    for row in found.head(_MOST_ROWS).to_dict("records"):
        kind = str(row["kind"])
        rows.append(
            (
                _name(row), _shown(kind, row["now"], facts), interval_text(row["low"], row["high"]) or EMPTY, row["n"],
                _shown(kind, row["past"], facts), interval_text(row["past_low"], row["past_high"]) or EMPTY,
                row["past_n"], row["verdict"] or EMPTY, _shown(kind, row["peers"], facts),
                row["against_peers"] or EMPTY, row["source"] or None, _day(row["peers_on"]), row["note"] or None,
            )
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(COMPARED.heads), dtype=object)


def _day(moment: Any) -> dt.date | None:  # noqa: ANN401 - a stamp or NaT
    return None if pd.isna(moment) else moment.date()


def _tried(tried: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for row in tried.to_dict("records"):
        sides: list[object] = []
        for side in ("before", "after"):
            decided = row[f"{side}_advanced"] + row[f"{side}_lost"]
            counts = f"{row[f'{side}_advanced']} of {decided}; {row[f'{side}_open']} open" if row["days"] else EMPTY
            bounds = interval_text(row[f"{side}_low"], row[f"{side}_high"]) or EMPTY
            sides += [given(row[f"{side}_rate"]), counts, bounds]
        change = EMPTY
        if not is_missing(row["change_low"]):
            change = f"{100 * row['change_low']:+.0f} to {100 * row['change_high']:+.0f} points"
        rows.append(
            (
                row["experiment"] or EMPTY, row["stage"] or EMPTY, _day(row["start"]), row["days"], *sides, change,
                given(row["p_value"]), row["verdict"] or EMPTY, row["note"] or None,
            )
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(TRIED.heads), dtype=object)


def _chart(found: pd.DataFrame) -> pd.DataFrame:
    """Rates only: they share one axis."""
    rates = found[found["kind"] == "share"].drop_duplicates(["measure", "stage"])
    cells = {
        "Rate": [f"{row['stage'] or row['measure']} (n {row['n']:,})" for row in rates.to_dict("records")],
        "Now": [NOT_AVAILABLE if is_missing(rate) else rate for rate in rates["now"].tolist()],
        "Before": [NOT_AVAILABLE if is_missing(rate) else rate for rate in rates["past"].tolist()],
        "Peers": [NOT_AVAILABLE if is_missing(rate) else rate for rate in rates["peers"].tolist()],
    }
    return pd.DataFrame(cells, columns=list(CHART.heads), dtype=object)


_VERDICTS: Final = (
    Tint('OR({Own past}="worse",{Beside peers}="worse than peers")', "orange", ("Figure", "Own past", "Beside peers")),
)

TAB: Final = Tab(
    "Benchmarks",
    "dashboard",
    (
        Text("B1", "Benchmarks", "title"),
        Text("B2", REFRESH_HINT, "line", name="line_benchmarks"),
        Text("B3", "", "line", name="refreshed_on_benchmarks", formula="refreshed_line"),
        Text("B4", "", "strong", name="benchmarks_says", across=12),
        Text("B5", "", "body", name="experiments_says", across=12),
        ChartBlock(
            "B7",
            "benchmark_rates",
            "column",
            "Win rate and the share that goes on from each stage: now, before and peers",
            "Win rate and stage conversions of the trailing window beside those of the window before and of peers.",
            CHART.name,
            "Rate",
            (Series("Now", labels=True), Series("Before", "context"), Series("Peers", "attention", "marker")),
            columns=8,
            rows=13,
            number_format="0%",
            top=1,
        ),
        TableBlock(
            "B22",
            COMPARED,
            rows=12,
            grey_when_small="n",
            hint="Own past needs no entry; peers are entered on Costs. With too few deals no figure is shown.",
            tints=(*_VERDICTS, *quiet(COMPARED)),
        ),
        TableBlock(
            "B50",
            TRIED,
            grows=True,
            hint="Experiments are entered on Process. Both sides are equally long and had the same time to be decided.",
            tints=quiet(TRIED),
        ),
    ),
    fill,
    widths={"A": 2.0, "B": 30, "C": 19, "D": 12, "E": 8, "F": 10, "G": 18, "H": 11, "I": 16, "J": 18, "K": 14, "L": 16}
    | {"M": 11, "N": 20, "O": 48},
    print_columns="B:O",
    freeze="B4",
)
