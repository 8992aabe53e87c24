"""Files that are not, or not safely, workbooks: one sentence each, and the file stays as it was."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.ooxml.books import plain_book, replace_in, rewrite
from xlpipeline.errors import BookError
from xlpipeline.hosts.file import apply_changes, read_book
from xlpipeline.model.book import ChangeSet, TableChange
from xlpipeline.ooxml import archive

GROWN = ChangeSet((TableChange("T", {}, rows=2),))
CFB = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = "xl/worksheets/sheet1.xml"


def book(path: Path) -> Path:
    """A small sound book."""
    return plain_book(path, ("A",), [(1,)])


def with_entry(path: Path, name: str, data: bytes = b"x") -> Path:
    """The book with one more member of any name."""
    with zipfile.ZipFile(path, "a") as opened:
        opened.writestr(name, data)
    return path


def zipped(path: Path, **members: bytes) -> Path:
    """A zip with these members."""
    with zipfile.ZipFile(path, "w") as opened:
        for name, data in members.items():
            opened.writestr(name, data)
    return path


def prepend(path: Path, name: str, text: bytes) -> Path:
    """Put a text behind the declaration of a part."""

    def edit(part: str, data: bytes) -> bytes:
        return (
            data
            if part != name
            else b'<?xml version="1.0"?>' + text + data[data.find(b"?>") + 2 if data.startswith(b"<?") else 0 :]
        )

    return rewrite(path, edit)


def lying_size(path: Path) -> Path:
    """A sheet of 80 MB of blanks that the directory calls a thousand bytes."""
    rewrite(path, lambda n, d: d + b" " * 80_000_000 if n == SHEET else d)
    data = bytearray(path.read_bytes())
    real = struct.pack("<L", zipfile.ZipFile(path).getinfo(SHEET).file_size)
    at = data.find(real)
    while at >= 0:
        data[at : at + 4] = struct.pack("<L", 1000)
        at = data.find(real, at)
    path.write_bytes(data)
    return path


def written(path: Path, data: bytes) -> Path:
    """A file of these bytes."""
    path.write_bytes(data)
    return path


DOCTYPE = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
BOOK_MIME = "spreadsheetml.sheet.main+xml"
BINARY = "application/vnd.ms-excel.sheet.binary.macroEnabled.main"
REFUSALS: dict[str, tuple[Callable[[Path], Path], str]] = {
    "text": (lambda p: written(p, b"Deal,Amount\n"), "is not an Excel workbook"),
    "empty": (lambda p: written(p, b""), "is not an Excel workbook"),
    "encrypted": (lambda p: written(p, CFB + "EncryptedPackage".encode("utf-16-le")), "protected by a password"),
    "xls": (lambda p: written(p, CFB + "Workbook".encode("utf-16-le")), r"in the old \.xls form"),
    "xlsb": (
        lambda p: replace_in(
            book(p), "[Content_Types].xml", f"application/vnd.openxmlformats-officedocument.{BOOK_MIME}", BINARY
        ),
        r"in the binary \.xlsb form",
    ),
    "ods": (lambda p: zipped(p, mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), "an OpenDocument file"),
    "zip": (lambda p: zipped(p, readme=b"hello"), "not an Excel workbook"),
    "cut short": (lambda p: written(p, book(p).read_bytes()[:-300]), "damaged or was cut short"),
    "only a head": (lambda p: written(p, book(p).read_bytes()[:60]), "damaged or was cut short"),
    "broken part": (lambda p: written(p, flipped(book(p).read_bytes())), "is damaged in xl/worksheets/sheet1.xml"),
    "doctype in workbook": (lambda p: prepend(book(p), "xl/workbook.xml", DOCTYPE), "declares a document type"),
    "doctype in sheet": (lambda p: prepend(book(p), SHEET, DOCTYPE), "declares a document type"),
    "doctype in table": (lambda p: prepend(book(p), "xl/tables/table1.xml", DOCTYPE), "declares a document type"),
    "doctype in styles": (lambda p: prepend(book(p), "xl/styles.xml", DOCTYPE), "declares a document type"),
    "doctype in relationships": (lambda p: prepend(book(p), "_rels/.rels", DOCTYPE), "declares a document type"),
    "parent folder": (lambda p: with_entry(book(p), "xl/../../evil.xml"), "unsafe or doubled part name"),
    "absolute": (lambda p: with_entry(book(p), "/etc/passwd"), "unsafe or doubled part name"),
    "drive": (lambda p: with_entry(book(p), "C:/x.xml"), "unsafe or doubled part name"),
    "backslash": (lambda p: with_entry(book(p), "xl\\evil.xml"), "unsafe or doubled part name"),
    "doubled by case": (lambda p: with_entry(book(p), "XL/Workbook.xml"), "unsafe or doubled part name"),
    "target outside": (
        lambda p: replace_in(book(p), "xl/_rels/workbook.xml.rels", "/xl/worksheets/sheet1.xml", "../../../secret.xml"),
        "points outside itself",
    ),
    "strict": (lambda p: replace_in(book(p), "xl/workbook.xml", MAIN, STRICT), "Strict Open XML workbook"),
    "bomb": (lambda p: rewrite(book(p), lambda n, d: d + b" " * 80_000_000 if n == SHEET else d), "unpack to far more"),
    "lying bomb": (lambda p: lying_size(book(p)), "unpack to far more|is damaged"),
    "number that is none": (
        lambda p: replace_in(book(p), "xl/workbook.xml", 'sheetId="1"', 'sheetId="P"'),
        "is damaged and",
    ),
    "unknown encoding": (
        lambda p: rewrite(book(p), lambda n, d: d if n != SHEET else b'<?xml version="1.0" encoding="u2"?>' + d),
        "cannot be read",
    ),
    "sheet missing": (lambda p: rewrite(book(p), lambda n, d: None if n == SHEET else d), "the sheet Sheet is missing"),
}


def flipped(data: bytes) -> bytes:
    """The book's bytes with one bit of the sheet turned."""
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        info = opened.getinfo(SHEET)
    at = info.header_offset + 30 + len(info.filename) + info.compress_size // 2
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


@pytest.mark.parametrize("kind", REFUSALS)
def test_what_is_no_sound_workbook_is_refused_in_one_sentence(tmp_path: Path, kind: str) -> None:
    make, sentence = REFUSALS[kind]
    path = make(tmp_path / "team.xlsx")
    before = path.read_bytes()
    for refused in (lambda: read_book(path), lambda: apply_changes(path, GROWN)):
        with pytest.raises(BookError, match=sentence) as caught:
            refused()
        assert str(caught.value).endswith(".")
        assert "\n" not in str(caught.value)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["team.xlsx"]


@pytest.mark.parametrize(
    ("relation", "part", "owner", "sentence"),
    [
        (
            "http://schemas.openxmlformats.org/package/2006/relationships/digital-signature/origin",
            "_xmlsignatures/origin.sigs", "_rels/.rels", "is signed",
        ),
        (
            "http://schemas.openxmlformats.org/officeDocument/2006/relationships/revisionHeaders",
            "xl/revisions/revisionHeaders.xml", "xl/_rels/workbook.xml.rels", "is a shared workbook with tracked",
        ),
    ],
)  # fmt: skip
def test_signed_and_shared_books_are_read_but_not_written(
    tmp_path: Path, relation: str, part: str, owner: str, sentence: str
) -> None:
    path = with_entry(book(tmp_path / "a.xlsx"), part, b"<x/>")
    replace_in(
        path,
        owner,
        "</Relationships>",
        f'<Relationship Id="rId77" Type="{relation}" Target="/{part}"/></Relationships>',
    )
    before = path.read_bytes()
    assert len(read_book(path).frame("T")) == 1
    with pytest.raises(BookError, match=sentence):
        apply_changes(path, ChangeSet(names={"x": 1}))
    assert path.read_bytes() == before


def test_too_many_parts_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_MEMBERS", 5)
    with pytest.raises(BookError, match="holds more than 5 parts"):
        read_book(book(tmp_path / "a.xlsx"))


def test_too_much_in_all_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_TOTAL_BYTES", 1000)
    with pytest.raises(BookError, match="unpack to far more than a workbook holds"):
        read_book(book(tmp_path / "a.xlsx"))


def test_members_that_overlap_are_refused(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx")
    data = bytearray(path.read_bytes())
    first = data.find(b"PK\1\2")
    second = data.find(b"PK\1\2", first + 4)
    data[second + 42 : second + 46] = data[first + 42 : first + 46]
    path.write_bytes(data)
    with pytest.raises(BookError, match="damaged or was cut short"):
        read_book(path)


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx")
    data = bytearray(path.read_bytes())
    data[data.find(b"PK\1\2") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(BookError, match="protected by a password"):
        read_book(path)
