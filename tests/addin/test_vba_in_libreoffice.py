"""A second interpreter: LibreOffice compiles every module of ours, and runs the pure one to the same answers."""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from pyopenvba import ExcelFile, VBAModuleKind
from pyopenvba.apps.excel import ExcelApplication

from tests.addin.test_vba_names import SAFE, SYSTEMS, UNSAFE, refusal
from tests.addin.vba_excel import VBA
from tests.live.office import Office, missing_parts, properties
from xlpipeline.addin.callbacks import command
from xlpipeline.addin.ribbon import BUTTONS

pytestmark = pytest.mark.libreoffice

Run = Callable[..., object]
ELSEWHERE = """Option Explicit
Public XlpLastFault As String
Public Function RunPython(PythonCommand As String)
End Function
Public Sub XlpRegisterFunctions()
End Sub
"""
"""What other modules of the add-in give to ours."""


def write_book(path: Path, change: Callable[[str], str] = str) -> None:
    """A workbook with all our modules."""
    texts = {file: change(file.read_text("ascii")) for file in (*VBA.glob("*.bas"), *VBA.glob("*.cls"))}
    with ExcelFile.create_new(path) as book:
        project = book.vba_project()
        for file, text in texts.items():
            if file.stem == "ThisWorkbook":
                book.set_module(file.stem, text.replace("\n", "\r\n"))
            else:
                kind = VBAModuleKind.standard if file.suffix == ".bas" else VBAModuleKind.other
                project.add_module(file.stem, text.replace("\n", "\r\n"), kind=kind)
        project.add_module("Elsewhere", ELSEWHERE.replace("\n", "\r\n"))
        book.save()


@pytest.fixture(scope="module")
def office() -> Generator[Office, None, None]:
    missing = missing_parts()
    if missing:
        pytest.skip(missing)
    started = Office()
    yield started
    started.stop()


def opened(office: Office, path: Path) -> Run:
    """Runs a macro of the workbook."""
    document = office.desktop.loadComponentFromURL(
        path.as_uri(), "_blank", 0, properties(Hidden=True, MacroExecutionMode=4)
    )
    scripts = document.getScriptProvider()

    def run(macro: str, *given: object) -> object:
        uri = f"vnd.sun.star.script:VBAProject.{macro}?language=Basic&location=document"
        return scripts.getScript(uri).invoke(given, (), ())[0]

    return run


@pytest.fixture(scope="module")
def run(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Run:
    path = tmp_path_factory.mktemp("ours") / "ours.xlsm"
    write_book(path)
    return opened(office, path)


def test_names_are_refused_and_let_through_alike(run: Run) -> None:
    basic = ExcelApplication()
    basic.add_workbook()
    basic.add_module((VBA / "XlpNames.bas").read_text("ascii"), name="XlpNames")
    for name in (*SAFE, *(name for name in UNSAFE if "\0" not in name)):
        for system in SYSTEMS:
            assert run("XlpNames.XlpNameRefusal", name, system == "mac") == refusal(basic, name, system), name


def test_every_module_compiles_so_that_all_of_them_answer(run: Run) -> None:
    assert [run("XlpButtons.XlpCommandOf", b.id) for b in BUTTONS] == [command(b) for b in BUTTONS]
    assert [run("XlpButtons.XlpNeedsOurs", b.id) for b in BUTTONS] == [b.needs_our_workbook for b in BUTTONS]
    assert run("XlpTables.XlpText", " a ") == "a"
    assert run("XlpEdits.XlpWaiting", "team.xlsx") == 0


def test_a_module_that_does_not_compile_would_be_noticed(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "spoilt.xlsm"
    write_book(path, lambda text: text.replace("Set mRibbon = ribbon", "Set mRibbon = = ribbon"))
    assert opened(office, path)("XlpTables.XlpText", " a ") != "a"
