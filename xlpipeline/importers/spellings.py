"""Spellings of stages, owners and other listed values: told, remembered, or the same but for case and spaces.

What only resembles a listed value is proposed and never applied.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from xlpipeline.errors import SetupError
from xlpipeline.importers.cells import distinct
from xlpipeline.importers.fault import RowFault
from xlpipeline.model.decided import STAGE_COLUMNS, spelling_key
from xlpipeline.model.spelling import closest

_MOST_UNKNOWN: Final = 200
"""A column with more unknown spellings is no list; the rest is not proposed for."""


@dataclass(frozen=True)
class Learned:
    """A row for ``Mappings``: kind, spelling in the source, meaning here (empty: still to decide)."""

    kind: str
    source: str
    target: str


@dataclass(frozen=True)
class Spelled:
    """A column in the workbook's spelling, what is to be remembered, and the spellings that nobody decided."""

    values: pd.Series
    learned: tuple[Learned, ...] = ()
    faults: tuple[RowFault, ...] = ()


def spelled(
    texts: pd.Series,
    target: str,
    *,
    column: str,
    allowed: Sequence[str],
    told: Mapping[str, str],
    remembered: Mapping[str, str],
) -> Spelled:
    """Bring a column of texts into the workbook's spelling.

    ``told`` are the mapping file's spellings, ``remembered`` those of the Mappings table (both: as written → here).

    Raises:
        SetupError: the mapping file gives a stage that the workbook lacks.
    """
    known = distinct(texts)
    right = {spelling_key(one): one for one in allowed}
    told = {key: right.get(spelling_key(to), to) for key, to in told.items()}
    _check_told(target, told, allowed)
    file = {spelling_key(key): to for key, to in told.items()}
    book = {spelling_key(key): right.get(spelling_key(to), to) for key, to in remembered.items()}
    if target in STAGE_COLUMNS:
        book = {key: to for key, to in book.items() if to in allowed}
    decided = {**right, **book, **file}
    keys = [spelling_key(cell) for cell in known.cells]
    values = [decided.get(key, cell) or None for key, cell in zip(keys, known.cells, strict=True)]
    learned = [
        Learned(target, str(cell), file[key])
        for key, cell in zip(keys, known.cells, strict=True)
        if file.get(key) and right.get(key) != file[key]
    ]
    strangers = [i for i, key in enumerate(keys) if key not in decided] if allowed else []
    counts = np.bincount(known.codes[known.codes >= 0], minlength=len(known.cells))
    faults: list[RowFault] = []
    for i in strangers[:_MOST_UNKNOWN]:
        text = str(known.cells[i])
        near = closest(text, allowed)
        if target == "Stage" or near:
            learned.append(Learned(target, text, ""))
            faults.append(
                _unknown(known.first_row(i), column, target=target, text=text, rows=int(counts[i]), near=near)
            )
    return Spelled(known.spread(values), tuple(learned), tuple(faults))


def _check_told(target: str, told: Mapping[str, str], allowed: Sequence[str]) -> None:
    if target not in STAGE_COLUMNS:
        return
    for spelling, to in told.items():
        if to and to not in allowed:
            raise SetupError(
                f"The mapping file maps the stage “{spelling}” to “{to}”, which the workbook lacks; "
                f"its stages are {', '.join(allowed)}."
            )


def _unknown(row: int, column: str, *, target: str, text: str, rows: int, near: str) -> RowFault:
    times = f" (in {rows} rows, first here)" if rows > 1 else ""
    meant = f"; perhaps {near} is meant" if near else ""
    return RowFault(
        row,
        column,
        f"{target} “{text:.60}” is not on the workbook's list{times}{meant}.",
        f'Fill To beside it in the table Mappings on Settings, or add [values."{target}"] "{text:.60}" = '
        f'"{near or "…"}" to the mapping file, and import again.',
    )
