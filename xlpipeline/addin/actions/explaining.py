"""Explain this figure: what the selected cell shows, why it matters and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import xlwings as xw

from xlpipeline.addin.click import Click
from xlpipeline.addin.selection import Spot, heads_of, selected, spot_of
from xlpipeline.errors import RequestError

if TYPE_CHECKING:
    from xlpipeline.jobs.explain_cell import Seen

_OF_STAGE: Final = ("Stage", "Next step", "Missing criteria", "Next touch", "Next touch by")
"""Columns of Pipeline beside which the playbook's advice is told."""


def run(click: Click) -> str:
    """Say what the first selected cell means.

    Raises:
        RequestError: no cell is selected, or nothing can be explained there; the sentence says where it can.
    """
    from xlpipeline.jobs.explain_cell import explain_cell  # noqa: PLC0415 - pandas takes a second

    selection, spot = selected(click), spot_of(click)
    if selection is None or spot is None:
        raise RequestError("No cell of this workbook is selected; please click on a figure and try again.")
    seen = _seen(click, selection[0, 0], spot)
    return "\n".join((*explain_cell(seen, _functions()), *_next_step(click, seen)))


def _next_step(click: Click, seen: Seen) -> list[str]:
    """What the playbook says of the selected deal's stage; only beside its stage and what belongs to it."""
    if seen.table != "Pipeline" or seen.head not in _OF_STAGE:
        return []
    from xlpipeline.addin.glance import glance  # noqa: PLC0415 - as above
    from xlpipeline.model.book import Book  # noqa: PLC0415
    from xlpipeline.model.playbook import next_step_lines  # noqa: PLC0415

    playbook = glance(click, "Playbook")
    if playbook is None:
        return []
    return next_step_lines(Book({"Playbook": playbook}), str(seen.row.get("Stage") or ""))


def _functions() -> dict[str, tuple[str, str]]:
    from xlpipeline.addin.functions import FUNCTIONS  # noqa: PLC0415

    return {one.name: (f"{one.description} In the cell: {one.gives}.", one.metric) for one in FUNCTIONS}


def _seen(click: Click, cell: xw.Range, spot: Spot) -> Seen:
    from xlpipeline.jobs.explain_cell import Seen, card_of  # noqa: PLC0415

    name = _name(cell)
    if not name and not spot.table:
        name = _name(cell.offset(row_offset=1))  # the label of a card stands above its value
        name = name if card_of(name) else ""
    card = card_of(name)
    beside = (_text(click, f"{card.name}_note"), _text(click, f"{card.name}_n")) if card else ()
    return Seen(name, spot.table, spot.head, _row(cell, spot), str(cell.formula or ""), beside)


def _name(cell: xw.Range) -> str:
    """The defined name of exactly this cell, without the tab that some names carry; "" where it has none."""
    found = cell.name
    return found.name.rsplit("!", 1)[-1] if found is not None else ""


def _text(click: Click, name: str) -> str:
    value = click.value_of(name)
    return "" if value is None else str(value)


def _row(cell: xw.Range, spot: Spot) -> dict[str, object]:
    """The cells of the selected row by their heads; none in the head itself and outside of tables."""
    table = cell.table
    if table is None or spot.position < 0:
        return {}
    body = table.range.rows[spot.position + 1].options(ndim=1).value
    return dict(zip(heads_of(table), body, strict=False))
