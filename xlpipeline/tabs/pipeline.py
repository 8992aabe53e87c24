"""The tab Pipeline: one row is one opportunity; what reps fill in, and what formulas and refresh add beside it."""

from __future__ import annotations

from typing import Final

from xlpipeline.model.computed import COMPUTED
from xlpipeline.model.computed_columns import compiled_columns
from xlpipeline.model.schema import PIPELINE
from xlpipeline.tabs.layout import Tab, TableBlock, Text, Tint

_COLOURED: Final = 'ColourRows="on",'

TINTS: Final = (
    Tint(f'AND({_COLOURED}OR(ISNUMBER(SEARCH("T",{{Flags}})),ISNUMBER(SEARCH("C",{{Flags}}))))', "vermilion"),
    Tint(f'AND({_COLOURED}OR(ISNUMBER(SEARCH("B",{{Flags}})),ISNUMBER(SEARCH("I",{{Flags}}))))', "orange"),
    Tint(f'AND({_COLOURED}ISNUMBER(SEARCH("N",{{Flags}})))', "blue"),
)
"""The worst flag colours the row: the first tint that holds wins."""

TAB: Final = Tab(
    "Pipeline",
    "input",
    (
        Text("B1", "Pipeline", "title"),
        Text(
            "B2",
            "One row is one opportunity. Fill in the columns with dark blue heads; grey columns fill themselves. "
            "Type below the last row and the table grows. Stage offers only where a deal may go: see Missing criteria.",
            "line",
        ),
        TableBlock(
            "B4",
            PIPELINE,
            rows=20,
            grows=True,
            titled=False,
            formulas={column.name: column.formula for column in COMPUTED},
            compiled=lambda book: {column.name: column.formula for column in compiled_columns(book)},
            tints=TINTS,
        ),
    ),
    freeze="D5",
    print_columns="B:W",
)
