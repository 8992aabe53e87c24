"""New team workbook…: ask what it is made from and where to save it, build it, open it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from xlpipeline.addin import dialogs
from xlpipeline.addin.click import Click
from xlpipeline.errors import RequestError

_TYPES: Final = (("Excel workbook", "*.xlsx"),)
_NOTHING: Final = "No workbook was made."


def run(click: Click) -> str:
    """Build a workbook for a team and open it.

    Raises:
        RequestError: a workbook of that name is open, the currency is none, or the file cannot stand there.
        SetupError: the recipe is not right.
    """
    from xlpipeline.workbooks.recipes import RECIPE_NAMES  # noqa: PLC0415 - only here

    template = click.ask(f"Which template? {', '.join(RECIPE_NAMES)}: the number of stages.", RECIPE_NAMES[-1])
    team = click.ask("What is the team called? It stands on every dashboard.", "Our team") if template else None
    currency = click.ask("Which currency? Its ISO code.", "EUR") if team is not None else None
    if not template or team is None or not currency:
        return _NOTHING
    code = currency_code(currency)
    path = dialogs.ask_save_file(click.app, click.title, f"{file_name(team)}.xlsx", _TYPES)
    if path is None:
        return _NOTHING
    path = with_ending(path)
    _refuse_open(click, path)
    if path.exists() and not click.confirm(f"{path.name} exists already. Replace it? The old one is kept as .bak."):
        return _NOTHING
    from xlpipeline.jobs.new import TeamRequest, new_file  # noqa: PLC0415 - openpyxl is loaded only here

    request = TeamRequest(template=template.strip(), team=team, currency=code)
    outcome = new_file(path, request, now=click.now, user=click.user, replace_existing=True, progress=click.progress)
    click.app.books.open(str(path))
    return f"{outcome.sentences[0]}\nIt is open now. Start here says what to do first."


def currency_code(text: str) -> str:
    """An ISO code in capitals.

    Raises:
        RequestError: it is none.
    """
    code = text.strip().upper()
    if len(code) != 3 or not code.isascii() or not code.isalpha():
        raise RequestError(f"'{text:.20}' is not an ISO currency code; please enter one such as EUR.")
    return code


def with_ending(path: Path) -> Path:
    """The path with .xlsx at its end, whatever else was typed."""
    return path if path.suffix.lower() == ".xlsx" else path.with_name(f"{path.name}.xlsx")


def file_name(team: str) -> str:
    """A team's name as a file's name: without what no system allows in one."""
    kept = "".join(" " if letter in '<>:"/\\|?*' or ord(letter) < 32 else letter for letter in team)
    return " ".join(kept.split()).strip(". ")[:80] or "team"


def _refuse_open(click: Click, path: Path) -> None:
    for book in click.app.books:
        if book.name.casefold() == path.name.casefold():  # Excel opens no two of one name
            raise RequestError(f"A workbook called {book.name} is open; please choose another name or close it.")
