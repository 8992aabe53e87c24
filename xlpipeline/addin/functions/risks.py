"""Which deals the quarter hangs on and what speaks against each: XLP_DEALS_AT_RISK, a table that spills."""

from __future__ import annotations

from typing import Final

from xlpipeline.addin.functions._answers import of_table
from xlpipeline.addin.functions._arguments import DEALS, HOLIDAYS, MONEY, OWN_HISTORY
from xlpipeline.addin.functions._record import Answer, Asked, WorksheetFunction
from xlpipeline.metrics import at_risk

_SHOWN: Final = {
    "deal_id": "Deal ID", "opportunity": "Opportunity", "rep": "Owner", "stage": "Stage", "category": "Category",
    "amount": "Amount", "expected_close": "Expected close", "reasons": "Reasons",
}  # fmt: skip


def _deals_at_risk(asked: Asked) -> Answer:
    facts = asked.money_facts
    table, watched = at_risk.at_risk(facts), len(at_risk.counted_on(facts))
    why = f"Given: n = {len(table):,} of {watched:,} open deals that should close by the end of {facts.quarter.name}."
    why = f"{why} {asked.without_history}".strip()
    nothing = f"None of the {watched:,} open deals that should close by the end of {facts.quarter.name} is at risk."
    refusal = nothing if watched else f"No open deal should close by the end of {facts.quarter.name}."
    return of_table(table, _SHOWN, why, refusal, ("amount",), facts.money_unit)


FUNCTIONS: Final = (
    WorksheetFunction(
        name="XLP_DEALS_AT_RISK",
        description="Gives a table of the open deals due by the end of the quarter that bear a sign of trouble, most "
        "signs first, with reasons.",
        arguments=(*DEALS, *MONEY, HOLIDAYS, OWN_HISTORY),
        gives="table with a head, one row per deal; Expected close is a day (format it as a date)",
        example="=XLP_DEALS_AT_RISK(Pipeline[#All],Stages[#All],AsOf,,Settings[#All],,,,Holidays[#All],_History[#All])",
        metric="at_risk",
        give=_deals_at_risk,
    ),
)
