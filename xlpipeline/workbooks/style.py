"""Colours, fonts and number formats: greys for context, one dark blue for data, status from the Okabe-Ito set."""

from __future__ import annotations

from typing import Final

from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

from xlpipeline.model.schema import Column, Kind

DARK_BLUE: Final = "1F3A5F"
INK: Final = "262B33"
GREY_TEXT: Final = "6B7280"
MID_GREY: Final = "8A94A0"
LIGHT_GREY: Final = "D9DDE2"
PALE: Final = "F4F5F7"
GRIDLINE: Final = "ECEEF1"
WHITE: Final = "FFFFFF"
LINK_BLUE: Final = "0072B2"

SERIES: Final = {"data": DARK_BLUE, "context": "B4BCC6", "attention": "E69F00", "good": "009E73", "bad": "D55E00"}
TINTS: Final = {"vermilion": "FBDDCB", "orange": "FDEFC8", "blue": "DCEBF7", "green": "D9F0E8", "grey": "EDEFF1"}
INKS: Final = {"vermilion": "C04F00", "orange": "A66F00", "blue": "0072B2", "green": "007A59", "grey": "9AA1AB"}
HEADS: Final = {
    "input": (DARK_BLUE, WHITE),
    "formula": (MID_GREY, WHITE),
    "refresh": (LIGHT_GREY, INK),
}
"""Ground and letters of a column's head on the tabs that people fill in, by who writes the column."""
TAB_COLOURS: Final = {
    "start": DARK_BLUE,
    "input": "0072B2",
    "setup": "9AA1AB",
    "dashboard": "009E73",
    "issues": "E69F00",
    "hidden": "D9DDE2",
}

_THIN: Final = Side(style="hair", color="B4BCC6")
_LINE: Final = Side(style="thin", color=DARK_BLUE)
BODY_BORDER: Final = Border(bottom=_THIN)
HEAD_BORDER: Final = Border(bottom=_LINE)
CHOICE_BORDER: Final = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
CARD_TOP: Final = Border(top=Side(style="medium", color=DARK_BLUE))
CARD_GAP: Final = Side("thick", color="FFFFFF")
"""Between neighbouring cards, which else melt into one band."""

SYMBOLS: Final = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "CNY": "¥", "INR": "₹", "KRW": "₩"}
"""Signs that stand before an amount; other currencies show their code."""


def font(*, size: int = 10, bold: bool = False, colour: str = INK, underlined: bool = False) -> Font:
    """A font of the theme, so that no machine lacks it."""
    return Font(
        name="Calibri", family=2, scheme="minor", sz=size, b=bold, color=colour, u="single" if underlined else None
    )


def fill(colour: str) -> PatternFill:
    """A solid fill."""
    return PatternFill("solid", fgColor=colour)


def dxf_fill(colour: str) -> PatternFill:
    """A solid fill as conditional formats write it: by its background colour."""
    return PatternFill(bgColor=colour)


def dxf_font(colour: str, *, bold: bool) -> Font:
    """A font of a conditional format: only what differs."""
    return Font(color=colour, b=bold or None)


TITLE: Final = font(size=18, bold=True, colour=DARK_BLUE)
SECTION: Final = font(size=12, bold=True, colour=DARK_BLUE)
LINE: Final = font(colour=GREY_TEXT)
HINT: Final = font(size=9, colour=GREY_TEXT)
BODY: Final = font()
STRONG: Final = font(bold=True)
LINK: Final = font(colour=LINK_BLUE, underlined=True)
CARD_LABEL: Final = font(size=9, colour=GREY_TEXT)
CARD_VALUE: Final = font(size=20, bold=True, colour=DARK_BLUE)
CARD_NOTE: Final = font(size=9, colour=INK)

CELL_LEFT: Final = Alignment(horizontal="left", vertical="top", indent=1)
CELL_RIGHT: Final = Alignment(horizontal="right", vertical="top", indent=1)
CELL_WRAPPED: Final = Alignment(horizontal="left", vertical="top", indent=1, wrap_text=True)
"""The indent keeps a number and the text right of it apart."""
WIDE_TEXT: Final = 40
"""Columns at least this wide hold sentences: their cells wrap."""


def head_alignment(*, right: bool, vertical: str) -> Alignment:
    """How a head stands: above its data, wrapped between words."""
    return Alignment(horizontal="right" if right else "left", vertical=vertical, indent=1, wrap_text=True)


def number_format(kind: Kind, digits: int, *, symbol: str = "") -> str:
    """Excel format of a kind; ``digits``: decimal places of money; ``symbol``: the currency's sign, if wanted."""
    money = "#,##0" + ("." + "0" * digits if digits else "")
    if symbol:
        sign = f'"{symbol}"' if len(symbol) == 1 else f'"{symbol} "'
        money = f"{sign}{money};-{sign}{money}"
    return {
        "text": "General",
        "whole": "#,##0",
        "number": "#,##0.##",
        "money": money,
        "share": "0.0%",
        "ratio": '0.0"×"',
        "date": "yyyy\\-mm\\-dd",
        "moment": "yyyy\\-mm\\-dd\\ hh:mm",
    }[kind]


def column_format(column: Column, digits: int) -> str:
    """Format of a table's body cells; identifiers are text, so that 00123 stays 00123."""
    if (
        column.kind == "text"
        and column.writer == "user"
        and (column.name.endswith("ID") or column.name == "Parent deal")
    ):
        return "@"
    if column.unit == "as text":
        return "@"
    if column.kind == "share" and column.writer == "user":
        return "0%"
    return number_format(column.kind, digits)


def is_right_aligned(column: Column) -> bool:
    """Numbers and dates stand right, texts left."""
    return column.kind != "text"
