"""Puts the add-in where Excel loads it at every start, and takes it away again.

Windows: the user's XLSTART folder. macOS: Excel's start-up folder, and the AppleScript that its sandbox allows. Both
are folders of the user, so no administrator is needed. Where somebody has told Excel to use other start-up folders,
`xlpipeline addin build` makes the file, and it can be copied there by hand.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import unescape

from xlpipeline.addin.setup.build import INTERPRETER, OUR_VERSION, XLWINGS_VERSION
from xlpipeline.addin.setup.package_parts import SETTINGS_SHEET
from xlpipeline.addin.setup.xlwings_text import APPLESCRIPT_NAME
from xlpipeline.errors import BookError, BusyError, RequestError
from xlpipeline.jobs.outcome import Outcome
from xlpipeline.ooxml.save import refuse_locked, replace_file

ADDIN_NAME = "xlpipeline.xlam"


@dataclass(frozen=True)
class Places:
    """Where the add-in's files belong on this machine."""

    addin: Path
    applescript: Path | None = None
    """On macOS only."""


@dataclass(frozen=True)
class BuiltAddin:
    """What an add-in file says about itself."""

    interpreter: str
    xlpipeline_version: str
    xlwings_version: str


def places(platform: str, environment: Mapping[str, str], home: Path) -> Places:
    """Where Excel looks at its start.

    Args:
        platform: As `sys.platform` says it: win32, darwin or another.
        environment: As `os.environ` says it; Windows' APPDATA is read.
        home: The user's folder.

    Raises:
        RequestError: Excel does not run on this system.
    """
    if platform == "win32":
        roaming = environment.get("APPDATA") or str(home / "AppData" / "Roaming")
        return Places(Path(roaming, "Microsoft", "Excel", "XLSTART", ADDIN_NAME))
    if platform == "darwin":
        office = home / "Library" / "Group Containers" / "UBF8T346G9.Office"
        scripts = home / "Library" / "Application Scripts" / "com.microsoft.Excel"
        start_up = office / "User Content.localized" / "Startup.localized" / "Excel"
        return Places(start_up / ADDIN_NAME, scripts / APPLESCRIPT_NAME)
    raise RequestError(
        "Excel does not run on this system, so there is nothing to install into; 'xlpipeline addin build "
        "--interpreter PATH' makes xlpipeline.xlam here, which you can copy to a machine with Excel."
    )


def save_addin(addin: bytes, output: Path, *, force: bool = False) -> Outcome:
    """Write a built add-in to a file. An older xlpipeline.xlam is replaced, another file only where `force` says so.

    Raises:
        RequestError: a file that is no add-in of ours stands there.
        BusyError: Excel holds the file.
        BookError: the folder cannot be written.
    """
    if output.exists() and not force and read_addin(output) is None:
        raise RequestError(f"{output.name} is there already and no add-in of xlpipeline; --force replaces it.")
    _write(output, addin)
    built = read_settings(addin)
    return Outcome(
        (
            f"{output} is ready.",
            f"It starts {built.interpreter if built else 'no Python'}; --interpreter gives another machine's path.",
            "To use it, copy it into Excel's XLSTART folder, or choose it in Excel: Options > Add-ins > Go > Browse.",
        ),
        {"addin": str(output)},
    )


def install(addin: bytes, applescript: str, where: Places) -> Outcome:
    """Copy a built add-in to where Excel loads it.

    Raises:
        BusyError: Excel is open and holds the older one.
        BookError: the folder cannot be written.
    """
    written = [where.addin]
    _write(where.addin, addin)
    if where.applescript is not None:
        _write(where.applescript, applescript.encode())
        written.append(where.applescript)
    return Outcome(
        (
            *(f"Installed {path}." for path in written),
            "Please start Excel again: the tab Pipeline is there. If it is not, run: xlpipeline addin doctor",
        ),
        {"installed": [str(path) for path in written]},
    )


def uninstall(where: Places) -> Outcome:
    """Remove what `install` put there, and nothing else.

    Raises:
        BusyError: Excel is open and holds the add-in.
        RequestError: the file there is not ours.
    """
    if where.addin.exists() and read_addin(where.addin) is None:
        raise RequestError(f"{where.addin} is no add-in of xlpipeline, so it stays; please look at it yourself.")
    removed = []
    for path in filter(None, (where.addin, where.applescript)):
        try:
            path.unlink()
        except FileNotFoundError:
            continue
        except OSError as fault:
            raise _held(path) from fault
        removed.append(path)
    sentences = tuple(f"Removed {path}." for path in removed)
    return Outcome(
        sentences or ("The add-in was not installed; nothing was removed.",),
        {"removed": [str(path) for path in removed]},
    )


def read_addin(path: Path) -> BuiltAddin | None:
    """What an add-in file was built from; None where the file cannot be read or is not ours."""
    try:
        return read_settings(path.read_bytes())
    except OSError:
        return None


def read_settings(addin: bytes) -> BuiltAddin | None:
    """What an add-in was built from, by the settings sheet in it; None where it is not ours."""
    try:
        with zipfile.ZipFile(io.BytesIO(addin)) as package:
            workbook = package.read("xl/workbook.xml").decode()
            sheet = package.read("xl/worksheets/sheet2.xml").decode()
    except (zipfile.BadZipFile, KeyError, UnicodeDecodeError):
        return None
    if f'name="{SETTINGS_SHEET}"' not in workbook:
        return None
    cells = {where: unescape(text) for where, text in _CELL.findall(sheet)}
    rows = {text: cells.get("B" + where[1:], "") for where, text in cells.items() if where[0] == "A"}
    if not rows.keys() >= {INTERPRETER, OUR_VERSION, XLWINGS_VERSION}:
        return None
    return BuiltAddin(rows[INTERPRETER], rows[OUR_VERSION], rows[XLWINGS_VERSION])


_CELL = re.compile(r'<c r="([AB]\d+)" t="inlineStr"><is><t[^>]*>([^<]*)</t>')
"""A cell as `package_parts` writes it: only what we built ourselves is recognised."""


def _write(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise BookError(f"the folder {path.parent} cannot be made ({fault.strerror or fault}).") from fault
    refuse_locked(path)
    try:
        replace_file(path, [data], keep_backup=False)
    except BusyError as fault:
        raise _held(path) from fault


def _held(path: Path) -> BusyError:
    return BusyError(f"{path} is in use; please close Excel and run this again.")
