"""What a job needs of a workbook, wherever it is: its tables, and a way to write a change set.

``hosts.file.ClosedWorkbook`` is a closed file, ``hosts.live.LiveWorkbook`` one that Excel has open. A new host needs
nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from xlpipeline.model.book import Book, ChangeSet


@dataclass(frozen=True)
class Saved:
    """What a host did with a change set. ``cells``: cells written; ``sentence``: where they are now, for the user."""

    written: bool
    sentence: str
    cells: int = 0


class Workbook(Protocol):
    """One workbook; a job reads it once, and writes at most once what it computed from that."""

    @property
    def title(self) -> str:
        """The file's name, as messages call it."""

    @property
    def place(self) -> str:
        """The full path (or address) of the file."""

    @property
    def kind(self) -> str:
        """What writes, as the history tells it: ``file`` or ``Excel``."""

    def read(self) -> Book:
        """All tables and single named cells.

        Raises:
            BookError: the workbook cannot be read.
        """

    def apply(self, changes: ChangeSet) -> Saved:
        """Write what was computed from the last ``read``; an empty change set writes nothing.

        Raises:
            BusyError: somebody else holds the workbook, or changed it since it was read.
            GrowthError: a table has no room to grow; the cells in the way are named.
            BookError: the workbook must not be written.
        """
