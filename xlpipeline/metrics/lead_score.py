"""Lead score: fit and behaviour of a lead, each shown apart, and the best fifth of the open leads."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pandas as pd

from xlpipeline.metrics.icp_fit import of_leads as fit_of_leads
from xlpipeline.model.cells import texts
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.figure import Figure, refused
from xlpipeline.model.leads import read_leads
from xlpipeline.model.mark_scores import given_marks, scores
from xlpipeline.model.marks import behaviour_marks
from xlpipeline.model.register import Metric

METRIC = Metric(
    name="lead_score",
    title="Lead score",
    definition="Fit and behaviour of a lead on one scale, 0 to 100, plus what a person adds or takes off.",
    formula=(
        "automatic part = (share × fit + (1 − share) × behaviour), share by the setting lead_fit_share, and of one "
        "part alone where the other is unknown; score = automatic part + manual adjustment (within ± lead_adjustment, "
        "with a reason, else it does not count), within 0-100. Behaviour = 100 × Σ weight × min(count, full) ÷ full ÷ "
        "Σ weight over known counts. Top: the best top_share of the scored open leads, ties at the cut in, none where "
        "there are fewer than top_least"
    ),
    why="Leads come faster than they can be worked: the best should be worked first.",
    what_to_do="Answer the flagged leads first; where you disagree with a score, adjust it and write down why.",
    source="requirements F26-F28",
)
Floats = npt.NDArray[np.float64]
HIGHEST = 100.0
DIGITS = 9
"""Of a score: beyond them two equal sums may differ, and equal leads must be equal."""


@once
def of_leads(facts: Facts) -> pd.DataFrame:
    """Scores of each lead (index = position in Leads).

    Columns: fit, confidence, behaviour, automatic, adjustment (what counts of it; 0 = nothing), score (NaN = nothing is
    known), top (bool; only open leads can be).
    """
    leads, found = read_leads(facts), fit_of_leads(facts)
    frame = facts.book.frame("Leads").reindex(leads.index)
    marks, share = behaviour_marks(facts.book), facts.settings.lead_fit_share
    behaviour = scores(given_marks(frame, marks, capped=True), marks)[0]
    fit = found["fit"].to_numpy()
    automatic = together(fit, behaviour, share)
    counts = adjustment_counts(facts)
    adjustment = np.where(counts, np.nan_to_num(leads["adjustment"].to_numpy()), 0.0)
    score = np.round(np.clip(automatic + adjustment, 0.0, HIGHEST), DIGITS)
    is_open = leads["is_open"].to_numpy(dtype=bool)
    best = top(np.where(is_open, score, np.nan), facts.settings.top_share, facts.settings.top_least)
    columns = {"behaviour": behaviour, "automatic": automatic, "adjustment": adjustment, "score": score, "top": best}
    return found.assign(**columns)


def together(fit: Floats, behaviour: Floats, share: float) -> Floats:
    """The automatic part: both parts by their weight, one alone where the other is unknown, NaN where both are."""
    both = share * fit + (1 - share) * behaviour
    part: Floats = np.where(np.isnan(fit), behaviour, np.where(np.isnan(behaviour), fit, both))
    return part.round(DIGITS)


def adjustment_counts(facts: Facts) -> npt.NDArray[np.bool_]:
    """Per lead, whether its manual adjustment counts: within the bounds, and with a reason."""
    leads = read_leads(facts)
    reason = texts(facts.book.frame("Leads").reindex(leads.index), "Adj. reason").str.strip()
    within = leads["adjustment"].abs() <= facts.settings.lead_adjustment
    return (within & (reason != "")).to_numpy(dtype=bool)


def top(score: Floats, share: float, least: int) -> npt.NDArray[np.bool_]:
    """Which scores are among the best ``share`` (rounded up to whole leads); ties at the cut are in.

    Scores that differ by less than what a float can tell of a sum are ties. NaN is never in; with fewer than
    ``least`` scores nobody is.
    """
    known = np.sort(score[~np.isnan(score)])[::-1]
    if len(known) < least:
        return np.zeros(len(score), dtype=bool)
    places = max(1, math.ceil(share * len(known) - 1e-9))
    with np.errstate(invalid="ignore"):
        return np.asarray(score >= known[places - 1] - 10.0**-DIGITS, dtype=bool)


def lead_score(facts: Facts) -> Figure:
    """Mean score of the open leads that have one; n = those leads."""
    leads, found = read_leads(facts), of_leads(facts)
    is_open = leads["is_open"]
    known = found.loc[is_open, "score"].dropna()
    basis = "open leads with a score"
    if known.empty:
        return refused(f"None of {int(is_open.sum()):,} open leads has a score: nothing is known of them.", basis=basis)
    flagged, least = int(found["top"].sum()), facts.settings.top_least
    none = f"Under {least} scored leads nobody is flagged."
    note = f"{flagged:,} leads are flagged as the best." if flagged else none
    return Figure(float(known.mean()), len(known), basis, note=note)
