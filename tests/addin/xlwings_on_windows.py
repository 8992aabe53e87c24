"""xlwings' own Windows code (decorators, converters, COM server) on a machine without Windows.

What it needs of pywin32 are names at import; the few that are called when a worksheet function is called are played
here. Everything is put back afterwards, so other tests see xlwings as it is on this machine.
"""

from __future__ import annotations

import ctypes
import datetime as dt
import importlib
import sys
from collections.abc import Generator
from contextlib import contextmanager
from types import ModuleType
from typing import Any
from unittest import mock

import xlwings as xw

_STAND_INS = (
    "pythoncom", "pywintypes", "win32api", "win32con", "win32event", "win32gui", "win32process", "win32timezone",
    "win32com", "win32com.client", "win32com.server", "win32com.server.dispatcher", "win32com.server.policy",
    "win32com.server.util",
)  # fmt: skip
_LOADED = ("xlwings.udfs", "xlwings.com_server", "xlwings._xlwindows", "xlwings._win32patch", "xlpipeline.addin.udfs")


@contextmanager
def xlwings_on_windows() -> Generator[Any]:
    """xlwings' COM object ``XLPython``, whose ``CallUDF`` is what our VBA calls."""
    modules = {name: _stand_in(name) for name in _STAND_INS}
    for name, module in modules.items():
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(modules[parent], child, module)
    doors = {name: mock.MagicMock() for name in ("windll", "oledll", "PyDLL")}
    with (
        _standing_in(modules),
        mock.patch.multiple(ctypes, create=True, **doors),
        mock.patch("atexit.register", lambda function: function),
    ):
        for name in _LOADED:
            sys.modules.pop(name, None)
        windows = importlib.import_module("xlwings._xlwindows")
        udfs = importlib.import_module("xlwings.udfs")
        server = importlib.import_module("xlwings.com_server")
        engine = xw.Engine(impl=windows.engine)
        try:
            with (
                mock.patch.multiple(xw, func=udfs.xlfunc, arg=udfs.xlarg, ret=udfs.xlret),
                mock.patch.dict(xw.engines.engines_by_name, {"excel": engine}),
            ):
                yield server.XLPython()
        finally:
            server.loop.close()
            for name in _LOADED:
                sys.modules.pop(name, None)
            _forget_children()


@contextmanager
def _standing_in(modules: dict[str, Any]) -> Generator[None]:
    """As ``mock.patch.dict``, which would also forget what else was imported meanwhile: numpy's parts load but once."""
    before = {name: sys.modules.get(name) for name in modules}
    sys.modules.update(modules)
    try:
        yield
    finally:
        for name, module in before.items():
            if module is None:
                sys.modules.pop(name, None)
            else:
                sys.modules[name] = module


def _stand_in(name: str) -> Any:  # noqa: ANN401
    module: Any = ModuleType(name)
    module.__file__ = "nowhere.dll"
    module.__path__ = []
    if name == "pywintypes":
        module.TimeType, module.com_error, module.error = dt.datetime, OSError, OSError
        module.IID = str
    elif name == "pythoncom":
        module.CoInitialize, module.ole_error, module.IID_IDispatch = (lambda: None), OSError, 0
        module.TypeIIDs = {0: type("PyIDispatch", (), {})}
    elif name == "win32com.client":
        for one in ("CDispatch", "CoClassBaseClass", "DispatchBaseClass", "Dispatch", "DispatchEx"):
            setattr(module, one, type(one, (), {}))
    elif name == "win32com.server.util":
        module.unwrap = _unwrap
    return module


def _unwrap(value: object) -> object:
    raise TypeError(f"{value!r} is no Python object of the server")


def _forget_children() -> None:
    """A module that was imported is an attribute of its package, too."""
    for name in _LOADED:
        parent, _, child = name.rpartition(".")
        if parent in sys.modules and hasattr(sys.modules[parent], child):
            delattr(sys.modules[parent], child)
