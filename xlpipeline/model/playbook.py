"""The playbook: what belongs to each stage, and which of its activities a deal still lacks (REQUIREMENTS F09, F10)."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from xlpipeline.model.activities import activity_log
from xlpipeline.model.book import Book, once_per_book
from xlpipeline.model.cells import texts
from xlpipeline.model.computed import in_stage_since
from xlpipeline.model.facts import Facts
from xlpipeline.model.history_table import deal_key


@dataclass(frozen=True)
class Advice:
    """One row of Playbook. ``activities``: the types that belong to the stage, as they are written there."""

    stage: str
    step: str
    content: str
    guide: str
    activities: tuple[str, ...]


@dataclass(frozen=True)
class RequiredActivity:
    """One required activity of a deal's stage, and how often it was logged since the deal entered the stage."""

    type: str
    logged: int


def parted(text: str) -> tuple[str, ...]:
    """``"Call; Meeting"`` as its parts, each once."""
    parts = (part.strip() for part in re.split("[;\n]", text))
    return tuple({part.casefold(): part for part in parts if part}.values())


@once_per_book
def read_playbook(book: Book) -> tuple[Advice, ...]:
    """Rows of Playbook that name a stage and say something, in their order."""
    frame = book.frame("Playbook")
    heads = ("Stage", "Process step", "Content", "Conversation guide", "Required activities")
    columns = [texts(frame, head).str.strip() for head in heads]
    return tuple(
        Advice(stage, step, content, guide, parted(activities))
        for stage, step, content, guide, activities in zip(*columns, strict=True)
        if stage and (step or content or guide or activities)
    )


def advice_for(book: Book, stage: str) -> tuple[Advice, ...]:
    """The playbook's rows for a stage (capitals do not matter)."""
    return tuple(one for one in read_playbook(book) if one.stage.casefold() == stage.strip().casefold())


def required_types(book: Book, stage: str) -> tuple[str, ...]:
    """Activity types that belong to a stage, each once."""
    return parted(";".join(name for one in advice_for(book, stage) for name in one.activities))


def required_activities(facts: Facts, deal_id: str) -> tuple[RequiredActivity, ...]:
    """What the stage of a deal asks for, with what was logged from the day it entered the stage to the as-of date.

    Of a deal that is not open, or whose entry nobody knows, every logged activity counts.
    """
    rows = facts.deals[facts.deals["deal_id"].map(deal_key) == deal_key(deal_id)]
    if rows.empty:
        return ()
    deal = rows.iloc[0]
    known = [day for day in (in_stage_since(facts)[rows.index[0]], deal["stage_since"]) if not pd.isna(day)]
    log = activity_log(facts)
    log = log[(log["key"] == deal_key(deal_id)) & (log["day"] <= pd.Timestamp(facts.as_of))]
    if known:
        log = log[log["day"] >= max(known)]
    counts = log["type"].str.casefold().value_counts()
    return tuple(
        RequiredActivity(name, int(counts.get(name.casefold(), 0)))
        for name in required_types(facts.book, str(deal["stage"]))
    )


def missing_activities(facts: Facts, deal_id: str) -> tuple[str, ...]:
    """Required activities of the deal's stage of which none is logged."""
    return tuple(one.type for one in required_activities(facts, deal_id) if not one.logged)


def next_step_lines(book: Book, stage: str) -> list[str]:
    """What the playbook says of a stage, as sentences for a person; none where it says nothing."""
    lines = []
    for one in advice_for(book, stage):
        parts = [one.step, f"Ask: {one.guide}" if one.guide else "", f"Use: {one.content}." if one.content else ""]
        parts.append(f"Log: {', '.join(one.activities)}." if one.activities else "")
        lines.append(f"{one.stage}: {' '.join(part for part in parts if part)}")
    return lines
