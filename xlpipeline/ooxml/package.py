"""A workbook's package: its parts, their content types and relationships, opened safely and written losslessly."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from xlpipeline.errors import BookError
from xlpipeline.ooxml.archive import Member, Packed, inflated, packed, read_members, unpacked
from xlpipeline.ooxml.archive_writer import archive_bytes
from xlpipeline.ooxml.markup import (
    Markup,
    decoded,
    element,
    elements,
    encoded,
    escaped,
    prefix_of,
    refuse_doctype,
)  # fmt: skip

CONTENT_TYPES: Final = "[Content_Types].xml"
DOCUMENT: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT: Final = b"http://purl.oclc.org/ooxml/"
_CFB: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NO_RELATIONSHIPS: Final = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
)
_ENCRYPTED_NAME: Final = "EncryptedPackage".encode("utf-16-le")


@dataclass(frozen=True)
class Relationship:
    """One relationship of a part; ``target`` is a part's name, or an address outside the package."""

    id: str
    kind: str
    target: str
    external: bool = False

    @property
    def short_kind(self) -> str:
        """Last word of the kind, such as worksheet, table, drawing or chart."""
        return self.kind.rsplit("/", 1)[-1]


@dataclass
class Package:
    """An opened package. Changes are kept beside the file's bytes until ``pieces`` gives the new file."""

    title: str
    data: bytes
    members: dict[str, Member]
    changed: dict[str, Packed | bytes | None] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    """Name by case-folded name: part names differ by more than their case."""

    def find(self, name: str) -> str | None:
        """The name as the package spells it, or None if there is no such part."""
        return self.names.get(name.casefold())

    def chunks(self, name: str) -> Iterator[bytes]:
        """Bytes of a part piece by piece, with the changes made so far."""
        new = self.changed.get(name)
        if new is None:
            return inflated(self.data, self._member(name), self.title)
        return iter([new if isinstance(new, bytes) else unpacked(new)])

    def read(self, name: str) -> bytes:
        """Bytes of a part, with the changes made so far."""
        return b"".join(self.chunks(name))

    def markup(self, name: str) -> Markup:
        """A small part ready for splicing."""
        return decoded(self.read(name), name)

    def put(self, name: str, part: bytes | Packed) -> None:
        """Replace a part, or add one (its content type and relationship are the caller's)."""
        self.names.setdefault(name.casefold(), name)
        self.changed[name] = part

    def splice(self, name: str, markup: Markup, text: bytes) -> None:
        """Replace a part by a changed text of its markup; the same text changes nothing."""
        if text != markup.text:
            self.put(name, encoded(markup, text))

    def drop(self, name: str) -> None:
        """Remove a part with its own relationships and its content type."""
        for gone in (name, relationships_name(name)):
            if self.names.pop(gone.casefold(), None) is not None:
                self.changed[gone] = None
        types = self.markup(CONTENT_TYPES)
        for override in elements(types.text, "Override"):
            if override.attributes.get("PartName", "").casefold() == "/" + name.casefold():
                self.splice(CONTENT_TYPES, types, types.text[: override.start] + types.text[override.end :])
                return

    def pieces(self) -> Iterator[bytes]:
        """The new file, piece by piece."""
        new = {name: packed([p]) if isinstance(p, bytes) else p for name, p in self.changed.items()}
        return archive_bytes(self.data, self.members, new)

    def relationships(self, name: str) -> tuple[Relationship, ...]:
        """Relationships of a part ("" for the package's own), in the order of the file."""
        rels = self.find(relationships_name(name))
        if rels is None:
            return ()
        found = elements(self.markup(rels).text, "Relationship")
        return tuple(_relationship(entry.attributes, name, self.title) for entry in found)

    def related(self, name: str, short_kind: str) -> tuple[str, ...]:
        """Names of the parts that a part points to by one kind of relationship."""
        targets = (r.target for r in self.relationships(name) if r.short_kind == short_kind and not r.external)
        return tuple(found for target in targets if (found := self.find(target)) is not None)

    def relate(self, name: str, kind: str, target: str) -> str:
        """Add a relationship from a part to another part and give its new id."""
        taken = {r.id for r in self.relationships(name)}
        number = next(n for n in range(1, len(taken) + 2) if f"rId{n}" not in taken)
        rels = self.find(relationships_name(name))
        if rels is None:
            rels = relationships_name(name)
            self.put(rels, _NO_RELATIONSHIPS)
        attributes_ = b'Id="rId%d" Type="%s" Target="/%s"' % (number, escaped(kind), escaped(target))
        self._append(rels, "Relationships", b"Relationship", attributes_)
        return f"rId{number}"

    def unrelate(self, name: str, target: str) -> None:
        """Remove every relationship from one part to another."""
        rels = self.find(relationships_name(name))
        if rels is None:
            return
        markup = self.markup(rels)
        text = markup.text
        for entry in reversed(list(elements(text, "Relationship"))):
            if _relationship(entry.attributes, name, self.title).target.casefold() == target.casefold():
                text = text[: entry.start] + text[entry.end :]
        self.splice(rels, markup, text)

    def declare(self, name: str, content_type: str) -> None:
        """Give a new part its content type."""
        kind = b'PartName="/%s" ContentType="%s"' % (escaped(name), escaped(content_type))
        self._append(CONTENT_TYPES, "Types", b"Override", kind)

    def content_type(self, name: str) -> str:
        """Content type of a part: its own, or the default of its extension, or nothing."""
        text = self.markup(CONTENT_TYPES).text
        for entry in elements(text, "Override"):
            if entry.attributes.get("PartName", "").casefold() == "/" + name.casefold():
                return entry.attributes.get("ContentType", "")
        extension = name.rsplit(".", 1)[-1].casefold()
        defaults = (e.attributes for e in elements(text, "Default"))
        return next((d.get("ContentType", "") for d in defaults if d.get("Extension", "").casefold() == extension), "")

    def _append(self, part: str, root: str, local: bytes, written: bytes) -> None:
        markup = self.markup(part)
        found = element(markup.text, root)
        if found is None:
            raise BookError(f"{self.title} is damaged in {part}; please save it again in Excel.")
        prefix = prefix_of(found.tag)
        new = b"<" + prefix + local + b" " + written + b"/>"
        if not found.body and found.tag.endswith(b"/>"):
            name = found.tag[1:].split(None, 1)[0].rstrip(b"/>")
            opened = found.tag[:-2] + b">" + new + b"</" + name + b">"
            text = markup.text[: found.start] + opened + markup.text[found.end :]
        else:
            at = found.tag_end + len(found.body)
            text = markup.text[:at] + new + markup.text[at:]
        self.splice(part, markup, text)

    def _member(self, name: str) -> Member:
        member = self.members.get(name)
        if member is None or name in self.changed:
            raise BookError(f"{self.title} is damaged: its part {name} is missing; please save it again in Excel.")
        return member


def open_package(data: bytes, title: str) -> Package:
    """A workbook's package, after every refusal that its form asks for.

    Raises:
        BookError: not a workbook of this form (encrypted, old, binary, OpenDocument, strict), damaged, or unsafe.
    """
    if data.startswith(_CFB):
        if _ENCRYPTED_NAME in data:
            raise BookError(f"{title} is protected by a password; please save it without one and try again.")
        raise BookError(f"{title} is in the old .xls form; please save it as .xlsx in Excel and try again.")
    if not data.startswith(b"PK"):
        raise BookError(f"{title} is not an Excel workbook; please choose an .xlsx or .xlsm file.")
    members = read_members(data, title)
    package = Package(title, data, members, names={name.casefold(): name for name in members})
    if CONTENT_TYPES not in members:
        kind = package.read("mimetype") if "mimetype" in members else b""
        form = "an OpenDocument file" if b"opendocument" in kind else "not an Excel workbook"
        raise BookError(f"{title} is {form}; please save it as .xlsx and try again.")
    workbook = workbook_part(package)
    kind_of_book = package.content_type(workbook)
    if "sheet.binary" in kind_of_book or workbook.casefold().endswith(".bin"):
        raise BookError(f"{title} is in the binary .xlsb form; please save it as .xlsx in Excel and try again.")
    if "spreadsheetml" not in kind_of_book and "ms-excel" not in kind_of_book:
        raise BookError(f"{title} is not an Excel workbook; please choose an .xlsx or .xlsm file.")
    root = element(package.markup(workbook).text, "workbook")
    if root is None:
        raise BookError(f"{title} is damaged in {workbook}; please save it again in Excel.")
    if STRICT in root.tag or root.attributes.get("conformance") == "strict":
        raise BookError(
            f"{title} is a Strict Open XML workbook; please save it as a plain .xlsx in Excel and try again."
        )
    return package


def refuse_unwritable(package: Package) -> None:
    """Refuse to write what a change would break: a digital signature, or the revisions of an old shared workbook."""
    kinds = {r.short_kind for r in package.relationships("")}
    if "origin" in kinds or any(name.startswith("_xmlsignatures/") for name in package.names):
        raise BookError(f"{package.title} is signed, and a change would break that; please remove the signature first.")
    if package.related(workbook_part(package), "revisionHeaders"):
        raise BookError(f"{package.title} is a shared workbook with tracked changes; please stop sharing it first.")


def workbook_part(package: Package) -> str:
    """Name of the part that lists the sheets."""
    found = package.related("", "officeDocument")
    if not found:
        raise BookError(f"{package.title} is not an Excel workbook; please choose an .xlsx or .xlsm file.")
    return found[0]


def relationships_name(name: str) -> str:
    """Where the relationships of a part stand: ``xl/_rels/workbook.xml.rels``; "" gives the package's own."""
    folder, file = posixpath.split(name)
    return posixpath.join(folder, "_rels", file + ".rels")


def check_part(package: Package, name: str) -> None:
    """Inflate a part to nothing: so a reader that does not count its bytes may have it.

    Raises:
        BookError: the part is damaged, larger than promised, or declares a document type.
    """
    first = True
    for chunk in package.chunks(name):
        if first:
            refuse_doctype(chunk, name)
            first = False


def _relationship(given: dict[str, str], source: str, title: str) -> Relationship:
    target, external = given.get("Target", ""), given.get("TargetMode") == "External"
    if not external:
        path = posixpath.join("/", posixpath.dirname(source), target.replace("\\", "/"))
        depth = 0
        for step in path.split("/"):
            depth += {"..": -1, ".": 0, "": 0}.get(step, 1)
            if depth < 0:
                raise BookError(f"{title} points outside itself ({target[:60]!r}), so it was not opened.")
        target = posixpath.normpath(path).lstrip("/")
    return Relationship(given.get("Id", ""), given.get("Type", ""), target, external)
