"""Exports of known systems through the command line, into a new workbook of every template."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.importers.exports import hubspot, odoo, pipedrive, salesforce, zoho
from tests.importers.exports.tables import csv_bytes, html_bytes
from xlpipeline.cli import main
from xlpipeline.hosts.file import ClosedWorkbook
from xlpipeline.model.history import read_history

Run = Callable[..., tuple[int, str, str]]
pytestmark = pytest.mark.slow

FILES = {
    "report.xls": html_bytes(salesforce.report()),
    "loader.csv": csv_bytes(salesforce.data_loader(), quote_all=True),
    "pipedrive.csv": csv_bytes(pipedrive.deals(), delimiter=";", encoding="utf-8-sig"),
    "zoho.csv": csv_bytes(zoho.deals()),
    "odoo.csv": csv_bytes(odoo.deals()),
    "hubspot.csv": csv_bytes(hubspot.deals()),
}


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command; gives exit code and what it printed."""

    def once(*arguments: object) -> tuple[int, str, str]:
        code = main([str(one) for one in arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return once


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


@pytest.mark.parametrize("template", ["five", "seven", "eight"])
def test_every_export_comes_into_a_new_workbook_once(run: Run, folder: Path, template: str) -> None:
    book = folder / "team.xlsx"
    assert run("new", book, "--template", template)[0] == 0
    for name in FILES:
        chosen = ("--pipeline", "Sales Pipeline") if name == "hubspot.csv" else ()
        code, out, _ = run("import", book, folder / name, *chosen)
        assert (code, "were added" in out) == (0, True), name
        code, out, _ = run("import", book, folder / name, *chosen, "--dry-run")
        assert "0 opportunities would be added, 0 updated" in out, name
    code, out, err = run("refresh", book)
    assert code == 0, err
    assert "0 opportunities were added, 0 updated, 3 unchanged." in run("import", book, folder / "zoho.csv")[1]


def test_several_pipelines_are_asked_for_by_the_option(run: Run, folder: Path) -> None:
    book = folder / "team.xlsx"
    run("new", book, "--template", "five")
    code, out, err = run("import", book, folder / "hubspot.csv")
    assert (code, out) == (2, "")
    assert err.strip() == (
        "xlpipeline: hubspot.csv holds deals of several pipelines, and one workbook holds one: Sales Pipeline (3), "
        'Partner Pipeline (1); please choose one. Write --pipeline "NAME".'
    )
    code, out, _ = run("import", book, folder / "hubspot.csv", "--pipeline", "partner pipeline", "--json")
    data = json.loads(out)
    assert (data["added"], data["system"], data["pipeline"]) == (1, "HubSpot", "Partner Pipeline")


def test_history_and_activities_follow_the_deals(run: Run, folder: Path) -> None:
    book = folder / "team.xlsx"
    (folder / "moves.csv").write_bytes(csv_bytes(zoho.stage_history()))
    (folder / "calls.csv").write_bytes(csv_bytes(pipedrive.activities()))
    run("new", book, "--template", "five")
    code, out, err = run("import", book, folder / "moves.csv")
    assert code == 2
    assert "please import the deals first" in err
    for name in ("zoho.csv", "pipedrive.csv"):
        run("import", book, folder / name)
    code, out, _ = run("import", book, folder / "moves.csv")
    assert (code, "5 entries to stages were added" in out) == (0, True)
    code, out, _ = run("import", book, folder / "calls.csv")
    assert (code, "1 activity was added" in out) == (0, True)  # two deals are called Alpha
    assert run("refresh", book)[0] == 0
    for name, words in (("moves.csv", "0 entries to stages were added"), ("calls.csv", "0 activities were added")):
        assert words in run("import", book, folder / name)[1]
    history = read_history(ClosedWorkbook(book).read().frame("_History"))
    assert (len(history.imported), set(history.events["kind"]), len(history.faults)) == (5, {"created"}, 0)
    assert set(history.events["note"]) == {"baseline"}
