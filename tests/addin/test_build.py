"""The add-in file: what is in it, and that every witness at hand reads it as it was meant."""

from __future__ import annotations

import hashlib
import io
import re
import struct
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import olefile
import pytest
from lxml import etree
from pyopenvba import ExcelFile

from tests.addin.olevba import modules_in
from tests.conftest import ROOT, SHARED
from tests.live.office import Office, missing_parts
from tests.validators import lint_complaints, sdk_complaints
from xlpipeline.addin.setup.build import (
    OwnParts,
    VbaModule,
    addin_settings,
    build_addin,
    own_parts,
    without_console,
)
from xlpipeline.addin.setup.package_parts import ADDIN_TYPE, ICON_FOLDER, RIBBON_PART, SETTINGS_SHEET, WORKBOOK_TYPE
from xlpipeline.addin.setup.xlwings_files import addin_module, installed_xlwings
from xlpipeline.addin.setup.xlwings_text import CUT, MACRO_COMMAND, PUBLIC_PROCEDURES
from xlpipeline.errors import RequestError

PYTHON = r"C:\Users\Zoë & Co\venv\Scripts\pythonw.exe"
FILES = installed_xlwings()
OWN = own_parts()
_PACKAGE = "{http://schemas.openxmlformats.org/package/2006/"


@pytest.fixture(scope="module")
def addin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The add-in, built once."""
    path = tmp_path_factory.mktemp("addin") / "xlpipeline.xlam"
    path.write_bytes(build_addin(PYTHON, FILES, OWN))
    return path


def part(path: Path, name: str) -> bytes:
    with zipfile.ZipFile(path) as package:
        return package.read(name)


def modules_meant() -> dict[str, VbaModule]:
    given = (VbaModule("xlwings", "standard", addin_module(FILES)), VbaModule("Dictionary", "class", FILES.dictionary))
    return {module.name: module for module in (*given, *OWN.modules)}


def body(text: str) -> str:
    """The text without line-end differences and without the lines of the module's own head, which Excel keeps apart."""
    lines = text.replace("\r\n", "\n").rstrip("\n").split("\n")
    start = 0
    if lines[0].startswith("VERSION "):
        start = lines.index("END") + 1
    while start < len(lines) and re.match(r"Attribute VB_\w+ = ", lines[start]):
        start += 1
    return "\n".join(lines[start:])


# the VBA project ------------------------------------------------------------------------------------------------------


def test_olevba_reads_every_module_back_exactly(addin: Path) -> None:
    read = modules_in(addin)
    meant = modules_meant()
    ends = {"standard": ".bas", "class": ".cls", "document": ".cls"}
    expected = {module.name + ends[module.kind]: body(module.text) for module in meant.values()}
    assert {name: body(text) for name, text in read.items()} == {**expected, "Sheet1.cls": "", "Sheet2.cls": ""}
    assert len(meant) > 8


def test_each_module_starts_with_its_own_name(addin: Path) -> None:
    for name, text in modules_in(addin).items():
        assert text.startswith(f'Attribute VB_Name = "{name.partition(".")[0]}"\r\n')


def test_excel_compiles_the_source_because_no_compiled_code_is_kept(addin: Path) -> None:
    """A module's text that starts at 0 has no p-code before it, and after its head the cache is nothing but zeros."""
    with ExcelFile(addin) as book:
        assert [module.name for module in book.vba_project().modules if module.text_offset] == []
        assert book.validate() == []
    with olefile.OleFileIO(part(addin, "xl/vbaProject.bin")) as project:
        head = project.openstream("VBA/_VBA_PROJECT").read()
        assert [name for name in project.listdir() if "__SRP" in name[-1]] == []
    assert head[:2] == b"\xcc\x61"
    assert not any(head[4:])


def test_the_sheets_and_the_workbook_are_the_modules_they_name(addin: Path) -> None:
    parts = ("xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml")
    names = [name for one in parts for name in re.findall(r'Pr codeName="(\w+)"', part(addin, one).decode())]
    with ExcelFile(addin) as book:
        documents = [m.name for m in book.vba_project().modules if 'VB_Base = "0{0002' in m.source]
    assert names == documents == ["ThisWorkbook", "Sheet1", "Sheet2"]


@pytest.mark.slow
def test_our_modules_call_only_what_is_public_in_xlwings() -> None:
    heads = re.findall(r"^Private (?:Function|Sub) (\w+)", addin_module(FILES), re.MULTILINE)
    hidden = set(heads) | set(CUT)
    for module in OWN.modules:
        code = "\n".join(line for line in module.text.splitlines() if not line.strip().startswith("'"))
        assert not {name for name in hidden if re.search(rf"(?<![.\w\"]){name}\b", code)}, module.name
    assert set(heads).isdisjoint(PUBLIC_PROCEDURES)


def test_runpython_accepts_the_command_of_every_button() -> None:
    commands = re.findall(r'XlpCommandOf = "([^"]*)"', "".join(module.text for module in OWN.modules))
    assert len(commands) > 8
    for command in commands:
        assert re.fullmatch(re.escape(MACRO_COMMAND) + r"[a-z_]+\(\)", command), command


def test_no_two_modules_share_a_name() -> None:
    names = [name.lower() for name in ("xlwings", "Dictionary", "Sheet1", "Sheet2", *(m.name for m in OWN.modules))]
    assert len(names) == len(set(names))


# the package ----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_microsofts_validator_and_the_lint_find_nothing(addin: Path) -> None:
    assert sdk_complaints(addin) == []
    assert lint_complaints(addin) == []


def test_every_part_is_valid_by_its_schema(addin: Path) -> None:
    if not SHARED.is_dir():
        pytest.skip("the schemas are not here")
    schemas = SHARED / "schemas"
    judged = {
        "ecma376-transitional/sml.xsd": ("xl/workbook.xml", "xl/styles.xml", "xl/worksheets/sheet1.xml",
                                         "xl/worksheets/sheet2.xml"),
        "opc/opc-contentTypes.xsd": ("[Content_Types].xml",),
        "opc/opc-relationships.xsd": ("_rels/.rels", "xl/_rels/workbook.xml.rels", "customUI/_rels/customUI.xml.rels"),
    }  # fmt: skip
    for schema, parts in judged.items():
        judge = etree.XMLSchema(etree.parse(str(schemas / schema)))
        for name in parts:
            judge.validate(etree.fromstring(part(addin, name)))
            assert [fault.message for fault in judge.error_log] == [], name


def test_the_workbook_is_an_add_in(addin: Path) -> None:
    types = etree.fromstring(part(addin, "[Content_Types].xml"))
    overrides = {
        node.get("PartName"): node.get("ContentType") for node in types.iter(f"{_PACKAGE}content-types}}Override")
    }
    defaults = {
        node.get("Extension"): node.get("ContentType") for node in types.iter(f"{_PACKAGE}content-types}}Default")
    }
    assert overrides["/xl/workbook.xml"] == "application/vnd.ms-excel.addin.macroEnabled.main+xml"
    assert defaults["bin"] == "application/vnd.ms-office.vbaProject"
    assert defaults["png"] == "image/png"
    with zipfile.ZipFile(addin) as package:
        names = set(package.namelist())
    assert {name.lstrip("/") for name in overrides} <= names
    untyped = [n for n in names if f"/{n}" not in overrides and n.rpartition(".")[2] not in defaults]
    assert untyped == []


def relationships(path: Path, name: str) -> Iterator[tuple[str, str, str]]:
    for node in etree.fromstring(part(path, name)).iter(f"{_PACKAGE}relationships}}Relationship"):
        yield node.attrib["Id"], node.attrib["Type"], node.attrib["Target"]


def test_every_relationship_leads_to_a_part_and_every_part_is_reached(addin: Path) -> None:
    with zipfile.ZipFile(addin) as package:
        names = set(package.namelist())
    reached = {"[Content_Types].xml", *(name for name in names if name.endswith(".rels"))}
    for rels, folder in (("_rels/.rels", ""), ("xl/_rels/workbook.xml.rels", "xl/"),
                         ("customUI/_rels/customUI.xml.rels", "customUI/")):  # fmt: skip
        targets = [*relationships(addin, rels)]
        assert len({key for key, _, _ in targets}) == len(targets)
        reached |= {folder + target for _, _, target in targets}
    assert reached == names


def test_excel_finds_the_ribbon_by_its_relationship_of_2006(addin: Path) -> None:
    kinds = {kind: target for _, kind, target in relationships(addin, "_rels/.rels")}
    assert kinds["http://schemas.microsoft.com/office/2006/relationships/ui/extensibility"] == RIBBON_PART
    assert part(addin, RIBBON_PART).decode() == OWN.ribbon


def test_every_image_of_the_ribbon_is_a_png_of_this_package(addin: Path) -> None:
    ribbon = etree.fromstring(part(addin, RIBBON_PART))
    asked = {node.get("image") for node in ribbon.iter() if node.get("image")}
    given = {key: target for key, _, target in relationships(addin, "customUI/_rels/customUI.xml.rels")}
    assert len(asked) > 8
    assert asked <= given.keys()
    for target in given.values():
        image = part(addin, f"customUI/{target}")
        assert image[:8] == b"\x89PNG\r\n\x1a\n"
        assert struct.unpack(">II", image[16:24]) == (64, 64)
        assert f"customUI/{target}".startswith(ICON_FOLDER)


def test_every_callback_of_the_ribbon_is_a_public_procedure() -> None:
    called = set(re.findall(r'\b(?:onLoad|onAction|get\w+)="(\w+)"', OWN.ribbon))
    text = "\n".join(module.text for module in OWN.modules if module.kind == "standard")
    assert called
    assert called <= set(re.findall(r"^(?:Public )?Sub (\w+)\(", text, re.MULTILINE))


def settings_in(path: Path) -> dict[str, str]:
    sheet = etree.fromstring(part(path, "xl/worksheets/sheet2.xml"))
    rows = ([cell.xpath("string()") for cell in row] for row in sheet.xpath("//*[local-name()='row']"))
    return {row[0]: (row[1] if len(row) > 1 else "") for row in rows}


def test_the_hidden_settings_sheet_answers_with_the_path_that_was_baked_in(addin: Path) -> None:
    workbook = part(addin, "xl/workbook.xml").decode()
    assert f'<sheet name="{SETTINGS_SHEET}" sheetId="2" state="hidden"' in workbook
    settings = settings_in(addin)
    assert settings == addin_settings(PYTHON, FILES.version)
    assert {settings[key] for key in ("INTERPRETER", "INTERPRETER_WIN", "INTERPRETER_MAC")} == {PYTHON}
    assert settings["ADD_WORKBOOK_TO_PYTHONPATH"] == "false"
    assert settings["USE UDF SERVER"] == settings["SHOW CONSOLE"] == "False"
    assert settings["UDF MODULES"] == "xlpipeline.addin.udfs"
    assert settings["LICENSE_KEY"] == settings["CONDA ENV"] == settings["CONDA PATH"] == settings["PYTHONPATH"] == ""


@pytest.mark.slow
def test_the_version_that_the_sheet_says_is_the_one_in_the_vba(addin: Path) -> None:
    texts = "".join(modules_in(addin).values())
    assert f'XLWINGS_VERSION As String = "{settings_in(addin)["XLWINGS_VERSION"]}"' in texts
    assert f"xlwings64-{FILES.version}.dll" in texts


def test_no_person_and_no_clock_is_in_the_file(addin: Path) -> None:
    data = addin.read_bytes()
    assert b"William" not in data
    assert b"dcterms" not in data
    with zipfile.ZipFile(addin) as package:
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}


# the same bytes -------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_same_inputs_give_the_same_bytes(addin: Path) -> None:
    assert build_addin(PYTHON, FILES, OWN) == addin.read_bytes()


@pytest.mark.slow
def test_another_process_gives_the_same_bytes(addin: Path) -> None:
    script = (
        "import hashlib, sys; from xlpipeline.addin.setup.build import *; "
        "from xlpipeline.addin.setup.xlwings_files import *; "
        f"print(hashlib.sha256(build_addin({PYTHON!r}, installed_xlwings(), own_parts())).hexdigest())"
    )
    done = subprocess.run([sys.executable, "-X", "utf8", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == hashlib.sha256(addin.read_bytes()).hexdigest()


def test_another_python_gives_other_bytes(addin: Path) -> None:
    assert build_addin(r"C:\other\pythonw.exe", FILES, OWN) != addin.read_bytes()


# what is refused ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        r"C:\Python\pythonw.exe",
        r"d:\My Programs\O'Brien & (x86)\python.exe",
        r"\\server\share\python.exe",
        "/usr/local/bin/python3.12",
        "/Users/Łukasz/venv-1/bin/python",
    ],
)
def test_a_whole_path_can_be_baked_in(path: str) -> None:
    assert addin_settings(path, "1")["INTERPRETER_WIN"] == path


@pytest.mark.parametrize(
    "path",
    ["", "python", r"..\python.exe", "C:python.exe", r"C:\%TEMP%\python.exe", 'C:\\a" & calc & "\\python.exe',
     r"C:\$(Command)\python.exe", "C:\\a\nb\\python.exe", r"\\", "/opt/my python/bin/python", "/bin/$(id)", "/a;b",
     "/a|b", "/a'b", "venv/bin/python", r"C:\a|b\python.exe"],
)  # fmt: skip
def test_a_path_that_a_command_would_misread_is_refused(path: str) -> None:
    with pytest.raises(RequestError) as refusal:
        addin_settings(path, "1")
    assert str(refusal.value) == (
        f"the add-in cannot start Python from '{path}'; please give the whole path of a Python program, without % and, "
        "on macOS, without spaces (--interpreter)."
    )


def test_a_setting_that_nobody_knows_is_refused() -> None:
    module = FILES.module + '\nSub More()\nx = GetConfig("NEW KEY")\nEnd Sub\n'
    with pytest.raises(RequestError, match="does not know these settings of xlwings: NEW KEY"):
        build_addin(PYTHON, replace(FILES, module=module), OWN)


@pytest.mark.parametrize(
    ("given", "quiet"),
    [
        (r"C:\v\Scripts\python.exe", r"C:\v\Scripts\pythonw.exe"),
        (r"C:\v\Scripts\Python.EXE", r"C:\v\Scripts\pythonw.exe"),
        (r"C:\v\Scripts\pythonw.exe", r"C:\v\Scripts\pythonw.exe"),
        ("/usr/bin/python3", "/usr/bin/python3"),
        ("/mnt/python.exe", "/mnt/python.exe"),
    ],
)
def test_windows_starts_python_without_a_console(given: str, quiet: str) -> None:
    assert without_console(given) == quiet


# what may be imported -------------------------------------------------------------------------------------------------


def test_nothing_in_the_package_imports_the_paid_part_of_xlwings() -> None:
    paid = re.compile(
        r"^\s*(?:import|from) xlwings\.(?:pro|server|reports)|^\s*from xlwings import .*\bpro\b", re.MULTILINE
    )
    assert paid.search("x = 1\n    from xlwings.pro import reports\n")
    sources = sorted((ROOT / "xlpipeline").rglob("*.py"))
    assert [path for path in sources if paid.search(path.read_text("utf-8"))] == []


def test_without_pyopenvba_the_add_in_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyopenvba", None)
    with pytest.raises(RequestError) as refusal:
        build_addin(PYTHON, FILES, OWN)
    assert str(refusal.value) == (
        "the Excel add-in needs two more packages; please run: pip install 'xlpipeline[excel]'"
    )


WITHOUT_THE_EXTRA = """
import sys
sys.modules["xlwings"] = sys.modules["pyopenvba"] = None
import importlib, pkgutil, xlpipeline
from xlpipeline.cli import main
for room in ("checks", "metrics", "model", "tabs", "ooxml", "hosts", "importers", "workbooks", "samples", "jobs"):
    package = importlib.import_module(f"xlpipeline.{room}")
    for module in pkgutil.iter_modules(package.__path__, f"xlpipeline.{room}."):
        importlib.import_module(module.name)
sys.exit(main(["addin", "build"]))
"""


@pytest.mark.slow
def test_below_the_add_in_nothing_needs_the_extra_and_the_add_in_says_what_is_missing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_THE_EXTRA], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stderr == (
        "xlpipeline: the Excel add-in needs two more packages; please run: pip install 'xlpipeline[excel]'\n"
    )
    assert done.returncode == 2
    assert [*tmp_path.iterdir()] == []


# a second reader ------------------------------------------------------------------------------------------------------


def as_workbook(addin: Path) -> bytes:
    """The add-in's twin as .xlsm: LibreOffice knows no add-ins of this kind."""
    out = io.BytesIO()
    with zipfile.ZipFile(addin) as package, zipfile.ZipFile(out, "w") as twin:
        for name in package.namelist():
            twin.writestr(name, package.read(name).replace(ADDIN_TYPE.encode(), WORKBOOK_TYPE.encode()))
    return out.getvalue()


@pytest.mark.libreoffice
def test_libreoffice_opens_the_twin_and_lists_all_modules(addin: Path, tmp_path: Path) -> None:
    lacking = missing_parts()
    if lacking:
        pytest.skip(lacking)
    path = tmp_path / "twin.xlsm"
    path.write_bytes(as_workbook(addin))
    office = Office()
    try:
        book = office.load(path.as_uri())
        library = book.BasicLibraries.getByName("VBAProject")
        found = {name: str(library.getByName(name)) for name in library.getElementNames()}
        sheets = [*book.Sheets.getElementNames()]
        book.close(True)
    finally:
        office.stop()
    assert sheets == ["xlpipeline", "xlpipeline.conf"]
    assert set(found) == {"ThisWorkbook", "Sheet1", "Sheet2", *modules_meant()}
    for module in OWN.modules:
        first = next(line for line in body(module.text).splitlines() if line.startswith(("Public ", "Private ")))
        assert first in found[module.name], module.name


def test_parts_without_ribbon_or_icons_are_left_out() -> None:
    data = build_addin(PYTHON, FILES, OwnParts((), "", {}))
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        assert [name for name in package.namelist() if name.startswith("customUI")] == []
        assert b"png" not in package.read("[Content_Types].xml")
