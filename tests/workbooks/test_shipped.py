"""The ready workbooks beside the recipes are what the recipes give today, and clean in every validator."""

from __future__ import annotations

import io
import zipfile

import pytest

from tests.validators import lint_complaints, schema_complaints, sdk_complaints
from tests.workbooks.describe import described
from xlpipeline.workbooks.recipes import RECIPE_NAMES, templates_folder
from xlpipeline.workbooks.ship import shipped

MEND = "run: python -m xlpipeline.workbooks.ship"


OTHERS_LATER = [name if name == "eight" else pytest.param(name, marks=pytest.mark.slow) for name in RECIPE_NAMES]


@pytest.mark.slow
@pytest.mark.parametrize("name", OTHERS_LATER)
def test_the_ready_workbook_is_what_its_recipe_gives(name: str) -> None:
    path = templates_folder() / f"{name}.xlsx"
    assert path.is_file(), f"{path.name} is missing; {MEND}"
    there, wanted = parts(path.read_bytes()), parts(shipped(name))
    assert sorted(there) == sorted(wanted), f"{path.name} is out of date; {MEND}"
    differs = [part for part, content in wanted.items() if there[part] != content]
    assert not differs, f"{path.name} is out of date in {', '.join(differs)}; {MEND}"


@pytest.mark.slow
def test_a_ready_workbook_is_a_book_without_deals() -> None:
    text = described((templates_folder() / "five.xlsx").read_bytes())
    assert "table Pipeline B4:" in text
    assert "sheet Start here: visible" in text


@pytest.mark.slow
@pytest.mark.parametrize("name", RECIPE_NAMES)
def test_the_ready_workbook_is_clean_in_the_package_lint(name: str) -> None:
    assert lint_complaints(templates_folder() / f"{name}.xlsx") == []


def test_every_part_of_a_ready_workbook_follows_its_schema() -> None:
    assert schema_complaints(templates_folder() / "eight.xlsx") == []


@pytest.mark.slow
@pytest.mark.parametrize("name", RECIPE_NAMES)
def test_the_ready_workbook_is_clean_in_the_open_xml_sdk(name: str) -> None:
    assert sdk_complaints(templates_folder() / f"{name}.xlsx") == []


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}
