"""Amounts and shares by the evidence of their whole column: which sign is the decimal one, percent or share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import pandas as pd

from xlpipeline.errors import SourceError
from xlpipeline.importers.cells import UNREAD, Reading, distinct, reading, says_nothing

_SYMBOLS: Final = {"€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "zł": "PLN", "Fr.": "CHF", "₺": "TRY"}
_CODE: Final = r"(?:[A-Z]{3}|[A-Z]{0,3}\$|" + "|".join(map(re.escape, _SYMBOLS)) + ")"
_MONEY: Final = re.compile(rf"({_CODE})?\s*([-+−]?)\s*({_CODE})?\s*([\d.,' ]*\d[\d.,' ]*?)\s*([-−]?)\s*({_CODE})?")
_SCIENTIFIC: Final = re.compile(r"[-+]?\d+(?:[.,]\d+)?[eE][-+]?\d{1,2}")
_SPACES: Final = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "’": "'", "`": "'", "٬": "'"})
_LONGEST: Final = 40
"""No amount has more signs."""
_MOST: Final = 1e15
"""From here a cell no longer holds every cent, so a number this large is a mistake."""
_TOLERATED_SHARE: Final = 0.05
"""Up to this share of the telling values may contradict the others before the column counts as mixed."""


def read_amounts(cells: pd.Series, *, column: str, decimal: str = "") -> Reading:
    """Numbers from texts such as ``1.234,56``, ``1'234.56``, ``USD 1,234.00``, ``(1,234)`` (negative) or ``12 €``.

    ``decimal`` is the decimal sign where the user told it. ``codes`` of the result holds the currency that an amount
    carries, if any; a bare ``$`` stays as it is, for there are many dollars. A single sign
    before exactly three digits separates thousands unless other values deny it.

    Raises:
        SourceError: the column mixes both ways of writing.
    """
    known = distinct(cells)
    parts = [_parts(cell) for cell in known.cells]
    sign = decimal or _decimal_sign([part[1] for part in parts if isinstance(part, tuple)], column)
    values = [_number(part, sign) for part in parts]
    values = [UNREAD if isinstance(value, float) and abs(value) >= _MOST else value for value in values]
    codes = [part[2] or None if isinstance(part, tuple) else None for part in parts]
    told = any(re.search(r"[.,]", part[1]) for part in parts if isinstance(part, tuple))
    return replace(reading(known, values, f"decimal sign “{sign}”" if told else ""), codes=known.spread(codes))


def read_shares(cells: pd.Series, *, column: str, decimal: str = "") -> Reading:
    """Shares 0-1; divided by 100 when a cell carries a % sign or the column's largest value is above 1.

    Values below 0 or above 100 % are marked as unread.

    Raises:
        SourceError: the column mixes both decimal signs.
    """
    known = distinct(cells)
    percent = [isinstance(cell, str) and cell.strip().endswith("%") for cell in known.cells]
    bare = [c.strip().removesuffix("%") if p else c for c, p in zip(known.cells, percent, strict=True)]
    parts = [_parts(cell) for cell in bare]
    sign = decimal or _decimal_sign([part[1] for part in parts if isinstance(part, tuple)], column, thousands=False)
    numbers = [_number(part, sign) for part in parts]
    plain = [n for n, p in zip(numbers, percent, strict=True) if isinstance(n, float) and not p]
    in_percent = max(plain, default=0.0) > 1
    values = [_share(n, p or in_percent) for n, p in zip(numbers, percent, strict=True)]
    how = "percent, divided by 100" if in_percent or any(percent) else "shares from 0 to 1"
    return reading(known, values, how)


def looks_like_number(cell: object) -> bool:
    """Whether a cell could be an amount or a share."""
    if isinstance(cell, str):
        cell = cell.strip().removesuffix("%")
    return _parts(cell) is not UNREAD


def carries_currency(cell: object) -> bool:
    """Whether a cell is an amount with a currency sign or code."""
    part = _parts(cell)
    return isinstance(part, tuple) and bool(part[2])


def _share(number: object, percent: bool) -> object:
    if not isinstance(number, float):
        return number
    value = round(number / 100, 12) if percent else number
    return value if 0 <= value <= 1 else UNREAD


def _parts(cell: object) -> Any:  # noqa: ANN401 - None, a number, UNREAD, or (minus, digits and signs, currency)
    if isinstance(cell, str):
        return _text_parts(cell.translate(_SPACES).strip())
    if cell is None:
        return None
    return float(cell) if isinstance(cell, int | float) and not isinstance(cell, bool) else UNREAD


def _text_parts(text: str) -> Any:  # noqa: ANN401
    if says_nothing(text):
        return None
    if len(text) > _LONGEST:
        return UNREAD
    if text.isdecimal() or _SCIENTIFIC.fullmatch(text):
        return float(text.replace(",", "."))
    bracketed = text.startswith("(") and text.endswith(")")
    found = _MONEY.fullmatch(text[1:-1].strip() if bracketed else text)
    if not found:
        return UNREAD
    before, sign, between, digits, after, behind = found.groups(default="")
    marks = [mark for mark in (before, between, behind) if mark]
    if len(marks) > 1 and len({_currency(mark) for mark in marks}) > 1:
        return UNREAD
    minus = bracketed or sign in {"-", "−"} or bool(after)
    return minus, digits.strip(), _currency(marks[0]) if marks else ""


def _currency(mark: str) -> str:
    dollars = {"US$": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "NZ$": "NZD", "HK$": "HKD"}
    return _SYMBOLS.get(mark) or dollars.get(mark) or mark


def _decimal_sign(texts: Sequence[str], column: str, *, thousands: bool = True) -> str:
    """The sign that the column's telling values show to be the decimal one; a point where none tells."""
    votes = {",": 0, ".": 0}
    example = {",": "", ".": ""}
    unclear = {",": 0, ".": 0}
    for text in texts:
        sign, sure = _evidence(text, thousands)
        if sign and _number((False, text, ""), sign) is UNREAD:
            continue  # no number in either way of writing, so it tells nothing
        if sign and sure:
            votes[sign] += 1
            example[sign] = example[sign] or text
        elif sign:
            unclear[sign] += 1
    least, most = sorted(votes, key=lambda sign: votes[sign])
    if votes[least] > _TOLERATED_SHARE * (votes[least] + votes[most]):
        raise SourceError(
            f"The amounts in “{column}” are written in two ways ({example[least]} and {example[most]}); please add to "
            'the mapping file [amounts] decimal = "," or decimal = ".".'
        )
    if votes[most]:
        return most
    if unclear[","] and unclear["."]:
        raise SourceError(
            f"In “{column}” both the comma and the point stand before three digits, so either may be the decimal sign; "
            'please add to the mapping file [amounts] decimal = "," or decimal = ".".'
        )
    return "," if unclear[","] else "."


def _evidence(text: str, thousands: bool) -> tuple[str, bool]:
    """The decimal sign that one number suggests, and whether it leaves no doubt."""
    comma, point = text.rfind(","), text.rfind(".")
    if comma >= 0 and point >= 0:
        return ("," if comma > point else "."), True
    if comma < 0 and point < 0:
        return "", False
    sign, other = (",", ".") if comma >= 0 else (".", ",")
    if text.count(sign) > 1:
        return other, True
    whole, _, rest = text.partition(sign)
    whole = whole.strip("' ")
    if len(rest) != 3 or len(whole) > 3 or whole in {"", "0"} or not thousands:
        return sign, True
    return other, False


def _number(part: object, sign: str) -> object:
    if not isinstance(part, tuple):
        return part
    minus, digits, _ = part
    other = "." if sign == "," else ","
    whole, _, rest = digits.partition(sign)
    groups = re.split(rf"[{re.escape(other)}' ]", whole)
    if (rest and not rest.isdecimal()) or not all(g.isdecimal() for g in groups if g or len(groups) > 1):
        return UNREAD
    # Thousands come in threes; in India the groups before the last are pairs.
    if len(groups) > 1 and (len(groups[-1]) != 3 or not all(2 <= len(g) <= 3 for g in groups[1:-1])):
        return UNREAD
    value = float(f"{''.join(groups) or '0'}.{rest or '0'}")
    return -value if minus else value
