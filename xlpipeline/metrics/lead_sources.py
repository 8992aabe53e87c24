"""Sources: what became of the leads and opportunities of each source, and why they were lost."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from xlpipeline.metrics.cost_per_opportunity import sources
from xlpipeline.metrics.wilson import wilson
from xlpipeline.model.calendar import Period
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.leads import read_leads
from xlpipeline.model.register import Metric

METRIC = Metric(
    name="lead_sources",
    title="Results by source",
    definition=(
        "For each source the leads that came in and the opportunities that were created within the period, and what "
        "had become of them by the as-of date."
    ),
    formula=(
        "leads by Created of Leads; opportunities by Created of Pipeline, with the deal's own source, else its lead's; "
        "qualified = reached a stage that counts as qualified; won share = won ÷ (won + lost + derailed), Wilson 95 %; "
        "value = amount of the won deals"
    ),
    why="Marketing learns which source brings customers only from what sales did with its leads.",
    what_to_do="Spend where the won value is; read the reasons for loss and disqualification of the others together.",
    source="requirements F35 and F40",
)
NO_REASON: Final = "(no reason)"
ALL_SOURCES: Final = "All sources"
_HEADS: Final = [
    "source", "leads", "qualified_leads", "converted", "disqualified", "opportunities", "qualified", "open", "won",
    "lost", "won_amount", "open_amount", "rate", "low", "high", "note",
]  # fmt: skip


@once
def by_source(facts: Facts, window: Period | None = None) -> pd.DataFrame:
    """One row per source, most won value first: counts, won_amount, open_amount (minor units), rate, low, high, note.

    ``rate`` is won ÷ closed, NaN under ``counts_only_below`` closed deals; ``lost`` holds lost and derailed deals.
    ``window``: None = at any time.
    """
    leads, deals = _within(read_leads(facts), window), _within(facts.deals, window)
    of_deal, of_lead = deals.groupby(sources(facts).reindex(deals.index)).groups, leads.groupby("source").groups
    names = sorted({*map(str, of_deal), *map(str, of_lead)})
    rows = [_row(facts, name, leads.loc[of_lead.get(name, [])], deals.loc[of_deal.get(name, [])]) for name in names]
    found = pd.DataFrame(rows, columns=_HEADS)
    found = found.assign(key=found["source"].astype(str).str.casefold())
    order = found.sort_values(["won_amount", "leads", "key"], ascending=[False, False, True], kind="stable")
    return order[_HEADS].reset_index(drop=True)


def total(facts: Facts, window: Period | None = None) -> dict[str, Any]:
    """The same of all sources together, under the name "All sources"."""
    return _row(facts, ALL_SOURCES, _within(read_leads(facts), window), _within(facts.deals, window))


def undated(facts: Facts) -> tuple[int, int]:
    """Leads and opportunities without Created, which are in no window."""
    return int(read_leads(facts)["created"].isna().sum()), int(facts.deals["created"].isna().sum())


def _within(rows: pd.DataFrame, window: Period | None) -> pd.DataFrame:
    if window is None:
        return rows
    return rows[(rows["created"] >= pd.Timestamp(window.start)) & (rows["created"] < pd.Timestamp(window.end))]


def _row(facts: Facts, name: str, leads: pd.DataFrame, deals: pd.DataFrame) -> dict[str, Any]:
    won, lost = deals["is_won"], deals["is_lost"] | deals["is_derailed"]
    n, hits, few = int((won | lost).sum()), int(won.sum()), facts.settings.counts_only_below
    nan = float("nan")
    low, high = wilson(hits, n) if n >= few else (nan, nan)
    return {
        "source": name,
        "leads": len(leads),
        "qualified_leads": int(leads["is_qualified"].sum()),
        "converted": int(leads["is_converted"].sum()),
        "disqualified": int(leads["is_disqualified"].sum()),
        "opportunities": len(deals),
        "qualified": int(deals["qualified"].sum()) if facts.has_qualified_stage else len(deals),
        "open": int(deals["is_open"].sum()),
        "won": hits,
        "lost": int(lost.sum()),
        "won_amount": float(deals.loc[won, "amount"].sum()),
        "open_amount": float(deals.loc[deals["is_open"], "amount"].sum()),
        "rate": hits / n if n >= few else nan,
        "low": low,
        "high": high,
        "note": "" if n >= few else f"{hits} of {n} closed deals won: too few for a share.",
    }


@once
def loss_reasons(facts: Facts, window: Period | None = None) -> pd.DataFrame:
    """Per source and reason, lost and derailed deals created in ``window``: source, reason, deals, amount, share."""
    deals = _within(facts.deals, window)
    deals = deals[deals["is_lost"] | deals["is_derailed"]]
    told = pd.DataFrame(
        {
            "source": sources(facts).reindex(deals.index),
            "reason": deals["lost_reason"].str.strip().replace("", NO_REASON),
            "amount": deals["amount"],
        }
    )
    return _reasons(told)


@once
def disqualify_reasons(facts: Facts, window: Period | None = None) -> pd.DataFrame:
    """The same of disqualified leads that came in within ``window``; their amount is 0."""
    leads = _within(read_leads(facts), window)
    leads = leads[leads["is_disqualified"]]
    reason = leads["disqualified_reason"].replace("", NO_REASON)
    return _reasons(pd.DataFrame({"source": leads["source"], "reason": reason, "amount": 0.0}))


def _reasons(told: pd.DataFrame) -> pd.DataFrame:
    """Counted: source by its number of rows, within it reason by number; share of the source's rows."""
    heads = ["source", "reason", "deals", "amount", "share"]
    if told.empty:
        return pd.DataFrame({head: [] for head in heads})
    grouped = told.groupby(["source", "reason"])["amount"].agg(["size", "sum"]).reset_index()
    total = grouped.groupby("source")["size"].transform("sum")
    found = grouped.assign(total=total, share=grouped["size"] / total)
    order = ["total", "source", "size", "reason"]
    found = found.sort_values(order, ascending=[False, True, False, True], kind="stable")
    return found.rename(columns={"size": "deals", "sum": "amount"})[heads].reset_index(drop=True)
