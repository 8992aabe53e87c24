"""Every file that the commands write is clean in all validators, at every step of its life."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.conftest import AS_OF, NOW
from tests.jobs.test_upgrade import old_book, old_content
from tests.validators import all_complaints
from xlpipeline.cli import main
from xlpipeline.hosts.file import ClosedWorkbook
from xlpipeline.jobs.import_deals import import_in
from xlpipeline.jobs.new import TeamRequest, new_file
from xlpipeline.jobs.refresh import refresh_in
from xlpipeline.jobs.upgrade import upgrade_file
from xlpipeline.samples.team_year import export_csv, make_team

__all__ = ["old_book", "old_content"]

pytestmark = pytest.mark.slow


def test_a_new_book_is_clean_after_building_importing_and_refreshing(tmp_path: Path) -> None:
    path, source = tmp_path / "team.xlsx", tmp_path / "deals.csv"
    source.write_bytes(export_csv(make_team(3, 700, AS_OF), dialect="semicolon", spellings=True))
    new_file(path, TeamRequest("seven", "EMEA", "CHF"), now=NOW)
    assert all_complaints(path) == []
    import_in(ClosedWorkbook(path), source, now=NOW)
    assert all_complaints(path) == []
    refresh_in(ClosedWorkbook(path), now=NOW + dt.timedelta(days=40))
    assert all_complaints(path) == []


def test_the_demo_is_clean(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "demo.xlsx"
    assert main(["demo", str(path)]) == 0
    assert "Built" in capsys.readouterr().out
    assert all_complaints(path) == []


def test_an_upgraded_book_is_clean(old_book: Path) -> None:
    upgrade_file(old_book, now=NOW)
    assert all_complaints(old_book) == []
