"""The tab Settings: thresholds and policies, the live cells that formulas read, and remembered spellings."""

from __future__ import annotations

from typing import Final

from xlpipeline.model.computed import LIVE_NAMES
from xlpipeline.model.schema import IMPORT_FAULTS, MAPPINGS, SETTINGS
from xlpipeline.model.settings import Settings
from xlpipeline.tabs.layout import Tab, TableBlock, Text, side_by_side

_DEFAULTS: Final = Settings()


def _setting(key: str) -> str:
    return f'INDEX(Settings[Value],MATCH("{key}",Settings[Key],0))'


def _number(key: str, default: int) -> str:
    return f"IFERROR(IF(ISNUMBER({_setting(key)}),{_setting(key)},{default}),{default})"


LIVE_FORMULAS: Final = {
    "AsOf": f"IFERROR(IF(ISNUMBER({_setting('as_of')}),INT({_setting('as_of')}),TODAY()),TODAY())",
    "Weekend": f'IFERROR(IF({_setting("weekend")}="","{_DEFAULTS.weekend}",TEXT({_setting("weekend")},"0000000")),'
    f'"{_DEFAULTS.weekend}")',
    "IdleLimit": _number("idle_business_days", _DEFAULTS.idle_business_days),
    "ColourRows": f'IFERROR(IF(LOWER({_setting("colour_rows")})="off","off","on"),"on")',
    "GreyBelow": _number("grey_below", _DEFAULTS.grey_below),
}
"""They look a setting up by its key, so sorting the table is harmless; AsOf holds the book's only TODAY."""

_BLOCKS: Final = side_by_side(
    TableBlock("B4", SETTINGS, hint="Change the column Value; leave a value blank for its default."),
    TableBlock("B4", MAPPINGS, hint="Kept by imports, so that a spelling is asked about only once."),
)


def _live_values() -> tuple[Text, ...]:
    out = [
        Text("L4", "Live values", "section"),
        Text("L5", "Read from Settings by formulas; please do not type here.", "hint"),
    ]
    for row, (name, meaning) in enumerate(LIVE_NAMES.items(), start=6):
        out.append(Text(f"L{row}", name, "body"))
        out.append(Text(f"M{row}", "", "live", name=name, formula=LIVE_FORMULAS[name]))
        out.append(Text(f"N{row}", meaning, "hint"))
    last = 6 + len(LIVE_NAMES)
    out.append(Text(f"L{last}", "Last as of", "body"))
    out.append(Text(f"M{last}", "", "live", name="last_as_of"))
    out.append(Text(f"N{last}", "Day of the last refresh. An earlier one gives figures only.", "hint"))
    return tuple(out)


TAB: Final = Tab(
    "Settings",
    "setup",
    (
        Text("B1", "Settings", "title"),
        Text("B2", "Thresholds and policies of this workbook. A refresh reads them.", "line"),
        *_BLOCKS,
        *_live_values(),
        TableBlock(
            "P4",
            IMPORT_FAULTS,
            grows=True,
            hint="A file's rows go when it is imported again; Issues shows what is still open.",
        ),
    ),
    widths={"L": 13, "M": 13, "N": 46},
    freeze="B7",
)
