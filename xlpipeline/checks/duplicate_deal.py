"""Two rows with different IDs look like one deal: same account, same amount, almost the same name.

Only deals of one account and one amount are compared (so the cost stays linear): names sorted by their words, each with
the next few. Numbers in the names must agree, for *Renewal 2024* and *Renewal 2025* are two deals. Two closed deals
count only when created or closed on one day: the same order a year later is a repeat, not a duplicate.
"""

from __future__ import annotations

import re

import pandas as pd

from xlpipeline.checks._found import blank, found
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check
from xlpipeline.model.spelling import folded

LEAST_LIKENESS = 88.0
"""Names at least so alike (0-100, order of words aside) may mean one deal."""
_NEIGHBOURS = 3
_READ = ("deal_id", "opportunity", "account", "local_amount", "currency", "is_closed", "created", "closed_on")
_LEGAL_FORMS = frozenset(
    (
        "ag",
        "bv",
        "co",
        "company",
        "corp",
        "corporation",
        "gmbh",
        "inc",
        "incorporated",
        "limited",
        "llc",
        "ltd",
        "plc",
        "sa",
        "sarl",
    )
)


def find(facts: Facts) -> pd.DataFrame:
    """The later row of each pair that looks like one deal, with the row of the earlier one."""
    deals = _candidates(facts.deals)
    if deals.empty:
        return found(deals, "Opportunity", "")
    above = facts.book.tables["Pipeline"].first_row + 1
    twins = _twins(deals)
    rows = deals.loc[sorted(twins)]
    return found(
        rows,
        "Opportunity",
        [
            f"Looks like the deal in row {above + twins[position]}: same account and amount, name '{name.strip():.40}'."
            for position, name in zip(rows.index, rows["opportunity"], strict=True)
        ],
    )


def _candidates(deals: pd.DataFrame) -> pd.DataFrame:
    """Deals that share account, amount and the numbers in their names with another; with their folded name."""
    named = ~blank(deals["account"]) & ~blank(deals["opportunity"])
    some = deals.loc[named & (deals["local_amount"].abs() > 0), list(_READ)]
    if some.empty:
        return some
    some = some.assign(company=some["account"].map({name: _company(name) for name in some["account"].unique()}))
    some = some[some.duplicated(["company", "local_amount", "currency"], keep=False)]
    if some.empty:
        return some
    names = some["opportunity"].map(folded)
    numbers = names.map(lambda name: " ".join(re.findall(r"\d+", name)))
    block = some["company"] + "|" + some["local_amount"].astype(str) + some["currency"] + "|" + numbers
    some = some.assign(block=block, name=names.map(lambda name: " ".join(sorted(name.split()))))
    return some[some["block"].duplicated(keep=False)].sort_values(["block", "name"], kind="stable")


def _company(name: str) -> str:
    words = [word for word in folded(name).split() if word not in _LEGAL_FORMS]
    return " ".join(words) or folded(name)


def _twins(deals: pd.DataFrame) -> dict[int, int]:
    """Position of the later row of a pair: position of the earlier."""
    from rapidfuzz import fuzz  # noqa: PLC0415 - only where candidates exist

    heads = ("block", "name", "deal_id", "is_closed", "created", "closed_on")
    rows = list(zip(deals.index.tolist(), *(deals[head].tolist() for head in heads), strict=True))
    twins: dict[int, int] = {}
    for step in range(1, _NEIGHBOURS + 1):
        for left, right in zip(rows, rows[step:], strict=False):
            (at, block, name, *rest), (other_at, other_block, other_name, *other_rest) = left, right
            if block != other_block or not _may_be_one(rest, other_rest):
                continue
            if fuzz.ratio(name, other_name) >= LEAST_LIKENESS:
                early, late = sorted((at, other_at))
                twins[late] = min(early, twins.get(late, early))
    return twins


def _may_be_one(left: list[object], right: list[object]) -> bool:
    left_id, left_closed, *left_days = left
    right_id, right_closed, *right_days = right
    if str(left_id).strip().casefold() == str(right_id).strip().casefold() != "":
        return False  # duplicate_deal_id says so already
    return not (left_closed and right_closed) or any(a == b for a, b in zip(left_days, right_days, strict=True))


CHECK = Check(
    name="duplicate_deal",
    severity="warning",
    title="Duplicate deal",
    what="Another row has the same account, the same amount and almost the same name under another ID.",
    why="A deal entered twice is counted twice: pipeline, coverage and forecast are too high.",
    what_to_do="If both rows are one deal, delete one; if not, give them names that tell them apart.",
    find=find,
    fleeting=r"row \d+",
)
