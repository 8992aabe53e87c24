"""The tab Aging: the four stale flags, how long deals stand in each stage, and the worst deals to work on first.

Cards, flags, stages and lists follow the rep filter; inflation and data quality show the team and every rep at once.
There is no filter of periods: what is old is old today.
"""

from __future__ import annotations

from typing import Final

from xlpipeline.model.book import ChangeSet, whole_table
from xlpipeline.model.facts import Facts
from xlpipeline.tabs import aging_flags as flags
from xlpipeline.tabs import aging_lists as lists
from xlpipeline.tabs import aging_quality as quality
from xlpipeline.tabs.cards import cards_frame, cards_table, chosen, followed, following
from xlpipeline.tabs.coverage import inflation_says
from xlpipeline.tabs.followed_tables import RANK_TINT, Following, followed_tables, row_formulas, table_behind
from xlpipeline.tabs.layout import Card, ChartBlock, Filter, Series, Tab, TableBlock, Text, Tint
from xlpipeline.tabs.wording import EMPTY, REFRESH_HINT, TEAM, quiet, title_line

FILTER: Final = "aging_rep"
_CARDS: Final = (
    Card("B6", "stale_t", "T · over the time-bound", "whole", "aging", across=1),
    Card("C6", "stale_i", "I · idle", "whole", "aging", across=2),
    Card("E6", "stale_c", "C · expected close past", "whole", "aging", across=3),
    Card("H6", "stale_n", "N · next step missing or past", "whole", "aging", across=3),
    Card("K6", "median_age", "Median age of open deals, days", "whole", "aging", across=3),
)
CARDS_TABLE: Final = cards_table("AgingCards", "_Cards", _CARDS)
CARDS: Final = following(_CARDS, CARDS_TABLE.name, FILTER)

_FOLLOWING: Final[tuple[Following, ...]] = (
    (flags.STALE_FLAGS, "Flag", flags.flag_rows),
    (flags.BY_STAGE, "Stage", flags.stage_rows),
    (lists.OLDEST, "Rank", lists.worst_rows),
    (lists.CLEAN_UP, "Rank", lists.clean_up_rows),
)
ROWS: Final = tuple(table_behind(table, place) for table, place, _ in _FOLLOWING)
FORMULAS: Final = {table.name: row_formulas(table, place, FILTER) for table, place, _ in _FOLLOWING}


def fill(facts: Facts) -> ChangeSet:
    """The four flags, ages by stage and by rep, and the worst deals."""
    names = [TEAM, *facts.rep_names()]
    cards = cards_frame(CARDS, ((name, flags.cards_of(facts, _rep(name))) for name in names))
    open_n = int(facts.deals["is_open"].sum())
    texts: dict[str, object] = {
        "line_aging": f"{title_line(facts)} · {open_n:,} open",
        "aging_says": flags.stages_say(facts),
        "stale_says": flags.flags_say(facts),
        "inflation_says": inflation_says(facts),
        "clean_up_says": lists.clean_up_says(facts),
        **followed(CARDS, cards, FILTER, facts),
    }
    tables = (
        whole_table(CARDS_TABLE.name, cards),
        whole_table(flags.BY_REP.name, flags.rep_table(facts)),
        whole_table(quality.INFLATION.name, quality.inflation_table(facts)),
        whole_table(quality.QUALITY.name, quality.quality_table(facts)),
    )
    return ChangeSet(tables, texts) + followed_tables(_FOLLOWING, facts, names, chosen(facts, FILTER))


def _rep(name: str) -> str:
    return "" if name == TEAM else name


_RANKS: Final = tuple(range(1, lists.WORST + 1))

TAB: Final = Tab(
    "Aging",
    "dashboard",
    (
        Text("B1", "Aging", "title"),
        Text("B2", REFRESH_HINT, "line", name="line_aging", across=7),
        Text("I2", "", "line", name="refreshed_on_aging", across=5, formula="refreshed_line"),
        Filter("B4", FILTER, "Show", "AgingCards[Name]", TEAM),
        *CARDS,
        Text("B11", EMPTY, "body", name="inflation_says", across=12),
        Text("B12", EMPTY, "strong", name="aging_says", across=4),
        ChartBlock(
            "B13",
            "aging_by_stage",
            "bar",
            "Open deals by stage: in time, and over the stage's time-bound",
            "Stacked bars show, for each open stage, the number of deals within the stage's time-bound and over it.",
            flags.BY_STAGE.name,
            "Stage",
            (Series("In time", "context"), Series("Over the bound", "attention", labels=True)),
            columns=4,
            rows=15,
            number_format="#,##0;;",
            stacked=True,
        ),
        Text("G12", EMPTY, "strong", name="stale_says", across=7),
        ChartBlock(
            "G13",
            "stale_flags",
            "bar",
            "Open deals with each stale flag (a deal may carry several)",
            "Bars show how many open deals carry each of the stale flags, which are never added up.",
            flags.STALE_FLAGS.name,
            "Flag",
            (Series("Deals", "attention", labels=True),),
            columns=7,
            rows=15,
            number_format="#,##0",
        ),
        TableBlock(
            "B29",
            flags.STALE_FLAGS,
            rows=5,
            hint="A deal may carry several flags, so the rows are never added up.",
            formulas=FORMULAS[flags.STALE_FLAGS.name],
            tints=quiet(flags.STALE_FLAGS),
        ),
        TableBlock(
            "B39",
            lists.OLDEST,
            rows=lists.WORST,
            body=tuple((*[None] * 10, rank) for rank in _RANKS),
            hint="Most business days over the bound first, then most flags, then longest idle.",
            formulas=FORMULAS[lists.OLDEST.name],
            tints=(
                Tint('OR(ISNUMBER(SEARCH("T",{Flags})),ISNUMBER(SEARCH("C",{Flags})))', "vermilion", ("Flags",)),
                RANK_TINT,
            ),
        ),
        Text("B69", EMPTY, "strong", name="clean_up_says", across=12),
        TableBlock(
            "B70",
            lists.CLEAN_UP,
            rows=lists.WORST,
            body=tuple((*[None] * 5, rank, None) for rank in _RANKS),
            hint=(
                "Act on a deal, or accept: xlpipeline cleanup WORKBOOK --accept DEAL-ID. "
                "It then stands in the derailed stage; nothing is deleted."
            ),
            formulas=FORMULAS[lists.CLEAN_UP.name],
            tints=(RANK_TINT,),
        ),
        TableBlock(
            "B100",
            quality.INFLATION,
            rows=6,
            hint="Of the team. The parts overlap, so they are never added up.",
            tints=(Tint('OR({Part}="As entered",{Part}="Clean")', "blue", ("Part", "Value"), "text"),),
        ),
        TableBlock(
            "B111",
            flags.BY_STAGE,
            hint="Calendar days of open deals so far; how long finished stays took stands on Velocity.",
            formulas=FORMULAS[flags.BY_STAGE.name],
        ),
        TableBlock("B135", flags.BY_REP, grows=True, hint="Most flagged deals first."),
        TableBlock(
            "N11",
            quality.QUALITY,
            grows=True,
            hint="Open deals without an error; accepted and snoozed issues do not count.",
            tints=quiet(
                quality.QUALITY, small="Open deals", rated=("Data quality", "95 % interval", "Quality by value")
            ),
        ),
    ),
    fill=fill,
    widths={"A": 2, "B": 30, "C": 18, "D": 18, "N": 24, "S": 18, "T": 18, "U": 44}
    | dict.fromkeys("EFGHIJKLMOPQR", 14.5),
    freeze="A5",
    print_columns="B:M,N:U",
    page_break_before=(39, 69, 100),
)
