"""Add to an older workbook what newer versions have: tabs, tables, columns, names, settings. What is there stays.

A tab that is missing as a whole is added as it is. Of a tab that is there in part, the missing tables and cells are
added on a new tab of the same name with a number: names are the contract, so they work wherever they stand.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from xlpipeline.errors import RequestError
from xlpipeline.hosts.file import ClosedWorkbook, apply_changes, open_book
from xlpipeline.hosts.grafting import Graft, Grafted, graft_file
from xlpipeline.jobs.outcome import Outcome, Progress, counted, no_progress
from xlpipeline.jobs.refresh import refresh_in, require_pipeline, schema_version
from xlpipeline.model.book import Book, ChangeSet, TableChange, needed_changes
from xlpipeline.model.cells import texts
from xlpipeline.model.marks import mark_head, pipeline_with_marks, qualification_marks, scoring_rows
from xlpipeline.model.recipe_rows import MarkRow, Recipe
from xlpipeline.model.schema import PIPELINE, QUALIFICATION, SCHEMA_VERSION, SETTINGS, WRITTEN_SINCE
from xlpipeline.model.settings import read_settings, setting_fields
from xlpipeline.tabs import TABS
from xlpipeline.tabs.layout import Block, Card, ChartBlock, Filter, Tab, TableBlock, Text, with_tables

_RECIPE = "eight"
"""Where a missing table of set-up (such as Playbook) takes its first rows from."""
_VISIBLE = Tab("Visible", "setup", ())
"""A workbook needs one visible sheet, also where only hidden ones are missing; it is not grafted."""


@dataclass(frozen=True)
class Missing:
    """What a book lacks: ``tabs`` hold only the missing blocks; ``columns``: table to heads with notes."""

    tabs: tuple[Tab, ...]
    columns: dict[str, tuple[tuple[str, str], ...]]
    settings: tuple[str, ...]


def find_missing(book: Book, tabs: tuple[Tab, ...] = TABS) -> Missing:
    """What ``tabs`` have and the book has not, by the names of tables, columns, cells and settings."""
    lacking = tuple(t for tab in tabs if (t := _lacking(tab, book)) is not None)
    columns = {}
    for block in (b for tab in tabs for b in tab.blocks if isinstance(b, TableBlock) and b.table.name in book.tables):
        have = set(book.frame(block.table.name).columns)
        heads = tuple((c.name, c.note) for c in block.table.columns if c.name not in have)
        if heads:
            columns[block.table.name] = heads
    keys = {str(key).strip() for key in book.frame("Settings").get("Key", ())}
    settings = tuple(f.name for f in setting_fields() if f.name not in keys) if "Settings" in book.tables else ()
    return Missing(lacking, columns, settings)


def _lacking(tab: Tab, book: Book) -> Tab | None:
    missing = [block for block in tab.blocks if _is_missing(block, book)]
    # a sentence more on a dashboard is not worth a tab of its own; a cell that formulas read is
    if not missing or (tab.role == "dashboard" and all(isinstance(block, Text) for block in missing)):
        return None
    named = [block for block in tab.blocks if _is_named(block)]
    if len(missing) == len(named):
        return tab
    tables = {block.table.name for block in missing if isinstance(block, TableBlock)}
    title = [b for b in tab.blocks if isinstance(b, Text) and b.style == "title"]
    charts = [b for b in tab.blocks if isinstance(b, ChartBlock) and b.table in tables]
    return replace(tab, name=f"{tab.name} 2", blocks=(*title, *missing, *charts))


def _is_named(block: Block) -> bool:
    return isinstance(block, TableBlock | Card | Filter) or (isinstance(block, Text) and bool(block.name))


def _is_missing(block: Block, book: Book) -> bool:
    if isinstance(block, TableBlock):
        return block.table.name not in book.tables
    return _is_named(block) and getattr(block, "name", "") not in book.names


def upgrade_file(path: Path, *, now: dt.datetime, user: str = "", progress: Progress = no_progress) -> Outcome:
    """Graft what is missing from a fresh build into the workbook, then refresh it.

    Raises:
        RequestError: a column of the team's own bears the name of one that refresh writes since.
        BookError: the workbook cannot be read or must not be written.
        SetupError: a set-up table holds something that is not allowed.
    """
    progress(f"reading {path.name}")
    opened = open_book(path)
    require_pipeline(opened.book)
    _refuse_doubled_heads(opened.book)
    recipe = _recipe_of(opened.book)
    pipeline = pipeline_with_marks(recipe.scoring, recipe.framework)
    missing = find_missing(opened.book, with_tables(TABS, {pipeline.name: pipeline}))
    if not (missing.tabs or missing.columns or missing.settings):
        return Outcome((f"{path.name} already has everything that this version knows.",), {"added": {}})
    grafted = Grafted((), {}, ())
    if missing.tabs or missing.columns:
        progress("building what is missing")
        grafted = graft_file(path, _graft(opened.book, missing, recipe, now), expected_hash=opened.hash)
    _add_settings(path, missing.settings, keep_backup=not (missing.tabs or missing.columns))
    refreshed = refresh_in(ClosedWorkbook(path, keep_backup=False), now=now, user=user, progress=progress)
    return _outcome(path, missing, grafted, refreshed)


def _refuse_doubled_heads(book: Book) -> None:
    """A column that a team has made itself is never written over, and Excel takes no two heads that differ in case."""
    heads = {str(head).strip().casefold(): str(head) for head in book.frame(PIPELINE.name).columns}
    for name, since in WRITTEN_SINCE.items():
        own = heads.get(name.casefold())
        if schema_version(book) < since and own is not None:
            raise RequestError(
                f"Pipeline has a column “{own}” of your own, and refresh now writes one called {name}. Please give "
                f"yours another head in Excel (“Our {name.lower()}”, say), save, and upgrade again."
            )


def _recipe_of(book: Book) -> Recipe:
    """What is missing is built from this recipe: with the book's own Scoring, and the framework that it uses already.

    A book that has no column for any mark gets those of the first framework.
    """
    from xlpipeline.workbooks.recipes import load_recipe  # noqa: PLC0415 - it finds the files of the package

    recipe, rows = load_recipe(_RECIPE), scoring_rows(book)
    rows = rows[(rows["highest"] >= 1) & (rows["weight"] >= 0)]
    cells = (rows[name].tolist() for name in ("framework", "mark", "highest", "weight"))
    known = [
        MarkRow(name, mark, mark, int(highest), weight) for name, mark, highest, weight in zip(*cells, strict=True)
    ]
    used = qualification_marks(book)
    return replace(
        recipe,
        scoring=_with_questions(book, known) if known else recipe.scoring,
        framework=used[0].framework if used else QUALIFICATION[0],
    )


def _with_questions(book: Book, marks: list[MarkRow]) -> tuple[MarkRow, ...]:
    frame = book.frame("Scoring")
    asked = dict(zip(texts(frame, "Mark").str.strip(), texts(frame, "Question").str.strip(), strict=True))
    heads = {column.name.casefold() for column in PIPELINE.columns}
    own = [replace(mark, question=asked.get(mark.mark, "") or mark.mark) for mark in marks]
    return tuple(mark for mark in own if mark_head(mark.framework, mark.mark).casefold() not in heads)


def _graft(book: Book, missing: Missing, recipe: Recipe, now: dt.datetime) -> Graft:
    # openpyxl is heavy and only building needs it
    from xlpipeline.workbooks.build import build_workbook  # noqa: PLC0415

    own = read_settings(book)
    settings = {f.name: getattr(own, f.name) for f in setting_fields()}
    sheets = build_workbook(recipe, now=now, settings=settings, tabs=(_VISIBLE, *missing.tabs)) if missing.tabs else b""
    columns = build_workbook(recipe, now=now, settings=settings) if missing.columns else b""
    return Graft(sheets, tuple(tab.name for tab in missing.tabs), columns, missing.columns)


def _add_settings(path: Path, keys: tuple[str, ...], *, keep_backup: bool) -> None:
    """New settings with their defaults at the end of the table, and the schema version."""
    opened = open_book(path)
    changes = ChangeSet(names={"xlp_schema": SCHEMA_VERSION})
    if keys:
        known = {f.name: f for f in setting_fields()}
        start = len(opened.book.frame("Settings"))
        rows = [(k, known[k].default, known[k].metadata["unit"], known[k].metadata["meaning"]) for k in keys]
        at = range(start, start + len(rows))
        columns = {
            head: pd.Series([row[i] for row in rows], index=at, dtype=object) for i, head in enumerate(SETTINGS.heads)
        }
        changes += ChangeSet((TableChange("Settings", columns, rows=start + len(rows)),))
    apply_changes(path, needed_changes(changes, opened.book), expected_hash=opened.hash, keep_backup=keep_backup)


def _outcome(path: Path, missing: Missing, grafted: Grafted, refreshed: Outcome) -> Outcome:
    lines = [f"{path.name}:"]
    lines += [f"  new tab {name}" for name in grafted.sheets]
    lines += [f"  new columns in {table}: {', '.join(heads)}" for table, heads in grafted.columns.items()]
    lines += (
        [f"  {counted(len(missing.settings), 'new setting')}: {', '.join(missing.settings)}"]
        if missing.settings
        else []
    )
    lines += [f"  {sentence}" for sentence in grafted.refused]
    data = {
        "added": {
            "tabs": list(grafted.sheets),
            "columns": {k: list(v) for k, v in grafted.columns.items()},
            "settings": list(missing.settings),
        },
        "refused": list(grafted.refused),
        **refreshed.data,
    }
    kept = f"The file as it was is kept as {path.name}.bak."
    return Outcome((*lines, *refreshed.sentences[:2], kept), data, refreshed.errors)
