"""Excel's settings and refusals, with plain stand-ins for Excel: everything comes back, whatever goes wrong."""

from __future__ import annotations

import sys
import types
from typing import Any

import pytest

from xlpipeline.errors import BookError
from xlpipeline.hosts.live import excel_calls
from xlpipeline.hosts.live.settings import quiet, unprotected


class RefusedError(Exception):
    """What COM raises: a code, and Excel's own words."""

    def __init__(self, code: int, words: str = "", inner: int = 0) -> None:
        self.hresult = code
        self.excepinfo = (0, "Microsoft Excel", words, None, 0, inner)
        super().__init__(code, "Exception occurred.", self.excepinfo, None)


class App:
    """An Excel that remembers what it was told, and may refuse to change one setting."""

    def __init__(self, calculation: str = "automatic", stubborn: str = "") -> None:
        self.__dict__.update(
            screen_updating=True, enable_events=True, display_alerts=True, calculation=calculation, told=[]
        )
        self.__dict__["stubborn"] = stubborn

    def __setattr__(self, name: str, value: object) -> None:
        if name == self.stubborn and value not in {False, "manual"}:
            raise RefusedError(-2147352567, "Unable to set it")
        self.told.append((name, value))
        self.__dict__[name] = value

    def calculate(self) -> None:
        self.told.append(("calculate", self.calculation))

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - all is in its dict
        raise AttributeError(name)


def settings(app: App) -> tuple[object, ...]:
    return app.screen_updating, app.enable_events, app.display_alerts, app.calculation


def test_all_settings_are_off_within_and_as_before_afterwards() -> None:
    app = App("semiautomatic")
    with quiet(app, []):  # type: ignore[arg-type]
        assert settings(app) == (False, False, False, "manual")
    assert settings(app) == (True, True, True, "semiautomatic")
    assert [value for name, value in app.told if name == "calculate"] == []


def test_a_setting_that_was_off_is_not_touched() -> None:
    app = App("manual")
    app.enable_events = False
    app.told.clear()
    with quiet(app, []):  # type: ignore[arg-type]
        pass
    assert {name for name, _ in app.told} == {"screen_updating", "display_alerts", "calculate"}
    assert settings(app) == (True, False, True, "manual")


@pytest.mark.parametrize("stubborn", ["screen_updating", "enable_events", "display_alerts", "calculation"])
def test_one_setting_that_will_not_come_back_does_not_keep_the_others(stubborn: str) -> None:
    app, troubles = App(stubborn=stubborn), list[str]()
    with pytest.raises(KeyError), quiet(app, troubles):  # type: ignore[arg-type]
        raise KeyError
    assert len(troubles) == 1
    assert sum(value in {True, "automatic"} for value in settings(app)) == 3


def test_a_person_who_calculates_by_hand_waits_for_no_calculation_after_a_fault() -> None:
    app = App("manual")
    with pytest.raises(KeyError), quiet(app, []):  # type: ignore[arg-type]
        raise KeyError
    assert ("calculate", "manual") not in app.told


class Sheet:
    """A sheet with a password or without, as ``excel_calls`` asks for it."""

    def __init__(self, *, is_protected: bool = True, is_stubborn: bool = False) -> None:
        self.password, self.ProtectContents, self.is_stubborn = "", is_protected, is_stubborn
        self.Protection = types.SimpleNamespace(**{f"Allow{what}": what == "Sorting" for what in ALLOWED})
        self.ProtectDrawingObjects, self.ProtectScenarios, self.ProtectionMode = True, False, False
        self.protected_with: dict[str, object] | None = None

    @property
    def api(self) -> Sheet:
        return self

    def Unprotect(self, password: str) -> None:  # noqa: N802 - Excel's name
        if password != self.password:
            raise RefusedError(-2147352567, "The password you supplied is not correct.")
        self.ProtectContents = False

    def Protect(self, **options: object) -> None:  # noqa: N802 - Excel's name
        if self.is_stubborn:
            raise RefusedError(-2147352567, "Protect method of Worksheet class failed")
        self.ProtectContents, self.protected_with = True, options


ALLOWED = (
    "FormattingCells", "FormattingColumns", "FormattingRows", "InsertingColumns", "InsertingRows",
    "InsertingHyperlinks", "DeletingColumns", "DeletingRows", "Sorting", "Filtering", "UsingPivotTables",
)  # fmt: skip


def test_a_sheet_is_protected_again_with_its_own_options_and_no_password() -> None:
    sheet, open_sheet = Sheet(), Sheet(is_protected=False)
    with unprotected({"A": sheet, "B": open_sheet}, []):  # type: ignore[dict-item]
        assert not sheet.ProtectContents
    assert sheet.protected_with == {f"Allow{what}": what == "Sorting" for what in ALLOWED} | {
        "Contents": True, "DrawingObjects": True, "Scenarios": False, "UserInterfaceOnly": False,
    }  # fmt: skip
    assert open_sheet.protected_with is None


def test_a_password_is_told_by_the_tabs_name_and_the_tabs_before_it_are_protected_again() -> None:
    first, second = Sheet(), Sheet()
    second.password = "x"  # noqa: S105
    sheets: Any = {"A": first, "B": second}
    with pytest.raises(BookError, match="The tab B is protected with a password"), unprotected(sheets, []):
        raise AssertionError
    assert first.ProtectContents


def test_a_tab_that_will_not_be_protected_again_is_told() -> None:
    other, troubles = Sheet(), list[str]()
    with unprotected({"A": Sheet(is_stubborn=True), "B": other}, troubles):  # type: ignore[dict-item]
        pass
    assert troubles == ["The tab A could not be protected again; please do so under Review."]
    assert other.ProtectContents


@pytest.mark.parametrize(
    ("fault", "is_busy"),
    [
        (RefusedError(-2147418111), True),
        (RefusedError(-2147352567, inner=-2146777998), True),
        (RefusedError(-2147352567, "No", inner=-2146827284), False),
        (type("ExcelBusyError", (Exception,), {})(), True),
        (ValueError("no"), False),
        (ValueError(-2147418111), True),
    ],
)
def test_excel_is_busy_while_a_cell_is_edited(fault: Exception, is_busy: bool) -> None:
    assert excel_calls.is_busy(fault) == is_busy


def test_only_what_comes_from_excel_is_a_refusal() -> None:
    assert excel_calls.is_refusal(RefusedError(1))
    assert excel_calls.is_refusal(type("com_error", (Exception,), {"__module__": "pywintypes"})())
    assert excel_calls.is_refusal(type("XlwingsError", (Exception,), {"__module__": "xlwings.main"})())
    assert not excel_calls.is_refusal(TypeError("a bug of ours"))


def test_excels_own_words_are_told_in_one_line() -> None:
    assert excel_calls.words_of(RefusedError(1, "Not\n here ")) == "Not here"
    assert excel_calls.words_of(ValueError("x")) == "x"
    assert excel_calls.words_of(ValueError()) == "ValueError"


def test_xlwings_patience_is_bounded_within_and_as_before_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    windows: Any = types.SimpleNamespace(N_COM_ATTEMPTS=0)
    monkeypatch.setitem(sys.modules, "xlwings._xlwindows", windows)
    with pytest.raises(KeyError) as raised, excel_calls.bounded_patience():
        raise KeyError(windows.N_COM_ATTEMPTS)
    assert raised.value.args[0] > 100
    assert windows.N_COM_ATTEMPTS == 0
    windows.N_COM_ATTEMPTS = 5
    with excel_calls.bounded_patience():
        assert windows.N_COM_ATTEMPTS == 5


def test_without_windows_there_is_nothing_to_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "xlwings._xlwindows", raising=False)
    with excel_calls.bounded_patience():
        assert "xlwings._xlwindows" not in sys.modules
