"""Adding to a closed workbook what a fresh build has and it lacks: whole sheets, and columns of its tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from xlpipeline.errors import GrowthError
from xlpipeline.hosts.file import read_bytes, replace_if_same
from xlpipeline.ooxml.graft_columns import graft_columns
from xlpipeline.ooxml.graft_sheets import graft_sheets
from xlpipeline.ooxml.graft_styles import style_graft
from xlpipeline.ooxml.package import Package, open_package, refuse_unwritable

Columns = Mapping[str, Sequence[tuple[str, str]]]
"""Table to its missing columns, each a head with its note."""


@dataclass(frozen=True)
class Graft:
    """What to add. ``sheets``: names of sheets in ``sheets_from``; ``columns`` lie in tables of ``columns_from``."""

    sheets_from: bytes
    sheets: tuple[str, ...]
    columns_from: bytes
    columns: Columns = field(default_factory=dict)


@dataclass(frozen=True)
class Grafted:
    """What was added: names of new sheets, columns by table, and a sentence for each table that had no room."""

    sheets: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]
    refused: tuple[str, ...]


def graft_file(path: Path, graft: Graft, *, expected_hash: str) -> Grafted:
    """Add sheets and columns to a workbook; everything that is there stays. The previous file is kept as ``.bak``.

    Raises:
        BusyError: the workbook is open in Excel or was changed meanwhile.
        BookError: it cannot be read or must not be written.
    """
    package = open_package(read_bytes(path), path.name)
    refuse_unwritable(package)
    placed: dict[str, str] = {}
    if graft.sheets:
        styles, placed = graft_sheets(package, open_package(graft.sheets_from, "the fresh workbook"), graft.sheets)
        styles.save(package)
    columns, refused = _columns(package, graft)
    replace_if_same(path, package, expected_hash)
    return Grafted(tuple(placed.values()), columns, refused)


def _columns(package: Package, graft: Graft) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    if not graft.columns:
        return {}, ()
    fresh = open_package(graft.columns_from, "the fresh workbook")
    styles = style_graft(package, fresh)
    added: dict[str, tuple[str, ...]] = {}
    refused = []
    for table, columns in graft.columns.items():
        try:
            graft_columns(package, fresh, table, columns, styles)
        except GrowthError as fault:
            refused.append(str(fault))
        else:
            added[table] = tuple(head for head, _ in columns)
    styles.save(package)
    return added, tuple(refused)
