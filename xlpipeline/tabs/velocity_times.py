"""What the tab Velocity says of time: cycle times, time in each stage, and stages against their own past."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import Any, Final

import pandas as pd

from xlpipeline.metrics.bottleneck import by_stage as bottlenecks
from xlpipeline.metrics.bottleneck import comparison, value_held
from xlpipeline.metrics.cycle import Cycle
from xlpipeline.metrics.time_in_stage import by_stage, per_deal
from xlpipeline.model.book import NOT_AVAILABLE
from xlpipeline.model.facts import Facts
from xlpipeline.model.figure import Figure
from xlpipeline.model.schema import Table
from xlpipeline.model.stage_paths import stage_paths
from xlpipeline.tabs.wording import EMPTY, counted, given, is_missing, known, result, share_text

CYCLE_TIMES: Final = Table(
    "CycleTimes",
    "Velocity",
    "Cycle times",
    (
        result("Measure", "text", "Which deals, and which point of their cycle times."),
        result("Days", "whole", "Calendar days from first contact (else Created) to the close.", "days"),
        result("Deals", "whole", "Number of deals behind the figure.", "deals"),
        result("Note", "text", "What belongs to the figure, or why there is none."),
    ),
)
STAGE_TIMES: Final = Table(
    "TimeInStage",
    "Velocity",
    "Time in stage",
    (
        result("Stage", "text", "Open stages, in their order."),
        result("Stays", "whole", "Stays in the stage that history saw begin.", "stays"),
        result("Over", "whole", "Of them, stays that have ended.", "stays"),
        result("25 % left by", "whole", "Days by which a quarter has left (Kaplan-Meier).", "days"),
        result(
            "Median days", "whole", "Days by which half have left; those still there count as far as known.", "days"
        ),
        result("75 % left by", "whole", "Days by which three quarters have left.", "days"),
        result("95 % of median", "text", "95 % interval of the median in days."),
        result(
            "Cumulative", "whole", "Median with all stays of a deal added up: going back does not reset it.", "days"
        ),
        result("Open deals", "whole", "Deals that stand in the stage now.", "deals"),
        result(
            "Over 75 % point", "whole", "Of them, deals that are there for longer than three quarters were.", "deals"
        ),
        result("Note", "text", "What belongs to the figures, or why there is none."),
    ),
)
BOTTLENECKS: Final = Table(
    "Bottlenecks",
    "Velocity",
    "Bottlenecks: each stage against its own past",
    (
        result("Stage", "text", "Open stages, in their order."),
        result("Verdict", "text", "A stage is named only where an interval excludes its own past."),
        result("Rank", "text", "Among the stages: by time against its own past / by share lost now; 1 is the worst."),
        result("Entries now", "whole", "Stays that began in the last days (setting bottleneck_days).", "stays"),
        result("Entries then", "whole", "Stays that began in the days compared with.", "stays"),
        result("Median now", "whole", "Median days in the stage now.", "days"),
        result("Median then", "whole", "Median days in the stage then.", "days"),
        result("Ratio", "ratio", "Median now / median then."),
        result("Ratio: 95 %", "text", "95 % interval of the ratio; it must exclude 1."),
        result("Lost now", "share", "Share lost within N days of entering, now (setting conversion_days)."),
        result("Lost then", "share", "The same then."),
        result("Change: 95 %", "text", "95 % interval of the change in points; it must exclude 0."),
        result("Value", "money", "Amount of the open deals in the stage.", "currency"),
        result("Held for", "whole", "Mean days in the stage, weighted by amount.", "days"),
        result("Share held", "share", "Share of all amount x days: which stage holds value longest."),
        result("Note", "text", "What belongs to the figures, or why one is not given."),
    ),
)
LONGEST: Final = Table(
    "LongestInStage",
    "Velocity",
    "Open deals that are longer in their stage than three quarters of the others were",
    (
        result("Opportunity", "text", "The deal; the longest beyond its stage's 75 % point first."),
        result("Deal ID", "text", "Its ID."),
        result("Days now", "whole", "Calendar days since it entered the stage last.", "days"),
        result("Cumulative", "whole", "All its stays in the stage added up.", "days"),
        result("75 % left by", "whole", "Days by which three quarters of all stays were over.", "days"),
        result("Amount", "money", "Its amount.", "currency"),
        result("Rep", "text", "Its owner."),
        result("Stage", "text", "Its stage."),
    ),
)
MOST_DEALS: Final = 15
STAGE_CHART: Final = Table(
    "StageTimesChart",
    "_Cards",
    "Behind the chart of time in stage",
    (
        result("Stage", "text", "Stage with interval and n."),
        result("Now", "whole", "Median days of stays that began in the last days.", "days"),
        result("Then", "whole", "Median days of stays that began in the days compared with.", "days"),
    ),
)


def cycle_table(times: Cycle) -> pd.DataFrame:
    """Body of CycleTimes."""
    rows: tuple[tuple[str, Figure, str], ...] = (
        ("Won, median", times.median, times.note),
        ("Won, mean", times.mean, "Feeds velocity."),
        ("Won, 75 % within", times.p75, ""),
        ("Won, 90 % within", times.p90, "An open deal older than this needs a decision."),
        ("Lost, median", times.lost_median, ""),
        ("All closed, mean", times.all_closed_mean, ""),
        (
            "Any close, median with open",
            times.any_close_median,
            "Kaplan-Meier: open deals count as not yet closed; all time.",
        ),
    )
    between = _days_text(times.median_low_days, times.median_high_days)
    spread = "" if between == EMPTY else f"95 %: {between} days. "
    notes = [spread + rows[0][2], *(note for _, _, note in rows[1:])]
    told = zip(rows, notes, strict=True)
    body = [(label, given(f.value), f.n, f.reason or note.strip() or f.note or EMPTY) for (label, f, _), note in told]
    return pd.DataFrame(body, columns=list(CYCLE_TIMES.heads), dtype=object)


def cycle_says(times: Cycle) -> str:
    """The cycle of won deals in words."""
    if times.median.value is None or times.p90.value is None:
        return f"No cycle times yet. {times.median.reason}"
    half, most = f"{times.median.value:,.0f}", f"{times.p90.value:,.0f}"
    return f"Half of the won deals took {half} days or less, nine of ten at most {most}."


def stage_time_table(facts: Facts) -> pd.DataFrame:
    """Body of TimeInStage."""
    stays, whole, deals = by_stage(facts), by_stage(facts, "cumulative"), per_deal(facts)
    body = []
    for row, added in zip(stays.to_dict("records"), whole["median_days"], strict=True):
        own = deals.loc[deals["stage"] == row["stage"], "current_days"]
        longer = None if is_missing(row["q75_days"]) else int((own > row["q75_days"]).sum())
        points = (given(row["q25_days"]), given(row["median_days"]), given(row["q75_days"]))
        note = row["note"] or ("Not all points are reached yet." if NOT_AVAILABLE in (*points, given(added)) else EMPTY)
        between = _days_text(row["low_days"], row["high_days"])
        counts = (row["stage"], row["n"], row["ended"])
        body.append((*counts, *points, between, given(added), len(own), longer, note))
    return pd.DataFrame(body, columns=list(STAGE_TIMES.heads), dtype=object)


def _days_text(low: object, high: object) -> str:
    """``7–14``, or ``7 or more`` where the upper end is not known; a dash where nothing is."""
    if is_missing(low):
        return EMPTY
    top = float(str(high))
    return f"{low:,.0f} or more" if math.isinf(top) else f"{low:,.0f}–{top:,.0f}"


def longest_table(facts: Facts) -> pd.DataFrame:
    """Body of LongestInStage: the deals that are farthest beyond the 75 % point of their stage."""
    points = {row["stage"]: row["q75_days"] for row in by_stage(facts).to_dict("records")}
    deals = per_deal(facts)
    deals = deals.assign(point=deals["stage"].map(points).astype(float)).join(
        facts.deals[["opportunity", "deal_id", "amount", "rep"]]
    )
    over = deals[deals["current_days"] > deals["point"]]
    over = over.assign(beyond=over["current_days"] - over["point"]).sort_values(
        ["beyond", "deal_id"], ascending=[False, True]
    )
    body: list[tuple[object, ...]] = [
        (
            row["opportunity"] or EMPTY,
            row["deal_id"] or EMPTY,
            row["current_days"],
            row["cumulative_days"],
            row["point"],
            known(row["amount"], facts.money_unit),
            row["rep"],
            row["stage"],
        )
        for row in over.head(MOST_DEALS).to_dict("records")
    ]
    none = (EMPTY, EMPTY, *[None] * 4, EMPTY, EMPTY)
    return pd.DataFrame(body or [none], columns=list(LONGEST.heads), dtype=object)


def refresh_says(facts: Facts) -> str:
    """How exactly a change of stage is known."""
    width = stage_paths(facts).interval_days
    if math.isnan(width):
        return "History has seen no change of stage yet; a refresh a day makes these days exact."
    days = counted(max(round(width), 1), "day")
    return f"A change of stage is known to {days} on average: the time between two refreshes."


def bottleneck_table(facts: Facts) -> pd.DataFrame:
    """Body of Bottlenecks."""
    stages, held, body = bottlenecks(facts), value_held(facts), []
    for row, value in zip(stages.to_dict("records"), held.to_dict("records"), strict=True):
        change = (row["change_low"], row["change_high"])
        figures = (given(row["time_ratio"]), given(row["drop"]), given(row["past_drop"]))
        medians = (given(row["median_days"]), given(row["past_median_days"]))
        note = row["note"] or ("A median is not known." if NOT_AVAILABLE in (*medians, *figures) else EMPTY)
        body.append((
            row["stage"], _verdict(row), _rank(row), row["n"], row["past_n"], *medians, figures[0],
            _ratio_bounds(row["ratio_low"], row["ratio_high"]), figures[1], figures[2],
            EMPTY if is_missing(change[0]) else f"{100 * change[0]:+.0f} to {100 * change[1]:+.0f}",
            known(value["amount"], facts.money_unit), known(value["mean_days"]), known(value["share"]), note,
        ))  # fmt: skip
    return pd.DataFrame(body, columns=list(BOTTLENECKS.heads), dtype=object)


def _verdict(row: Mapping[Hashable, Any]) -> str:
    found = [word for word, told in (("slower", row["is_slower"]), ("leakier", row["is_leakier"])) if told]
    if found:
        return " and ".join(found)
    return EMPTY if is_missing(row["time_ratio"]) and is_missing(row["drop_change"]) else "as before"


def _rank(row: Mapping[Hashable, Any]) -> str:
    ranks = [EMPTY if is_missing(row[head]) else f"{row[head]:.0f}" for head in ("time_rank", "drop_rank")]
    return EMPTY if set(ranks) == {EMPTY} else " / ".join(ranks)


def _ratio_bounds(low: object, high: object) -> str:
    if is_missing(low) or is_missing(high):
        return EMPTY
    top = float(str(high))
    return f"{float(str(low)):.1f} or more" if top > _BOUNDLESS else f"{float(str(low)):.1f}–{top:.1f}"


_BOUNDLESS: Final = 1000.0


def stage_chart(facts: Facts) -> pd.DataFrame:
    """Medians now and then; where there is nothing to compare with, those of all stays."""
    stages, everything, body = bottlenecks(facts), by_stage(facts), []
    for row, whole in zip(stages.to_dict("records"), everything.to_dict("records"), strict=True):
        compared = not is_missing(row["median_days"])
        now = row["median_days"] if compared else whole["median_days"]
        n = row["n"] if compared else whole["n"]
        body.append((f"{row['stage']} (n {n:,})", known(now), known(row["past_median_days"])))
    return pd.DataFrame(body, columns=list(STAGE_CHART.heads), dtype=object)


def bottleneck_says(facts: Facts) -> str:
    """Which stage is slower or leakier than it was, and which holds most value, in words."""
    stages = bottlenecks(facts)
    named = stages[stages["is_slower"].astype(bool) | stages["is_leakier"].astype(bool)]
    held = value_held(facts).dropna(subset="share")
    most = held.iloc[int(held["share"].to_numpy().argmax())] if len(held) else None
    longest = "" if most is None else f" {most['stage']} holds most value × days ({share_text(most['share'])})."
    span = comparison(facts).past
    if span is None:
        return f"No history yet to compare stages with.{longest}"
    if named.empty:
        when = "a year ago" if comparison(facts).past_is_year_ago else "in the earliest days known"
        return f"No stage is slower or leakier than {when}.{longest}"
    told = [f"{row['stage']} is {_verdict(row)}" for row in named.to_dict("records")]
    return f"{'; '.join(told)} than it was.{longest}"
