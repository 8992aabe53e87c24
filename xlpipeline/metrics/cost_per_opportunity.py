"""Cost per opportunity: what a newly qualified opportunity cost in marketing and prospecting."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from xlpipeline.model.cells import dates, numbers, texts
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.figure import Figure, refused
from xlpipeline.model.history_table import deal_key
from xlpipeline.model.leads import NO_SOURCE, folded_sources, read_leads
from xlpipeline.model.register import Metric
from xlpipeline.model.stage_paths import stage_paths

METRIC = Metric(
    name="cost_per_opportunity",
    title="Cost per opportunity",
    definition=(
        "The spend of a month divided by the opportunities that became qualified in the same month, or so many months "
        "later as the team has set."
    ),
    formula=(
        "Σ spend of Costs ÷ deals that first entered a stage that counts as qualified (or a later one) in the month, "
        "or so many months later as the setting cost_lag_months says; without such a stage all created deals count"
    ),
    why="Cheap leads are dear where none of them qualifies.",
    what_to_do="Compare sources over several months; where a sale takes long to qualify, set a lag.",
    source="requirement F38; definitions, section 16",
)
MOST_MONTHS: Final = 12
_HEADS: Final = ["month", "spend", "qualified", "cost", "note"]


@once
def newly_qualified(facts: Facts) -> pd.DataFrame:
    """One row per deal that has become qualified by the as-of date: month (first day), source, deal_id.

    The source of a deal is its own, else that of the lead it came from, else "(no source)".
    """
    stages = facts.stages[facts.stages["type"] == "open"].reset_index(drop=True)
    gates = np.flatnonzero(stages["qualified"].to_numpy(dtype=bool))
    deals = facts.deals
    on = stage_paths(facts).entered[:, gates[0]] if gates.size else deals["created"].to_numpy()
    known = pd.Series(on.astype("datetime64[s]"), index=deals.index)
    known = known.where(known < pd.Timestamp(facts.as_of) + pd.Timedelta(days=1))
    rows = pd.DataFrame({"month": month_of(known), "source": sources(facts), "deal_id": deals["deal_id"]})
    return rows[rows["month"].notna()]


@once
def sources(facts: Facts) -> pd.Series:
    """Source of each deal: its own, else its lead's, else "(no source)"; spelled as in ``folded_sources``."""
    leads = read_leads(facts)
    named = leads[(leads["deal_id"] != "") & (leads["source"] != NO_SOURCE)]
    of_lead = dict(zip(named["deal_id"].map(deal_key), named["source"], strict=True))
    own = facts.deals["source"].str.strip().tolist()
    keys = facts.deals["deal_id"].map(deal_key).tolist()
    found = [name or of_lead.get(key, NO_SOURCE) for name, key in zip(own, keys, strict=True)]
    return folded_sources(facts, pd.Series(found, index=facts.deals.index, dtype=object))


def month_of(days: pd.Series) -> pd.Series:
    """First day of the month of each day (datetime64[s])."""
    return pd.Series(days.to_numpy().astype("datetime64[M]").astype("datetime64[s]"), index=days.index)


@once
def costs(facts: Facts) -> pd.DataFrame:
    """Costs as month (first day), source (as in ``read_leads``), spend (minor units).

    Rows without a month or a spend are left out.
    """
    frame = facts.book.frame("Costs")
    rows = pd.DataFrame(
        {
            "month": month_of(dates(frame, "Month")[0]),
            "source": folded_sources(facts, texts(frame, "Source")),
            "spend": (numbers(frame, "Spend")[0] * facts.money_unit).round(),
        }
    )
    rows = rows[rows["month"].notna() & (rows["spend"] >= 0)]
    return rows[rows["month"] <= pd.Timestamp(facts.as_of)]


@once
def by_month(facts: Facts, lag: int | None = None) -> pd.DataFrame:
    """One row per month with costs, oldest first, at most the last twelve: month, spend, qualified, cost, note.

    Money in minor units; cost is NaN where nothing was qualified. ``lag``: months; None: the setting.
    """
    lag = facts.settings.cost_lag_months if lag is None else lag
    spend = costs(facts).groupby("month")["spend"].sum()
    born = newly_qualified(facts).groupby("month").size()
    rows = []
    for month in sorted(spend.index)[-MOST_MONTHS:]:
        later = month + pd.DateOffset(months=lag)
        n = int(born.get(later, 0))
        rows.append(_row(facts, month, float(spend[month]), n, later))
    return pd.DataFrame(rows, columns=_HEADS)


@once
def by_source(facts: Facts, lag: int | None = None) -> pd.DataFrame:
    """The same per source, of the months whose opportunities are all known; the column source in place of month."""
    lag = facts.settings.cost_lag_months if lag is None else lag
    spent, born = costs(facts), newly_qualified(facts)
    months = _full_months(facts, lag)
    spend = spent[spent["month"].isin(months)].groupby("source")["spend"].sum()
    later = [month + pd.DateOffset(months=lag) for month in months]
    count = born[born["month"].isin(later)].groupby("source").size()
    rows: list[dict[str, Any]] = []
    for source in sorted(spend.index, key=lambda name: (-spend[name], str(name).casefold())):
        n = int(count.get(source, 0))
        cost = spend[source] / n if n else float("nan")
        note = "" if n else "Nothing was qualified from this source."
        rows.append({"source": source, "spend": float(spend[source]), "qualified": n, "cost": cost, "note": note})
    return pd.DataFrame(rows, columns=["source", *_HEADS[1:]])


@once
def cost_per_opportunity(facts: Facts, lag: int | None = None, source: str = "") -> Figure:
    """Spend per newly qualified opportunity over the months with costs that are over (minor units); n = opportunities.

    ``source``: of this source only.
    """
    lag = facts.settings.cost_lag_months if lag is None else lag
    months = _full_months(facts, lag)
    basis = f"{_months(len(months), 'full ')} with costs" + (f", {_months(lag)} later" if lag else "")
    if not months:
        return refused(_no_month(facts, lag), basis=basis)
    spent, born = costs(facts), newly_qualified(facts)
    if source.strip():
        spent = spent[spent["source"].str.casefold() == source.strip().casefold()]
        born = born[born["source"].str.casefold() == source.strip().casefold()]
    spend = float(spent.loc[spent["month"].isin(months), "spend"].sum())
    n = int(born["month"].isin([month + pd.DateOffset(months=lag) for month in months]).sum())
    if not n:
        return refused("No opportunity became qualified in these months.", basis=basis)
    few = f"Only {n} opportunities: chance weighs much." if n < facts.settings.counts_only_below else ""
    return Figure(spend / n, n, basis, note=few)


def _months(n: int, kind: str = "") -> str:
    return f"{n} {kind}month{'' if n == 1 else 's'}"


def _no_month(facts: Facts, lag: int) -> str:
    if costs(facts).empty:
        return "No spend is entered yet; please enter it on Costs."
    if not lag:
        return "Spend is entered for the running month only, which counts once it is over."
    return (
        f"Spend is entered; it counts once the month of its opportunities, {_months(lag)} later (setting "
        "cost_lag_months), is over."
    )


def _full_months(facts: Facts, lag: int) -> list[pd.Timestamp]:
    """Months with costs, at most the last twelve, whose month of opportunities (``lag`` later) is over."""
    end = pd.Timestamp(facts.as_of) + pd.Timedelta(days=1)
    months = sorted(costs(facts)["month"].unique())
    over = [pd.Timestamp(m) for m in months if pd.Timestamp(m) + pd.DateOffset(months=lag + 1) <= end]
    return over[-MOST_MONTHS:]


def _row(facts: Facts, month: pd.Timestamp, spend: float, n: int, later: pd.Timestamp) -> tuple[object, ...]:
    running = later + pd.DateOffset(months=1) > pd.Timestamp(facts.as_of) + pd.Timedelta(days=1)
    note = "" if n else "Nothing was qualified."
    if running:
        note = "The month of the opportunities is not over."
    return month.date(), spend, n, spend / n if n else float("nan"), note
