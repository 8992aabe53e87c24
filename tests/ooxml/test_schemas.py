"""Every part that was written is valid in the schemas of the format."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
from lxml import etree

from tests.conftest import SHARED
from tests.ooxml.books import changed_parts, parts, rich_book, twins
from xlpipeline.hosts.file import apply_changes
from xlpipeline.model.book import CellError, ChangeSet, Formula, TableChange

SCHEMA = SHARED / "schemas" / "ecma376-transitional" / "sml.xsd"

BESIDE_THE_SCHEMA = (
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}",
    "{http://schemas.microsoft.com/",
    "{http://www.w3.org/XML/1998/namespace}",
)
"""Attributes that the sheet declares ignorable, and xml:space, which Excel writes though this schema leaves it out."""

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not SCHEMA.exists(), reason="the schemas are not here")]


@pytest.mark.parametrize("totals", [False, True])
@pytest.mark.parametrize("rows", [1, 3, 9])
def test_written_sheets_tables_styles_and_workbooks_are_valid(tmp_path: Path, rows: int, totals: bool) -> None:
    path, before = twins(rich_book(tmp_path / "a.xlsx", totals=totals))
    values = ["=x", dt.date(2024, 1, 1), dt.datetime(2024, 1, 1, 9), "\x01a", CellError("#N/A"), True, 2.5, None, " "]  # noqa: DTZ001
    change = TableChange("Deals", {"Account": pd.Series(values[:rows], dtype=object)}, rows)
    apply_changes(path, ChangeSet((change,), {"AsOf": 3, "Note": "n", "Doubled": Formula("I2*3", 9)}))
    schema = etree.XMLSchema(etree.parse(SCHEMA))
    written = {name for name in changed_parts(before, path) if not name.startswith("xl/charts/")}
    assert {"xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"} <= written
    for name in written:
        root = etree.fromstring(parts(path)[name])
        for node in root.iter("*"):
            for name_ in [key for key in node.attrib if str(key).startswith(BESIDE_THE_SCHEMA)]:
                del node.attrib[name_]
        schema.assertValid(root)
