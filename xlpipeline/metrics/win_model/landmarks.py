"""The days on which deals are seen, and what was known of each then: no cell that was filled after that day counts.

A closed deal is seen at fixed ages at which it was still open (landmarks), as history shows it on those days; an open
deal today. So what the model learns from is what it will be asked about, and nothing of the close can slip in: the
outcome is the label, the actual close only decides whether the deal was still open on a day.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from xlpipeline.model.activities import activity_log
from xlpipeline.model.book import is_blank
from xlpipeline.model.cells import dates, numbers, texts
from xlpipeline.model.facts import Facts, once, once_per_book
from xlpipeline.model.history_table import BIRTHS, SETTING_KINDS, deal_key
from xlpipeline.model.history_values import unpack_column
from xlpipeline.model.schema import PIPELINE
from xlpipeline.model.setup_tables import exchange_rates, read_reps
from xlpipeline.model.tracking import history_of

AGES: Final = (0, 14, 30, 60, 90, 180, 365)
"""Days after Created at which a closed deal is seen, as long as it was open."""
HISTORY: Final = "history"
ENTRY: Final = "entry"
_LAST_SECOND: Final = 86_399
_TEXTS: Final = ("Source", "Product", "Owner", "Account")
"""Known when a deal is entered; where no history tells them, as the table has them."""
Days = npt.NDArray[np.datetime64]


def closed_deals(facts: Facts) -> pd.DataFrame:
    """Deals closed by the as-of date of which it is known when they were created and closed (rows of ``facts.deals``).

    In the order of the close, then of the ID: how Pipeline is sorted makes no difference.
    """
    deals = facts.deals[facts.closed_within(None) & facts.deals["closed_on"].notna() & facts.deals["created"].notna()]
    deals = deals[(deals["created"] <= deals["closed_on"]) & (deals["deal_id"] != "")]
    return deals.sort_values(["closed_on", "deal_id"], kind="stable")


def open_rows(facts: Facts) -> pd.DataFrame:
    """Every open deal as it stands at the as-of date; columns as of ``closed_rows``."""
    deals = facts.deals[facts.deals["is_open"]]
    today = np.full(len(deals), np.datetime64(facts.as_of, "s"))
    rows = _seen(facts, deals, today)
    for head in (*_TEXTS, *own_columns(facts)[0]):
        rows[head] = _clean(texts(facts.book.frame(PIPELINE.name), head).reindex(deals.index).fillna("").tolist())
    rows["Stage"], rows["Owner"] = deals["stage"].tolist(), _reps(facts, rows["Owner"])
    rows["amount"] = deals["amount"].to_numpy() / facts.money_unit
    rows["Expected close"] = deals["expected_close"].to_numpy().astype("datetime64[s]")
    rows["pushes"] = _pushes(facts, rows)
    return _with_neighbours(facts, rows)


@once
def closed_rows(facts: Facts) -> pd.DataFrame:
    """Closed deals, one row per landmark at which they were open; ``attrs["basis"]``: HISTORY or ENTRY.

    Columns: position (label in ``facts.deals``), key, day, age (days), won, closed_on, what ``_TEXTS`` and the team's
    own columns held, Stage, amount (units of the base currency), Expected close, pushes, customer, touches. Where more
    than ``win_score_least`` won and as many lost deals are told by history only those count; else all count and what
    needs history stays unknown.
    """
    deals = closed_deals(facts)
    age = np.repeat(np.array(AGES), len(deals))
    again = deals.iloc[np.tile(np.arange(len(deals)), len(AGES))]
    created = again["created"].dt.normalize().to_numpy().astype("datetime64[s]")
    day = created + age.astype("timedelta64[D]")
    still = day < again["closed_on"].dt.normalize().to_numpy().astype("datetime64[s]")
    rows = _seen(facts, again[still], day[still])
    rows["closed_on"] = again.loc[still, "closed_on"].to_numpy()
    rows["won"], rows["lost"] = (again.loc[still, head].to_numpy(dtype=bool) for head in ("is_won", "is_lost"))
    rows = _as_told(facts, rows)
    folded = facts.stages["stage"].str.casefold()
    types = dict(zip(folded, facts.stages["type"], strict=True))
    spelling = dict(zip(folded, facts.stages["stage"], strict=True))
    rows["Stage"] = rows["Stage"].map(lambda name: spelling.get(name.casefold(), name)).astype(object)
    was_open = rows["Stage"].str.casefold().map(types).eq("open")
    told = rows[was_open]
    enough = all(told.loc[told[head], "key"].nunique() > facts.settings.win_score_least for head in ("won", "lost"))
    rows = told if enough else rows.assign(Stage="", amount=np.nan, pushes=np.nan)
    if not enough:
        rows = rows.assign(**{"Expected close": np.datetime64("NaT", "s")})
    rows = _with_neighbours(facts, rows).sort_values(["closed_on", "key", "age"], kind="stable", ignore_index=True)
    if not enough:
        rows["touches"] = np.nan
    rows.attrs["basis"] = HISTORY if enough else ENTRY
    return rows


def own_columns(facts: Facts) -> tuple[list[str], list[str]]:
    """The team's own columns that ``win_score_columns`` names: those that may count, and those that may not."""
    wanted = [head.strip() for head in facts.settings.win_score_columns.split(",") if head.strip()]
    have = {str(head).casefold(): str(head) for head in facts.book.frame(PIPELINE.name).columns}
    ours = {head.casefold() for head in PIPELINE.heads}
    good = [have[head.casefold()] for head in wanted if head.casefold() in have and head.casefold() not in ours]
    bad = [head for head in wanted if head.casefold() not in have or head.casefold() in ours]
    return list(dict.fromkeys(good)), bad


def _seen(facts: Facts, deals: pd.DataFrame, day: Days) -> pd.DataFrame:
    created = deals["created"].dt.normalize().to_numpy().astype("datetime64[s]")
    age = (day - created).astype("timedelta64[D]").astype(float)
    age[np.isnat(created)] = np.nan
    keys = [deal_key(name) for name in deals["deal_id"].tolist()]
    rows = pd.DataFrame({"position": deals.index.to_numpy(), "key": pd.Series(keys, dtype=object), "day": day})
    return rows.assign(age=age, moment=day + np.timedelta64(_LAST_SECOND, "s"))


def _as_told(facts: Facts, rows: pd.DataFrame) -> pd.DataFrame:
    """What each deal held at the end of its day by history; what is known at entry else as it was told first, or is."""
    out = rows.copy()
    for head in (*_TEXTS, *own_columns(facts)[0]):
        out[head] = _entered(facts, rows, head)
    out["Owner"] = _reps(facts, out["Owner"])
    out["Stage"] = _clean([None if is_blank(cell) else cell for cell in _held(facts, rows, "Stage")[0]])
    out["amount"] = _base_amounts(facts, rows)
    expected = pd.DataFrame({"cell": pd.Series(_held(facts, rows, "Expected close")[0], dtype=object)})
    out["Expected close"] = dates(expected, "cell")[0].to_numpy()
    out["pushes"] = _pushes(facts, rows)
    return out


def _entered(facts: Facts, rows: pd.DataFrame, head: str) -> pd.Series:
    """What is known at entry: as history held it then, else as it was told first, else as the table has it."""
    told, first = _held(facts, rows, head)
    table = texts(facts.book.frame(PIPELINE.name), head).reindex(rows["position"]).fillna("").to_numpy(dtype=object)
    return _clean([_first(cells) for cells in zip(told, first, table, strict=True)])


def _first(cells: tuple[object, ...]) -> object:
    return next((cell for cell in cells if not is_blank(cell)), "")


def _clean(cells: list[object]) -> pd.Series:
    return pd.Series(["" if is_blank(cell) else str(cell).strip() for cell in cells], dtype=object)


def _reps(facts: Facts, owners: pd.Series) -> pd.Series:
    """Owners as Reps spells them."""
    spelling = {name.strip().casefold(): name for name in read_reps(facts.book)["rep"].tolist()}
    return owners.map(lambda name: spelling.get(name.casefold(), name)).astype(object)


def _base_amounts(facts: Facts, rows: pd.DataFrame) -> npt.NDArray[Any]:
    amount = pd.DataFrame({"cell": pd.Series(_held(facts, rows, "Amount")[0], dtype=object)})
    local = numbers(amount, "cell")[0]
    home = facts.settings.currency.upper()
    codes = _clean(_held(facts, rows, "Currency")[0].tolist()).str.upper().replace("", home)
    rate, foreign = pd.Series(1.0, index=codes.index), codes != home
    if foreign.any():
        day = pd.Series(rows["day"].to_numpy())
        rate[foreign] = exchange_rates(facts.book, codes[foreign], day[foreign])
    return (local * rate).to_numpy(dtype=float)


@once_per_book
def _story(facts: Facts, head: str) -> pd.DataFrame:
    """What history tells of one column: key, at (ascending per deal), cell; in order of the moments."""
    events = history_of(facts).events
    born = events["kind"].isin(BIRTHS)
    rows = events[born | (events["kind"].isin(SETTING_KINDS) & (events["column"] == head))]
    packed = [
        new if row is None else row.get(head)
        for row, new in zip(rows["row"].tolist(), rows["new"].tolist(), strict=True)
    ]
    story = pd.DataFrame({"key": rows["deal"].to_numpy(dtype=object), "at": rows["not_after"].to_numpy()})
    story["cell"] = pd.Series(unpack_column(packed), dtype=object)
    story["at"] = story.groupby("key", sort=False)["at"].cummax()  # a clock that went wrong makes nothing older
    return story.sort_values("at", kind="stable", ignore_index=True)


def _held(facts: Facts, rows: pd.DataFrame, head: str) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """The cell that each deal held at its moment (None before its birth), and the first that history told of it."""
    story = _story(facts, head)
    first = story.drop_duplicates("key").set_index("key")["cell"]
    return _at(story, rows, "cell", None), rows["key"].map(first).to_numpy(dtype=object)


def _at(story: pd.DataFrame, rows: pd.DataFrame, column: str, missing: object) -> npt.NDArray[Any]:
    """The last entry of a story (key, at, column) up to each row's moment."""
    keys = pd.Index(rows["key"].unique(), dtype=object)
    known = story[story["key"].isin(keys)]
    span = 2**33  # seconds that one deal's moments have room for: until the year 2242
    place = keys.get_indexer(pd.Index(known["key"], dtype=object)).astype(np.int64) * span
    place += known["at"].to_numpy().astype("datetime64[s]").astype(np.int64)
    order = np.argsort(place, kind="stable")
    number = keys.get_indexer(pd.Index(rows["key"], dtype=object)).astype(np.int64)
    asked = number * span + rows["moment"].to_numpy().astype("datetime64[s]").astype(np.int64)
    found = np.searchsorted(place[order], asked, side="right") - 1
    out = np.full(len(rows), missing, dtype=object)
    if len(order):
        right = (found >= 0) & (place[order][found] // span == number)
        out[right] = known[column].to_numpy(dtype=object)[order[found[right]]]
    return out


def _pushes(facts: Facts, rows: pd.DataFrame) -> npt.NDArray[np.floating[Any]]:
    """How often the expected close had been put off by then; NaN where history does not know the deal yet."""
    story = _story(facts, "Expected close").copy()
    story["due"] = dates(story, "cell")[0]
    story = story[story["due"].notna()] if len(story) else story
    later = story["due"] > story.groupby("key")["due"].shift()
    story = story.assign(pushes=later.astype(float).groupby(story["key"]).cumsum())
    return _at(story, rows, "pushes", np.nan).astype(float)


def _with_neighbours(facts: Facts, rows: pd.DataFrame) -> pd.DataFrame:
    """What other rows told by then: deals won before with the account, activities logged before."""
    wins = _wins(facts)
    asked = rows.assign(key=rows["Account"].str.casefold())
    customer = _counted(wins, asked)
    log = activity_log(facts)
    done = pd.DataFrame({"key": log["key"], "at": log["day"]})[log["key"] != ""]
    touches = _counted(done, rows)
    unlogged = (rows["day"] < done["at"].min()).to_numpy() if len(done) else np.ones(len(rows), dtype=bool)
    customer[(rows["Account"] == "").to_numpy()] = np.nan
    touches[unlogged] = np.nan
    return rows.assign(customer=customer, touches=touches)


@once
def _wins(facts: Facts) -> pd.DataFrame:
    """Won deals: key of the account as it stood on the day before the close, and the close."""
    won = facts.deals[facts.deals["is_won"] & facts.deals["closed_on"].notna()]
    closed_on = won["closed_on"].dt.normalize().to_numpy().astype("datetime64[s]")
    rows = _seen(facts, won, closed_on - np.timedelta64(1, "D"))
    account = _entered(facts, rows, "Account").str.casefold()
    return pd.DataFrame({"key": account, "at": won["closed_on"].to_numpy()})


def _counted(entries: pd.DataFrame, rows: pd.DataFrame) -> npt.NDArray[np.floating[Any]]:
    """Entries (key, at) of each row's key up to the row's moment."""
    entries = entries.sort_values("at", kind="stable", ignore_index=True)
    entries = entries.assign(so_far=entries.groupby("key").cumcount() + 1.0)
    return _at(entries, rows, "so_far", 0.0).astype(float)
