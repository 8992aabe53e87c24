"""Forecast of the quarter: weighted by probability, and by the category that the reps give their deals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from xlpipeline.metrics.landmark import LEAST_IN_BAND
from xlpipeline.model.calendar import Period
from xlpipeline.model.computed import stale_flags
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.figure import Figure, refused
from xlpipeline.model.register import Metric
from xlpipeline.model.schema import FORECAST_CATEGORIES
from xlpipeline.model.stage_paths import stage_paths

METRIC = Metric(
    name="forecast_categories",
    title="Weighted forecast and categories",
    definition=(
        "What was won in the quarter so far, and what is open and expected to close in the rest of it: weighted by "
        "probability, and by forecast category."
    ),
    formula=(
        "weighted = won + Σ amount × p, p = the deal's own probability, else the stage's default or, by the setting "
        "probability_source, own history; category = Forecast category, where blank: Omitted in stages that do not "
        "count as forecast, else Commit from commit_from, Best case from best_case_from, Pipeline below; cumulative = "
        "the category and all that are surer"
    ),
    why="The weighted sum says what is likely; the categories say what people stand for. Where they differ, ask.",
    what_to_do="Review every Commit deal by name; what has no next step or no date in the quarter is no commitment.",
    source="definitions, section 13",
)

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
CLOSED: Final = "Closed"
CATEGORIES: Final = (CLOSED, *FORECAST_CATEGORIES)
"""The surest first; Omitted is in no cumulative sum."""
OMITTED: Final = FORECAST_CATEGORIES[-1]
NO_DEAL: Final = "There is no deal; please enter deals in Pipeline."
NO_OPEN: Final = "No open deal has an amount and an expected close in the rest of the quarter."


@dataclass(frozen=True)
class QuarterForecast:
    """The forecast of a quarter; amounts in minor units.

    ``categories``: category, n, amount, cumulative_n, cumulative (NaN for Omitted), in the order of CATEGORIES.
    """

    quarter: Period
    won: Figure
    weighted: Figure
    """Won so far and the weighted open amount."""
    weighted_open: Figure
    commit: Figure
    """Cumulative: won so far and Commit."""
    best_case: Figure
    """Cumulative: won so far, Commit and Best case."""
    overdue: Figure
    undated: Figure
    categories: pd.DataFrame
    guessed_n: int
    """Open deals of the quarter whose category is by default, because Forecast category is blank."""
    unvalued_n: int
    """Open deals of the quarter that no sum holds, because their amount is blank."""
    note: str


@once
def quarter_forecast(
    facts: Facts, rep: str = "", *, clean: bool = False, quarter: Period | None = None
) -> QuarterForecast:
    """Forecast of a quarter (None = that of the as-of date), of the team or one rep.

    ``clean``: only open deals without a stale flag; what is won stays as it is.
    """
    quarter, deals = quarter or facts.quarter, _money(facts)
    mine = facts.owned_by(rep).to_numpy() if rep else np.ones(len(facts.deals), dtype=bool)
    won_deals = facts.closed_within(quarter).to_numpy() & deals.is_won & mine
    won = _sum(deals.amount[won_deals])
    opened = deals.is_open & mine
    if clean:
        opened = opened & ~stale_flags(facts).any(axis=1).to_numpy(dtype=bool)
    start, end = np.datetime64(max(facts.as_of, quarter.start)), np.datetime64(quarter.end)
    due = opened & (deals.expected >= start) & (deals.expected < end)
    inside = due & ~np.isnan(deals.amount)
    categories = _categories(deals.amount[inside], categories_of(facts).to_numpy()[inside], deals.amount[won_deals])
    sums = categories.set_index("category")
    basis = f"{quarter.name}, won so far and open until its end"
    overdue, undated = opened & (deals.expected < np.datetime64(facts.as_of)), opened & np.isnat(deals.expected)
    n, won_n = int(inside.sum()), int(won_deals.sum())
    # What was won is no forecast where every open deal is left out of it.
    has_money = n > 0 or (won_n > 0 and not overdue.any() and not undated.any())
    weighted_open = float((deals.amount[inside] * probabilities(facts)["p"].to_numpy()[inside]).sum())
    any_deal = bool(mine.any())

    def figure(value: float, count: int) -> Figure:
        return Figure(value, count, basis) if has_money else refused(NO_OPEN, basis=basis)

    return QuarterForecast(
        quarter=quarter,
        won=Figure(won, won_n, f"won in {quarter.name}") if any_deal else refused(NO_DEAL),
        weighted=figure(won + weighted_open, n + won_n),
        weighted_open=Figure(weighted_open, n, basis) if n else refused(NO_OPEN, basis=basis),
        commit=figure(float(sums["cumulative"]["Commit"]), int(sums["cumulative_n"]["Commit"])),
        best_case=figure(float(sums["cumulative"]["Best case"]), int(sums["cumulative_n"]["Best case"])),
        overdue=_left_out(deals.amount[overdue], "expected close passed") if any_deal else refused(NO_DEAL),
        undated=_left_out(deals.amount[undated], "no expected close") if any_deal else refused(NO_DEAL),
        categories=categories,
        guessed_n=int((inside & ~deals.is_named).sum()),
        unvalued_n=int(due.sum()) - n,
        note=_note(facts, inside),
    )


@dataclass(frozen=True)
class _Money:
    """What a forecast looks at, as arrays in the order of the deals: it is asked for every rep.

    ``is_named``: whether Forecast category names one.
    """

    is_open: Flags
    is_won: Flags
    amount: Floats
    expected: npt.NDArray[np.datetime64]
    is_named: Flags


@once
def _money(facts: Facts) -> _Money:
    deals = facts.deals
    return _Money(
        is_open=deals["is_open"].to_numpy(dtype=bool),
        is_won=deals["is_won"].to_numpy(dtype=bool),
        amount=deals["amount"].to_numpy(dtype=float),
        expected=deals["expected_close"].to_numpy(),
        is_named=_given(facts).isin(FORECAST_CATEGORIES).to_numpy(),
    )


@once
def probabilities(facts: Facts) -> pd.DataFrame:
    """Per deal the probability that the weighted forecast takes: p (0 where none is known) and source.

    source: "own", "stage default", or with probability_source = history "history" where at least ten deals that
    reached the stage have ended: the share of those that was won. Closed deals have 0.
    """
    deals = facts.deals
    own = deals["own_probability"].between(0, 1)
    p, source = deals["probability"].fillna(0.0), np.where(own, "own", "stage default").astype(object)
    if facts.settings.probability_source == "history":
        shares = deals["stage"].map(stage_shares(facts).set_index("stage")["share"])
        told = ~own & shares.notna()
        p, source = p.mask(told, shares), np.where(told, "history", source)
    return pd.DataFrame({"p": p.where(deals["is_open"], 0.0), "source": source}, index=deals.index)


@once
def stage_shares(facts: Facts) -> pd.DataFrame:
    """Per open stage, of the deals that reached it and have ended: stage, n, won, share (NaN with fewer than ten)."""
    paths = stage_paths(facts)
    won = paths.reached[:, -1]
    over = won | paths.ended
    n = (paths.reached[:, :-1] & over[:, None]).sum(axis=0)
    hits = (paths.reached[:, :-1] & won[:, None]).sum(axis=0)
    share = np.where(n >= LEAST_IN_BAND, hits / np.maximum(n, 1), np.nan)
    return pd.DataFrame({"stage": list(paths.stages), "n": n, "won": hits, "share": share})


@once
def categories_of(facts: Facts) -> pd.Series:
    """Forecast category per deal: its own, else by stage and probability; won deals are Closed, other closed ""."""
    deals, settings = facts.deals, facts.settings
    own = _given(facts)
    p = deals["probability"].fillna(0.0)
    stages = facts.stages[facts.stages["type"] == "open"]
    counts = deals["stage"].isin(stages.loc[stages["forecast"], "stage"]) | (not stages["forecast"].any())
    guess = np.select(
        [~counts, p >= settings.commit_from, p >= settings.best_case_from], [OMITTED, "Commit", "Best case"], "Pipeline"
    )
    named = own.where(own.isin(FORECAST_CATEGORIES), pd.Series(guess, index=deals.index, dtype=object))
    return named.where(deals["is_open"], "").mask(deals["is_won"], CLOSED).astype(object)


@once
def _given(facts: Facts) -> pd.Series:
    """Forecast category of each deal in its own spelling; what is none stays as it is."""
    spelling = {name.casefold(): name for name in FORECAST_CATEGORIES}
    cells = facts.deals["forecast_category"]
    known = {cell: spelling.get(cell.strip().casefold(), cell.strip()) for cell in set(cells)}
    return cells.map(known).astype(object)


def _categories(amount: Floats, category: npt.NDArray[np.object_], won: Floats) -> pd.DataFrame:
    of_each = [amount[category == name] for name in FORECAST_CATEGORIES]
    n, sums = [len(won), *map(len, of_each)], [_sum(won), *map(_sum, of_each)]
    surest = len(CATEGORIES) - 1  # Omitted is the last
    return pd.DataFrame(
        {
            "category": CATEGORIES,
            "n": n,
            "amount": sums,
            "cumulative_n": [*np.cumsum(n[:surest]).astype(float), np.nan],
            "cumulative": [*np.cumsum(sums[:surest]), np.nan],
        }
    )


def _sum(amounts: Floats) -> float:
    """Sum of the amounts that are known."""
    return float(np.nansum(amounts))


def _left_out(amounts: Floats, what: str) -> Figure:
    return Figure(_sum(amounts), len(amounts), f"open deals, {what}")


def _note(facts: Facts, inside: Flags) -> str:
    n = int(inside.sum())
    if facts.settings.probability_source != "history" or not n:
        return ""
    told = int((probabilities(facts)["source"].to_numpy()[inside] == "history").sum())
    return f"{told:,} of {n:,} deals take the share that history won from their stage."
