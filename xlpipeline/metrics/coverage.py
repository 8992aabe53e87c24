"""Coverage: whether the open pipeline of a quarter is large enough for the quota that is still to win."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from xlpipeline.metrics.forecast_categories import probabilities
from xlpipeline.metrics.required_coverage import required_level
from xlpipeline.model.calendar import Period
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.figure import Figure, refused
from xlpipeline.model.register import Metric

METRIC = Metric(
    name="coverage",
    title="Coverage",
    definition="Open amount expected to close in the rest of the quarter, for each unit of quota that is still to win.",
    formula=(
        "to-go (headline): open ÷ max(quota − won, 0); gross: open ÷ quota; weighted to-go: Σ amount × "
        "probability (by probability_source) ÷ remaining; "
        "open = expected close from the as-of date to the end of the quarter; overdue and undated deals stand apart; "
        "the colour goes by to-go ÷ required_coverage"
    ),
    why="Below the required level the quarter is lost before it is over, and there is still time to find that out.",
    what_to_do="Below the required level: re-date overdue deals honestly, create pipeline now, or tell the forecast.",
    source="definitions, section 7",
)

NO_DEAL = "No open deal has both an amount and an expected close; please fill these columns in Pipeline."
REACHED = "Quota reached"


@dataclass(frozen=True)
class Coverage:
    """Coverage of one quarter; amounts in minor units, ratios as multiples. Ratios are of reps who have a quota."""

    quarter: Period
    quota: Figure
    won: Figure
    remaining: Figure
    """Σ max(quota − won, 0) over reps: who is over quota does not help the others."""
    remaining_net: Figure
    """max(Σ quota − Σ won, 0): who is over quota helps the others."""
    open_amount: Figure
    weighted_open: Figure
    overdue_amount: Figure
    undated_amount: Figure
    gross: Figure
    to_go: Figure
    weighted_to_go: Figure
    incl_won: Figure
    required: Figure
    status: str
    """green, amber, red, reached, or "" where there is no ratio."""
    note: str


@dataclass(frozen=True)
class _Money:
    """Sums of one rep (or of all) in a quarter, minor units."""

    quota: float
    won: float
    remaining: float
    open: float
    weighted: float
    quota_n: int
    """Rows of Quotas inside the quarter."""
    deal_n: int
    open_n: int
    unlikely_n: int
    """Of the open deals those whose probability nobody knows."""
    won_n: int
    won_blank_n: int
    usable_n: int
    """Open deals with both an amount and an expected close, in whatever quarter."""
    fault: str
    """Why there is no quota to compare with, or ""."""


@once
def coverage(facts: Facts, quarter: Period | None = None) -> Coverage:
    """Coverage of ``quarter`` (None = the quarter of the as-of date) over all reps of ``facts`` together.

    The required level is always the whole team's: one rep alone has too few deals for a level of his own.
    """
    quarter = quarter or facts.quarter
    return _measured(facts, quarter, _per_rep(facts, quarter).values())


@once
def of_each(facts: Facts, quarter: Period | None = None) -> list[Coverage]:
    """``coverage`` of all reps together, then of every rep in the order of ``by_owner``; their sums are made once."""
    quarter = quarter or facts.quarter
    money = _per_rep(facts, quarter)
    alone = (_measured(own, quarter, [money[rep]]) for rep, own in facts.by_owner())
    return [coverage(facts, quarter), *alone]


def _measured(facts: Facts, quarter: Period, reps: Collection[_Money]) -> Coverage:
    required = required_level(facts, quarter)
    every, team = _together(facts, quarter, reps)
    shown = _headline(every, team, quarter.name)
    in_play, closing = facts.deals["is_open"].to_numpy(dtype=bool), facts.deals["expected_close"].to_numpy()
    amount = facts.deals["amount"].to_numpy()
    overdue = in_play & (closing < np.datetime64(facts.as_of))
    left_out = every.open - team.open
    name = quarter.name
    return Coverage(
        quarter=quarter,
        **shown,
        won=_won(every, f"won in {name}"),
        remaining_net=_of_quota(
            team, max(team.quota - team.won, 0.0), f"quota − won of all reps with a quota in {name}"
        ),
        weighted_open=_weighted(every, f"open × probability, expected close in the rest of {name}"),
        overdue_amount=_apart(in_play, amount[overdue], "open, expected close before the as-of date"),
        undated_amount=_apart(in_play, amount[in_play & np.isnat(closing)], "open, without an expected close"),
        gross=_ratio(team.open, team.quota, team, f"open ÷ quota, {name}"),
        weighted_to_go=_weighted_ratio(team, f"open × probability ÷ quota still to win, {name}"),
        incl_won=_incl_won(team, f"(won + open) ÷ quota, {name}"),
        required=required,
        status=_status(shown["to_go"], required, facts),
        note=_note(facts, every, team, left_out, name),
    )


def headline(facts: Facts) -> dict[str, Figure]:
    """quota, remaining, open_amount and to_go of ``coverage``, without the level that past quarters needed.

    That level is read from history, which takes long and is not kept in a snapshot.
    """
    return _headline(*_together(facts, facts.quarter, _per_rep(facts, facts.quarter).values()), facts.quarter.name)


def _together(facts: Facts, quarter: Period, reps: Collection[_Money]) -> tuple[_Money, _Money]:
    """Sums of all reps, and of those who have a quota (of all where nobody has one)."""
    every = _sum_of(reps, _no_quota(facts.quotas, quarter))
    with_quota = [money for money in reps if money.quota > 0]
    return every, _sum_of(with_quota, "") if with_quota else every


def _headline(every: _Money, team: _Money, name: str) -> dict[str, Figure]:
    return {
        "quota": _quota(team, name),
        "remaining": _of_quota(team, team.remaining, f"Σ of what each rep still has to win in {name}"),
        "open_amount": _open(every, every.open, f"open, expected close in the rest of {name}"),
        "to_go": _ratio(team.open, team.remaining, team, f"open ÷ quota still to win, {name}"),
    }


@once
def by_rep(facts: Facts, quarter: Period | None = None) -> pd.DataFrame:
    """One row per rep, money in minor units, NaN where there is none and the reason beside it.

    Columns: rep, quota, won, remaining, open_amount, weighted, gross, to_go, weighted_to_go, required, status, reason.
    """
    quarter = quarter or facts.quarter
    required = required_level(facts, quarter)
    rows = [{"rep": rep, **_rep_row(money, required, facts)} for rep, money in _per_rep(facts, quarter).items()]
    return pd.DataFrame(rows, columns=["rep", *_REP_COLUMNS])


_REP_COLUMNS = [
    "quota", "won", "remaining", "open_amount", "weighted",
    "gross", "to_go", "weighted_to_go", "required", "status", "reason",
]  # fmt: skip


def _rep_row(money: _Money, required: Figure, facts: Facts) -> dict[str, object]:
    to_go = _ratio(money.open, money.remaining, money, "")
    figures = {
        "quota": _of_quota(money, money.quota, ""),
        "won": _won(money, ""),
        "remaining": _of_quota(money, money.remaining, ""),
        "open_amount": _open(money, money.open, ""),
        "weighted": _weighted(money, ""),
        "gross": _ratio(money.open, money.quota, money, ""),
        "to_go": to_go,
        "weighted_to_go": _weighted_ratio(money, ""),
        "required": required,
    }
    cells = {name: float("nan") if figure.value is None else figure.value for name, figure in figures.items()}
    return {**cells, "status": _status(to_go, required, facts), "reason": to_go.reason}


@once
def _per_rep(facts: Facts, quarter: Period) -> dict[str, _Money]:
    """Sums of every rep, in the order of ``rep_names``."""
    sums = _deal_sums(facts, quarter).reindex(facts.rep_names(), fill_value=0).to_dict("index")
    quotas = facts.quotas.groupby("rep").indices
    per_rep = {}
    for rep, row in sums.items():
        own = facts.quotas.iloc[quotas.get(rep, [])]
        inside = own["quota"].to_numpy()[_inside(own, quarter)]
        quota = max(float(np.nansum(inside)), 0.0)
        per_rep[str(rep)] = _Money(
            quota=quota,
            won=float(row["won"]),
            remaining=max(quota - float(row["won"]), 0.0),
            open=float(row["open"]),
            weighted=float(row["weighted"]),
            quota_n=len(inside),
            deal_n=int(row["deal_n"]),
            open_n=int(row["open_n"]),
            unlikely_n=int(row["unlikely_n"]),
            won_n=int(row["won_n"]),
            won_blank_n=int(row["won_blank_n"]),
            usable_n=int(row["usable_n"]),
            fault="" if quota > 0 else _no_quota(own, quarter),
        )
    return per_rep


@once
def _deal_sums(facts: Facts, quarter: Period) -> pd.DataFrame:
    """What the deals of each rep add to coverage; index = rep."""
    deals, amount = facts.deals, facts.deals["amount"]
    start, end = max(pd.Timestamp(facts.as_of), pd.Timestamp(quarter.start)), pd.Timestamp(quarter.end)
    won = deals["is_won"] & facts.closed_within(quarter)
    usable = deals["is_open"] & amount.notna() & deals["expected_close"].notna()
    in_rest = usable & (deals["expected_close"] >= start) & (deals["expected_close"] < end)
    likely = probabilities(facts)
    unlikely = deals["probability"].isna() & (likely["source"] != "history")
    parts = pd.DataFrame(
        {
            "won": amount.where(won, 0.0),
            "open": amount.where(in_rest, 0.0),
            "weighted": (amount * likely["p"]).where(in_rest, 0.0),
            "deal_n": 1,
            "open_n": in_rest,
            "unlikely_n": in_rest & unlikely,
            "won_n": won,
            "won_blank_n": won & amount.isna(),
            "usable_n": usable,
        }
    )
    return parts.groupby(deals["rep"]).sum()


def _inside(quotas: pd.DataFrame, quarter: Period) -> npt.NDArray[np.bool_]:
    start, end = quotas["start"].to_numpy(), quotas["end"].to_numpy()
    inside: npt.NDArray[np.bool_] = (start >= np.datetime64(quarter.start)) & (end <= np.datetime64(quarter.end))
    return inside


def _no_quota(quotas: pd.DataFrame, quarter: Period) -> str:
    """Why there is no quota for the quarter, and what to do."""
    start, end = quotas["start"].to_numpy(), quotas["end"].to_numpy()
    touching = (start < np.datetime64(quarter.end)) & (end > np.datetime64(quarter.start))
    if (touching & ~_inside(quotas, quarter)).any():
        return f"Quotas has no period that lies within {quarter.name}; please enter quotas by quarter or by month."
    return f"There is no quota for {quarter.name}; please enter it in Quotas on Team."


def _sum_of(reps: Collection[_Money], fault: str) -> _Money:
    sums = {one.name: sum(getattr(money, one.name) for money in reps) for one in fields(_Money) if one.name != "fault"}
    return _Money(**sums, fault=fault)


def _ratio(part: float, whole: float, money: _Money, basis: str) -> Figure:
    if money.quota > 0 and whole <= 0:
        return refused(REACHED, n=money.open_n, basis=basis)
    if money.usable_n == 0:
        return refused(NO_DEAL, basis=basis)
    if money.quota <= 0:
        return refused(money.fault, n=money.open_n, basis=basis)
    return Figure(part / whole, money.open_n, basis)


def _incl_won(money: _Money, basis: str) -> Figure:
    """The won deals are part of this ratio, so they count in its n."""
    ratio = _ratio(money.won + money.open, money.quota, money, basis)
    return replace(ratio, n=money.won_n + money.open_n) if ratio.value is not None else ratio


def _won(money: _Money, basis: str) -> Figure:
    if money.deal_n == 0:
        return refused("There are no deals here yet; please enter them in Pipeline.", basis=basis)
    if money.won_n and money.won_blank_n == money.won_n:
        return refused(
            "No won deal of this quarter has an amount; please fill Amount in Pipeline.", n=money.won_n, basis=basis
        )
    return Figure(money.won, money.won_n, basis)


def _quota(money: _Money, name: str) -> Figure:
    return _of_quota(money, money.quota, f"quota of {name}")


def _of_quota(money: _Money, value: float, basis: str) -> Figure:
    return Figure(value, money.quota_n, basis) if money.quota > 0 else refused(money.fault, basis=basis)


def _open(money: _Money, value: float, basis: str) -> Figure:
    return Figure(value, money.open_n, basis) if money.usable_n else refused(NO_DEAL, basis=basis)


def _weighted(money: _Money, basis: str) -> Figure:
    return _unlikely(money, basis) or _open(money, money.weighted, basis)


def _weighted_ratio(money: _Money, basis: str) -> Figure:
    ratio = _ratio(money.weighted, money.remaining, money, basis)
    return ratio if ratio.value is None else _unlikely(money, basis) or ratio


def _unlikely(money: _Money, basis: str) -> Figure | None:
    """The refusal where no open deal of the quarter has a probability: their sum would be a silent 0."""
    if not money.open_n or money.unlikely_n < money.open_n:
        return None
    what = "No open deal of the quarter has a probability; please fill Default probability in Stages on Process."
    return refused(what, n=money.open_n, basis=basis)


def _apart(in_play: npt.NDArray[np.bool_], amounts: npt.NDArray[np.floating[Any]], basis: str) -> Figure:
    """Amount of those deals in play that coverage leaves out, or the reason why it is not known."""
    n = len(amounts)
    if not in_play.any():
        return refused("No deal is open; please enter open deals in Pipeline.", basis=basis)
    if n and np.isnan(amounts).all():
        return refused(f"None of these {n:,} deals has an amount; please fill it in Pipeline.", n=n, basis=basis)
    return Figure(float(np.nansum(amounts)), n, basis)


def _status(to_go: Figure, required: Figure, facts: Facts) -> str:
    if to_go.value is None or required.value is None:
        return "reached" if to_go.reason == REACHED else ""
    share = round(to_go.value / required.value, 9)  # 2.4 of 3.0 is 0.8, not a hair below
    if share >= 1:
        return "green"
    return "amber" if share >= facts.settings.amber_coverage_share else "red"


def _note(facts: Facts, every: _Money, team: _Money, left_out: float, name: str) -> str:
    parts = []
    if every.won_blank_n:
        parts.append(f"{every.won_blank_n:,} won deals without an amount count as 0.")
    if 0 < every.unlikely_n < every.open_n:
        parts.append(f"{every.unlikely_n:,} open deals without a probability count as 0 where it is weighted.")
    if team.usable_n and not team.open_n:
        parts.append(f"No open deal is expected to close in the rest of {name}.")
    if left_out:
        money = f"{left_out / facts.money_unit:,.0f} {facts.settings.currency}"
        parts.append(f"Open deals worth {money} belong to reps without a quota and are not in the ratios.")
    return " ".join(parts)
