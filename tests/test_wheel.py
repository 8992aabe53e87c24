"""The wheel carries all that a user needs, and its programs run away from the checkout."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.slow


def test_the_wheel_holds_recipes_ready_workbooks_and_types(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    (wheel,) = tmp_path.glob("xlpipeline-*.whl")
    with zipfile.ZipFile(wheel) as package:
        names = set(package.namelist())
        package.extractall(tmp_path / "there")
    for recipe in ("five", "seven", "eight"):
        assert {f"xlpipeline/workbook_templates/{recipe}{end}" for end in (".toml", ".xlsx")} <= names
    assert "xlpipeline/py.typed" in names
    assert {"xlpipeline/addin/vba/XlpRibbon.bas", "xlpipeline/addin/icons/refresh.png"} <= names
    assert not [name for name in names if name.startswith(("tests/", "bench/"))]
    script = "import sys; from xlpipeline.cli import main; sys.exit(main(['new', 'team.xlsx', '--template', 'five']))"
    there = tmp_path / "there"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=there, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert (there / "team.xlsx").is_file()
    build = "import sys; from xlpipeline.cli import main; sys.exit(main(['addin', 'build']))"
    done = subprocess.run(
        [sys.executable, "-c", build], cwd=there, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert (there / "xlpipeline.xlam").is_file()
