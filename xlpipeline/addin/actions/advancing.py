"""Advance stage: move the deal of the selected row, and ask for what the move needs: a stage, a reason, an override."""

from __future__ import annotations

from typing import TYPE_CHECKING

import xlwings as xw

from xlpipeline.addin.click import Click
from xlpipeline.addin.selection import heads_of, selected, spot_of
from xlpipeline.errors import CriteriaError, ReasonError, RequestError

if TYPE_CHECKING:
    from xlpipeline.jobs.advance import MoveRequest
    from xlpipeline.jobs.outcome import Outcome

_NOTHING = "Nothing was changed."


def run(click: Click) -> str:
    """Move one deal.

    Raises:
        RequestError: there is no such deal or stage, or several rows are selected.
        BookError: the workbook is none of ours, or must not be written.
        SetupError: a set-up table holds something that is not allowed.
    """
    from xlpipeline.jobs.advance import MoveRequest, stage_choices  # noqa: PLC0415 - pandas takes a second

    workbook = click.workbook()
    deal = deal_of_selection(click)
    if not deal:
        deal = click.ask("Which deal? Please enter its Deal ID, or cancel and select its row on Pipeline.") or ""
    if not deal:
        return _NOTHING
    click.progress("reading the stages")
    choices = stage_choices(workbook.read(), deal, now=click.now)
    prompt = f"Move {deal} from {choices.now or 'no stage'} to which stage? {', '.join(choices.others)}"
    to = click.ask(prompt, choices.next)
    if not to:
        return _NOTHING
    outcome = _moved(click, MoveRequest(deal, to))
    return _NOTHING if outcome is None else "\n".join(outcome.sentences)


def deal_of_selection(click: Click) -> str:
    """The Deal ID of the selected row of Pipeline; "" where none is selected.

    Raises:
        RequestError: the selection spans several deals, or a row that has no ID yet.
    """
    spot, selection = spot_of(click), selected(click)
    table = click.table("Pipeline")
    if spot is None or selection is None or table is None or spot.table != "Pipeline" or spot.position < 0:
        return ""
    if spot.rows > 1:
        raise RequestError("Several rows are selected; please select the row of one deal.")
    deal = _text(table, spot.row)
    if not deal:
        raise RequestError("The selected row has no Deal ID yet; Refresh metrics gives it one.")
    return deal


def _text(table: xw.main.Table, row: int) -> str:
    heads = heads_of(table)
    if "Deal ID" not in heads:
        raise RequestError("Pipeline has no column Deal ID; please bring it back with 'xlpipeline upgrade'.")
    cell = table.parent.range((row, table.range.column + heads.index("Deal ID"))).value
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell if cell is not None else "").strip()


def _moved(click: Click, request: MoveRequest) -> Outcome | None:
    """What the job says; None where a person did not give the reason that the move needs."""
    from dataclasses import replace  # noqa: PLC0415

    from xlpipeline.jobs.advance import advance_in  # noqa: PLC0415

    def move(asked: MoveRequest) -> Outcome:
        return advance_in(click.workbook(), asked, now=click.now, user=click.user, progress=click.progress)

    try:
        return move(request)
    except CriteriaError as missing:
        is_wanted = click.confirm("Move it all the same? The reason is kept in the history.", str(missing))
        reason = click.ask(f"Why may {request.deal_id} move without it?") if is_wanted else None
        return move(replace(request, override=reason)) if reason else None
    except ReasonError as needed:
        reason = click.ask(str(needed))
        return move(replace(request, reason=reason)) if reason else None
