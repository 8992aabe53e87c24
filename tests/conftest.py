"""Shared places of the tests, and the rule that a skip in CI is a failure."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.live.fixtures import _office, live_app, open_copy
from xlpipeline.jobs.demo import demo_tables
from xlpipeline.jobs.new import TeamRequest, new_file
from xlpipeline.samples.team_year import make_team

__all__ = ["_office", "live_app", "open_copy"]

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
"""Input and measures that are not shipped; tests that need them are skipped where the folder is absent."""

AS_OF = dt.date(2026, 5, 15)
NOW = dt.datetime(2026, 5, 15, 10, tzinfo=dt.UTC)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where XLPIPELINE_NO_SKIPS is set everything is installed: a test that skips itself has not run."""
    del call
    report = yield
    if report.skipped and os.environ.get("XLPIPELINE_NO_SKIPS") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = (
            f"{item.nodeid} was skipped, but here everything that it needs is installed: {report.longrepr}"
        )
    return report


@pytest.fixture(scope="session")
def built_books(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Workbooks that are built once and copied by the tests that change them."""
    folder = tmp_path_factory.mktemp("books")
    made = {}
    for name, mess in (("small", 0.0), ("messy", 1.0)):
        made[name] = folder / f"{name}.xlsx"
        team = make_team(11, 200, AS_OF, mess=mess)
        new_file(made[name], TeamRequest(team="Test team", tables=demo_tables(team), as_of=AS_OF), now=NOW)
    return made


@pytest.fixture
def small_book(built_books: dict[str, Path], tmp_path: Path) -> Path:
    """A refreshed workbook of 200 opportunities without mess."""
    return Path(shutil.copy(built_books["small"], tmp_path / "small.xlsx"))


@pytest.fixture
def messy_book(built_books: dict[str, Path], tmp_path: Path) -> Path:
    """A refreshed workbook of 200 opportunities with the mess that people make."""
    return Path(shutil.copy(built_books["messy"], tmp_path / "messy.xlsx"))
