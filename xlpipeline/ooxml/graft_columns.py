"""Add missing columns of a freshly built table at the right end of the same table in an older package.

Heads, looks, formulas, validations and widths come along; a head's note becomes the message shown when it is selected,
because the older sheet's own notes are not touched. Cells in the way are refused by their names.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from xlpipeline.errors import BookError, GrowthError
from xlpipeline.model.book import column_letters
from xlpipeline.ooxml.graft_sheets import restyled
from xlpipeline.ooxml.graft_styles import StyleGraft
from xlpipeline.ooxml.graft_validations import renewed_validations
from xlpipeline.ooxml.markup import element, elements, encoded, escaped, spliced, with_attribute
from xlpipeline.ooxml.package import Package
from xlpipeline.ooxml.rows import HEAD, TAIL, Row, cell_name, put_together, row_like, scan, take_row_apart
from xlpipeline.ooxml.tables import Area, TablePart, find_sheets, find_tables, parse_area

_AFTER_VALIDATIONS: Final = (
    "hyperlinks", "printOptions", "pageMargins", "pageSetup", "headerFooter", "rowBreaks", "colBreaks",
    "customProperties", "cellWatches", "ignoredErrors", "smartTags", "drawing", "legacyDrawing", "legacyDrawingHF",
    "picture", "oleObjects", "controls", "webPublishItems", "tableParts", "extLst",
)  # fmt: skip
_LONGEST_MESSAGE: Final = 255


def graft_columns(
    old: Package, fresh: Package, table: str, columns: Sequence[tuple[str, str]], styles: StyleGraft
) -> None:
    """Add these columns (head, note) of fresh's table to old's table of the same name.

    Raises:
        GrowthError: cells, merged cells or another table stand to the right of the table, or it has a totals row.
    """
    mine = find_tables(old, find_sheets(old))[table]
    theirs = find_tables(fresh, find_sheets(fresh))[table]
    if mine.has_totals or not mine.has_head:
        raise GrowthError(
            f"The table {table} has a totals row or no heads, so no column can be added; please change that in Excel."
        )
    plan = _Plan(fresh, (mine, theirs), columns, styles)
    _refuse_neighbours(old, plan)
    markup = old.markup(mine.sheet.part)
    text = b"".join(_sheet(markup.text, plan))
    old.put(mine.sheet.part, encoded(markup, text))
    _widen_table(old, plan)


class _Plan:
    """Where each new column comes from and goes to."""

    def __init__(
        self,
        fresh: Package,
        tables: tuple[TablePart, TablePart],
        columns: Sequence[tuple[str, str]],
        styles: StyleGraft,
    ) -> None:
        self.mine, self.theirs, self.styles = *tables, styles
        mine, theirs = tables
        self.heads = [head for head, _ in columns]
        self.notes = dict(columns)
        self.numbers = {head: mine.body.right + 1 + i for i, head in enumerate(self.heads)}
        self.added = Area(mine.whole.top, mine.body.right + 1, mine.whole.bottom, mine.body.right + len(columns))
        self.fresh_text = fresh.markup(theirs.sheet.part).text
        rows = dict(scan([self.fresh_text], theirs.sheet.part))
        self.looks = {head: self._looks(head, rows) for head in self.heads}

    def _looks(self, head: str, rows: dict[int, bytes]) -> tuple[bytes, bytes]:
        """Style attribute of the head cell and of the first body cell of a column, as old's indices."""
        number = self.theirs.column_number(head)
        found = []
        for row in (self.theirs.whole.top, self.theirs.body.top):
            cells = dict(take_row_apart(rows.get(row, b"<row></row>"), b"").cells)
            tag = cells.get(number or 0, b"<c>").split(b">", 1)[0].rstrip(b"/") + b">"
            given = restyled(tag, self.styles).split(b' s="')
            found.append(b' s="' + given[1].split(b'"')[0] + b'"' if len(given) > 1 else b"")
        return found[0], found[1]

    def formula(self, head: str) -> bytes:
        """``<f>`` of a calculated column, or nothing."""
        column = next(c for c in self.theirs.columns if c.name == head)
        return b"<f>" + column.formula + b"</f>" if column.formula else b""


def _refuse_neighbours(old: Package, plan: _Plan) -> None:
    for other in find_tables(old, find_sheets(old)).values():
        if other.sheet.part == plan.mine.sheet.part and other.name != plan.mine.name and other.whole.meets(plan.added):
            raise GrowthError(
                f"The table {plan.mine.name} has no room for new columns: the table {other.name} at "
                f"{other.sheet.name}!{other.whole.text()} is in the way; please move it."
            )


def _sheet(text: bytes, plan: _Plan) -> list[bytes]:
    out: list[bytes] = []
    blocked: list[str] = []
    wanted = list(range(plan.added.top, plan.added.bottom + 1))
    for number, row in scan([text], plan.mine.sheet.part):
        if number == HEAD:
            out.append(_widths(row, plan))
            continue
        limit = plan.added.bottom + 1 if number == TAIL else number
        while wanted and wanted[0] < limit:
            out.append(_widened(put_together(row_like(b"<row>", wanted[0], b"")), wanted.pop(0), plan, blocked))
        if number == TAIL:
            out.append(_tail(row, plan, blocked))
        elif wanted and wanted[0] == number:
            out.append(_widened(row, wanted.pop(0), plan, blocked))
        else:
            out.append(row)
    if blocked:
        named = ", ".join(f"{plan.mine.sheet.name}!{cell}" for cell in blocked[:12])
        raise GrowthError(f"The table {plan.mine.name} has no room for new columns: {named} must be empty first.")
    return out


def _widened(row: bytes, number: int, plan: _Plan, blocked: list[str]) -> bytes:
    opened = take_row_apart(row, b"")
    cells = dict(opened.cells)
    for head, column in plan.numbers.items():
        there = cells.get(column, b"")
        if b"<v" in there or b"<f" in there or b"<is" in there:
            blocked.append(cell_name(column, number).decode())
        look = plan.looks[head][0 if number == plan.mine.whole.top else 1]
        start = b'<c r="%s"%s' % (cell_name(column, number), look)
        if number == plan.mine.whole.top:
            cells[column] = start + b' t="inlineStr"><is><t>' + escaped(head) + b"</t></is></c>"
        else:
            formula = plan.formula(head)
            cells[column] = start + (b">" + formula + b"</c>" if formula else b"/>")
    return put_together(Row(opened.tag, sorted(cells.items()), opened.close))


def _widths(head: bytes, plan: _Plan) -> bytes:
    found, theirs = element(head, "cols"), element(plan.fresh_text, "cols")
    given = [e.attributes for e in elements(theirs.body, "col")] if theirs else []
    taken = [(int(e.attributes["min"]), int(e.attributes["max"])) for e in elements(found.body, "col")] if found else []
    new = b""
    for name, number in plan.numbers.items():
        source = plan.theirs.column_number(name) or 0
        width = next((c.get("width") for c in given if int(c["min"]) <= source <= int(c["max"])), None)
        if width and not any(low <= number <= high for low, high in taken):
            new += b'<col min="%d" max="%d" width="%s" customWidth="1"/>' % (number, number, width.encode())
    if not new:
        return head
    if found is None:
        at = head.rindex(b"<sheetData")
        return head[:at] + b"<cols>" + new + b"</cols>" + head[at:]
    entries = sorted([*elements(found.body + new, "col")], key=lambda e: int(e.attributes["min"]))
    return spliced(head, [(found.start, found.end, b"<cols>" + b"".join(e.tag for e in entries) + b"</cols>")])


def _tail(tail: bytes, plan: _Plan, blocked: list[str]) -> bytes:
    for merged in elements(tail, "mergeCell"):
        area = parse_area(merged.attributes.get("ref", ""))
        if area is not None and area.meets(plan.added):
            blocked.append(area.text())
    edits, new = renewed_validations(tail, plan.fresh_text, plan.mine, plan.theirs, plan.numbers)
    tail = spliced(tail, edits)
    new += [made for head in plan.heads for made in (_validation(head, plan), _message(head, plan)) if made]
    if not new:
        return tail
    found = element(tail, "dataValidations")
    if found is not None:
        count = str(len(list(elements(found.body, "dataValidation"))) + len(new))
        end = found.tag_end + len(found.body)
        return spliced(
            tail, [(found.start, found.tag_end, with_attribute(found.tag, "count", count)), (end, end, b"".join(new))]
        )
    later = [e.start for local in _AFTER_VALIDATIONS if (e := element(tail, local)) is not None]
    at = min(later) if later else tail.rindex(b"</")
    return tail[:at] + b'<dataValidations count="%d">' % len(new) + b"".join(new) + b"</dataValidations>" + tail[at:]


def _validation(head: str, plan: _Plan) -> bytes:
    """The validation of the fresh column's first body cell, on the new column's body."""
    source = Area(plan.theirs.body.top, n := plan.theirs.column_number(head) or 0, plan.theirs.body.top, n)
    for entry in elements(plan.fresh_text, "dataValidation"):
        areas = [parse_area(word) for word in entry.attributes.get("sqref", "").split()]
        relative = b"$" not in entry.body and column_letters(n).encode() in entry.body
        if any(area is not None and area.meets(source) for area in areas) and not relative:
            column = plan.numbers[head]
            body = Area(plan.mine.body.top, column, plan.mine.body.bottom, column)
            return with_attribute(entry.tag, "sqref", body.text()) + (
                entry.body + b"</dataValidation>" if entry.body else b""
            )
    return b""


def _message(head: str, plan: _Plan) -> bytes:
    note = plan.notes[head]
    if not note:
        return b""
    tag = with_attribute(b"<dataValidation/>", "allowBlank", "1")
    for name, value in (
        ("showInputMessage", "1"),
        ("promptTitle", head[:32]),
        ("prompt", note[:_LONGEST_MESSAGE]),
        ("sqref", cell_name(plan.numbers[head], plan.mine.whole.top).decode()),
    ):
        tag = with_attribute(tag, name, value)
    return tag


def _widen_table(old: Package, plan: _Plan) -> None:
    markup = old.markup(plan.mine.part)
    text = markup.text
    whole = plan.mine.whole
    ref = Area(whole.top, whole.left, whole.bottom, plan.added.right).text()
    edits = [
        (e.start, e.tag_end, with_attribute(e.tag, "ref", ref))
        for local in ("table", "autoFilter")
        for e in elements(text, local)
    ]
    listed = element(text, "tableColumns")
    if listed is None:
        raise BookError(
            f"{old.title} is damaged: the table {plan.mine.name} lists no columns; please save it again in Excel."
        )
    ids = [int(e.attributes.get("id", "0")) for e in elements(listed.body, "tableColumn")]
    new = b"".join(_table_column(head, max(ids) + 1 + i, plan) for i, head in enumerate(plan.heads))
    end = listed.tag_end + len(listed.body)
    edits += [
        (listed.start, listed.tag_end, with_attribute(listed.tag, "count", str(len(ids) + len(plan.heads)))),
        (end, end, new),
    ]
    old.splice(plan.mine.part, markup, spliced(text, edits))


def _table_column(head: str, number: int, plan: _Plan) -> bytes:
    tag = with_attribute(with_attribute(b"<tableColumn/>", "id", str(number)), "name", head)
    column = next(c for c in plan.theirs.columns if c.name == head)
    if not column.formula:
        return tag
    return tag[:-2] + b"><calculatedColumnFormula>" + column.formula + b"</calculatedColumnFormula></tableColumn>"
