"""Criteria as native formulas: ``Missing criteria`` and ``Furthest stage`` live while a rep types, with no macro.

Functions that Excel 2016 and LibreOffice 7.4 share; no nesting grows with the number of criteria, only the length does.
Texts of the manager are string literals with quotes doubled, column heads are escaped, wildcards carry a tilde.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from xlpipeline.model.computed import day_number
from xlpipeline.model.criteria import Criterion, StagePath, steps

LONGEST_FORMULA: Final = 8_000
"""Excel allows 8,192 letters."""


def missing_formula(criteria: Sequence[Criterion], path: StagePath) -> str:
    """Text of ``Missing criteria``: IDs of the unmet blocking criteria between the deal's stage and the next.

    It reads "a, b (late)", or is empty where nothing is missing.
    """
    pieces = []
    for name, guards in zip(path.names, steps(criteria, path), strict=False):
        if guards:
            listed = "&".join(f'IF({condition(c)},"",{_listing(c)})' for c in guards)
            pieces.append(f'IF({_stage_is(name)},{listed},"")')
    # an error in Stage stands in no stage
    return f'IFERROR(MID({"&".join(pieces)},3,{LONGEST_FORMULA}),"")' if pieces else '""'


def furthest_formula(criteria: Sequence[Criterion], path: StagePath) -> str:
    """Text of ``Furthest stage``: how many rows of StageMoves the drop-down may show.

    Each step of the path gives "1" (open) or "0" (shut); FIND looks for the first shut one from the deal's stage on.
    A deal in no stage of the path (new, lost, derailed) starts before the first step.
    """
    gates = "&".join(_gate(guards) for guards in steps(criteria, path))
    shut = f'{gates}&"0"' if gates else '"0"'
    names, places = ",".join(map(literal, path.names)), ",".join(map(str, range(1, len(path.names) + 1)))
    at = f"SUMPRODUCT(({row_cell('Stage')}={{{names}}})*{{{places}}})" if path.names else "1"
    return f'{len(path.ends)}+FIND("0",{shut},IFERROR(MAX(1,{at}),1))'


def condition(criterion: Criterion) -> str:
    """Formula text that is TRUE when the deal of this row meets the criterion; an error in a cell counts as not met."""
    return f"IFERROR({_KINDS[criterion.kind](criterion)},FALSE)"


def _filled(criterion: Criterion) -> str:
    cell = _cells(criterion)[0]
    if criterion.within_business_days:
        return f"AND(ISNUMBER({cell}),{cell}>=1,INT({cell})<={_limit(criterion)})"
    return f'TRIM({cell})<>""'


def _value(criterion: Criterion) -> str:
    cell, given = _cells(criterion)[0], criterion.arguments
    if given.operator == "in":
        return _list(criterion)
    if given.is_today:
        return f"AND(ISNUMBER({cell}),{cell}>=1,INT({cell}){given.operator}AsOf)"
    if given.number is not None:
        return f"AND(ISNUMBER({cell}),{cell}{given.operator}{_number(given.number)})"
    word = literal(given.words[0])
    if given.operator == "=":
        return f"TRIM(T({cell}))={word}"
    return f'AND(TRIM({cell})<>"",TRIM(T({cell}))<>{word})'


def _list(criterion: Criterion) -> str:
    cell, given = _cells(criterion)[0], criterion.arguments
    # SUMPRODUCT takes an array constant in every Excel and in LibreOffice, and knows no wildcards, unlike MATCH.
    words = f"SUMPRODUCT(--(TRIM(T({cell}))={{{','.join(literal(w) for w in given.words)}}}))>0"
    if not given.numbers:
        return words
    return (
        f"OR({words},AND(ISNUMBER({cell}),SUMPRODUCT(--({cell}={{{','.join(_number(n) for n in given.numbers)}}}))>0))"
    )


def _date_order(criterion: Criterion) -> str:
    first, second = _cells(criterion)
    bound = f",INT({second})<={_limit(criterion)}" if criterion.within_business_days else ""
    return f"AND(ISNUMBER({first}),ISNUMBER({second}),{first}>=1,INT({first})<=INT({second}){bound})"


def _activity(criterion: Criterion) -> str:
    deal, given = row_cell("Deal ID"), criterion.arguments
    wanted = f'"="&SUBSTITUTE(SUBSTITUTE(SUBSTITUTE({deal},"~","~~"),"*","~*"),"?","~?")'
    kind = literal("=" + given.activity.replace("~", "~~").replace("*", "~*").replace("?", "~?"))
    counted = (
        f"COUNTIFS(Activities[Deal ID],{wanted},Activities[Type],{kind},"
        f'Activities[Date],">="&{_SINCE},Activities[Date],"<="&{_limit(criterion)})'
    )
    return f'AND({deal}<>"",{counted}>={given.least})'


def _tick(criterion: Criterion) -> str:
    return f'TRIM(T({_cells(criterion)[0]}))="Y"'


_KINDS: Final = {
    "filled": _filled,
    "value": _value,
    "list": _list,
    "date_order": _date_order,
    "activity": _activity,
    "tick": _tick,
}


def row_cell(head: str) -> str:
    """The cell of this row in a column of Pipeline, as files write it; ``' [ ] # @`` in a head carry a quote."""
    escaped = "".join("'" + letter if letter in "'[]#@" else letter for letter in head)
    return f"Pipeline[[#This Row],[{escaped}]]"


_SINCE: Final = f"INT(MAX({row_cell('In stage since')},{day_number('Stage since')}))"
"""Day the deal entered its stage; 0 = unknown (MAX passes over the empty text). In stage since is blank once closed."""


def _cells(criterion: Criterion) -> list[str]:
    return [row_cell(head) for head in criterion.arguments.columns]


def _due(criterion: Criterion) -> str:
    return f"WORKDAY.INTL({_SINCE},{criterion.within_business_days},Weekend,Holidays[Date])"


def _limit(criterion: Criterion) -> str:
    """Last day that counts: the as-of date, or the deadline where that is earlier and its clock runs."""
    if not criterion.within_business_days:
        return "AsOf"
    return f"IF(AND({_stage_is(criterion.stage)},{_SINCE}>0),MIN(AsOf,{_due(criterion)}),AsOf)"


def _listing(criterion: Criterion) -> str:
    name = literal(", " + criterion.id)
    if not criterion.within_business_days or criterion.direction == "entry":
        return name
    return f'{name}&IF({_SINCE}>0,IF(AsOf>{_due(criterion)}," (late)",""),"")'


def _gate(guards: tuple[Criterion, ...]) -> str:
    return f'IF(AND({",".join(condition(c) for c in guards)}),"1","0")' if guards else '"1"'


def _stage_is(name: str) -> str:
    return f"{row_cell('Stage')}={literal(name)}"


def literal(text: str) -> str:
    """A text as a string of a formula: quotes doubled, so that it can never end early."""
    return '"' + text.replace('"', '""') + '"'


def _number(value: float) -> str:
    return format(value, ".15g").upper()
