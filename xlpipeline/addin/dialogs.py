"""What the add-in asks and tells, through Excel's own boxes: one function per kind of box, for Windows and macOS.

Excel's boxes cut what is too long, so texts are shortened here, at the end of a line where that is possible. A box
that was cancelled gives None.
"""

from __future__ import annotations

import sys
from pathlib import Path, PurePath
from typing import Any, Final

import xlwings as xw

MESSAGE_LIMIT: Final = 1_000
"""Characters of a message: longer ones leave small screens."""
PROMPT_LIMIT: Final = 250
"""Characters over a text box: Excel takes 255."""
_MORE: Final = "…"
_TEXT: Final = 2
"""The type of an input box that takes any text."""

FileTypes = tuple[tuple[str, str], ...]
"""What a file box offers: a name and its pattern, such as ``("Workbooks", "*.xlsx")``."""


def tell(app: xw.App, message: str, title: str, *, is_trouble: bool = False) -> None:
    """Show a message with one button."""
    app.alert(shortened(message, MESSAGE_LIMIT), title, "ok", "critical" if is_trouble else "info")


def confirm(app: xw.App, question: str, title: str, about: str = "") -> bool:
    """Ask a question that is answered by Yes or No; ``about`` stands above it and is what is shortened."""
    told = f"{shortened(about, MESSAGE_LIMIT - len(question) - 2)}\n\n{question}" if about else question
    return app.alert(told, title, "yes_no", "info") == "yes"


def ask_text(app: xw.App, prompt: str, title: str, default: str = "") -> str | None:
    """Ask for a line of text; ``default`` stands in the box. None: cancelled; "" : left blank."""
    prompt = shortened(prompt, PROMPT_LIMIT)
    if _is_mac():
        return plain_text(app.api.input_box(prompt=prompt, title=title, default=default, type=_TEXT))
    return plain_text(app.api.InputBox(Prompt=prompt, Title=title, Default=default, Type=_TEXT))


def ask_open_file(app: xw.App, title: str, types: FileTypes) -> Path | None:
    """Ask for a file that exists. None: cancelled."""
    if _is_mac():  # the box of macOS knows neither titles nor Windows' filters
        return chosen_path(app.api.get_open_filename(button_text="Choose"))
    return chosen_path(app.api.GetOpenFilename(FileFilter=file_filter(types), Title=title))


def ask_save_file(app: xw.App, title: str, name: str, types: FileTypes) -> Path | None:
    """Ask where to save; ``name`` stands in the box. None: cancelled."""
    if _is_mac():
        return chosen_path(app.api.get_save_as_filename(initial_filename=name, button_text="Save"))
    return chosen_path(app.api.GetSaveAsFilename(InitialFileName=name, FileFilter=file_filter(types), Title=title))


def shortened(text: str, limit: int) -> str:
    """The text within ``limit`` characters: whole lines where possible, an ellipsis where something is left out."""
    if len(text) <= limit:
        return text
    kept = text[: limit - len(_MORE) - 1]
    line_end = kept.rfind("\n")
    if line_end >= limit // 2:
        return f"{kept[:line_end]}\n{_MORE}"
    word_end = kept.rfind(" ")
    return f"{kept[:word_end] if word_end >= limit // 2 else kept} {_MORE}"


def plain_text(answer: Any) -> str | None:  # noqa: ANN401 - what Excel gives
    """What was typed into a box; None where it was cancelled.

    Excel gives a text that begins with an equals sign as a formula, some versions in quotes; here it is never one.
    """
    if answer is None or answer is False or not isinstance(answer, str | int | float):
        return None
    text = f"{answer:.15g}" if isinstance(answer, float) else str(answer)
    if text.startswith('="') and text.endswith('"') and len(text) > 2:
        text = text[2:-1].replace('""', '"')
    return text.strip().lstrip("=").strip()


def file_filter(types: FileTypes) -> str:
    """Windows' form of the kinds of file: ``Workbooks (*.xlsx),*.xlsx``."""
    return ",".join(f"{name} ({pattern}),{pattern}" for name, pattern in types)


def chosen_path(answer: Any) -> Path | None:  # noqa: ANN401 - what Excel gives
    """The path that a file box gave; None where it was cancelled. Old macOS boxes part folders by colons."""
    if not isinstance(answer, str | PurePath) or not str(answer).strip():
        return None
    text = str(answer)
    if _is_mac() and not text.startswith("/") and ":" in text:
        from xlwings import _xlmac  # noqa: PLC0415 - there is none elsewhere

        to_posix: Any = _xlmac.hfs_to_posix_path
        text = str(to_posix(text))
    return Path(text)


def _is_mac() -> bool:
    return sys.platform == "darwin"
