"""The VBA of a file as oletools reads it: a witness that knows nothing of what wrote it."""

from __future__ import annotations

import warnings
from pathlib import Path


def modules_in(path: Path) -> dict[str, str]:
    """The source of every module by its name with .bas or .cls."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # oletools calls pyparsing by its old names
        from oletools.olevba import VBA_Parser  # noqa: PLC0415

        parser = VBA_Parser(str(path))
        try:
            return {name: text for _, _, name, text in parser.extract_macros()}
        finally:
            parser.close()
