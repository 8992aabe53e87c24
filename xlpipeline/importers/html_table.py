"""The rows of a web page's largest table: some systems save one under the name .xls.

Only the text of cells is read, by the standard library's tolerant parser: no script runs, nothing is fetched, and
entities are letters, never files.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

from xlpipeline.errors import SourceError
from xlpipeline.importers.csv_text import decoded

_MOST_BYTES: Final = 128 << 20
_MOST_ROWS: Final = 1_048_576
_MOST_COLUMNS: Final = 16_384
_MOST_CELLS: Final = 20_000_000
_DEEPEST: Final = 50
"""Tables within tables; a list of deals has none."""
_UNSEEN: Final = frozenset(("script", "style", "title", "template", "noscript"))
_BREAKS: Final = frozenset(("br", "p", "div", "li"))
_CHARSET: Final = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?([A-Za-z0-9_.:-]{1,40})""", re.I)


def html_records(raw: bytes, title: str, encoding: str = "") -> list[list[str]]:
    """Texts of the table with the most cells, row by row; cells that span columns leave blanks behind them.

    Raises:
        SourceError: the page holds no table, or is far too large.
    """
    if len(raw) > _MOST_BYTES:
        raise SourceError(f"{title} is a web page of {len(raw) >> 20:,} MB; please export it as CSV.")
    told = _CHARSET.search(raw[:4096])
    text = _text(raw, encoding or (told[1].decode("ascii") if told else ""), is_told=bool(encoding))
    parser = _Tables(title)
    parser.feed(text)
    parser.close()
    while parser.open:  # a page that was cut off
        parser.handle_endtag("table")
    best = max(parser.done, key=lambda rows: sum(map(len, rows)), default=[])
    if sum(map(len, best)) < 2:
        raise SourceError(
            f"{title} is a web page without a table, whatever its name says; please export the deals as CSV or .xlsx."
        )
    return best


def _text(raw: bytes, encoding: str, *, is_told: bool) -> str:
    try:
        return decoded(raw, encoding)[0]
    except SourceError:
        if is_told:
            raise
        return decoded(raw)[0]  # a page that lies about its encoding


@dataclass
class _Table:
    rows: list[list[str]] = field(default_factory=list)
    cell: list[str] | None = None
    span: int = 1


class _Tables(HTMLParser):
    """Collects the cells of every table; a table in a cell is a table of its own."""

    def __init__(self, title: str) -> None:
        super().__init__(convert_charrefs=True)
        self.title = title
        self.done: list[list[list[str]]] = []
        self.open: list[_Table] = []
        self.unseen = 0
        self.cells = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self.unseen += 1
        elif tag == "table":
            if len(self.open) >= _DEEPEST:
                raise SourceError(f"{self.title} holds tables within tables; please export the deals as CSV or .xlsx.")
            self.open.append(_Table())
        elif self.open and tag == "tr":
            self._end_cell()
            self.open[-1].rows.append([])
        elif self.open and tag in {"td", "th"}:
            self._end_cell()
            self._begin_cell(dict(attrs))
        elif self.open and tag in _BREAKS and self.open[-1].cell is not None:
            self.open[-1].cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self.unseen = max(0, self.unseen - 1)
        elif self.open and tag in {"td", "th", "tr"}:
            self._end_cell()
        elif self.open and tag == "table":
            self._end_cell()
            self.done.append(self.open.pop().rows)

    def handle_data(self, data: str) -> None:
        if self.open and not self.unseen and self.open[-1].cell is not None:
            self.open[-1].cell.append(data)

    def _begin_cell(self, attributes: dict[str, str | None]) -> None:
        table = self.open[-1]
        table.cell = []
        span = attributes.get("colspan") or "1"
        table.span = min(int(span), _MOST_COLUMNS) if span.isascii() and span.isdigit() and len(span) < 6 else 1
        if not table.rows:
            table.rows.append([])

    def _end_cell(self) -> None:
        table = self.open[-1]
        if table.cell is None:
            return
        row = table.rows[-1]
        row.append(" ".join("".join(table.cell).split()))
        row += [""] * (max(table.span, 1) - 1)
        table.cell = None
        self.cells += max(table.span, 1)
        if len(row) > _MOST_COLUMNS or len(table.rows) > _MOST_ROWS or self.cells > _MOST_CELLS:
            raise SourceError(f"{self.title} holds a table larger than a worksheet; please export it as CSV.")
