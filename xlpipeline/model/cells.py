"""Columns of a table as typed Series: what a cell holds is read for what it is, never guessed.

What cannot be read is blank in the Series and listed beside it (position, column, found).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from types import NoneType

import numpy as np
import pandas as pd

from xlpipeline.model.book import CellError, is_blank

_EPOCH = dt.date(1899, 12, 30)
_LAST_SERIAL = 2_958_466
_DAY_0 = dt.date(1970, 1, 1).toordinal()
_NO_DAY = int(np.datetime64("NaT", "D").astype(np.int64))
"""numpy counts days from 1970 on, and keeps one number for no day."""
_MOST = 1e15
"""From here on a number's minor units are no longer exact."""


def texts(frame: pd.DataFrame, head: str) -> pd.Series:
    """A column as str, "" for blank; a number such as 17.0 reads "17"; a missing column is all blank."""
    if head not in frame.columns:
        return pd.Series("", index=frame.index, dtype=object)
    cells = frame[head].tolist()
    if set(map(type, cells)) <= {str, NoneType}:  # the usual case
        return pd.Series(["" if cell is None else cell for cell in cells], index=frame.index, dtype=object)
    return pd.Series([_text(cell) for cell in cells], index=frame.index, dtype=object)


def _text(cell: object) -> str:
    if type(cell) is str:
        return cell
    if cell is None or isinstance(cell, CellError) or cell != cell:  # noqa: PLR0124 - NaN
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def numbers(frame: pd.DataFrame, head: str) -> tuple[pd.Series, pd.DataFrame]:
    """A column as float (NaN = blank) and the cells that are no numbers, or too large to be exact."""
    if head not in frame.columns:
        return pd.Series(np.nan, index=frame.index, dtype=float), _faults(head, [])
    if set(map(type, frame[head].to_numpy(dtype=object))) <= {float, NoneType}:  # the usual case, many times faster
        known = frame[head].to_numpy(dtype=float, na_value=np.nan)
        if not (np.abs(known) >= _MOST).any():
            return pd.Series(known, index=frame.index), _faults(head, [])
    out = np.full(len(frame), np.nan)
    bad: list[tuple[int, object]] = []
    for i, (position, cell) in enumerate(zip(frame.index, frame[head].tolist(), strict=True)):
        if isinstance(cell, int | float) and not isinstance(cell, bool) and abs(cell) < _MOST:
            out[i] = cell
        elif not is_blank(cell):
            bad.append((position, cell))
    return pd.Series(out, index=frame.index), _faults(head, bad)


def dates(frame: pd.DataFrame, head: str) -> tuple[pd.Series, pd.DataFrame]:
    """A column as datetime64[s] at midnight (NaT = blank; a serial number is a date) and the cells that are none."""
    if head not in frame.columns:
        return pd.Series(np.datetime64("NaT"), index=frame.index, dtype="datetime64[s]"), _faults(head, [])
    cells = frame[head].tolist()
    if set(map(type, cells)) <= {dt.date, NoneType}:  # the usual case, many times faster
        days = [_NO_DAY if cell is None else cell.toordinal() - _DAY_0 for cell in cells]
        known = np.array(days, dtype=np.int64).view("datetime64[D]").astype("datetime64[s]")
        return pd.Series(known, index=frame.index), _faults(head, [])
    out: list[object] = [None] * len(frame)
    bad: list[tuple[int, object]] = []
    for i, (position, cell) in enumerate(zip(frame.index, cells, strict=True)):
        if isinstance(cell, dt.date) and not is_blank(cell):  # NaT calls itself a date
            out[i] = np.datetime64(cell.date() if isinstance(cell, dt.datetime) else cell, "s")
        elif isinstance(cell, int | float) and not isinstance(cell, bool) and 1 <= cell < _LAST_SERIAL:
            out[i] = np.datetime64(_EPOCH + dt.timedelta(days=int(cell)), "s")
        elif not is_blank(cell):
            bad.append((position, cell))
    return pd.Series(np.array(out, dtype="datetime64[s]"), index=frame.index), _faults(head, bad)


_NO_FAULTS = pd.DataFrame({"position": np.array([], dtype=int), "column": [], "found": []}).astype(
    {"column": object, "found": object}
)


def _faults(head: str, bad: Sequence[tuple[int, object]]) -> pd.DataFrame:
    if not bad:
        return _NO_FAULTS
    return pd.DataFrame({"position": [p for p, _ in bad], "column": head, "found": [str(c) for _, c in bad]})


def snake(head: str) -> str:
    """``Expected close`` as ``expected_close``."""
    return head.lower().replace(" ", "_")
