"""Reading and splicing the XML of small parts without ever rebuilding it: what is not touched keeps its bytes.

Parts are worked on as UTF-8 bytes. Comments, CDATA sections and processing instructions are set aside first (each
leaves a mark that no XML can hold), so that a plain search for a tag never finds one inside them. Nothing here expands
entities, and a document type declaration is refused, so no part can grow while it is read.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from xlpipeline.errors import BookError

_HELD: Final = re.compile(rb"<!\[CDATA\[.*?\]\]>|<!--.*?-->|<\?.*?\?>", re.DOTALL)
_MARK: Final = re.compile(rb"\x01(\d+)\x02")
_DECLARED: Final = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([\w.-]+)""")
_PROLOG: Final = re.compile(rb"(?:\s|<\?.*?\?>|<!--.*?-->)*<!DOCTYPE", re.DOTALL)
_ATTRIBUTES: Final = rb"""((?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(/?)>"""
_ATTRIBUTE: Final = re.compile(rb"""([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_ENTITY: Final = re.compile(r"&(#x[0-9a-fA-F]+|#[0-9]+|lt|gt|amp|quot|apos);")
_ENTITIES: Final = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}


@dataclass(frozen=True)
class Markup:
    """A part as UTF-8 bytes, with the pieces set aside and the encoding it came in."""

    text: bytes
    held: tuple[bytes, ...] = ()
    encoding: str = "utf-8"


@dataclass(frozen=True)
class Element:
    """One element in a text: where its start tag and the whole of it stand."""

    start: int
    tag_end: int
    end: int
    tag: bytes
    body: bytes
    attributes: dict[str, str]


def encoding_of(head: bytes) -> str:
    """Encoding of a part by its byte order mark, or by its declaration; UTF-8 unless something else is said."""
    if head.startswith(codecs.BOM_UTF16_LE) or head[:4] == b"<\0?\0":
        return "utf-16-le"
    if head.startswith(codecs.BOM_UTF16_BE) or head[:4] == b"\0<\0?":
        return "utf-16-be"
    declared = _DECLARED.match(head.removeprefix(codecs.BOM_UTF8))
    name = declared.group(1).decode().lower() if declared else "utf-8"
    return "utf-8" if name in {"utf-8", "utf8", "us-ascii", "ascii"} else name


def refuse_doctype(head: bytes, part: str) -> None:
    """Raise BookError if the part begins with a document type: Excel never writes one, attacks do."""
    if _PROLOG.match(head.removeprefix(codecs.BOM_UTF8)):
        raise BookError(f"The workbook's part {part} declares a document type, which is not safe; it was not opened.")


def decoded(part: bytes, name: str) -> Markup:
    """A part made ready for searching and splicing.

    Raises:
        BookError: its text cannot be decoded, or it declares a document type.
    """
    encoding = encoding_of(part[:200])
    if encoding != "utf-8":
        try:
            part = part.decode(encoding).encode()
        except (LookupError, UnicodeError) as fault:
            raise BookError(f"The workbook's part {name} cannot be read; please save it again in Excel.") from fault
    refuse_doctype(part, name)
    held: list[bytes] = []

    def hold(found: re.Match[bytes]) -> bytes:
        held.append(found.group())
        return b"\x01%d\x02" % (len(held) - 1)

    return Markup(_HELD.sub(hold, part), tuple(held), encoding)


def encoded(markup: Markup, text: bytes) -> bytes:
    """The part's bytes for a changed text: what was set aside comes back, in the part's own encoding."""
    whole = _MARK.sub(lambda found: markup.held[int(found.group(1))], text)
    if markup.encoding == "utf-8":
        return whole
    return whole.decode().encode(markup.encoding, "xmlcharrefreplace")


def plain(markup: Markup) -> bytes:
    """The part in UTF-8 with comments left out and CDATA as escaped text, for readers that know no more."""

    def shown(found: re.Match[bytes]) -> bytes:
        piece = markup.held[int(found.group(1))]
        return escaped(piece[9:-3].decode()) if piece.startswith(b"<![CDATA[") else b""

    return _MARK.sub(shown, markup.text).removeprefix(codecs.BOM_UTF8)


@cache
def _start_tag(local: str) -> re.Pattern[bytes]:
    return re.compile(rb"<((?:[\w.-]+:)?" + local.encode() + rb")" + _ATTRIBUTES)


@cache
def _end_tag(name: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"</" + name + rb"\s*>")


def elements(text: bytes, local: str, start: int = 0, end: int | None = None) -> Iterator[Element]:
    """Elements of one local name, whatever their prefix, in order (not for elements that nest in their own kind)."""
    for found in _start_tag(local).finditer(text, start, len(text) if end is None else end):
        tag_end = stop = found.end()
        body = b""
        if not found.group(3):
            closing = _end_tag(found.group(1)).search(text, tag_end)
            if closing is None:
                raise BookError("The workbook is damaged (an unclosed element); please save it again in Excel.")
            body, stop = text[tag_end : closing.start()], closing.end()
        yield Element(found.start(), tag_end, stop, found.group(), body, attributes(found.group(2)))


def element(text: bytes, local: str, start: int = 0) -> Element | None:
    """First element of that local name, or None."""
    return next(elements(text, local, start), None)


def attributes(tag: bytes) -> dict[str, str]:
    """Attributes of a start tag, by their name with its prefix."""
    return {
        found.group(1).decode(): unescaped(found.group(2) if found.group(2) is not None else found.group(3))
        for found in _ATTRIBUTE.finditer(tag)
    }


def with_attribute(tag: bytes, name: str, value: str | None) -> bytes:
    """A start tag with one attribute set, or left out for None; everything else keeps its bytes."""
    found = re.search(rb"""\s""" + name.encode() + rb"""\s*=\s*("[^"]*"|'[^']*')""", tag)
    if value is None:
        return tag if found is None else tag[: found.start()] + tag[found.end() :]
    written = b' %s="%s"' % (name.encode(), escaped(value).replace(b'"', b"&quot;"))
    if found is not None:
        return tag[: found.start()] + written + tag[found.end() :]
    at = len(tag) - (2 if tag.endswith(b"/>") else 1)
    return tag[:at].rstrip() + written + tag[at:]


def spliced(text: bytes, edits: list[tuple[int, int, bytes]]) -> bytes:
    """The text with several spans replaced at once; the spans must not overlap."""
    out, position = [], 0
    for start, end, new in sorted(edits):
        out += [text[position:start], new]
        position = end
    return b"".join([*out, text[position:]])


def prefix_of(tag: bytes) -> bytes:
    """The prefix of a tag with its colon, or nothing: ``x:`` of ``<x:c r="A1">``."""
    name = tag.lstrip(b"</").split(None, 1)[0].rstrip(b"/>")
    return name[: name.index(b":") + 1] if b":" in name else b""


def escaped(text: str) -> bytes:
    """Text as XML content in UTF-8."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").encode()


def unescaped(content: bytes) -> str:
    """XML content as text: the five named entities and character references."""
    text = content.decode("utf-8", "replace")
    return _ENTITY.sub(lambda found: _character(found.group(1)), text) if "&" in text else text


def _character(entity: str) -> str:
    if entity.startswith("#"):
        number = int(entity[2:], 16) if entity[1] in "xX" else int(entity[1:])
        return chr(number) if number <= 0x10FFFF else "\ufffd"
    return _ENTITIES[entity]
