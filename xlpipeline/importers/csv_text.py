"""From the bytes of a text file to its records: encoding, delimiter, and rows whose quotes do not close."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import Final

from xlpipeline.errors import SourceError

DELIMITERS: Final = ("\t", ";", "|", ",")
"""Candidates; where two explain a file equally well the earlier wins, as commas also stand in prose and amounts."""

_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE_BYTES: Final = 4096
_SAMPLE_CHARACTERS: Final = 65536
_MOST_BROKEN_RECORDS: Final = 1000


@dataclass(frozen=True)
class Records:
    """Records of a text file; ``broken`` are the 1-based numbers of those whose quotation marks do not close."""

    cells: list[list[str]]
    broken: tuple[int, ...] = ()


def decoded(raw: bytes, encoding: str = "") -> tuple[str, str]:
    """The text and the name of its encoding: as told, else by its mark, else UTF-8, else Windows-1252.

    Raises:
        SourceError: the encoding that was told is unknown or does not fit.
    """
    if encoding:
        try:
            return raw.decode(encoding), encoding
        except (LookupError, UnicodeError) as error:
            raise SourceError(
                f"The text is not in the encoding {encoding}; please name another in the mapping file, [file] encoding."
            ) from error
    for mark, name in _MARKS:
        if raw.startswith(mark):
            return raw.decode(name, errors="replace"), name
    if name := _utf16_without_mark(raw[:_SAMPLE_BYTES]):
        return raw.decode(name, errors="replace"), name
    try:
        return raw.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        # Five bytes mean nothing in Windows-1252; a sign of replacement there is better than no import.
        return raw.decode("cp1252", errors="replace"), "cp1252"


def _utf16_without_mark(sample: bytes) -> str:
    """Latin text in UTF-16 has a zero in every second byte; no other text has."""
    half = len(sample) // 2
    if half == 0:
        return ""
    even, odd = sample[0::2].count(0) / half, sample[1::2].count(0) / half
    if odd > 0.3 and even < 0.05:
        return "utf-16-le"
    return "utf-16-be" if even > 0.3 and odd < 0.05 else ""


def without_separator_line(text: str) -> tuple[str, str]:
    """The text without a first line ``sep=;`` (Excel's own), and the delimiter that line names or an empty text."""
    found = re.match(r"sep=(.)\r?\n", text)
    return (text[found.end() :], found.group(1)) if found else (text, "")


def found_delimiter(text: str) -> str:
    """The candidate that splits the head into most agreement with the rows below it; a comma where none splits."""
    sample = text[:_SAMPLE_CHARACTERS]
    best, best_score = ",", (False, 0.0, 0)
    for delimiter in DELIMITERS:
        widths = [len(r) for r in islice(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter), 99) if r]
        if not widths:
            continue
        splits_head = widths[0] > 1
        width = widths[0] if splits_head else Counter(widths).most_common(1)[0][0]
        if width < 2:
            continue
        score = (splits_head, round(widths.count(width) / len(widths), 3), width)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def read_records(text: str, delimiter: str) -> Records:
    """All records, blank lines as empty lists.

    A record whose quotation marks do not balance would swallow the rows after it: its first line is read with the
    marks as ordinary letters instead, and reading goes on with the next line.

    Raises:
        SourceError: so many records are broken that the file is no table.
    """
    lines = list(io.StringIO(text.replace("\0", ""), newline=""))
    cells: list[list[str]] = []
    broken: list[int] = []
    start = 0
    while start < len(lines):
        reader = csv.reader(islice(lines, start, None), delimiter=delimiter, strict=True)
        whole = 0
        try:
            for record in reader:
                cells.append(record)
                whole = reader.line_num
            break
        except csv.Error:
            start += whole
            cells.append(_literal(lines[start], delimiter))
            broken.append(len(cells))
            start += 1
        if len(broken) > _MOST_BROKEN_RECORDS:
            raise SourceError(
                f"More than {_MOST_BROKEN_RECORDS} rows have quotation marks that do not close; "
                "please export the file again."
            )
    return Records(cells, tuple(broken))


def _literal(line: str, delimiter: str) -> list[str]:
    return [c[1:-1] if len(c) > 1 and c[0] == c[-1] == '"' else c for c in line.rstrip("\r\n").split(delimiter)]
