"""Built workbooks, one of each recipe, shared by the tests of this folder."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from xlpipeline.workbooks.build import build_workbook
from xlpipeline.workbooks.recipes import load_recipe

NOW = dt.datetime(2026, 4, 1, 9, 30)  # noqa: DTZ001 - cells know no zone


@pytest.fixture(scope="session")
def eight() -> bytes:
    """A new workbook of eight stages."""
    return build_workbook(load_recipe("eight"), now=NOW)


@pytest.fixture(scope="session")
def eight_read(eight: bytes) -> Workbook:
    """The same, as openpyxl reads it; tests must not change it."""
    return openpyxl.load_workbook(io.BytesIO(eight))
