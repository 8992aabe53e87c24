"""The register of buttons and the part that Excel reads: valid, unambiguous, and each button leads somewhere."""

from __future__ import annotations

import importlib
import inspect
import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from xlpipeline.addin import callbacks, ribbon
from xlpipeline.addin.ribbon import BUTTONS, Button

NS = {"c": ribbon.NAMESPACE}
SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).with_name("customui.xsd")))
MACROS = (
    "refresh_metrics", "validate", "next_issue", "advance_stage", "convert_lead", "colour_stale_rows",
    "take_snapshot", "start_review", "import_deals",
    "new_team_workbook", "explain_figure", "about",
)  # fmt: skip


def part() -> etree._Element:
    return etree.fromstring(ribbon.ribbon_xml().encode())


def test_the_part_is_valid() -> None:
    SCHEMA.assertValid(part())


def test_the_tab_shows_every_button_once_in_the_order_of_the_register() -> None:
    assert part().xpath("//c:tab/@label", namespaces=NS) == ["Pipeline"]
    assert part().xpath("//c:button/@label", namespaces=NS) == [b.label for b in BUTTONS]


def test_the_groups_stand_as_a_day_goes() -> None:
    groups = {
        group.get("label"): group.xpath("c:button/@label", namespaces=NS)
        for group in part().xpath("//c:group", namespaces=NS)
    }
    assert groups == {
        "Every day": ["Refresh metrics", "Validate", "Next issue"],
        "Deals": ["Advance stage", "Convert lead", "Color stale rows", "Take snapshot", "Start review"],
        "Workbooks": ["Import…", "New team workbook…"],
        "Understand": ["Explain this figure"],
        "Options": ["Settings", "About"],
    }


@pytest.mark.parametrize("field", ["id", "label", "keytip", "image", "screentip"])
def test_no_two_buttons_share(field: str) -> None:
    values = [getattr(button, field) for button in BUTTONS]
    assert len(set(values)) == len(values)


def test_no_keytip_is_the_beginning_of_another() -> None:
    tips = [button.keytip for button in BUTTONS]
    assert not [(a, b) for a in tips for b in tips if a != b and b.startswith(a)]


def _change(spoil: Callable[[etree._Element], object]) -> etree._Element:
    root = part()
    spoil(root)
    return etree.fromstring(etree.tostring(root))


def _button(root: etree._Element) -> etree._Element:
    return root.find(".//c:button", NS)


SPOILT: dict[str, Callable[[etree._Element], object]] = {
    "a keytip of four": lambda root: _button(root).set("keytip", "ABCD"),
    "a keytip with a space": lambda root: _button(root).set("keytip", "A B"),
    "a supertip that is too long": lambda root: _button(root).set("supertip", "x" * 1025),
    "an empty label": lambda root: _button(root).set("label", ""),
    "an id with a space": lambda root: _button(root).set("id", "Xlp Refresh"),
    "an id that begins with a digit": lambda root: _button(root).set("id", "1Refresh"),
    "an id given twice": lambda root: _button(root).set("id", "XlpAbout"),
    "a size that is none": lambda root: _button(root).set("size", "huge"),
    "an image that is no id": lambda root: _button(root).set("image", "a/b.png"),
    "a callback with a call": lambda root: _button(root).set("onAction", "XlpPress()"),
    "an attribute of the wrong case": lambda root: _button(root).set("onaction", "XlpPress"),
    "an attribute that is missing": lambda root: _button(root).attrib.pop("onAction"),
    "a group without buttons": lambda root: [
        b.getparent().remove(b) for b in root.xpath("//c:group[1]/c:button", namespaces=NS)
    ],
    "a button outside of a group": lambda root: root.find(".//c:tab", NS).append(_button(root)),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT.keys())
def test_the_schema_refuses(spoil: Callable[[etree._Element], object]) -> None:
    assert not SCHEMA.validate(_change(spoil))


@pytest.mark.parametrize("length", [1024, 1025])
def test_a_supertip_may_have_1024_characters(length: int) -> None:
    assert SCHEMA.validate(_change(lambda root: _button(root).set("supertip", "x" * length))) == (length == 1024)


def test_signs_of_xml_in_a_text_are_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = replace(BUTTONS[0], label='R&D <"now">')
    monkeypatch.setattr(ribbon, "BUTTONS", (odd, *BUTTONS[1:]))
    SCHEMA.assertValid(part())
    assert _button(part()).get("label") == 'R&D <"now">'


def test_every_text_is_a_sentence_that_fits_on_screen() -> None:
    for button in BUTTONS:
        assert len(button.label) <= 24
        assert len(button.supertip) <= 200
        assert button.supertip.endswith(".")
        assert not button.screentip.endswith(".")


def test_the_part_is_the_same_every_time() -> None:
    assert ribbon.ribbon_xml() == ribbon.ribbon_xml()
    assert ribbon.ribbon_xml().isascii() is False
    assert ribbon.ribbon_xml().startswith('<?xml version="1.0" encoding="UTF-8"')


def test_only_what_needs_no_workbook_of_ours_is_offered_everywhere() -> None:
    assert [b.macro for b in BUTTONS if not b.needs_our_workbook] == ["new_team_workbook", "about"]


def test_every_button_runs_a_macro_that_exists_and_takes_nothing() -> None:
    macros = importlib.import_module("xlpipeline.addin.macros")
    assert tuple(b.macro for b in BUTTONS if b.macro) == MACROS
    for name in MACROS:
        assert not inspect.signature(getattr(macros, name)).parameters


def test_the_callbacks_of_the_part_are_in_the_vba() -> None:
    text = (callbacks.BUTTONS_FILE.parent / "XlpRibbon.bas").read_text("ascii")
    public = set(re.findall(r"^Public Sub (\w+)\(", text, re.MULTILINE))
    named = set(part().xpath("//@onLoad | //@onAction | //@getEnabled"))
    assert named == {"XlpRibbonLoaded", "XlpPress", "XlpGetEnabled"}
    assert named <= public


def test_the_vba_of_the_buttons_is_made_from_the_register() -> None:
    assert callbacks.BUTTONS_FILE.read_text("ascii") == callbacks.buttons_module(), (
        "the buttons have changed; please run: python -m xlpipeline.addin.callbacks"
    )


def test_a_command_is_a_constant_of_the_register() -> None:
    button = Button("XlpX", "X", "x", "x", "X", "X.", "X", "X")
    assert callbacks.command(button) == "import xlpipeline.addin.macros as macros; macros.x()"
    assert callbacks.command(replace(button, macro="")) == ""


AT_EXCEL = """
import json, sys
import xlwings

def caller():
    names = []
    frame = sys._getframe()
    while frame:
        if frame.f_globals.get("__name__") == "xlpipeline.addin.macros":
            names.append(frame.f_code.co_name)
        frame = frame.f_back
    print(names[-1])
    raise OSError("Excel is not here")

xlwings.Book.caller = caller
"""
"""In place of Excel: tells which macro asks for the workbook."""

ONE_BY_ONE = """
for command in json.loads(sys.argv[1]):
    try:
        exec(compile(command, "-c", "exec"), {})
    except SystemExit:
        pass
"""


def test_each_command_runs_its_macro_up_to_the_door_of_excel() -> None:
    commands = [callbacks.command(b) for b in BUTTONS if b.macro]
    run = subprocess.run(
        [sys.executable, "-c", AT_EXCEL + ONE_BY_ONE, json.dumps(commands)], check=True, capture_output=True, text=True
    )
    assert tuple(run.stdout.split()) == MACROS


@pytest.mark.slow
@pytest.mark.parametrize("button", [b for b in BUTTONS if b.macro], ids=lambda b: b.macro)
def test_a_command_runs_as_python_is_started(button: Button, tmp_path: Path) -> None:
    tmp_path.joinpath("sitecustomize.py").write_text(AT_EXCEL, "utf-8")
    run = subprocess.run(
        [sys.executable, "-B", "-c", callbacks.command(button), "--wb=team.xlsx", "--from_xl=1"],
        check=False, capture_output=True, text=True, env={"PYTHONPATH": str(tmp_path)},
    )  # fmt: skip
    assert run.stdout.split() == [button.macro]
    assert run.returncode == 1
    assert run.stderr.strip() == (
        "xlpipeline: the workbook was not found in Excel. Please click into it and try again."
    )
