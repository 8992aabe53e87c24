"""The tab Deal guide: for one deal that a reader chooses, what to do next. It lives without Python, by formulas."""

from __future__ import annotations

from typing import Final

import pandas as pd

from xlpipeline.model.book import ChangeSet, Formula, TableChange, whole_table
from xlpipeline.model.facts import Facts
from xlpipeline.model.schema import Column, Kind, Table
from xlpipeline.tabs import guide_formulas as guide
from xlpipeline.tabs.guide_rows import (
    Chosen,
    Rows,
    activity_rows,
    cadence_rows,
    chosen_deal,
    criterion_rows,
    item_rows,
    labels,
    now_row,
    step_rows,
)
from xlpipeline.tabs.layout import Card, Filter, Tab, TableBlock, Text, Tint
from xlpipeline.tabs.wording import EMPTY, REFRESH_HINT, counted, result, title_line


def _live(name: str, kind: Kind, note: str, width: int = 14) -> Column:
    return Column(name, kind, note, width, "formula")


_NO: Final = result("No", "whole", "Number of the line.")
DEALS: Final = Table(
    "GuideDeals", "_Cards", "Behind the deal guide", (result("Deal", "text", "Open deals, by owner."),)
)
NOW: Final = Table(
    guide.NOW,
    "_Cards",
    "The deal that the guide shows",
    (
        _live("Deal", "text", "What was chosen."),
        _live("Deal ID", "text", "Its ID."),
        _live("Row", "whole", "Its row in Pipeline, from 1; 0 = none."),
        _live("Stage", "text", "Its stage."),
        _live("Since", "whole", "The day it entered its stage, as a serial number; 0 = not known."),
        _live("Activities", "text", "What the playbook asks for in this stage."),
    ),
)
STEPS: Final = Table(
    "GuideSteps",
    "Deal guide",
    "What to do in this stage",
    (
        _NO,
        _live("Step", "text", "From Playbook on Process.", 48),
        _live("Material", "text", "What helps: a name or a link.", 48),
        _live("Questions", "text", "Questions and phrases that work.", 48),
    ),
)
ACTIVITIES: Final = Table(
    "GuideActivities",
    "Deal guide",
    "Activities that belong to this stage",
    (
        _NO,
        _live("Activity", "text", "Required activities of the stage, from Playbook on Process."),
        _live("Logged", "whole", "How many are logged since the deal entered the stage."),
        _live("State", "text", "done, or missing."),
    ),
)
CRITERIA: Final = Table(
    "GuideCriteria",
    "Deal guide",
    "What is missing for the next stage",
    (
        _NO,
        _live("What must be true", "text", "The criterion as a sentence.", 48),
        _live("Criterion", "text", "Blocking criteria that are not met, from Criteria on Process."),
    ),
)
CADENCE: Final = Table(
    "GuideCadence",
    "Deal guide",
    "Touches of this stage",
    (
        _NO,
        _live("Channel", "text", "How to reach the buyer, from Cadence on Scoring."),
        _live("Day", "whole", "Business days after the deal entered the stage."),
        _live("Due", "date", "The day that makes."),
        _live("State", "text", "done, overdue, today or coming."),
        _live("Turn", "whole", "How often this channel came so far; so many must be logged."),
        _live("Purpose", "text", "What the touch is for."),
    ),
)
TEXTS: Final = Table(
    "GuideTexts",
    "Deal guide",
    "The deal",
    (result("Item", "text", "Column of Pipeline."), _live("Now", "text", "What stands there.", 48)),
)
DAYS: Final = Table(
    "GuideDays",
    "Deal guide",
    "Its days",
    (result("Item", "text", "Column of Pipeline."), _live("Day", "date", "What stands there.")),
)
TABLE_FORMULAS: Final = {
    NOW.name: guide.NOW_FORMULAS,
    STEPS.name: guide.STEPS_FORMULAS,
    ACTIVITIES.name: guide.ACTIVITIES_FORMULAS,
    CRITERIA.name: guide.CRITERIA_FORMULAS,
    CADENCE.name: guide.CADENCE_FORMULAS,
    TEXTS.name: {"Now": guide.item(TEXTS.name, guide.TEXTS, as_text=True)},
    DAYS.name: {"Day": guide.item(DAYS.name, guide.DAYS, as_text=False)},
}
_CATEGORY: Final = guide.text_of_deal("Forecast category")
_DEAL: Final = f"INDEX({guide.NOW}[Deal],1)"
_CHOSEN: Final = f'IF({_DEAL}="","{EMPTY}",{_DEAL})'
_WHAT: Final = f'IFERROR(INDEX(Stages[What happens here],MATCH({guide.STAGE},Stages[Stage],0))&"","{EMPTY}")'
_OVER: Final = f'IF(N({guide.of_deal("Days over")})>0,N({guide.of_deal("Days over")})&" business days over","in time")'
SHOWN: Final = "guide_shown"
SHOWN_FORMULA: Final = f'IF({_DEAL}="","{EMPTY}","Shown: "&{_DEAL})'
"""Says which deal is shown: the cell of the choice, which no refresh touches, may name none that is open."""
CARDS: Final = (
    Card(
        "B6", "guide_stage", "Stage", "text", "cadence", across=2,
        formulas={"value": f'IF({guide.STAGE}="","{EMPTY}",{guide.STAGE})', "note": _WHAT, "n": _CHOSEN},
    ),
    Card(
        "D6", "guide_amount", "Amount", "money", "open_pipeline", across=1,
        formulas={
            "value": f'IF({guide.of_deal("Amount")}="","{EMPTY}",{guide.of_deal("Amount")})',
            "note": f'IF({_CATEGORY}="","{EMPTY}",{_CATEGORY})',
            "n": '"open_pipeline"',
        },
    ),
    Card(
        "E6", "guide_days", "Days in stage", "whole", "aging", across=1,
        formulas={
            "value": f'IF({guide.of_deal("Days in stage")}="","{EMPTY}",{guide.of_deal("Days in stage")})',
            "note": _OVER,
            "n": '"aging"',
        },
    ),
    Card(
        "G6", "guide_touch", "Next touch", "date", "cadence", across=4,
        formulas={
            "value": f'IF({guide.of_deal("Next touch")}="","{EMPTY}",{guide.of_deal("Next touch")})',
            "note": f'IF({guide.text_of_deal("Next touch by")}="","{EMPTY}",{guide.text_of_deal("Next touch by")})',
            "n": '"cadence · as of the last refresh"',
        },
    ),
)  # fmt: skip


def fill(facts: Facts) -> ChangeSet:
    """The open deals to choose from, and what the formulas show of the one that is chosen now."""
    offered = labels(facts)
    deal = chosen_deal(facts, offered)
    names: dict[str, object] = {
        "line_deal_guide": f"{title_line(facts)} · {counted(len(offered), 'open deal')} to choose from",
        SHOWN: Formula(SHOWN_FORMULA, f"Shown: {deal.label}" if deal.label else EMPTY),
        **_cards(facts, deal),
    }
    tables = (
        whole_table(DEALS.name, pd.DataFrame({"Deal": pd.Series(offered, dtype=object)})),
        _body(NOW, [now_row(facts, deal)]),
        _body(STEPS, step_rows(facts, deal)),
        _body(ACTIVITIES, activity_rows(facts, deal)),
        _body(CRITERIA, criterion_rows(facts, deal)),
        _body(CADENCE, cadence_rows(facts, deal)),
        _body(TEXTS, item_rows(deal, guide.TEXTS, as_text=True)),
        _body(DAYS, item_rows(deal, guide.DAYS, as_text=False)),
    )
    return ChangeSet(tables, names)


def _body(table: Table, rows: Rows) -> TableChange:
    return whole_table(table.name, pd.DataFrame(rows, columns=list(table.heads), dtype=object))


def _cards(facts: Facts, deal: Chosen) -> dict[str, object]:
    """Each card's formula with what it shows now."""
    cells = deal.cells
    frame = facts.book.frame("Stages")
    what = EMPTY
    if "What happens here" in frame.columns:
        told = dict(zip(frame["Stage"].astype(str).str.casefold(), frame["What happens here"], strict=True))
        what = str(told.get(deal.stage.casefold()) or EMPTY) if deal.stage else EMPTY
    over = cells.get("Days over") or 0
    late = f"{over:g} business days over" if over else "in time"
    shown: dict[str, tuple[object, object, object]] = {
        "guide_stage": (deal.stage or EMPTY, what, deal.label or EMPTY),
        "guide_amount": (_or_dash(cells.get("Amount")), _or_dash(cells.get("Forecast category")), "open_pipeline"),
        "guide_days": (_or_dash(cells.get("Days in stage")), late, "aging"),
        "guide_touch": (
            _or_dash(cells.get("Next touch")),
            _or_dash(cells.get("Next touch by")),
            "cadence · as of the last refresh",
        ),
    }
    return {
        name if part == "value" else f"{name}_{part}": Formula(card.formulas[part], cached)
        for card in CARDS
        for name in (card.name,)
        for part, cached in zip(("value", "note", "n"), shown[card.name], strict=True)
    }


def _or_dash(cell: object) -> object:
    return EMPTY if cell is None or cell == "" or cell != cell else cell  # noqa: PLR0124 - NaN


_ROOM: Final = "room " * 22
"""A formula's text is not known when the row is drawn: this makes it high enough for the usual sentence."""
TAB: Final = Tab(
    "Deal guide",
    "dashboard",
    (
        Text("B1", "Deal guide", "title"),
        Text("B2", REFRESH_HINT, "line", name="line_deal_guide", across=3),
        Text("E2", "", "line", name="refreshed_on_deal_guide", across=7, formula="refreshed_line"),
        Filter("B4", guide.DEAL, "Deal", "GuideDeals[Deal]", EMPTY, across=3),
        Text("G4", "", "section", name=SHOWN, across=7, formula=SHOWN_FORMULA),
        *CARDS,
        TableBlock(
            "B11",
            STEPS,
            rows=guide.PLAYBOOK_ROWS,
            body=tuple((at, _ROOM, None, None) for at in range(1, guide.PLAYBOOK_ROWS + 1)),
            formulas=guide.STEPS_FORMULAS,
            hint="From Playbook on Process; change it there, and say why in its log.",
        ),
        TableBlock(
            "B18",
            CRITERIA,
            rows=guide.CRITERIA_ROWS,
            formulas=guide.CRITERIA_FORMULAS,
            hint="Blocking criteria between this stage and the next. Empty: the deal may move on.",
            tints=(Tint('{Criterion}<>""', "vermilion", ("Criterion",), "text"),),
        ),
        TableBlock(
            "B28",
            TEXTS,
            rows=len(guide.TEXTS),
            body=tuple((head, None) for head in guide.TEXTS),
            formulas=TABLE_FORMULAS[TEXTS.name],
        ),
        TableBlock(
            "D28",
            DAYS,
            rows=len(guide.DAYS),
            body=tuple((head, None) for head in guide.DAYS),
            formulas=TABLE_FORMULAS[DAYS.name],
        ),
        TableBlock(
            "G11",
            ACTIVITIES,
            rows=guide.ACTIVITY_ROWS,
            formulas=guide.ACTIVITIES_FORMULAS,
            hint="Since the deal entered the stage. Missing ones are a reminder, not a bar.",
            tints=(Tint('{State}="missing"', "vermilion", ("State",), "text"),),
        ),
        TableBlock(
            "G28",
            CADENCE,
            rows=guide.CADENCE_ROWS,
            formulas=guide.CADENCE_FORMULAS,
            hint="From Cadence on Scoring, counted from the day the deal entered the stage.",
            tints=(Tint('{State}="overdue"', "vermilion", ("State",), "text"),),
        ),
    ),
    fill=fill,
    widths={"A": 2.0, "B": 18, "C": 48, "D": 30, "E": 46, "F": 3, "G": 6, "H": 24, "I": 9, "J": 12, "K": 11, "L": 7}
    | {"M": 46.0},
    freeze="A5",
    print_columns="B:M",
)
