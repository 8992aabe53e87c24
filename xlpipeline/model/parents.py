"""Parent deals: which deal each one expands, and what is wrong with the name of a parent (F13)."""

from __future__ import annotations

from typing import Final

import pandas as pd

from xlpipeline.model.facts import Facts, once
from xlpipeline.model.history_table import deal_key

UNKNOWN: Final = "unknown"
ITSELF: Final = "itself"
CIRCULAR: Final = "circular"


@once
def parents(facts: Facts) -> pd.DataFrame:
    """Deals that name a parent: key, parent (keys), named (as typed), fault ("" = sound); index of ``facts.deals``.

    ``fault``: unknown (no deal has the ID), itself, or circular (its line of parents leads back to it).
    """
    deals = facts.deals
    rows = deals[deals["parent_deal"].str.strip() != ""]
    keys = [deal_key(name) for name in rows["deal_id"]]
    named = [deal_key(name) for name in rows["parent_deal"]]
    known = {deal_key(name) for name in deals["deal_id"]} - {""}
    up = {key: parent for key, parent in zip(keys, named, strict=True) if key}
    faults = [
        UNKNOWN if parent not in known else ITSELF if parent == key else CIRCULAR if _leads_back(key, up) else ""
        for key, parent in zip(keys, named, strict=True)
    ]
    cells = {"key": keys, "parent": named, "named": rows["parent_deal"].str.strip().tolist(), "fault": faults}
    return pd.DataFrame({head: pd.Series(found, index=rows.index, dtype=object) for head, found in cells.items()})


def _leads_back(key: str, up: dict[str, str]) -> bool:
    seen, at = set(), up.get(key, "")
    while at and at not in seen:
        if at == key:
            return True
        seen.add(at)
        at = up.get(at, "")
    return False
