"""Shared places of the tests, and the rule that a skip in CI is a failure."""

from __future__ import annotations

import datetime as dt
import gc
import os
import shutil
from collections.abc import Generator
from pathlib import Path
from typing import Final

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


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Neighbours run in one process, so that what a module makes once is not made in every process."""
    if config.getoption("dist") != "load":
        return None  # someone has asked for another way
    from xdist.scheduler import WorkStealingScheduling  # type: ignore[import-untyped]  # noqa: PLC0415

    return WorkStealingScheduling(config, log)


gc.set_threshold(100_000, 20, 100)  # looking for rubbish as often as Python does would cost a tenth of all time


def pytest_collection_finish() -> None:
    """What is loaded by now stays, and need not be looked through again and again."""
    gc.collect()
    gc.freeze()


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


MESS: Final = {"small": 0.0, "messy": 1.0}
"""The workbooks that tests share, by name, and how much of the mess that people make is in them."""


class BuiltBooks(dict[str, Path]):
    """Workbooks of 200 opportunities by name, each built when a test first asks for it."""

    def __init__(self, folder: Path, shared: Path) -> None:
        super().__init__()
        self.folder, self.shared = folder, shared

    def __missing__(self, name: str) -> Path:
        there, path = self.shared / f"built_{name}.xlsx", self.folder / f"{name}.xlsx"
        if there.exists():  # another process has built it
            shutil.copy(there, path)
        else:
            team = make_team(11, 200, AS_OF, mess=MESS[name])
            new_file(path, TeamRequest(team="Test team", tables=demo_tables(team), as_of=AS_OF), now=NOW)
            finished = Path(shutil.copy(path, self.folder / f"{name} finished.xlsx"))
            finished.replace(there)
        self[name] = path
        return path


@pytest.fixture(scope="session")
def built_books(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Workbooks that are built once and copied by the tests that change them."""
    base = tmp_path_factory.getbasetemp()
    return BuiltBooks(tmp_path_factory.mktemp("books"), base.parent if "PYTEST_XDIST_WORKER" in os.environ else base)


@pytest.fixture
def small_book(built_books: dict[str, Path], tmp_path: Path) -> Path:
    """A refreshed workbook of 200 opportunities without mess."""
    return Path(shutil.copy(built_books["small"], tmp_path / "small.xlsx"))


@pytest.fixture
def messy_book(built_books: dict[str, Path], tmp_path: Path) -> Path:
    """A refreshed workbook of 200 opportunities with the mess that people make."""
    return Path(shutil.copy(built_books["messy"], tmp_path / "messy.xlsx"))
