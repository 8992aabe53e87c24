"""What a sample's manager and reps wrote into their last review."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final

import pandas as pd

from xlpipeline.model.review_table import REVIEW_NOTES

_TALK: Final = (
    ("Who decides on their side? Please get a date for the board.", "Head of finance; the board meets in two weeks."),
    ("Third new date: what has to be true this time?", "Legal has the contract, their answer is due on Friday."),
    ("Bring in the technical team for the open questions.", "Done, workshop is booked."),
    ("If nobody answers until the next review, clean it up.", None),
    ("Check the amount: they cut the licences.", "Will do after the call."),
    ("Well done so far. Ask for a reference once it is signed.", "Gladly."),
)


def talked_of(day: dt.date, lines: Iterable[tuple[object, ...]]) -> pd.DataFrame:
    """Rows of ReviewNotes; ``lines``: rep, block, Deal ID, opportunity and what, in the order of the review."""
    rows = []
    for number, line in enumerate(lines):
        note, reply = _TALK[number % len(_TALK)]
        rows.append((day, *line, note, reply, None))
    return pd.DataFrame(rows, columns=list(REVIEW_NOTES.heads), dtype=object)
