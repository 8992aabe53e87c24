"""The VBA module ``XlpButtons``, made from the register of buttons and kept as ``vba/XlpButtons.bas``.

The command of each button stands there as a whole constant: nothing of a workbook ever becomes part of it. After a
change of the register run ``python -m xlpipeline.addin.callbacks``, which writes the file anew.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from xlpipeline.addin.ribbon import BUTTONS, Button
from xlpipeline.addin.setup.xlwings_text import MACRO_COMMAND

BUTTONS_FILE: Final = Path(__file__).parent / "vba" / "XlpButtons.bas"


def command(button: Button) -> str:
    """The Python command that a button runs; "" where VBA does it alone."""
    return f"{MACRO_COMMAND}{button.macro}()" if button.macro else ""


def buttons_module() -> str:
    """The VBA that tells for each button which command it runs and whether it needs a workbook of ours."""
    commands = (_case(f'"{b.id}"', f'XlpCommandOf = "{command(b)}"') for b in BUTTONS if b.macro)
    looks = ", ".join(f'"{b.id}"' for b in BUTTONS if not b.writes)
    anywhere = ", ".join(f'"{b.id}"' for b in BUTTONS if not b.needs_our_workbook)
    return "\n".join(
        (
            'Attribute VB_Name = "XlpButtons"',
            "Option Explicit",
            "Option Private Module",
            "' Made from the register of buttons in ribbon.py by: python -m xlpipeline.addin.callbacks",
            "",
            "' The Python command of a button: a constant, whatever the workbook holds; nothing where VBA acts alone.",
            "Public Function XlpCommandOf(ByVal button As String) As String",
            "    Select Case button",
            *commands,
            "    End Select",
            "End Function",
            "",
            "' Whether a button only makes sense on a workbook of ours.",
            "Public Function XlpNeedsOurs(ByVal button As String) As Boolean",
            "    Select Case button",
            _case(anywhere, "XlpNeedsOurs = False"),
            "        Case Else",
            "            XlpNeedsOurs = True",
            "    End Select",
            "End Function",
            "",
            "' Whether a button may write into the workbook. One that only looks leaves what can be undone as it is.",
            "Public Function XlpWrites(ByVal button As String) As Boolean",
            "    Select Case button",
            _case(looks, "XlpWrites = False"),
            "        Case Else",
            "            XlpWrites = True",
            "    End Select",
            "End Function",
            "",
        )
    )


def _case(values: str, statement: str) -> str:
    return f"        Case {values}\n            {statement}"


if __name__ == "__main__":
    BUTTONS_FILE.write_text(buttons_module(), encoding="ascii")
