"""The lines of a review: for each rep seven blocks, in the order in which they are talked through."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from xlpipeline.metrics.at_risk import at_risk
from xlpipeline.metrics.clean_up import candidates
from xlpipeline.metrics.due_list import due_list
from xlpipeline.metrics.moves_since import WON, moves_since
from xlpipeline.metrics.priority import priorities
from xlpipeline.metrics.stuck_deals import stuck_deals
from xlpipeline.model.facts import Facts
from xlpipeline.model.review_table import BLOCKS
from xlpipeline.tabs.wording import counted, money_text

_HEADS: Final = ["rep", "deal_id", "what"]
_NOTHING: Final = (
    "Nothing was won since {since}.",
    "Nothing moved since {since}.",
    "No deal is stuck.",
    "No next step is due by {until}.",
    "No deal of this quarter is at risk.",
    "Nothing to clean up.",
    "No open deal.",
)
_MORE: Final = (
    "Pipeline, stage type won", "Waterfall", "Aging", "Activity, due list", "Forecast", "Aging, clean-up", "Pipeline"
)  # fmt: skip
"""Where the lines are that the review has no room for."""


@dataclass(frozen=True)
class Since:
    """With what a review compares: the moment, and how a sentence calls it."""

    moment: dt.datetime
    name: str


def review_lines(facts: Facts, since: Since) -> pd.DataFrame:
    """The lines of every rep that has open deals or anything to tell: columns of ``REVIEW`` but for what people write.

    Each block has at least one line, which then says that there is nothing; at most the setting ``review_lines``.
    """
    blocks = [_sorted_by_rep(block) for block in _blocks(facts, since)]
    open_reps = set(facts.deals.loc[facts.deals["is_open"], "rep"])
    deals = _deals(facts)
    nothing = [_told_nothing(facts, since, number) for number in range(len(BLOCKS))]
    rows: list[tuple[object, ...]] = []
    for rep in facts.rep_names():
        own = [block.get(rep, []) for block in blocks]
        if rep in open_reps or any(own):
            for number, lines in enumerate(own):
                rows += [(rep, *line) for line in _block(facts, number, lines or [("", nothing[number])], deals)]
    heads = ["Rep", "Block", "Deal ID", "Opportunity", "Stage", "Amount", "What"]
    frame = pd.DataFrame(rows, columns=heads, dtype=object)
    return frame.assign(**{"Review of": pd.Series([facts.as_of] * len(frame), dtype=object)})


def _blocks(facts: Facts, since: Since) -> tuple[pd.DataFrame, ...]:
    """Rep, deal_id and what of the lines of every block, in order."""
    moved = moves_since(facts, since.moment)
    is_won = moved["kind"] == WON
    steps = due_list(facts)
    until = pd.Timestamp(facts.as_of) + pd.Timedelta(days=facts.settings.review_days)
    steps = steps[(steps["kind"] == "next step") & (steps["due"] <= until)]
    steps = steps.assign(what=[_step(row) for row in _records(steps)])
    dead = candidates(facts)
    dead = dead.assign(rep=facts.deals["rep"].reindex(dead.index), what=dead["reasons"])
    first = priorities(facts)
    first = first.assign(rep=facts.deals["rep"].reindex(first.index))
    first = first[first["priority"].notna()]
    first = first.assign(what=[_chance(facts, row) for row in _records(first)])
    risk = at_risk(facts)
    return tuple(
        part[_HEADS] for part in (
            _won(facts, moved[is_won]), moved[~is_won], stuck_deals(facts), steps,
            risk.assign(what=risk["reasons"]), dead, first,
        )
    )  # fmt: skip


def _won(facts: Facts, won: pd.DataFrame) -> pd.DataFrame:
    """With how long each took: from first contact, else from its creation."""
    deals = facts.deals
    began = deals["first_contact"].fillna(deals["created"])
    days = dict(zip(deals["deal_id"], (deals["closed_on"] - began).dt.days, strict=True))
    taken = [days.get(name, float("nan")) for name in won["deal_id"]]
    told = [
        f"{what}, after {counted(spent, 'day')}" if spent >= 0 else what
        for what, spent in zip(won["what"], taken, strict=True)
    ]
    return won.assign(what=pd.Series(told, index=won.index, dtype=object))


def _step(row: dict[str, Any]) -> str:
    due = f"{row['due']:%Y-%m-%d}"
    if row["state"] == "overdue":
        return f"{row['action']}: was due on {due}"
    return f"{row['action']}: due today" if row["state"] == "today" else f"{row['action']}: due on {due}"


def _chance(facts: Facts, row: dict[str, Any]) -> str:
    assumed = ", by the stage's default" if row["source"] == "stage default" else ""
    return f"priority {row['priority']:.0f} of 100: {row['p']:.0%} to be won in {facts.quarter.name}{assumed}"


def _sorted_by_rep(block: pd.DataFrame) -> dict[str, list[tuple[str, str]]]:
    out: dict[str, list[tuple[str, str]]] = {}
    for rep, deal_id, what in zip(*(block[head].tolist() for head in _HEADS), strict=True):
        out.setdefault(rep, []).append((deal_id, what))
    return out


def _deals(facts: Facts) -> dict[str, tuple[object, ...]]:
    """By Deal ID: name and account, stage, amount."""
    found: dict[str, tuple[object, ...]] = {}
    moved_away = (
        (row["deal_id"], (row["opportunity"], row["stage"], row["amount"]))
        for row in _records(facts.deals[["deal_id", "opportunity", "stage", "amount"]])
    )
    accounts = dict(zip(facts.deals["deal_id"], facts.deals["account"], strict=True))
    for name, (opportunity, stage, amount) in moved_away:
        told = " · ".join(part for part in (opportunity.strip(), accounts[name].strip()) if part)
        found.setdefault(name, (told or None, stage or None, _money(facts, amount)))
    return found


def _told_nothing(facts: Facts, since: Since, number: int) -> str:
    until = facts.as_of + dt.timedelta(days=facts.settings.review_days)
    return _NOTHING[number].format(since=since.name, until=until)


def _block(
    facts: Facts, number: int, lines: list[tuple[str, str]], deals: dict[str, tuple[object, ...]]
) -> Iterable[tuple[object, ...]]:
    most = facts.settings.review_lines
    for name, what in lines[:most]:
        yield BLOCKS[number], name or None, *deals.get(name, (None, None, None)), what
    if len(lines) > most:
        yield BLOCKS[number], None, None, None, None, f"{len(lines) - most:,} more: see {_MORE[number]}."


def review_says(facts: Facts, lines: pd.DataFrame) -> str:
    """The team's review in one sentence; of a block with more lines than room the number is a lower bound."""
    deals = lines[lines["Deal ID"].notna()]
    counts = {block: int((deals["Block"] == block).sum()) for block in BLOCKS}
    won = deals.loc[deals["Block"] == BLOCKS[0], "Amount"].map(lambda cell: cell or 0).sum() * facts.money_unit
    risk = deals.loc[deals["Block"] == BLOCKS[4], "Amount"].map(lambda cell: cell or 0).sum() * facts.money_unit
    parts = (
        f"{counted(counts[BLOCKS[0]], 'deal')} won ({money_text(won, facts)})", f"{counts[BLOCKS[1]]:,} moved",
        f"{counts[BLOCKS[2]]:,} stuck", f"{counts[BLOCKS[4]]:,} at risk ({money_text(risk, facts)})",
        f"{counts[BLOCKS[5]]:,} to clean up",
    )  # fmt: skip
    return f"Listed below: {', '.join(parts)}."


def _money(facts: Facts, minor: float) -> float | None:
    return None if pd.isna(minor) else float(minor) / facts.money_unit


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(head): cell for head, cell in row.items()} for row in frame.to_dict("records")]
