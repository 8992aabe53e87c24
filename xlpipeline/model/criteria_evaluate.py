"""Criteria as the engine evaluates them: the same meaning as ``criteria_formula``, over all rows of Pipeline at once.

Rows of the result are those of Pipeline's body (blank ones too: a new row needs its drop-down). Cells are read as they
stand in the table, since criteria may name users' own columns; formula columns of ours are evaluated afresh.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from xlpipeline.model.book import CellError
from xlpipeline.model.cells import snake, texts
from xlpipeline.model.computed import COMPUTED, in_stage_since
from xlpipeline.model.criteria import Criterion, StagePath, steps
from xlpipeline.model.criteria_arguments import as_number, serial, trimmed
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.mark_scores import score_columns
from xlpipeline.model.schema import PIPELINE

Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.float64]
_REFRESHED: Final = {PIPELINE.key, *(column.name for column in PIPELINE.columns if column.writer == "refresh")}
_EPOCH: Final = np.datetime64("1899-12-30", "D")


def evaluate_missing(facts: Facts, criteria: Sequence[Criterion], path: StagePath) -> pd.Series:
    """``Missing criteria`` per row: "a, b (late)", None where nothing is missing."""
    rows = facts.book.frame("Pipeline").index
    missing = np.full(len(rows), "", dtype=object)
    for name, guards in zip(path.names, steps(criteria, path), strict=False):
        here = _stands_in(facts, name)
        for criterion in guards if here.any() else ():
            unmet = here & ~met(criterion, facts)
            missing[unmet] += ", " + criterion.id
            missing[unmet & is_late(criterion, facts)] += " (late)"
    return pd.Series([text[2:] or None for text in missing], index=rows, dtype=object)


def evaluate_furthest(facts: Facts, criteria: Sequence[Criterion], path: StagePath) -> pd.Series:
    """``Furthest stage`` per row: how many rows of StageMoves the drop-down may show."""
    rows = facts.book.frame("Pipeline").index
    place = np.zeros(len(rows), dtype=int)
    for at, name in enumerate(path.names):
        place[_stands_in(facts, name)] = at
    reached = place.copy()
    for step, guards in enumerate(steps(criteria, path)):
        standing = reached == step
        for criterion in guards if standing.any() else ():
            standing &= met(criterion, facts)
        reached[standing] = step + 1
    return pd.Series(len(path.ends) + 1 + reached, index=rows, dtype=object)


def met(criterion: Criterion, facts: Facts) -> Flags:
    """Whether each row meets the criterion, whatever its stage; two columns and some checks ask for it."""
    return facts.remember(("met", criterion), lambda: _met(criterion, facts))


def _met(criterion: Criterion, facts: Facts) -> Flags:
    if criterion.kind == "activity":
        return _activities(criterion, facts) >= criterion.arguments.least
    columns = [_cells(facts, head) for head in criterion.arguments.columns]
    if criterion.kind == "date_order":
        return _date_order(criterion, facts, columns)
    if criterion.kind == "filled":
        return (
            _on_time(criterion, facts, _numbers(columns[0])) if criterion.within_business_days else _filled(columns[0])
        )
    if criterion.kind == "tick":
        return _is_one_of(columns[0], ["Y"])
    return _compares(criterion, columns[0], facts)


def is_late(criterion: Criterion, facts: Facts) -> Flags:
    """Rows in whose stage the criterion's deadline runs and has passed."""
    if not criterion.within_business_days:
        return np.zeros(len(facts.book.frame("Pipeline")), dtype=bool)
    due = _due(criterion, facts)
    return _stands_in(facts, criterion.stage) & (_as_of(facts) > due)


def _date_order(criterion: Criterion, facts: Facts, columns: list[list[object]]) -> Flags:
    first, second = (_numbers(cells) for cells in columns)
    ordered = (first >= 1) & (np.floor(first) <= np.floor(second))
    return ordered & _on_time(criterion, facts, second) if criterion.within_business_days else ordered


def _on_time(criterion: Criterion, facts: Facts, dates: Numbers) -> Flags:
    return (dates >= 1) & (np.floor(dates) <= _limit(criterion, facts))


def _compares(criterion: Criterion, cells: list[object], facts: Facts) -> Flags:
    given = criterion.arguments
    if given.operator == "in":
        return _is_one_of(cells, given.words) | np.isin(_numbers(cells), given.numbers)
    if given.is_today:
        dates = _numbers(cells)
        return _holds(np.floor(np.where(dates >= 1, dates, np.nan)), given.operator, _as_of(facts))
    if given.number is None:
        same = _is_one_of(cells, given.words)
        return same if given.operator == "=" else _filled(cells) & ~same
    return _holds(_numbers(cells), given.operator, given.number)


def _holds(numbers: Numbers, operator: str, x: float) -> Flags:
    """Whether the operator holds for each number; NaN holds nothing."""
    compared: Flags = {
        "=": numbers == x,
        "<>": (numbers != x) & ~np.isnan(numbers),
        "<": numbers < x,
        "<=": numbers <= x,
        ">": numbers > x,
        ">=": numbers >= x,
    }[operator]
    return compared


def _activities(criterion: Criterion, facts: Facts) -> npt.NDArray[np.int64]:
    """Per row, the activities of the type from its entry into the stage to the limit; IDs compare without case."""
    log = facts.book.frame("Activities")
    kind = texts(log, "Type").str.lower() == criterion.arguments.activity.lower()
    some = log[kind.to_numpy()]
    events = pd.DataFrame({"deal": texts(some, "Deal ID").str.lower(), "day": _numbers(_column(some, "Date"))})
    deal = texts(pd.DataFrame({"Deal ID": pd.Series(_cells(facts, "Deal ID"), dtype=object)}), "Deal ID").str.lower()
    rows = pd.DataFrame(
        {"deal": deal, "since": _since(facts), "limit": _limit(criterion, facts), "row": range(len(deal))}
    )
    pairs = rows[rows["deal"] != ""].merge(events, on="deal")
    counted = pairs[(pairs["day"] >= pairs["since"]) & (pairs["day"] <= pairs["limit"])]
    return np.bincount(counted["row"].to_numpy(dtype=np.int64), minlength=len(rows))


def _since(facts: Facts) -> Numbers:
    """Day each row's deal entered its stage as a serial number; 0 = unknown."""
    known = pd.concat([in_stage_since(facts), facts.deals["stage_since"]], axis=1).max(axis=1)
    days = known.reindex(facts.book.frame("Pipeline").index).to_numpy().astype("datetime64[D]")
    numbers = (days - _EPOCH).astype(float)
    return np.where(np.isnat(days), 0.0, numbers)


def _due(criterion: Criterion, facts: Facts) -> Numbers:
    """Deadline as a serial number; NaN where the entry is unknown."""
    since = _since(facts)
    entry = _EPOCH + since.astype("timedelta64[D]")
    entry[since == 0] = np.datetime64("NaT")
    due = facts.calendar.due(entry, np.full(len(since), float(criterion.within_business_days)))
    return np.where(np.isnat(due), np.nan, (due - _EPOCH).astype(float))


def _limit(criterion: Criterion, facts: Facts) -> Numbers:
    as_of = np.full(len(facts.book.frame("Pipeline")), _as_of(facts))
    if not criterion.within_business_days:
        return as_of
    return np.where(_stands_in(facts, criterion.stage), np.fmin(as_of, _due(criterion, facts)), as_of)


def _as_of(facts: Facts) -> float:
    return serial(facts.as_of) or 0.0


def _stands_in(facts: Facts, stage: str) -> Flags:
    here: Flags = _lower_stages(facts) == stage.lower()
    return here


@once
def _lower_stages(facts: Facts) -> npt.NDArray[np.object_]:
    """Per row, the deal's stage in lower case; "" where there is no deal."""
    lower = pd.Series([stage.lower() for stage in facts.deals["stage"].tolist()], facts.deals.index, dtype=object)
    return lower.reindex(facts.book.frame("Pipeline").index, fill_value="").to_numpy(dtype=object)


def _cells(facts: Facts, head: str) -> list[object]:
    frame = facts.book.frame("Pipeline")
    for column in (*COMPUTED, *score_columns(facts.book)):
        if column.name == head:
            return column.evaluate(facts).reindex(frame.index).astype(object).tolist()
    cells = frame[head].copy()
    if head in _REFRESHED and snake(head) in facts.deals:
        # what the refresh is about to write counts, not what the sheet still shows
        fresh = facts.deals[snake(head)]
        days = pd.api.types.is_datetime64_any_dtype(fresh)
        cells.loc[fresh.index] = [None if pd.isna(v) else v.date() if days else v for v in fresh]
    return cells.tolist()


def _column(frame: pd.DataFrame, head: str) -> list[object]:
    return frame[head].tolist() if head in frame.columns else [None] * len(frame)


def _numbers(cells: list[object]) -> Numbers:
    """Numbers and dates as Excel's numbers, NaN for all else (texts, blanks, TRUE, errors)."""
    return np.array([_number(cell) for cell in cells], dtype=float)


def _number(cell: object) -> float:
    if isinstance(cell, str) or cell is None:
        return np.nan
    if type(cell) is float or type(cell) is int:
        return cell
    number = as_number(cell)
    return np.nan if number is None else number


def _filled(cells: list[object]) -> Flags:
    return np.array([_holds_something(cell) for cell in cells], dtype=bool)


def _holds_something(cell: object) -> bool:
    if isinstance(cell, str):
        return not isinstance(cell, CellError) and bool(cell.strip(" "))
    return cell is not None and cell == cell  # noqa: PLR0124 - NaN and NaT are blank


def _is_one_of(cells: list[object], words: Sequence[str]) -> Flags:
    wanted = {word.lower() for word in words}
    return np.array([_word(cell) in wanted for cell in cells], dtype=bool)


def _word(cell: object) -> str | None:
    return trimmed(cell).lower() if isinstance(cell, str) and not isinstance(cell, CellError) else None
