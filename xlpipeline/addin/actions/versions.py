"""Settings / About: versions and places, and the way to the tab Settings."""

from __future__ import annotations

import platform
import sys

import xlwings as xw

from xlpipeline import __version__
from xlpipeline.addin.click import Click
from xlpipeline.addin.selection import can_be_seen, go_to
from xlpipeline.hosts.live import excel_calls


def run(click: Click) -> str:
    """Say what runs here; where the workbook is ours, its settings are shown behind the message."""
    lines = [
        f"xlpipeline {__version__}",
        f"xlwings {xw.__version__} · Python {platform.python_version()} · Excel {click.app.version}",
        f"Python: {sys.executable}",
        f"Workbook: {excel_calls.full_name(click.book)}",
    ]
    settings = click.table("Settings")
    if click.table("Pipeline") is None or settings is None:
        lines.append("This workbook is none of xlpipeline; choose New team workbook to begin.")
    elif not can_be_seen(settings.parent):
        lines.append(f"The tab {settings.parent.name} is hidden; unhide it to change settings.")
    else:
        go_to(settings.range[0, 0])
        lines.append("Change the column Value on this tab, then choose Refresh metrics.")
    return "\n".join(lines)
