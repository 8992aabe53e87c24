"""New team workbook: from a recipe, the team's reps and quotas, to a filled and checked file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from xlpipeline.errors import RequestError, SourceError
from xlpipeline.hosts.file import ClosedWorkbook, write_new
from xlpipeline.importers.source import read_source
from xlpipeline.importers.team_tables import read_team_table
from xlpipeline.jobs.outcome import Outcome, Progress, counted, no_progress
from xlpipeline.jobs.refresh import refresh_in
from xlpipeline.model.book import Book, ChangeSet
from xlpipeline.model.schema import QUOTAS, REPS


@dataclass(frozen=True)
class TeamRequest:
    """What a new workbook is made from. ``template``: five, seven, eight or the path of a recipe of your own."""

    template: str = "eight"
    team: str = ""
    currency: str = ""
    reps: Path | None = None
    quotas: Path | None = None
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    """Bodies of input tables to begin with, such as demo data."""
    as_of: dt.date | None = None
    past: Callable[[Book], ChangeSet] | None = None
    """From the new book to the history and snapshots that it begins with."""


def new_file(
    path: Path,
    request: TeamRequest,
    *,
    now: dt.datetime,
    user: str = "",
    replace_existing: bool = False,
    progress: Progress = no_progress,
) -> Outcome:
    """Build a workbook at ``path`` and refresh it.

    Raises:
        RequestError: the file exists already, or is no .xlsx.
        SetupError: the recipe is not right.
        SourceError: the reps or quotas file cannot be read.
    """
    # openpyxl is heavy and only a new workbook needs it
    from xlpipeline.workbooks.build import build_workbook  # noqa: PLC0415
    from xlpipeline.workbooks.recipes import load_recipe  # noqa: PLC0415

    _check_target(path, replace_existing=replace_existing)
    recipe = load_recipe(request.template)
    reps = read_team_table(read_source(request.reps), REPS) if request.reps else None
    quotas = read_team_table(read_source(request.quotas), QUOTAS) if request.quotas else None
    _check_quotas(request, reps, quotas)
    progress(f"building {path.name}")
    settings: dict[str, Any] = {k: v for k, v in (("team", request.team), ("currency", request.currency.upper())) if v}
    content = build_workbook(recipe, settings=settings, reps=reps, quotas=quotas, tables=request.tables, now=now)
    write_new(path, content)
    if request.past is not None:
        progress("writing what happened before")
        workbook = ClosedWorkbook(path, keep_backup=False)
        workbook.apply(request.past(workbook.read()))
    refreshed = refresh_in(
        ClosedWorkbook(path, keep_backup=False), now=now, as_of=request.as_of, user=user, progress=progress
    )
    reps_count = len(reps) if reps is not None else len(request.tables.get("Reps", ()))
    sentence = f"Built {path} from the template {recipe.name}" + (
        f" with {counted(reps_count, 'rep')}." if reps_count else "."
    )
    return Outcome(
        (sentence, *refreshed.sentences[:2]),
        {"built": str(path), "template": recipe.name, **refreshed.data},
        refreshed.errors,
    )


def _check_target(path: Path, *, replace_existing: bool) -> None:
    if path.suffix.lower() != ".xlsx":
        raise RequestError(f"{path.name}: a new workbook needs a name that ends in .xlsx.")
    if path.exists() and not replace_existing:
        raise RequestError(f"{path} exists already; please choose another name or add --force to replace it.")
    if not path.parent.is_dir():
        raise RequestError(f"The folder {path.parent} does not exist; please create it first.")


def _check_quotas(request: TeamRequest, reps: pd.DataFrame | None, quotas: pd.DataFrame | None) -> None:
    if quotas is None or reps is None:
        return
    known = {str(rep).casefold() for rep in reps["Rep"]}
    unknown = sorted({str(rep) for rep in quotas["Rep"] if str(rep).casefold() not in known})
    if unknown:
        raise SourceError(f"{request.quotas}: {unknown[0]} is not in the reps file; please use the same names in both.")
