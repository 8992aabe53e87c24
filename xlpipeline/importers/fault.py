"""One thing that could not be read as it stands in a file to import; it becomes a row of the Issues table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RowFault:
    """A fault in the data of a source.

    ``row`` is the row as a spreadsheet shows the file (the first line is 1); ``column`` the head in the source, or
    empty where the whole row is meant. ``deal_id`` is the deal that the row became, or empty where it became none.
    """

    row: int
    column: str
    wrong: str
    what_to_do: str
    deal_id: str = ""
