"""The tab Lists: the texts that drop-downs offer."""

from __future__ import annotations

from typing import Final

from xlpipeline.model.schema import LISTS, STAGE_LIST
from xlpipeline.tabs.layout import Tab, TableBlock, Text, side_by_side

TAB: Final = Tab(
    "Lists",
    "setup",
    (
        Text("B1", "Lists", "title"),
        Text("B2", "What the drop-downs offer. Add a line below a list and it is there at once.", "line"),
        *side_by_side(*(TableBlock("B4", table, titled=False) for table in (*LISTS, STAGE_LIST))),
    ),
    freeze="B5",
)
