"""A pass over the package that openpyxl wrote: what it cannot write, what validators insist on, and fixed bytes."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import quoteattr

_STAMP: Final = (1980, 1, 1, 0, 0, 0)
_FONT_ORDER: Final = (
    "b", "i", "strike", "condense", "extend", "outline", "shadow", "u", "vertAlign", "sz", "color", "name",
    "family", "charset", "scheme",
)  # fmt: skip
_FONT: Final = re.compile(rb"<font>(.*?)</font>", re.DOTALL)
_CHILD: Final = re.compile(rb"<(\w+)[^>]*?/>")
_FRAME_NAME: Final = re.compile(rb'<((?:\w+:)?)cNvPr id="(\d+)" name="Chart \d+"\s*/>')
_LABEL_FORMAT: Final = re.compile(rb'(<(?:\w+:)?numFmt formatCode="[^"]*")\s*/>')
_MODIFIED: Final = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")


@dataclass(frozen=True)
class Drawing:
    """Name (without its prefix) and alternative text of a chart."""

    name: str
    alt_text: str


def finished(package: bytes, charts: Sequence[Sequence[Drawing]], now: dt.datetime) -> bytes:
    """The package with alternative texts, ordered fonts, and no trace of when it was written but ``now``.

    ``charts``: the charts of each sheet that has some, in the order of the sheets.
    """
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(package)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as new,
    ):
        for name in sorted(old.namelist(), key=_part_order):
            entry = zipfile.ZipInfo(name, _STAMP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            new.writestr(entry, _mended(name, old.read(name), charts, now))
    return stream.getvalue()


def _part_order(name: str) -> tuple[int, str]:
    """Content types and relationships first, as readers expect; then by name."""
    first = {"[Content_Types].xml": 0, "_rels/.rels": 1, "xl/workbook.xml": 2}
    return first.get(name, 3), name


def _mended(name: str, content: bytes, charts: Sequence[Sequence[Drawing]], now: dt.datetime) -> bytes:
    if name == "xl/styles.xml":
        return _FONT.sub(_ordered_font, content)
    if name == "docProps/core.xml":
        stamp = now.replace(microsecond=0, tzinfo=None).isoformat().encode() + b"Z"
        return _MODIFIED.sub(rb"\g<1>" + stamp + rb"\g<2>", content)
    if name.startswith("xl/charts/chart"):
        # openpyxl does not say that a label's number format is its own; LibreOffice then takes the cells'
        return _LABEL_FORMAT.sub(rb'\1 sourceLinked="0"/>', content)
    drawing = re.fullmatch(r"xl/drawings/drawing(\d+)\.xml", name)
    if drawing:
        return _with_alt_texts(content, charts[int(drawing[1]) - 1])
    return content


def _ordered_font(found: re.Match[bytes]) -> bytes:
    children = sorted(_CHILD.finditer(found[1]), key=lambda child: _FONT_ORDER.index(child[1].decode()))
    return b"<font>" + b"".join(child[0] for child in children) + b"</font>"


def _with_alt_texts(content: bytes, charts: Sequence[Drawing]) -> bytes:
    waiting = iter(charts)

    def named(found: re.Match[bytes]) -> bytes:
        chart = next(waiting)
        texts = f" name={quoteattr('xlp_' + chart.name)} descr={quoteattr(chart.alt_text)}"
        return b"<" + found[1] + b'cNvPr id="' + found[2] + b'"' + texts.encode() + b"/>"

    return _FRAME_NAME.sub(named, content)
