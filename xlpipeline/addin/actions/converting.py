"""Convert lead: make the opportunity of the selected row of Leads."""

from __future__ import annotations

from xlpipeline.addin.click import Click
from xlpipeline.addin.selection import heads_of, selected, spot_of
from xlpipeline.errors import RequestError

_NOTHING = "Nothing was changed."


def run(click: Click) -> str:
    """Make one lead an opportunity.

    Raises:
        RequestError: there is no such lead, it is converted or disqualified, or several rows are selected.
        BookError: the workbook is none of ours, or must not be written.
        SetupError: a set-up table holds something that is not allowed.
    """
    workbook = click.workbook()
    lead = lead_of_selection(click)
    if not lead:
        lead = click.ask("Which lead? Please enter its Lead ID, or cancel and select its row on Leads.") or ""
    if not lead.strip():
        return _NOTHING
    name = click.ask(f"What shall the opportunity of {lead} be called? Blank: the account and the lead.")
    if name is None:
        return _NOTHING
    from xlpipeline.jobs.convert_lead import convert_in  # noqa: PLC0415 - pandas takes a second

    outcome = convert_in(workbook, lead, now=click.now, name=name, user=click.user, progress=click.progress)
    return "\n".join(outcome.sentences)


def lead_of_selection(click: Click) -> str:
    """The Lead ID of the selected row of Leads; "" where none is selected.

    Raises:
        RequestError: the selection spans several leads, or a row that has no ID yet.
    """
    spot, selection = spot_of(click), selected(click)
    table = click.table("Leads")
    if spot is None or selection is None or table is None or spot.table != "Leads" or spot.position < 0:
        return ""
    if spot.rows > 1:
        raise RequestError("Several rows are selected; please select the row of one lead.")
    heads = heads_of(table)
    if "Lead ID" not in heads:
        raise RequestError("Leads has no column Lead ID; please bring it back with 'xlpipeline upgrade'.")
    cell = table.parent.range((spot.row, table.range.column + heads.index("Lead ID"))).value
    text = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell or "").strip()
    if not text:
        raise RequestError("The selected row has no Lead ID yet; please enter one, such as L-00001.")
    return text
