"""What Aging shows of how far the pipeline can be believed: inflation of the team, and data quality by rep."""

from __future__ import annotations

from typing import Final

import pandas as pd

from xlpipeline.metrics.data_quality import by_rep as quality_by_rep
from xlpipeline.metrics.inflation import by_reason, inflation
from xlpipeline.model.facts import Facts
from xlpipeline.model.schema import Table
from xlpipeline.tabs.wording import EMPTY, all_given, all_known, interval_text, known, result, share_text

INFLATION: Final = Table(
    "Inflation",
    "Aging",
    "Inflation: the open pipeline as entered, and what of it is clean",
    (
        result("Part", "text", "As entered, what inflates it, and what is left. A deal may be in several parts."),
        result("Deals", "whole", "Open deals.", "deals"),
        result("Value", "money", "Their amount.", "currency"),
        result("Share", "share", "Share of the value as entered; of the row inflation each deal counts once."),
        result("What it means", "text", "When a deal belongs to the part."),
    ),
)
QUALITY: Final = Table(
    "DataQualityByRep",
    "Aging",
    "Data quality by rep",
    (
        result("Rep", "text", "Owner of the deals."),
        result("Open deals", "whole", "Open deals of the rep, and deals of unknown stage.", "deals"),
        result("With errors", "whole", "Of these, deals in which a check finds an error.", "deals"),
        result("Data quality", "share", "1 - deals with errors / open deals."),
        result("95 % interval", "text", "Wilson interval of the share; with too few deals the counts."),
        result("Value with errors", "money", "Amount of the deals with errors.", "currency"),
        result("Quality by value", "share", "1 - value with errors / value of the open deals."),
        result("Note", "text", "Why a figure is not given."),
    ),
)


def inflation_table(facts: Facts) -> pd.DataFrame:
    """Body of ``INFLATION``."""
    unit, found = facts.money_unit, inflation(facts)
    rows: list[tuple[object, ...]] = [
        ("As entered", found.as_entered.n, known(found.as_entered.value, unit), None, "All open deals.")
    ]
    for row in by_reason(facts).to_dict("records"):
        cells = (row["n"], known(row["amount"], unit), known(row["share"]), f"{str(row['meaning']).capitalize()}.")
        rows.append((f"· {row['reason']}", *cells))
    rows.append(("Clean", found.clean.n, known(found.clean.value, unit), *_clean_share(found.share.value)))
    return pd.DataFrame(rows, columns=list(INFLATION.heads), dtype=object)


def _clean_share(inflated: float | None) -> tuple[float | None, str]:
    if inflated is None:
        return None, "Nothing to compare."
    return 1 - inflated, f"None of these; inflation is the rest, {share_text(inflated)}, each deal counted once."


def quality_table(facts: Facts) -> pd.DataFrame:
    """Body of ``QUALITY``."""
    reps = quality_by_rep(facts)
    few = facts.settings.counts_only_below
    counts = zip(reps["low"], reps["high"], reps["open_n"].tolist(), reps["error_n"].tolist(), strict=True)
    table = {
        "Rep": reps["rep"].tolist(),
        "Open deals": reps["open_n"].tolist(),
        "With errors": reps["error_n"].tolist(),
        "Data quality": all_given(reps["quality"]),
        "95 % interval": [
            f"{n - wrong} of {n}" if 0 < n < few else interval_text(low, high) or EMPTY
            for low, high, n, wrong in counts
        ],
        "Value with errors": all_known(reps["wrong_amount"], facts.money_unit),
        "Quality by value": all_given(reps["value_quality"]),
        "Note": [reason or EMPTY for reason in reps["reason"]],
    }
    return pd.DataFrame(table, columns=list(QUALITY.heads), dtype=object)
