"""Each recipe's new workbook, described in words, is the golden text: read the difference before accepting it.

After a wanted change: ``XLPIPELINE_UPDATE_GOLDEN=1 pytest tests/workbooks/test_golden.py`` writes the texts anew.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.workbooks.conftest import NOW
from tests.workbooks.describe import described, described_setup
from xlpipeline.tabs import lists, process, scoring, settings
from xlpipeline.workbooks.build import build_workbook
from xlpipeline.workbooks.recipes import RECIPE_NAMES, load_recipe

GOLDEN = Path(__file__).parent / "golden"


def test_the_workbook_is_as_the_golden_text_describes_it(eight: bytes) -> None:
    same(described(eight), "workbook")


@pytest.mark.slow
@pytest.mark.parametrize("name", RECIPE_NAMES)
def test_the_set_up_tables_hold_what_the_golden_text_lists(name: str) -> None:
    setup = (process.TAB, scoring.TAB, settings.TAB, lists.TAB)
    same(described_setup(build_workbook(load_recipe(name), now=NOW, tabs=setup)), name)


def same(text: str, name: str) -> None:
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("XLPIPELINE_UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), (
        f"see the docstring of {__name__} for how to accept a wanted change"
    )
