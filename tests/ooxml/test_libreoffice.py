"""Files that LibreOffice saved are patched like Excel's own, and it reads back what was written."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.ooxml.books import changed_parts, rich_book, twins
from xlpipeline.hosts.file import apply_changes, read_book
from xlpipeline.model.book import ChangeSet, TableChange

pytestmark = [
    pytest.mark.libreoffice,
    pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed"),
]


def saved_by_libreoffice(path: Path, folder: Path) -> Path:
    """The book after LibreOffice opened and saved it."""
    folder.mkdir()
    command = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "xlsx"]
    subprocess.run([*command, "--outdir", str(folder), str(path)], check=True, capture_output=True, timeout=180)
    return folder / path.name


def test_a_book_saved_by_libreoffice_grows_and_stays_whole(tmp_path: Path) -> None:
    path, before = twins(saved_by_libreoffice(rich_book(tmp_path / "a.xlsx"), tmp_path / "first"))
    new: dict[str, pd.Series[Any]] = {
        "Amount": pd.Series({1: 99.5, 4: 7}, dtype=object),
        "Account": pd.Series({3: "=text", 4: " é "}, dtype=object),
        "Closed": pd.Series({4: dt.date(2025, 6, 1)}, dtype=object),
    }
    apply_changes(path, ChangeSet((TableChange("Deals", new),), {"AsOf": 21}))
    sheet = {"xl/worksheets/sheet1.xml", "xl/tables/table1.xml", "xl/workbook.xml", "xl/styles.xml"}
    assert changed_parts(before, path) <= {*sheet, "xl/charts/chart1.xml", "xl/charts/chart2.xml"}
    again = read_book(saved_by_libreoffice(path, tmp_path / "second"))
    frame = again.frame("Deals")
    assert frame["Amount"].tolist() == [100, 99.5, None, None, 7]
    assert frame["Account"].tolist()[3:] == ["=text", " é "]
    assert frame["Closed"][4] == dt.date(2025, 6, 1)
    assert again.names["AsOf"] == 21
