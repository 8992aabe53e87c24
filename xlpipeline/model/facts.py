"""The normalised workbook: typed deals, stages, reps, quotas and calendar, which every metric and check reads.

``read_facts`` never fails on a bad cell: what it cannot read stays blank in the facts and is listed in ``unreadable``.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from xlpipeline.model.book import Book, filled_positions
from xlpipeline.model.calendar import FiscalCalendar, Period, WorkCalendar
from xlpipeline.model.cells import dates, numbers, snake, texts
from xlpipeline.model.schema import DEAL_MARKS, PIPELINE
from xlpipeline.model.settings import Settings, read_settings
from xlpipeline.model.setup_tables import (
    exchange_rates,
    read_holidays,
    read_own_periods,
    read_quotas,
    read_reps,
    read_stages,
)

__all__ = ["NO_OWNER", "Facts", "dates", "numbers", "once", "once_per_book", "read_facts", "texts"]

DATE_COLUMNS: Final = tuple(c.name for c in PIPELINE.columns if c.kind == "date" and c.writer != "formula")
TEXT_COLUMNS: Final = tuple(c.name for c in PIPELINE.columns if c.kind == "text" and c.writer != "formula")
NO_OWNER: Final = "(no owner)"
"""Name of the row that holds the deals whose Owner is blank."""

Result = TypeVar("Result")
P = ParamSpec("P")


def once(function: Callable[Concatenate[Facts, P], Result]) -> Callable[Concatenate[Facts, P], Result]:
    """For a pure function of facts: asked again with the same arguments it gives the same object, computed once."""

    @functools.wraps(function)
    def asked(facts: Facts, /, *arguments: P.args, **named: P.kwargs) -> Result:
        key = (function.__module__, function.__qualname__, arguments, tuple(sorted(named.items())))
        return facts.remember(key, lambda: function(facts, *arguments, **named))

    return asked


def once_per_book(function: Callable[Concatenate[Facts, P], Result]) -> Callable[Concatenate[Facts, P], Result]:
    """As ``once``, for what does not depend on the deals, reps and quotas that facts are narrowed to.

    What history tells of the whole team is asked for every rep, and is read once.
    """

    @functools.wraps(function)
    def asked(facts: Facts, /, *arguments: P.args, **named: P.kwargs) -> Result:
        asked_for = (function.__module__, function.__qualname__, arguments, tuple(sorted(named.items())))
        key = (facts.as_of, facts.settings, *asked_for)
        return facts.remember_of_book(key, lambda: function(facts, *arguments, **named))

    return asked


@dataclass(frozen=True)
class Facts:
    """All that figures are made of, at one as-of date.

    ``deals``: one row per deal, index = row position in Pipeline's body. Columns are the user's heads in snake case
    (``deal_id``, ``opportunity``, ``account``, ``owner``, ``stage`` …): texts as str ("" = blank), dates as
    datetime64[s] (NaT = blank). Besides them:
    ``amount``: float of whole minor units of the base currency, NaN = blank (sums are exact);
    ``local_amount``: amount as typed, in the row's currency; ``currency``: ISO code;
    ``earlier_days``: business days of earlier stays in the present stage, NaN = none known; ``last_change``: date;
    ``probability``: share, the deal's own else the stage's default, NaN = unknown; ``own_probability``;
    ``stage_order`` (float), ``stage_type`` ("open", "won", "lost", "derailed", "post", "" = unknown stage);
    ``is_open``, ``is_won`` (won or post), ``is_lost``, ``is_derailed``, ``is_closed`` (any of the last three): bool;
    ``reached_order``: highest order of an open stage the deal is known to have reached (won: the last; NaN = unknown);
    ``rep``: the owner as the Reps table spells it, NO_OWNER where blank;
    ``qualified``: bool; ``qualified_unknown``: bool; ``closed_on``: actual close, NaT for open deals.

    ``stages``: stage, order, type, default_probability, max_business_days (NaN = none), qualified, forecast; by order.
    ``reps``: rep, manager, region, active. ``quotas``: rep, start, end (exclusive), quota (minor units).
    ``unreadable``: position, column, found: cells that are not of their column's kind.
    """

    deals: pd.DataFrame
    stages: pd.DataFrame
    reps: pd.DataFrame
    quotas: pd.DataFrame
    settings: Settings
    calendar: WorkCalendar
    fiscal: FiscalCalendar
    as_of: dt.date
    book: Book
    unreadable: pd.DataFrame
    remembered: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Results that several figures of one refresh ask for (see ``once``); narrowed facts begin with none."""
    remembered_of_book: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)
    """The same of the book as a whole, its history above all (see ``once_per_book``); narrowed facts share it."""

    @property
    def window(self) -> Period:
        """Trailing window of the settings: behind win rate, average deal, cycle and velocity."""
        return self.fiscal.trailing(self.as_of, self.settings.window_quarters)

    @property
    def quarter(self) -> Period:
        """The fiscal quarter of the as-of date."""
        return self.fiscal.quarter(self.as_of)

    @property
    def money_unit(self) -> int:
        """Minor units in one unit of the base currency."""
        return int(10**self.settings.minor_unit_digits)

    @property
    def has_qualified_stage(self) -> bool:
        """Whether any open stage counts as qualified; without one, base = all (a mark on won alone tells nothing)."""
        marked = zip(self.stages["qualified"].tolist(), self.stages["type"].tolist(), strict=True)
        return any(qualified and kind == "open" for qualified, kind in marked)

    @once
    def closed_within(self, window: Period | None) -> pd.Series:
        """Which deals were closed in ``window`` and not after the as-of date (bool).

        None: at any time, then closed deals without an actual close count too.
        """
        closed_on = self.deals["closed_on"].to_numpy()
        within = closed_on < np.datetime64(self.as_of + dt.timedelta(days=1))
        if window is None:
            within = self.deals["is_closed"].to_numpy(dtype=bool) & (within | np.isnat(closed_on))
        else:
            within = within & (closed_on >= np.datetime64(window.start)) & (closed_on < np.datetime64(window.end))
        return pd.Series(within, index=self.deals.index)

    @once
    def rep_names(self) -> list[str]:
        """Reps of the Reps table in its order, then others who own deals or quotas, NO_OWNER last."""
        listed, owners = self.reps["rep"].tolist(), set(self.deals["rep"].unique())
        others = sorted((owners | set(self.quotas["rep"])) - {*listed, NO_OWNER})
        nobody = [NO_OWNER] if NO_OWNER in owners else []
        return [*dict.fromkeys(listed), *others, *nobody]

    @once
    def by_owner(self) -> list[tuple[str, Facts]]:
        """The facts of each rep, in the order of ``rep_names``."""
        deals_of, quotas_of = self.deal_rows_of_reps(), self.quotas.groupby("rep").indices
        nothing = np.array([], dtype=int)
        return [
            (
                rep,
                replace(
                    self,
                    deals=self.deals.iloc[deals_of.get(rep, nothing)],
                    quotas=self.quotas.iloc[quotas_of.get(rep, nothing)],
                    reps=self.reps[self.reps["rep"] == rep],
                ),
            )
            for rep in self.rep_names()
        ]

    @once
    def owned_by(self, rep: str) -> pd.Series:
        """Which deals a rep owns (bool; the name as ``rep_names`` has it)."""
        mine = np.zeros(len(self.deals), dtype=bool)
        mine[self.deal_rows_of_reps().get(rep, [])] = True
        return pd.Series(mine, index=self.deals.index)

    @once
    def deal_rows_of_reps(self) -> dict[str, npt.NDArray[np.intp]]:
        """Places of each rep's deals in ``deals``."""
        return {str(rep): np.asarray(places) for rep, places in self.deals.groupby("rep").indices.items()}

    def remember(self, key: Hashable, make: Callable[[], Result]) -> Result:
        """The result under ``key``; made at the first asking. Nobody may change what is given."""
        if key not in self.remembered:
            self.remembered[key] = make()
        found: Result = self.remembered[key]
        return found

    def remember_of_book(self, key: Hashable, make: Callable[[], Result]) -> Result:
        """As ``remember``, for a result that is the same however the facts are narrowed."""
        if key not in self.remembered_of_book:
            self.remembered_of_book[key] = make()
        found: Result = self.remembered_of_book[key]
        return found

    def only(self, deals: pd.DataFrame, quotas: pd.DataFrame | None = None) -> Facts:
        """The same facts narrowed to some deals (and quotas)."""
        return replace(self, deals=deals, quotas=self.quotas if quotas is None else quotas)

    def of_owner(self, rep: str) -> Facts:
        """The facts of one rep: deals owned and quotas held (names compare without case and outer blanks)."""
        wanted = _name_key(rep)
        name = next((known for known in self.rep_names() if _name_key(known) == wanted), rep)
        return self.only(self.deals[self.deals["rep"] == name], self.quotas[self.quotas["rep"] == name])


def read_facts(book: Book, as_of: dt.date, settings: Settings | None = None) -> Facts:
    """Facts of a workbook at ``as_of``.

    Raises:
        SetupError: Stages, Settings or another set-up table holds something that is not allowed (sheet and row named).
    """
    settings = settings or read_settings(book)
    stages = read_stages(book)
    fiscal = FiscalCalendar(settings.fiscal_year_start_month, read_own_periods(book))
    deals, unreadable = _read_deals(book, stages, settings, as_of)
    reps, quotas = read_reps(book), read_quotas(book, settings)
    deals["rep"], quotas["rep"] = _rep_names(deals["owner"], quotas["rep"], reps["rep"])
    return Facts(
        deals=deals.copy(),  # one block per kind: narrowing to a rep is much faster
        stages=stages,
        reps=reps,
        quotas=quotas,
        settings=settings,
        calendar=WorkCalendar(settings.weekend, read_holidays(book)),
        fiscal=fiscal,
        as_of=as_of,
        book=book,
        unreadable=unreadable,
    )


def _read_deals(
    book: Book, stages: pd.DataFrame, settings: Settings, as_of: dt.date
) -> tuple[pd.DataFrame, pd.DataFrame]:
    raw = book.frame("Pipeline")
    raw = raw.loc[filled_positions(raw, DEAL_MARKS)] if not raw.empty else raw
    columns = {snake(head): texts(raw, head) for head in TEXT_COLUMNS}
    faults: list[pd.DataFrame] = []
    for head in DATE_COLUMNS:
        columns[snake(head)], bad = dates(raw, head)
        faults.append(bad)
    columns["local_amount"], bad_amount = numbers(raw, "Amount")
    columns["own_probability"], bad_probability = numbers(raw, "Probability")
    columns["earlier_days"], bad_days = numbers(raw, "Earlier days")
    faults += [bad_amount, bad_probability, bad_days]
    deals = pd.DataFrame(columns, index=raw.index)
    _add_stage(deals, stages)
    _assume_close(deals, raw)
    _add_money(deals, settings, book, as_of)
    _add_qualified(deals, stages)
    return deals, pd.concat([bad for bad in faults if len(bad)] or faults[:1], ignore_index=True)


def _add_stage(deals: pd.DataFrame, stages: pd.DataFrame) -> None:
    places = {name.casefold(): place for place, name in enumerate(stages["stage"].tolist())}
    place = np.array([places.get(name.casefold(), -1) for name in deals["stage"].tolist()], dtype=np.intp)

    def of_stage(head: str, missing: float | str | npt.NDArray[Any]) -> npt.NDArray[Any]:
        found: npt.NDArray[Any] = np.where(place >= 0, stages[head].to_numpy()[place], missing)
        return found

    deals["stage"] = of_stage("stage", deals["stage"].to_numpy(dtype=object)).astype(object)
    deals["stage_order"] = of_stage("order", np.nan)
    deals["stage_type"] = of_stage("type", "").astype(object)
    own = deals["own_probability"]
    deals["probability"] = own.where(own.between(0, 1), of_stage("default_probability", np.nan))
    deals["max_business_days"] = of_stage("max_business_days", np.nan)
    deals["is_open"] = deals["stage_type"] == "open"
    deals["is_won"] = deals["stage_type"].isin(["won", "post"])
    deals["is_lost"] = deals["stage_type"] == "lost"
    deals["is_derailed"] = deals["stage_type"] == "derailed"
    deals["is_closed"] = deals["is_won"] | deals["is_lost"] | deals["is_derailed"]


def _assume_close(deals: pd.DataFrame, raw: pd.DataFrame) -> None:
    """A table without any actual close (the six-column minimum) takes the expected close of closed rows."""
    nothing = "Actual close" not in raw.columns or bool(deals["actual_close"].isna().all())
    deals["close_assumed"] = deals["is_closed"] & deals["expected_close"].notna() & nothing
    closed_on = deals["expected_close"] if nothing else deals["actual_close"]
    deals["closed_on"] = closed_on.where(deals["is_closed"])


def _add_money(deals: pd.DataFrame, settings: Settings, book: Book, as_of: dt.date) -> None:
    own = settings.currency.upper()
    deals["currency"] = [currency.strip().upper() or own for currency in deals["currency"].tolist()]
    rate = pd.Series(1.0, index=deals.index)
    foreign = deals["currency"] != own
    if foreign.any():
        when = deals["closed_on"].fillna(pd.Timestamp(as_of))
        rate[foreign] = exchange_rates(book, deals.loc[foreign, "currency"], when[foreign])
    deals["amount"] = (deals["local_amount"] * rate * 10**settings.minor_unit_digits).round()


def _add_qualified(deals: pd.DataFrame, stages: pd.DataFrame) -> None:
    open_stages = stages[stages["type"] == "open"]
    orders = dict(zip(open_stages["stage"].str.casefold(), open_stages["order"], strict=True))
    last = deals["last_stage_before_loss"].str.strip().str.casefold().map(orders).astype(float)
    reached = deals["stage_order"].where(deals["is_open"], last.where(deals["is_lost"] | deals["is_derailed"]))
    deals["reached_order"] = reached.mask(deals["is_won"], open_stages["order"].max())
    gate = open_stages.loc[open_stages["qualified"], "order"].min()
    after_sale = bool(stages.loc[stages["type"].isin(["won", "post"]), "qualified"].any())
    deals["qualified"] = (deals["reached_order"] >= gate) | (deals["is_won"] & after_sale)
    deals["qualified_unknown"] = deals["is_closed"] & deals["reached_order"].isna()


def _rep_names(owners: pd.Series, quota_reps: pd.Series, reps: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Names of owners and of those with a quota in one spelling: that of Reps, else the first in the alphabet."""
    known = dict(zip(reps.map(_name_key), reps, strict=True))
    for name in sorted({*owners, *quota_reps}):
        known.setdefault(_name_key(name), name.strip() or NO_OWNER)
    spelling = {name: known[_name_key(name)] for name in {*owners, *quota_reps}}
    return owners.map(spelling).astype(object), quota_reps.map(spelling).astype(object)


def _name_key(name: str) -> str:
    key = name.strip().casefold()
    return "" if key == NO_OWNER else key
