"""What each ribbon button runs: functions without arguments, called by RunPython on the active workbook.

Every click ends in one message, whatever happens, and with Excel's own status bar. Faults of ours are told in one
sentence; the traceback goes to a file that only the user can read. The clock is read here.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import getpass
import os
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Final

import xlwings as xw

from xlpipeline import __version__
from xlpipeline.addin import dialogs
from xlpipeline.addin.actions import (
    advancing,
    colouring,
    converting,
    explaining,
    importing,
    issue_walk,
    new_team,
    refreshing,
    reviewing,
    snapshots,
    validating,
    versions,
)
from xlpipeline.addin.click import Click
from xlpipeline.errors import BookError, BusyError, GrowthError, SetupError, SourceError, XlpipelineError
from xlpipeline.hosts.live import excel_calls

_KINDS: Final[tuple[tuple[type[XlpipelineError], str], ...]] = (
    (BusyError, "the workbook is busy"),
    (GrowthError, "a table has no room"),
    (BookError, "this workbook will not do"),
    (SetupError, "please look at the set-up"),
    (SourceError, "the file cannot be imported"),
    (XlpipelineError, "this cannot be done"),
)
"""What a refusal is called; the first that fits."""
_BUSY: Final = (
    "Excel is busy: a cell is being edited, or a box is open. Please press Enter or close the box, and try again."
)


def refresh_metrics() -> None:
    """Bring figures, stale flags and issues up to date."""
    _run("Refresh metrics", refreshing.run)


def validate() -> None:
    """Say what the checks find; nothing is written."""
    _run("Validate", validating.run)


def advance_stage() -> None:
    """Move the selected deal to its next stage, if its criteria allow it."""
    _run("Advance stage", advancing.run)


def convert_lead() -> None:
    """Make the selected lead an opportunity."""
    _run("Convert lead", converting.run)


def colour_stale_rows() -> None:
    """Tint stale rows; show only them; show all again."""
    _run("Color stale rows", colouring.run)


def take_snapshot() -> None:
    """Keep what the pipeline looks like now."""
    _run("Take snapshot", snapshots.run)


def start_review() -> None:
    """Freeze a snapshot and write what is to be talked through with each rep."""
    _run("Start review", reviewing.run)


def next_issue() -> None:
    """Go to the next cell that has an issue."""
    _run("Next issue", issue_walk.run)


def import_deals() -> None:
    """Bring the deals of a file into Pipeline."""
    _run("Import", importing.run)


def new_team_workbook() -> None:
    """Build a workbook for a team and open it."""
    _run("New team workbook", new_team.run)


def explain_figure() -> None:
    """Say what the selected figure means."""
    _run("Explain this figure", explaining.run)


def about() -> None:
    """Show versions, places and the settings."""
    _run("About xlpipeline", versions.run)


def _run(button: str, action: Callable[[Click], str]) -> None:
    """Run one action and end with one message."""
    try:
        book = xw.Book.caller()
    except Exception:  # noqa: BLE001 - xlwings raises what COM gives
        _log(button, "")
        sys.exit("xlpipeline: the workbook was not found in Excel. Please click into it and try again.")
    click = Click(book, _now(), _user(book.app), button)
    app, title, is_trouble = book.app, button, True
    try:
        message = action(click)
        is_trouble = False
    except XlpipelineError as error:
        title = f"{button}: {next(words for kind, words in _KINDS if isinstance(error, kind))}"
        message = str(error)
    except Exception as error:  # noqa: BLE001 - a fault of ours: one sentence, never a traceback
        message = _BUSY if excel_calls.is_busy(error) else _apology(button, click.step, error)
    with contextlib.suppress(Exception):  # a status bar that will not reset must not hide the message
        app.status_bar = False
    if message:
        dialogs.tell(app, message, title, is_trouble=is_trouble)


def _apology(button: str, step: str, error: Exception) -> str:
    while_doing = f" while {step}" if step else ""
    return (
        f"Sorry, this is our fault ({type(error).__name__}: {error!s:.160}){while_doing}. The file on disk is as it "
        "was: where anything looks wrong, close the workbook without saving. What happened stands in "
        f"{_log(button, step)}; please report it."
    )


def _log(button: str, step: str) -> Path:
    """Write the traceback that is being handled into a file that only this user may read; gives its path."""
    handle, name = tempfile.mkstemp(prefix="xlpipeline-", suffix=".log")  # made with mode 0600
    with os.fdopen(handle, "w", encoding="utf-8") as log:
        log.write(f"xlpipeline {__version__}, {button}, {step or 'at the start'}\n{traceback.format_exc()}")
    return Path(name)


def _now() -> dt.datetime:
    """The one place that reads the clock."""
    return dt.datetime.now(tz=dt.UTC)


def _user(app: xw.App) -> str:
    """Who clicks, for the history: the name in Excel's options, else the login; blank where neither is known."""
    with contextlib.suppress(Exception):  # each system has its own way to say that it does not know
        api = app.api
        name = str(api.user_name.get() if sys.platform == "darwin" else api.UserName or "").strip()
        if name:
            return name
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return ""
