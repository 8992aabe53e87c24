"""The tab Aging: the four stale flags, how long deals stand in each stage, and the worst deals to work on first."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from xlpipeline.metrics.aging import by_rep, by_stage, median_age_days, oldest, stale_counts
from xlpipeline.metrics.clean_up import candidates
from xlpipeline.metrics.data_quality import by_rep as quality_by_rep
from xlpipeline.metrics.inflation import by_reason, inflation
from xlpipeline.model.book import ChangeSet, whole_table
from xlpipeline.model.facts import Facts
from xlpipeline.model.schema import Table
from xlpipeline.tabs.cards import Shown, card_names
from xlpipeline.tabs.coverage import inflation_says
from xlpipeline.tabs.layout import Card, ChartBlock, Series, Tab, TableBlock, Text, Tint
from xlpipeline.tabs.wording import (
    EMPTY,
    REFRESH_HINT,
    all_given,
    all_known,
    counted,
    interval_text,
    is_missing,
    known,
    money_text,
    n_text,
    quiet,
    result,
    share_text,
    title_line,
)

WORST: Final = 25

STALE_FLAGS: Final = Table(
    "StaleFlags",
    "Aging",
    "Stale flags",
    (
        result(
            "Flag",
            "text",
            "The letter in the column Flags of Pipeline. A deal may carry several, so the rows do not add up.",
        ),
        result("Deals", "whole", "Open deals with this flag.", "deals"),
        result("Value", "money", "Their amount.", "currency"),
        result("Share", "share", "Share of all open deals."),
        result("What it means", "text", "When the flag is set."),
    ),
)
OLDEST: Final = Table(
    "OldestDeals",
    "Aging",
    f"The {WORST} deals to look at first",
    (
        result("Opportunity", "text", "What we hope to sell."),
        result("Owner", "text", "The rep who owns the deal."),
        result("Stage", "text", "Where the deal stands."),
        result(
            "Flags", "text", "T over time-bound, B bounced, I idle, C expected close past, N next step missing or past."
        ),
        result("Days over", "whole", "Business days past the stage's bound.", "business days"),
        result("Idle days", "whole", "Business days since the last touch.", "business days"),
        result("Days in stage", "whole", "Calendar days since the deal entered its stage.", "days"),
        result("Expected close", "date", "The day the owner expects the decision."),
        result("Value", "money", "Amount of the deal.", "currency"),
        result("Deal ID", "text", "Identifies the deal in Pipeline."),
    ),
)
BY_STAGE: Final = Table(
    "AgingByStage",
    "Aging",
    "Aging by stage",
    (
        result("Stage", "text", "Open stages, in their order."),
        result("Open deals", "whole", "Open deals in this stage.", "deals"),
        result("Median age", "whole", "Half of them were created longer ago than this.", "days"),
        result(
            "Median days in stage", "whole", "Half of them are in the stage longer than this (calendar days).", "days"
        ),
        result(
            "Time-bound", "whole", "Longest time that the team allows in this stage (business days).", "business days"
        ),
        result("In time", "whole", "Deals within the bound, and all deals of a stage without one.", "deals"),
        result("Over the bound", "whole", "Deals longer in the stage than its bound.", "deals"),
        result("Value over", "money", "Amount of the deals over the bound.", "currency"),
    ),
)
BY_REP: Final = Table(
    "StaleByRep",
    "Aging",
    "Stale flags by rep",
    (
        result("Rep", "text", "Owner of the deals."),
        result("Open deals", "whole", "Open deals of the rep.", "deals"),
        result("T over bound", "whole", "Deals longer in their stage than its bound.", "deals"),
        result("B bounced", "whole", "Deals over the bound with earlier stays in the stage.", "deals"),
        result("I idle", "whole", "Deals without a touch for longer than the limit.", "deals"),
        result("C close past", "whole", "Deals whose expected close has passed.", "deals"),
        result("N next step", "whole", "Deals whose next step is blank or past.", "deals"),
        result("Any flag", "whole", "Deals with at least one flag.", "deals"),
        result("Share", "share", "Deals with any flag / open deals."),
        result("Value with a flag", "money", "Amount of the deals with any flag.", "currency"),
    ),
)

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
CLEAN_UP: Final = Table(
    "CleanUp",
    "Aging",
    "Clean-up: deals that look dead",
    (
        result("Opportunity", "text", "What we hoped to sell."),
        result("Owner", "text", "The rep who owns the deal."),
        result("Stage", "text", "Where the deal stands."),
        result("Deal ID", "text", "Identifies the deal in Pipeline; the clean-up is accepted by it."),
        result("Value", "money", "Amount of the deal.", "currency"),
        result("Reasons", "text", "Why the deal is proposed; the limits are on Settings."),
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

CARDS: Final = (
    Card("B4", "stale_t", "T · over the stage's time-bound", "whole", "aging", across=1),
    Card("C4", "stale_i", "I · idle", "whole", "aging", across=2),
    Card("E4", "stale_c", "C · expected close past", "whole", "aging", across=3),
    Card("H4", "stale_n", "N · next step missing or past", "whole", "aging", across=3),
    Card("K4", "median_age", "Median age of open deals, days", "whole", "aging", across=3),
)


def fill(facts: Facts) -> ChangeSet:
    """The four flags, ages by stage and by rep, and the worst deals."""
    flags, stages = stale_counts(facts), by_stage(facts)
    open_n = int(facts.deals["is_open"].sum())
    names: dict[str, object] = {
        "line_aging": f"{title_line(facts)} · {open_n:,} open",
        "aging_says": _stage_says(stages),
        "stale_says": _flag_says(flags, open_n),
        "inflation_says": inflation_says(facts),
        "clean_up_says": _clean_up_says(facts),
        **card_names(CARDS, _shown(flags, open_n, facts)),
    }
    tables = (
        whole_table(STALE_FLAGS.name, _flag_table(flags, facts)),
        whole_table(OLDEST.name, _oldest(facts)),
        whole_table(BY_STAGE.name, _stage_table(stages, facts)),
        whole_table(BY_REP.name, _rep_table(facts)),
        whole_table(INFLATION.name, _inflation_table(facts)),
        whole_table(CLEAN_UP.name, _clean_up_table(facts)),
        whole_table(QUALITY.name, _quality_table(facts)),
    )
    return ChangeSet(tables, names)


def _shown(flags: pd.DataFrame, open_n: int, facts: Facts) -> tuple[Shown, ...]:
    """What the cards show, in their order."""
    n = n_text(open_n, "aging")
    if not open_n:
        return (Shown(None, "No deal is open", n),) * len(CARDS)
    cards = []
    bounced = int(flags.loc[flags["flag"] == "B", "n"].sum())
    for row in flags[flags["flag"] != "B"].to_dict("records"):
        worth = "" if is_missing(row["amount"]) or not row["n"] else f", worth {money_text(row['amount'], facts)}"
        more = f"; {bounced:,} more bounced" if bounced and row["flag"] == "T" else ""
        cards.append(Shown(row["n"], f"{share_text(row['share'])} of open deals{worth}{more}", n))
    age = median_age_days(facts)
    known = None if np.isnan(age) else age
    return (*cards, Shown(known, "since Created" if known is not None else "No open deal has a Created date", n))


def _flag_table(flags: pd.DataFrame, facts: Facts) -> pd.DataFrame:
    table = {
        "Flag": [f"{flag} · {_FLAG_WORDS[flag]}" for flag in flags["flag"]],
        "Deals": flags["n"].tolist(),
        "Value": all_given(flags["amount"], facts.money_unit),
        "Share": all_given(flags["share"]),
        "What it means": [
            _meaning(flag, meaning, facts) for flag, meaning in zip(flags["flag"], flags["meaning"], strict=True)
        ],
    }
    return pd.DataFrame(table, columns=list(STALE_FLAGS.heads), dtype=object)


_FLAG_WORDS: Final = {
    "T": "over time-bound",
    "B": "over (bounced)",
    "I": "idle",
    "C": "close date past",
    "N": "no next step",
}


def _meaning(flag: str, meaning: str, facts: Facts) -> str:
    if flag == "I":
        return f"No touch for more than {counted(facts.settings.idle_business_days, 'business day')}."
    return f"{meaning[:1].upper()}{meaning[1:]}."


def _oldest(facts: Facts) -> pd.DataFrame:
    deals = oldest(facts, WORST)
    table = {
        "Opportunity": [name or EMPTY for name in deals["opportunity"]],
        "Owner": [name or EMPTY for name in deals["owner"]],
        "Stage": deals["stage"].tolist(),
        "Flags": deals["flags"].tolist(),
        "Days over": all_known(deals["days_over"]),
        "Idle days": all_known(deals["idle_days"]),
        "Days in stage": all_known(deals["days_in_stage"]),
        "Expected close": [None if pd.isna(day) else day.date() for day in deals["expected_close"]],
        "Value": all_known(deals["amount"], facts.money_unit),
        "Deal ID": [deal_id or EMPTY for deal_id in deals["deal_id"]],
    }
    return pd.DataFrame(table, columns=list(OLDEST.heads), dtype=object)


def _stage_table(stages: pd.DataFrame, facts: Facts) -> pd.DataFrame:
    table = {
        "Stage": stages["stage"].tolist(),
        "Open deals": stages["n"].tolist(),
        "Median age": all_known(stages["median_age_days"]),
        "Median days in stage": all_known(stages["median_days_in_stage"]),
        "Time-bound": all_known(stages["bound_days"]),
        "In time": (stages["n"] - stages["over_bound"]).tolist(),
        "Over the bound": stages["over_bound"].tolist(),
        "Value over": all_given(stages["amount_over"], facts.money_unit),
    }
    return pd.DataFrame(table, columns=list(BY_STAGE.heads), dtype=object)


def _rep_table(facts: Facts) -> pd.DataFrame:
    reps = by_rep(facts).sort_values(["stale_n", "rep"], ascending=[False, True], kind="stable")
    table = {
        "Rep": reps["rep"].tolist(),
        "Open deals": reps["open_n"].tolist(),
        "T over bound": reps["T"].tolist(),
        "B bounced": reps["B"].tolist(),
        "I idle": reps["I"].tolist(),
        "C close past": reps["C"].tolist(),
        "N next step": reps["N"].tolist(),
        "Any flag": reps["stale_n"].tolist(),
        "Share": all_known(reps["stale_share"]),
        "Value with a flag": all_given(reps["stale_amount"], facts.money_unit),
    }
    return pd.DataFrame(table, columns=list(BY_REP.heads), dtype=object)


def _inflation_table(facts: Facts) -> pd.DataFrame:
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


def _clean_up_table(facts: Facts) -> pd.DataFrame:
    deals = candidates(facts).head(WORST)
    table = {
        "Opportunity": [name or EMPTY for name in deals["opportunity"]],
        "Owner": [name or EMPTY for name in deals["owner"]],
        "Stage": deals["stage"].tolist(),
        "Deal ID": [deal_id or EMPTY for deal_id in deals["deal_id"]],
        "Value": all_known(deals["amount"], facts.money_unit),
        "Reasons": [f"{text[:1].upper()}{text[1:]}." for text in deals["reasons"]],
    }
    return pd.DataFrame(table, columns=list(CLEAN_UP.heads), dtype=object)


def _clean_up_says(facts: Facts) -> str:
    deals = candidates(facts)
    if deals.empty:
        return "No open deal is proposed for clean-up."
    worth = money_text(deals["amount"].sum(), facts)
    looks = "looks" if len(deals) == 1 else "look"
    shown_n = f"; the largest {WORST} are below" if len(deals) > WORST else ""
    return f"{counted(len(deals), 'open deal')} worth {worth} {looks} dead{shown_n}."


def _quality_table(facts: Facts) -> pd.DataFrame:
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


def _stage_says(stages: pd.DataFrame) -> str:
    over = int(stages["over_bound"].sum()) if len(stages) else 0
    if not over:
        return "No open deal is over its stage's time-bound."
    worst = stages.iloc[int(stages["over_bound"].to_numpy().argmax())]
    where = f"{worst['stage']} ({int(worst['over_bound']):,} of {int(worst['n']):,})"
    return f"{counted(over, 'deal')} over the time-bound, most in {where}."


def _flag_says(flags: pd.DataFrame, open_n: int) -> str:
    idle = int(flags.loc[flags["flag"] == "N", "n"].sum())
    if not open_n:
        return "No deal is open."
    return f"{idle:,} of {counted(open_n, 'open deal')} {'has' if idle == 1 else 'have'} no next step ahead."


TAB: Final = Tab(
    "Aging",
    "dashboard",
    (
        Text("B1", "Aging", "title"),
        Text("B2", REFRESH_HINT, "line", name="line_aging", across=7),
        Text("I2", "", "line", name="refreshed_on_aging", across=5, formula="refreshed_line"),
        *CARDS,
        Text("B9", EMPTY, "strong", name="aging_says", across=4),
        Text("B8", EMPTY, "body", name="inflation_says", across=12),
        ChartBlock(
            "B10",
            "aging_by_stage",
            "bar",
            "Open deals by stage: in time, and over the stage's time-bound",
            "Stacked bars show, for each open stage, the number of deals within the stage's time-bound and over it.",
            BY_STAGE.name,
            "Stage",
            (Series("In time", "context"), Series("Over the bound", "attention", labels=True)),
            columns=4,
            rows=15,
            number_format="#,##0;;",
            stacked=True,
        ),
        Text("G9", EMPTY, "strong", name="stale_says", across=7),
        ChartBlock(
            "G10",
            "stale_flags",
            "bar",
            "Open deals with each stale flag (a deal may carry several)",
            "Bars show how many open deals carry each of the stale flags, which are never added up.",
            STALE_FLAGS.name,
            "Flag",
            (Series("Deals", "attention", labels=True),),
            columns=7,
            rows=15,
            number_format="#,##0",
        ),
        TableBlock("B25", STALE_FLAGS, rows=5, hint="A deal may carry several flags, so the rows are never added up."),
        TableBlock(
            "B35",
            INFLATION,
            rows=6,
            hint="The parts overlap, so they are never added up.",
            tints=(Tint('OR({Part}="As entered",{Part}="Clean")', "blue", ("Part", "Value"), "text"),),
        ),
        TableBlock(
            "B46",
            OLDEST,
            hint="Most business days over the bound first, then most flags, then longest idle.",
            tints=(Tint('OR(ISNUMBER(SEARCH("T",{Flags})),ISNUMBER(SEARCH("C",{Flags})))', "vermilion", ("Flags",)),),
        ),
        Text("B76", EMPTY, "strong", name="clean_up_says", across=12),
        TableBlock(
            "B77",
            CLEAN_UP,
            rows=WORST,
            hint=(
                "Act on a deal, or accept: xlpipeline cleanup WORKBOOK --accept DEAL-ID. "
                "It then stands in the derailed stage; nothing is deleted."
            ),
        ),
        TableBlock("B107", BY_STAGE),
        TableBlock("B131", BY_REP, grows=True, hint="Most flagged deals first."),
        TableBlock(
            "N9",
            QUALITY,
            grows=True,
            hint="Open deals without an error; accepted and snoozed issues do not count.",
            tints=quiet(QUALITY, small="Open deals", rated=("Data quality", "95 % interval", "Quality by value")),
        ),
    ),
    fill=fill,
    widths={"A": 2, "B": 30, "C": 18, "D": 18, "N": 24, "S": 18, "T": 18, "U": 44}
    | dict.fromkeys("EFGHIJKLMOPQR", 14.5),
    freeze="A3",
    print_columns="B:M,N:U",
)
