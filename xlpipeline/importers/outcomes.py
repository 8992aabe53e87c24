"""What the words of a status column mean (open, won, lost, closed), and what an open deal no longer has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from xlpipeline.importers.cells import distinct
from xlpipeline.importers.fault import RowFault
from xlpipeline.importers.mapping_file import MappingChoices
from xlpipeline.importers.plan import Work
from xlpipeline.importers.spellings import Learned
from xlpipeline.importers.synonyms import OUTCOMES, STATUS
from xlpipeline.model.decided import spelling_key

_CLOSED: Final = "closed"
"""A status that does not say whether the deal was won."""
_MEANINGS: Final = {**OUTCOMES, _CLOSED: _CLOSED}
_ENDS: Final = ("won", "post", "lost", "derailed")
_OF_CLOSED: Final = ("Actual close", "Lost reason", "Last stage before loss")


def spell_status(work: Work, choices: MappingChoices, memory: Mapping[str, str]) -> None:
    """Bring a status column to the words open, won, lost and closed; words that nobody knows are blanked and told.

    ``memory``: what Mappings has decided about words of the kind Status.
    """
    if STATUS not in work.cells:
        return
    known = distinct(work.cells[STATUS])
    file = {spelling_key(word): to for word, to in choices.values.get(STATUS, {}).items()}
    answers = {word: _MEANINGS.get(spelling_key(to), "") for word, to in {**memory, **file}.items()}
    meanings = {**_MEANINGS, **{word: to for word, to in answers.items() if to}}
    meant: list[str] = [meanings.get(spelling_key(word), "") for word in known.cells]
    column = next((one.source for one in work.preview if one.target == STATUS), STATUS)
    counts = np.bincount(known.codes[known.codes >= 0], minlength=len(known.cells))
    for at, (word, meaning) in enumerate(zip(known.cells, meant, strict=True)):
        key = spelling_key(word)
        if key in file and meaning:
            work.learned.append(Learned(STATUS, str(word), meaning))
        if not meaning:
            work.learned.append(Learned(STATUS, str(word), ""))
            work.faults.append(_unknown(known.first_row(at), column, str(word), int(counts[at])))
    work.cells[STATUS] = known.spread([meaning or None for meaning in meant])


def _unknown(row: int, column: str, word: str, rows: int) -> RowFault:
    times = f" (in {rows:,} rows, first here)" if rows > 1 else ""
    return RowFault(
        row,
        column,
        f"Status “{word:.60}” is not known{times}, so nobody knows whether the deal is open, won or lost.",
        f"Write open, won or lost in To beside it in the table Mappings on Settings, or add [values.{STATUS}] "
        f'"{word:.60}" = "…" to the mapping file, and import again; until then its stage is as it was written.',
    )


def open_deals(stage: pd.Series, stage_types: Mapping[str, str], status: pd.Series | None) -> pd.Series:
    """True on deals that are surely open: their status says so and their stage is no end; without status the stage."""
    kinds = stage.map(stage_types)
    if status is None:
        return kinds.eq("open")
    return status.eq("open") & ~kinds.isin(_ENDS)


def forget_close(work: Work, is_open: pd.Series) -> None:
    """Erase what only a closed deal has from open ones: they were reopened. What the source itself says stays."""
    if not is_open.any():
        return
    blank = pd.Series(np.full(len(is_open), None, dtype=object), index=is_open.index, dtype=object)
    for target in _OF_CLOSED:
        cells = work.cells.setdefault(target, blank)
        if target == "Actual close":  # some systems keep the day of an older close
            work.cells[target] = cells.where(~is_open, None)
        work.erased[target] = work.erased.get(target, is_open) | is_open


def only_of_lost(last: pd.Series, stage: pd.Series, stage_types: Mapping[str, str]) -> pd.Series:
    """Last stages before loss without those of deals that are open or won: some systems tell one of every deal."""
    return last.where(~stage.map(stage_types).isin(["open", "won", "post"]), None)
