"""What a worksheet function is, and what a call of it asks and answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

from xlpipeline.addin.functions._periods import read_quarter, read_window
from xlpipeline.addin.functions._tables import GivenTable, book_of, facts_of
from xlpipeline.errors import RequestError
from xlpipeline.model.book import Book, CellError
from xlpipeline.model.calendar import Period
from xlpipeline.model.facts import Facts

VALUE_ERROR: Final = CellError("#VALUE!")
"""What a cell shows whose arguments are wrong."""

Kind = Literal["table", "day", "days", "choice", "window", "quarter", "text", "anything"]
"""``table``: a whole table, head included; ``day``: one date; ``days``: one date or a column of dates; ``choice``: one
of ``choices``; ``window`` and ``quarter``: see ``_periods``; ``anything``: all further arguments, as they come."""


@dataclass(frozen=True)
class Argument:
    """One argument. ``description`` is shown by the Function Wizard (at most 255 ASCII letters).

    ``usual`` is what an omitted ``optional`` argument means; ``choices`` are the words that a ``choice`` may be. The
    name of a ``table`` is the name of the Excel table.
    """

    name: str
    description: str
    kind: Kind
    optional: bool = False
    choices: tuple[str, ...] = ()
    usual: str = ""


@dataclass(frozen=True)
class Answer:
    """What the cells show, row by row, and the sentence that ``XLP_WHY`` gives.

    A cell is a text, a number, a bool, None (shown empty) or a CellError.
    """

    cells: tuple[tuple[object, ...], ...]
    why: str


@dataclass(frozen=True)
class WorksheetFunction:
    """One worksheet function; the wizard's texts, the VBA wrappers, the documentation and the tests come from it."""

    name: str
    """As Excel knows it, such as ``XLP_WIN_RATE``."""
    description: str
    """Imperative, at most 255 ASCII letters."""
    arguments: tuple[Argument, ...]
    gives: str
    """What stands in the cell, with its unit."""
    example: str
    metric: str
    """Name of the metric or check whose definition it follows; "" where there is none."""
    give: Callable[[Asked], Answer]
    category: str = "xlpipeline"

    @property
    def python_name(self) -> str:
        """What xlwings' server calls: ``win_rate``."""
        return self.name.removeprefix("XLP_").lower()

    @property
    def takes_more(self) -> bool:
        """Whether the last argument stands for any number of arguments."""
        return bool(self.arguments) and self.arguments[-1].kind == "anything"


@dataclass(frozen=True)
class Asked:
    """One call: the arguments as read, by name (an omitted one holds what it usually means), and all functions."""

    given: Mapping[str, object]
    functions: tuple[WorksheetFunction, ...]

    @property
    def tables(self) -> tuple[GivenTable, ...]:
        """The tables that were given."""
        return tuple(value for value in self.given.values() if isinstance(value, GivenTable))

    @property
    def book(self) -> Book:
        """The given tables as a workbook."""
        return book_of(self.tables)

    @property
    def as_of(self) -> dt.date:
        """The day that the figure is for."""
        day = self.given["AsOf"]
        if not isinstance(day, dt.date):
            raise TypeError("AsOf is always read as a date")
        return day

    @cached_property
    def facts(self) -> Facts:
        """Facts of the given tables, narrowed to the rep where one is named.

        Raises:
            SetupError: a set-up table holds something that is not allowed.
            RequestError: there is no such rep.
        """
        return _narrowed(facts_of(self.tables, self.as_of), self.text("Rep"))

    @property
    def money_facts(self) -> Facts:
        """The same, for figures that add up amounts.

        Raises:
            RequestError: amounts are in other currencies, and the rates were left out: they would silently be missing.
        """
        facts = self.facts
        base = facts.settings.currency.upper()
        foreign = facts.deals.loc[(facts.deals["currency"] != base) & facts.deals["local_amount"].notna(), "currency"]
        if len(foreign) and not isinstance(self.given["FX"], GivenTable):
            raise RequestError(
                f"{len(foreign):,} deals are not in {base} but in {', '.join(sorted(set(foreign))[:3])}; please give "
                "FX[#All] too, and Settings[#All] where the team's currency is another."
            )
        return facts

    @property
    def window(self) -> Period | None:
        """The window asked for; None = all time."""
        return read_window(self.given["Window"], self.facts)

    @property
    def quarter(self) -> Period:
        """The quarter asked for."""
        return read_quarter(self.given["Quarter"], self.facts)

    def text(self, name: str) -> str:
        """An argument as text; "" where the function has none of that name."""
        return str(self.given.get(name) or "")


TEAM: Final = "team"
"""What the filter cells of the dashboards say for everybody."""


def _narrowed(facts: Facts, rep: str) -> Facts:
    key = rep.strip().casefold()
    known = {name.casefold() for name in facts.rep_names()}
    if not key or (key == TEAM and key not in known):
        return facts
    if key not in known:
        raise RequestError(f"No deal, quota or rep has the name '{rep:.40}'; please write it as Owner has it.")
    found: Facts = facts.remember(("of_owner", key), lambda: facts.of_owner(rep))
    return found
