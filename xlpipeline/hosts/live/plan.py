"""What a change set means for a workbook in Excel: which blocks, formulas and table sizes are to be written. Pure.

Columns that a refresh owns are written as one block from the first changed row to the last; in columns of people only
changed cells are, so that the formulas and looks that they put there stay. Values of calculated columns are Excel's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate

from xlpipeline.errors import BookError
from xlpipeline.hosts.live.orders import BlockWrite, Cells, FormulaWrite, Plan, Resizing
from xlpipeline.hosts.live.owners import writers_of
from xlpipeline.hosts.live.places import LiveTable, Seen
from xlpipeline.hosts.live.runs import adjacent, joined, runs
from xlpipeline.model.book import BookTable, ChangeSet, Formula, TableChange, is_blank, same_formula
from xlpipeline.ooxml.tables import Area


def plan_writes(changes: ChangeSet, seen: Seen) -> Plan:
    """The plan of a change set (as ``needed_changes`` left it) for a workbook as it was read.

    Raises:
        BookError: a table, column or single named cell does not exist.
    """
    by_table: dict[str, list[TableChange]] = {}
    for change in changes.tables:
        by_table.setdefault(change.table, []).append(change)
    made = [_draft(name, of_table, seen) for name, of_table in by_table.items()]
    drafts = [draft for draft in made if draft.resizing or draft.cells or draft.renewed]
    blocks, formulas = _single_cells(changes.names, seen)
    count = sum(len(write.new) for write in blocks) + len(formulas)
    return Plan(
        tuple(draft.resizing for draft in drafts if draft.resizing),
        (*(block for draft in drafts for block in draft.blocks()), *blocks),
        (*(write for draft in drafts for write in draft.renewed), *formulas),
        tuple(draft.live for draft in drafts),
        count + sum(draft.count for draft in drafts),
    )


@dataclass
class _Draft:
    """One table's part of the plan while it is made."""

    live: LiveTable
    table: BookTable
    rows: int
    cells: dict[str, dict[int, object]] = field(default_factory=dict)
    renewed: list[FormulaWrite] = field(default_factory=list)
    resizing: Resizing | None = None
    count: int = 0

    def old(self, heads: Sequence[str], first: int, last: int) -> Cells:
        """Cells as read; blank below the rows that there were."""
        columns = [self.table.frame[head].iloc[first : last + 1].tolist() for head in heads]
        missing = last + 1 - first - len(columns[0])
        return tuple(zip(*([*column, *[None] * missing] for column in columns), strict=True))

    def blocks(self) -> list[BlockWrite]:
        """The blocks of values, those of a refresh first."""
        writers = writers_of(self.live.name)
        ours = [head for head in self.live.heads if writers.get(head) == "refresh"]
        theirs = [head for head in self.live.heads if writers.get(head) != "refresh" and self.cells.get(head)]
        # Whole groups, whatever changed in them: so the number of calls does not hang on what the figures are.
        groups = [group for group in adjacent(self.live.heads, ours) if any(self.cells.get(head) for head in group)]
        spans = [(heads, self._span(heads)) for heads in groups]
        spans += joined({head: self._runs(head) for head in theirs}, self.live.heads)
        return [self._block(heads, first, last) for heads, (first, last) in spans]

    def _span(self, heads: Sequence[str]) -> tuple[int, int]:
        positions = [p for head in heads for p in self.cells.get(head, ())]
        return min(positions), max(positions)

    def _runs(self, head: str) -> list[tuple[int, int]]:
        return runs(sorted(self.cells[head]), self._is_free)

    def _is_free(self, first: int, last: int) -> bool:
        """Whether the rows between two changed ones hold nothing of people's: they are new, or wholly blank."""
        end = min(last + 1, self.live.rows)
        return end <= first or self._filled[end] == self._filled[first]

    @cached_property
    def _filled(self) -> list[int]:
        """How many of the first rows hold anything but calculated cells, by their number."""
        typed = [c for c in self.table.frame.columns if c not in self.table.formulas]
        rows = zip(*(self.table.frame[c].tolist() for c in typed), strict=True)
        return [0, *accumulate(any(cell is not None for cell in row) for row in rows)]

    def _block(self, heads: Sequence[str], first: int, last: int) -> BlockWrite:
        old = self.old(heads, first, last)
        columns = [self.cells.get(head, {}) for head in heads]
        new = tuple(
            tuple(column.get(p, before) for column, before in zip(columns, row, strict=True))
            for p, row in enumerate(old, first)
        )
        return BlockWrite(self.what(heads, first, last), self.live.sheet, self._area(heads, first, last), new, old)

    def _area(self, heads: Sequence[str], first: int, last: int) -> Area:
        return self.live.cells(first, last, heads[0], heads[-1])

    def what(self, heads: Sequence[str], first: int, last: int) -> str:
        """What a write is called in a message: the table, its rows as the sheet counts them, and the columns."""
        top = self.live.body.top
        rows = f"row {top + first}" if first == last else f"rows {top + first} to {top + last}"
        return f"{self.live.name} {rows} ({', '.join(heads)})"

    def fill(self, head: str, positions: Iterable[int], formula: str) -> None:
        """Write a formula into some cells of a column."""
        for first, last in runs(sorted(positions)):
            what, area = self.what([head], first, last), self._area([head], first, last)
            text = "=" + formula.removeprefix("=")
            self.renewed.append(FormulaWrite(what, self.live.sheet, area, text, self.old([head], first, last)))
            self.count += last - first + 1


def _draft(name: str, changes: list[TableChange], seen: Seen) -> _Draft:
    live, table = seen.tables.get(name), seen.book.tables.get(name)
    if live is None or table is None:
        raise _lacking(seen, f"table called {name}")
    draft = _Draft(live, table, _rows_after(changes, live))
    formulas = {**table.formulas, **{head: text for change in changes for head, text in change.formulas.items()}}
    for head in [*formulas, *(head for change in changes for head in change.columns)]:
        if head not in live.heads:
            raise _lacking(seen, f"column called {head} in its table {name}")
    if draft.rows != live.rows:
        draft.resizing = Resizing(live, draft.rows, formulas, _lost(draft))
    for head, text in formulas.items():
        _renew(draft, head, text)
    for change in changes:
        for head, values in change.columns.items():
            if head not in formulas:
                known = zip(values.index.tolist(), values.tolist(), strict=True)
                draft.cells.setdefault(head, {}).update(known)
    draft.count += sum(map(len, draft.cells.values()))
    return draft


def _rows_after(changes: list[TableChange], live: LiveTable) -> int:
    """As the file host counts: what the last change asks for, but never fewer than a changed cell needs, nor none."""
    asked = next((change.rows for change in reversed(changes) if change.rows is not None), None)
    highest = max((int(s.index.max()) + 1 for c in changes for s in c.columns.values() if len(s)), default=0)
    return max(asked, highest, 1) if asked is not None else max(live.rows, highest)


def _lost(draft: _Draft) -> Cells:
    return tuple(tuple(row) for row in draft.table.frame.iloc[draft.rows :].itertuples(index=False, name=None))


def _renew(draft: _Draft, head: str, text: str) -> None:
    """A formula that differs goes into every cell, but not over a constant; where a cell was cleared it comes back."""
    kept, cells = draft.table.formulas.get(head), draft.table.frame[head]
    bare = {p for p in draft.table.without_formula.get(head, ()) if p < draft.rows}
    constants = {p for p in bare if not is_blank(cells.iat[p])}
    if kept is None:
        draft.fill(head, range(draft.rows), text)
    elif same_formula(text, kept):
        draft.fill(head, bare - constants, text)
    else:
        draft.fill(head, set(range(draft.rows)) - constants, text)


def _lacking(seen: Seen, what: str) -> BookError:
    return BookError(f"{seen.book.title} has no {what}; please undo its renaming, or upgrade the workbook.")


def _single_cells(names: Mapping[str, object], seen: Seen) -> tuple[list[BlockWrite], list[FormulaWrite]]:
    """Single named cells; values that stand one below the other are written together."""
    formulas: list[FormulaWrite] = []
    plain: list[tuple[str, int, int, str, object]] = []
    for name, value in names.items():
        place = seen.places.get(name)
        if place is None:
            raise _lacking(seen, f"single cell called {name}")
        area = Area(place.row, place.column, place.row, place.column)
        if isinstance(value, Formula):
            text = "=" + value.text.removeprefix("=")
            formulas.append(FormulaWrite(name, place.sheet, area, text, ((seen.book.names[name],),)))
        else:
            plain.append((place.sheet, place.column, place.row, name, value))
    blocks: list[list[tuple[str, int, int, str, object]]] = []
    for cell in sorted(plain, key=lambda one: one[:4]):
        last = blocks[-1][-1] if blocks else None
        if last is not None and (last[0], last[1], last[2] + 1) == cell[:3]:
            blocks[-1].append(cell)
        elif last is None or last[:3] != cell[:3]:  # two names of one cell: the first is enough
            blocks.append([cell])
    return [_named_block(block, seen) for block in blocks], formulas


def _named_block(cells: list[tuple[str, int, int, str, object]], seen: Seen) -> BlockWrite:
    (sheet, column, top, _, _), bottom = cells[0], cells[-1][2]
    new = tuple((value,) for *_, value in cells)
    old = tuple((seen.book.names[name],) for _, _, _, name, _ in cells)
    return BlockWrite(", ".join(cell[3] for cell in cells), sheet, Area(top, column, bottom, column), new, old)
