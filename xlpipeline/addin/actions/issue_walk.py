"""Next issue: select the next cell that has a standing issue, and say what is wrong and what to do."""

from __future__ import annotations

from xlpipeline.addin.click import Click
from xlpipeline.addin.selection import can_be_seen, go_to, spot_of


def run(click: Click) -> str:
    """Go to the next issue after the selection, in the order of the tab Issues.

    Raises:
        BookError: the workbook is none of ours.
    """
    from xlpipeline.addin.glance import glance  # noqa: PLC0415 - pandas takes a second
    from xlpipeline.jobs.next_issue import Place, next_stop, stops  # noqa: PLC0415
    from xlpipeline.model.book import Book  # noqa: PLC0415

    click.require_ours()
    click.progress("looking for the next issue")
    tables = [glance(click, "Issues"), glance(click, "Pipeline", "Deal ID")]
    book = Book({table.name: table for table in tables if table}, {"AsOf": click.value_of("AsOf")})
    tabs = {sheet.name for sheet in click.book.sheets if can_be_seen(sheet)}
    spot = spot_of(click)
    at = Place(spot.sheet, spot.row, spot.column) if spot else None
    position = spot.position if spot and spot.table == "Issues" else -1
    all_stops = stops(book, book.day("AsOf") or click.now.date(), tabs)
    stop = next_stop(all_stops, at, position)
    if stop is None:
        return "There are no issues that count. Refresh metrics looks again."
    told = "\n\n".join(stop.told)
    if stop.place is None:
        return f"{told}\n\nIts tab is hidden, and so is Issues; unhide one of them to go there."
    is_shown = go_to(click.book.sheets[stop.place.sheet].range((stop.place.row, stop.place.column)))
    if stop.on_list:
        told += "\n\nIt has no cell of its own that could be shown, so its row on this tab is selected."
    elif not is_shown:
        told += f"\n\nRow {stop.place.row:,} is hidden by a filter or by hand; clear the filter to see it."
    return told
