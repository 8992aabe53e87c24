"""The waterfall itself, as a table and as a chart: of the team or of the rep who is chosen on the tab.

Both look the choice up in tidy tables on the hidden tab _Cards, so no Python is needed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import pandas as pd

from xlpipeline.metrics.waterfall_moves import LINES, Waterfall
from xlpipeline.model.facts import Facts
from xlpipeline.model.schema import Table
from xlpipeline.tabs.followed_tables import following
from xlpipeline.tabs.wording import EMPTY, money_text, result

FILTER: Final = "waterfall_rep"
SAID: Final = {
    "opening": ("Opening", "Open at the opening, with an expected close in the quarter."),
    "new": ("+ New", "In the table now, not at the opening; also what was won or lost since."),
    "pulled_in": ("+ Pulled in", "Expected close moved into the quarter from after it, or dated at last."),
    "carried_over": ("+ Carried over", "Was due before the quarter, now due or won in it."),
    "reopened": ("+ Reopened", "Was closed at the opening and is open again."),
    "transferred_in": ("+ Transferred in", "Came from another rep (one rep chosen)."),
    "increased": ("+ Increased", "Amounts raised, at the exchange rate of the opening."),
    "decreased": ("− Decreased", "Amounts lowered, at the exchange rate of the opening."),
    "exchange_rates": ("± Exchange rates", "What the rates have done to amounts in other currencies."),
    "won": ("− Won", "Won in the quarter, at the amount won."),
    "lost": ("− Lost", "Lost in the quarter, at the amount of the opening."),
    "derailed": ("− No decision", "Ended in the quarter without a winner, at the amount of the opening."),
    "pushed_out": ("− Pushed out", "Now due after the quarter or without a date, or closed after it."),
    "pulled_out": ("− Pulled out", "Now due before the quarter, or closed before it and entered late."),
    "transferred_out": ("− Transferred out", "Went to another rep (one rep chosen)."),
    "deleted": ("− Deleted", "The row is gone, or its stage is none of Stages."),
    "closing": ("Closing", "Open now, with an expected close in the quarter: opening and all lines."),
}
"""Name and meaning of each line, in the order of the table."""
CAME_IN: Final = ("pulled_in", "carried_over", "reopened", "transferred_in")
OUT: Final = ("pushed_out", "pulled_out", "transferred_out", "deleted")
"""Lines of what left without a result."""
_STEPS: Final = (
    ("New", ("new",)),
    ("Came in", CAME_IN),
    ("Amounts", ("increased", "decreased", "exchange_rates")),
    ("Won", ("won",)),
    ("Lost, no decision", ("lost", "derailed")),
    ("Pushed or pulled out", OUT[:2]),
    ("Gone", OUT[2:]),
)
"""Steps of the chart between opening and closing, and the lines that each one holds together."""
_STEP_COUNT: Final = len(_STEPS) + 2
_BARS: Final = ("Base", "Open", "In", "Won", "Out")


LINES_TABLE: Final = Table(
    "WaterfallLines",
    "Waterfall",
    "From opening to closing",
    (
        result("Line", "text", "Opening + all lines = closing, to the last cent."),
        following("Deals", "whole", "Deals behind the line, of the chosen rep or the team.", "deals"),
        following("Amount", "money", "Their amount.", "currency"),
        result("Meaning", "text", "What the line tells."),
    ),
    key="Line",
)
DATA: Final = Table(
    "WaterfallData",
    "_Cards",
    "Behind the lines of the waterfall",
    (
        result("Key", "text", "Name|line."),
        result("Name", "text", "Team, or the rep."),
        result("Line", "text", "Line of the waterfall."),
        result("Deals", "whole", "Deals behind it.", "deals"),
        result("Amount", "money", "Their amount.", "currency"),
    ),
    key="Key",
)
STEPS: Final = Table(
    "WaterfallSteps",
    "_Cards",
    "Behind the chart of the waterfall",
    (
        result("Key", "text", "Name|number of the step."),
        result("Label", "text", "Step and amount."),
        result("Base", "money", "Where the bar begins.", "currency"),
        result("Open", "money", "Bar of the opening and the closing.", "currency"),
        result("In", "money", "Bar of what came in.", "currency"),
        result("Won", "money", "Bar of what was won.", "currency"),
        result("Out", "money", "Bar of what left otherwise.", "currency"),
    ),
    key="Key",
)
CHART: Final = Table(
    "WaterfallChart",
    "_Cards",
    "The waterfall of the chosen rep",
    (
        result("Step", "whole", "Number of the step."),
        following("Label", "text", "Step and amount."),
        *(following(name, "money", "Part of the column.", "currency") for name in _BARS),
    ),
    key="Step",
)


def _lookup(table: Table, column: str, own: Table, key: str) -> str:
    """Formula of a calculated column: the cell of the chosen name and the row's own key."""
    wanted = f'{FILTER}&"|"&{own.name}[[#This Row],[{key}]]'
    row = f"MATCH({wanted},{table.name}[Key],0)"
    return f'IF(ISNA({row}),"{EMPTY}",INDEX({table.name}[{column}],{row}))'


LINES_FORMULAS: Final = {head: _lookup(DATA, head, LINES_TABLE, "Line") for head in ("Deals", "Amount")}
CHART_FORMULAS: Final = {head: _lookup(STEPS, head, CHART, "Step") for head in ("Label", *_BARS)}


def line_rows(falls: dict[str, Waterfall | None], facts: Facts) -> pd.DataFrame:
    """Every line of everybody, one row each."""
    unit = facts.money_unit
    rows: list[tuple[object, ...]] = []
    for name, fall in falls.items():
        if fall is None:
            continue
        numbers = {line: (fall.deals(line), fall.amount(line)) for line, _ in LINES}
        numbers |= {"opening": (fall.opening_n, fall.opening), "closing": (fall.closing_n, fall.closing)}
        for line, (label, _) in SAID.items():
            deals, amount = numbers[line]
            rows.append((f"{name}|{label}", name, label, deals, amount / unit))
    return pd.DataFrame(rows or [(EMPTY,) * 3 + (None, None)], columns=list(DATA.heads), dtype=object)


def step_rows(falls: dict[str, Waterfall | None], facts: Facts) -> pd.DataFrame:
    """Every column of everybody's chart, one row each."""
    rows = [
        (f"{name}|{number}", *step)
        for name, fall in falls.items()
        if fall is not None
        for number, step in enumerate(_columns(fall, facts), start=1)
    ]
    return pd.DataFrame(rows or [(EMPTY, EMPTY, *[None] * 5)], columns=list(STEPS.heads), dtype=object)


def _columns(fall: Waterfall, facts: Facts) -> Iterable[tuple[object, ...]]:
    """Label, base, open, in, won, out of each step from opening to closing."""
    unit, signs, level = facts.money_unit, dict(LINES), fall.opening
    yield (f"Opening {money_text(fall.opening, facts)}", 0.0, fall.opening / unit, 0.0, 0.0, 0.0)
    for name, lines in _STEPS:
        effect = sum(signs[line] * fall.amount(line) for line in lines)
        base, size = max(min(level, level + effect), 0.0) / unit, abs(effect) / unit
        level += effect
        kind = 0 if effect > 0 else 1 if name == "Won" else 2
        sign = "+" if effect > 0 else "−" if effect < 0 else ""
        bars = [size if place == kind else 0.0 for place in range(3)]
        yield (f"{name} {sign}{money_text(abs(effect), facts)}", base, 0.0, *bars)
    yield (f"Closing {money_text(fall.closing, facts)}", 0.0, fall.closing / unit, 0.0, 0.0, 0.0)


def chosen_lines(data: pd.DataFrame, chosen: str) -> pd.DataFrame:
    """The lines with what their formulas show for the chosen name."""
    rows = [(label, *_found(data, f"{chosen}|{label}", ("Deals", "Amount")), means) for label, means in SAID.values()]
    return pd.DataFrame(rows, columns=list(LINES_TABLE.heads), dtype=object)


def chosen_steps(steps: pd.DataFrame, chosen: str) -> pd.DataFrame:
    """The columns of the chart with what their formulas show for the chosen name."""
    heads = ("Label", *_BARS)
    rows = [(number, *_found(steps, f"{chosen}|{number}", heads)) for number in range(1, _STEP_COUNT + 1)]
    return pd.DataFrame(rows, columns=list(CHART.heads), dtype=object)


def _found(table: pd.DataFrame, key: str, heads: tuple[str, ...]) -> list[object]:
    row = table[table["Key"].str.casefold() == key.casefold()].head(1)
    return [EMPTY] * len(heads) if row.empty else [row[head].iloc[0] for head in heads]
