"""The tabs Review and Review notes: what the job *Start review* writes, and what people answer beside it.

A refresh leaves both alone. People choose a rep with the filter button of the table, not with a cell above it: the rows
themselves must stay where they are, because notes are typed beside them.
"""

from __future__ import annotations

from typing import Final

from xlpipeline.model.review_table import BLOCKS, REVIEW, REVIEW_NOTES
from xlpipeline.tabs.layout import Tab, TableBlock, Text, Tint
from xlpipeline.tabs.wording import EMPTY

TINTS: Final = (
    Tint('AND({Deal ID}="",{Review of}<>"")', "grey", ("Block", "What"), "text"),
    Tint(f'{{Block}}="{BLOCKS[0]}"', "green", ("Block", "What"), "text"),
    Tint(f'OR({{Block}}="{BLOCKS[2]}",{{Block}}="{BLOCKS[4]}")', "orange", ("Block",), "text"),
    Tint('AND({Manager note}<>"",{Rep reply}="",{Review of}<>"")', "blue", ("Rep reply",), "fill"),
)
_LONG: Final = 66
"""Width of sentences. Their cells do not wrap, because a closed file cannot fit the heights of rows."""
TAB: Final = Tab(
    "Review",
    "issues",
    (
        Text("B1", "Review", "title"),
        Text(
            "B2",
            "Not started yet: click Start review or run 'xlpipeline review' on this file.",
            "line",
            name="review_line",
        ),
        Text("B3", EMPTY, "strong", name="review_says"),
        Text(
            "B4",
            "Choose a rep with the button on the head Rep. Manager note and Rep reply are yours: nothing that is typed "
            "there is ever lost. A blue cell is a note without a reply. Sort by Rep, then Block to get the order back.",
            "hint",
        ),
        TableBlock("B6", REVIEW, grows=True, titled=False, tints=TINTS),
    ),
    widths={"H": _LONG, "I": 44},
    freeze="E7",
    print_columns="B:K",
)
NOTES_TAB: Final = Tab(
    "Review notes",
    "issues",
    (
        Text("B1", "Review notes", "title"),
        Text("B2", "What was written in earlier reviews; every Start review adds to it.", "line"),
        TableBlock("B4", REVIEW_NOTES, grows=True, titled=False),
    ),
    widths={"G": _LONG, "H": 60, "I": 60},
    freeze="B5",
)
