"""Letters and colours of cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlwings import base_classes

from tests.live.call_count import Boundary, crossing

if TYPE_CHECKING:
    from tests.live.ranges import Range

Colour = tuple[int, int, int]


@crossing()
class Font(base_classes.Font):  # type: ignore[misc, unused-ignore]
    """Letters of a range."""

    def __init__(self, of: Range) -> None:
        self._range = of
        self.boundary: Boundary = of.boundary

    @property
    def bold(self) -> bool:
        return bool(self._range.uno.CharWeight >= 150)

    @bold.setter
    def bold(self, bold: bool) -> None:
        self._range.sheet.must_be_formattable()
        self._range.uno.CharWeight = 150.0 if bold else 100.0

    @property
    def color(self) -> Colour | None:
        return rgb(self._range.uno.CharColor)

    @color.setter
    def color(self, colour: Colour | str | int | None) -> None:
        self._range.sheet.must_be_formattable()
        self._range.uno.CharColor = colour_number(colour)


def rgb(number: int) -> Colour | None:
    """Red, green and blue, 0 to 255 each, of LibreOffice's colour; None: no colour."""
    return None if number == -1 else (number >> 16 & 255, number >> 8 & 255, number & 255)


def colour_number(colour: Colour | str | int | None) -> int:
    """LibreOffice's colour of what xlwings passes on."""
    if isinstance(colour, str):
        return int(colour.removeprefix("#"), 16)
    if isinstance(colour, tuple):
        return (colour[0] << 16) + (colour[1] << 8) + colour[2]
    return -1 if colour is None else colour
