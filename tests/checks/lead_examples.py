"""Examples of the checks about leads, marks, the customer profile and costs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

from tests.checks.small_book import AS_OF, table
from xlpipeline.model.book import BookTable, CellError
from xlpipeline.model.schema import ACTIVITIES, COSTS, ICP, LEADS, PIPELINE, REPS, SCORING

_CREATED: Final = dt.date(2026, 5, 4)
_BEFORE: Final = dt.date(2026, 5, 3)
MARKS: Final = (*PIPELINE.heads, "Budget", "Budget evidence", "Need", "Need evidence", "Deal timing")


def leads(*rows: Mapping[str, Any]) -> tuple[BookTable, ...]:
    body = [
        {"Lead ID": f"L{i}", "Lead": "Someone", "Owner": "Ann", "Created": _CREATED} | dict(row)
        for i, row in enumerate(rows)
    ]
    return (table("Leads", LEADS.heads, [[row.get(head) for head in LEADS.heads] for row in body]),)


def scoring(*rows: Sequence[object]) -> tuple[BookTable, ...]:
    return (table("Scoring", SCORING.heads, rows),)


def costs(*rows: tuple[object]) -> BookTable:
    return table("Costs", COSTS.heads, [(_CREATED, source, 10, "") for (source,) in rows])


_NO_ID: Final = {"Lead ID": None}
_NO_LEAD: Final = {"Lead ID": None, "Lead": None, "Created": None}
_TOMORROW: Final = dt.date(2026, 5, 16)
_REPS: Final = table("Reps", ["Rep"], [["Ann"], ["Bob Smith"]], "Team")
_SOURCES: Final = table("Sources", ["Source"], [["Ads"], ["Referral"]], "Lists")
_CAPACITIES: Final = (("Ann", 0.5), ("Bob", 0), ("Cid", -3), ("Dee", "some"), ("Eve", None))
_SCORING: Final = scoring(("BANT", "Budget", "", 2, 3), ("BANT", "Need", "", 2, 1), ("Deal", "Timing", "", 5, 1))
_ADJUSTED: Final = {"Manual adj.": 20, "Adj. reason": "Met them"}
_DONE: Final = {"Status": "disqualified"}
_QUALIFIED: Final = {"Status": "Qualified"}
_LIMIT, _BEYOND, _EARLY = dt.date(2026, 4, 15), dt.date(2026, 4, 14), dt.date(2026, 1, 5)
"""Thirty and thirty-one days before the as-of date, 15 May, and long before."""

Given = tuple[Sequence[Mapping[str, Any]], tuple[int, ...], str, tuple[BookTable, ...], str, tuple[str, ...]]
LEAD_EXAMPLES: Final[Mapping[str, Given]] = {
    "mark_without_evidence": (
        (
            {"Budget": 2, "Need": 1, "Need evidence": " "},
            {"Budget": 2, "Budget evidence": "Said so"},
            {"Budget": 0},
            {"Budget": 1, "Stage": "Won", "Actual close": dt.date(2026, 5, 4)},
        ),
        (0,),
        "Marked without evidence: Budget, Need.",
        _SCORING,
        "Budget evidence",
        MARKS,
    ),
    "mark_out_of_range": (
        ({"Budget": 3.0}, {"Budget": 2, "Need": 0}, {"Deal timing": 5}, {"Budget": -1}, {"Budget": "yes"}, {}),
        (0, 3, 4),
        "Budget is '3'; marks run from 0 to 2, so it does not count.",
        _SCORING,
        "Budget",
        MARKS,
    ),
    "broken_mark": (
        ({},),
        (1, 2),
        "Highest mark of Need is no number above 0.",
        scoring(("BANT", "Budget", "", 2, 0), ("BANT", "Need", "", 0, 1), ("BANT", "Time", "", 2, -1)),
        "",
        PIPELINE.heads,
    ),
    "broken_profile": (
        ({},),
        (1, 2),
        "Industry is compared by > with 'many', which is no number.",
        (
            *leads({}),
            table(
                "ICP", ICP.heads, [("Industry", "=", "Software", 1), ("Industry", ">", "many", 1), ("Hat", "=", "x", 1)]
            ),
        ),
        "",
        PIPELINE.heads,
    ),
    "adjustment_without_reason": (
        ({},),
        (1,),
        "The score is adjusted by -5 without a reason.",
        leads(_ADJUSTED, {"Manual adj.": -5}, {"Manual adj.": 0}, {}),
        "Adj. reason",
        PIPELINE.heads,
    ),
    "adjustment_out_of_range": (
        ({},),
        (1, 3),
        "The score is adjusted by +20.5; allowed are -20 to +20.",
        leads(_ADJUSTED, _ADJUSTED | {"Manual adj.": 20.5}, {"Manual adj.": -20}, {"Manual adj.": -21}),
        "Manual adj.",
        PIPELINE.heads,
    ),
    "response_before_lead": (
        ({},),
        (1,),
        "Answered on 2026-05-03, before it came in on 2026-05-04.",
        leads({"First response": _CREATED}, {"First response": _BEFORE}, {}),
        "First response",
        PIPELINE.heads,
    ),
    "lead_without_its_deal": (
        ({"Deal ID": "D1"},),
        (1, 2),
        "Pipeline has no deal D2.",
        leads({"Deal ID": "d1 ", "Converted on": _CREATED}, {"Deal ID": "D2"}, {"Converted on": _CREATED}, {}),
        "Deal ID",
        PIPELINE.heads,
    ),
    "disqualified_without_reason": (
        ({},),
        (1, 3),
        "2 disqualified leads have no reason; this is the first.",
        leads(_DONE | {"Disqualified reason": "No need"}, _DONE, _DONE, _DONE | {"Owner": "Bob"}, {}),
        "Disqualified reason",
        PIPELINE.heads,
    ),
    "qualified_without_deal": (
        ({},),
        (1, 4, 8),
        "2 qualified leads have had no opportunity for more than 30 days; this one waits longest.",
        leads(
            _QUALIFIED | {"First response": _LIMIT},
            _QUALIFIED | {"First response": _BEYOND},
            _QUALIFIED | {"Created": _BEYOND},
            _QUALIFIED | {"Created": _LIMIT},
            _QUALIFIED | {"Created": _BEYOND, "First response": None, "Owner": "Bob"},
            _QUALIFIED | {"Created": _EARLY, "Deal ID": "D0"},
            _QUALIFIED | {"Created": _EARLY, "Status": "working"},
            _QUALIFIED | {"Created": _EARLY, "Status": "disqualified"},
            _QUALIFIED | {"Created": None, "Owner": "Zoe"},
            _QUALIFIED | {"Created": _EARLY, "Converted on": _CREATED},
        ),
        "Status",
        PIPELINE.heads,
    ),
    "unreadable_cost": (
        ({},),
        (1, 2, 3),
        "The month is blank or no date, so the spend does not count.",
        (
            table(
                "Costs",
                COSTS.heads,
                [
                    (_CREATED, "Ads", 0, ""),
                    (None, "Ads", 5, ""),
                    (_CREATED, "Ads", None, ""),
                    (_CREATED, "Ads", -1, ""),
                ],
            ),
        ),
        "",
        PIPELINE.heads,
    ),
    "duplicate_lead_id": (
        ({},),
        (1, 3),
        "The ID l7 is also that of the lead in row 5.",
        leads({"Lead ID": "L7"}, {"Lead ID": " l7 "}, {"Lead ID": "L8"}, {"Lead ID": "L7"}, _NO_ID, _NO_ID),
        "Lead ID",
        PIPELINE.heads,
    ),
    "missing_lead_id": (
        ({},),
        (1,),
        "2 leads have no Lead ID; this is the first.",
        leads({}, _NO_ID, {"Lead ID": "  "}, _NO_LEAD),
        "Lead ID",
        PIPELINE.heads,
    ),
    "unreadable_lead_cell": (
        ({},),
        (0, 1, 2, 3, 4),
        "'yesterday' is not a date, so Created is taken as blank.",
        leads(
            {"Created": "yesterday"},
            {"First response": "soon"},
            {"Converted on": CellError("#N/A")},
            {"Manual adj.": "a few"},
            {"Page views": "many"},
            {"Created": None, "Manual adj.": -3.5, "Page views": 0, "First response": " "},
        ),
        "",
        PIPELINE.heads,
    ),
    "lead_from_the_future": (
        ({},),
        (1,),
        "Came in on 2026-05-16, after the as-of date; so do 1 more.",
        leads({"Created": AS_OF}, {"Created": _TOMORROW}, {"Created": _TOMORROW}, {"Created": None}),
        "Created",
        PIPELINE.heads,
    ),
    "unknown_lead_status": (
        ({},),
        (1, 3),
        "The status 'qualifid' is not in the list of statuses (2 rows). Did you mean qualified?",
        leads({"Status": "New "}, {"Status": "qualifid"}, {"Status": "Qualifid"}, {"Status": "won"}, {}),
        "Status",
        PIPELINE.heads,
    ),
    "unknown_lead_owner": (
        ({},),
        (1,),
        "The owner 'An' is not in Reps (1 row).",
        (*leads({"Owner": " ann"}, {"Owner": "An"}, {"Owner": None}), _REPS),
        "Owner",
        PIPELINE.heads,
    ),
    "unknown_lead_source": (
        ({},),
        (1,),
        "The source 'Adds' is not in Sources (1 row). Did you mean Ads?",
        (*leads({"Source": "ads "}, {"Source": "Adds"}, {}), _SOURCES),
        "Source",
        PIPELINE.heads,
    ),
    "unknown_cost_source": (
        ({},),
        (1,),
        "The source 'Fair' is not in Sources (2 rows).",
        (costs(("ads",), ("Fair",), ("FAIR",), (None,)), _SOURCES),
        "Source",
        PIPELINE.heads,
    ),
    "unknown_activity_by": (
        ({},),
        (1,),
        "The name 'Zoe' is not in Reps (1 row).",
        (
            table("Activities", ACTIVITIES.heads, [(_CREATED, "D0", "Call", "", by) for by in ("ANN ", "Zoe", "")]),
            _REPS,
        ),
        "By",
        PIPELINE.heads,
    ),
    "unusable_capacity": (
        ({},),
        (1, 2, 3),
        "The capacity is '0', which is no number above 0.",
        (table("Reps", REPS.heads, [(name, "", "", "Y", n, "") for name, n in _CAPACITIES]),),
        "Capacity",
        PIPELINE.heads,
    ),
}
"""Deals, positions that are flagged, part of the first sentence, other tables, its column, heads of Pipeline."""
