"""The tab Leads summary: how many leads come in, how fast they are answered, what becomes of them, what they cost.

Cards, charts and the tables about leads and deals follow the rep filter. What is spent is the team's and stays so; load
and response by rep show everybody at once. There is no filter of periods: cohorts show the quarters side by side.
"""

from __future__ import annotations

from typing import Final

from xlpipeline.model.book import ChangeSet, whole_table
from xlpipeline.model.facts import Facts
from xlpipeline.model.leads import lead_owners
from xlpipeline.tabs import leads_summary_people as people
from xlpipeline.tabs import leads_summary_tables as tables
from xlpipeline.tabs.cards import cards_frame, cards_table, chosen, followed, following
from xlpipeline.tabs.followed_tables import RANK_TINT, Following, followed_tables, row_formulas, table_behind
from xlpipeline.tabs.layout import Card, ChartBlock, Filter, Series, Tab, TableBlock, Text, Tint
from xlpipeline.tabs.leads_summary_cards import cards_of, leads_say, load_says
from xlpipeline.tabs.wording import EMPTY, REFRESH_HINT, TEAM, quiet, title_line

FILTER: Final = "leads_rep"
_CARDS: Final = (
    Card("B8", "leads_new", "Leads in the window", "whole", "lead_sources"),
    Card("D8", "leads_rate", "Became an opportunity", "share", "lead_conversion"),
    Card("F8", "leads_response", "Median response", "number", "lead_response"),
    Card("H8", "leads_in_time", "Answered in time", "share", "lead_response"),
    Card("J8", "leads_cost", "Cost per opportunity", "money", "cost_per_opportunity"),
    Card("L8", "leads_load", "Load", "share", "rep_load"),
)
CARDS_TABLE: Final = cards_table("LeadCards", "_Cards", _CARDS)
CARDS: Final = following(_CARDS, CARDS_TABLE.name, FILTER)

_FOLLOWING: Final[tuple[Following, ...]] = (
    (tables.COHORTS, "Quarter", tables.cohorts),
    (tables.COHORT_CHART, "Quarter", tables.cohort_chart),
    (tables.SOURCES, "Source", tables.sources),
    (tables.SOURCE_CHART, "Source", tables.source_chart),
    (people.BEST, "Rank", people.best),
    (people.WAITING, "Rank", people.waiting),
    (tables.OBJECTIONS, "Objection", tables.objection_counts),
    (people.QUALIFIED, "Stage", people.qualified),
)
ROWS: Final = tuple(table_behind(table, place) for table, place, _ in _FOLLOWING)
FORMULAS: Final = {table.name: row_formulas(table, place, FILTER) for table, place, _ in _FOLLOWING}

CHARTS: Final = (tables.COHORT_CHART, tables.SOURCE_CHART)
"""Tables on _Cards that charts are drawn from."""


def fill(facts: Facts) -> ChangeSet:
    """Cards, sentences and tables of the leads."""
    names = [TEAM, *lead_owners(facts)]
    cards = cards_frame(CARDS, ((name, cards_of(facts, "" if name == TEAM else name)) for name in names))
    texts: dict[str, object] = {
        "line_leads_summary": f"{title_line(facts)} · leads created in {facts.window.name}",
        "leads_says": leads_say(facts),
        "leads_load_says": load_says(facts),
        **followed(CARDS, cards, FILTER, facts),
    }
    still = (
        whole_table(CARDS_TABLE.name, cards),
        whole_table(tables.COST_MONTHS.name, tables.cost_months(facts)),
        whole_table(people.REPS.name, people.reps(facts)),
    )
    return ChangeSet(still, texts) + followed_tables(_FOLLOWING, facts, names, chosen(facts, FILTER))


_RANKS: Final = tuple(range(1, people.MOST_LEADS + 1))
_RATED: Final = ("Rate", "95 % interval")
_FEW: Final = Tint("AND(ISNUMBER({Rate}),{Converted}+{Disqualified}<GreyBelow)", "grey", _RATED, "text")
"""A rate of few decided leads, as most quarters of a rep have."""
TAB: Final = Tab(
    "Leads summary",
    "dashboard",
    (
        Text("B1", "Leads summary", "title"),
        Text("B2", REFRESH_HINT, "line", name="line_leads_summary", across=6),
        Text("H2", "", "line", name="refreshed_on_leads_summary", across=5, formula="refreshed_line"),
        Filter("B4", FILTER, "Show", f"{CARDS_TABLE.name}[Name]", TEAM),
        Text("B5", EMPTY, "strong", name="leads_says", across=12),
        Text("B6", EMPTY, "body", name="leads_load_says", across=12),
        *CARDS,
        ChartBlock(
            "B13",
            "lead_cohorts",
            "column",
            "Leads that became an opportunity, % of decided, by quarter (* immature)",
            "Columns show the share of decided leads of each quarter that became an opportunity.",
            tables.COHORT_CHART.name,
            "Label",
            (Series("Rate", labels=True),),
            number_format="0%",
        ),
        ChartBlock(
            "H13",
            "lead_sources",
            "bar",
            "Leads by source in the window, and those that became an opportunity",
            "Bars show the leads of each source and how many of them became an opportunity.",
            tables.SOURCE_CHART.name,
            "Source",
            (Series("Leads", "context", labels=True), Series("Converted", labels=True)),
            number_format="0",
        ),
        TableBlock(
            "B29",
            tables.COHORTS,
            rows=8,
            formulas=FORMULAS[tables.COHORTS.name],
            hint="A quarter is immature while many of its leads are undecided: compare mature ones only.",
            tints=(_FEW, *quiet(tables.COHORTS)),
        ),
        TableBlock(
            "B41",
            tables.SOURCES,
            rows=tables.MOST_SOURCES,
            formulas=FORMULAS[tables.SOURCES.name],
            hint=(
                "Leads of the trailing window. Costs (entered on Costs; of months that are over) are the team's: "
                "for a rep they show a dash."
            ),
            tints=quiet(tables.SOURCES, small="Decided", rated=_RATED),
        ),
        TableBlock(
            "B60",
            people.BEST,
            rows=people.MOST_LEADS,
            body=tuple((*[None] * 5, rank, *[None] * 5) for rank in _RANKS),
            formulas=FORMULAS[people.BEST.name],
            hint=(
                "The first of the team's best fifth by score (setting top_share), of a rep the own ones. "
                "Fit and behaviour stand apart; see Leads."
            ),
            tints=(RANK_TINT,),
        ),
        TableBlock(
            "B74",
            people.WAITING,
            rows=people.MOST_LEADS,
            body=tuple((*[None] * 5, rank) for rank in _RANKS),
            formulas=FORMULAS[people.WAITING.name],
            tints=(RANK_TINT,),
            hint="Open, without a first response for longer than the target (setting response_target).",
        ),
        TableBlock(
            "B88",
            tables.COST_MONTHS,
            rows=12,
            hint=(
                "Spend beside the opportunities that became qualified in its month, or so many months later as the "
                "setting cost_lag_months says."
            ),
            tints=quiet(tables.COST_MONTHS),
        ),
        TableBlock(
            "B104",
            tables.OBJECTIONS,
            rows=tables.MOST_OBJECTIONS,
            formulas=FORMULAS[tables.OBJECTIONS.name],
            hint="From the column Objection of Pipeline; the most frequent stages first.",
        ),
        TableBlock(
            "B120",
            people.QUALIFIED,
            rows=16,
            formulas=FORMULAS[people.QUALIFIED.name],
            hint="Means of those deals that have a mark: blank is not asked yet and never a 0.",
            tints=quiet(people.QUALIFIED),
        ),
        TableBlock(
            "B140",
            people.REPS,
            grows=True,
            hint="Unanswered leads count as far as they have waited. Do not rank reps with few leads.",
            tints=(
                Tint("AND(ISNUMBER({Load}),{Load}>1)", "orange", ("Rep", "Load")),
                *quiet(people.REPS, small="Leads", rated=("Median response", "In time", "95 % interval")),
            ),
        ),
    ),
    fill,
    widths={"A": 2.0, "B": 24, "C": 12, "D": 14, "E": 14, "F": 13, "G": 13, "H": 16, "I": 16, "J": 13, "K": 13, "L": 34}
    | {"M": 12},
    freeze="A5",
    page_break_before=(60, 120),
)
