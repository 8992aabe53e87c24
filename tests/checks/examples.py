"""Per check: deals that must be flagged and deals that must pass, on both sides of each limit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.checks.history_examples import HISTORY_EXAMPLES
from tests.checks.lead_examples import LEAD_EXAMPLES
from tests.checks.small_book import CLOSED, STAGES, table
from xlpipeline.model.book import BookTable, CellError
from xlpipeline.model.schema import PIPELINE

Deal = Mapping[str, Any]


@dataclass(frozen=True)
class Example:
    """``deals`` of which exactly those at ``flagged`` have the fault; ``says``: part of the first one's sentence."""

    deals: tuple[Deal, ...]
    flagged: tuple[int, ...]
    says: str
    others: tuple[BookTable, ...] = ()
    stages: tuple[tuple[object, ...], ...] = STAGES
    heads: tuple[str, ...] = PIPELINE.heads
    column: str = ""
    without_formula: Mapping[str, frozenset[int]] = field(default_factory=dict)


_REPS = table("Reps", ["Rep"], [["Ann"], ["Bob Smith"]], "Team")
_FX = table("FX", ["Currency", "Period start", "Rate"], [["USD", dt.date(2026, 5, 1), 0.9]], "Calendar")
_WON: tuple[Deal, ...] = tuple(CLOSED | {"Amount": 100.0} for _ in range(5))
_DAY = dt.date(2026, 5, 15)
_YESTERDAY = dt.date(2026, 5, 14)
_BEFORE_CREATED = CLOSED | {"Actual close": dt.date(2026, 4, 30)}
_ON_CREATED = CLOSED | {"Actual close": dt.date(2026, 5, 1)}

_TYPES = table("ActivityTypes", ["Activity type"], [["Call"], ["Meeting"]], "Lists")


def _log(*rows: tuple[object, ...]) -> BookTable:
    """Activities as day, ID and type; () is a blank row."""
    return table("Activities", ["Date", "Deal ID", "Type"], [row or (None, None, None) for row in rows])


EXAMPLES: Mapping[str, Example] = {
    **{
        name: Example(tuple(deals), flagged, says, others=others, column=column)
        for name, (deals, flagged, says, others, column) in HISTORY_EXAMPLES.items()
    },
    **{
        name: Example(tuple(deals), flagged, says, others=others, column=column, heads=heads)
        for name, (deals, flagged, says, others, column, heads) in LEAD_EXAMPLES.items()
    },
    "unknown_parent": Example(
        ({"Parent deal": "D9"}, {"Parent deal": " d2 "}, {}, {"Parent deal": " "}),
        (0,),
        "No deal has the ID D9.",
        column="Parent deal",
    ),
    "self_parent": Example(
        ({"Parent deal": "d0 "}, {"Parent deal": "D0"}, {}),
        (0,),
        "The deal names itself as its parent.",
        column="Parent deal",
    ),
    "circular_parent": Example(
        ({"Parent deal": "D1"}, {"Parent deal": "D2"}, {"Parent deal": "D0"}, {"Parent deal": "D1"}, {}),
        (0, 1, 2),
        "Its parent D1 leads back to the deal itself.",
        column="Parent deal",
    ),
    "missing_column": Example(
        ({},),
        (-1,),
        "The column Amount is missing",
        heads=tuple(h for h in PIPELINE.heads if h != "Amount"),
        column="Deal ID",
    ),
    "unread_import": Example(
        ({"Deal ID": "X1", "Amount": None}, {"Deal ID": "X2", "Amount": 5.0}),
        (0, 2),
        "Deal X1, row 7 of deals.csv: Amount: “abc” is not an amount.",
        others=(
            table(
                "ImportFaults",
                ["Deal ID", "Source row", "File", "Column", "What is wrong"],
                [
                    ["X1", 7, "deals.csv", "Amount", "Amount: “abc” is not an amount."],
                    ["X2", 8, "deals.csv", "Amount", "Amount: “def” is not an amount."],
                    [None, 9, "deals.csv", None, "A quotation mark in this row does not close."],
                ],
                "Settings",
            ),
        ),
    ),
    "unreadable_cell": Example(
        ({"Amount": "a lot"}, {"Created": "31/02/26"}, {"Amount": CellError("#REF!")}, {"Amount": 7}, {"Amount": None}),
        (0, 1, 2),
        "'a lot' is not a number, so Amount is taken as blank.",
    ),
    "unknown_stage": Example(
        ({"Stage": "closed won"}, {"Stage": None}, {"Stage": "won "}, {"Stage": "PROPOSAL"}, {}),
        (0, 1, 2),
        "The stage 'closed won' is not on Process. Did you mean Won?",
        column="Stage",
    ),
    "duplicate_deal_id": Example(
        (
            {"Deal ID": "X1"},
            {"Deal ID": "x1 "},
            {"Deal ID": "X2"},
            {"Deal ID": None},
            {"Deal ID": None},
            {"Deal ID": "X1"},
        ),
        (1, 5),
        "The ID x1 is also that of the deal in row 5.",
        column="Deal ID",
    ),
    "unknown_currency": Example(
        ({"Currency": "XXX"}, {"Currency": "usd"}, {"Currency": "EUR"}, {}), (0,), "The currency 'XXX'", others=(_FX,)
    ),
    "missing_rate": Example(
        (
            {"Currency": "USD"},
            CLOSED | {"Currency": "USD", "Created": dt.date(2026, 4, 1), "Actual close": dt.date(2026, 4, 30)},
            CLOSED | {"Currency": "USD", "Actual close": dt.date(2026, 5, 1)},
            {"Currency": "XXX"},
            {"Currency": "GBP", "Amount": None},
            {},
        ),
        (1,),
        "FX has no rate of USD for 2026-04-30",
        others=(_FX, table("Currencies", ["Currency"], [["GBP"]], "Lists")),
    ),
    "open_with_actual_close": Example(
        ({"Actual close": _DAY}, CLOSED, {}), (0,), "The deal is open (Proposal) yet was closed on 2026-05-15."
    ),
    "closed_without_actual_close": Example(
        (CLOSED, CLOSED | {"Actual close": None}, CLOSED | {"Actual close": None, "Expected close": _DAY}, {}),
        (1, 2),
        "The deal is closed (Won)",
    ),
    "close_before_created": Example(
        (_BEFORE_CREATED, _ON_CREATED, {}), (0,), "Closed on 2026-04-30, before it was created on 2026-05-01."
    ),
    "negative_amount": Example(
        ({"Amount": -0.5}, {"Amount": 0}, {"Amount": 0.5}), (0,), "The amount is -0.50, below zero."
    ),
    "probability_out_of_range": Example(
        ({"Probability": 1.01}, {"Probability": -0.01}, {"Probability": 1}, {"Probability": 0}, {}),
        (0, 1),
        "The probability is 101%",
    ),
    "won_without_amount": Example(
        (
            CLOSED | {"Amount": None},
            CLOSED | {"Amount": 0},
            CLOSED,
            CLOSED | {"Stage": "Lost", "Amount": 0},
            {"Amount": None},
        ),
        (0, 1),
        "The won deal has no amount.",
    ),
    "open_without_amount": Example(
        ({"Amount": None}, {"Amount": 0}, {"Amount": 0.01}, CLOSED | {"Amount": None}),
        (0, 1),
        "The open deal has no amount.",
    ),
    "open_without_expected_close": Example(
        ({"Expected close": None}, {}, CLOSED), (0,), "The open deal has no expected close."
    ),
    "expected_close_past": Example(
        ({"Expected close": _YESTERDAY}, {"Expected close": _DAY}, CLOSED | {"Expected close": _YESTERDAY}),
        (0,),
        "The deal was to close by 2026-05-14",
    ),
    "over_time_bound": Example(
        (
            {"Stage since": dt.date(2026, 5, 7)},
            {"Stage since": dt.date(2026, 5, 8)},
            CLOSED | {"Stage since": dt.date(2025, 1, 1)},
        ),
        (0,),
        "1 business day past the bound of Proposal (5).",
    ),
    "absurd_amount": Example(
        (*_WON, {"Amount": 10_000.01}, {"Amount": 10_000}),
        (5,),
        "The amount 10,000.01 is 100 times the median won deal.",
    ),
    "duplicate_deal": Example(
        (
            {"Opportunity": "Printer rollout", "Account": "Acme Inc."},
            {"Opportunity": "Rollout: printers", "Account": "ACME"},
            {"Opportunity": "Printer rollout", "Amount": 1001},
            {"Opportunity": "Printer rollout", "Account": "Apex"},
            {"Opportunity": "Phone system"},
            {"Opportunity": "Printer rollout 2"},
            CLOSED | {"Opportunity": "Toner"},
            CLOSED | {"Opportunity": "Toner", "Created": dt.date(2025, 5, 1), "Actual close": dt.date(2025, 5, 4)},
        ),
        (1,),
        "Looks like the deal in row 5",
    ),
    "stage_without_probability": Example(
        ({},),
        (1,),
        "The open stage Proposal has no default probability.",
        stages=((1, "Prospect", "open", 0, 10), (2, "Proposal", "open", None, 5), (3, "Won", "won", None, None)),
    ),
    "benchmark_without_source": Example(
        ({},),
        (1,),
        "The figure of peers for Win rate names no source.",
        others=(
            table(
                "Benchmarks",
                ["Measure", "Stage", "Peers", "Source"],
                [["Win rate", None, 0.3, "Report, p. 7"], ["Win rate", None, 0.3, " "], ["Win rate", None, None, None]],
            ),
        ),
        column="Source",
    ),
    "unmeasured_benchmark": Example(
        ({},),
        (0, 2, 3, 4),
        "'Luck' is no figure that is compared.",
        others=(
            table(
                "Benchmarks",
                ["Measure", "Stage", "Peers", "Source"],
                [
                    ["Luck", None, 1, "x"],
                    ["stage conversion", "proposal", 0.5, "x"],
                    ["Stage conversion", None, 0.5, "x"],
                    ["Stage conversion", "Won", 0.5, "x"],
                    ["Stage conversion", "Porposal", 0.5, "x"],
                    ["Win rate", None, 0.5, "x"],
                ],
            ),
        ),
    ),
    "unmeasured_experiment": Example(
        ({},),
        (1, 2, 3),
        "'Won' is no open stage.",
        others=(
            table(
                "Experiments",
                ["Experiment", "Stage", "Start date", "Hypothesis"],
                [
                    ["A", "proposal", _DAY, "x"],
                    ["B", "Won", _DAY, "x"],
                    ["C", None, _DAY, None],
                    ["D", "Prospect", None, None],
                    [None, None, None, "a thought"],
                ],
            ),
        ),
    ),
    "quota_unknown_rep": Example(
        ({},),
        (1,),
        "The quota is for 'Bob Smyth', who is not in Reps. Did you mean Bob Smith?",
        others=(
            _REPS,
            table(
                "Quotas",
                ["Rep", "Period start", "Period end", "Quota"],
                [["ann", _DAY, _DAY, 5], ["Bob Smyth", _DAY, _DAY, 5]],
            ),
        ),
    ),
    "broken_criterion": Example(
        ({},),
        (0, 2),
        "Process, row 5: dm reads the column 'Decider', which Pipeline does not have; please correct it.",
        others=(
            table(
                "Criteria",
                ["Stage", "ID", "Kind", "Argument 1"],
                [
                    ["Prospect", "dm", "filled", "Decider"],
                    ["Proposal", "ok", "filled", "Account"],
                    ["Won", "x", "tick", "Notes"],
                ],
                "Process",
            ),
        ),
    ),
    "missing_deal_id": Example(
        ({"Deal ID": None}, {"Deal ID": " "}, {"Deal ID": 7.0}), (0, 1), "The deal has no Deal ID."
    ),
    "blank_owner": Example(({"Owner": None}, {"Owner": "  "}, {}), (0, 1), "The deal has no owner."),
    "unknown_owner": Example(
        ({"Owner": "Smith, Bob"}, {"Owner": "ANN"}, {"Owner": None}),
        (0,),
        "The owner 'Smith, Bob' is not in Reps. Did you mean Bob Smith?",
        others=(_REPS,),
    ),
    "blank_account": Example(({"Account": None}, {"Account": " "}, {}), (0, 1), "The deal has no account."),
    "undated_deal": Example(({"Created": None}, {}), (0,), "The deal has no Created date."),
    "unknown_product": Example(
        ({"Product": "GTXPro"}, {"Product": "gtx pro"}, {}),
        (0,),
        "The product 'GTXPro' is not in Products. Did you mean GTX Pro?",
        others=(table("Products", ["Product"], [["GTX Pro"], ["GTX Plus"]], "Lists"),),
    ),
    "lost_without_reason": Example(
        (
            CLOSED | {"Stage": "Lost"},
            CLOSED | {"Stage": "No decision"},
            CLOSED | {"Stage": "Lost", "Lost reason": "Price"},
            CLOSED,
            {},
        ),
        (0, 1),
        "The deal has no lost reason.",
    ),
    "idle_deals": Example(
        (
            {"Last touch": dt.date(2026, 4, 30), "Stage since": None, "Created": dt.date(2026, 4, 1)},
            {"Last touch": dt.date(2026, 4, 29), "Stage since": None, "Created": dt.date(2026, 4, 1)},
            {
                "Last touch": dt.date(2026, 5, 1),
                "Stage since": None,
                "Created": dt.date(2026, 4, 1),
                "Owner": "Bob Smith",
            },
        ),
        (1,),
        "2 open deals have had no touch for more than 10 business days",
    ),
    "missing_next_steps": Example(
        (
            {"Next step": None},
            {"Next step date": _YESTERDAY, "Amount": 9e9},
            {"Owner": "Bob Smith", "Next step date": _DAY},
            {},
        ),
        (1,),
        "2 open deals have no next step",
    ),
    "assumed_close": Example(
        (
            CLOSED | {"Actual close": None, "Expected close": _DAY},
            CLOSED | {"Actual close": None, "Expected close": _DAY},
            {},
        ),
        (0,),
        "the expected close of 2 closed deals is taken",
    ),
    "broken_table": Example(
        ({},),
        (-1, -1),
        "The column Kind is missing from Criteria.",
        others=(
            table("Quotas", ["Rep", "Period start", "End", "Quota"], [], "Team"),
            table("Criteria", ["Stage", "Direction", "ID", "Text"], [], "Process"),
            table("Holidays", ["Date"], [], "Calendar"),
        ),
    ),
    "formula_typed_over": Example(
        ({"Stage due": _DAY}, {"Stage due": None}, {"Stage due": _DAY}, {"Stage due": _DAY}),
        (2,),
        "Stage due holds typed values in place of its formula in 2 cells; this is the first.",
        without_formula={"Stage due": frozenset({1, 2, 3})},
        column="Stage due",
    ),
    "missing_criteria": Example(
        (
            {"Decision maker": "Zoe", "Need confirmed": "Y"},
            {"Decision maker": "Zoe"},
            {"Stage": "Prospect"},
            CLOSED,
            {"Need confirmed": "N"},
        ),
        (1, 4),
        "The deal stands in Proposal without need.",
        others=(
            table(
                "Criteria",
                ["Stage", "ID", "Kind", "Argument 1", "Argument 2", "Blocking"],
                [
                    ["Prospect", "dm", "filled", "Decision maker", None, "Y"],
                    ["Prospect", "need", "tick", "Need confirmed", None, "Y"],
                    ["Prospect", "asked", "filled", "Source", None, "N"],
                    ["Proposal", "sent", "filled", "Proposal sent on", None, "Y"],
                ],
                "Process",
            ),
        ),
    ),
    # Proposal since Thursday 7 May or the day after; five business days end on Thursday 14 May or on the as-of date
    "late_criterion": Example(
        (
            {"Stage since": dt.date(2026, 5, 7)},
            {"Stage since": dt.date(2026, 5, 8)},
            {"Stage since": dt.date(2026, 5, 7), "Needs call on": _YESTERDAY},
            {"Stage since": dt.date(2026, 5, 7), "Needs call on": _DAY},
            {"Stage since": dt.date(2026, 5, 7), "Stage": "Prospect"},
            CLOSED | {"Stage since": dt.date(2026, 5, 4)},
        ),
        (0, 3),
        "call was not met within 5 business days of entering Proposal.",
        others=(
            table(
                "Criteria",
                ["Stage", "ID", "Kind", "Argument 1", "Within business days", "Blocking"],
                [
                    ["Proposal", "call", "filled", "Needs call on", 5, "N"],
                    ["Proposal", "who", "filled", "Owner", None, "Y"],
                ],
                "Process",
            ),
        ),
        column="Needs call on",
    ),
    "contradicting_probability": Example(
        (
            {"Probability": 1},
            {"Probability": 0.99},
            {"Probability": 0},
            CLOSED | {"Probability": 0},
            CLOSED | {"Probability": 0.01},
            CLOSED | {"Stage": "Lost", "Probability": 1.0},
            CLOSED | {"Stage": "No decision", "Probability": 0.5},
        ),
        (0, 3, 5),
        "The probability is 100%, but the deal is open (Proposal).",
    ),
    "open_with_lost_reason": Example(
        (
            {"Lost reason": "Price"},
            CLOSED | {"Lost reason": "Price"},
            CLOSED | {"Stage": "Lost", "Lost reason": "Price"},
            {"Lost reason": " "},
        ),
        (0, 1),
        "The lost reason is 'Price', but the deal stands in Proposal.",
    ),
    "unknown_source": Example(
        ({"Source": "Refferal"}, {"Source": "REFERRAL"}, {}),
        (0,),
        "The source 'Refferal' is not in Sources. Did you mean Referral?",
        others=(table("Sources", ["Source"], [["Referral"], ["Fair"]], "Lists"),),
    ),
    "unknown_category": Example(
        ({"Forecast category": "comit"}, {"Forecast category": "BEST CASE"}, {}, CLOSED | {"Forecast category": "x"}),
        (0,),
        "The forecast category 'comit' is not known. Did you mean Commit?",
    ),
    "unknown_lost_reason": Example(
        (CLOSED | {"Stage": "Lost", "Lost reason": "prise"}, CLOSED | {"Stage": "Lost", "Lost reason": "price"}),
        (0,),
        "The lost reason 'prise' is not in LostReasons. Did you mean Price?",
        others=(table("LostReasons", ["Lost reason"], [["Price"], ["Timing"]], "Lists"),),
    ),
    "unknown_last_stage": Example(
        (
            CLOSED | {"Stage": "Lost", "Lost reason": "Price", "Last stage before loss": "Propsal"},
            CLOSED | {"Stage": "Lost", "Lost reason": "Price", "Last stage before loss": "proposal"},
            {},
        ),
        (0,),
        "The last stage 'Propsal' is not on Process. Did you mean Proposal?",
    ),
    "activity_without_deal": Example(
        ({"Deal ID": "D-1"},),
        (1, 2),
        "No deal and no lead has the ID D-9.",
        others=(
            _log((_DAY, " d-1 ", "Call"), (_DAY, "D-9", "Call"), (_DAY, None, "Call"), (_DAY, "L-1", "Call"), ()),
            table("Leads", ["Lead ID"], [["L-1"]]),
        ),
        column="Deal ID",
    ),
    "undated_activity": Example(
        ({"Deal ID": "D-1"},),
        (0, 1, 2),
        "'soon' is no date.",
        others=(_log(("soon", "D-1", "Call"), (None, "D-1", "Call"), (_DAY, "D-1", " "), (_DAY, "D-1", "Call"), ()),),
    ),
    "unknown_activity_type": Example(
        ({"Deal ID": "D-1"},),
        (1,),
        "The type 'Cal' is not in ActivityTypes (2 rows). Did you mean Call?",
        others=(_log((_DAY, "D-1", "CALL"), (_DAY, "D-1", "Cal"), (_DAY, "D-1", "cal"), (_DAY, "D-1", None)), _TYPES),
        column="Type",
    ),
    "unusable_cadence": Example(
        ({},),
        (1, 2, 3, 4, 5),
        "'Talk' is no stage.",
        others=(
            table(
                "Cadence",
                ["Stage", "Day", "Channel"],
                [
                    ["Proposal", 0, "call"],
                    ["Talk", 1, "Call"],
                    ["Proposal", -1, "Call"],
                    ["Proposal", 1.5, "Call"],
                    ["Proposal", 1001, "Call"],
                    ["Proposal", 1000, "Fax"],
                    [None, None, None],
                    ["Proposal", 1000, "Meeting"],
                ],
            ),
            _TYPES,
        ),
    ),
    "unusable_playbook": Example(
        ({},),
        (1, 2),
        "'Talk' is no stage.",
        others=(
            table(
                "Playbook",
                ["Stage", "Process step", "Required activities"],
                [
                    ["proposal", "Send it", "call; MEETING"],
                    ["Talk", "Listen", None],
                    ["Proposal", "Send it", "Call; Fax; Telex"],
                    [None, None, None],
                ],
            ),
            _TYPES,
        ),
    ),
}
