"""The live formulas of the tab Deal guide: what Pipeline, Playbook, Criteria and Cadence say of the chosen deal.

Functions that Excel 2016 and LibreOffice 7.4 share; no formula is an array formula of its own (SUMPRODUCT takes arrays
everywhere). ``tabs.guide_rows`` evaluates the same for the cached values.
"""

from __future__ import annotations

from typing import Final

DEAL: Final = "guide_deal"
"""The filter cell. Its choices read ``D-00012 · Acme · Renewal (Ann)``: what stands before the first dot is the ID."""
DOT: Final = " · "
PLAYBOOK_ROWS: Final = 3
CRITERIA_ROWS: Final = 6
ACTIVITY_ROWS: Final = 6
CADENCE_ROWS: Final = 6
_MOST: Final = 100_000

NOW: Final = "GuideNow"
ID: Final = f"INDEX({NOW}[Deal ID],1)"
STAGE: Final = f"INDEX({NOW}[Stage],1)"
SINCE: Final = f"INDEX({NOW}[Since],1)"
_ROW: Final = f"INDEX({NOW}[Row],1)"
_CHOSEN: Final = f"INDEX({NOW}[Deal],1)"


def _exact(text: str) -> str:
    """A text as MATCH and COUNTIFS look for it, without wildcards."""
    return f'SUBSTITUTE(SUBSTITUTE(SUBSTITUTE({text},"~","~~"),"*","~*"),"?","~?")'


def of_deal(head: str) -> str:
    """The cell of the chosen deal in a column of Pipeline; empty where it is blank or no deal is found."""
    cell = f"INDEX(Pipeline[{head}],{_ROW})"
    return f'IF({_ROW}=0,"",IFERROR(IF({cell}="","",{cell}),""))'


def text_of_deal(head: str) -> str:
    """The same as a text."""
    return f'IF({_ROW}=0,"",IFERROR(TRIM(INDEX(Pipeline[{head}],{_ROW})&""),""))'


_GIVEN: Final = f'IF(ISNUMBER(MATCH({_exact(DEAL)},GuideDeals[Deal],0)),{DEAL},INDEX(GuideDeals[Deal],1)&"")'
NOW_FORMULAS: Final = {
    "Deal": _GIVEN,
    "Deal ID": f'IFERROR(TRIM(LEFT({_CHOSEN},FIND("{DOT}",{_CHOSEN}&"{DOT}")-1)),"")',
    "Row": f'IF({ID}="",0,IFERROR(MATCH({_exact(ID)},Pipeline[Deal ID],0),0))',
    "Stage": f'IF({_ROW}=0,"",{text_of_deal("Stage")})',
    "Since": (
        f"IF({_ROW}=0,0,IFERROR(INT(MAX(N(INDEX(Pipeline[In stage since],{_ROW})),"
        f"N(INDEX(Pipeline[Stage since],{_ROW})))),0))"
    ),
}


def _nth(table: str, turn: str) -> str:
    """Row of a table's ``turn``-th line for the stage of the chosen deal; beyond its end where there is none."""
    rows = f"ROW({table}[Stage])"
    fits = f'(TRIM({table}[Stage])=TRIM({STAGE}))*({STAGE}<>"")'
    return f"{_MOST}-SUMPRODUCT(LARGE({fits}*({_MOST - 1}-{rows}+MIN({rows})),{turn}))"


NOW_FORMULAS["Activities"] = '&";"&'.join(
    f'IFERROR(INDEX(Playbook[Required activities],{_nth("Playbook", str(turn))})&"","")'
    for turn in range(1, PLAYBOOK_ROWS + 1)
)


def _own(table: str, head: str) -> str:
    return f"{table}[[#This Row],[{head}]]"


def _line_of(table: str, source: str, head: str) -> str:
    return f'IFERROR(TRIM(INDEX({source}[{head}],{_nth(source, _own(table, "No"))})&""),"")'


STEPS_FORMULAS: Final = {
    "Step": _line_of("GuideSteps", "Playbook", "Process step"),
    "Material": _line_of("GuideSteps", "Playbook", "Content"),
    "Questions": _line_of("GuideSteps", "Playbook", "Conversation guide"),
}


def _part(text: str, mark: str, number: str) -> str:
    """The ``number``-th part of a text between marks."""
    return f'TRIM(MID(SUBSTITUTE({text},"{mark}",REPT(" ",500)),({number}-1)*500+1,500))'


_TYPE: Final = _own("GuideActivities", "Activity")
_LOGGED: Final = (
    f'COUNTIFS(Activities[Deal ID],"="&{_exact(ID)},Activities[Type],"="&{_exact("{type}")},'
    f'Activities[Date],">="&{SINCE},Activities[Date],"<="&AsOf)'
)


def logged(kind: str) -> str:
    """How many activities of a type were logged for the chosen deal since it entered its stage."""
    return _LOGGED.replace("{type}", kind)


ACTIVITIES_FORMULAS: Final = {
    "Activity": _part(f"INDEX({NOW}[Activities],1)", ";", _own("GuideActivities", "No")),
    "Logged": f'IF({_TYPE}="","",{logged(_TYPE)})',
    "State": (f'IF({_TYPE}="","",IF({_own("GuideActivities", "Logged")}>0,"done","missing"))'),
}

_CRITERION: Final = _own("GuideCriteria", "Criterion")
CRITERIA_FORMULAS: Final = {
    "Criterion": _part(text_of_deal("Missing criteria"), ", ", _own("GuideCriteria", "No")),
    "What must be true": (
        f'IF({_CRITERION}="","",IFERROR(INDEX(Criteria[Text],'
        f'MATCH({_exact(f"""SUBSTITUTE({_CRITERION}," (late)","")""")},Criteria[ID],0))&"",""))'
    ),
}

_AT: Final = _nth("Cadence", _own("GuideCadence", "No"))
_CHANNEL: Final = _own("GuideCadence", "Channel")
_DAY: Final = _own("GuideCadence", "Day")
CADENCE_FORMULAS: Final = {
    "Channel": _line_of("GuideCadence", "Cadence", "Channel"),
    "Day": f'IF({_CHANNEL}="","",N(INDEX(Cadence[Day],{_AT})))',
    "Due": (
        f'IF(OR({_CHANNEL}="",{SINCE}<1),"",IF({_DAY}<1,{SINCE},WORKDAY.INTL({SINCE},{_DAY},Weekend,Holidays[Date])))'
    ),
    "Purpose": _line_of("GuideCadence", "Cadence", "Purpose"),
    "Turn": (
        f'IF({_CHANNEL}="","",SUMPRODUCT((GuideCadence[Channel]={_CHANNEL})'
        f"*(GuideCadence[No]<={_own('GuideCadence', 'No')})))"
    ),
    "State": (
        f'IF({_CHANNEL}="","",IF({logged(_CHANNEL)}>={_own("GuideCadence", "Turn")},"done",'
        f'IF({_own("GuideCadence", "Due")}="","open",IF({_own("GuideCadence", "Due")}<AsOf,"overdue",'
        f'IF({_own("GuideCadence", "Due")}=AsOf,"today","coming")))))'
    ),
}
TEXTS: Final = (
    "Account", "Opportunity", "Owner", "Stage", "Decision maker", "Next step", "Flags", "Next touch by", "Notes",
)  # fmt: skip
DAYS: Final = (
    "Created", "In stage since", "Stage due", "Last touch", "Last activity", "Next step date", "Next touch",
    "Expected close",
)  # fmt: skip


def item(table: str, heads: tuple[str, ...], *, as_text: bool) -> str:
    """Formula of a column that shows the column of Pipeline which the row names: one term per head, the others nothing.

    Every column stands there by its name, so that Excel follows a renamed one and a lost one is seen.
    """
    own = _own(table, "Item")
    if as_text:
        return "&".join(f'IF({own}="{head}",{text_of_deal(head)},"")' for head in heads)
    days = "+".join(f'IF({own}="{head}",IFERROR(INT(N(INDEX(Pipeline[{head}],{_ROW}))),0),0)' for head in heads)
    return f'IF({_ROW}=0,"",IF({days}<1,"",{days}))'
