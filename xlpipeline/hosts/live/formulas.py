"""Formula texts as Excel shows them, in the form that the file has; and which columns of a table are calculated."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

_CELL: Final = re.compile(r"(?<![\w.$\]])(\$?[A-Z]{1,3})(\d{1,7})(?![\w(.\[!])")
_PIECE: Final = re.compile(r"""(?P<quoted>"(?:[^"]|"")*"|'(?:[^']|'')*')|(?P<open>\[)""")
_OWNER: Final = re.compile(r"[\w.\\]+$")


def as_in_file(formula: str, table: str) -> str:
    """A formula (without ``=``) with its table references as files spell them: ``T[[#This Row],[Column]]``.

    Within a table Excel shows ``[@Column]``, ``[@[A column]]`` and ``[Column]`` without the table's name.
    """
    pieces = _pieces(formula.removeprefix("="))
    out: list[str] = []
    for i, (kind, text) in enumerate(pieces):
        if kind != "brackets":
            out.append(text)
            continue
        owned = bool(out) and _OWNER.search(out[-1]) is not None
        after = pieces[i + 1][1][:1] if i + 1 < len(pieces) else ""
        if not owned and (after.isalnum() or after == "_"):  # another workbook: [Book.xlsx]Sheet!A1
            out.append(text)
        else:
            out.append(("" if owned else table) + _spelled_out(text))
    return "".join(out)


def _spelled_out(brackets: str) -> str:
    """``[@Column]`` as ``[[#This Row],[Column]]``; any other as it is."""
    if not brackets.startswith("[@"):
        return brackets
    what = brackets[2:-1]
    if not what:
        return "[#This Row]"
    return f"[[#This Row],{what if what.startswith('[') else f'[{what}]'}]"


def relative(formula: str, row: int) -> str:
    """A formula with the rows of its relative references counted from ``row``, so that a filled column has one text."""

    def counted(found: re.Match[str]) -> str:
        return f"{found[1]}({int(found[2]) - row})"

    return "".join(_CELL.sub(counted, text) if kind == "plain" else text for kind, text in _pieces(formula))


def _pieces(formula: str) -> list[tuple[str, str]]:
    """A formula cut into "quoted" texts and sheet names, whole "brackets", and what is "plain"."""
    pieces: list[tuple[str, str]] = []
    at = 0
    while found := _PIECE.search(formula, at):
        pieces.append(("plain", formula[at : found.start()]))
        at = found.end() if found["quoted"] else _closing(formula, found.start()) + 1
        pieces.append(("quoted" if found["quoted"] else "brackets", formula[found.start() : at]))
    return [piece for piece in [*pieces, ("plain", formula[at:])] if piece[1]]


def _closing(formula: str, start: int) -> int:
    """Place of the bracket that closes the one at ``start``; an apostrophe within takes the sign after it as it is."""
    depth, at = 0, start
    while at < len(formula):
        sign = formula[at]
        depth += (sign == "[") - (sign == "]")
        if depth == 0:
            return at
        at += 2 if sign == "'" else 1
    return len(formula) - 1


def is_formula(text: object, value: object) -> bool:
    """Whether what Excel calls a cell's formula is one: a text such as "=5" that was typed as text is its own value."""
    return isinstance(text, str) and len(text) > 1 and text[0] == "=" and text != value


def cells_without(texts: Sequence[object], values: Sequence[object]) -> frozenset[int]:
    """Positions of a column whose cell holds no formula."""
    return frozenset(
        p for p, (text, value) in enumerate(zip(texts, values, strict=True)) if not is_formula(text, value)
    )


def calculated(texts: Sequence[object], values: Sequence[object], first_row: int) -> tuple[str, frozenset[int]] | None:
    """The formula of a column of people's own and the positions without it; None where it is no calculated column.

    A column is calculated if its first cell has a formula that, filled down, is the formula of more than half.
    """
    if not texts or not is_formula(texts[0], values[0]):
        return None
    without = cells_without(texts, values)
    spelled = Counter(relative(str(text), first_row + p) for p, text in enumerate(texts) if p not in without)
    is_filled = spelled[relative(str(texts[0]), first_row)] * 2 > len(texts)
    return (str(texts[0]), without) if is_filled else None
