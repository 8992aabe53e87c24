"""The tab Aging: the four stale flags, how long deals stand in each stage, and the worst deals to work on first."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from xlpipeline.metrics.aging import by_rep, by_stage, median_age_days, oldest, stale_counts
from xlpipeline.model.book import ChangeSet, whole_table
from xlpipeline.model.facts import Facts
from xlpipeline.model.schema import Table
from xlpipeline.tabs.cards import Shown, card_names
from xlpipeline.tabs.layout import Card, ChartBlock, Series, Tab, TableBlock, Text, Tint
from xlpipeline.tabs.wording import (
    EMPTY,
    REFRESH_HINT,
    all_given,
    all_known,
    counted,
    is_missing,
    money_text,
    n_text,
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
        result("Flags", "text", "T over time-bound, I idle, C expected close past, N next step missing or past."),
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
        result("I idle", "whole", "Deals without a touch for longer than the limit.", "deals"),
        result("C close past", "whole", "Deals whose expected close has passed.", "deals"),
        result("N next step", "whole", "Deals whose next step is blank or past.", "deals"),
        result("Any flag", "whole", "Deals with at least one flag.", "deals"),
        result("Share", "share", "Deals with any flag / open deals."),
        result("Value with a flag", "money", "Amount of the deals with any flag.", "currency"),
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
        **card_names(CARDS, _shown(flags, open_n, facts)),
    }
    tables = (
        whole_table(STALE_FLAGS.name, _flag_table(flags, facts)),
        whole_table(OLDEST.name, _oldest(facts)),
        whole_table(BY_STAGE.name, _stage_table(stages, facts)),
        whole_table(BY_REP.name, _rep_table(facts)),
    )
    return ChangeSet(tables, names)


def _shown(flags: pd.DataFrame, open_n: int, facts: Facts) -> tuple[Shown, ...]:
    """What the cards show, in their order."""
    n = n_text(open_n, "aging")
    if not open_n:
        return (Shown(None, "No deal is open", n),) * len(CARDS)
    cards = []
    for row in flags.to_dict("records"):
        worth = "" if is_missing(row["amount"]) or not row["n"] else f", worth {money_text(row['amount'], facts)}"
        cards.append(Shown(row["n"], f"{share_text(row['share'])} of open deals{worth}", n))
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


_FLAG_WORDS: Final = {"T": "over time-bound", "I": "idle", "C": "close date past", "N": "no next step"}


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
        "I idle": reps["I"].tolist(),
        "C close past": reps["C"].tolist(),
        "N next step": reps["N"].tolist(),
        "Any flag": reps["stale_n"].tolist(),
        "Share": all_known(reps["stale_share"]),
        "Value with a flag": all_given(reps["stale_amount"], facts.money_unit),
    }
    return pd.DataFrame(table, columns=list(BY_REP.heads), dtype=object)


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
            "Four bars show how many open deals carry each of the four stale flags, which are never added up.",
            STALE_FLAGS.name,
            "Flag",
            (Series("Deals", "attention", labels=True),),
            columns=7,
            rows=15,
            number_format="#,##0",
        ),
        TableBlock(
            "B26", STALE_FLAGS, rows=4, hint="A deal may carry several flags, so the four rows are never added up."
        ),
        TableBlock(
            "B34",
            OLDEST,
            hint="Most business days over the bound first, then most flags, then longest idle.",
            tints=(Tint('OR(ISNUMBER(SEARCH("T",{Flags})),ISNUMBER(SEARCH("C",{Flags})))', "vermilion", ("Flags",)),),
        ),
        TableBlock("B63", BY_STAGE),
        TableBlock("B84", BY_REP, grows=True, hint="Most flagged deals first."),
    ),
    fill=fill,
    widths={"A": 2, "B": 36, "C": 18, "D": 18} | dict.fromkeys("EFGHIJKLM", 14.5),
    freeze="A3",
    print_columns="B:M",
)
