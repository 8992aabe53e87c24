"""The tab Waterfall: what happened to the quarter's pipeline since it began, and how much of it slipped.

Slippage stands here and not on Coverage: it is about what became of the deals that the quarter began with. The rep is
chosen in a cell; the lines, the chart and the cards look the choice up in a tidy table, so no Python is needed.
"""

from __future__ import annotations

from typing import Final

import pandas as pd

from xlpipeline.metrics.slippage import slippage
from xlpipeline.metrics.waterfall import Story, quarter_story
from xlpipeline.metrics.waterfall_moves import Waterfall
from xlpipeline.model.book import ChangeSet, whole_table
from xlpipeline.model.facts import Facts
from xlpipeline.model.schema import Table
from xlpipeline.tabs.cards import cards_frame, chosen, followed
from xlpipeline.tabs.layout import ChartBlock, Filter, Series, Tab, TableBlock, Text, Tint
from xlpipeline.tabs.waterfall_cards import CARDS, CARDS_TABLE, card_rows
from xlpipeline.tabs.waterfall_lines import (
    CAME_IN,
    CHART,
    DATA,
    FILTER,
    LINES_FORMULAS,
    LINES_TABLE,
    SAID,
    STEPS,
    chosen_lines,
    chosen_steps,
    line_rows,
    step_rows,
)
from xlpipeline.tabs.waterfall_slips import (
    BY_QUARTER,
    DECAY,
    OFTEN,
    day_of,
    decay_rows,
    decay_says,
    often_rows,
    quarter_rows,
    slip_says,
)
from xlpipeline.tabs.wording import (
    EMPTY,
    REFRESH_HINT,
    SHORT_MONEY,
    TEAM,
    counted,
    money_text,
    quiet,
    result,
    title_line,
)

GONE: Final = Table(
    "WaterfallGone",
    "Waterfall",
    "Pushed out, pulled out and deleted since the opening",
    (
        result("Opportunity", "text", "The deal, the largest first."),
        result("Deal ID", "text", "Its ID."),
        result("What", "text", "The line that it stands in."),
        result("Was due", "date", "Expected close at the opening."),
        result("Now due", "date", "Expected close now, or the day of the close; blank = none, or deleted."),
        result("Amount", "money", "Amount at the opening.", "currency"),
        result("Rep", "text", "Owner now."),
    ),
)


def fill(facts: Facts) -> ChangeSet:
    """The waterfall of the as-of date's quarter for the team and every rep, and slippage."""
    story = quarter_story(facts)
    falls: dict[str, Waterfall | None] = {TEAM: story.team}
    falls |= {name: story.reps.get(name) for name in facts.rep_names()}
    cards = cards_frame(
        CARDS,
        (
            (name, card_rows(fall, slippage(facts, "" if name == TEAM else name), story, facts))
            for name, fall in falls.items()
        ),
    )
    data, steps = line_rows(falls, facts), step_rows(falls, facts)
    names: dict[str, object] = {
        "line_waterfall": f"{title_line(facts)} · {story.period.name}{_since(story)}",
        "waterfall_says": says(story, facts),
        "slip_says": slip_says(facts),
        "decay_says": decay_says(facts),
        **followed(CARDS, cards, FILTER, facts),
    }
    name = chosen(facts, FILTER)
    tables = (
        whole_table(LINES_TABLE.name, chosen_lines(data, name)),
        whole_table(CHART.name, chosen_steps(steps, name)),
        whole_table(DATA.name, data),
        whole_table(STEPS.name, steps),
        whole_table(DECAY.name, decay_rows(facts)),
        whole_table(BY_QUARTER.name, quarter_rows(facts)),
        whole_table(GONE.name, _gone(story, facts)),
        whole_table(OFTEN.name, often_rows(facts)),
        whole_table(CARDS_TABLE.name, cards),
    )
    return ChangeSet(tables, names)


def says(story: Story, facts: Facts) -> str:
    """What happened to the quarter's pipeline, in one sentence; the reason where nobody can know."""
    fall, opening = story.team, story.opening
    if fall is None or opening is None:
        return f"Nothing to compare yet. {story.reason}"

    def money(*lines: str) -> str:
        return money_text(fall.amount(*lines), facts)

    parts = [
        f"{money('new', *CAME_IN)} came in",
        f"{money('won')} was won",
        f"{money('lost', 'derailed')} was lost or came to no decision",
        f"{money('pushed_out', 'pulled_out', 'deleted')} left the quarter without a result",
    ]
    late = " What happened before it is not told." if opening.late else ""
    left = f" {counted(fall.left_out, 'deal')} without an exchange rate left out." if fall.left_out else ""
    return (
        f"{story.period.name} since {opening.name}: {money_text(fall.opening, facts)} became "
        f"{money_text(fall.closing, facts)}; {', '.join(parts[:-1])} and {parts[-1]}.{late}{left}"
    )


def _since(story: Story) -> str:
    return f" · since {story.opening.name}" if story.opening else ""


def _gone(story: Story, facts: Facts) -> pd.DataFrame:
    rows: list[tuple[object, ...]] = [
        (
            one["opportunity"] or EMPTY,
            one["deal_id"],
            SAID[one["line"]][0].removeprefix("− "),
            day_of(one["was"]),
            day_of(one["due"]),
            one["amount"] / facts.money_unit,
            one["rep"],
        )
        for one in story.gone.to_dict("records")
    ]
    return pd.DataFrame(rows or [(EMPTY, *[None] * 6)], columns=list(GONE.heads), dtype=object)


_ENDS: Final = Tint('OR({Line}="Opening",{Line}="Closing")', "grey")

TAB: Final = Tab(
    "Waterfall",
    "dashboard",
    (
        Text("B1", "Waterfall", "title"),
        Text("B2", REFRESH_HINT, "line", name="line_waterfall", across=12),
        Text("N2", "", "line", name="refreshed_on_waterfall", across=6, formula="refreshed_line"),
        Filter("B4", FILTER, "Show", "WaterfallCards[Name]", TEAM),
        *CARDS,
        Text("B15", EMPTY, "strong", name="waterfall_says", across=17),
        Text("B16", EMPTY, "body", name="slip_says", across=9),
        ChartBlock(
            "B17",
            "waterfall",
            "column",
            "Pipeline of the quarter, from opening to closing (team, or the rep chosen above)",
            "Columns lead from the opening pipeline of the quarter over what came in, was won or left, to closing.",
            CHART.name,
            "Label",
            (
                Series("Base", "none"),
                Series("Open", "data"),
                Series("In", "context"),
                Series("Won", "good"),
                Series("Out", "attention"),
            ),
            columns=9,
            rows=18,
            number_format=SHORT_MONEY,
            stacked=True,
        ),
        Text("L16", EMPTY, "body", name="decay_says", across=7),
        ChartBlock(
            "L17",
            "waterfall_decay",
            "line",
            "Deals of the start still open in the quarter, by week (share, team)",
            "A line falls from 100 %: the share of the deals at the start of the quarter that are still open in it.",
            DECAY.name,
            "Week",
            (Series("This quarter", "data", "line"), Series("Past quarters", "context", "line")),
            columns=7,
            rows=18,
            number_format="0%",
            top=1,
        ),
        TableBlock(
            "B36",
            LINES_TABLE,
            rows=len(SAID),
            body=tuple((label, None, None, means) for label, means in SAID.values()),
            hint="Opening + all lines = closing, to the last cent; amounts of lost deals are those of the opening.",
            formulas=LINES_FORMULAS,
            tints=(_ENDS,),
        ),
        TableBlock(
            "L36",
            BY_QUARTER,
            rows=8,
            hint="Of the deals open at the start of a quarter and due in it: neither won nor lost in it.",
            tints=quiet(BY_QUARTER, small="Base deals", rated=("Slip rate", "95 % interval", "By value")),
        ),
        TableBlock(
            "B58",
            GONE,
            grows=True,
            hint="The whole team's; ask of each what must happen until the new date.",
        ),
        TableBlock(
            "L58",
            OFTEN,
            grows=True,
            hint="Put off at least as often as the setting listed_pushes says.",
        ),
    ),
    fill=fill,
    widths={"A": 2, "B": 24, "R": 16, "S": 33} | dict.fromkeys("CDEFGHIJKLMNOPQ", 11.3),
    freeze="A5",
    print_columns="B:S",
)
