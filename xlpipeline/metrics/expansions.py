"""Expansions: deals that grew out of an earlier one, by their parent deal."""

from __future__ import annotations

from typing import Final

import pandas as pd

from xlpipeline.model.facts import Facts, once
from xlpipeline.model.figure import Figure, refused
from xlpipeline.model.history_table import deal_key
from xlpipeline.model.parents import parents
from xlpipeline.model.register import Metric

METRIC = Metric(
    name="expansions",
    title="Expansions",
    definition="Share of the won value of the window that comes from deals with a Parent deal.",
    formula=(
        "amount of won deals with a sound Parent deal ÷ amount of all won deals, closed in the trailing window. A "
        "parent that is unknown, the deal itself, or leads back to it does not count (see Issues)"
    ),
    why="A customer who buys again costs a fraction of a new one: a closing is a start.",
    what_to_do="Look for won deals without an expansion and without a follow-up, and plan the next conversation.",
    source="requirements F13 and F74",
)
HEADS: Final = (
    "deal_id", "opportunity", "account", "rep", "stage", "amount", "n", "won", "open", "lost", "won_amount",
    "open_amount", "names",
)  # fmt: skip


@once
def by_parent(facts: Facts) -> pd.DataFrame:
    """Deals that others name as their parent, the most won, then most open value first: columns ``HEADS``.

    ``amount``, ``won_amount``, ``open_amount``: minor units; ``n`` = ``won`` + ``open`` + ``lost`` (or derailed) of the
    deals that directly expand it, of whatever owner; ``names``: their IDs.
    """
    rows, deals = parents(facts), facts.deals
    sound = rows[rows["fault"] == ""]
    children = deals.loc[sound.index].assign(parent=sound["parent"])
    keys = deals["deal_id"].map(deal_key)
    first = deals[~keys.duplicated()].set_axis(keys[~keys.duplicated()], axis=0)
    found = []
    for parent, own in children.groupby("parent", sort=True):
        head = first.loc[parent]
        won, still = own[own["is_won"]], own[own["is_open"]]
        counts = (len(own), len(won), len(still), len(own) - len(won) - len(still))
        sums = (float(won["amount"].sum()), float(still["amount"].sum()))
        found.append((*(head[name] for name in HEADS[:6]), *counts, *sums, ", ".join(sorted(own["deal_id"]))))
    table = pd.DataFrame(found, columns=list(HEADS))
    order = ["won_amount", "open_amount", "deal_id"]
    return table.sort_values(order, ascending=[False, False, True], kind="stable", ignore_index=True)


def expansions(facts: Facts) -> Figure:
    """Share of the won value of the window; n = won deals of it that expand another."""
    won = facts.deals[facts.closed_within(facts.window) & facts.deals["is_won"]]
    rows = parents(facts)
    sound = won.index.isin(rows.index[rows["fault"] == ""])
    basis = f"deals won in {facts.window.name}"
    total = float(won["amount"].sum())
    if total <= 0:
        return refused("No deal with an amount was won in the window.", basis=basis)
    return Figure(float(won.loc[sound, "amount"].sum()) / total, int(sound.sum()), basis)
