"""Formulas as Excel writes them, and as LibreOffice's API takes and gives them.

The API's grammar is English with ``;`` between arguments, ``$Sheet.A1`` for another sheet's cell, ``|`` between the
rows of an array, ``~`` for a union, ``TRUE()`` for TRUE, and ``;`` in structured references too. Those references
stay as they are when LibreOffice 7.4 opens a workbook and when a table is resized; it only does not understand
``Table[#All]`` (it wants ``Table[[#All]]``), and what no table or name answers to comes back in lower case as #NAME?.
"""

from __future__ import annotations

import functools
import re
from typing import Final

from openpyxl.formula import Tokenizer

_BRACKETS: Final = r"\[(?:[^\[\]']|'.|\[(?:[^\[\]']|'.)*\])*\]"
_WHOLE_TABLE: Final = re.compile(r"(?<=[\w.])\[(#\w[\w ]*)\]$")
_API_PART: Final = re.compile(
    r'(?P<text>"(?:[^"]|"")*")'
    rf"|(?P<brackets>{_BRACKETS})"
    r"|(?P<array>\{[^{}]*\})"
    r"|(?<![\w.])(?P<logical>TRUE|FALSE)\(\)"
    r"|\$?(?P<quoted>'(?:[^']|'')+')\."
    r"|(?<![\w.])\$?(?P<sheet>\w+)\.(?=\$?[A-Z]{1,3}\$?\d+(?![\w(])|\$?[A-Z]{1,3}:)"
    r"|(?P<sign>[;~!])"
)
_SIGNS: Final = {";": ",", "~": ",", "!": " "}
_OUTSIDE_TEXTS: Final = re.compile(r'("(?:[^"]|"")*")')

CONSTANTS: Final = {"=TRUE()": "TRUE", "=FALSE()": "FALSE"} | {
    f"={error}": error for error in ("#N/A", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#NULL!")
}
"""LibreOffice keeps true errors, and booleans of a file, as formulas; for Excel they are constants."""


@functools.lru_cache(maxsize=4096)
def to_api(formula: str) -> str:
    """An Excel formula (with ``=``) as ``XCell.setFormula`` takes it."""
    parts, in_array = [], 0
    for token in Tokenizer(formula).items:
        value = token.value
        if token.type == "ARRAY":
            in_array += 1 if token.subtype == "OPEN" else -1
        if token.type == "SEP":
            value = ";" if token.subtype == "ARG" else "|"
        elif token.type == "OPERATOR-INFIX" and value == ",":
            value = "~"
        elif token.type == "OPERAND" and token.subtype == "LOGICAL" and not in_array:
            value += "()"
        elif token.type == "OPERAND" and token.subtype == "RANGE":
            value = _reference_to_api(value)
        parts.append(value)
    return "=" + "".join(parts)


def _reference_to_api(reference: str) -> str:
    if "[" in reference:
        return _WHOLE_TABLE.sub(r"[[\1]]", reference).replace("],[", "];[").replace("], [", "];[")
    if "!" in reference:
        sheet, cells = reference.rsplit("!", 1)
        return f"${sheet}.{cells}"
    return reference


@functools.lru_cache(maxsize=4096)
def to_excel(formula: str) -> str:
    """A formula that the API gave as Excel writes it."""
    return _API_PART.sub(_part_to_excel, formula)


def _part_to_excel(part: re.Match[str]) -> str:
    if part["brackets"]:
        return part["brackets"].replace("];[", "],[")
    if part["array"]:
        pieces = _OUTSIDE_TEXTS.split(part["array"])
        return "".join(
            piece if at % 2 else piece.replace(";", ",").replace("|", ";") for at, piece in enumerate(pieces)
        )
    if part["quoted"] or part["sheet"]:
        return f"{part['quoted'] or part['sheet']}!"
    if part["sign"]:
        return _SIGNS[part["sign"]]
    return part["logical"] or part[0]


def quoted_sheet(name: str) -> str:
    """A sheet's name as a reference writes it: in quotes where it is no plain word."""
    return name if re.fullmatch(r"[A-Za-z_]\w*", name) else "'" + name.replace("'", "''") + "'"
