"""The texts that the installed xlwings gives to the add-in, changed as `xlwings_text` says.

Each change must be found exactly as often as said there, or the text is not the one that was judged, and nothing is
built.
"""

from __future__ import annotations

import importlib.util
import re
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from xlpipeline.addin.setup.xlwings_text import (
    APPLESCRIPT_REPLACED,
    CUT,
    KNOWN_XLWINGS,
    PUBLIC_PROCEDURES,
    REPLACED,
    Replacement,
)
from xlpipeline.errors import RequestError


@dataclass(frozen=True)
class XlwingsFiles:
    """What an installed xlwings gives to the add-in, lines parted by a line feed."""

    version: str
    module: str
    """xlwings_custom_addin.bas"""
    dictionary: str
    """Dictionary.cls, which stands in for Scripting.Dictionary on macOS"""
    applescript: str


def installed_xlwings() -> XlwingsFiles:
    """The texts of the xlwings in this Python, which is not imported for it.

    Raises:
        RequestError: xlwings is not installed, or its text is not known.
    """
    found = importlib.util.find_spec("xlwings")
    try:
        installed = version("xlwings")
    except PackageNotFoundError as error:
        raise extra_missing() from error
    if found is None or found.origin is None:
        raise extra_missing()
    return installed_files(Path(found.origin).parent, installed)


def installed_files(package: Path, version: str) -> XlwingsFiles:
    """The three texts of the xlwings package in a folder.

    Raises:
        RequestError: one of them is not there or cannot be read.
    """
    try:
        return XlwingsFiles(
            version,
            _text(package / "xlwings_custom_addin.bas"),
            _text(package / "addin" / "Dictionary.cls"),
            _text(package / f"xlwings-{version}.applescript"),
        )
    except (OSError, UnicodeDecodeError) as error:
        raise _unknown(version) from error


def addin_module(files: XlwingsFiles) -> str:
    """The VBA module of xlwings as the add-in carries it.

    Raises:
        RequestError: the text is not one that was judged.
    """
    text = _replaced(files.module, REPLACED, files.version)
    for name in CUT:
        text = _without(text, name, files.version)
    return _closed(text)


def addin_applescript(files: XlwingsFiles) -> str:
    """The AppleScript of xlwings as macOS is given it.

    Raises:
        RequestError: the text is not one that was judged.
    """
    return _replaced(files.applescript, APPLESCRIPT_REPLACED, files.version)


def settings_asked(module: str) -> tuple[str, ...]:
    """The settings that a module's text asks for, each once, sorted."""
    return tuple(sorted(set(re.findall(r'GetConfig\("([^"]+)"', module))))


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8").replace("\r\n", "\n")


def _replaced(text: str, replacements: tuple[Replacement, ...], version: str) -> str:
    for change in replacements:
        if text.count(change.old) != change.times:
            raise _unknown(version)
        text = text.replace(change.old, change.new)
    return text


_HEAD = r"^[ \t]*(?:Public |Private )?(Function|Sub) {name}\(.*(?:\n#Else\n.*\n#End If)?\n"


def _without(text: str, name: str, version: str) -> str:
    """The text without one procedure, and without the #If that stands around a head of two forms."""
    heads = [*re.finditer(_HEAD.format(name=name), text, re.MULTILINE)]
    if len(heads) != 1:
        raise _unknown(version)
    (head,) = heads
    start = head.start()
    if "\n#Else\n" in head[0]:
        start = text.rindex("#If ", 0, start)
    end = re.compile(rf"^[ \t]*End {head[1]}[ \t]*\n", re.MULTILINE).search(text, head.end())
    if end is None:
        raise _unknown(version)
    return text[:start] + text[end.end() :]


_OPEN = re.compile(r"^([ \t]*)(?:Public )?((?:Declare (?:PtrSafe )?)?(?:Function|Sub) (\w+)\b)", re.MULTILINE)


def _closed(text: str) -> str:
    """The text with every procedure and declaration private that no other module needs."""
    return _OPEN.sub(lambda found: found[0] if found[3] in PUBLIC_PROCEDURES else f"{found[1]}Private {found[2]}", text)


def _unknown(version: str) -> RequestError:
    return RequestError(
        f"this xlpipeline does not know the VBA text of xlwings {version}; "
        f"please run: pip install xlwings=={KNOWN_XLWINGS}"
    )


def extra_missing() -> RequestError:
    """The refusal where xlwings or pyOpenVBA is not installed."""
    return RequestError("the Excel add-in needs two more packages; please run: pip install 'xlpipeline[excel]'")
