"""What judges a workbook: Microsoft's Open XML SDK, the ECMA-376 schemas, and a lint of what makes Excel repair it."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path
from types import ModuleType

import pytest
from lxml import etree

from tests.conftest import ROOT, SHARED

_JUDGED = re.compile(r"xl/(workbook|styles|sharedStrings|(worksheets|tables|charts|drawings|comments)/\w+)\.xml")


def all_complaints(path: Path) -> list[str]:
    """Complaints of all three; the test is skipped where one of them is not installed."""
    return [*sdk_complaints(path), *schema_complaints(path), *lint_complaints(path)]


def sdk_complaints(path: Path) -> list[str]:
    """Of the SDK validator, on a copy: it may rewrite what it reads."""
    local = str(ROOT / "node_modules" / ".bin")
    validator = shutil.which("ooxml-validator") or shutil.which("ooxml-validator", path=local)
    if validator is None:
        pytest.skip("the Open XML SDK validator is not installed")
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copy(path, folder)
        done = subprocess.run([validator, copy], capture_output=True, text=True, timeout=300, check=False)
    return [f"SDK: {e['path']}: {e['description']}" for e in json.loads(done.stdout)["errors"]]


def schema_complaints(path: Path) -> list[str]:
    """Of the schemas, for the parts that this project writes."""
    folder = SHARED / "schemas" / "ecma376-transitional"
    if not folder.is_dir():
        pytest.skip("the schemas are not here")
    sheets = etree.XMLSchema(etree.parse(str(folder / "sml.xsd")))
    drawings = etree.XMLSchema(etree.parse(str(folder / "dml-spreadsheetDrawing.xsd")))
    charts = etree.XMLSchema(etree.parse(str(folder / "dml-chart.xsd")))
    complaints, judged = [], 0
    with zipfile.ZipFile(path) as package:
        for name in filter(_JUDGED.fullmatch, package.namelist()):
            schema = charts if "/charts/" in name else drawings if "/drawings/drawing" in name else sheets
            schema.validate(etree.fromstring(package.read(name), etree.XMLParser(huge_tree=True)))
            complaints += [f"schema: {name}: {fault.message}" for fault in schema.error_log]
            judged += 1
    assert judged > 60, "too few parts were judged"
    return complaints


def lint_complaints(path: Path) -> list[str]:
    """Of the package lint."""
    found: list[str] = _lint().lint(str(path))
    return [f"lint: {one}" for one in found]


def _lint() -> ModuleType:
    source = SHARED / "tools" / "xlsx_lint.py"
    if not source.is_file():
        pytest.skip("the package lint is not here")
    spec = importlib.util.spec_from_file_location("xlsx_lint", source)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
