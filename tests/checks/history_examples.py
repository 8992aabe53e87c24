"""Examples of the checks that read _History: what a deal's events tell, beside the row as it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

from tests.checks.small_book import CLOSED, table
from xlpipeline.model.book import BookTable, CellError
from xlpipeline.model.history_table import HISTORY
from xlpipeline.model.schema import CRITERIA

Event = tuple[str, str, str, str, str, str]
"""deal_id, kind, column, old, new, note."""
MONDAY: Final = dt.datetime(2026, 5, 11, 9)  # noqa: DTZ001 - cells know no time zone


def born(deal: str, stage: str = "Prospect", kind: str = "created", note: str = "") -> Event:
    """A deal's first row."""
    return (deal, kind, "", "", f'{{"Stage":"{stage}"}}', note)


def moved(deal: str, old: str, new: str, kind: str = "stage", note: str = "") -> Event:
    """A change of stage."""
    return (deal, kind, "Stage", old, new, note)


def history(*events: Event) -> BookTable:
    """``_History`` with these events, one refresh a day."""
    rows = [
        [
            f"e{n}",
            deal,
            kind,
            column or None,
            old or None,
            new or None,
            None,
            MONDAY + dt.timedelta(days=n),
            "ann",
            "test",
            note or None,
        ]
        for n, (deal, kind, column, old, new, note) in enumerate(events)
    ]
    return table(HISTORY.name, HISTORY.heads, rows)


_CRITERIA = table(
    "Criteria",
    CRITERIA.heads,
    [
        ["Prospect", "exit", "need", "The need is confirmed.", "tick", "Need confirmed", None, None, None, "Y"],
        ["Proposal", "exit", "signed", "It is signed.", "filled", "Signed on", None, None, None, "Y"],
    ],
    "Process",
)
_MET: dict[str, Any] = {"Need confirmed": "Y", "Signed on": dt.date(2026, 5, 1)}
_EARLY: dict[str, Any] = {"Stage": "Prospect"}

Raw = tuple[Sequence[Mapping[str, Any]], tuple[int, ...], str, tuple[BookTable, ...], str]
"""deals, flagged, says, other tables, column."""

HISTORY_EXAMPLES: Final[Mapping[str, Raw]] = {
    "unreadable_deal_id": (({"Deal ID": CellError("#REF!")}, {}), (0,), "error value #REF!", (), "Deal ID"),
    "edited_deal_id": (
        ({}, {}),
        (0,),
        "The Deal ID D9 was changed to D0.",
        (history(born("D0", note="ID typed over: The Deal ID D9 was changed to D0."), born("D1")),),
        "Deal ID",
    ),
    "reused_deal_id": (
        ({}, {}),
        (0,),
        "was that of another deal",
        (
            history(
                born("D0"),
                born("D1"),
                ("D0", "changed", "Account", "a", "b", "ID of another deal: The Deal ID D0 was that of another deal."),
                ("D1", "changed", "Account", "a", "b", "ID of another deal: The Deal ID D1 was that of another deal."),
                ("D1", "changed", "Account", "b", "a", ""),
            ),
        ),
        "Deal ID",
    ),
    "restored_deal_id": (
        ({}, {}),
        (1,),
        "The Deal ID D1 had been removed",
        (
            history(
                born("D0"),
                ("D0", "id_given", "Deal ID", "", "D0", "its own ID, which had been removed"),
                born("D1"),
                ("D0", "amount", "Amount", "", "|5", ""),
                ("D1", "id_given", "Deal ID", "", "D1", "its own ID, which had been removed"),
            ),
        ),
        "Deal ID",
    ),
    "damaged_history": (
        ({},),
        (1,),
        "The kind of event is not known.",
        (history(born("D0"), ("D0", "eaten", "", "", "", "")),),
        "Event ID",
    ),
    "two_deals_one_id": (
        ({}, {}),
        (0,),
        "each began a deal D0",
        (history(born("D0"), ("D0", "created", "", "", '{"Stage":"Proposal"}', ""), born("D1")),),
        "Deal ID",
    ),
    "advanced_without_criteria": (
        ({}, {"Need confirmed": "Y"}, {}, {}, CLOSED | {"Stage": "Lost"}),
        (0,),
        "Moved from Prospect to Proposal on 2026-05-16 without need.",
        (
            _CRITERIA,
            history(
                *(born(f"D{n}") for n in range(5)),
                *(moved(f"D{n}", "Prospect", "Proposal") for n in (0, 1)),
                moved("D2", "Prospect", "Proposal", note="criteria met"),
                moved("D3", "Proposal", "Prospect"),
                moved("D4", "Prospect", "Lost"),
            ),
        ),
        "Stage",
    ),
    "skipped_stage": (
        (CLOSED | _MET, _MET, CLOSED),
        (0,),
        "Moved from Prospect straight to Won on 2026-05-14.",
        (
            _CRITERIA,
            history(
                born("D0"), born("D1"), born("D2"),
                moved("D0", "Prospect", "Won"), moved("D1", "Prospect", "Proposal"), moved("D2", "Prospect", "Won"),
            ),
        ),
        "Stage",
    ),
    "moved_back": (
        (_EARLY, _EARLY),
        (0,),
        "Moved back from Proposal to Prospect on 2026-05-13.",
        (
            history(
                born("D0", "Proposal"), born("D1", "Proposal"),
                moved("D0", "Proposal", "Prospect"), moved("D1", "Proposal", "Prospect", note="wrong row"),
            ),
        ),
        "Stage",
    ),
    "stage_put_back": (
        (_EARLY, _EARLY | {"Need confirmed": "Y"}),
        (0,),
        "was put back: need missing.",
        (
            _CRITERIA,
            history(
                born("D0"), moved("D0", "Prospect", "Proposal"), moved("D0", "Proposal", "Prospect", "reverted"),
                born("D1"), moved("D1", "Prospect", "Proposal"), moved("D1", "Proposal", "Prospect", "reverted"),
            ),
        ),
        "Stage",
    ),
    "seen_without_criteria": (
        ({"Need confirmed": "Y"}, {}, {}, CLOSED),
        (1,),
        "2 open deals were first seen in a stage without its criteria; most often missing: need (2).",
        (_CRITERIA, history(*(born(f"D{n}", "Proposal") for n in range(3)), born("D3", "Won"))),
        "Stage",
    ),
    "reopened_deal": (
        ({}, {}),
        (0,),
        "Reopened in Proposal on 2026-05-14.",
        (
            history(
                born("D0", "Proposal"), born("D1", "Proposal"),
                moved("D0", "Proposal", "Lost"), moved("D0", "Lost", "Proposal", "reopened"),
            ),
        ),
        "Stage",
    ),
    "bounced_over_bound": (
        (
            {"Stage since": dt.date(2026, 5, 14), "Earlier days": 5.0},
            {"Stage since": dt.date(2026, 5, 14), "Earlier days": 4.0},
            {"Stage since": dt.date(2026, 5, 1), "Earlier days": 5.0},
            {"Stage since": dt.date(2026, 5, 8), "Earlier days": None},
        ),
        (0,),
        "1 business day past the bound of Proposal (5), earlier stays included.",
        (),
        "Stage",
    ),
}  # fmt: skip
