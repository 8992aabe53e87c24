"""Excel's own settings while a workbook is written: switched off, and always put back; sheets without protection."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from xlpipeline.errors import BookError
from xlpipeline.hosts.live import excel_calls

if TYPE_CHECKING:
    import xlwings as xw

_OFF: Final = (
    ("screen_updating", False, "screen updating"),
    ("enable_events", False, "events"),
    ("display_alerts", False, "alerts"),
    ("calculation", "manual", "the calculation mode"),
)
"""What is off during writing, the last switched back first: Excel calculates while the screen still stands."""


@contextlib.contextmanager
def quiet(app: xw.App, troubles: list[str]) -> Iterator[None]:
    """Switch off what slows writing down or interferes; afterwards each setting is as it was.

    A user who calculates by hand gets one calculation at the end, and keeps that mode. ``troubles``: gets a sentence
    for each setting that Excel would not put back; the others are put back all the same.
    """
    before: list[tuple[str, object, str]] = []
    try:
        for name, off, title in _OFF:
            was = getattr(app, name)
            if was != off:
                before.append((name, was, title))
                setattr(app, name, off)
        by_hand = not any(name == "calculation" for name, _, _ in before)
        yield
        if by_hand:
            app.calculate()
    finally:
        for name, was, title in reversed(before):
            try:
                setattr(app, name, was)
            except Exception:  # noqa: BLE001 - the other settings must be put back whatever Excel says
                troubles.append(f"Excel did not let {title} be switched back; please start Excel anew.")


@contextlib.contextmanager
def unprotected(sheets: Mapping[str, xw.Sheet], troubles: list[str]) -> Iterator[None]:
    """Take the protection off sheets and put it back with the same options, whatever happens between.

    Raises:
        BookError: a sheet has a password; the others are protected again.
    """
    opened: dict[str, excel_calls.SheetProtection] = {}
    try:
        for name, sheet in sheets.items():
            protection = excel_calls.protection_of(sheet)
            if protection is not None:
                _unprotect(sheet, name)
                opened[name] = protection
        yield
    finally:
        for name, protection in opened.items():
            try:
                excel_calls.protect(sheets[name], protection)
            except Exception:  # noqa: BLE001 - the other sheets must be protected whatever Excel says
                troubles.append(f"The tab {name} could not be protected again; please do so under Review.")


def _unprotect(sheet: xw.Sheet, name: str) -> None:
    try:
        excel_calls.unprotect(sheet)
    except Exception as fault:
        if excel_calls.is_busy(fault):
            raise
        raise BookError(
            f"The tab {name} is protected with a password, so nothing was written; please choose Review > "
            "Unprotect Sheet on it and try again."
        ) from fault
