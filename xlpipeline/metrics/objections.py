"""Objections: what buyers hold against a purchase, and in which stage."""

from __future__ import annotations

from typing import Final

import pandas as pd

from xlpipeline.model.facts import Facts, once
from xlpipeline.model.register import Metric

METRIC = Metric(
    name="objections",
    title="Objections",
    definition="How many deals meet an objection in each stage, and how many of those that are decided were won.",
    formula=(
        "deals with an objection, counted in the stage where they stand; a lost or derailed deal in its last stage "
        "before the loss (unknown where nobody entered it), a won deal in its present stage"
    ),
    why="The same objection in the same stage is an answer that nobody has prepared.",
    what_to_do="Write an answer to the most frequent one into the playbook of its stage.",
    source="requirement F41",
)
UNKNOWN_STAGE: Final = "(stage unknown)"
_HEADS: Final = ["objection", "stage", "deals", "open", "won", "lost"]


@once
def by_stage(facts: Facts, rep: str = "") -> pd.DataFrame:
    """One row per objection and stage in which deals meet it: objection, stage, deals (= open + won + lost).

    The objection of most deals first, its stages in their order; spellings that differ only in case are one.
    ``rep``: of this rep's deals only.
    """
    told = _told(facts)
    told = told[told["rep"] == rep] if rep else told
    if told.empty:
        return pd.DataFrame({head: [] for head in _HEADS})
    found = told.groupby(["objection", "stage"], as_index=False)[["deals", "open", "won", "lost"]].sum()
    order = {name: place for place, name in enumerate(facts.stages["stage"])}
    found = found.assign(
        total=found.groupby("objection")["deals"].transform("sum"),
        place=found["stage"].map(order).fillna(len(order)),
    )
    found = found.sort_values(["total", "objection", "place"], ascending=[False, True, True], kind="stable")
    return found[_HEADS].reset_index(drop=True)


@once
def _told(facts: Facts) -> pd.DataFrame:
    """One row per deal with an objection: rep, objection, stage, and 1 in what it counts as."""
    deals = facts.deals[facts.deals["objection"].str.strip() != ""]
    ended = deals["is_lost"] | deals["is_derailed"]
    names = {name.casefold(): name for name in facts.stages["stage"]}
    last = deals["last_stage_before_loss"].str.strip().str.casefold().map(names).fillna(UNKNOWN_STAGE)
    spelled = {name.casefold(): name for name in sorted(deals["objection"].str.strip().unique(), reverse=True)}
    return pd.DataFrame(
        {
            "rep": deals["rep"],
            "objection": deals["objection"].str.strip().str.casefold().map(spelled),
            "stage": deals["stage"].str.strip().where(~ended, last),
            "open": deals["is_open"].astype(int),
            "won": deals["is_won"].astype(int),
            "lost": ended.astype(int),
            "deals": 1,
        }
    )
