"""Writes the ready workbook of every shipped recipe beside it: ``python -m xlpipeline.workbooks.ship``."""

from __future__ import annotations

import datetime as dt
from typing import Final

from xlpipeline.workbooks.build import build_workbook
from xlpipeline.workbooks.recipes import RECIPE_NAMES, load_recipe, templates_folder

BUILT_AT: Final = dt.datetime(2026, 1, 1)  # noqa: DTZ001 - a fixed stamp, so that the same recipe gives the same bytes


def shipped(name: str) -> bytes:
    """The ready workbook of a shipped recipe."""
    return build_workbook(load_recipe(name), now=BUILT_AT)


def main() -> None:
    """Write every ready workbook whose content differs from the file that is there."""
    for name in RECIPE_NAMES:
        path = templates_folder() / f"{name}.xlsx"
        content = shipped(name)
        if not path.is_file() or path.read_bytes() != content:
            path.write_bytes(content)
            print(f"wrote {path}")


if __name__ == "__main__":
    main()
