"""Follow-up cadence: the next touch that each open deal, customer and lead is due, after what was done already."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from xlpipeline.model.activities import done
from xlpipeline.model.book import Book, TableChange, once_per_book
from xlpipeline.model.cells import dates, numbers, texts
from xlpipeline.model.computed import entered_stage_on, in_stage_since
from xlpipeline.model.facts import NO_OWNER, Facts, once
from xlpipeline.model.history_table import deal_key
from xlpipeline.model.register import Metric
from xlpipeline.model.schema import PIPELINE
from xlpipeline.model.setup_tables import read_reps

METRIC = Metric(
    name="cadence",
    title="Next touch",
    definition=(
        "The first touch that the cadence of the stage asks for and that is not done yet, with the day it is due."
    ),
    formula=(
        "touches of the stage in Cadence by day; the k-th touch of a channel is done once k activities of that type "
        "are logged since the deal entered the stage; due = entry + Day business days (Day 0: the day of entry). A "
        "won deal follows its stage too, from the day it was closed at the earliest; its Follow-up due goes before the "
        "day of the cadence. A lead that is new or worked on follows the first open stage, from the day it was created"
    ),
    why="Most buyers answer after several touches, and most reps stop after one.",
    what_to_do="Do what is due today first; a cadence that nobody keeps is too dense: change it on Scoring.",
    source="requirements F53; definitions, section 9",
)
MOST_DAYS: Final = 1000
FOLLOW_UP: Final = "follow-up_due"
HEADS: Final = ("deal_id", "rep", "name", "stage", "since", "made", "touches", "due", "days_late", "channel", "purpose")


@dataclass(frozen=True)
class Touch:
    """One touch of a stage's cadence. ``day``: business days after entry; ``turn``: how often its channel came."""

    stage: str
    day: int
    channel: str
    purpose: str
    turn: int


@once_per_book
def read_cadence(book: Book) -> dict[str, tuple[Touch, ...]]:
    """The touches of each stage (its name in lower case) in their order; rows that cannot be read are left out."""
    frame = book.frame("Cadence")
    rows = pd.DataFrame(
        {
            "stage": texts(frame, "Stage").str.strip(),
            "day": numbers(frame, "Day")[0],
            "channel": texts(frame, "Channel").str.strip(),
            "purpose": texts(frame, "Purpose").str.strip(),
        }
    )
    usable = (rows["stage"] != "") & (rows["channel"] != "") & rows["day"].between(0, MOST_DAYS)
    rows = rows[usable & (rows["day"] % 1 == 0)].sort_values("day", kind="stable")
    stages, channels = rows["stage"].str.casefold(), rows["channel"].str.casefold()
    turns = rows.groupby([stages, channels]).cumcount() + 1
    found: dict[str, list[Touch]] = {}
    for stage, turn, row in zip(stages, turns, rows.to_dict("records"), strict=True):
        touch = Touch(str(row["stage"]), int(row["day"]), str(row["channel"]), str(row["purpose"]), int(turn))
        found.setdefault(stage, []).append(touch)
    return {stage: tuple(touches) for stage, touches in found.items()}


@once
def next_touches(facts: Facts) -> pd.DataFrame:
    """One row per open deal whose stage has a cadence and whose entry is known; index as in ``facts.deals``.

    Columns ``HEADS``: since (datetime64[s]), made (touches done), touches (of the stage), due (NaT = none left),
    days_late (business days after due; 0 = not late), channel and purpose ("" = none left).
    """
    items = _items(facts.deals[facts.deals["is_open"]], in_stage_since(facts))
    return _followed(facts, items[_has_cadence(facts, items)])


@once
def customer_touches(facts: Facts) -> pd.DataFrame:
    """The same of won deals whose stage has a cadence, and of those with a Follow-up due, which is then the day.

    ``since`` is never before the deal was closed. Of a stage without a cadence channel and purpose are "".
    """
    won = facts.deals[facts.deals["is_won"]]
    since, closed = entered_stage_on(facts)[won.index], won["closed_on"]
    items = _items(won, since.mask(since.isna() | (closed > since), closed))
    planned = won[FOLLOW_UP]
    found = _followed(facts, items[_has_cadence(facts, items) | planned.notna()])
    due = planned[found.index].fillna(found["due"]).astype("datetime64[s]")
    return found.assign(due=due, days_late=_days_late(facts, due))


@once
def lead_touches(facts: Facts) -> pd.DataFrame:
    """The same for leads that are new or worked on; index = position in Leads.

    Leads are everybody's, also of facts that are narrowed: narrow by ``rep``.
    """
    frame = facts.book.frame("Leads")
    stages = facts.stages[facts.stages["type"] == "open"]["stage"]
    reps = {name.casefold(): name for name in read_reps(facts.book)["rep"]}
    owners = texts(frame, "Owner").str.strip()
    items = pd.DataFrame(
        {
            "deal_id": texts(frame, "Lead ID").str.strip(),
            "rep": [reps.get(owner.casefold(), owner) or NO_OWNER for owner in owners],
            "name": _names(texts(frame, "Lead"), texts(frame, "Account")),
            "stage": stages.iloc[0],
            "since": dates(frame, "Created")[0],
        },
        index=frame.index,
    )
    is_out = texts(frame, "Status").str.strip().str.casefold().isin(["qualified", "disqualified"])
    is_out |= dates(frame, "Converted on")[0].notna() | (texts(frame, "Deal ID").str.strip() != "")
    known = items["since"].notna() & (items["since"] <= pd.Timestamp(facts.as_of)) & (items["name"] != "")
    return _followed(facts, items[known & ~is_out & _has_cadence(facts, items)])


def touches_of_deals(facts: Facts) -> pd.DataFrame:
    """``next_touches`` and ``customer_touches``: one row per deal, blank where there is neither."""
    parts = [part for part in (next_touches(facts), customer_touches(facts)) if len(part)]
    return (pd.concat(parts) if parts else next_touches(facts)).reindex(facts.deals.index)


def next_touch_columns(facts: Facts) -> TableChange:
    """``Next touch`` and ``Next touch by`` of every deal as cells of Pipeline; blank where no touch is left."""
    return TableChange(PIPELINE.name, _next_cells(touches_of_deals(facts)))


def lead_touch_columns(facts: Facts) -> dict[str, pd.Series]:
    """The same cells of every row of Leads; blank too where a lead became a deal or was decided otherwise."""
    return _next_cells(lead_touches(facts).reindex(facts.book.frame("Leads").index))


def _next_cells(table: pd.DataFrame) -> dict[str, pd.Series]:
    due = table["due"].to_numpy().astype("datetime64[D]").astype(object).tolist()
    by = [channel if isinstance(channel, str) and channel else None for channel in table["channel"]]
    cells = {"Next touch": due, "Next touch by": by}
    return {head: pd.Series(values, index=table.index, dtype=object) for head, values in cells.items()}


def _items(deals: pd.DataFrame, since: pd.Series) -> pd.DataFrame:
    """What is followed of each deal: who, what, where it stands and since when."""
    own = deals[["deal_id", "rep", "stage"]]
    return own.assign(name=_names(deals["opportunity"], deals["account"]), since=since[deals.index])


def _has_cadence(facts: Facts, items: pd.DataFrame) -> pd.Series:
    """Whether the stage has a cadence and the day from which it is counted is known."""
    return items["stage"].str.casefold().isin(read_cadence(facts.book)) & items["since"].notna()


def _names(first: pd.Series, second: pd.Series) -> list[str]:
    return [" · ".join(filter(None, (a.strip(), b.strip()))) for a, b in zip(first, second, strict=True)]


def _followed(facts: Facts, items: pd.DataFrame) -> pd.DataFrame:
    """Each item with the first touch of its stage that is not done yet."""
    cadence, counts = read_cadence(facts.book), _counts(facts, items)
    rows: list[tuple[Any, ...]] = []
    for stage, deal_id in zip(items["stage"].tolist(), items["deal_id"].tolist(), strict=True):
        touches, key = cadence.get(stage.casefold(), ()), deal_key(deal_id)
        left = [one for one in touches if counts.get((key, one.channel.casefold()), 0) < one.turn]
        first = left[0] if left else None
        rows.append((len(touches) - len(left), len(touches), first.day if first else np.nan, *_words(first)))
    heads = ["made", "touches", "day", "channel", "purpose"]
    out = items.join(pd.DataFrame(rows, columns=heads, index=items.index))
    due = _due(facts, out["since"], out["day"])
    return out.assign(due=due, days_late=_days_late(facts, due))[list(HEADS)]


def _days_late(facts: Facts, due: pd.Series) -> npt.NDArray[np.int64]:
    late = facts.calendar.elapsed(due.to_numpy().astype("datetime64[D]"), facts.as_of)
    return np.nan_to_num(late).astype(np.int64)


def _words(touch: Touch | None) -> tuple[str, str]:
    return (touch.channel, touch.purpose) if touch else ("", "")


def _counts(facts: Facts, items: pd.DataFrame) -> dict[tuple[str, str], int]:
    """How many activities of each type (in lower case) each item got since it entered its stage."""
    keys = pd.Series([deal_key(name) for name in items["deal_id"]], dtype=object)
    asked = pd.DataFrame({"key": keys, "since": items["since"].to_numpy().astype("datetime64[s]")})
    asked = asked[asked["key"] != ""].drop_duplicates("key")
    log = done(facts)[["key", "day", "type"]].merge(asked, on="key")
    log = log[log["day"] >= log["since"]]
    counts: Iterable[tuple[Any, Any]] = log.groupby(["key", log["type"].str.casefold()]).size().items()
    return {key: int(n) for key, n in counts}


def _due(facts: Facts, since: pd.Series, day: pd.Series) -> pd.Series:
    entry, offset = since.to_numpy().astype("datetime64[D]"), day.to_numpy(dtype=float)
    due = facts.calendar.due(entry, offset)
    return pd.Series(np.where(offset == 0, entry, due).astype("datetime64[s]"), index=since.index)
