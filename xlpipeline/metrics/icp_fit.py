"""ICP fit: how much a lead, or a deal's account, looks like the customers that the team wants."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xlpipeline.model.book import is_blank
from xlpipeline.model.cells import texts
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.figure import Figure, refused
from xlpipeline.model.history_table import deal_key
from xlpipeline.model.leads import read_leads
from xlpipeline.model.marks import deal_marks, qualification_marks
from xlpipeline.model.profile import fits, read_profile
from xlpipeline.model.register import Metric

METRIC = Metric(
    name="icp_fit",
    title="ICP fit",
    definition=(
        "How far a company matches the ideal customer profile, 0 to 100, judged only by what is known of it, with the "
        "share that is known as confidence."
    ),
    formula=(
        "100 × points of the rows of ICP that match ÷ points of those that could match, both of known fields only, "
        "within 0-100; confidence = size of the points of known fields ÷ of all rows. What is blank, an error, or no "
        "number where one is compared is unknown: it lowers the confidence, not the fit"
    ),
    why="Time spent on companies that will never buy is missing where they would.",
    what_to_do="Work leads with high fit first; where the confidence is low, find out what is missing.",
    source="requirement F24: ideal customer profile",
)


@once
def of_leads(facts: Facts) -> pd.DataFrame:
    """Per lead (index = position in Leads): fit 0-100 (NaN = nothing known) and confidence 0-1."""
    rows = read_leads(facts).index
    fit, confidence = fits(facts.book.frame("Leads").reindex(rows), read_profile(facts.book))
    return pd.DataFrame({"fit": fit, "confidence": confidence}, index=rows)


@once
def of_deals(facts: Facts) -> pd.DataFrame:
    """Per deal: fit and confidence by the columns of Pipeline that bear a field's name, else by the deal's lead.

    A mark is no field, even where it bears the same name (Budget).
    """
    deals = facts.deals
    own = facts.book.frame("Pipeline").reindex(deals.index)
    fields = {trait.field.casefold() for trait in read_profile(facts.book)}
    of_lead = _lead_cells(facts, fields)
    marks = {mark.column for mark in (*qualification_marks(facts.book), *deal_marks(facts.book))}
    known = own[[head for head in own.columns if str(head).strip().casefold() in fields and head not in marks]]
    names = {str(head).strip().casefold(): head for head in known.columns}
    cells = {}
    for field in fields:
        mine = known[names[field]].tolist() if field in names else [None] * len(own)
        theirs = of_lead.get(field, [None] * len(own))
        cells[field] = pd.Series(
            [b if is_blank(a) else a for a, b in zip(mine, theirs, strict=True)], index=own.index, dtype=object
        )
    fit, confidence = fits(pd.DataFrame(cells, index=own.index), read_profile(facts.book))
    return pd.DataFrame({"fit": fit, "confidence": confidence}, index=own.index)


def _lead_cells(facts: Facts, fields: set[str]) -> dict[str, list[object]]:
    """By field, the cell of the lead that each deal came from (None without one)."""
    frame = facts.book.frame("Leads")
    keys = texts(frame, "Deal ID").map(deal_key)
    rows = {key: row for row, key in reversed(list(enumerate(keys.tolist()))) if key}
    at = [rows.get(deal_key(name)) for name in facts.deals["deal_id"].tolist()]
    out: dict[str, list[object]] = {}
    for head in frame.columns:
        if str(head).strip().casefold() in fields:
            cells = frame[head].tolist()
            out[str(head).strip().casefold()] = [None if row is None else cells[row] for row in at]
    return out


def icp_fit(facts: Facts) -> Figure:
    """Mean fit of the open leads of which something is known; n = those leads."""
    if not read_profile(facts.book):
        return refused("ICP on Scoring has no row that can be used; please describe your best customers there.")
    leads, found = read_leads(facts), of_leads(facts)
    known = found[leads["is_open"] & found["fit"].notna()]
    basis = "open leads of which a field is known"
    if known.empty:
        return refused(f"Of {int(leads['is_open'].sum()):,} open leads no field of ICP is known.", basis=basis)
    sure = float(np.mean(known["confidence"]))
    return Figure(float(known["fit"].mean()), len(known), basis, note=f"Mean confidence {sure:.0%}.")
