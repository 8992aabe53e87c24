"""From read columns to deals: one close date split in two, a name where the source has none, and a Deal ID for each."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from xlpipeline.importers.fault import RowFault
from xlpipeline.importers.synonyms import UPDATED
from xlpipeline.model.schema import DEAL_MARKS

Cells = dict[str, pd.Series]
"""Target → object cells indexed by row number in the source (None = blank)."""
_OF_TOTALS: Final = frozenset(("Amount", "Currency", "Probability"))
"""Columns that a row of totals fills too."""
_LONG_AGO: Final = dt.datetime(1, 1, 1)  # noqa: DTZ001 - moments here are in the workbook's zone, without saying so


@dataclass(frozen=True)
class SplitClose:
    """A single close date as expected and actual close; ``reopened``: rows whose actual close must go."""

    expected: pd.Series
    actual: pd.Series
    reopened: pd.Series


def split_close(
    close: pd.Series, stage: pd.Series, stage_types: Mapping[str, str], status: pd.Series | None = None
) -> SplitClose:
    """Give the date of an open deal to expected close, that of a closed deal to actual close.

    A deal whose stage is unknown is what its ``status`` (open, won, lost, closed) says; without one it counts as open:
    nothing says that it was decided.
    """
    kinds = stage.map(stage_types)
    if status is not None:
        kinds = kinds.where(kinds.notna(), status.where(status.isin(["open", "won", "lost", "closed"]), None))
    closed = kinds.notna() & kinds.ne("open")
    dated = close.notna()
    known_open = kinds.eq("open")
    return SplitClose(close.where(~closed, None), close.where(closed, None), known_open & dated)


def decided(stage: pd.Series, status: pd.Series, stage_types: Mapping[str, str]) -> tuple[pd.Series, pd.Series]:
    """Stages that agree with a status column, and the stage in which each lost deal stood before.

    Some systems leave a decided deal in the stage where it was decided and say won or lost beside it. Such a deal
    moves to the first stage of that type; without one it stays.
    """
    last = pd.Series([None] * len(stage), index=stage.index, dtype=object)
    kinds = stage.map(stage_types)
    stage = stage.copy()
    for outcome, done in (("won", {"won", "post"}), ("lost", {"lost", "derailed"})):
        goal = next((name for name, kind in stage_types.items() if kind == outcome), None)
        moved = status.eq(outcome) & ~kinds.isin(done)
        if goal is None or not moved.any():
            continue
        if outcome == "lost":
            in_play = moved & kinds.eq("open")  # any other is the name of an end, not where the deal stood
            last[in_play] = stage[in_play]
        stage[moved] = goal
    return stage, last


def named(cells: Cells, index: pd.Index) -> pd.Series:
    """Opportunity names: as given, else ``Account – Product``, else whichever of the two there is, else the Deal ID."""
    none = pd.Series([None] * len(index), index=index, dtype=object)
    account, product = cells.get("Account", none), cells.get("Product", none)
    both = account.notna() & product.notna()
    pair = account.where(account.notna(), product)
    pair = pair.where(~both, account.astype(object).map(_text) + " – " + product.astype(object).map(_text))
    given = cells.get("Opportunity", none)
    name = given.where(given.notna(), pair)
    identity = cells.get("Deal ID", none)
    return name.where(name.notna(), identity).astype(object)


def _text(cell: object) -> str:
    return "" if cell is None or cell is pd.NA or cell != cell else str(cell)  # noqa: PLR0124 - NaN


def without_blank_rows(cells: Cells, index: pd.Index) -> tuple[Cells, tuple[RowFault, ...]]:
    """Rows without any mark of a deal are none, nor is an amount alone one: they are left out and listed."""
    marked = _any_filled(cells, [mark for mark in DEAL_MARKS if mark in cells], index)
    is_deal = _any_filled(cells, [target for target in cells if target not in _OF_TOTALS], index) & marked
    if is_deal.all():
        return cells, ()
    blank = ("The row has neither a name, account, amount, stage nor ID.", "Delete it in the source or complete it")
    total = ("The row has an amount and nothing else: it is probably a total.", "Give it a name if it is a deal")
    told = [(int(row), *(total if has_marks else blank)) for row, has_marks in zip(index, marked, strict=True)]
    faults = tuple(
        RowFault(row, "", wrong, f"{cure}; it was left out.")
        for (row, wrong, cure), kept in zip(told, is_deal, strict=True)
        if not kept
    )
    return {target: column[is_deal] for target, column in cells.items()}, faults


def _any_filled(cells: Cells, targets: Sequence[str], index: pd.Index) -> Any:  # noqa: ANN401 - a numpy array of bool
    """True on rows with anything in one of these columns."""
    filled = [cells[target].notna().to_numpy() for target in targets]
    return np.logical_or.reduce(filled) if filled else np.zeros(len(index), dtype=bool)


def identified(cells: Cells, index: pd.Index) -> pd.Series:
    """Deal IDs: as given, else made from name, account and created date, so that the same row gets the same ID again.

    Rows that are equal in all three get -2, -3 … in their order.
    """
    none = pd.Series([None] * len(index), index=index, dtype=object)
    given = cells.get("Deal ID", none)
    missing = given.isna().to_numpy()
    if not missing.any():
        return given
    parts = [cells.get(name, none)[missing].tolist() for name in ("Opportunity", "Account", "Created")]
    made = pd.Series([_made_id(*row) for row in zip(*parts, strict=True)], index=index[missing], dtype=object)
    again = made.groupby(made).cumcount() + 1
    repeated = again.gt(1)
    counted = made + "-" + again.astype(str)
    result = given.copy()
    result[missing] = made.where(~repeated, counted.astype(object))
    return result


def _made_id(*parts: object) -> str:
    """Twelve letters of a hash: among a million deals a clash is less likely than one in a million."""
    joined = "\x1f".join("" if part is None else " ".join(str(part).split()).casefold() for part in parts)
    digest = hashlib.blake2b(joined.encode("utf-8", "replace"), digest_size=10).digest()
    return "D-" + base64.b32encode(digest).decode("ascii")[:12]


def newest_rows(cells: Cells) -> tuple[Cells, tuple[RowFault, ...]]:
    """One row per Deal ID: the one updated last, or the last one; the others are listed."""
    ids = cells["Deal ID"]
    if ids.is_unique:
        return cells, ()
    order = np.arange(len(ids))
    moments = cells.get(UPDATED)
    if moments is not None:
        stamps = [_LONG_AGO if pd.isna(moment) else moment for moment in moments]
        order = np.array(sorted(range(len(ids)), key=stamps.__getitem__))  # stable: the last row wins a tie
    keep_at = pd.Series(order, index=ids.to_numpy()[order]).groupby(level=0, sort=False).last()
    keep = np.zeros(len(ids), dtype=bool)
    keep[keep_at.to_numpy()] = True
    kept_row = dict(zip(keep_at.index, ids.index[keep_at.to_numpy()], strict=True))
    why = "was updated later" if moments is not None and moments.notna().any() else "comes later"
    faults = tuple(
        RowFault(
            row,
            "",
            f"Deal {one} stands in more than one row; row {kept_row[one]} {why} and was taken.",
            "Keep one row per deal in the source.",
            str(one),
        )
        for row, one in zip(ids.index[~keep].tolist(), ids[~keep].tolist(), strict=True)
    )
    return {target: column[keep] for target, column in cells.items()}, faults


def with_deal_ids(faults: tuple[RowFault, ...], ids: Mapping[Any, Any]) -> tuple[RowFault, ...]:
    """The faults in order of rows, each with the Deal ID of its row where it became a deal."""
    known = (f if f.deal_id or f.row not in ids else replace(f, deal_id=str(ids[f.row])) for f in faults)
    return tuple(sorted(known, key=lambda f: (f.row, f.column)))
