"""Taking a name out of a closed workbook: cells of tables, and every shared text that the package still carries."""

from __future__ import annotations

import re
from pathlib import Path

from xlpipeline.hosts.file import read_bytes, replace_if_same
from xlpipeline.model.book import ChangeSet
from xlpipeline.ooxml.package import open_package
from xlpipeline.ooxml.patch import apply_to_package
from xlpipeline.ooxml.save import backup_path, refuse_locked
from xlpipeline.ooxml.shared_texts import replace_in_shared_texts


def forget_in_file(
    path: Path, changes: ChangeSet, pattern: re.Pattern[str], replacement: str, *, expected_hash: str
) -> int:
    """Write the changes and replace the name in shared texts (those of cells outside tables, too); gives their number.

    No copy of the file as it was is kept, for it holds the name.

    Raises:
        BusyError: the workbook is open in Excel or was changed meanwhile.
        BookError: it cannot be read or must not be written.
    """
    refuse_locked(path)
    package = open_package(read_bytes(path), path.name)
    apply_to_package(package, changes)
    texts = replace_in_shared_texts(package, pattern, replacement)
    replace_if_same(path, package, expected_hash, keep_backup=False)
    return texts


def has_backup(path: Path) -> bool:
    """Whether a previous file is kept beside the workbook."""
    return backup_path(path).exists()
