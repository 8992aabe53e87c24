"""The table Scorecard of the dashboard: the first figures of the team and of every rep, side by side."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Final

import pandas as pd

from xlpipeline.metrics.scorecard import scorecard
from xlpipeline.model.facts import Facts
from xlpipeline.model.figure import refused
from xlpipeline.model.schema import Table
from xlpipeline.tabs.wording import (
    EMPTY,
    counts_of,
    first_sentence,
    given,
    inside,
    interval_text,
    is_missing,
    known,
    result,
)

SCORECARD: Final = Table(
    "Scorecard",
    "Dashboard",
    "Scorecard",
    (
        result("Name", "text", "The team first, then every rep."),
        result("Open deals", "whole", "Deals that are open at the as-of date.", "deals"),
        result("Open value", "money", "Their amount.", "currency"),
        result("Weighted", "money", "Amount x probability.", "currency"),
        result("To go", "ratio", "Coverage: open in the quarter / quota still to win."),
        result("Won deals", "whole", "Deals won in the trailing window.", "deals"),
        result("Won value", "money", "Their amount.", "currency"),
        result("Won : lost", "ratio", "Won / lost deals in the window."),
        result("Win rate", "share", "Won / (won + lost + derailed) of qualified deals closed in the window."),
        result("95 % interval", "text", "Wilson interval of the win rate; below 5 closed deals the counts."),
        result("Closed deals", "whole", "Deals behind the win rate.", "deals"),
        result("Average deal", "money", "Mean value of the deals won in the window.", "currency"),
        result("Cycle days", "whole", "Median days from first contact (else Created) to the win.", "days"),
        result("Velocity per day", "money", "Open qualified deals x win rate x average deal / mean cycle.", "currency"),
        result("Realised per day", "money", "Won value in the window / days in the window.", "currency"),
        result("Stale deals", "whole", "Open deals with at least one of the four flags.", "deals"),
        result("Stale share", "share", "Stale deals / open deals."),
        result("Not given", "text", "Why a figure of this row is not given."),
    ),
    key="Name",
)

RATED: Final = ("Won : lost", "Win rate", "95 % interval", "Closed deals")
"""Columns that are grey where few deals were closed."""

REASON_LETTERS: Final = 84
"""Letters that the last column shows on paper, where nothing runs on past the print area."""


def scorecard_frame(facts: Facts) -> pd.DataFrame:
    """Body of Scorecard; what is not given is #N/A, with the reason in its last column."""
    unit = facts.money_unit
    rows: list[tuple[object, ...]] = []
    of_team = ""
    for row in scorecard(facts).to_dict("records"):
        reasons = _not_given(row)
        repeated = bool(rows) and reasons == of_team != EMPTY
        of_team = of_team or reasons
        rows.append(
            (
                row["rep"],
                row["open_n"],
                given(row["open_amount"], unit) if row["open_n"] else 0,
                given(row["weighted"], unit) if row["open_n"] else 0,
                given(row["to_go"]),
                row["won_n"],
                given(row["won_amount"], unit),
                given(row["win_loss"]),
                given(row["win_rate"]),
                _interval(row),
                row["win_n"],
                given(row["average"], unit),
                given(row["cycle_median"]),
                given(row["velocity_per_day"], unit),
                given(row["realised_per_day"], unit),
                row["stale_n"],
                known(row["stale_share"]),
                "as for the team" if repeated else reasons,
            )
        )
    return pd.DataFrame(rows, columns=list(SCORECARD.heads), dtype=object)


def _interval(row: Mapping[Hashable, object]) -> str:
    text = interval_text(row["win_low"], row["win_high"])
    return text or counts_of(refused(str(row["win_rate_reason"]))) or EMPTY


def _not_given(row: Mapping[Hashable, object]) -> str:
    """The reasons of a row's figures that are not given, each once."""
    labels: dict[str, list[str]] = {}
    if row["open_n"] and is_missing(row["open_amount"]):
        labels["no open deal has an amount"] = ["Open value"]
    for label, key in (
        ("To go", "coverage"),
        ("Won : lost", "win_loss"),
        ("Win rate", "win_rate"),
        ("Average deal", "average"),
        ("Cycle", "cycle"),
        ("Velocity", "velocity"),
    ):
        reason = str(row[f"{key}_reason"])
        if reason:
            labels.setdefault(first_sentence(reason), []).append(label)
    return _fitting(labels) or EMPTY


def _fitting(labels: Mapping[str, list[str]]) -> str:
    """As many whole reasons as the column shows; of the others only how many figures they are about."""
    told = [f"{', '.join(of)}: {inside(reason)}" for reason, of in labels.items()]
    counts = [len(of) for of in labels.values()]
    for shown in range(len(told), 0, -1):
        left = sum(counts[shown:])
        text = "; ".join(told[:shown]) + (f"; {left} more: see Velocity" if left else "")
        if shown == 1 or len(text) <= REASON_LETTERS:
            return text
    return ""
