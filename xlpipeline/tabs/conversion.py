"""The tab Conversion: how many deals go on from each stage and are won in the end, by when, by whom and from where."""

from __future__ import annotations

from typing import Final

from xlpipeline.model.book import ChangeSet, whole_table
from xlpipeline.model.facts import Facts
from xlpipeline.tabs.conversion_cards import CARDS, CARDS_TABLE, cards, named_cells
from xlpipeline.tabs.conversion_choice import (
    PERIOD_CELL,
    PERIODS,
    TRAILING,
    WHO,
    WHO_CELL,
    groups,
    names_table,
    spans,
)
from xlpipeline.tabs.conversion_chosen import (
    CHART,
    CHOSEN,
    CHOSEN_FORMULAS,
    DATA,
    chart_table,
    chosen_table,
    data_table,
)
from xlpipeline.tabs.conversion_groups import BY_GROUP, REPS, group_table, reps_says, reps_table
from xlpipeline.tabs.conversion_stages import (
    FALLBACK_NOTE,
    OTHER_VIEWS,
    STAGE_CONVERSION,
    basis_says,
    stage_table,
    view_table,
)
from xlpipeline.tabs.conversion_win_rates import (
    BY_CREATED,
    BY_QUARTER,
    MOST_QUARTERS,
    WIN_CURVE,
    WIN_RATES,
    bases_table,
    cohort_table,
    curve_says,
    curve_table,
    quarter_says,
    quarter_table,
)
from xlpipeline.tabs.layout import ChartBlock, Filter, Series, Tab, TableBlock, Text, Tint
from xlpipeline.tabs.wording import EMPTY, REFRESH_HINT, TEAM, quiet, title_line


def fill(facts: Facts) -> ChangeSet:
    """Cards, chart and table of what the reader chose; win rates, all stages and their views, groups, reps."""
    of_cards, data = cards(facts), data_table(facts)
    names: dict[str, object] = {
        "line_conversion": f"{title_line(facts)} · trailing window {facts.window.name}",
        "rep_comparison_says": reps_says(facts),
        "conversion_basis": basis_says(facts),
        "win_curve_says": curve_says(facts),
        "win_rate_says": quarter_says(facts),
        **named_cells(of_cards, facts),
    }
    bodies = {
        CARDS_TABLE: of_cards,
        WHO: names_table(name for name, _ in groups(facts)),
        PERIODS: names_table(span.name for span in spans(facts)),
        DATA: data,
        CHOSEN: chosen_table(data, facts),
        CHART: chart_table(data, facts),
        STAGE_CONVERSION: stage_table(facts),
        OTHER_VIEWS: view_table(facts),
        WIN_RATES: bases_table(facts),
        BY_QUARTER: quarter_table(facts),
        BY_CREATED: cohort_table(facts),
        WIN_CURVE: curve_table(facts),
        BY_GROUP: group_table(facts),
        REPS: reps_table(facts),
    }
    return ChangeSet(tuple(whole_table(table.name, body) for table, body in bodies.items()), names)


TAB: Final = Tab(
    "Conversion",
    "dashboard",
    (
        Text("B1", "Conversion", "title"),
        Text("B2", REFRESH_HINT, "line", name="line_conversion", across=12),
        Text("N2", "", "line", name="refreshed_on_conversion", across=6, formula="refreshed_line"),
        Filter("B4", WHO_CELL, "Show", f"{WHO.name}[Name]", TEAM),
        Filter("F4", PERIOD_CELL, "Period", f"{PERIODS.name}[Name]", TRAILING),
        Text("J4", "Closed, created, or first in the stage in this period.", "hint", across=9),
        *CARDS,
        Text("B11", EMPTY, "strong", name="conversion_says", across=8),
        ChartBlock(
            "B12",
            "stage_conversion",
            "bar",
            "Deals that go on from each stage, % of decided (95 % interval, n), as chosen above",
            "One bar per stage: the share of decided deals that went on, with its 95 % interval and n.",
            CHART.name,
            "Label",
            (Series("Share", "data", labels=True),),
            columns=8,
            rows=16,
            number_format="0 %",
        ),
        Text("K11", EMPTY, "strong", name="win_curve_says", across=9),
        ChartBlock(
            "K12",
            "win_curve",
            "line",
            "What becomes of new deals: share won and lost within days of creation, % (team)",
            "Two lines show the shares of created deals that were won and lost within 30 to 365 days.",
            WIN_CURVE.name,
            "Within days",
            (Series("Won", "data", look="line", labels=True), Series("Lost", "context", look="line")),
            columns=9,
            rows=16,
            number_format="0 %",
        ),
        Text("B28", FALLBACK_NOTE, "hint", name="conversion_basis", across=18),
        Text("B29", EMPTY, "body", name="rep_comparison_says", across=18),
        TableBlock(
            "B31",
            CHOSEN,
            formulas=CHOSEN_FORMULAS,
            grey_when_small="Decided",
            tints=quiet(CHOSEN),
            hint="Each deal once, by its first entry to the stage; a skipped stage counts as entered at the skip.",
        ),
        Text("N31", EMPTY, "strong", name="win_rate_says", across=7),
        ChartBlock(
            "N32",
            "win_rate_by_quarter",
            "column",
            "Win rate by quarter of the close, % of closed deals (team)",
            "One column per quarter shows the share of qualified closed deals that was won.",
            BY_QUARTER.name,
            "Quarter",
            (Series("Win rate", "data", labels=True),),
            columns=7,
            rows=15,
            number_format="0 %",
        ),
        TableBlock(
            "B50",
            WIN_RATES,
            rows=10,
            grey_when_small="Of",
            tints=quiet(WIN_RATES),
            hint="The team. closed-broad is the headline. Compare only figures of the same basis.",
        ),
        TableBlock(
            "B65",
            WIN_CURVE,
            rows=7,
            grey_when_small="Followed",
            tints=quiet(WIN_CURVE),
            hint="Open deals count as far as they are known; all deals with a Created date.",
        ),
        TableBlock(
            "K65",
            BY_QUARTER,
            rows=MOST_QUARTERS,
            grey_when_small="Closed",
            tints=quiet(BY_QUARTER),
            hint="closed-broad. Left-truncated: only fast deals can have closed so soon after the first was created.",
        ),
        TableBlock(
            "B82",
            BY_CREATED,
            rows=MOST_QUARTERS,
            grey_when_small="Created",
            tints=quiet(BY_CREATED),
            hint="Each deal once, by the quarter in which it was created; young quarters are not ripe yet.",
        ),
        TableBlock(
            "B99",
            STAGE_CONVERSION,
            grey_when_small="Decided",
            tints=quiet(STAGE_CONVERSION),
            hint="All deals, each once, by its first entry to the stage; a skipped stage counts as entered.",
        ),
        TableBlock(
            "B120",
            OTHER_VIEWS,
            grey_when_small="Seen to enter",
            tints=quiet(OTHER_VIEWS),
            hint="N = setting conversion_days. Flow counts moves of the window, not deals: it can exceed 100 %.",
        ),
        TableBlock(
            "B141",
            BY_GROUP,
            grows=True,
            grey_when_small="Decided",
            tints=quiet(BY_GROUP),
            hint="Choose Rep, Source or Quarter with the filter button of By.",
        ),
        TableBlock(
            "N141",
            REPS,
            grows=True,
            grey_when_small="Deals",
            tints=(Tint('OR({Verdict}="higher",{Verdict}="lower")', "orange", ("Verdict",)), *quiet(REPS)),
            hint="Of twenty comparisons one looks different by chance: read the interval, then the deals.",
        ),
    ),
    fill=fill,
    widths={"A": 2, "B": 28, "D": 20, "M": 16, "N": 20, "O": 20, "U": 18} | dict.fromkeys("CEFGHIJKLPQRST", 11.3),
    freeze="A5",
    print_columns="B:U",
    page_break_before=(50, 99, 141),
)
