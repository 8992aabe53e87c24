"""The tab Coverage: quota, won and still to win of the quarter, and whether the open pipeline is enough, by rep."""

from __future__ import annotations

from typing import Final

import pandas as pd

from xlpipeline.metrics.coverage import Coverage, of_each
from xlpipeline.metrics.inflation import inflation
from xlpipeline.metrics.required_coverage import required_level
from xlpipeline.model.book import ChangeSet, whole_table
from xlpipeline.model.facts import Facts
from xlpipeline.tabs.cards import cards_frame, followed, people
from xlpipeline.tabs.coverage_cards import CARDS, CARDS_TABLE, FILTER, card_rows
from xlpipeline.tabs.coverage_past import PAST, past_rows, required_says
from xlpipeline.tabs.coverage_reps import (
    BY_REP,
    CHART_ROWS,
    LOWEST,
    MONEY,
    lowest_bars,
    money_bars,
    rep_row,
    says,
)
from xlpipeline.tabs.layout import ChartBlock, Filter, Series, Tab, TableBlock, Text, Tint
from xlpipeline.tabs.wording import (
    EMPTY,
    REFRESH_HINT,
    SHORT_MONEY_IF_LARGE,
    TEAM,
    TEAM_ROW,
    counted,
    money_text,
    quiet,
    share_text,
    title_line,
)


def fill(facts: Facts) -> ChangeSet:
    """Coverage of the as-of date's quarter for the team and every rep."""
    level = required_level(facts)
    covered = list(zip((one.name for one in people(facts)), of_each(facts), strict=True))
    team, reps = covered[0][1], covered[1:]
    cards = cards_frame(CARDS, ((name, card_rows(one, facts)) for name, one in covered))
    by_rep = pd.DataFrame(
        [rep_row(name, one, facts) for name, one in covered], columns=list(BY_REP.heads), dtype=object
    )
    names: dict[str, object] = {
        "line_coverage": f"{title_line(facts)} · {team.quarter.name}, {counted(_days_left(team, facts), 'day')} left",
        "coverage_says": says(team, [one for _, one in reps]),
        "coverage_money_says": _money_says(team, facts),
        "coverage_inflation": inflation_says(facts),
        "coverage_required_says": required_says(level),
        **followed(CARDS, cards, FILTER, facts),
    }
    tables = (
        whole_table(BY_REP.name, by_rep),
        whole_table(PAST.name, past_rows(facts)),
        whole_table(LOWEST.name, lowest_bars(reps)),
        whole_table(MONEY.name, money_bars(reps, facts)),
        whole_table(CARDS_TABLE.name, cards),
    )
    return ChangeSet(tables, names)


def inflation_says(facts: Facts) -> str:
    """The open pipeline of the whole team as entered and clean, side by side, in a sentence."""
    found = inflation(facts)
    entered, clean, share = found.as_entered.value, found.clean.value, found.share.value
    if entered is None or clean is None or share is None:
        return f"Team pipeline, as entered and clean: nothing to compare. {found.share.reason}"
    return (
        f"Team pipeline: as entered {money_text(entered, facts)}, clean {money_text(clean, facts)}, "
        f"inflation {share_text(share)} ({found.clean.n:,} of {counted(found.as_entered.n, 'open deal')} clean)."
        f"{f' {found.note}' if found.note else ''}"
    )


def _days_left(team: Coverage, facts: Facts) -> int:
    return max((team.quarter.end - facts.as_of).days, 0)


def _money_says(team: Coverage, facts: Facts) -> str:
    if team.remaining.value is None or team.quota.value is None:
        return f"Nothing to compare with. {team.remaining.reason}"
    open_amount = "no" if team.open_amount.value is None else money_text(team.open_amount.value, facts)
    to_win = f"{money_text(team.remaining.value, facts)} of {money_text(team.quota.value, facts)} quota is still to win"
    return f"{to_win}; {open_amount} is open in the quarter."


def _status_tint(letter: str, colour: str) -> Tint:
    return Tint(f'LEFT({{Status}},1)="{letter}"', colour, ("Status",))  # type: ignore[arg-type]


TAB: Final = Tab(
    "Coverage",
    "dashboard",
    (
        Text("B1", "Coverage", "title"),
        Text("B2", REFRESH_HINT, "line", name="line_coverage", across=12),
        Text("N2", "", "line", name="refreshed_on_coverage", across=6, formula="refreshed_line"),
        Filter("B4", FILTER, "Show", "CoverageCards[Name]", TEAM),
        *CARDS,
        Text("B15", EMPTY, "body", name="coverage_inflation", across=17),
        Text("B16", EMPTY, "strong", name="coverage_says", across=9),
        ChartBlock(
            "B17",
            "coverage_by_rep",
            "bar",
            f"Coverage to go, up to {CHART_ROWS} reps, lowest first (bars end at twice the required level)",
            "Bars show each rep's open pipeline as a multiple of the quota still to win, beside the required level.",
            LOWEST.name,
            "Name",
            (Series("To go", "data"), Series("Required", "context", "marker")),
            columns=8,
            rows=16,
            number_format='0"×"',
        ),
        Text("K16", EMPTY, "strong", name="coverage_money_says", across=9),
        ChartBlock(
            "K17",
            "coverage_money_by_rep",
            "bar",
            f"Quota of the quarter, up to {CHART_ROWS} reps, most to win first: won, and still to win",
            "For each rep, one bar: the value won in the quarter and the part of the quota that is still to win.",
            MONEY.name,
            "Name",
            (Series("Won", "good", labels=True), Series("Still to win", "context", labels=True)),
            columns=9,
            rows=16,
            number_format=SHORT_MONEY_IF_LARGE,
            stacked=True,
        ),
        Text("B34", EMPTY, "body", name="coverage_required_says", across=17),
        TableBlock(
            "B35",
            PAST,
            rows=8,
            hint="From the history; with too few quarters the rule of thumb of the settings stands in.",
            tints=quiet(PAST),
        ),
        TableBlock(
            "B47",
            BY_REP,
            grows=True,
            hint="Open deals that should close in the rest of the quarter; overdue and undated ones stand apart.",
            tints=(
                _status_tint("G", "green"),
                _status_tint("A", "orange"),
                _status_tint("R", "vermilion"),
                _status_tint("Q", "blue"),
                TEAM_ROW,
                *quiet(BY_REP),
            ),
        ),
    ),
    fill=fill,
    widths={"A": 2, "B": 24, "T": 20} | dict.fromkeys("CDEFGHIJKLMNOPQR", 11.3),
    freeze="A5",
    print_columns="B:T",
)
