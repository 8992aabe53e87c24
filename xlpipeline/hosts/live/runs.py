"""Grouping cells into the fewest blocks: runs of rows, and columns side by side. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from xlpipeline.ooxml.tables import Area

Run = tuple[int, int]
"""First and last position, both included."""


def no_gap(first: int, last: int) -> bool:
    """The bridge over nothing: only positions side by side are one run."""
    return last < first


def runs(positions: Sequence[int], bridges: Callable[[int, int], bool] = no_gap) -> list[Run]:
    """Runs of sorted positions as first and last; ``bridges`` says which gaps (first, last) may be written over."""
    found: list[Run] = []
    for position in positions:
        if found and bridges(found[-1][1] + 1, position - 1):
            found[-1] = (found[-1][0], position)
        else:
            found.append((position, position))
    return found


def adjacent(heads: Sequence[str], wanted: Iterable[str]) -> list[list[str]]:
    """The wanted columns in groups that stand side by side."""
    place = {head: i for i, head in enumerate(heads)}
    groups: list[list[str]] = []
    for head in sorted(wanted, key=place.__getitem__):
        if groups and place[groups[-1][-1]] + 1 == place[head]:
            groups[-1].append(head)
        else:
            groups.append([head])
    return groups


def joined(spans: Mapping[str, list[Run]], heads: Sequence[str]) -> list[tuple[list[str], Run]]:
    """Runs of several columns as blocks: equal runs of adjacent columns become one."""
    by_span: dict[Run, list[str]] = {}
    for head, of_head in spans.items():
        for span in of_head:
            by_span.setdefault(span, []).append(head)
    return [(group, span) for span, columns in by_span.items() for group in adjacent(heads, columns)]


_MOST_CELLS: Final = 1_000_000


def rows_per_call(area: Area) -> int | None:
    """How many rows of a block cross to Excel at once: all (None) up to a million cells.

    xlwings' own limit for writing is a tenth of that, which would let the number of calls grow with the rows. Apple
    events do not carry much more.
    """
    columns = area.right - area.left + 1
    rows = area.bottom - area.top + 1
    return None if rows * columns <= _MOST_CELLS else max(1, _MOST_CELLS // columns)
