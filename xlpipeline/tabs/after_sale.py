"""The tab After sale: follow-ups that are due with customers, and what grew out of earlier deals."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from xlpipeline.metrics import expansions, follow_ups
from xlpipeline.metrics.expansions import by_parent
from xlpipeline.model.book import ChangeSet, whole_table
from xlpipeline.model.facts import Facts
from xlpipeline.model.schema import Table
from xlpipeline.tabs.layout import Tab, TableBlock, Text, Tint
from xlpipeline.tabs.wording import EMPTY, REFRESH_HINT, counted, money_text, result, share_text, title_line

MOST: Final = 20
FOLLOW_UPS: Final = Table(
    "FollowUps",
    "After sale",
    "Follow-ups with customers",
    (
        result("Deal", "text", "The deal and its account."),
        result("Deal ID", "text", "Its ID; enter the next day under Follow-up due of Pipeline."),
        result("Owner", "text", "Who is to follow up."),
        result("Stage", "text", "Where it stands."),
        result("State", "text", "overdue, today, none planned (in a post-sale stage), or coming."),
        result("Due", "date", "Follow-up due, else the day that the cadence asks for."),
        result("Late", "whole", "Business days past its day.", "business days"),
        result("Next step", "text", "What was planned, or the channel of the cadence's touch."),
    ),
)
EXPANSIONS: Final = Table(
    "Expansions",
    "After sale",
    "Expansions by parent deal",
    (
        result("Deal", "text", "The deal that others expand, and its account."),
        result("Deal ID", "text", "Its ID, as Parent deal of the others names it."),
        result("Owner", "text", "Its owner."),
        result("Amount", "money", "Its own amount.", "currency"),
        result("Expansions", "whole", "Deals that name it as their parent.", "deals"),
        result("Won", "money", "Amount of those that are won.", "currency"),
        result("Open", "money", "Amount of those that are open.", "currency"),
        result("Which", "text", "Their IDs."),
    ),
)


def fill(facts: Facts) -> ChangeSet:
    """Both lists and what they say."""
    names: dict[str, object] = {
        "line_after_sale": title_line(facts),
        "after_sale_says": _due_says(facts),
        "expansions_says": _grown_says(facts),
    }
    tables = (whole_table(FOLLOW_UPS.name, due_rows(facts)), whole_table(EXPANSIONS.name, grown_rows(facts)))
    return ChangeSet(tables, names)


def due_rows(facts: Facts) -> pd.DataFrame:
    """The first follow-ups: overdue, today, customers without any, then those to come."""
    rows = [
        (
            _called(row), row["deal_id"] or None, row["rep"], row["stage"], row["state"],
            None if pd.isna(row["due"]) else row["due"].date(),
            int(row["days_late"]) if row["state"] == "overdue" else None, row["action"] or None,
        )
        for row in _records(follow_ups.follow_ups(facts).head(MOST))
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(FOLLOW_UPS.heads), dtype=object)


def grown_rows(facts: Facts) -> pd.DataFrame:
    """Every deal that another one expands."""
    unit = facts.money_unit
    rows = [
        (
            _called(row), row["deal_id"], row["rep"], None if pd.isna(row["amount"]) else row["amount"] / unit,
            int(row["n"]), row["won_amount"] / unit, row["open_amount"] / unit, row["names"],
        )
        for row in _records(by_parent(facts))
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(EXPANSIONS.heads), dtype=object)


def _due_says(facts: Facts) -> str:
    states = follow_ups.follow_ups(facts)["state"].value_counts()
    if states.empty:
        return "No follow-up is planned and no deal stands in a post-sale stage."
    late, today, blank = (int(states.get(state, 0)) for state in ("overdue", "today", "none planned"))
    shown = f" The first {MOST} are listed." if int(states.sum()) > MOST else ""
    return f"{counted(late, 'follow-up')} overdue, {today:,} due today; {blank:,} customers have none planned.{shown}"


def _grown_says(facts: Facts) -> str:
    share, table = expansions.expansions(facts), by_parent(facts)
    if table.empty:
        return "No deal names a Parent deal: fill it in where a deal grew out of an earlier one."
    won = money_text(float(table["won_amount"].sum()), facts)
    told = "" if share.value is None else f"; {share_text(share.value)} of what was won in {facts.window.name}"
    return f"{counted(len(table), 'deal')} led to {counted(int(table['n'].sum()), 'expansion')}, {won} won{told}."


def _called(row: dict[str, Any]) -> str:
    return " · ".join(part for part in (row["opportunity"].strip(), row["account"].strip()) if part) or EMPTY


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(head): cell for head, cell in row.items()} for row in frame.to_dict("records")]


TAB: Final = Tab(
    "After sale",
    "dashboard",
    (
        Text("B1", "After sale", "title"),
        Text("B2", REFRESH_HINT, "line", name="line_after_sale"),
        Text("F2", "", "line", name="refreshed_on_after_sale", formula="refreshed_line"),
        Text("B4", EMPTY, "strong", name="after_sale_says"),
        TableBlock(
            "B6",
            FOLLOW_UPS,
            rows=MOST,
            hint="A closing is a start: call, log it, and enter the next day under Follow-up due of Pipeline.",
            tints=(
                Tint('{State}="overdue"', "vermilion", ("State", "Late"), "text"),
                Tint('{State}="today"', "blue", ("State",), "text"),
                Tint('{State}="none planned"', "orange", ("State",), "text"),
            ),
        ),
        Text("B30", EMPTY, "strong", name="expansions_says"),
        TableBlock("B32", EXPANSIONS, grows=True, hint="Parent deal of Pipeline says which deal each one expands."),
    ),
    fill=fill,
    widths={"B": 46, "C": 12, "D": 18, "E": 16, "F": 14, "G": 14, "H": 14, "I": 34},
    freeze="A5",
)
