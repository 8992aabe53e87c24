"""The table ``_Edits``: when which cell of Pipeline was edited, kept by the Excel add-in until the next refresh."""

from __future__ import annotations

from typing import Final

from xlpipeline.model.schema import Column, Table

_C = Column
EDITS: Final = Table(
    "_Edits",
    "_Edits",
    "Edits",
    (
        _C("Deal ID", "text", "The deal.", 12, "refresh", "as text"),
        _C("Column", "text", "The Pipeline column: Stage, Amount or Expected close.", 18, "refresh"),
        _C("Value", "text", "What was typed; blank = the cell was cleared.", 22, "refresh"),
        _C("At", "moment", "When, by the clock of the computer that it was typed on.", 18, "refresh"),
        _C("UTC offset", "whole", "Minutes that this clock was ahead of UTC; blank = not known.", 11, "refresh"),
        _C("User", "text", "Who typed it.", 18, "refresh"),
    ),
)  # fmt: skip
"""One row = one edit; every refresh that compares Pipeline empties it."""

STAMPED: Final = ("Stage", "Amount", "Expected close")
"""Columns of Pipeline whose edits are stamped."""
REFRESHED_AT: Final = "refreshed_at"
"""Named cell: the moment (workbook's zone) of the last refresh that compared Pipeline; edits up to it are told."""
