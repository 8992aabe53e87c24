"""The border between Python and the spreadsheet: what crosses it is counted, and can be made to fail.

Excel runs in a process of its own, so every property or method costs a call to it, whatever it moves. The engine's
objects stand for Excel's, so a call from outside to one of them is one crossing; what the engine does inside to
answer it is not. ``api`` and ``options`` are free: xlwings holds the object already.
"""

from __future__ import annotations

import functools
import inspect
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

_SPECIAL = frozenset({"__call__", "__len__", "__iter__", "__contains__", "__getitem__"})
_FREE = frozenset({"api", "options", "boundary", "uno", "max_cells_per_read", "max_cells_per_write"})

Kind = TypeVar("Kind", bound=type)


class ComError(Exception):
    """What Excel answers when it refuses, in the form of pywin32's ``com_error``."""

    def __init__(self, description: str) -> None:
        self.hresult = -2147352567
        self.excepinfo = (0, "Microsoft Excel", description, "xlmain11.chm", 0, -2146827284)
        super().__init__(self.hresult, "Exception occurred.", self.excepinfo, None)


@dataclass
class Failure:
    """A fault to come: the ``after``-th write is refused, and ``times - 1`` more after it."""

    after: int
    times: int = 1
    of: str = ""
    """Only writes by this member count (``Class.member=`` for setting); all where it is empty."""
    writes: int = 0
    """Writes tried so far, the refused ones included."""

    @property
    def happened(self) -> bool:
        """Whether any write was refused."""
        return self.writes >= self.after

    def meet(self, member: str) -> None:
        """Count one write; refuse it if it is its turn."""
        if self.of not in ("", member):
            return
        self.writes += 1
        if self.after <= self.writes < self.after + self.times:
            raise ComError(f"{member} failed: this fault was asked for")


@dataclass
class Boundary:
    """One app's border. ``inside`` is true while the engine itself works, ``writing`` while it works on a write."""

    inside: bool = False
    writing: bool = False
    writes: int = 0
    """Writes that are over: what was learnt of a workbook before one may be true no more."""
    counters: list[Counter[str]] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    def cross(self, member: str, write: bool) -> None:
        """Note one call from outside."""
        for counter in self.counters:
            counter[member] += 1
        if write:
            for failure in self.failures:
                failure.meet(member)


def crossing(writes: tuple[str, ...] = (), *, free: tuple[str, ...] = (), setters_write: bool = True) -> Any:  # noqa: ANN401
    """Class decorator: every public member of the class is a crossing of ``self.boundary``.

    ``writes``: methods that change the workbook (setters do, unless ``setters_write`` is false: an app's settings are
    not in the workbook); ``free``: members that need no call.
    """

    def dressed(kind: Kind) -> Kind:
        for name, member in list(vars(kind).items()):
            if name in _FREE or name in free or (name.startswith("_") and name not in _SPECIAL):
                continue
            title = f"{kind.__name__}.{name}"
            if isinstance(member, property):
                getter = member.fget and _counted_member(member.fget, title, write=False)
                setter = member.fset and _counted_member(member.fset, f"{title}=", write=setters_write)
                setattr(kind, name, property(getter, setter, doc=member.__doc__))
            elif inspect.isfunction(member):
                setattr(kind, name, _counted_member(member, title, write=name in writes))
        return kind

    return dressed


def _counted_member(member: Callable[..., Any], title: str, *, write: bool) -> Callable[..., Any]:
    @functools.wraps(member)
    def called(self: Any, *args: Any, **named: Any) -> Any:  # noqa: ANN401
        boundary: Boundary = self.boundary
        if boundary.inside:
            return member(self, *args, **named)
        boundary.cross(title, write)
        boundary.inside, boundary.writing = True, write
        try:
            return member(self, *args, **named)
        finally:
            boundary.inside = boundary.writing = False
            boundary.writes += write

    return called


@contextmanager
def counted(app: Any) -> Generator[Counter[str], None, None]:  # noqa: ANN401 - an xlwings App
    """Counts by ``Class.member`` (``Class.member=`` for setting) of all crossings; ``.total()`` is their sum."""
    counter: Counter[str] = Counter()
    boundary: Boundary = app.impl.boundary
    boundary.counters.append(counter)
    try:
        yield counter
    finally:
        boundary.counters = [one for one in boundary.counters if one is not counter]


@contextmanager
def failing(app: Any, after: int, times: int = 1, of: str = "") -> Generator[Failure, None, None]:  # noqa: ANN401 - an xlwings App
    """The ``after``-th write to the workbook (1: the next) raises ComError before anything is written.

    ``times``: how many writes in a row are refused; ``of``: the only member whose writes count, such as
    ``Range.raw_value=``. An app's settings (calculation, status bar …) are no writes.
    """
    failure = Failure(after, times, of)
    boundary: Boundary = app.impl.boundary
    boundary.failures.append(failure)
    try:
        yield failure
    finally:
        boundary.failures = [one for one in boundary.failures if one is not failure]
