"""The tables of the tab Leads summary and of its charts: columns, and how facts fill them.

Columns that follow the rep filter are filled for the team (``rep`` "") or for one rep; what is spent is the team's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pandas as pd

from xlpipeline.metrics import cost_per_opportunity
from xlpipeline.metrics.lead_conversion import by_cohort, by_source
from xlpipeline.metrics.objections import by_stage as objections
from xlpipeline.model.facts import Facts
from xlpipeline.model.schema import Table
from xlpipeline.tabs.followed_tables import following
from xlpipeline.tabs.wording import EMPTY, counted, given, known, rate_interval, result

MOST_SOURCES: Final = 15
MOST_OBJECTIONS: Final = 12
MOST_BARS: Final = 10
_MOST_STAGES: Final = 4

COHORTS: Final = Table(
    "LeadCohorts",
    "Leads summary",
    "Leads by the quarter in which they came in",
    (
        result("Quarter", "text", "Fiscal quarter of Created."),
        following("Leads", "whole", "Leads that came in.", "leads"),
        following("Qualified", "whole", "Of them, marked qualified or converted.", "leads"),
        following("Converted", "whole", "Of them, became an opportunity.", "leads"),
        following("Disqualified", "whole", "Of them, disqualified.", "leads"),
        following("Undecided", "whole", "Of them, neither yet.", "leads"),
        following("Rate", "share", "Converted / (converted + disqualified)."),
        following("95 % interval", "text", "Wilson interval of the rate; with few decided leads the counts."),
        following("At least", "share", "Converted / all leads of the quarter."),
        following("At most", "share", "(Converted + undecided) / all leads of the quarter."),
        following("Note", "text", "Immature, or why there is no rate."),
    ),
    key="Quarter",
)
SOURCES: Final = Table(
    "LeadSources",
    "Leads summary",
    "Leads by source, and what an opportunity cost",
    (
        result("Source", "text", "Where the leads came from."),
        following("Leads", "whole", "Leads that came in within the trailing window.", "leads"),
        following("Converted", "whole", "Of them, became an opportunity.", "leads"),
        following("Decided", "whole", "Converted or disqualified.", "leads"),
        following("Rate", "share", "Converted / decided."),
        following("95 % interval", "text", "Wilson interval of the rate; with few decided leads the counts."),
        following("Spend", "money", "Costs of the full months (see Cost by month); of the team only.", "currency"),
        following(
            "Newly qualified", "whole", "Opportunities of the source that became qualified in them; team only.", "deals"
        ),
        following("Cost each", "money", "Spend / newly qualified; of the team only.", "currency"),
        following("Note", "text", "Why a figure is not given, or what belongs to it."),
    ),
    key="Source",
)
COST_MONTHS: Final = Table(
    "CostMonths",
    "Leads summary",
    "Cost by month (team)",
    (
        result("Month", "text", "Month of the spend."),
        result("Spend", "money", "Sum of Costs.", "currency"),
        result("Newly qualified", "whole", "Opportunities that became qualified (setting cost_lag_months).", "deals"),
        result("Cost each", "money", "Spend / newly qualified.", "currency"),
        result("Note", "text", "Why it is not given, or not final."),
    ),
)
OBJECTIONS: Final = Table(
    "ObjectionCounts",
    "Leads summary",
    "Objections by stage",
    (
        result("Objection", "text", "What buyers hold against it."),
        following("Deals", "whole", "Deals that meet it.", "deals"),
        following("Open", "whole", "Of them, open.", "deals"),
        following("Won", "whole", "Of them, won all the same.", "deals"),
        following("Lost", "whole", "Of them, lost or derailed.", "deals"),
        following(
            "Where", "text", "Open and lost deals by the stage where they stand, or stood before they were lost."
        ),
    ),
    key="Objection",
)
COHORT_CHART: Final = Table(
    "LeadCohortChart",
    "_Cards",
    "Behind the chart of lead conversion",
    (
        result("Quarter", "text", "Fiscal quarter of Created."),
        following("Label", "text", "Quarter, with the number of decided leads; * = immature."),
        following("Rate", "share", "Converted / decided."),
    ),
    key="Quarter",
)
SOURCE_CHART: Final = Table(
    "LeadSourceChart",
    "_Cards",
    "Behind the chart of leads by source",
    (
        result("Source", "text", "Where they came from."),
        following("Leads", "whole", "Leads of the trailing window.", "leads"),
        following("Converted", "whole", "Of them, became an opportunity.", "leads"),
    ),
    key="Source",
)


def body_of(table: Table, rows: Sequence[tuple[object, ...]]) -> pd.DataFrame:
    """Rows in the columns of a table."""
    return pd.DataFrame(rows, columns=list(table.heads), dtype=object)


def _interval(row: dict[Any, Any], facts: Facts) -> str:
    decided = row["converted"] + row["disqualified"]
    return rate_interval(row["low"], row["high"], row["converted"], decided, facts.settings)


def cohorts(facts: Facts, rep: str = "") -> pd.DataFrame:
    """Body of LeadCohorts: the team's quarters."""
    rows = [
        (
            row["name"], row["leads"], row["qualified"], row["converted"], row["disqualified"], row["undecided"],
            given(row["rate"]), _interval(row, facts), given(row["lower_bound"]), given(row["upper_bound"]),
            row["note"] or None,
        )
        for row in by_cohort(facts, rep).to_dict("records")
    ]  # fmt: skip
    return body_of(COHORTS, rows)


def cohort_chart(facts: Facts, rep: str = "") -> pd.DataFrame:
    """Body of the table behind the chart of cohorts."""
    rows = []
    for row in by_cohort(facts, rep).to_dict("records"):
        star, decided = "*" if row["immature"] else "", row["converted"] + row["disqualified"]
        rows.append((row["name"], f"{row['name']}{star} (n {decided:,})", given(row["rate"])))
    return body_of(COHORT_CHART, rows)


def sources(facts: Facts, rep: str = "") -> pd.DataFrame:
    """Body of LeadSources: the team's sources of most leads, then those that only cost.

    What is spent on a source is not spent on a rep's leads alone, so a rep has no figure about it.
    """
    unit, own = facts.money_unit, _by_source(facts, rep)
    spent = {str(row["source"]): row for row in cost_per_opportunity.by_source(facts).to_dict("records")}
    rows = []
    for source in _named_sources(facts)[:MOST_SOURCES]:
        lead, cost = own.get(source), None if rep else spent.get(source)
        note = "" if rep else cost["note"] if cost else "No cost is entered."
        rows.append(
            (
                source,
                *_of_leads(lead, facts),
                known(cost["spend"], unit) if cost else None,
                known(cost["qualified"]) if cost else None,
                None if rep else given(cost["cost"] if cost else None, unit),
                " ".join(filter(None, (lead["note"] if lead else "No lead came in.", note))) or None,
            )
        )
    return body_of(SOURCES, rows)


def _named_sources(facts: Facts) -> list[str]:
    spent = cost_per_opportunity.by_source(facts)["source"]
    return list(dict.fromkeys((*_by_source(facts, ""), *map(str, spent))))


def not_listed(facts: Facts) -> str:
    """What the tables of sources and objections have no room for, as ``2 more sources and 1 more objection``."""
    parts = (
        (len(_named_sources(facts)) - MOST_SOURCES, "more source"),
        (objections(facts)["objection"].nunique() - MOST_OBJECTIONS, "more objection"),
    )
    return " and ".join(counted(n, noun) for n, noun in parts if n > 0)


def _by_source(facts: Facts, rep: str) -> dict[str, dict[Any, Any]]:
    return {str(row["name"]): row for row in by_source(facts, facts.window, rep).to_dict("records")}


def _of_leads(row: dict[Any, Any] | None, facts: Facts) -> tuple[object, ...]:
    """Leads, converted, decided, rate and interval of a source; ``row`` None: no lead came in."""
    if row is None:
        return 0, 0, 0, given(None), EMPTY
    decided = row["converted"] + row["disqualified"]
    return row["leads"], row["converted"], decided, given(row["rate"]), _interval(row, facts)


def source_chart(facts: Facts, rep: str = "") -> pd.DataFrame:
    """Body of the table behind the chart of sources: the team's largest."""
    own = _by_source(facts, rep)
    found = by_source(facts, facts.window)["name"].head(MOST_BARS)
    rows = [(name, *_of_leads(own.get(name), facts)[:2]) for name in found]
    return body_of(SOURCE_CHART, rows)


def cost_months(facts: Facts) -> pd.DataFrame:
    """Body of CostMonths."""
    unit = facts.money_unit
    rows = [
        (
            f"{row['month']:%Y-%m}",
            known(row["spend"], unit),
            row["qualified"],
            given(row["cost"], unit),
            row["note"] or None,
        )
        for row in cost_per_opportunity.by_month(facts).to_dict("records")
    ]
    return body_of(COST_MONTHS, rows)


def objection_counts(facts: Facts, rep: str = "") -> pd.DataFrame:
    """Body of ObjectionCounts: the objections of most deals first."""
    found: dict[str, list[dict[Any, Any]]] = {}
    for row in objections(facts, rep).to_dict("records"):
        found.setdefault(row["objection"], []).append(row)
    rows = []
    for name, stages in found.items():
        counts = (sum(row[head] for row in stages) for head in ("deals", "open", "won", "lost"))
        met = sorted(((row["open"] + row["lost"], row["stage"]) for row in stages), key=lambda one: -one[0])
        told = [f"{stage} {n:,}" for n, stage in met if n]
        more = f" and {len(told) - _MOST_STAGES:,} more" if len(told) > _MOST_STAGES else ""
        where = ", ".join(told[:_MOST_STAGES]) + more
        rows.append((name, *counts, where or EMPTY))
    return body_of(OBJECTIONS, rows if rep else rows[:MOST_OBJECTIONS])
