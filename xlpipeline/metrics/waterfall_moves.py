"""The lines of a waterfall: every deal of two states, and which line tells what became of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from xlpipeline.model.calendar import Period
from xlpipeline.model.facts import Facts
from xlpipeline.model.setup_tables import exchange_rates

LINES: Final = (
    ("new", 1), ("pulled_in", 1), ("carried_over", 1), ("reopened", 1), ("transferred_in", 1),
    ("increased", 1), ("decreased", -1), ("exchange_rates", 1),
    ("won", -1), ("lost", -1), ("derailed", -1), ("pushed_out", -1), ("pulled_out", -1),
    ("transferred_out", -1), ("deleted", -1),
)  # fmt: skip
"""Every line in the order of the report, with the sign by which it enters."""

_ENDS: Final = ("won", "lost", "derailed")
Floats = npt.NDArray[np.floating[Any]]
Flags = npt.NDArray[np.bool_]
Moves = dict[str, tuple[Flags, Floats]]


@dataclass(frozen=True)
class Waterfall:
    """``lines``: line, deals, amount (minor units, as it is told: only exchange_rates may be negative).

    ``opening`` and ``closing``: minor units. ``left_out``: deals that are in no sum, because a rate is missing.
    """

    period: Period
    opening: float
    closing: float
    opening_n: int
    closing_n: int
    lines: pd.DataFrame
    left_out: int

    @property
    def residual(self) -> float:
        """Opening plus all lines less closing: 0 by construction."""
        signs = dict(LINES)
        moved = sum(signs[line] * amount for line, amount in zip(self.lines["line"], self.lines["amount"], strict=True))
        return self.opening + float(moved) - self.closing

    def amount(self, *lines: str) -> float:
        """Sum of some lines, in minor units."""
        told = zip(self.lines["line"].tolist(), self.lines["amount"].tolist(), strict=True)
        return float(sum(amount for line, amount in told if line in lines))

    def deals(self, *lines: str) -> int:
        """Deals of some lines; one that stands in two of them counts twice."""
        told = zip(self.lines["line"].tolist(), self.lines["deals"].tolist(), strict=True)
        return int(sum(n for line, n in told if line in lines))


def paired(before: pd.DataFrame, after: pd.DataFrame, was: dt.date, now: Facts, period: Period) -> pd.DataFrame:
    """Every deal of either side: where0/1 (see ``_where``), rep0/1, amount0/1, at_opening_rate, rate_missing."""
    after = _closed_between(before, after, now.as_of)
    deals = _side(before, period, "0").join(_side(after, period, "1"), how="outer", sort=False)
    for side in "01":
        deals["where" + side] = deals["where" + side].fillna("absent")
    when = pd.Series(pd.Timestamp(was), index=deals.index)
    home = deals["currency1"].isna() | (deals["currency1"] == now.settings.currency.upper())
    rate0 = pd.Series(1.0, index=deals.index)
    if not home.all():
        rate0[~home] = exchange_rates(now.book, deals.loc[~home, "currency1"], when[~home])
    at_opening = (deals["local1"] * rate0 * now.money_unit).round()
    blank0, blank1 = deals["local0"].isna(), deals["local1"].isna()
    missing = (deals["amount0"].isna() & ~blank0) | (deals["amount1"].isna() & ~blank1) | (at_opening.isna() & ~blank1)
    deals["rate_missing"] = missing
    deals["at_opening_rate"] = at_opening.fillna(0.0)
    return deals.fillna({"amount0": 0.0, "amount1": 0.0})


def _closed_between(before: pd.DataFrame, after: pd.DataFrame, day: dt.date) -> pd.DataFrame:
    """A deal that was open before and is closed now without an actual close was closed by ``day``."""
    was_open = after.index.isin(before.index[before["is_open"]])
    undated = after["is_closed"] & after["closed_on"].isna() & was_open
    return after.assign(closed_on=after["closed_on"].mask(undated, pd.Timestamp(day)))


def _side(deals: pd.DataFrame, period: Period, side: str) -> pd.DataFrame:
    columns = {"deal_id": "id", "opportunity": "name", "rep": "rep", "amount": "amount", "local_amount": "local",
               "currency": "currency"}  # fmt: skip
    due = deals["expected_close"].mask(deals["is_closed"], deals["closed_on"])
    return deals[list(columns)].rename(columns=columns).assign(where=_where(deals, period), due=due).add_suffix(side)


def _where(deals: pd.DataFrame, period: Period) -> npt.NDArray[Any]:
    """Where each deal stands.

    ``in``, ``after`` (or undated), ``before``: open, by expected close; ``won``, ``lost``, ``derailed``: closed in the
    period; ``closed after`` (or undated), ``closed before``: closed outside it; ``absent``: its stage is no stage.
    """
    start, end = pd.Timestamp(period.start), pd.Timestamp(period.end)
    is_open, expected, closed_on = deals["is_open"], deals["expected_close"], deals["closed_on"]
    inside = (closed_on >= start) & (closed_on < end)
    return np.select(
        [
            is_open & (expected < start),
            is_open & (expected >= start) & (expected < end),
            is_open,
            inside & deals["is_won"],
            inside & deals["is_lost"],
            inside & deals["is_derailed"],
            deals["is_closed"] & (closed_on < start),
            deals["is_closed"],
        ],
        ["before", "in", "after", *_ENDS, "closed before", "closed after"],
        default="absent",
    )


def by_rep(pairs: pd.DataFrame, reps: list[str]) -> dict[str, pd.DataFrame]:
    """The deals that each rep has or had."""
    was, has = (pairs.groupby("rep" + side).indices for side in "01")
    none = np.array([], dtype=np.int64)
    return {rep: pairs.iloc[np.union1d(was.get(rep, none), has.get(rep, none))] for rep in reps}


def summed(pairs: pd.DataFrame, period: Period, rep: str) -> Waterfall:
    """The waterfall of these deals as one rep has seen it ("" = the team)."""
    moves = moves_of(pairs, rep)
    opening = _mine(pairs, "0", rep) & (pairs["where0"] == "in").to_numpy()
    closing = _mine(pairs, "1", rep) & (pairs["where1"] == "in").to_numpy()
    out = pairs["rate_missing"].to_numpy(dtype=bool)
    concerned = opening | closing
    for told, _ in moves.values():
        concerned |= told
    lines = [
        (line, int((told & ~out).sum()), float(amount[told & ~out].sum())) for line, (told, amount) in moves.items()
    ]
    return Waterfall(
        period=period,
        opening=float(pairs.loc[opening & ~out, "amount0"].sum()),
        closing=float(pairs.loc[closing & ~out, "amount1"].sum()),
        opening_n=int((opening & ~out).sum()),
        closing_n=int((closing & ~out).sum()),
        lines=pd.DataFrame(lines, columns=["line", "deals", "amount"]),
        left_out=int((concerned & out).sum()),
    )


def _mine(pairs: pd.DataFrame, side: str, rep: str) -> Flags:
    """Whether each deal is in the rep's hands on a side; "" = anybody's."""
    mine = pairs["rep" + side] == rep if rep else pairs["where" + side] != "absent"
    return mine.to_numpy(dtype=bool)


def moves_of(pairs: pd.DataFrame, rep: str) -> Moves:
    """Per line: which deals it tells of, and the amount of each in minor units. In the order of LINES."""
    was, is_ = pairs["where0"].to_numpy(), pairs["where1"].to_numpy()
    a0, a1 = pairs["amount0"].to_numpy(dtype=float), pairs["amount1"].to_numpy(dtype=float)
    changed = pairs["at_opening_rate"].to_numpy(dtype=float)
    known, gone = was != "absent", is_ == "absent"
    mine0, mine1 = _mine(pairs, "0", rep), _mine(pairs, "1", rep)
    closed0 = np.isin(was, [*_ENDS, "closed before", "closed after"])
    # A deal whose owner enters or leaves the filter is a transfer first; what else happens counts only inside.
    enters, leaves = known & ~gone & ~mine0 & mine1, mine0 & ~mine1 & ~gone
    inside = np.where(gone, mine0, mine1)
    opened = inside & (was == "in")
    comes = inside & np.isin(is_, ["in", "won"])
    carried, pulled = comes & (was == "before"), comes & (was == "after")
    changes = (opened & comes) | carried | pulled
    delta = changed - a0
    new = inside & ~known & np.isin(is_, ["in", *_ENDS])
    ended = {end: (is_ == end) & (opened | new) for end in ("lost", "derailed")}
    return {
        "new": (new, a1),
        "pulled_in": (pulled, a0),
        "carried_over": (carried, a0),
        "reopened": (inside & closed0 & (is_ == "in"), a1),
        "transferred_in": (enters & (was == "in"), a0),
        "increased": (changes & (delta > 0), delta),
        "decreased": (changes & (delta < 0), -delta),
        "exchange_rates": (changes & (a1 != changed), a1 - changed),
        "won": ((changes | new) & (is_ == "won"), a1),
        "lost": (ended["lost"], np.where(opened, a0, a1)),
        "derailed": (ended["derailed"], np.where(opened, a0, a1)),
        "pushed_out": (opened & np.isin(is_, ["after", "closed after"]), a0),
        "pulled_out": (opened & np.isin(is_, ["before", "closed before"]), a0),
        "transferred_out": (leaves & (was == "in"), a0),
        "deleted": (opened & gone, a0),
    }
