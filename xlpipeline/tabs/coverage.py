"""The tab Coverage: quota, won and still to win of the quarter, and whether the open pipeline is enough, by rep."""

from __future__ import annotations

from typing import Final

import pandas as pd

from xlpipeline.metrics.coverage import REACHED, Coverage, of_each
from xlpipeline.metrics.inflation import inflation
from xlpipeline.model.book import ChangeSet, whole_table
from xlpipeline.model.facts import Facts
from xlpipeline.model.figure import Figure
from xlpipeline.model.schema import Table
from xlpipeline.tabs.cards import Shown, cards_frame, cards_table, followed, following, people, shown
from xlpipeline.tabs.layout import Card, ChartBlock, Filter, Series, Tab, TableBlock, Text, Tint
from xlpipeline.tabs.wording import (
    EMPTY,
    REFRESH_HINT,
    SHORT_MONEY_IF_LARGE,
    TEAM,
    TEAM_ROW,
    UNKNOWN,
    counted,
    first_sentence,
    given,
    known,
    money_text,
    quiet,
    ratio_text,
    result,
    share_text,
    title_line,
)

FILTER: Final = "coverage_rep"
CHART_ROWS: Final = 15
"""Reps that a chart has room for."""

BY_REP: Final = Table(
    "CoverageByRep",
    "Coverage",
    "Coverage by rep",
    (
        result("Name", "text", "The team, then every rep."),
        result("Quota", "money", "Quota of the quarter.", "currency"),
        result("Won", "money", "Value won in the quarter so far.", "currency"),
        result(
            "Still to win",
            "money",
            "Quota - won, not below 0. Team: the sum over reps; who is over quota does not help the others.",
            "currency",
        ),
        result(
            "Open in quarter",
            "money",
            "Open deals with an expected close from the as-of date to the end of the quarter.",
            "currency",
        ),
        result("Weighted", "money", "The same x probability.", "currency"),
        result("To go", "ratio", "Headline: open in quarter / still to win."),
        result("Weighted to go", "ratio", "Weighted / still to win."),
        result("Gross", "ratio", "Open in quarter / quota, the usual definition."),
        result(
            "Required", "ratio", "Level that to go should have. Rule of thumb until past quarters give a better one."
        ),
        result("Status", "text", "G enough: required or more. A close: at least 80 % of it. R short: less. Q reached."),
        result("Overdue", "money", "Open deals whose expected close has passed; left out of coverage.", "currency"),
        result("Undated", "money", "Open deals without expected close; left out of coverage.", "currency"),
        result("Note", "text", "Why there is no coverage."),
    ),
    key="Name",
)
LOWEST: Final = Table(
    "CoverageLowest",
    "_Cards",
    "Behind the charts of coverage to go",
    (
        result("Name", "text", f"At most {CHART_ROWS} reps with a quota, lowest coverage first."),
        result("To go", "ratio", "Open in quarter / still to win, at most twice the required level."),
        result("Required", "ratio", "Level that to go should have."),
    ),
)
MONEY: Final = Table(
    "CoverageMoney",
    "_Cards",
    "Behind the chart of quotas",
    (
        result("Name", "text", f"At most {CHART_ROWS} reps, those with most still to win (then most won) first."),
        result("Won", "money", "Value won in the quarter so far.", "currency"),
        result("Still to win", "money", "Quota - won, not below 0.", "currency"),
    ),
)

_CARDS: Final = (
    Card("B6", "coverage_quota", "Quota", "money", "coverage"),
    Card("D6", "coverage_won", "Won in quarter", "money", "coverage", across=3),
    Card("G6", "coverage_remaining", "Still to win", "money", "coverage", across=3),
    Card("J6", "coverage_to_go", "Coverage to go", "ratio", "coverage", across=3),
    Card("M6", "coverage_weighted_to_go", "Weighted to go", "ratio", "coverage", across=3),
    Card("P6", "coverage_required", "Required", "ratio", "coverage", across=3),
    Card("B11", "coverage_open", "Open in quarter", "money", "coverage"),
    Card("D11", "coverage_gross", "Gross coverage", "ratio", "coverage", across=3),
    Card("G11", "coverage_incl_won", "Won + open to quota", "ratio", "coverage", across=3),
    Card("J11", "coverage_overdue", "Overdue, left out", "money", "coverage", across=3),
    Card("M11", "coverage_undated", "Undated, left out", "money", "coverage", across=3),
    Card("P11", "coverage_remaining_net", "Still to win, netted", "money", "coverage", across=3),
)
CARDS_TABLE: Final = cards_table("CoverageCards", "_Cards", _CARDS)
CARDS: Final = following(_CARDS, CARDS_TABLE.name, FILTER)

STATUS_WORDS: Final = {"green": "G enough", "amber": "A close", "red": "R short", "reached": "Q reached", "": EMPTY}


def fill(facts: Facts) -> ChangeSet:
    """Coverage of the as-of date's quarter for the team and every rep."""
    covered = list(zip((one.name for one in people(facts)), of_each(facts), strict=True))
    team, reps = covered[0][1], covered[1:]
    cards = cards_frame(CARDS, ((name, _shown(one, facts)) for name, one in covered))
    by_rep = pd.DataFrame([_row(name, one, facts) for name, one in covered], columns=list(BY_REP.heads), dtype=object)
    names: dict[str, object] = {
        "line_coverage": f"{title_line(facts)} · {team.quarter.name}, {counted(_days_left(team, facts), 'day')} left",
        "coverage_says": says(team, [one for _, one in reps]),
        "coverage_money_says": _money_says(team, facts),
        "coverage_inflation": inflation_says(facts),
        **followed(CARDS, cards, FILTER, facts),
    }
    tables = (
        whole_table(BY_REP.name, by_rep),
        whole_table(LOWEST.name, _lowest(reps)),
        whole_table(MONEY.name, _money_bars(reps, facts)),
        whole_table(CARDS_TABLE.name, cards),
    )
    return ChangeSet(tables, names)


def says(team: Coverage, reps: list[Coverage]) -> str:
    """What the coverage chart shows, in a sentence; the reason where there is no coverage."""
    measured = [one for one in reps if one.to_go.value is not None]
    short = sum(one.status in {"amber", "red"} for one in measured)
    if team.to_go.value is None and not measured:
        return f"{REACHED}." if team.to_go.reason == REACHED else f"No coverage. {team.to_go.reason}"
    if not measured:
        return f"{team.quarter.name}: no rep has both quota to win and open deals."
    level = ratio_text(team.required.value or 0)
    if not short:
        return f"{team.quarter.name}: every rep who still has quota to win has at least {level} of it in open deals."
    below = f"{short} of {counted(len(measured), 'rep')} with quota left {'is' if short == 1 else 'are'} below"
    return f"{team.quarter.name}: {below} the required {level}."


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


def _shown(one: Coverage, facts: Facts) -> tuple[Shown, ...]:
    """What the cards show, in their order."""
    unit, quarter = facts.money_unit, one.quarter.name
    attained = (
        f"{share_text(one.won.value / one.quota.value)} of quota"
        if one.won.value is not None and one.quota.value
        else ""
    )
    word = STATUS_WORDS[one.status]
    against = (
        f"{word}: required {ratio_text(one.required.value or 0)}" if one.status in {"green", "amber", "red"} else ""
    )
    return (
        shown(one.quota, "coverage", unit, note=quarter),
        shown(one.won, "coverage", unit, note=attained or quarter),
        shown(one.remaining, "coverage", unit, note="each rep's own quota − won"),
        shown(one.to_go, "coverage", note=against, instead=_instead(one.to_go)),
        shown(one.weighted_to_go, "coverage", note="amount × probability", instead=_instead(one.weighted_to_go)),
        shown(one.required, "coverage", note=one.required.basis),
        shown(one.open_amount, "coverage", unit, note=_weighted(one, facts)),
        shown(one.gross, "coverage", note="open ÷ quota"),
        shown(one.incl_won, "coverage", note="(won + open) ÷ quota"),
        shown(one.overdue_amount, "coverage", unit, note="expected close has passed"),
        shown(one.undated_amount, "coverage", unit, note="no expected close"),
        shown(one.remaining_net, "coverage", unit, note="reps over quota help the others"),
    )


def _instead(figure: Figure) -> str:
    return "reached" if figure.reason == REACHED else ""


def _weighted(one: Coverage, facts: Facts) -> str:
    return "" if one.weighted_open.value is None else f"{money_text(one.weighted_open.value, facts)} weighted"


def _row(name: str, one: Coverage, facts: Facts) -> tuple[object, ...]:
    unit = facts.money_unit
    return (
        name,
        given(one.quota.value, unit),
        known(one.won.value, unit),
        given(one.remaining.value, unit),
        given(one.open_amount.value, unit),
        given(one.weighted_open.value, unit),
        given(one.to_go.value),
        given(one.weighted_to_go.value),
        given(one.gross.value),
        given(one.required.value),
        STATUS_WORDS[one.status],
        given(one.overdue_amount.value, unit),
        given(one.undated_amount.value, unit),
        _notes(one),
    )


def _notes(one: Coverage) -> str:
    """Why figures of a row are not given, each reason once; else what belongs to them."""
    reasons = [figure.reason for figure in (one.to_go, one.quota) if figure.value is None]
    reasons = reasons or [figure.reason for figure in (one.overdue_amount, one.undated_amount) if figure.value is None]
    return ". ".join(dict.fromkeys(map(first_sentence, reasons))) or one.note or EMPTY


def _lowest(reps: list[tuple[str, Coverage]]) -> pd.DataFrame:
    """Reps for the chart: those with a quota, lowest coverage first, those who have reached it last.

    The label holds the value and the bar ends at twice the required level, because a rep with little left to win would
    make all other bars look alike.
    """
    with_quota = [(name, one) for name, one in reps if one.to_go.value is not None or one.to_go.reason == REACHED]
    with_quota.sort(key=lambda pair: (pair[1].to_go.value is None, pair[1].to_go.value or 0.0))
    body: list[tuple[object, ...]] = []
    for name, one in with_quota[:CHART_ROWS]:
        to_go, required = one.to_go.value, one.required.value or 0.0
        if to_go is None:
            body.append((f"{name} · reached", None, required))
        else:
            body.append((f"{name} · {ratio_text(to_go)}", min(to_go, 2 * required), required))
    return pd.DataFrame(body or [(UNKNOWN, None, None)], columns=list(LOWEST.heads), dtype=object)


def _money_bars(reps: list[tuple[str, Coverage]], facts: Facts) -> pd.DataFrame:
    """Reps for the chart: those with most still to win first, then those with most won."""
    unit = facts.money_unit
    ranked = sorted(reps, key=lambda pair: (-(pair[1].remaining.value or 0.0), -(pair[1].won.value or 0.0)))
    body: list[tuple[object, ...]] = [
        (name, known(one.won.value, unit), known(one.remaining.value, unit))
        for name, one in ranked[:CHART_ROWS]
        if one.won.value or one.remaining.value
    ]
    return pd.DataFrame(body or [(UNKNOWN, None, None)], columns=list(MONEY.heads), dtype=object)


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
            rows=18,
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
            rows=18,
            number_format=SHORT_MONEY_IF_LARGE,
            stacked=True,
        ),
        TableBlock(
            "B36",
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
    widths={"A": 2, "B": 24, "T": 44} | dict.fromkeys("CDEFGHIJKLMNOPQR", 11.3),
    freeze="A5",
    print_columns="B:T",
)
