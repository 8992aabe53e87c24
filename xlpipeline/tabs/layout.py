"""What a tab is made of: pure records that the builder draws and that refresh fills.

Every figure stands in a named cell or in an Excel table, so a user may rename and move tabs and all still works.
Anchors are A1 references of a block's top left cell on the tab. Column A is a narrow margin; a dashboard has twelve
columns of equal width from B to M unless ``Tab.widths`` says otherwise (0 hides a column).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from xlpipeline.model.book import Book, ChangeSet, column_letters, column_number
from xlpipeline.model.facts import Facts
from xlpipeline.model.schema import INPUT_TABLES, Kind, Table

Role = Literal["start", "input", "setup", "dashboard", "issues", "hidden"]
Colour = Literal["vermilion", "orange", "blue", "green", "grey"]
TextStyle = Literal["title", "line", "section", "body", "strong", "hint", "link", "live", "number"]


@dataclass(frozen=True)
class Text:
    """A fixed text; ``name`` makes it a named cell that a fill may overwrite. ``across``: columns it spans (merged).

    ``formula`` (without ``=``) makes it a live cell instead; ``text`` is then what stands there before calculation.
    """

    anchor: str
    text: str | int
    style: TextStyle = "body"
    name: str = ""
    across: int = 1
    link: str = ""
    """Tab that a click leads to."""
    formula: str = ""
    rows: int = 1
    """Rows it spans; the text wraps when it is more than one."""
    indent: int = 0


@dataclass(frozen=True)
class Tint:
    """Conditional colour of a table's rows. ``when`` is a formula; ``{Head}`` in it is the row's cell of that column.

    ``columns``: heads that are coloured (none: the whole row). ``look``: a light fill behind the text, or its ink.
    """

    when: str
    colour: Colour
    columns: tuple[str, ...] = ()
    look: Literal["fill", "text"] = "fill"


@dataclass(frozen=True)
class Card:
    """A key figure: label, value, comparison and basis, four rows high. ``definition`` is the name ``explain`` knows.

    Named cells: ``name`` (value), ``name_note`` (comparison, or why there is no value), ``name_n`` (n, basis).
    ``formulas``: where the card follows a filter, the native formula of each part ("value", "note", "n").
    """

    anchor: str
    name: str
    label: str
    kind: Kind
    definition: str
    across: int = 2
    formulas: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TableBlock:
    """An Excel table on the tab. ``rows``: body rows it is built with; ``body``: first rows given as tuples of cells.

    The block's title (``table.title``) stands at the anchor, the hint one row below, the table's head two rows below;
    with ``titled`` False there is neither, and the head stands at the anchor. ``formulas``: head to calculated formula
    (without ``=``), one for every column whose writer is "formula"; ``compiled`` gives those that the book's own set-up
    tables decide. A cell of ``body`` may be a ``model.book.Formula``.
    ``grows``: the table may get any number of rows, so nothing may stand below it. ``grey_when_small``: head of an n
    column by which rows are greyed below the setting ``grey_below``.
    """

    anchor: str
    table: Table
    rows: int = 1
    body: tuple[tuple[object, ...], ...] = ()
    grows: bool = False
    grey_when_small: str = ""
    hint: str = ""
    """Grey line under the block's title."""
    titled: bool = True
    formulas: dict[str, str] = field(default_factory=dict)
    compiled: Callable[[Book], dict[str, str]] | None = None
    tints: tuple[Tint, ...] = ()


@dataclass(frozen=True)
class Series:
    """One series of a chart: a table column, its look and whether its values stand beside the marks.

    A bar of colour "none" is not seen and not in the legend: others stand on it, as in a waterfall.
    """

    column: str
    colour: Literal["data", "context", "attention", "good", "bad", "none"] = "data"
    look: Literal["bar", "line", "marker"] = "bar"
    labels: bool = False


@dataclass(frozen=True)
class ChartBlock:
    """A native chart over columns of one table. ``name`` is its drawing name without the prefix ``xlp_``.

    It covers ``columns`` x ``rows`` cells from its anchor. "bar" lies, the table's first row on top; "column" stands.
    A "marker" series is a target: a dash in a column chart, a hollow outline around the bar in a bar chart.
    """

    anchor: str
    name: str
    kind: Literal["bar", "column", "line"]
    title: str
    alt_text: str
    table: str
    categories: str
    series: tuple[Series, ...]
    columns: int = 6
    rows: int = 14
    number_format: str = "General"
    stacked: bool = False
    top: float | None = None
    """Upper end of the value axis; None: as the values ask for."""


@dataclass(frozen=True)
class Filter:
    """A cell in which a reader chooses: a drop-down over a named list; unlocked on a protected tab.

    The label stands at the anchor, the named cell right of it. ``choices``: a key of ``schema.CHOICES``, or a table
    column such as ``Scorecard[Rep]``.
    """

    anchor: str
    name: str
    label: str
    choices: str
    default: str
    across: int = 2
    """Columns that the cell spans."""


@dataclass(frozen=True)
class Swatch:
    """A cell of a legend: a text on the colour that it explains (a tint, or the head of a column by who writes it)."""

    anchor: str
    colour: Literal["input", "formula", "refresh"] | Colour
    text: str
    across: int = 1


Block = Text | Card | TableBlock | ChartBlock | Filter | Swatch


def _fills_nothing(facts: Facts) -> ChangeSet:
    del facts
    return ChangeSet()


@dataclass(frozen=True)
class Tab:
    """One tab. ``fill`` gives the changes that put the figures on it. ``widths``: column letter to width."""

    name: str
    role: Role
    blocks: tuple[Block, ...]
    fill: Callable[[Facts], ChangeSet] = _fills_nothing
    widths: dict[str, float] = field(default_factory=dict)
    freeze: str = ""
    """First cell that scrolls, such as ``B5``."""
    print_columns: str = ""
    """Columns that are printed, such as ``B:U`` (several spans print on pages of their own); blank: all, but each of
    several tables on an input or set-up tab on pages of its own."""
    page_break_before: tuple[int, ...] = ()
    """Rows that begin a new page in print."""


def with_tables(tabs: tuple[Tab, ...], tables: Mapping[str, Table]) -> tuple[Tab, ...]:
    """The tabs with ``tables`` (by name) in the place of those of the schema, such as a team's own Pipeline.

    A block that has a table of its own already keeps it.
    """

    def own(block: Block) -> Block:
        if not isinstance(block, TableBlock) or block.table.name not in tables or block.table not in INPUT_TABLES:
            return block
        return replace(block, table=tables[block.table.name])

    return tuple(replace(tab, blocks=tuple(map(own, tab.blocks))) for tab in tabs)


def side_by_side(*blocks: TableBlock) -> tuple[TableBlock, ...]:
    """The blocks side by side from the first one's anchor on, a narrow column between: each may grow down."""
    letters, row = split_anchor(blocks[0].anchor)
    column, out = column_number(letters), []
    for block in blocks:
        out.append(replace(block, anchor=f"{column_letters(column)}{row}"))
        column += len(block.table.columns) + 1
    return tuple(out)


def split_anchor(anchor: str) -> tuple[str, int]:
    """``"AB12"`` as ``("AB", 12)``."""
    letters = anchor.rstrip("0123456789")
    return letters, int(anchor[len(letters) :])
