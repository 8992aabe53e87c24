"""Tables of groups on the tab Conversion: stage conversion by rep, source and quarter; each rep against the rest."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, Final

import pandas as pd

from xlpipeline.metrics.conversion import By, by_group
from xlpipeline.metrics.rep_comparison import TOO_FEW, comparisons, conversions, win_rates
from xlpipeline.model.facts import Facts
from xlpipeline.model.schema import Table
from xlpipeline.tabs.wording import EMPTY, all_given, counted, is_missing, rate_interval, result

BY_GROUP: Final = Table(
    "ConversionBy",
    "Conversion",
    "Stage conversion by rep, source and quarter",
    (
        result("Group", "text", "Rep, source, or fiscal quarter of the first entry to the stage."),
        result("By", "text", "What the deals are grouped by; filter it with the button."),
        result("Stage", "text", "Open stages, in their order."),
        result("Entered", "whole", "Deals that entered this stage or a later one.", "deals"),
        result("Went on", "whole", "Of them, deals that reached a later stage or were won.", "deals"),
        result("Lost", "whole", "Of them, deals that were lost or derailed without going on.", "deals"),
        result("Open", "whole", "Of them, deals that are still open in the stage or before it.", "deals"),
        result("Conversion", "share", "Went on / (went on + lost)."),
        result("95 % interval", "text", "Wilson interval of the conversion; with few deals the counts."),
        result("Decided", "whole", "Went on + lost: the deals behind the conversion.", "deals"),
        result("Note", "text", "Immature: more than 20 % are undecided. Or why there is no figure."),
    ),
)

_BY_WORDS: Final[dict[By, str]] = {"rep": "Rep", "source": "Source", "quarter": "Quarter"}


def group_table(facts: Facts) -> pd.DataFrame:
    """Body of ConversionBy."""
    bodies = [by_group(facts, by).assign(by=word) for by, word in _BY_WORDS.items()]
    found = pd.concat([body[body["entered"] > 0] for body in bodies], ignore_index=True)
    decided = found["advanced"] + found["lost"]
    counts = zip(found["low"], found["high"], found["advanced"], decided, strict=True)
    table = {
        "Group": found["group"].tolist(),
        "By": found["by"].tolist(),
        "Stage": found["stage"].tolist(),
        "Entered": found["entered"].tolist(),
        "Went on": found["advanced"].tolist(),
        "Lost": found["lost"].tolist(),
        "Open": found["open"].tolist(),
        "Conversion": all_given(found["rate"]),
        "95 % interval": [rate_interval(*of, facts.settings) for of in counts],
        "Decided": decided.tolist(),
        "Note": [short_note(row) for row in found.to_dict("records")],
    }
    return pd.DataFrame(table, columns=list(BY_GROUP.heads), dtype=object)


def short_note(row: Mapping[Hashable, Any]) -> str:
    """What belongs to a row of stage conversion, in two or three words: there are hundreds of these rows."""
    parts = ["Immature."] if row["immature"] else []
    if is_missing(row["rate"]):
        parts.append("Lost stage unknown." if row["unknown"] else "Too few decided.")
    return " ".join(parts) or EMPTY


REPS: Final = Table(
    "RepComparison",
    "Conversion",
    "Each rep against the rest of the team",
    (
        result("Rep", "text", "Reps; deals without an owner count among the rest."),
        result("Figure", "text", "Win rate of the trailing window, or the conversion of a stage (all time)."),
        result("Deals", "whole", "Closed deals of the rep, or decided ones of the stage.", "deals"),
        result("Rate", "share", "The rep's own rate."),
        result("Rest", "share", "The rate of all other deals together."),
        result("Points apart", "text", "95 % interval of the difference in points (Newcombe); it must exclude 0."),
        result(
            "Best guess", "share", "The rep's rate drawn towards the team's (beta-binomial): few deals tell little."
        ),
        result("Verdict", "text", "Different only where the interval of the difference excludes 0."),
    ),
)
WIN_RATE: Final = "Win rate"


def reps_table(facts: Facts) -> pd.DataFrame:
    """Body of RepComparison: win rates first, then the stages; only what can be compared."""
    rates, stages = win_rates(facts).assign(stage=WIN_RATE), conversions(facts)
    rows: list[tuple[object, ...]] = [
        (
            row["rep"],
            row["stage"],
            row["n"],
            row["rate"],
            row["rest_rate"],
            f"{100 * row['difference_low']:+.0f} to {100 * row['difference_high']:+.0f}",
            row["best_guess"],
            row["verdict"],
        )
        for table in (rates, stages)
        for row in table.to_dict("records")
        if row["verdict"] != TOO_FEW
    ]
    none = ("No rep has enough deals to compare.", EMPTY, *[None] * 3, EMPTY, None, EMPTY)
    return pd.DataFrame(rows or [none], columns=list(REPS.heads), dtype=object)


def reps_says(facts: Facts) -> str:
    """Who really differs in the win rate, of how many compared."""
    table = win_rates(facts)
    compared = comparisons(table)
    if not compared:
        return "Too few closed deals to compare reps."
    named = table[table["verdict"].isin(["higher", "lower"])]
    who = ", ".join(f"{row['rep']} ({row['verdict']})" for row in named.head(_NAMED).to_dict("records"))
    more = f" and {len(named) - _NAMED:,} more" if len(named) > _NAMED else ""
    chance = f"of {counted(compared, 'comparison')}, about {compared / 20:.1f} would look different by chance"
    if named.empty:
        return f"No rep's win rate differs from the rest of the team by more than chance explains ({chance})."
    return f"Win rate against the rest of the team: {who}{more} ({chance})."


_NAMED: Final = 4
