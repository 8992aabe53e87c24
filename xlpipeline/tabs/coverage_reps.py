"""Coverage by rep: the table, the charts of who needs pipeline most, and the sentence over them."""

from __future__ import annotations

from typing import Final

import pandas as pd

from xlpipeline.metrics.coverage import REACHED, Coverage
from xlpipeline.model.facts import Facts
from xlpipeline.model.schema import Table
from xlpipeline.tabs.wording import EMPTY, UNKNOWN, counted, first_sentence, given, known, ratio_text, result

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
STATUS_WORDS: Final = {"green": "G enough", "amber": "A close", "red": "R short", "reached": "Q reached", "": EMPTY}


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


def rep_row(name: str, one: Coverage, facts: Facts) -> tuple[object, ...]:
    """A row of the table by rep."""
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


def lowest_bars(reps: list[tuple[str, Coverage]]) -> pd.DataFrame:
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


def money_bars(reps: list[tuple[str, Coverage]], facts: Facts) -> pd.DataFrame:
    """Reps for the chart: those with most still to win first, then those with most won."""
    unit = facts.money_unit
    ranked = sorted(reps, key=lambda pair: (-(pair[1].remaining.value or 0.0), -(pair[1].won.value or 0.0)))
    body: list[tuple[object, ...]] = [
        (name, known(one.won.value, unit), known(one.remaining.value, unit))
        for name, one in ranked[:CHART_ROWS]
        if one.won.value or one.remaining.value
    ]
    return pd.DataFrame(body or [(UNKNOWN, None, None)], columns=list(MONEY.heads), dtype=object)
