"""The zip container of a workbook, opened with suspicion.

Python's ``zipfile`` finds the members; reading is bounded by the bytes that really come out of the decompressor.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, cast

from isal import isal_zlib

from xlpipeline.errors import BookError

MAX_MEMBERS: Final = 10_000
MAX_TOTAL_BYTES: Final = 4 << 30
"""Most bytes that all parts together may inflate to."""
MAX_RATIO: Final = 400
"""A part that unpacks to more than this many times its packed size is a bomb, once it is above RATIO_FREE_BYTES."""
RATIO_FREE_BYTES: Final = 64 << 20
CHUNK_BYTES: Final = 1 << 20
LEVEL: Final = 1
"""Level of compression: ISA-L's 1 is as small as zlib's 2 on sheets, in a fifth of the time."""

LOCAL: Final = struct.Struct("<4s5H3L2H")
CENTRAL: Final = struct.Struct("<4s4B4H3L5H2L")
"""Fixed parts of a member's own header and of its record in the directory."""
_ENCRYPTED: Final = 0x1
_UNPACKING_FAULTS: Final = (zlib.error, cast("type[Exception]", isal_zlib.error))


@dataclass(frozen=True)
class Member:
    """One file in the archive: where its local entry and its packed bytes stand, and its record in the directory."""

    name: str
    method: int
    flags: int
    crc: int
    size: int
    packed_size: int
    entry_start: int
    entry_end: int
    data_start: int
    record: bytes


@dataclass(frozen=True)
class Packed:
    """A new or changed member, compressed already."""

    crc: int
    size: int
    data: bytes


def read_members(data: bytes, title: str) -> dict[str, Member]:
    """Members of the archive in the file's order.

    Raises:
        BookError: not a zip, cut short, encrypted, with unsafe or doubled names, or with overlapping members.
    """
    damaged = BookError(f"{title} is damaged or was cut short; please get a whole copy of it, or restore the kept one.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            infos, directory = opened.infolist(), opened.start_dir
        records = _records(data, directory, len(infos))
        if len(infos) > MAX_MEMBERS:
            raise BookError(f"{title} holds more than {MAX_MEMBERS:,} parts; no workbook does, so it was not opened.")
        starts = sorted({info.header_offset for info in infos})
        ends = dict(zip(starts, [*starts[1:], directory], strict=True))
        if len(starts) != len(infos):
            raise damaged
        members = [_member(data, i, r, ends[i.header_offset]) for i, r in zip(infos, records, strict=True)]
    except (zipfile.BadZipFile, struct.error, ValueError, NotImplementedError) as fault:
        raise damaged from fault
    _refuse_names(members, title)
    _refuse_bombs(members, title)
    if any(member.flags & _ENCRYPTED for member in members):
        raise BookError(f"{title} is protected by a password; please save it without one and try again.")
    return {member.name: member for member in members}


def _records(data: bytes, start: int, count: int) -> list[bytes]:
    records = []
    for _ in range(count):
        fields = CENTRAL.unpack_from(data, start)
        if fields[0] != b"PK\1\2":
            raise zipfile.BadZipFile
        length = CENTRAL.size + fields[12] + fields[13] + fields[14]
        records.append(data[start : start + length])
        start += length
    return records


def _member(data: bytes, info: zipfile.ZipInfo, record: bytes, end: int) -> Member:
    start = info.header_offset
    fields = LOCAL.unpack_from(data, start)
    name_length, extra_length = fields[9], fields[10]
    name = record[CENTRAL.size : CENTRAL.size + CENTRAL.unpack_from(record)[12]]
    body = start + LOCAL.size
    content = body + name_length + extra_length
    if fields[0] != b"PK\3\4" or data[body : body + name_length] != name or content + info.compress_size > end:
        raise zipfile.BadZipFile
    return Member(
        info.orig_filename, info.compress_type, info.flag_bits, info.CRC, info.file_size, info.compress_size,
        start, end, content, record,
    )  # fmt: skip


def _refuse_names(members: Iterable[Member], title: str) -> None:
    seen: set[str] = set()
    for member in members:
        name = member.name
        steps = name.rstrip("/").split("/")
        unsafe = "\\" in name or ":" in name or "\0" in name or any(step in {"", ".", ".."} for step in steps)
        if unsafe or name.casefold() in seen:
            raise BookError(f"{title} holds an unsafe or doubled part name ({name[:60]!r}), so it was not opened.")
        seen.add(name.casefold())


def _refuse_bombs(members: list[Member], title: str) -> None:
    total = sum(member.size for member in members)
    bomb = any(m.size > RATIO_FREE_BYTES and m.size > MAX_RATIO * m.packed_size for m in members)
    if bomb or total > MAX_TOTAL_BYTES:
        raise _bomb(title)


def _bomb(title: str) -> BookError:
    return BookError(f"{title} would unpack to far more than a workbook holds, so it was not opened.")


def inflated(data: bytes, member: Member, title: str) -> Iterator[bytes]:
    """The member's bytes, a piece at a time, counted as they come: never more than the directory promised.

    Raises:
        BookError: the bytes are damaged, or more than a workbook may hold.
    """
    packed = memoryview(data)[member.data_start : member.data_start + member.packed_size]
    pieces: Iterable[bytes]
    if member.method == zipfile.ZIP_STORED:
        pieces = (bytes(packed[i : i + CHUNK_BYTES]) for i in range(0, len(packed), CHUNK_BYTES))
    elif member.method == zipfile.ZIP_DEFLATED:
        pieces = _inflated(packed)
    else:
        raise BookError(f"{title} is compressed in a way that Excel does not use; please save it again in Excel.")
    size, crc = 0, 0
    try:
        for piece in pieces:
            size += len(piece)
            if size > member.size:
                raise _bomb(title)
            crc = isal_zlib.crc32(piece, crc)
            yield piece
    except _UNPACKING_FAULTS as fault:
        raise _damaged(title, member) from fault
    if size != member.size or crc != member.crc:
        raise _damaged(title, member)


def _damaged(title: str, member: Member) -> BookError:
    return BookError(f"{title} is damaged in {member.name}; please get a whole copy of it, or restore the kept one.")


def _inflated(packed: memoryview) -> Iterator[bytes]:
    unpacker = isal_zlib.decompressobj(-15)
    for start in range(0, len(packed), CHUNK_BYTES // 8):
        rest: bytes | memoryview = packed[start : start + CHUNK_BYTES // 8]
        while len(rest) and not unpacker.eof:
            yield unpacker.decompress(rest, CHUNK_BYTES)
            rest = unpacker.unconsumed_tail
    while not unpacker.eof:
        piece = unpacker.decompress(unpacker.unconsumed_tail, CHUNK_BYTES)
        if not piece:
            raise zlib.error("the data end too early")
        yield piece


def packed(pieces: Iterable[bytes]) -> Packed:
    """The pieces compressed into one member; the same pieces always give the same bytes."""
    packer = isal_zlib.compressobj(LEVEL, zlib.DEFLATED, -15, 9)
    crc, size, out = 0, 0, []
    for piece in pieces:
        crc = isal_zlib.crc32(piece, crc)
        size += len(piece)
        out.append(packer.compress(piece))
    out.append(packer.flush())
    return Packed(crc, size, b"".join(out))


def unpacked(part: Packed) -> bytes:
    """The bytes of a packed part."""
    return isal_zlib.decompress(part.data, -15)
