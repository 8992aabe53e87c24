"""Builds the add-in file, xlpipeline.xlam, from the installed xlwings and our own VBA text, ribbon and icons.

The path of the Python program is baked in, so nothing on the user's machine has to be looked for and no workbook can
name another. The same inputs give the same bytes.
"""

from __future__ import annotations

import re
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PureWindowsPath
from typing import Literal

from xlpipeline import __version__
from xlpipeline.addin import ribbon, wrappers
from xlpipeline.addin.setup.package_parts import (
    BOOK_CODE_NAME,
    SHEET_CODE_NAMES,
    VBA_PART,
    WORKBOOK_TYPE,
    Contents,
    package,
)
from xlpipeline.addin.setup.xlwings_files import XlwingsFiles, addin_module, extra_missing, settings_asked
from xlpipeline.errors import RequestError

OUR_VERSION = "XLPIPELINE_VERSION"
XLWINGS_VERSION = "XLWINGS_VERSION"
INTERPRETER = "INTERPRETER"

_WINDOWS_PATH = re.compile(r"([A-Za-z]:\\|\\\\[^\\])[^%\"<>|\x00-\x1f]*")
_POSIX_PATH = re.compile(r"/[\w./+@=,-]*")
"""On macOS the path stands in a shell command without quotes."""


@dataclass(frozen=True)
class VbaModule:
    """One module of the VBA project; lines may be parted either way."""

    name: str
    kind: Literal["standard", "class", "document"]
    text: str


@dataclass(frozen=True)
class OwnParts:
    """What this package itself puts into the add-in."""

    modules: tuple[VbaModule, ...]
    ribbon: str
    icons: Mapping[str, bytes]
    """PNG images by the name that the ribbon calls them by."""


def build_addin(interpreter: str, files: XlwingsFiles, own: OwnParts) -> bytes:
    """The bytes of xlpipeline.xlam.

    Args:
        interpreter: Absolute path of the Python program, on the system where Excel will run.
        files: xlwings' own texts.
        own: Ours.

    Raises:
        RequestError: the path cannot be baked in, or the text of this xlwings is not known.
    """
    module = addin_module(files)
    settings = addin_settings(interpreter, files.version)
    unknown = set(settings_asked(module)) - set(settings)
    if unknown:
        raise RequestError(f"this xlpipeline does not know these settings of xlwings: {', '.join(sorted(unknown))}")
    modules = (
        VbaModule("xlwings", "standard", module),
        VbaModule("Dictionary", "class", files.dictionary),
        *own.modules,
    )
    contents = Contents(_about(files.version), settings, own.ribbon, own.icons)
    return package(replace(contents, vba=vba_project(contents, modules)))


def addin_settings(interpreter: str, xlwings_version: str) -> dict[str, str]:
    """Rows of the hidden settings sheet: every setting that xlwings' VBA asks for, and what was built from what.

    Raises:
        RequestError: the path is not absolute, or holds a sign that a command would read as something else.
    """
    if not (_WINDOWS_PATH.fullmatch(interpreter) or _POSIX_PATH.fullmatch(interpreter)) or "$(" in interpreter:
        raise RequestError(
            f"the add-in cannot start Python from '{interpreter}'; please give the whole path of a Python program, "
            "without % and, on macOS, without spaces (--interpreter)."
        )
    return {
        "INTERPRETER_WIN": interpreter,
        "INTERPRETER_MAC": interpreter,
        INTERPRETER: interpreter,
        "PYTHONPATH": "",
        "ADD_WORKBOOK_TO_PYTHONPATH": "false",
        "CONDA PATH": "",
        "CONDA ENV": "",
        "UDF MODULES": wrappers.UDF_MODULE,
        "DEBUG UDFS": "False",
        "USE UDF SERVER": "False",
        "SHOW CONSOLE": "False",
        "SHOW_ERROR_POPUPS": "True",
        "LICENSE_KEY": "",
        "ONEDRIVE_CONSUMER_WIN": "",
        "ONEDRIVE_CONSUMER_MAC": "",
        "ONEDRIVE_COMMERCIAL_WIN": "",
        "ONEDRIVE_COMMERCIAL_MAC": "",
        "SHAREPOINT_WIN": "",
        "SHAREPOINT_MAC": "",
        OUR_VERSION: __version__,
        XLWINGS_VERSION: xlwings_version,
    }


def without_console(interpreter: str) -> str:
    r"""pythonw.exe beside a python.exe, so that no black window opens; any other path as it is."""
    path = PureWindowsPath(interpreter)
    if "\\" in interpreter and path.name.lower() == "python.exe":
        return str(path.with_name("pythonw.exe"))
    return interpreter


def own_parts() -> OwnParts:
    """Our VBA text, the wrappers of the worksheet functions, ribbon and icons, as this package carries them."""
    room = Path(__file__).parents[1]
    modules = (
        *(
            VbaModule(path.stem, _kind(path), path.read_text("ascii"))
            for path in sorted((room / "vba").glob("*.[bc]??"))
        ),
        VbaModule(wrappers.MODULE_NAME, "standard", wrappers.module_text()),
    )
    icons = {path.stem: path.read_bytes() for path in sorted((room / "icons").glob("*.png"))}
    return OwnParts(modules, ribbon.ribbon_xml(), icons)


def _kind(path: Path) -> Literal["standard", "class", "document"]:
    if path.stem == BOOK_CODE_NAME:
        return "document"
    return "class" if path.suffix == ".cls" else "standard"


def vba_project(contents: Contents, modules: Sequence[VbaModule]) -> bytes:
    """The VBA project as Excel stores it: source only, which Excel compiles when it opens the file.

    Raises:
        RequestError: pyOpenVBA is not installed.
    """
    try:
        from pyopenvba import ExcelFile, VBAModuleKind  # noqa: PLC0415
    except ImportError as error:
        raise extra_missing() from error
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "twin.xlsm")
        path.write_bytes(package(replace(contents, vba=b"", main_type=WORKBOOK_TYPE)))
        with ExcelFile(path) as book:
            project = book.add_vba_project()
            for name in SHEET_CODE_NAMES:  # written anew, so that nothing compiled by another Excel stays
                book.set_module(name, "")
            for module in modules:
                text = "\r\n".join(module.text.splitlines()) + "\r\n"
                if module.kind == "document":
                    book.set_module(module.name, text)
                else:
                    kind = VBAModuleKind.other if module.kind == "class" else VBAModuleKind.standard
                    project.add_module(module.name, text, kind=kind)
            book.save()
        with zipfile.ZipFile(path) as twin:
            return twin.read(VBA_PART)


def _about(xlwings_version: str) -> tuple[str, ...]:
    return (
        "xlpipeline: sales pipeline management",
        f"Built by xlpipeline {__version__} with the VBA of xlwings {xlwings_version}.",
        "xlwings: copyright Zoomer Analytics, BSD 3-clause licence; its text stands in the module xlwings.",
        "Dictionary: copyright Tim Hall, MIT licence.",
    )
