"""Every button has its picture, drawn in one style and of the size that a sharp screen needs."""

from __future__ import annotations

import re
import struct
import zlib
from pathlib import Path

import pytest
from lxml import etree

from xlpipeline.addin import ribbon
from xlpipeline.workbooks import style

FOLDER = Path(ribbon.__file__).parent / "icons"
IMAGES = [button.image for button in ribbon.BUTTONS]
COLOURS = {style.LINK_BLUE, style.WHITE, style.SERIES["attention"], style.SERIES["good"]} | {
    style.TINTS["orange"],
    style.INKS["orange"],
}


def chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """The chunks of a PNG, checked against their sums."""
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    found, at = [], 8
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        assert struct.unpack_from(">I", data, at + 8 + length)[0] == zlib.crc32(kind + body)
        found.append((kind, body))
        at += 12 + length
    return found


def test_there_is_a_drawing_and_a_png_for_every_button_and_no_other() -> None:
    for suffix in (".png", ".svg"):
        assert sorted(path.stem for path in FOLDER.glob(f"*{suffix}")) == sorted(IMAGES)


@pytest.mark.parametrize("image", IMAGES)
def test_a_png_has_64_pixels_each_way_and_a_transparent_ground(image: str) -> None:
    parts = chunks((FOLDER / f"{image}.png").read_bytes())
    width, height, depth, colour, packing, filtering, interlace = struct.unpack(">IIBBBBB", dict(parts)[b"IHDR"])
    assert (width, height, depth, colour, packing, filtering, interlace) == (64, 64, 8, 6, 0, 0, 0)
    pixels = zlib.decompress(b"".join(body for kind, body in parts if kind == b"IDAT"))
    assert len(pixels) == 64 * (1 + 64 * 4)
    assert pixels[4] == 0, "the first pixel is not transparent"  # whatever the filter: nothing stands before it
    assert parts[-1] == (b"IEND", b"")


@pytest.mark.parametrize("image", IMAGES)
def test_a_png_is_small(image: str) -> None:
    assert (FOLDER / f"{image}.png").stat().st_size < 3000


@pytest.mark.parametrize("image", IMAGES)
def test_a_drawing_keeps_to_the_style(image: str) -> None:
    root = etree.parse(FOLDER / f"{image}.svg").getroot()
    assert root.get("viewBox") == "0 0 32 32"
    assert (root.get("stroke"), root.get("stroke-linecap"), root.get("stroke-linejoin")) == (
        f"#{style.LINK_BLUE}", "round", "round",
    )  # fmt: skip
    used = set(re.findall(r"#([0-9A-F]{6})", etree.tostring(root).decode()))
    assert used <= COLOURS
    assert {etree.QName(node).localname for node in root} <= {"path", "circle", "rect"}
