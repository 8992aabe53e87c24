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

Kind = Literal["table", "day", "days", "choice", "window", "quarter", "count", "numbers", "text", "anything"]
"""``table``: a whole table, head included; ``day``: one date; ``days``: one date or a column of dates; ``numbers``: the
same of numbers; ``choice``: one of ``choices``; ``window`` and ``quarter``: see ``_periods``; ``count``: a whole number
of days above 0; ``anything``: all further arguments, as they come."""


@dataclass(frozen=True)
class Argument:
    """One argument. ``description`` is shown by the Function Wizard (at most 255 ASCII letters).

    ``usual`` is what an omitted ``optional`` argument means; ``choices`` are the words that a ``choice`` may be.
    ``hidden``: the table's name begins with an underscore, which no argument's may.
    """

    name: str
    description: str
    kind: Kind
    optional: bool = False
    choices: tuple[str, ...] = ()
    usual: str = ""
    hidden: bool = False

    @property
    def table(self) -> str:
        """Name of the Excel table that a ``table`` stands for."""
        return f"_{self.name}" if self.hidden else self.name


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
    def team(self) -> Facts:
        """Facts of the given tables, of everybody.

        Raises:
            SetupError: a set-up table holds something that is not allowed.
        """
        return facts_of(self.tables, self.as_of)

    @cached_property
    def rep(self) -> str:
        """The rep asked for, spelled as the facts have it; "" = everybody.

        Raises:
            RequestError: there is no such rep.
        """
        return _known_rep(self.team, self.text("Rep"))

    @property
    def facts(self) -> Facts:
        """The team's facts, narrowed to the rep where one is named."""
        rep, team = self.rep, self.team
        if not rep:
            return team
        found: Facts = team.remember(("of_owner", rep), lambda: team.of_owner(rep))
        return found

    @property
    def money_facts(self) -> Facts:
        """The same, for figures that add up amounts."""
        return self._with_rates(self.facts)

    @property
    def money_team(self) -> Facts:
        """The team's facts, for figures that add up amounts and take a rep by name."""
        return self._with_rates(self.team)

    def _with_rates(self, facts: Facts) -> Facts:
        """Raise RequestError where amounts in other currencies would silently be missing: the rates were left out."""
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

    @property
    def without_history(self) -> str:
        """A sentence for figures that read the deals' ways from history where it is given, and it was not."""
        return "" if isinstance(self.given["History"], GivenTable) else WITHOUT_HISTORY

    @property
    def days(self) -> int | None:
        """The number of days asked for; None = the setting's."""
        days = self.given["Days"]
        return days if isinstance(days, int) else None

    def text(self, name: str) -> str:
        """An argument as text; "" where the function has none of that name."""
        return str(self.given.get(name) or "")

    def attribute(self, name: str) -> str:
        """A choice as the name of an attribute: ``all-closed-mean`` as ``all_closed_mean``."""
        return self.text(name).replace("-", "_")


WITHOUT_HISTORY: Final = (
    "History was left out, so how deals got where they are is read from their stages; the dashboards may differ."
)
TEAM: Final = "team"
"""What the filter cells of the dashboards say for everybody."""


def _known_rep(facts: Facts, rep: str) -> str:
    key = rep.strip().casefold()
    known = {name.casefold(): name for name in facts.rep_names()}
    if not key or (key == TEAM and key not in known):
        return ""
    if key not in known:
        raise RequestError(f"No deal, quota or rep has the name '{rep:.40}'; please write it as Owner has it.")
    return known[key]
