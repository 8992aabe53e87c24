"""The ribbon tab "Pipeline": the register of its buttons, and the customUI part that Excel reads it from.

The part is of the 2006 namespace, which Excel 2016 for Windows and for Mac read alike. A new button is one entry in
``BUTTONS``, one drawing in ``icons/`` and one function in ``macros.py``; ``callbacks.py`` makes its VBA.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Final
from xml.sax.saxutils import quoteattr

NAMESPACE: Final = "http://schemas.microsoft.com/office/2006/01/customui"
TAB_ID: Final = "XlpTab"
TAB_LABEL: Final = "Pipeline"
TAB_KEYTIP: Final = "YP"
"""No tab of Excel begins with these letters."""


@dataclass(frozen=True)
class Button:
    """One button of the tab.

    ``macro``: the function of ``xlpipeline.addin.macros`` that it runs; "" where VBA does it alone. ``image``: its PNG
    in ``icons/``, without the suffix. ``needs_our_workbook``: it is grey on other workbooks.
    """

    id: str
    label: str
    macro: str
    image: str
    screentip: str
    supertip: str
    keytip: str
    group: str
    large: bool = True
    needs_our_workbook: bool = True
    writes: bool = True
    """Whether it may write into the workbook; one that only looks leaves Excel's Undo alone."""


BUTTONS: Final[tuple[Button, ...]] = (
    Button(
        "XlpRefresh",
        "Refresh metrics",
        "refresh_metrics",
        "refresh",
        "Refresh metrics",
        "Measures the pipeline, updates every dashboard and the list of issues, and adds what has changed to the "
        "history.",
        "R",
        "Every day",
    ),
    Button(
        "XlpValidate",
        "Validate",
        "validate",
        "validate",
        "Validate the data",
        "Looks for faults in the tables and lists them on the tab Issues, without measuring anything.",
        "V",
        "Every day",
        writes=False,
    ),
    Button(
        "XlpNextIssue",
        "Next issue",
        "next_issue",
        "next_issue",
        "Go to the next issue",
        "Jumps to the cell of the next issue and says what is wrong there and what to do.",
        "N",
        "Every day",
        writes=False,
    ),
    Button(
        "XlpAdvance",
        "Advance stage",
        "advance_stage",
        "advance",
        "Advance the deal of this row",
        "Moves the deal to its next stage if its exit criteria are met; otherwise it says what is missing. Going on "
        "regardless needs a reason, which is kept in the history.",
        "A",
        "Deals",
    ),
    Button(
        "XlpConvert",
        "Convert lead",
        "convert_lead",
        "convert_lead",
        "Convert the lead of this row",
        "Makes an opportunity of the selected lead: it takes over account, owner and source, and both keep the link.",
        "L",
        "Deals",
    ),
    Button(
        "XlpColourRows",
        "Color stale rows",
        "colour_stale_rows",
        "colour_rows",
        "Color stale rows",
        "Tints the deals that need attention: over time in their stage, untouched, overdue or without a next step. A "
        "second click shows only these rows.",
        "C",
        "Deals",
    ),
    Button(
        "XlpSnapshot",
        "Take snapshot",
        "take_snapshot",
        "snapshot",
        "Take a snapshot",
        "Keeps what the pipeline looks like today, so that later figures can be compared with it.",
        "T",
        "Deals",
    ),
    Button(
        "XlpReview",
        "Start review",
        "start_review",
        "review",
        "Start the review of the pipeline",
        "Freezes a snapshot and writes for each rep what was won, moved, is stuck, comes next and is "
        "at risk, with room for notes and replies.",
        "M",
        "Deals",
    ),
    Button(
        "XlpImport",
        "Import\N{HORIZONTAL ELLIPSIS}",
        "import_deals",
        "import",
        "Import deals from a file",
        "Reads deals from a CSV or Excel file, shows what would change, and then adds and updates them. It never "
        "deletes a deal.",
        "I",
        "Workbooks",
    ),
    Button(
        "XlpNewWorkbook",
        "New team workbook\N{HORIZONTAL ELLIPSIS}",
        "new_team_workbook",
        "new_workbook",
        "Make a workbook for a team",
        "Builds an empty pipeline workbook with the stages and exit criteria of the recipe that you choose.",
        "W",
        "Workbooks",
        needs_our_workbook=False,
        writes=False,
    ),
    Button(
        "XlpExplain",
        "Explain this figure",
        "explain_figure",
        "explain",
        "Explain this figure",
        "Says what the selected figure means, what it is based on, and why it may be missing.",
        "E",
        "Understand",
        writes=False,
    ),
    Button(
        "XlpSettings",
        "Settings",
        "",
        "settings",
        "Go to the settings",
        "Shows the table with the thresholds and policies of this workbook.",
        "S",
        "Options",
        large=False,
    ),
    Button(
        "XlpAbout",
        "About",
        "about",
        "about",
        "About xlpipeline",
        "Shows the version, where it is installed, and where to find help.",
        "B",
        "Options",
        large=False,
        needs_our_workbook=False,
        writes=False,
    ),
)


def ribbon_xml() -> str:
    """The whole customUI part; every image in it is the id of a relationship to ``icons/IMAGE.png``."""
    groups = "".join(
        f'        <group id="XlpGroup{number}" label={quoteattr(label)}>\n{_buttons(tuple(buttons))}        </group>\n'
        for number, (label, buttons) in enumerate(groupby(BUTTONS, key=lambda b: b.group), 1)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<customUI xmlns="{NAMESPACE}" onLoad="XlpRibbonLoaded">\n'
        "  <ribbon>\n"
        "    <tabs>\n"
        f'      <tab id="{TAB_ID}" label="{TAB_LABEL}" keytip="{TAB_KEYTIP}">\n'
        f"{groups}"
        "      </tab>\n"
        "    </tabs>\n"
        "  </ribbon>\n"
        "</customUI>\n"
    )


def _buttons(buttons: tuple[Button, ...]) -> str:
    return "".join(f"          <button {_attributes(button)}/>\n" for button in buttons)


def _attributes(button: Button) -> str:
    pairs = {
        "id": button.id,
        "size": "large" if button.large else "normal",
        "label": button.label,
        "image": button.image,
        "screentip": button.screentip,
        "supertip": button.supertip,
        "keytip": button.keytip,
        "onAction": "XlpPress",
        "getEnabled": "XlpGetEnabled",
    }
    return " ".join(f"{name}={quoteattr(value)}" for name, value in pairs.items())
