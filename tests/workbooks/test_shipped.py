"""The ready workbooks beside the recipes are what the recipes give today, and clean in every validator."""

from __future__ import annotations

import importlib.util
import io
import json
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from lxml import etree

from tests.conftest import ROOT, SHARED
from tests.workbooks.describe import described
from xlpipeline.workbooks.recipes import RECIPE_NAMES, templates_folder
from xlpipeline.workbooks.ship import shipped

MEND = "run: python -m xlpipeline.workbooks.ship"


@pytest.mark.parametrize("name", RECIPE_NAMES)
def test_the_ready_workbook_is_what_its_recipe_gives(name: str) -> None:
    path = templates_folder() / f"{name}.xlsx"
    assert path.is_file(), f"{path.name} is missing; {MEND}"
    there, wanted = parts(path.read_bytes()), parts(shipped(name))
    assert sorted(there) == sorted(wanted), f"{path.name} is out of date; {MEND}"
    differs = [part for part, content in wanted.items() if there[part] != content]
    assert not differs, f"{path.name} is out of date in {', '.join(differs)}; {MEND}"


def test_a_ready_workbook_is_a_book_without_deals() -> None:
    text = described((templates_folder() / "five.xlsx").read_bytes())
    assert "table Pipeline B4:" in text
    assert "sheet Start here: visible" in text


@pytest.mark.parametrize("name", RECIPE_NAMES)
def test_the_ready_workbook_is_clean_in_the_package_lint(name: str) -> None:
    lint = SHARED / "tools" / "xlsx_lint.py"
    if not lint.is_file():
        pytest.skip("the package lint is not here")
    spec = importlib.util.spec_from_file_location("xlsx_lint", lint)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.lint(str(templates_folder() / f"{name}.xlsx")) == []


def test_every_part_of_a_ready_workbook_follows_its_schema() -> None:
    folder = SHARED / "schemas" / "ecma376-transitional"
    if not folder.is_dir():
        pytest.skip("the schemas are not here")
    sheets = etree.XMLSchema(etree.parse(str(folder / "sml.xsd")))
    drawings = etree.XMLSchema(etree.parse(str(folder / "dml-spreadsheetDrawing.xsd")))
    charts = etree.XMLSchema(etree.parse(str(folder / "dml-chart.xsd")))
    faults, checked = [], 0
    for name, content in parts(shipped("eight")).items():
        schema = charts if "/charts/" in name else drawings if "/drawings/drawing" in name else sheets
        if re.fullmatch(
            r"xl/(workbook|styles|sharedStrings|(worksheets|tables|charts|drawings|comments)/\w+)\.xml", name
        ):
            schema.validate(etree.fromstring(content))
            checked += 1
            faults += [f"{name}: {fault.message}" for fault in schema.error_log]
    assert faults == []
    assert checked > 60


@pytest.mark.slow
@pytest.mark.parametrize("name", RECIPE_NAMES)
def test_the_ready_workbook_is_clean_in_the_open_xml_sdk(name: str, tmp_path: Path) -> None:
    validator = shutil.which("ooxml-validator") or shutil.which(
        "ooxml-validator", path=str(ROOT / "node_modules" / ".bin")
    )
    if validator is None:
        pytest.skip("the Open XML SDK validator is not installed")
    copy = tmp_path / f"{name}.xlsx"
    shutil.copy(templates_folder() / copy.name, copy)
    done = subprocess.run([validator, str(copy)], capture_output=True, text=True, timeout=120, check=False)
    assert json.loads(done.stdout)["errors"] == []


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}
