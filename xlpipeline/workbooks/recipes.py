"""Where recipes are: those that are shipped, and files of the team's own."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from xlpipeline.errors import RequestError
from xlpipeline.model.recipe import parse_recipe
from xlpipeline.model.recipe_rows import Recipe

RECIPE_NAMES: Final = ("five", "seven", "eight")

_PACKAGE: Final = Path(__file__).resolve().parents[1]


def templates_folder() -> Path:
    """Folder of the shipped recipes: inside the installed package, or beside it in a checkout."""
    installed = _PACKAGE / "workbook_templates"
    return installed if installed.is_dir() else _PACKAGE.parent / "workbook_templates"


def load_recipe(name_or_path: str | Path) -> Recipe:
    """The shipped recipe of that name, or the one in a file.

    Raises:
        RequestError: there is no such recipe or file.
        SetupError: the recipe is not right; the sentence says where and what is allowed.
    """
    if str(name_or_path) in RECIPE_NAMES:
        return _read(templates_folder() / f"{name_or_path}.toml")
    path = Path(name_or_path)
    if not path.is_file():
        known = ", ".join(RECIPE_NAMES)
        raise RequestError(
            f"There is no template '{name_or_path}'; please use one of {known}, or the path of a .toml file."
        )
    return _read(path)


def _read(path: Path) -> Recipe:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        raise RequestError(f"{path.name} cannot be read as UTF-8 text; please save it so and try again.") from fault
    return parse_recipe(text, path.name)
