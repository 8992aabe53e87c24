"""What Aging shows of the stale flags: the cards, each flag by itself, the stages and the reps."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from xlpipeline.metrics.aging import at_last_snapshot, by_rep, by_stage, median_age_days, stale_counts
from xlpipeline.model.facts import Facts
from xlpipeline.model.schema import Table
from xlpipeline.tabs.cards import Shown
from xlpipeline.tabs.followed_tables import following
from xlpipeline.tabs.wording import (
    all_given,
    all_known,
    counted,
    is_missing,
    money_text,
    n_text,
    result,
    share_text,
)

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
        following("Deals", "whole", "Open deals with this flag.", "deals"),
        following("Value", "money", "Their amount.", "currency"),
        following("Share", "share", "Share of all open deals."),
        result("What it means", "text", "When the flag is set."),
    ),
    key="Flag",
)
BY_STAGE: Final = Table(
    "AgingByStage",
    "Aging",
    "Aging by stage",
    (
        result("Stage", "text", "Open stages, in their order."),
        following("Open deals", "whole", "Open deals in this stage.", "deals"),
        following("Median age", "whole", "Half of them were created longer ago than this.", "days"),
        following(
            "Median days in stage", "whole", "Half of them are in the stage longer than this (calendar days).", "days"
        ),
        result(
            "Time-bound", "whole", "Longest time that the team allows in this stage (business days).", "business days"
        ),
        following("In time", "whole", "Deals within the bound, and all deals of a stage without one.", "deals"),
        following("Over the bound", "whole", "Deals longer in the stage than its bound.", "deals"),
        following("Value over", "money", "Amount of the deals over the bound.", "currency"),
    ),
    key="Stage",
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
_FLAG_WORDS: Final = {
    "T": "over time-bound",
    "B": "over (bounced)",
    "I": "idle",
    "C": "close date past",
    "N": "no next step",
}
CARD_COUNT: Final = 5


def cards_of(facts: Facts, rep: str = "") -> tuple[Shown, ...]:
    """What the cards show for the team or a rep, in their order."""
    flags = stale_counts(facts, rep)
    open_n = int(by_stage(facts, rep)["n"].sum())
    n = n_text(open_n, "aging")
    if not open_n:
        return (Shown(None, "No deal is open", n),) * CARD_COUNT
    cards = []
    bounced = int(flags.loc[flags["flag"] == "B", "n"].sum())
    for row in flags[flags["flag"] != "B"].to_dict("records"):
        worth = "" if is_missing(row["amount"]) or not row["n"] else f", worth {money_text(row['amount'], facts)}"
        more = f"; {bounced:,} more bounced" if bounced and row["flag"] == "T" else ""
        cards.append(Shown(row["n"], f"{share_text(row['share'])} of open deals{worth}{more}", n))
    age = median_age_days(facts, rep)
    known = None if np.isnan(age) else age
    return (*cards, Shown(known, "since Created" if known is not None else "No open deal has a Created date", n))


def flag_rows(facts: Facts, rep: str = "") -> pd.DataFrame:
    """Body of ``STALE_FLAGS`` for the team or a rep."""
    flags = stale_counts(facts, rep)
    table = {
        "Flag": [f"{flag} · {_FLAG_WORDS[flag]}" for flag in flags["flag"]],
        "Deals": flags["n"].tolist(),
        "Value": all_given(flags["amount"], facts.money_unit),
        "Share": all_known(flags["share"]),
        "What it means": [
            _meaning(flag, meaning, facts) for flag, meaning in zip(flags["flag"], flags["meaning"], strict=True)
        ],
    }
    return pd.DataFrame(table, columns=list(STALE_FLAGS.heads), dtype=object)


def _meaning(flag: str, meaning: str, facts: Facts) -> str:
    if flag == "I":
        return f"No touch for more than {counted(facts.settings.idle_business_days, 'business day')}."
    return f"{meaning[:1].upper()}{meaning[1:]}."


def stage_rows(facts: Facts, rep: str = "") -> pd.DataFrame:
    """Body of ``BY_STAGE`` for the team or a rep."""
    stages = by_stage(facts, rep)
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


def rep_table(facts: Facts) -> pd.DataFrame:
    """Body of ``BY_REP``: most flagged deals first."""
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


def stages_say(facts: Facts) -> str:
    """How many deals of the team are over the time-bound, and where most of them are."""
    stages = by_stage(facts)
    over = int(stages["over_bound"].sum()) if len(stages) else 0
    if not over:
        return "Team: no open deal is over its stage's time-bound."
    worst = stages.iloc[int(stages["over_bound"].to_numpy().argmax())]
    where = f"{worst['stage']} ({int(worst['over_bound']):,} of {int(worst['n']):,})"
    return f"Team: {counted(over, 'deal')} over the time-bound, most in {where}."


def flags_say(facts: Facts) -> str:
    """How many open deals of the team have no next step; how many carry a flag, now and at the last snapshot."""
    flags, open_n = stale_counts(facts), int(facts.deals["is_open"].sum())
    if not open_n:
        return "No deal is open."
    idle = int(flags.loc[flags["flag"] == "N", "n"].sum())
    told = f"Team: {idle:,} of {counted(open_n, 'open deal')} {'has' if idle == 1 else 'have'} no next step ahead."
    before = at_last_snapshot(facts)
    if before is None:
        return told
    day, stale, every = before
    now = int(by_rep(facts)["stale_n"].sum())
    return f"{told} {now:,} carry a flag, {stale:,} of {every:,} did on {day.isoformat()}."
