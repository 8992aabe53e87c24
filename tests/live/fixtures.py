"""A live spreadsheet for the tests that need one (marked ``libreoffice``); tests/conftest.py hands it to all rooms.

Only there, for each folder that made these fixtures its own would start an office of its own, and xlwings has but one
active engine.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import xlwings as xw

    from tests.live.engine import LiveApp

OpenCopy = Callable[[Path], "xw.Book"]


@pytest.fixture(scope="session")
def _office() -> Generator[LiveApp, None, None]:
    from tests.live.office import missing_parts  # noqa: PLC0415 - uno changes how Python imports

    missing = missing_parts()
    if missing:
        pytest.skip(missing)
    from tests.live.engine import start  # noqa: PLC0415 - needs uno

    app = start()
    yield app
    app.quit()


@pytest.fixture
def live_app(_office: LiveApp) -> Generator[LiveApp, None, None]:
    """The one running app, as after its start: no book open, no answers waiting. All books are closed afterwards."""
    _office.impl.reset()
    yield _office
    _office.impl.reset()


@pytest.fixture
def open_copy(live_app: LiveApp, tmp_path: Path) -> OpenCopy:
    """Opens a copy of a workbook, so that the original stays as it is."""

    def opened(path: Path) -> xw.Book:
        folder = tmp_path / "opened"
        folder.mkdir(exist_ok=True)
        return live_app.open(Path(shutil.copy(path, folder / path.name)))

    return opened
