"""What the tab Velocity says of value: velocity and its options, what was really won, growth, and what comes in."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, Final

import pandas as pd

from xlpipeline.metrics.created_pipeline import WEEKS, by_week
from xlpipeline.metrics.growth import growth
from xlpipeline.metrics.velocity import DAYS_PER_MONTH, Velocity, options
from xlpipeline.model.facts import Facts
from xlpipeline.model.schema import Table
from xlpipeline.tabs.wording import (
    EMPTY,
    counted,
    day_text,
    first_sentence,
    given,
    is_missing,
    known,
    money_text,
    ratio_text,
    result,
    why,
)

PACES: Final = Table(
    "VelocityPaces",
    "Velocity",
    "Velocity and what was really won",
    (
        result("Pace", "text", "Velocity from all open qualified deals, from the clean ones, and the won value."),
        result("Per day", "money", "Value per calendar day.", "currency"),
        result("Per month", "money", "Per day x 30.", "currency"),
        result("Deals", "whole", "Open deals behind a velocity; won deals behind the realised value.", "deals"),
        result("Note", "text", "What belongs to the figure, or why there is none."),
    ),
)
OPTIONS: Final = Table(
    "VelocityOptions",
    "Velocity",
    "Velocity with another number of deals",
    (
        result("Deals counted", "text", "What N counts; the first is the definition, the others are for comparison."),
        result("N", "whole", "Number of deals counted.", "deals"),
        result("Per day", "money", "N x average deal x win rate / cycle.", "currency"),
        result("Per month", "money", "Per day x 30.", "currency"),
        result("/ realised", "ratio", "Per day / realised value per day."),
        result("Note", "text", "What belongs to the figure, or why there is none."),
    ),
)
GROWTH: Final = Table(
    "Growth",
    "Velocity",
    "Growth of won value",
    (
        result("Quarter", "text", "Fiscal quarter; the running one is compared with as many first days of the others."),
        result("Won deals", "whole", "Deals won.", "deals"),
        result("Won value", "money", "Their amount.", "currency"),
        result("Quarter before", "money", "Won value of the quarter before.", "currency"),
        result("Growth", "share", "Won value / quarter before - 1."),
        result("Year ago", "money", "Won value of the same quarter a year ago.", "currency"),
        result("Growth on year", "share", "Won value / year ago - 1."),
        result("Note", "text", "What belongs to the figures, or why one is not given."),
    ),
)
STOCK_NOTE: Final = (
    "V = N × A × W ÷ C. N is a stock (what is open today) while W applies to a flow (what closes), so stale stock "
    "inflates V: read it beside the clean and the realised value per day."
)


def pace_table(team: Velocity, facts: Facts) -> pd.DataFrame:
    """Body of VelocityPaces."""
    rows = (
        ("Velocity, all open deals", team.per_day, _beside(team)),
        ("Velocity, clean deals only", team.clean_per_day, "Only deals without a stale flag."),
        ("Realised: won value", team.realised_per_day, team.window.name),
    )
    unit = facts.money_unit
    body = [
        (
            pace,
            given(f.value, unit),
            given(None if f.value is None else f.value * DAYS_PER_MONTH, unit),
            f.n,
            first_sentence(why(f)) or note or EMPTY,
        )
        for pace, f, note in rows
    ]
    return pd.DataFrame(body, columns=list(PACES.heads), dtype=object)


def _beside(team: Velocity) -> str:
    """Short, because another table stands beside: the warning stands above the chart."""
    if team.per_day.value is None or not team.realised_per_day.value:
        return ""
    ratio = team.per_day.value / team.realised_per_day.value
    return f"{ratio_text(ratio)} of the realised value{': see above.' if team.note else '.'}"


_STOCK_WORDS: Final = {
    "open": "Open now (the definition)",
    "closed": "Option: closed in the window",
    "created": "Option: created in the window",
}


def option_table(team: Velocity, facts: Facts) -> pd.DataFrame:
    """Body of VelocityOptions: each N that some tool or book takes; only the first is the definition."""
    unit, realised, body = facts.money_unit, team.realised_per_day.value, []
    for row in options(facts).to_dict("records"):
        value = row["per_day"]
        ratio = None if is_missing(value) or not realised else value / realised
        cells = (given(value, unit), given(value * DAYS_PER_MONTH, unit), given(ratio))
        reason = first_sentence(row["note"]) or (
            "Nothing was won in the window to compare with." if ratio is None else EMPTY
        )
        body.append((_STOCK_WORDS[row["stock"]], row["n"], *cells, reason))
    return pd.DataFrame(body, columns=list(OPTIONS.heads), dtype=object)


def growth_table(facts: Facts) -> pd.DataFrame:
    """Body of Growth."""
    unit = facts.money_unit
    body = [
        (
            row["period"],
            int(row["won_n"]),
            known(row["won_amount"], unit),
            given(row["prior_amount"], unit),
            given(row["prior_growth"]),
            given(row["year_amount"], unit),
            given(row["year_growth"]),
            row["note"] or EMPTY,
        )
        for row in growth(facts).to_dict("records")
    ]
    return pd.DataFrame(body, columns=list(GROWTH.heads), dtype=object)


def growth_says(facts: Facts) -> str:
    """The last quarter's growth in words."""
    quarters = growth(facts)
    if quarters.empty:
        return "No deal has been won yet."
    last = quarters.iloc[-1]
    parts = [
        f"{100 * last[head]:+.0f} % on {words}"
        for head, words in (("year_growth", "a year ago"), ("prior_growth", "the quarter before"))
        if not is_missing(last[head])
    ]
    against = ", ".join(parts) or "nothing to compare with yet"
    return f"{last['period']}: {money_text(last['won_amount'], facts)} won, {against}."


def pace_says(team: Velocity, facts: Facts) -> str:
    """Velocity beside what was really won, in words."""
    if team.per_day.value is None:
        return f"No velocity yet. {team.per_day.reason}"
    if team.note:
        return team.note
    realised = team.realised_per_day.value
    beside = f"; {money_text(realised, facts)} per day were really won" if realised else ""
    return f"The pipeline should bring {money_text(team.per_day.value, facts)} per day{beside}."


CREATED: Final = Table(
    "CreatedPipeline",
    "Velocity",
    "Pipeline created and qualified per week",
    (
        result("Week of", "text", "Monday of the week; the last one may not be over."),
        result("Created", "whole", "Deals created in the week.", "deals"),
        result("Created value", "money", "Their amount as it is now; blank ones count as 0.", "currency"),
        result("Qualified", "whole", "Deals that history saw become qualified in the week.", "deals"),
        result("Qualified value", "money", "Their amount as it is now.", "currency"),
        result("Note", "text", "What belongs to the figures, or why one is not given."),
    ),
)


def created_table(facts: Facts) -> pd.DataFrame:
    """Body of CreatedPipeline."""
    unit = facts.money_unit
    body = [
        (
            day_text(row["week"]),
            row["created_n"],
            row["created_amount"] / unit,
            given(row["qualified_n"]),
            given(row["qualified_amount"], unit),
            _week_note(row),
        )
        for row in by_week(facts).to_dict("records")
    ]
    return pd.DataFrame(body, columns=list(CREATED.heads), dtype=object)


def created_says(facts: Facts) -> str:
    """The last whole weeks against those before, in words."""
    weeks = by_week(facts)
    whole = weeks[~weeks["is_running"].astype(bool)]
    if not weeks["created_n"].sum():
        return f"No deal was created in the last {WEEKS} weeks."
    last, before = whole.tail(_COMPARED), whole.iloc[-2 * _COMPARED : -_COMPARED]
    now, then = (float(part["created_amount"].sum()) for part in (last, before))
    deals = counted(last["created_n"].sum(), "deal")
    text = f"In the last {_COMPARED} whole weeks {deals} worth {money_text(now, facts)} were created"
    if then <= 0:
        return f"{text}."
    return f"{text}, {100 * (now / then - 1):+.0f} % on the {_COMPARED} weeks before."


_COMPARED: Final = 4


def _week_note(row: Mapping[Hashable, Any]) -> str:
    parts = ["Not over."] if row["is_running"] else []
    if row["blank"]:
        parts.append(f"{row['blank']:,} without amount.")
    if is_missing(row["qualified_n"]):
        parts.append("No history yet.")
    return " ".join(parts) or EMPTY
