"""The deals as they stood at any past moment: what figures of money need of them, without replaying the whole book.

Each column's story is read once; after that, what any deal held at any moment is one search in a sorted array. So a
curve by week or the same day of many quarters costs hardly more than one day. ``model.past.book_at`` gives whole books.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from xlpipeline.model.cells import dates, numbers, texts
from xlpipeline.model.facts import NO_OWNER, Facts, once, once_per_book
from xlpipeline.model.history import History
from xlpipeline.model.history_table import BIRTHS, SETTING_KINDS
from xlpipeline.model.history_values import Packed, unpack_column
from xlpipeline.model.past import end_of
from xlpipeline.model.setup_tables import exchange_rates, read_quotas, read_reps
from xlpipeline.model.snapshot_table import SNAPSHOTS
from xlpipeline.model.tracking import deal_keys, history_of

_TEXTS: Final = ("Opportunity", "Stage", "Owner", "Currency")
_WORDS: Final = ("Stage", "Owner", "Currency")
"""Columns with few texts, told by their number: what a text means is found once and not for every deal."""
_DATES: Final = ("Expected close", "Actual close")
_NUMBERS: Final = ("Amount", "Probability")
_ALIVE: Final = "alive"
_SPAN: Final = 2**33
"""Seconds that one deal's moments have room for: until the year 2242."""

COLUMNS: Final = (
    "deal_id", "opportunity", "stage", "stage_type", "is_open", "is_won", "is_lost", "is_derailed", "is_closed",
    "rep", "expected_close", "closed_on", "local_amount", "currency", "amount",
)  # fmt: skip
"""Columns of the frames of deals, with the meaning that they have in ``facts.deals``."""

Cells = npt.NDArray[Any]
Moments = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Story:
    """What one column held: ``keys`` are number of the deal x _SPAN + seconds, ascending; ``cells`` since then."""

    keys: Moments
    cells: Cells

    @property
    def deals(self) -> npt.NDArray[np.int64]:
        """Number of the deal of each cell."""
        numbers: npt.NDArray[np.int64] = self.keys // _SPAN
        return numbers

    @property
    def seconds(self) -> Moments:
        """Since when each cell was held, in seconds of the epoch."""
        seconds: Moments = self.keys % _SPAN
        return seconds

    def at(self, deals: npt.NDArray[np.int64], seconds: npt.NDArray[np.int64], missing: object) -> Cells:
        """The cell that each deal held at each moment (arrays that broadcast); ``missing`` before its birth."""
        place = np.searchsorted(self.keys, deals * _SPAN + seconds, side="right") - 1
        known = (place >= 0) & (self.keys[place] // _SPAN == deals) if len(self.keys) else np.zeros(place.shape, bool)
        out = np.full(place.shape, missing, dtype=self.cells.dtype)
        out[known] = self.cells[place[known]]
        return out


@dataclass(frozen=True)
class PastDeals:
    """The stories of all deals that ever were. ``deal_ids``: by key, in order of birth.

    ``words``: texts of the columns of ``_WORDS``, whose stories hold their numbers; the last one (-1) is "".
    """

    deal_ids: pd.Series
    stories: dict[str, Story]
    words: dict[str, Cells]

    def held(self, column: str, moments: Sequence[dt.datetime], keys: Sequence[str]) -> Cells:
        """What some deals (rows) held at some moments (columns): NaT, NaN or "" before their birth."""
        number = self.deal_ids.index.get_indexer(pd.Index(keys, dtype=object)).astype(np.int64)
        cells = self._at(column, number[:, None], _seconds(moments)[None, :])
        return self.words[column][cells] if column in self.words else cells

    def held_each(self, column: str, moments: npt.NDArray[np.datetime64], keys: Sequence[str]) -> Cells:
        """What each deal held at a moment of its own (datetime64[s])."""
        number = self.deal_ids.index.get_indexer(pd.Index(keys, dtype=object)).astype(np.int64)
        cells = self._at(column, number, moments.astype(np.int64))
        return self.words[column][cells] if column in self.words else cells

    def numbered(self, column: str) -> tuple[npt.NDArray[np.int64], Cells]:
        """Every cell that a column ever held, beside the number of its deal."""
        story = self.stories[column]
        return story.keys // _SPAN, story.cells

    def alive(self, moments: Sequence[dt.datetime], keys: Sequence[str]) -> npt.NDArray[np.bool_]:
        """Whether some deals (rows) stood in the table at some moments (columns)."""
        alive: npt.NDArray[np.bool_] = self.held(_ALIVE, moments, keys)
        return alive

    def living(self, moment: dt.datetime) -> npt.NDArray[np.int64]:
        """Numbers of the deals that stood in the table at a moment, in order of birth."""
        every = np.arange(len(self.deal_ids), dtype=np.int64)
        return every[self._at(_ALIVE, every, _seconds([moment]))]

    def born(self, moment: dt.datetime) -> npt.NDArray[np.int64]:
        """Numbers of the deals that ever stood in the table until a moment, deleted ones included."""
        keys = self.stories[_ALIVE].keys
        every = np.arange(len(self.deal_ids), dtype=np.int64)
        born: npt.NDArray[np.int64] = every[keys[np.searchsorted(keys, every * _SPAN)] % _SPAN <= _seconds([moment])[0]]
        return born

    def rows(self, moment: dt.datetime, number: npt.NDArray[np.int64]) -> pd.DataFrame:
        """The columns of some deals at a moment (those of ``_WORDS`` as numbers), index = deal key."""
        seconds = _seconds([moment])
        index = self.deal_ids.index[number]
        return pd.DataFrame(
            {name: self._at(name, number, seconds) for name in self.stories if name != _ALIVE}, index=index
        ).assign(deal_id=self.deal_ids.to_numpy()[number])

    def _at(self, column: str, number: npt.NDArray[np.int64], seconds: Moments) -> Cells:
        story = self.stories[column]
        nothing: dict[str, object] = {"M": np.datetime64("NaT"), "f": np.nan, "b": False, "i": -1}
        return story.at(number, seconds, nothing.get(story.cells.dtype.kind, ""))


def past_deals(facts: Facts) -> PastDeals:
    """The stories that the history of the facts' book tells, read once."""
    return facts.remember_of_book("past deals", lambda: _read(history_of(facts)))


@once_per_book
def deals_at(facts: Facts, moment: dt.datetime, day: dt.date, *, buried: bool = False) -> pd.DataFrame:
    """The deals that stood in the table at a moment, as ``facts.deals`` has them; index = deal key.

    Args:
        facts: whose history, set-up tables and rates count.
        moment: naive, in the workbook's zone; what refreshes up to it have found counts.
        day: whose rates open deals take.
        buried: deals that were deleted before, too, as they last were.
    """
    past = past_deals(facts)
    number = past.born(moment) if buried else past.living(moment)
    return _as_facts(facts, past.rows(moment, number), day)


@once
def deals_now(facts: Facts) -> pd.DataFrame:
    """``facts.deals`` with the columns and the index of ``deals_at``; of two rows with one ID the first counts."""
    deals = facts.deals[list(COLUMNS)]
    deals = deals.set_axis(pd.Index(deal_keys(facts), dtype=object), axis=0)
    return deals[(deals.index != "") & ~deals.index.duplicated()]


@dataclass(frozen=True)
class SnapshotMark:
    """A snapshot: the day that its figures are for, its label, and the refresh that it was taken with."""

    day: dt.date
    label: str
    taken_on: dt.datetime

    @property
    def name(self) -> str:
        """How a sentence calls it."""
        return f"the snapshot {self.label or 'taken'} ({self.day.isoformat()})"


@once_per_book
def snapshots(facts: Facts) -> tuple[SnapshotMark, ...]:
    """The snapshots of the facts' book up to the as-of date, the earliest first."""
    frame = facts.book.frame(SNAPSHOTS.name)
    if frame.empty or "Taken on" not in frame.columns:
        return ()
    days, labels = dates(frame, "Date")[0], texts(frame, "Label")
    team = texts(frame, "Stage").str.strip() == ""
    found = {
        moment: SnapshotMark(day.date(), label.strip(), moment)
        for moment, day, label, own in zip(frame["Taken on"].tolist(), days, labels, team, strict=True)
        if own and isinstance(moment, dt.datetime) and not pd.isna(day) and day <= pd.Timestamp(facts.as_of)
    }
    return tuple(sorted(found.values(), key=lambda mark: (mark.day, mark.taken_on)))


@once_per_book
def first_told(facts: Facts) -> dt.datetime | None:
    """The moment of the first refresh that history tells of; None without one."""
    first = history_of(facts).events["not_after"].min()
    return None if pd.isna(first) else first.to_pydatetime()


def start_of(facts: Facts, start: dt.date) -> dt.datetime | None:
    """The moment whose deals are those that a period began with; None where history does not reach back to it.

    That is the end of the day before; of a team whose first refresh was on the first day, that refresh.
    """
    first = first_told(facts)
    if first is None or first > end_of(start):
        return None
    return max(first, end_of(start - dt.timedelta(days=1)))


def _seconds(moments: Sequence[dt.datetime]) -> Moments:
    return np.array(moments, dtype="datetime64[s]").astype(np.int64)


def _read(history: History) -> PastDeals:
    events = history.events
    born, kinds = events["kind"].isin(BIRTHS).to_numpy(), events["kind"]
    deal_ids = events.loc[born, ["deal", "deal_id"]].drop_duplicates("deal").set_index("deal")["deal_id"]
    number = deal_ids.index.get_indexer(pd.Index(events["deal"], dtype=object)).astype(np.int64)
    keys = number * _SPAN + events["not_after"].to_numpy().astype("datetime64[s]").astype(np.int64)
    life = np.flatnonzero(born | (kinds == "deleted").to_numpy())
    stories = {_ALIVE: _sorted(number[life], keys[life], born[life])}
    words: dict[str, Cells] = {}
    at_birth, rows = np.flatnonzero(born), events["row"][born].tolist()
    sets = np.flatnonzero(kinds.isin(SETTING_KINDS).to_numpy())
    heads, news = events["column"].to_numpy(dtype=object)[sets], events["new"].to_numpy(dtype=object)[sets]
    for name in (*_TEXTS, *_DATES, *_NUMBERS):
        of_column = heads == name
        places = np.concatenate([at_birth, sets[of_column]])
        order = np.argsort(places, kind="stable")
        packed = [*(row.get(name) for row in rows), *news[of_column].tolist()]
        if name in _WORDS:
            cells, known = pd.factorize(np.array(packed, dtype=object))  # a blank cell is -1
            words[name] = np.array([*_unpacked(name, known.tolist()), ""], dtype=object)
        else:
            cells = _unpacked(name, packed)
        stories[name] = _sorted(number[places[order]], keys[places[order]], cells[order])
    return PastDeals(deal_ids, stories, words)


def _unpacked(name: str, packed: list[Packed]) -> Cells:
    frame = pd.DataFrame({name: pd.Series(unpack_column(packed), dtype=object)})
    if name in _TEXTS:
        return texts(frame, name).to_numpy(dtype=object)
    return (dates if name in _DATES else numbers)(frame, name)[0].to_numpy()


def _sorted(number: npt.NDArray[np.int64], keys: Moments, cells: Cells) -> Story:
    """In the order of deals, then of rows: a clock that went wrong never makes a later row older."""
    known = np.flatnonzero(number >= 0)
    order = known[np.argsort(number[known], kind="stable")]
    return Story(np.maximum.accumulate(keys[order]), cells[order])


@dataclass(frozen=True)
class _Meanings:
    """What the texts of ``PastDeals.words`` mean, by their numbers."""

    stage: Cells
    stage_type: Cells
    rep: Cells
    currency: Cells


@once_per_book
def _meanings(facts: Facts) -> _Meanings:
    words = past_deals(facts).words
    stages = facts.stages.assign(key=facts.stages["stage"].str.casefold()).drop_duplicates("key").set_index("key")
    keys = [name.casefold() for name in words["Stage"]]
    named = [stages["stage"].get(key, name) for key, name in zip(keys, words["Stage"], strict=True)]
    home = facts.settings.currency.upper()
    return _Meanings(
        stage=np.array(named, dtype=object),
        stage_type=np.array([stages["type"].get(key, "") for key in keys], dtype=object),
        rep=_reps(facts, words["Owner"]),
        currency=np.array([code.strip().upper() or home for code in words["Currency"]], dtype=object),
    )


def _as_facts(facts: Facts, told: pd.DataFrame, day: dt.date) -> pd.DataFrame:
    """The told columns read as ``facts.deals`` are: stage types, reps' spelling, money of the base currency."""
    mean, at, of_currency = _meanings(facts), told["Stage"].to_numpy(), told["Currency"].to_numpy()
    types = mean.stage_type
    is_won, is_lost, is_derailed = (np.isin(types, kinds)[at] for kinds in (["won", "post"], ["lost"], ["derailed"]))
    is_closed = is_won | is_lost | is_derailed
    assumed = bool(told["Actual close"].isna().all())
    closed_on = told["Expected close" if assumed else "Actual close"].where(is_closed)
    rate = pd.Series(1.0, index=told.index)
    foreign = (mean.currency != facts.settings.currency.upper())[of_currency]
    currency = pd.Series(mean.currency[of_currency], index=told.index, dtype=object)
    if foreign.any():
        when = closed_on.fillna(pd.Timestamp(day))
        rate[foreign] = exchange_rates(facts.book, currency[foreign], when[foreign])
    columns = {
        "deal_id": told["deal_id"],
        "opportunity": told["Opportunity"],
        "stage": mean.stage[at],
        "stage_type": types[at],
        "is_open": (types == "open")[at],
        "is_won": is_won,
        "is_lost": is_lost,
        "is_derailed": is_derailed,
        "is_closed": is_closed,
        "rep": mean.rep[told["Owner"].to_numpy()],
        "expected_close": told["Expected close"],
        "closed_on": closed_on,
        "local_amount": told["Amount"],
        "currency": currency,
        "amount": (told["Amount"] * rate * facts.money_unit).round(),
    }
    return pd.DataFrame(columns, index=told.index)


def _reps(facts: Facts, owners: Cells) -> Cells:
    """Name of each owner as the facts of the whole book spell it: as Reps, else Pipeline or Quotas have it."""
    book = facts.book
    listed = read_reps(book)["rep"].tolist()
    now = {*texts(book.frame("Pipeline"), "Owner"), *read_quotas(book, facts.settings)["rep"]}
    names = {"": NO_OWNER, NO_OWNER: NO_OWNER}
    for name in (*listed, *sorted(now), *sorted(owners)):
        names.setdefault(name.strip().casefold(), name.strip())
    return np.array([names[name.strip().casefold()] for name in owners], dtype=object)
