"""An upgrade gives an older Pipeline the marks of the framework that it uses, and Leads what scores need."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from xlpipeline.hosts.file import open_book
from xlpipeline.jobs.upgrade import upgrade_file
from xlpipeline.workbooks.bodies import table_bodies
from xlpipeline.workbooks.build import build_workbook
from xlpipeline.workbooks.recipes import load_recipe

pytestmark = pytest.mark.slow
NOW = dt.datetime(2026, 5, 6, 9, tzinfo=dt.UTC)


def old_book(path: Path, *kept: str) -> Path:
    """A workbook whose Scoring is full and whose Pipeline has only the ``kept`` marks of CHAMP."""
    recipe = load_recipe("seven")
    marks = tuple(row for row in recipe.scoring if row.framework == "CHAMP" and row.mark in kept)
    scoring = table_bodies(recipe, recipe.settings, {})["Scoring"]
    rows = pd.DataFrame({"Opportunity": ["Roll-out"], "Stage": ["Qualifying"]}, dtype=object)
    content = build_workbook(
        replace(recipe, scoring=marks, framework="CHAMP", criteria=()),
        now=NOW,
        tables={"Scoring": scoring, "Pipeline": rows},
    )
    path.write_bytes(content)
    return path


def test_a_pipeline_without_marks_gets_those_of_the_first_framework_and_of_the_deal(tmp_path: Path) -> None:
    path = old_book(tmp_path / "old.xlsx")
    upgrade_file(path, now=NOW)
    table = open_book(path).book.tables["Pipeline"]
    assert {"Budget", "Budget evidence", "Timeline", "Deal budget", "Deal interest"} <= set(table.frame.columns)
    assert "Challenges" not in table.frame.columns
    assert "[Budget]" in table.formulas["Qualification"]


def test_a_pipeline_with_some_marks_of_a_framework_gets_the_others(tmp_path: Path) -> None:
    path = old_book(tmp_path / "old.xlsx", "Challenges", "Money")
    upgrade_file(path, now=NOW)
    heads = open_book(path).book.frame("Pipeline").columns
    assert {"Prioritisation", "Authority", "Authority evidence", "Deal timing"} <= set(heads)
    assert "Budget" not in heads
    second = upgrade_file(path, now=NOW)
    assert "already has everything" in second.sentences[0]
