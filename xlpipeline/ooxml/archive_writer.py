"""Writing a zip so that untouched members keep their bytes.

An untouched member is copied with its header, compressed bytes and descriptor exactly as they stand in the file; only
the directory at the end is new, since members move.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator, Mapping
from typing import Final

from xlpipeline.ooxml.archive import CENTRAL, LOCAL, Member, Packed

_END: Final = struct.Struct("<4s4H2LH")
_ZIP64: Final = 1
_DESCRIPTOR: Final = 0x8
_UTF8_NAME: Final = 0x800


def archive_bytes(data: bytes, members: Mapping[str, Member], changed: Mapping[str, Packed | None]) -> Iterator[bytes]:
    """The archive with some members changed (None: left out) and new ones at the end, piece by piece."""
    view, offset, records = memoryview(data), 0, []
    for name, member in members.items():
        new = changed.get(name)
        if name in changed and new is None:
            continue
        entry: list[bytes | memoryview]
        if new is None:
            entry, record = [view[member.entry_start : member.entry_end]], _moved_record(member, offset)
        else:
            entry, record = _changed_entry(data, member, new, offset)
        records.append(record)
        yield from entry  # type: ignore[misc]
        offset += sum(map(len, entry))
    for name, new in changed.items():
        if name not in members and new is not None:
            entry, record = _new_entry(name, new, offset)
            records.append(record)
            yield from entry  # type: ignore[misc]
            offset += sum(map(len, entry))
    directory = b"".join(records)
    yield directory
    yield _END.pack(b"PK\5\6", 0, 0, len(records), len(records), len(directory), offset, 0)


def _moved_record(member: Member, offset: int) -> bytes:
    return _record(member, (member.flags, member.method), (member.crc, member.packed_size, member.size), offset)


def _record(member: Member, form: tuple[int, int], sizes: tuple[int, int, int], offset: int) -> bytes:
    """The member's directory record with other flags and method, checksum and sizes, and place."""
    record = member.record
    fields = list(CENTRAL.unpack_from(record))
    name_end = CENTRAL.size + fields[12]
    extra = _without_zip64(record[name_end : name_end + fields[13]])
    comment = record[name_end + fields[13] :]
    fields[5:7] = form
    fields[9:12] = sizes
    fields[13], fields[18] = len(extra), offset
    return CENTRAL.pack(*fields) + record[CENTRAL.size : name_end] + extra + comment


def _changed_entry(data: bytes, member: Member, new: Packed, offset: int) -> tuple[list[bytes | memoryview], bytes]:
    fields = list(LOCAL.unpack_from(data, member.entry_start))
    name_end = member.entry_start + LOCAL.size + fields[9]
    extra = _without_zip64(data[name_end : name_end + fields[10]])
    flags = member.flags & ~_DESCRIPTOR
    fields[2:4] = flags, zipfile.ZIP_DEFLATED
    fields[6:9] = new.crc, len(new.data), new.size
    fields[10] = len(extra)
    head = LOCAL.pack(*fields) + data[member.entry_start + LOCAL.size : name_end] + extra
    record = _record(member, (flags, zipfile.ZIP_DEFLATED), (new.crc, len(new.data), new.size), offset)
    return [head, new.data], record


def _new_entry(name: str, new: Packed, offset: int) -> tuple[list[bytes | memoryview], bytes]:
    encoded = name.encode()
    day = (1 << 5) | 1  # 1 January 1980, the first day a zip knows: the same input gives the same bytes
    shared = (20, _UTF8_NAME, zipfile.ZIP_DEFLATED, 0, day, new.crc, len(new.data), new.size, len(encoded), 0)
    local = LOCAL.pack(b"PK\3\4", *shared) + encoded
    record = CENTRAL.pack(b"PK\1\2", 20, 0, 20, 0, *shared[1:], 0, 0, 0, 0, offset) + encoded
    return [local, new.data], record


def _without_zip64(extra: bytes) -> bytes:
    kept, start = [], 0
    while start + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, start)
        if kind != _ZIP64:
            kept.append(extra[start : start + 4 + length])
        start += 4 + length
    return b"".join([*kept, extra[start:]])
