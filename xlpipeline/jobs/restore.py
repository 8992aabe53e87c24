"""Bring the kept previous file back."""

from __future__ import annotations

from pathlib import Path

from xlpipeline.hosts.file import restore_backup
from xlpipeline.jobs.outcome import Outcome


def restore_file(path: Path) -> Outcome:
    """Swap ``path`` with its ``.bak``: doing it again undoes it.

    Raises:
        BookError: there is no previous file, or the workbook is open in Excel.
    """
    restore_backup(path)
    sentence = f"{path.name} is the previous file again; the one it replaced is now {path.name}.bak."
    return Outcome((sentence,), {"restored": str(path)})
