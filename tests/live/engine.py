"""An xlwings engine over a live LibreOffice that behaves as Excel does where Excel surprises.

Tests of what runs in Excel use xlwings' real classes over it: ``office = start()``, then ``office.books.open(path)``.
What macros and the live host do not use raises NotImplementedError, from xlwings' own base classes.
"""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import xlwings as xw
from xlwings import base_classes

from tests.live.app import App
from tests.live.cells import ERROR_CODES

_ERROR_TEXTS = {code: text for text, code in ERROR_CODES.items()}


class Engine:
    """What xlwings asks of an engine; the two conversions are those of xlwings for Excel on Windows."""

    name, type = "libreoffice", "desktop"

    def __init__(self) -> None:
        self.apps = Apps(self)

    @staticmethod
    def prepare_xl_data_element(value: Any, options: object) -> Any:  # noqa: ANN401
        """Blank for what is missing, Python's own types for numpy's and pandas'."""
        del options
        if pd.isna(value):
            return ""
        if hasattr(value, "to_pydatetime"):
            return value.to_pydatetime()
        return value.item() if hasattr(value, "item") else value

    @staticmethod
    def clean_value_data(
        data: Any,  # noqa: ANN401
        datetime_builder: Callable[..., object],
        empty_as: object,
        number_builder: Callable[[float], object] | None,
        err_to_str: bool,
    ) -> list[list[object]]:
        """What ``Range.value`` makes of COM's values."""

        def clean(value: Any) -> object:  # noqa: ANN401
            if value is None or value == "":
                return empty_as
            if isinstance(value, dt.datetime):
                return datetime_builder(
                    month=value.month, day=value.day, year=value.year, hour=value.hour, minute=value.minute,
                    second=value.second, microsecond=value.microsecond, tzinfo=None,
                )  # fmt: skip
            if number_builder is not None and isinstance(value, float):
                return number_builder(value)
            if type(value) is int and value in _ERROR_TEXTS:
                return _ERROR_TEXTS[value] if err_to_str else None
            return value

        return [[clean(value) for value in row] for row in data]


class Apps(base_classes.Apps):  # type: ignore[misc, unused-ignore]
    """The running apps of the engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._apps: list[App] = []

    def keys(self) -> list[int]:
        return [app.pid for app in self._apps]

    def add(self, spec: object = None, add_book: object = None, xl: object = None, visible: object = None) -> xw.App:
        del spec, add_book, xl, visible
        self._apps.append(App(self._engine))
        return xw.App(impl=self._apps[-1])

    def forget(self, app: App) -> None:
        """An app that has ended."""
        self._apps.remove(app)

    def __iter__(self) -> Iterator[App]:
        return iter(self._apps)

    def __len__(self) -> int:
        return len(self._apps)

    def __getitem__(self, pid: int) -> App:
        return next(app for app in self._apps if app.pid == pid)


class LiveApp(xw.App):
    """xlwings' App, and what a test asks of the person before the screen."""

    @property
    def answers(self) -> deque[object]:
        """Answers that a person will give to the next questions, in order; None: OK, False: Cancel."""
        answers: deque[object] = self.impl.answers
        return answers

    @property
    def asked(self) -> list[tuple[str, ...]]:
        """All questions and messages so far: kind, prompt, title and, of an alert, its buttons."""
        asked: list[tuple[str, ...]] = self.impl.asked
        return asked

    @property
    def status_history(self) -> list[object]:
        """All that the status bar was set to."""
        history: list[object] = self.impl.status_history
        return history

    def open(self, path: Path) -> xw.Book:
        """Open a workbook."""
        return self.books.open(str(path))


def start() -> LiveApp:
    """A new LibreOffice as xlwings' active engine; end it with ``quit()``."""
    engine = Engine()
    front = xw.Engine(impl=engine)
    xw.engines.add(front)
    front.activate()
    engine.apps.add()
    return LiveApp(impl=next(iter(engine.apps)))
