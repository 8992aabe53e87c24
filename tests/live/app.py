"""The application: the engine's ``App``, and Excel's ``Application``, with the person before the screen."""

# ruff: noqa: N802, N803 - Application has Excel's names
from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from xlwings import base_classes

from tests.live.books import Book, Books
from tests.live.call_count import Boundary, ComError, crossing
from tests.live.office import Office

if TYPE_CHECKING:
    from tests.live.engine import Engine
    from tests.live.excel_api import RangeApi
    from tests.live.ranges import Range


@crossing(setters_write=False, free=("pid", "hwnd", "answer", "engine", "quit", "kill"))
class App(base_classes.App):  # type: ignore[misc, unused-ignore]
    """One running LibreOffice that plays Excel."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.boundary = Boundary()
        self.office = Office()
        self.open_books: list[Book] = []
        """In the order in which they were active, the active one last."""
        self.answers: deque[object] = deque()
        """What a person will answer to the next questions; None is a click on OK, False on Cancel."""
        self.asked: list[tuple[str, ...]] = []
        """What a person was asked or told: kind, prompt, title and, of an alert, its buttons."""
        self.status_history: list[object] = []
        self.reset()

    def reset(self) -> None:
        """As Excel is after its start, with no book open."""
        for book in list(self.open_books):
            book.close()
        self.answers.clear()
        self.asked.clear()
        self.status_history.clear()
        self.user_name = "Tess Tester"
        self._settings: dict[str, Any] = {
            "screen_updating": True,
            "display_alerts": True,
            "enable_events": True,
            "interactive": True,
            "visible": False,
            "calculation": "automatic",
            "status_bar": False,
            "cut_copy_mode": None,
        }

    def answer(self, *question: str, default: object) -> object:
        """Note a question and give the next queued answer; the engine's own."""
        self.asked.append(question)
        return self.answers.popleft() if self.answers else default

    @property
    def api(self) -> Application:
        return Application(self)

    @property
    def books(self) -> Books:
        return Books(self)

    @property
    def pid(self) -> int:
        return self.office.process.pid

    @property
    def hwnd(self) -> int:
        return self.office.process.pid

    @property
    def version(self) -> str:
        return "16.0"

    @property
    def visible(self) -> bool:
        return bool(self._settings["visible"])

    @visible.setter
    def visible(self, visible: bool) -> None:
        self._settings["visible"] = visible

    @property
    def screen_updating(self) -> bool:
        return bool(self._settings["screen_updating"])

    @screen_updating.setter
    def screen_updating(self, on: bool) -> None:
        self._settings["screen_updating"] = on

    @property
    def display_alerts(self) -> bool:
        return bool(self._settings["display_alerts"])

    @display_alerts.setter
    def display_alerts(self, on: bool) -> None:
        self._settings["display_alerts"] = on

    @property
    def enable_events(self) -> bool:
        return bool(self._settings["enable_events"])

    @enable_events.setter
    def enable_events(self, on: bool) -> None:
        self._settings["enable_events"] = on

    @property
    def interactive(self) -> bool:
        return bool(self._settings["interactive"])

    @interactive.setter
    def interactive(self, on: bool) -> None:
        self._settings["interactive"] = on

    @property
    def calculation(self) -> str:
        """Excel has one mode for all books."""
        return str(self._settings["calculation"])

    @calculation.setter
    def calculation(self, mode: str) -> None:
        if mode not in {"automatic", "manual", "semiautomatic"}:
            raise KeyError(mode)
        self._settings["calculation"] = mode
        for book in self.open_books:
            book.take_calculation()

    def calculate(self) -> None:
        for book in self.open_books:
            book.uno.calculate()

    @property
    def status_bar(self) -> object:
        """False while Excel shows its own text."""
        return self._settings["status_bar"]

    @status_bar.setter
    def status_bar(self, text: object) -> None:
        self._settings["status_bar"] = text
        self.status_history.append(text)

    @property
    def cut_copy_mode(self) -> object:
        return self._settings["cut_copy_mode"]

    @cut_copy_mode.setter
    def cut_copy_mode(self, mode: object) -> None:
        self._settings["cut_copy_mode"] = mode or None

    @property
    def selection(self) -> Range | None:
        return self.open_books[-1].selection() if self.open_books else None

    def activate(self, steal_focus: bool = False) -> None:
        """Nothing to see."""

    def alert(self, prompt: str, title: str, buttons: str, mode: str, callback: str) -> object:
        del mode, callback
        default = "yes" if str(buttons).startswith("yes") else "ok"
        return self.answer("alert", prompt, title, buttons, default=default)

    def quit(self) -> None:
        """Close all books (a lock file stays behind otherwise) and end the process."""
        self.reset()
        self.office.stop()
        self.engine.apps.forget(self)

    def kill(self) -> None:
        self.quit()


@crossing(setters_write=False)
class Application:
    """Excel's Application: what it asks a person is answered from ``App.answers``."""

    def __init__(self, app: App) -> None:
        self._app = app
        self.boundary: Boundary = app.boundary

    @property
    def UserName(self) -> str:
        return self._app.user_name

    def InputBox(self, Prompt: str, Title: str = "", Default: Any = "", Type: int = 2) -> Any:  # noqa: ANN401
        """False where the person cancels. ``Type`` 1 is a number, 2 a text."""
        answer = self._app.answer("InputBox", Prompt, Title, default=False)
        if answer is False:
            return False
        given = Default if answer is None else answer  # None: the person just clicks OK
        return float(str(given)) if Type == 1 else given

    def GetOpenFilename(
        self,
        FileFilter: str = "",
        FilterIndex: int = 1,
        Title: str = "",
        ButtonText: str | None = None,
        MultiSelect: bool = False,
    ) -> Any:  # noqa: ANN401
        """A path, or False where the person cancels."""
        del FilterIndex, ButtonText, MultiSelect
        return self._app.answer("GetOpenFilename", FileFilter, Title, default=False)

    def GetSaveAsFilename(
        self, InitialFileName: str = "", FileFilter: str = "", FilterIndex: int = 1, Title: str = ""
    ) -> Any:  # noqa: ANN401
        """A path, or False where the person cancels."""
        del FileFilter, FilterIndex
        return self._app.answer("GetSaveAsFilename", InitialFileName, Title, default=False)

    def Goto(self, Reference: RangeApi, Scroll: bool = False) -> None:
        """Activates the range's book and sheet and selects it; a hidden sheet is refused."""
        del Scroll
        place = Reference.impl
        if not place.sheet.visible:
            raise ComError("Reference is not valid.")
        place.sheet.activate()
        place.select()
