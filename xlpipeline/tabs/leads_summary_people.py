"""The tables of the tab Leads summary about single leads, deals and reps: columns, and how facts fill them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pandas as pd

from xlpipeline.metrics import deal_score, icp_fit, lead_response, qualification
from xlpipeline.metrics.lead_score import of_leads
from xlpipeline.metrics.rep_load import by_rep
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.leads import read_leads
from xlpipeline.model.schema import Table
from xlpipeline.tabs.followed_tables import following
from xlpipeline.tabs.leads_summary_tables import body_of
from xlpipeline.tabs.wording import EMPTY, UNKNOWN, given, is_missing, known, rate_interval, result

MOST_LEADS: Final = 10

BEST: Final = Table(
    "BestLeads",
    "Leads summary",
    "Best open leads: work these first",
    (
        following("Lead", "text", "Person or company."),
        following("Lead ID", "text", "Its row on Leads."),
        following("Owner", "text", "Who works it."),
        following("Source", "text", "Where it came from."),
        following("Score", "whole", "Automatic part plus adjustment, 0-100.", "points"),
        result("Rank", "whole", "The highest score first."),
        following("Fit", "text", "How well it matches ICP, 0-100; n/a: nothing is known."),
        following("Confidence", "share", "Share of ICP's points that could be judged."),
        following("Behaviour", "text", "What it did, 0-100; n/a: nothing is known."),
        following("Adjusted", "whole", "What a person added or took off, with a reason.", "points"),
        following("Answered", "text", "Day of the first response."),
    ),
    key="Rank",
)
WAITING: Final = Table(
    "WaitingLeads",
    "Leads summary",
    "Leads that wait for an answer",
    (
        following("Lead", "text", "Person or company."),
        following("Lead ID", "text", "Its row on Leads."),
        following("Owner", "text", "Who works it."),
        following("Source", "text", "Where it came from."),
        following("Waits", "whole", "Since it came in; unit by the setting response_unit.", "days"),
        result("Rank", "whole", "The longest first."),
    ),
    key="Rank",
)
QUALIFIED: Final = Table(
    "QualificationByStage",
    "Leads summary",
    "How well open deals are qualified",
    (
        result("Stage", "text", "Open stages, in their order."),
        following("Open deals", "whole", "Deals that stand there.", "deals"),
        following("With marks", "whole", "Of them, with a qualification mark.", "deals"),
        following("Qualification", "whole", "Mean of their scores, 0-100.", "points"),
        following("Asked", "share", "Mean share of the questions (by weight) that are marked, all open deals."),
        following("Scored", "whole", "Of them, with a mark of the deal score.", "deals"),
        following("Deal score", "whole", "Mean of their scores, 0-100.", "points"),
        following("Fit known", "whole", "Of them, whose company is known by a field of ICP.", "deals"),
        following("ICP fit", "whole", "Mean of their fits, 0-100.", "points"),
        following("Note", "text", "Why a figure is not given."),
    ),
    key="Stage",
)
REPS: Final = Table(
    "LeadReps",
    "Leads summary",
    "Load and response by rep",
    (
        result("Rep", "text", "Reps, then other owners."),
        result("Open deals", "whole", "Opportunities that are open.", "deals"),
        result("Open leads", "whole", "Leads neither converted nor disqualified.", "leads"),
        result("Capacity", "whole", "What the rep can work well, from Reps.", "deals and leads"),
        result("Load", "share", "(Open deals + open leads) / capacity."),
        result("Leads", "whole", "Leads of the trailing window behind the response.", "leads"),
        result("Median response", "number", "Kaplan-Meier median (setting response_unit).", "response units"),
        result("In time", "share", "Answered within the target, of those answered or waiting for longer."),
        result("95 % interval", "text", "Wilson interval of the share in time."),
        result("Note", "text", "Why a figure is not given."),
    ),
)


def best(facts: Facts, rep: str = "") -> pd.DataFrame:
    """Body of BestLeads: those flagged among all leads of the team, the highest score first; of a rep the own ones."""
    found = _flagged(facts)
    rows = [
        (
            row["lead"] or row["account"] or EMPTY, row["lead_id"] or EMPTY, row["rep"], row["source"],
            known(row["score"]), rank, _points(row["fit"]), known(row["confidence"]), _points(row["behaviour"]),
            known(row["adjustment"]) or None,
            UNKNOWN if pd.isna(row["responded_on"]) else row["responded_on"].date().isoformat(),
        )
        for rank, row in _numbered(found, rep)
    ]  # fmt: skip
    return body_of(BEST, rows)


@once
def _flagged(facts: Facts) -> pd.DataFrame:
    found = read_leads(facts).drop(columns="adjustment").join(of_leads(facts))
    return found[found["top"]].sort_values(["score", "lead_id"], ascending=[False, True], kind="stable")


def _numbered(leads: pd.DataFrame, rep: str) -> Iterator[tuple[int, dict[Any, Any]]]:
    own = leads[leads["rep"] == rep] if rep else leads
    return enumerate(own.head(MOST_LEADS).to_dict("records"), 1)


def _points(value: float) -> str:
    return UNKNOWN if is_missing(value) else f"{value:.0f}"


def waiting(facts: Facts, rep: str = "") -> pd.DataFrame:
    """Body of WaitingLeads: those that have waited beyond the target, the longest first."""
    rows = [
        (row["lead"] or EMPTY, row["lead_id"] or EMPTY, row["rep"], row["source"], known(row["time"]), rank)
        for rank, row in _numbered(lead_response.waiting(facts), rep)
    ]
    return body_of(WAITING, rows)


def qualified(facts: Facts, rep: str = "") -> pd.DataFrame:
    """Body of QualificationByStage."""
    deals = _open_deals(facts)
    deals = deals[deals["rep"] == rep] if rep else deals
    at, figures = deals.groupby("stage").indices, deals[[*_MARKED, "share"]].to_numpy()
    rows: list[tuple[object, ...]] = []
    for stage in facts.stages.loc[facts.stages["type"] == "open", "stage"]:
        own = figures[at.get(stage.casefold(), [])]
        marks = [column[~np.isnan(column)] for column in own.T]
        means = [given(values.mean() if len(values) else None) for values in marks]
        cells = [cell for values, mean in zip(marks[:-1], means, strict=False) for cell in (len(values), mean)]
        blank = [word for word, values in zip(_MARKED.values(), marks, strict=False) if not len(values)]
        note = "No open deal." if not len(own) else f"No {' and no '.join(blank)} yet." if blank else None
        rows.append((stage, len(own), *cells[:2], means[-1], *cells[2:], note))
    return body_of(QUALIFIED, rows)


_MARKED: Final = {"marks": "qualification mark", "score": "deal mark", "fit": "field of ICP"}
"""Figures of a deal in the order of the table, and what they are made of."""


@once
def _open_deals(facts: Facts) -> pd.DataFrame:
    """One row per open deal: rep, stage (in small letters), its figures (NaN = unknown)."""
    marks, score, fit = qualification.of_deals(facts), deal_score.of_deals(facts), icp_fit.of_deals(facts)
    deals = facts.deals[facts.deals["is_open"] & facts.deals["stage_order"].notna()]
    columns = {
        "rep": deals["rep"],
        "stage": deals["stage"].str.strip().str.casefold(),
        "marks": marks["score"],
        "share": marks["share"],
        "score": score["score"],
        "fit": fit["fit"],
    }
    return pd.DataFrame({name: column.reindex(deals.index) for name, column in columns.items()})


def reps(facts: Facts) -> pd.DataFrame:
    """Body of LeadReps."""
    rows = []
    for row in by_rep(facts).to_dict("records"):
        median = lead_response.median(facts, facts.window, row["rep"])
        share = lead_response.in_time(facts, facts.window, row["rep"])
        capacity = "" if row["capacity"] == row["capacity"] else "No capacity is entered."
        notes = (capacity, median.reason or median.note, "" if median.reason else share.reason)
        few = rate_interval(share.low, share.high, 0, share.n, facts.settings) if share.value is not None else EMPTY
        rows.append(
            (
                row["rep"], row["open_deals"], row["open_leads"], known(row["capacity"]), given(row["use"]), median.n,
                given(median.value), given(share.value), few, " ".join(filter(None, notes)) or None,
            )
        )  # fmt: skip
    return body_of(REPS, rows)
