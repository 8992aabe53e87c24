"""The tables of all deals by stage on the tab Conversion: first-entry cohorts of all time, and their other views."""

from __future__ import annotations

from typing import Final

import pandas as pd

from xlpipeline.metrics.conversion import by_stage, flow, within
from xlpipeline.model.facts import Facts
from xlpipeline.model.schema import Table
from xlpipeline.model.stage_paths import stage_paths
from xlpipeline.tabs.conversion_win_rates import intervals
from xlpipeline.tabs.wording import EMPTY, all_given, all_known, counted, is_missing, rate_interval, result

STAGE_CONVERSION: Final = Table(
    "StageConversion",
    "Conversion",
    "Stage conversion of all deals, all time",
    (
        result("Stage", "text", "Open stages, in their order."),
        result("Entered", "whole", "Deals that entered this stage or a later one.", "deals"),
        result("Went on", "whole", "Of them, deals that reached a later stage or were won.", "deals"),
        result("Lost here", "whole", "Of them, deals that were lost or derailed in this stage.", "deals"),
        result("Still here", "whole", "Of them, deals that are still open in this stage.", "deals"),
        result("Unknown", "whole", "Lost deals that do not say in which stage; they widen the bounds.", "deals"),
        result("Conversion", "share", "Went on / (went on + lost here)."),
        result("95 % interval", "text", "Wilson interval of the conversion; with few deals the counts."),
        result("Decided", "whole", "Went on + lost here: the deals behind the conversion.", "deals"),
        result("At least", "share", "If every undecided and unknown deal is lost here."),
        result("At most", "share", "If every undecided and unknown deal goes on."),
        result("Note", "text", "Immature: more than 20 % of the deals are undecided, so read the bounds too."),
    ),
)
OTHER_VIEWS: Final = Table(
    "StageViews",
    "Conversion",
    "The same stages in other views",
    (
        result("Stage", "text", "Open stages, in their order."),
        result("Seen to enter", "whole", "Deals that history saw enter the stage, so that the day is known.", "deals"),
        result("On in N days", "share", "Of these, went on within N days (setting conversion_days); Aalen-Johansen."),
        result("On: 95 %", "text", "95 % interval of the share that went on within N days."),
        result("Lost in N days", "share", "Of these, lost or derailed within N days without going on; Aalen-Johansen."),
        result("Lost: 95 %", "text", "95 % interval of the share lost within N days."),
        result("Skipped", "whole", "Of all entered: passed the stage without standing in it; they count.", "deals"),
        result("Went back", "whole", "Of all entered: went back to an earlier stage later.", "deals"),
        result("Went back, share", "share", "Went back / entered."),
        result(
            "From history", "whole", "Of all entered: deals whose way history tells; the others are imputed.", "deals"
        ),
        result("Strict", "share", "Conversion of only those deals that history saw in every stage: no skips."),
        result("Strict: 95 %", "text", "Wilson interval of the strict conversion; with few deals the counts."),
        result("Flow in", "whole", "Deals that entered the stage in the trailing window.", "deals"),
        result("Flow on", "whole", "Deals that went on to a later stage in the trailing window.", "deals"),
        result("Flow", "share", "Flow on / flow in. Other deals are above and below the line: it can exceed 100 %."),
        result("Note", "text", "What belongs to the figures, or why one is not given."),
    ),
)
FALLBACK_NOTE: Final = (
    "There is no stage history yet: won deals count as having passed every stage, lost deals every stage up to the one "
    "they were lost in, open deals every stage up to their own. Lost deals that do not say where widen the bounds."
)


def stage_table(facts: Facts) -> pd.DataFrame:
    """Body of StageConversion."""
    stages = by_stage(facts)
    decided = stages["advanced"] + stages["lost"]
    counts = zip(stages["low"], stages["high"], stages["advanced"], decided, strict=True)
    table = {
        "Stage": stages["stage"].tolist(),
        "Entered": stages["entered"].tolist(),
        "Went on": stages["advanced"].tolist(),
        "Lost here": stages["lost"].tolist(),
        "Still here": stages["open"].tolist(),
        "Unknown": stages["unknown"].tolist(),
        "Conversion": all_given(stages["rate"]),
        "95 % interval": [rate_interval(*of, facts.settings) for of in counts],
        "Decided": decided.tolist(),
        "At least": all_given(stages["lower_bound"]),
        "At most": all_given(stages["upper_bound"]),
        "Note": [note or EMPTY for note in stages["note"]],
    }
    return pd.DataFrame(table, columns=list(STAGE_CONVERSION.heads), dtype=object)


def basis_says(facts: Facts) -> str:
    """How many of the ways history tells; the others are imputed."""
    paths = stage_paths(facts)
    told, every = int(paths.told.sum()), len(paths.told)
    if not paths.seen.any():  # only a baseline, if anything
        return FALLBACK_NOTE
    skipped = int(paths.skipped.any(axis=1).sum())
    verb = "counts" if skipped == 1 else "count"
    skips = f"; {counted(skipped, 'deal')} skipped a stage and {verb} as entering it at the skip" if skipped else ""
    text = f"History tells the way of {told:,} of {counted(every, 'deal')}{skips}."
    if told == every:
        return text
    return (
        f"{text} The others are imputed: won deals passed every stage, lost ones those up to Last stage before loss, "
        "all on the day of Created."
    )


def view_table(facts: Facts) -> pd.DataFrame:
    """Body of StageViews."""
    stages = by_stage(facts)
    soon, moves, strict = within(facts), flow(facts), by_stage(facts, skips="strict")
    decided = strict["advanced"] + strict["lost"]
    counts = zip(strict["low"], strict["high"], strict["advanced"], decided, strict=True)
    table = {
        "Stage": stages["stage"].tolist(),
        "Seen to enter": soon["n"].tolist(),
        "On in N days": all_given(soon["rate"]),
        "On: 95 %": intervals(soon["low"], soon["high"]),
        "Lost in N days": all_given(soon["lost_rate"]),
        "Lost: 95 %": intervals(soon["lost_low"], soon["lost_high"]),
        "Skipped": stages["skipped"].tolist(),
        "Went back": stages["regressed"].tolist(),
        "Went back, share": all_known(stages["regress_rate"]),
        "From history": stages["told"].tolist(),
        "Strict": all_given(strict["rate"]),
        "Strict: 95 %": [rate_interval(*of, facts.settings) for of in counts],
        "Flow in": moves["entries"].tolist(),
        "Flow on": moves["moves"].tolist(),
        "Flow": all_given(moves["flow"]),
        "Note": _view_notes(facts, soon, moves, strict),
    }
    return pd.DataFrame(table, columns=list(OTHER_VIEWS.heads), dtype=object)


def _view_notes(facts: Facts, soon: pd.DataFrame, moves: pd.DataFrame, strict: pd.DataFrame) -> list[str]:
    """Short, because three views share one cell: which of them have too few deals, and what is unusual."""
    paths, limit, notes = stage_paths(facts), facts.settings.conversion_days, []
    few = facts.settings.counts_only_below
    for n, rate, share, of in zip(soon["n"], soon["rate"], moves["flow"], strict["rate"], strict=True):
        if not paths.seen.any():
            notes.append("These views need history; it grows with every refresh.")
            continue
        lacking = [word for word, value in (("N days", rate), ("strict", of), ("flow", share)) if is_missing(value)]
        parts = []
        if "N days" in lacking and n >= few:
            lacking.remove("N days")
            parts.append(f"No deal followed for {limit} days yet.")
        if lacking:
            parts.append(f"Too few deals for: {', '.join(lacking)}.")
        if share > 1:
            parts.append("Flow above 100 %: a stock was worked off.")
        notes.append(" ".join(parts) or EMPTY)
    return notes
