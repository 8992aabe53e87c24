"""The tab Checklist: the weekly hygiene list of one rep, and where everybody stands.

Its automatic ticks are native formulas, not written by a refresh: flags and blanks of Pipeline live while a rep types,
so a tick comes the moment that a row is mended. What only a person knows is a date: it ticks for as long as it lies in
this week, and no refresh ever touches it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import pandas as pd

from xlpipeline.metrics.hygiene import AUTOMATIC, MANUAL, monday_of, open_counts
from xlpipeline.model.book import ChangeSet, Formula, canonical, is_blank, whole_table
from xlpipeline.model.cells import dates, texts
from xlpipeline.model.facts import Facts
from xlpipeline.model.schema import Column, Table
from xlpipeline.tabs.layout import Filter, Tab, TableBlock, Text, Tint
from xlpipeline.tabs.wording import EMPTY, REFRESH_HINT, TEAM, result, title_line

FILTER: Final = "checklist_rep"
ROW: Final = "checklist_row"
DONE, OPEN = "✓", "☐"

BY_REP: Final = Table(
    "ChecklistByRep",
    "Checklist",
    "Where everybody stands (the last three columns are yours: enter the day on which you did it)",
    (
        result("Rep", "text", "The team, then every rep."),
        *(Column(one.head, "whole", f"{one.what}: how many are left; 0 = tick.", 11, "formula") for one in AUTOMATIC),
        *(Column(one.head, "date", f"{one.what}: the day you did it. It ticks until Sunday.", 11) for one in MANUAL),
        Column("Ticks", "whole", f"How many of the {len(AUTOMATIC) + len(MANUAL)} lines are ticked.", 9, "formula"),
    ),
    key="Rep",
)
LIST: Final = Table(
    "Checklist",
    "Checklist",
    "This week (team, or the rep chosen above)",
    (
        result("Line", "text", "What should be true every Friday."),
        Column("Tick", "text", "It is true now.", 9, "formula"),
        Column("Left", "whole", "How many are left to mend; of what only you know: 1 until done.", 9, "formula"),
        result("No", "whole", "Number of the line: its column in the table below."),
        result("What to do", "text", "How to get the tick."),
    ),
    key="Line",
)
_REP: Final = f"{BY_REP.name}[[#This Row],[Rep]]"
_MONDAY: Final = "(7*INT((AsOf-2)/7)+2)"
_NEXT_MONDAY: Final = "(7*INT((AsOf-2)/7)+9)"
_NUMBER: Final = ">-1E+300"
_TEXT: Final = "?*"


def _counts(is_team: str, owner: str) -> tuple[str, ...]:
    """Formulas of what is left per automatic item: everybody's, blank owners included, where ``is_team`` holds."""
    pairs = zip(_counts_of(""), _counts_of(owner), strict=True)
    return tuple(f"IF({is_team},{everybody},{own})" for everybody, own in pairs)


def _counts_of(owner: str) -> tuple[str, ...]:
    """The same of one owner (formula of the name), or with "" of all rows."""

    def of(column: str) -> str:
        return f"{column},{owner}," if owner else ""

    deals = f'{of("Pipeline[Owner]")}Pipeline[Stage type],"open"'
    ended = [deals.replace('"open"', f'"{kind}"') for kind in ("lost", "derailed")]
    week = f'Activities[Date],">="&{_MONDAY},Activities[Date],"<"&(AsOf+1)'

    def flag(letter: str) -> str:
        return f'COUNTIFS({deals},Pipeline[Flags],"*{letter}*")'

    return (
        flag("C"), flag("N"), flag("I"), f"{flag('T')}+{flag('B')}",
        _without(deals, "Pipeline[Amount]", _NUMBER), _without(deals, "Pipeline[Expected close]", _NUMBER),
        "+".join(_without(own, "Pipeline[Lost reason]", _TEXT) for own in ended),
        f'IF(COUNTIFS({of("Activities[By]")}{week})>0,0,1)',
        _without(of("Leads[Owner]") + 'Leads[Status],"new"', "Leads[First response]", _NUMBER),
        "+".join(_without(notes, reply, _TEXT) for notes, reply in _notes(of)),
        _without(of("Issues[Owner]") + 'Issues[Severity],"error"', "Issues[Decision]", _TEXT),
    )  # fmt: skip


def _notes(of: Callable[[str], str]) -> tuple[tuple[str, str], ...]:
    """Notes of the review and, beside it, of the last one whose notes were put away; and where their replies stand."""
    last = "ReviewNotes[Review of],MAX(ReviewNotes[Review of])"
    return (
        (of("Review[Rep]") + f'Review[Manager note],"{_TEXT}"', "Review[Rep reply]"),
        (of("ReviewNotes[Rep]") + f'{last},ReviewNotes[Manager note],"{_TEXT}"', "ReviewNotes[Rep reply]"),
    )


def _without(rows: str, column: str, filled: str) -> str:
    """Rows less those that have it: a criterion for blanks means another thing in each spreadsheet."""
    return f'COUNTIFS({rows})-COUNTIFS({rows},{column},"{filled}")'


def _own(head: str) -> str:
    return f"{BY_REP.name}[[#This Row],[{head}]]"


def _this_week(cell: str) -> str:
    """1 where a cell holds a day from Monday to Sunday of the week of the as-of date, else 0."""
    return f"(N({cell})>={_MONDAY})*(N({cell})<{_NEXT_MONDAY})"


BY_REP_FORMULAS: Final = {
    **{item.head: formula for item, formula in zip(AUTOMATIC, _counts(f'{_REP}="{TEAM}"', _REP), strict=True)},
    "Ticks": "+".join(
        [f"(N({_own(item.head)})=0)" for item in AUTOMATIC] + [_this_week(_own(item.head)) for item in MANUAL]
    ),
}
_NO: Final = f"{LIST.name}[[#This Row],[No]]"


def _left() -> str:
    """Counted anew for who is chosen: only the line's own count is evaluated."""
    formula = '""'
    for no, item in reversed(list(enumerate((*AUTOMATIC, *MANUAL), start=1))):
        if item in MANUAL:
            count = f"1-{_this_week(f'INDEX({BY_REP.name}[{item.head}],{ROW})')}"
        else:
            count = _counts(f"{ROW}=1", FILTER)[no - 1]
        formula = f"IF({_NO}={no},{count},{formula})"
    return formula


_LEFT: Final = f"{LIST.name}[[#This Row],[Left]]"
LIST_FORMULAS: Final = {
    "Left": _left(),
    "Tick": f'IF({_LEFT}=0,"{DONE}","{OPEN}")',
}
ROW_FORMULA: Final = f"IFERROR(MATCH({FILTER},{BY_REP.name}[Rep],0),1)"


def fill(facts: Facts) -> ChangeSet:
    """Everybody's counts beside their own dates, and the list of who is chosen."""
    body = by_rep(facts)
    names = body["Rep"].str.casefold().tolist()
    chosen = str(canonical(facts.book.names.get(FILTER)) or TEAM).casefold()
    row = names.index(chosen) + 1 if chosen in names else 1
    cells: dict[str, object] = {
        "line_checklist": title_line(facts),
        "checklist_says": _says(body),
        ROW: Formula(ROW_FORMULA, row),
    }
    lines = the_list(facts, {str(head): cell for head, cell in body.iloc[row - 1].items()})
    return ChangeSet((whole_table(BY_REP.name, body), whole_table(LIST.name, lines)), cells)


def by_rep(facts: Facts) -> pd.DataFrame:
    """The table by rep. Who is no rep any more stays for as long as a date of theirs stands there."""
    counts = open_counts(facts)
    dated = _dates(facts)
    names = [TEAM, *counts.index[1:]]
    known = {name.casefold() for name in names}
    names += [name for name, cells in dated.values() if name.casefold() not in known and not all(map(is_blank, cells))]
    rows = []
    for name in names:
        left = counts[counts.index == ("" if name == TEAM else name)].to_numpy().ravel().tolist() or _of_nobody()
        own = dated.get(name.casefold(), (name, [None] * len(MANUAL)))[1]
        ticks = sum(n == 0 for n in left) + sum(_is_done(facts, cell) for cell in own)
        rows.append((name, *left, *own, ticks))
    return pd.DataFrame(rows, columns=list(BY_REP.heads), dtype=object)


def _of_nobody() -> list[int]:
    """Counts of a name that owns nothing: only no activity is left to do."""
    return [int(item.head == "Activity") for item in AUTOMATIC]


def _dates(facts: Facts) -> dict[str, tuple[str, list[object]]]:
    """By name in lower case: the name, and the cells that people typed."""
    frame = facts.book.frame(BY_REP.name)
    columns = [frame[item.head].tolist() if item.head in frame.columns else [None] * len(frame) for item in MANUAL]
    found: dict[str, tuple[str, list[object]]] = {}
    for name, *cells in zip(texts(frame, "Rep").str.strip(), *columns, strict=True):
        if name:
            found.setdefault(name.casefold(), (name, cells))
    return found


def _is_done(facts: Facts, cell: object) -> bool:
    day = dates(pd.DataFrame({"day": pd.Series([cell], dtype=object)}), "day")[0].iloc[0]
    monday = pd.Timestamp(monday_of(facts))
    return bool(monday <= day < monday + pd.Timedelta(days=7))


def the_list(facts: Facts, row: Mapping[str, object]) -> pd.DataFrame:
    """The lines of one row of the table by rep."""
    lines = []
    for number, item in enumerate((*AUTOMATIC, *MANUAL), start=1):
        cell = row[item.head]
        left = cell if number <= len(AUTOMATIC) else int(not _is_done(facts, cell))
        lines.append((item.what, DONE if left == 0 else OPEN, left, number, item.to_do))
    return pd.DataFrame(lines, columns=list(LIST.heads), dtype=object)


def _says(body: pd.DataFrame) -> str:
    reps, most = body.iloc[1:], len(AUTOMATIC) + len(MANUAL)
    if reps.empty:
        return "No rep is entered yet: fill in Team."
    clean = int((reps["Ticks"] == most).sum())
    ticks = int(body["Ticks"].iloc[0])
    return f"{clean:,} of {len(reps):,} reps have everything ticked; the team has {ticks} of {most} ticks."


TAB: Final = Tab(
    "Checklist",
    "dashboard",
    (
        Text("B1", "Checklist", "title"),
        Text("B2", REFRESH_HINT, "line", name="line_checklist"),
        Text("I2", "", "line", name="refreshed_on_checklist", formula="refreshed_line"),
        Filter("B4", FILTER, "Show", f"{BY_REP.name}[Rep]", TEAM),
        Text("F4", EMPTY, "strong", name="checklist_says"),
        TableBlock(
            "B6",
            LIST,
            rows=len(AUTOMATIC) + len(MANUAL),
            formulas=LIST_FORMULAS,
            hint="Ticks come by themselves while you mend a row; of the last three, enter the day in the table below.",
            tints=(
                Tint(f'{{Tick}}="{DONE}"', "green", ("Tick",), "text"),
                Tint(f'{{Tick}}="{OPEN}"', "orange", ("Line", "Tick", "Left"), "text"),
            ),
        ),
        TableBlock(
            "B25",
            BY_REP,
            grows=True,
            formulas=BY_REP_FORMULAS,
            hint="0 is a tick. A date counts for the week that it lies in, from Monday to Sunday.",
            tints=(
                *(Tint(f"N({{{item.head}}})>0", "orange", (item.head,), "text") for item in AUTOMATIC),
                *(Tint(f"{_this_week(f'{{{one.head}}}')}=1", "green", (one.head,), "text") for one in MANUAL),
            ),
        ),
        Text("T1", 1, "hint", name=ROW, formula=ROW_FORMULA),
    ),
    fill=fill,
    widths={"B": 44} | dict.fromkeys(("C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M", "N", "O", "P", "Q"), 11.5),
    freeze="A5",
    print_columns="B:Q",
)
